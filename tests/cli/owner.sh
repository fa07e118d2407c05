#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Under sudo what a run makes belongs to the user who called, and nothing else becomes theirs.
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin owner

readonly restart=(--seed 1 --set tw_reuse=0 scenarios/server-restart.yaml)

# as_sudo ARGUMENT…: as try() does, in the environment that sudo makes
as_sudo() {
	"${as[@]}" "$mark" SUDO_UID=1234 SUDO_GID=4321 ./netrepro "$@" >out 2>err </dev/null
	status=$?
}

# owners PATH…: whose they are, and what is in them, each owner once
owners() {
	find "$@" -printf '%U:%G\n' | sort -u | tr '\n' ' '
}

if ((EUID != 0)); then
	as_sudo run --quiet -o kept --report junit=x.junit "${restart[@]}"
	exits 0
	is 'who owns it' "$(owners kept x.junit)" "$EUID:$(id -g) "
	tap_report 'without root SUDO_UID means nothing'
	skip 'what sudo makes is the caller'\''s' 'the test is not root'
	finish
fi

as_sudo run --quiet --evidence all -o kept --report junit=x.junit --report csv=kept/x.csv "${restart[@]}"
exits 0
is 'who owns it' "$(owners kept x.junit)" '1234:4321 '
[[ -s kept/evidence.jsonl && -s kept/packets/0.pcapng && -s kept/x.csv && -s x.junit ]] || wrong+=('something is not there')
is 'the mode of the results' "$(stat -c %a kept/results.jsonl)" 644
tap_report 'the folder, the results, the evidence, the packets and the reports are the caller'\''s'
as_sudo run --quiet --cell 0 -o several scenarios/{server-restart,reconnect-same-port}.yaml
exits 0
is 'who owns it' "$(owners several)" '1234:4321 '
tap_report '… and so are the folders of several scenarios'
as_sudo explain --quiet --report json=y.json kept
is 'who owns it' "$(owners y.json)" '1234:4321 '
tap_report 'a report of explain is the caller'\''s as well'

# What an earlier run of root has left.
try run --quiet --evidence all -o earlier "${restart[@]}"
is 'who owns it' "$(owners earlier)" '0:0 '
tap_report 'what root makes is root'\''s'
sed -i '$d' earlier/results.jsonl
sed -i '$d' earlier/results.jsonl
chown 65534:65534 earlier/evidence.jsonl
as_sudo run --quiet --evidence all --resume -o earlier "${restart[@]:2}"
exits 0
is 'who owns what was another one'\''s' "$(owners earlier/evidence.jsonl)" '65534:65534 '
rm earlier/evidence.jsonl
is 'who owns it' "$(owners earlier/*)" '1234:4321 '
is 'who owns the folder, which may be anything' "$(owners earlier -maxdepth 0)" '0:0 '
tap_report '--resume gives the caller what an earlier run has left'

# What was there before.
mkdir before
echo old >before/other
as_sudo run --quiet -o before "${restart[@]}"
exits 0
is 'who owns it' "$(owners before -maxdepth 0) $(owners before/other)" '0:0  0:0 '
is 'who owns the results' "$(owners before/results.jsonl)" '1234:4321 '
tap_report 'a folder that was there, and what is in it, stays whose it was'
mkdir someones
chown 65534:65534 someones
as_sudo run --quiet -o someones "${restart[@]}"
is 'who owns it' "$(owners someones -maxdepth 0)" '65534:65534 '
tap_report 'a folder of somebody else stays theirs'

# hostile: a run that was begun in the folder, in which somebody has put other things since
hostile() {
	rm -rf hostile secret
	try run --quiet --evidence all -o hostile "${restart[@]}"
	sed -i '$d' hostile/results.jsonl
	sed -i '$d' hostile/results.jsonl
}

# stays_roots WHAT: the file secret
stays_roots() {
	as_sudo run --quiet --evidence all --resume -o hostile "${restart[@]:2}"
	is "who owns $1" "$(stat -c %u:%g secret)" 0:0
}
for file in results evidence; do
	hostile
	mv hostile/$file.jsonl secret
	ln -s ../secret hostile/$file.jsonl
	stays_roots "what the link $file.jsonl leads to"
	hostile
	mv hostile/$file.jsonl secret
	ln secret hostile/$file.jsonl
	stays_roots "the other name of $file.jsonl"
done
hostile
mkdir secret
rm -rf hostile/packets
ln -s ../secret hostile/packets
stays_roots 'the folder that packets leads to'
hostile
echo secret >secret
rm hostile/packets/0.pcapng
ln -s ../../secret hostile/packets/0.pcapng
stays_roots 'what the link to a packet leads to'
is 'what is in there' "$(cat secret)" secret
hostile
echo secret >secret
ln -s secret report
as_sudo explain --quiet --report json=report hostile
is 'who owns what a report leads to' "$(stat -c %u:%g secret)" 0:0
tap_report 'no link makes anything else the caller'\''s'

# Numbers that are none.
n=0
for ids in '1234 x' 'x 4321' '1234 -1' '4294967295 4321' '1234 4294967295' ' 4321' '1234 99999999999999999999' '12a 4321' '0 4321' '+1 4321'; do
	n=$((n + 1))
	"${as[@]}" "$mark" SUDO_UID="${ids% *}" SUDO_GID="${ids#* }" ./netrepro run --quiet --cell 0 -o "bad-$n" \
		scenarios/server-restart.yaml >out 2>err
	status=$?
	exits 0
	is "who owns it with '$ids'" "$(owners "bad-$n")" '0:0 '
done
"${as[@]}" "$mark" SUDO_UID=1234 ./netrepro run --quiet --cell 0 -o alone scenarios/server-restart.yaml
is 'who owns it' "$(owners alone)" '0:0 '
tap_report 'what is no user and no group gets nothing'
# shellcheck disable=SC2119 # it takes no argument
if has_user; then
	as_user
	as_sudo run --quiet -o mine "${restart[@]}"
	exits 0
	is 'who owns it' "$(owners mine)" '65534:65534 '
	tap_report 'without root SUDO_UID means nothing'
	as_root_if_root
fi
# A sticky folder that all can write to (/tmp): a file of somebody else is not opened by O_CREAT (fs.protected_regular).
mkdir -m 1777 sticky
as_sudo run --quiet --evidence all -o sticky "${restart[@]}"
sed -i '$d' sticky/results.jsonl
sed -i '$d' sticky/results.jsonl
as_sudo run --quiet --evidence all --resume -o sticky "${restart[@]:2}"
exits 0
is 'who owns it' "$(owners sticky/*)" '1234:4321 '
tap_report '--resume in a folder like /tmp'
# sudo itself, of a user whom a file of this test lets do so, in mounts of its own.
echo 'nobody ALL=(ALL:ALL) NOPASSWD: ALL' >sudoers
chmod 440 sudoers
# shellcheck disable=SC2016 # the inner shell's
by_sudo=(unshare --mount bash -c 'mount --bind sudoers /etc/sudoers &&
	exec setpriv --reuid nobody --regid nogroup --clear-groups -- "$@"' sudo sudo -n)
if "${by_sudo[@]}" true >out 2>err </dev/null; then
	"${by_sudo[@]}" ./netrepro run --quiet --evidence all -o sudone --report csv=sudone.csv "${restart[@]}" \
		>out 2>err </dev/null
	status=$?
	exits 0
	is 'who owns it' "$(owners sudone sudone.csv)" '65534:65534 '
	tap_report 'sudo itself'
else
	skip 'sudo itself' "it cannot be used here: $(head -n 1 err)"
fi

finish
