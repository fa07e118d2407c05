#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The same laws and verdicts wherever it runs: as root, as an ordinary user, under sudo, in each kind of container that ci/README.md
# lists, and when each cell is walked through in a lab. One table says so at the end. A container in which it cannot run says
# which flags are missing, and with just these it can.
set -u -o pipefail
here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/tap.bash
. "$here/../tap.bash"
# shellcheck source=tests/isolation/containers.bash
. "$here/containers.bash"

readonly SCENARIO=server-restart

# What podman mounts is seen here alone, as other tests run meanwhile that look at the mounts of the host.
if ((EUID == 0)) && [[ -z ${HAS_OWN_MOUNTS:-} ]]; then
	HAS_OWN_MOUNTS=1 exec unshare --mount --propagation private "$0" "$@"
fi

need jq setpriv tmux
netrepro=$(realpath "${1:-${NETREPRO:-build/netrepro}}") || die "no program"
make_folder everywhere
trap 'remove_image; rm -rf "$folder"' EXIT
mkdir "$folder/here"
cp "$netrepro" "$folder/here/netrepro"
cp "$here/../../scenarios/$SCENARIO.yaml" "$folder/here/"
chmod 644 "$folder/here/$SCENARIO.yaml"
"$here/host-snapshot.sh" "$mark" >"$folder/before"

# said: what a run says that must be the same everywhere: all but when, where, by whom, and how that is called there
said() {
	jq -S 'del(.elapsed_us, .kernel, .path, .privilege, .results, .scenario, .seed, (.. | objects | .command))' "$1"
}

table=()

# compare NAME WAY [FILTER PRIVILEGE]: the run whose output is in $folder/out has to have said what the first one did
compare() {
	said "$folder/out" >"$folder/said" || wrong+=("no JSON: $(head -c 500 "$folder/out")")
	[[ -e $folder/first ]] || cp "$folder/said" "$folder/first"
	jq -S "${3:-.}" "$folder/first" >"$folder/wanted"
	jq -S "${3:-.}" "$folder/said" >"$folder/found"
	cmp -s "$folder/wanted" "$folder/found" || wrong+=("it says something else: $(diff "$folder/wanted" "$folder/found" | head -10)")
	local same=same
	((${#wrong[@]} == 0)) || same=OTHER
	table+=("$(printf "%-75s %-16s %-57s %s" "$1" "${4:-$(jq -r .privilege "$folder/out")}" "$2" "$same")")
	tap_report "$1: the laws and verdicts are the same"
}

# how: by which way doctor, whose output is standard input, says that sysctls are written
how() {
	sed -n 's/^ *sysctl .*, by /by /p'
}

# here_as NAME COMMAND…: run it on this host, by this command
here_as() {
	local name=$1 status
	shift
	(cd "$folder/here" && env "$mark" "$@" ./netrepro run --format json "$SCENARIO.yaml") >"$folder/out" 2>"$folder/err" </dev/null
	status=$?
	((status == 0)) || wrong+=("exit status $status: $(head -c 500 "$folder/err")")
	compare "$name" "$(cd "$folder/here" && "$@" ./netrepro doctor | how)"
}

# What walks through all cells, each in a lab of its own; $LAB: the program, $CELLS: which
# shellcheck disable=SC2016 # the inner shell's
readonly WALK='for cell in $CELLS; do
		echo "cell $cell"
		echo run | $LAB lab "$SCENARIO" --cell "$cell" 2>&1 || echo "exit status $?"
	done'

# walked: of the labs, whose output is standard input, what each cell came to: {ID: {verdict, responses}}
walked() {
	sed -nE -e 's/^cell ([0-9]+)$/\1/p' -e 's/^verdict: ([a-z]+).*/verdict\t\1/p' -e 's/^exit status .*/verdict\tnone/p' \
		-e 's/^ *[0-9]+ .* ([^ ]+)  as ([a-z_]+)$/\2\t\1/p' -e 's/^ *[0-9]+ (.*[^ ])  +([^ ]+)  checked$/\1\t\2/p' |
		jq -R -n '[inputs | split("\t")] | reduce .[] as $line ({}; if ($line | length) == 1 then .id = $line[0]
			elif $line[0] == "verdict" then .all[.id].verdict = $line[1] else .all[.id].responses[$line[0]] = $line[1] end) | .all'
}

# compare_labs NAME WAY: what came out in labs, whose output is in $folder/walk, in the place of what came out of the first run;
# its evidence is none of theirs
compare_labs() {
	walked <"$folder/walk" >"$folder/walked" || wrong+=('what the labs said cannot be read')
	jq -c --slurpfile walked "$folder/walked" 'if .type == "cell" then .verdict = ($walked[0][.id].verdict // "none") |
		.responses = ($walked[0][.id].responses // {}) else . end' "$folder/kept/results.jsonl" >"$folder/lab.jsonl"
	"$netrepro" explain --format json "$folder/lab.jsonl" >"$folder/out" 2>"$folder/err" || wrong+=("$(head -c 500 "$folder/err")")
	compare "$1" "$2" 'del(.. | objects | .parting)' -
}

# works NAME WAY FLAG…: it works in a container with these flags, and writes sysctls this way
works() {
	local name=$1 way=$2 found status
	shift 2
	contain "$@" -- run --format json "$SCENARIO" >"$folder/out" 2>"$folder/err" </dev/null
	status=$?
	((status == 0)) || wrong+=("exit status $status: $(head -c 500 "$folder/err")")
	found=$(contain "$@" -- doctor </dev/null | how)
	[[ $found == "$way" ]] || wrong+=("sysctls are written '$found' instead of '$way'")
	compare "$name" "$found"
}

# refused NAME MESSAGE FLAG…: it cannot run in a container with these flags, and says so with the flags that are missing; with
# them it can
refused() {
	local name=$1 message=$2 status missing
	shift 2
	contain "$@" -- run --quiet "$SCENARIO" >"$folder/out" 2>"$folder/err" </dev/null
	status=$?
	((status == 3)) || wrong+=("exit status $status instead of 3")
	[[ ! -s $folder/out ]] || wrong+=("on standard output: $(head -c 500 "$folder/out")")
	[[ $(cat "$folder/err") == "netrepro: $message" ]] || wrong+=("it says: $(head -c 500 "$folder/err")")
	contain "$@" -- doctor >"$folder/doctor" 2>&1 </dev/null
	status=$?
	((status == 3)) || wrong+=("doctor: exit status $status instead of 3")
	missing=${message##*\`: }
	grep -qF -- "$missing" "$folder/doctor" || wrong+=("doctor does not say the same: $(cat "$folder/doctor")")
	tap_report "$name: refused, with exit status 3, why, and what is missing"
	# shellcheck disable=SC2086 # the words are flags
	contain "$@" $missing -- run --format json "$SCENARIO" >"$folder/out" 2>"$folder/err" </dev/null
	status=$?
	((status == 0)) || wrong+=("exit status $status: $(head -c 500 "$folder/err")")
	# shellcheck disable=SC2086
	compare "$name, told: ${missing/\/proc\/sys\/net:}" "$(contain "$@" $missing -- doctor </dev/null | how)"
}

who_can=$(users)
for who in root user; do
	if [[ $who_can == *$who* ]]; then
		become "$who"
		here_as "$who" "${as[@]}"
	else
		tap_skip "$who" "this user cannot, or this host does not let ordinary users"
	fi
done
if ((EUID == 0)) && command -v sudo >/dev/null; then
	# A rule for that user, for this test alone.
	printf 'ALL ALL=(ALL) NOPASSWD: ALL\n' >"$folder/sudoers"
	chmod 440 "$folder/sudoers"
	# shellcheck disable=SC2016 # another shell's
	here_as 'user, under sudo' unshare --mount sh -c 'mount --bind "$0" /etc/sudoers && exec "$@"' "$folder/sudoers" \
		setpriv --reuid 65534 --regid 65534 --clear-groups -- sudo -n
else
	tap_skip 'under sudo' 'sudo is not installed, or this is not root'
fi

(cd "$folder/here" && ./netrepro run --quiet -o "$folder/kept" "$SCENARIO.yaml") >"$folder/log" 2>&1 || wrong+=("$(cat "$folder/log")")
CELLS=$(jq -r 'select(.type == "cell") | .id' "$folder/kept/results.jsonl" | tr '\n' ' ')
(cd "$folder/here" && env "$mark" LAB=./netrepro SCENARIO=$SCENARIO.yaml CELLS="$CELLS" sh -c "$WALK") >"$folder/walk" </dev/null
compare_labs 'in labs' 'by /proc/sys'

if ! has_podman; then
	tap_skip 'containers' "$why"
	tap_end
fi
build_image >"$folder/log" 2>&1 || die "the image cannot be built: $(tail -20 "$folder/log")"

given=(-v /proc/sys/net:/run/sysnet:rw)
remounted='by /proc/sys, made writable in a private mount namespace'
works --privileged 'by /proc/sys' --privileged
works '--cap-add SYS_ADMIN' 'by /proc/sys' --cap-add SYS_ADMIN
works '--cap-add NET_ADMIN,SYS_ADMIN' 'by /proc/sys' --cap-add NET_ADMIN,SYS_ADMIN
works '--cap-add NET_ADMIN,NET_RAW,SYS_ADMIN' 'by /proc/sys' --cap-add NET_ADMIN,NET_RAW,SYS_ADMIN
works '--security-opt unmask=/proc/sys' 'by /proc/sys' --security-opt unmask=/proc/sys
works '-v /run/sysnet' 'by /run/sysnet' "${given[@]}"
works '-v /run/sysnet --cap-drop all --user 1000' 'by /run/sysnet' "${given[@]}" --cap-drop all --user 1000
works '-v /run/sysnet --read-only' 'by /run/sysnet' "${given[@]}" --read-only
# As rootless podman is: the container as a whole is in a user namespace.
rootless=(--uidmap 0:100000:65536)
works 'in a user namespace, -v /run/sysnet' 'by /run/sysnet' "${rootless[@]}" "${given[@]}"
works 'in a user namespace, --cap-add SYS_ADMIN' 'by /proc/sys' "${rootless[@]}" --cap-add SYS_ADMIN
# An engine whose seccomp profile does not know fsopen(2): no /proc of one's own.
jq '.syscalls |= map(.names -= ["fsopen"])' /usr/share/containers/seccomp.json >"$folder/old.json"
works '--cap-add SYS_ADMIN, no fsopen(2)' "$remounted" --cap-add SYS_ADMIN --security-opt "seccomp=$folder/old.json"

podman_ run --rm --network none "${LIMITS[@]}" "${given[@]}" --env LAB=netrepro --env SCENARIO=$SCENARIO --env "CELLS=$CELLS" \
	--entrypoint sh localhost/netrepro -c "$WALK" >"$folder/walk" </dev/null
compare_labs 'in labs, -v /run/sysnet' 'by /run/sysnet'

# set_in_lab NAME FLAG…: who types in a lab writes sysctls as on any host
set_in_lab() {
	local name=$1
	shift
	contain "$@" -- lab "$SCENARIO" --until all -- server sh -c 'sysctl -w net.ipv4.tcp_timestamps=0; cat /proc/sys/net/ipv4/tcp_timestamps; ip -o link' \
		>"$folder/out" 2>"$folder/err" </dev/null || wrong+=("exit status $?: $(head -c 500 "$folder/err")")
	[[ $(sed -n 2p "$folder/out") == 0 ]] || wrong+=("it says: $(cat "$folder/out")")
	[[ $(grep -c 'veth' "$folder/out") == 1 ]] || wrong+=("no veth: $(cat "$folder/out")")
	tap_report "a shell in a lab, $name: its namespace, and its sysctls"
}
# shows TEXT: it is on the screen, now or soon
shows() {
	local give_up=$((SECONDS + 30))
	while ! tmux -S "$folder/tmux" capture-pane -p 2>"$folder/err" | grep -qF "$1"; do
		((SECONDS < give_up)) || { wrong+=("there is no '$1' on the screen" "$(tmux -S "$folder/tmux" capture-pane -p)"); return 1; }
		sleep 0.05
	done
}

# ends: what was on the screen has ended, and the screen with it
ends() {
	local give_up=$((SECONDS + 30))
	while tmux -S "$folder/tmux" has-session 2>"$folder/err"; do
		((SECONDS < give_up)) || { wrong+=('it does not end' "$(tmux -S "$folder/tmux" capture-pane -p)"); return 1; }
		sleep 0.05
	done
}

# panes NAME FLAG…: a lab with its panes, at the terminal of a container
panes() {
	local name=$1 podman
	shift
	podman_command
	env "$mark" tmux -S "$folder/tmux" -f /dev/null new-session -d -x 120 -y 40 \
		"${podman[@]}" run -it --rm --network none "${LIMITS[@]}" "$@" localhost/netrepro lab "$SCENARIO"
	shows 'next is 1 ' && tmux -S "$folder/tmux" send-keys run Enter && shows 'verdict: pass' && shows 'TIME-WAIT' &&
		tmux -S "$folder/tmux" send-keys quit Enter && ends
	tmux -S "$folder/tmux" kill-server 2>"$folder/err"
	tap_report "a lab with panes, $name: walked through, and ended"
}
panes '-v /run/sysnet' "${given[@]}"
panes '-v /run/sysnet --cap-drop all --user 1000' "${given[@]}" --cap-drop all --user 1000
panes '--cap-add SYS_ADMIN' --cap-add SYS_ADMIN
panes '--privileged' --privileged

set_in_lab '-v /run/sysnet' "${given[@]}"
set_in_lab '-v /run/sysnet --cap-drop all --user 1000' "${given[@]}" --cap-drop all --user 1000
set_in_lab '--cap-add SYS_ADMIN' --cap-add SYS_ADMIN
set_in_lab '--cap-add SYS_ADMIN, no fsopen(2)' --cap-add SYS_ADMIN --security-opt "seccomp=$folder/old.json"

read_only='sysctls cannot be written: /proc/sys is read-only, there is no /run/sysnet'
give='-v /proc/sys/net:/run/sysnet:rw'
refused 'no flags' "$read_only: add to \`podman run\`: $give"
refused '--cap-drop all --user 1000' "$read_only: add to \`podman run\`: $give" --cap-drop all --user 1000
refused 'in a user namespace' "$read_only: add to \`podman run\`: $give" "${rootless[@]}"
mkdir -p "$folder/false/ipv4"
echo 1 >"$folder/false/ipv4/ip_forward"
contain -v "$folder/false:/run/sysnet:rw" -- run --quiet "$SCENARIO" >"$folder/out" 2>"$folder/err" </dev/null
[[ $? == 3 && $(cat "$folder/err") == *"/run/sysnet is not the kernel's /proc/sys/net"* ]] || wrong+=("it says: $(cat "$folder/err")")
tap_report 'a folder of files in the place of sysctls is none of the ways'

# Docker's seccomp profile is podman's, but that only CAP_SYS_ADMIN lets namespaces be made.
jq '(["clone", "clone3", "fsconfig", "fsmount", "fsopen", "mount", "mount_setattr", "move_mount", "open_tree", "setns", "umount",
		"umount2", "unshare"]) as $guarded |
	.syscalls |= map(.names -= $guarded | select(.names != [])) |
	.syscalls += [
		{names: $guarded, action: "SCMP_ACT_ALLOW", includes: {caps: ["CAP_SYS_ADMIN"]}},
		{names: ["clone"], action: "SCMP_ACT_ALLOW", excludes: {caps: ["CAP_SYS_ADMIN"]},
			args: [{index: 0, value: 2114060288, valueTwo: 0, op: "SCMP_CMP_MASKED_EQ"}]},
		{names: ($guarded - ["clone", "clone3"]), action: "SCMP_ACT_ERRNO", errnoRet: 1, excludes: {caps: ["CAP_SYS_ADMIN"]}}
	]' /usr/share/containers/seccomp.json >"$folder/seccomp.json"
: >"$folder/mark"
docker=(--security-opt "seccomp=$folder/seccomp.json" --env container=oci -v "$folder/mark:/.dockerenv:ro")
no_user='cannot make a user namespace: Operation not permitted (EPERM)'
refused 'as Docker' "$no_user: add to \`docker run\`: --cap-add SYS_ADMIN" "${docker[@]}"
refused 'as Docker, --user 1000' "$no_user: add to \`docker run\`: --security-opt seccomp=unconfined $give" "${docker[@]}" --user 1000
refused 'as Docker, --user 1000, -v /run/sysnet' "$no_user: add to \`docker run\`: --security-opt seccomp=unconfined" "${docker[@]}" --user 1000 \
	"${given[@]}"

"$here/host-snapshot.sh" "$mark" >"$folder/after"
cmp -s "$folder/before" "$folder/after" || wrong+=("the host has changed: $(diff "$folder/before" "$folder/after" | head -10)")
tap_report 'the host is as before'

printf '# %-75s %-16s %-57s %s\n' 'where' 'privilege' 'how sysctls are written' 'laws and verdicts'
printf '# %s\n' "${table[@]}"
tap_end
