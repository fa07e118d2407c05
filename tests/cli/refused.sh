#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A host that refuses: limits of namespaces, no privilege at all. What is missing, the remedy, and never a hang.
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin refused

cat >small.yaml <<'END'
name: small
matrix:
  n: [1, 2, 3, 4]
steps:
  - server: socket s
END

# The limits of this test are those of a user namespace of its own.
if ! "${as[@]}" unshare --user --map-root-user true 2>/dev/null; then
	skip 'a host that refuses' 'this host does not let the test make a user namespace'
	finish
fi

# within SETUP ARGUMENT…: run the program in a user namespace, as its root, once SETUP has been done in it
within() {
	local setup=$1
	shift
	"${as[@]}" "$mark" "$untraced" timeout "$EVENT_S" unshare --user --map-root-user bash -c "$setup"'; exec "$@"' within \
		"${powerless[@]}" ./netrepro "$@" >out 2>err </dev/null
	status=$?
	((status != 124)) || wrong+=('it hangs')
}
powerless=()

# limited LIMIT N ARGUMENT…
limited() {
	local limit=$1 n=$2
	shift 2
	within "echo $n >/proc/sys/user/max_${limit}_namespaces" "$@"
}

# nothing_left: no process of the run
nothing_left() {
	local left
	left=$(all_gone) || wrong+=("left behind: $left")
}

# The init of a run, and each worker, have a network namespace of their own; a cell has two more.
limited net 0 run --quiet -o none small.yaml
exits 3
silent out
golden no-namespace-for-init err
[[ ! -e none ]] || wrong+=('it has made the output folder')
nothing_left
tap_report 'no network namespace at all: exit status 3, why, and the remedy'
limited net 1 run --quiet -o none small.yaml
exits 3
silent out
golden no-namespace-for-worker err
[[ ! -e none ]] || wrong+=('it has made the output folder')
nothing_left
tap_report 'none for a worker: exit status 3, why, and the remedy'
limited net 2 run --jobs 1 -o first small.yaml
exits 4
silent err
golden no-namespace-for-cell out
complete first/results.jsonl 4
is 'the verdicts' "$(jq -r 'select(.type == "cell") | .verdict' first/results.jsonl | sort -u)" error
nothing_left
tap_report 'none for a cell: each is an error with the kernel'\''s word'
# Without evidence: the namespace in which a worker waits for the times of packets may be there still.
limited net 3 run --jobs 1 --evidence none -o second small.yaml
exits 4
silent err
complete second/results.jsonl 4
# The one of the cell before may be there still.
is 'other reasons' "$(jq -r 'select(.type == "cell") | .reason' second/results.jsonl | grep -cvE \
	"^namespace '(server|client)': a network namespace: the limit user\.max_net_namespaces is reached \(ENOSPC")" 0
says second/results.jsonl "namespace 'client': a network namespace: the limit user.max_net_namespaces is reached (ENOSPC"
nothing_left
tap_report 'one for a cell and no second: each is an error with the kernel'\''s word'
# Namespaces die a moment after their cell, so it is open how many get theirs.
limited net 7 run --jobs 2 --replicates 5 -o some small.yaml
[[ $status == 0 || $status == 4 ]] || wrong+=("exit status $status: $(head -c 500 err)")
complete some/results.jsonl 20
is 'other reasons than ENOSPC' "$(jq -r 'select(.verdict == "error") | .reason' some/results.jsonl | grep -cv ENOSPC)" 0
is 'other verdicts than pass and error' \
	"$(jq -r 'select(.type == "cell") | .verdict' some/results.jsonl | grep -cvE '^(pass|error)$')" 0
nothing_left
tap_report 'too few for all at once: every run has a result'
limited mnt 0 run small.yaml
exits 3
silent out
golden no-mount-namespace err
nothing_left
tap_report 'no mount namespace: exit status 3, why, and the remedy'
limited pid 0 run small.yaml
exits 3
silent out
golden no-pid-namespace err
nothing_left
tap_report 'no PID namespace: exit status 3, why, and the remedy'

limited net 1 doctor
exits 3
golden doctor-limited out
tap_report 'doctor says so of a host without network namespaces'

# No capability, and no user namespace to get one in.
powerless=(setpriv --bounding-set -all --inh-caps -all)
limited user 0 run -o none small.yaml
exits 3
silent out
golden no-privilege err
[[ ! -e none ]] || wrong+=('it has made the output folder')
nothing_left
tap_report 'no privilege and no user namespace: exit status 3, why, and the remedy'
limited user 0 doctor
exits 3
silent err
golden doctor-no-privilege out
tap_report 'doctor says so, with the remedies'
limited user 0 doctor --format json
exits 3
is 'what does not work' "$(jq -r '.[] | select(.works | not) | .name' out | tr '\n' ',')" \
	'user namespace,isolation,network namespace,own /proc,sysctl,veth,IPv6,sock_diag,packets,'
is 'what has no remedy' "$(jq -r '.[] | select(.tried and (.works | not) and .remedy == "") | .name' out)" ''
tap_report 'doctor --format json says so'

# A user namespace that may be made and gives nothing, as under AppArmor's restriction on Ubuntu 24.04: this user cannot be
# mapped into it. Here as /proc cannot be written.
# shellcheck disable=SC2016 # the inner shells'
useless='set -- unshare --mount bash -c "mount -o bind,remount,ro /proc && exec \"\$@\"" useless "$@"'
within "$useless" run -o none small.yaml
exits 3
silent out
golden useless-user-namespace err
[[ ! -e none ]] || wrong+=('it has made the output folder')
nothing_left
tap_report 'a user namespace without power: exit status 3, why, and the remedy'
within "$useless" doctor --format json
exits 3
is 'why there is no user namespace' "$(jq -r '.[] | select(.name == "user namespace" and (.works | not)) | .why' out |
	grep -c '^cannot map this user into a user namespace')" 1
is 'its remedy' "$(jq -r '.[] | select(.name == "user namespace") | .remedy' out | grep -c '^none is needed where')" 1
tap_report 'doctor says so, with the remedy'

# Sysctls that are not those of the namespace that they are read in: a mount of net/ipv4 shows that of whoever made it, and a
# file what was written into it. The network namespace is the test's own, should they be written all the same.
cat >sysctls.yaml <<'END'
name: sysctls
matrix:
  level: [0, 1]
namespaces:
  server: {sysctl: {net.ipv4.tcp_timestamps: $level}}
steps:
  - server: socket s
END
powerless=(setpriv --bounding-set -sys_admin --inh-caps -sys_admin)
# given COMMAND: what else is done with the folder of sysctls
given() {
	echo "set -- unshare --mount --net bash -c 'mount -t tmpfs none /run && mkdir -p /run/sysnet/ipv4 && $1
		mount --bind /proc/sys /proc/sys && mount -o bind,remount,ro /proc/sys && cat /proc/sys/net/ipv4/tcp_timestamps >before &&
		\"\$@\"; status=\$?; cat /proc/sys/net/ipv4/tcp_timestamps >after; exit \$status' given \"\$@\""
}
fake='cd /run/sysnet/ipv4 && echo 1 >ip_forward && echo 1 >tcp_timestamps'
n=0
for how in 'mount --bind /proc/sys/net/ipv4 /run/sysnet/ipv4 &&' \
	"$fake && mount --bind /proc/sys/net/ipv4/ip_forward ip_forward && cd - >/dev/null &&" "$fake && cd - >/dev/null &&"; do
	n=$((n + 1))
	within "$(given "$how")" run -o none sysctls.yaml
	exits 3
	silent out
	golden "false-sysctls-$n" err
	[[ ! -e none ]] || wrong+=('it has made the output folder')
	cmp -s before after || wrong+=("a sysctl of the namespace around it was changed: $(cat before after)")
	within "$(given "$how")" doctor
	exits 3
	says out "$(sed 's/^netrepro: //' "$top/tests/golden/refused/false-sysctls-$n")"
done
nothing_left
tap_report 'sysctls that are not the own namespace'\''s are not written'

# All but packets: only a scenario that asks for them is held up by that. Where a user namespace is to be had, they are to be
# had in it.
cat >connect.yaml <<'END'
name: connect
matrix:
  n: [1, 2]
steps:
  - server: socket listener
  - server: bind listener *:80
  - server: listen listener
  - client: socket conn
  - client: connect conn server:80
    as: connected
END
{
	sed 's/^name: .*/name: asks/' connect.yaml
	printf '  - server: packets count SYN\n    as: syns\n'
} >asks.yaml
powerless=(setpriv --bounding-set -net_raw --inh-caps -net_raw)
no_user='echo 0 >/proc/sys/user/max_user_namespaces'
within "$no_user" run --quiet --evidence none -o bare connect.yaml
exits 0
within "$no_user" run --quiet --evidence all -o blind connect.yaml
exits 0
silent err
complete blind/results.jsonl 2
is 'the outcomes' "$(outcomes blind/results.jsonl)" "$(outcomes bare/results.jsonl)"
is 'the gaps' "$(jq -r .gap blind/evidence.jsonl | sort -u)" "the packets of namespace 'server': packets cannot be seen without \
CAP_NET_RAW (in a container: --cap-add NET_RAW): Operation not permitted (EPERM)"
is 'the states of the client and the counters' "$(jq -c '[[.looks[] | select(.in == "client")][-1].sockets[].state,
	.counters.client.TcpActiveOpens, .counters.server.TcpPassiveOpens]' blind/evidence.jsonl | sort -u)" '["ESTABLISHED",1,1]'
is 'packets' "$(jq -c 'select(has("pcapng"))' blind/evidence.jsonl)" ''
try show blind 0
exits 0
silent err
says out 'without CAP_NET_RAW'
nothing_left
tap_report 'packets may not be seen: the same verdicts, the rest of the evidence, and the gap'
within "$no_user" run -o asks asks.yaml
exits 3
silent err
golden no-packets out
complete asks/results.jsonl 2
nothing_left
tap_report '… and where a scenario asks for them: skip, exit status 3, why, and the remedy'
within "$no_user" doctor
exits 0
silent err
golden doctor-no-packets out
tap_report '… and doctor says so'
for lacking in net_raw net_admin,-net_raw; do
	powerless=(setpriv --bounding-set "-$lacking" --inh-caps "-$lacking")
	within : run --quiet -o "given-$lacking" asks.yaml
	exits 0
	silent err
	is 'the outcomes' "$(jq -c 'select(.type == "cell") | .responses' "given-$lacking/results.jsonl" | sort -u)" '{"connected":"ok","syns":"1"}'
	is 'the privilege' "$(jq -r 'select(.type == "run") | .privilege' "given-$lacking/results.jsonl")" 'user namespace'
done
nothing_left
tap_report 'CAP_SYS_ADMIN is enough: a user namespace has the other capabilities'
# Root that may not be mapped into a user namespace.
for lacking in setfcap,-sys_admin setfcap,-net_admin all; do
	powerless=(setpriv --bounding-set "-$lacking" --inh-caps "-$lacking")
	within : run --quiet -o "unmapped-$lacking" asks.yaml
	exits 0
	is 'the outcomes' "$(jq -c 'select(.type == "cell") | .responses' "unmapped-$lacking/results.jsonl" | sort -u)" '{"connected":"ok","syns":"1"}'
	is 'the privilege' "$(jq -r 'select(.type == "run") | .privilege' "unmapped-$lacking/results.jsonl")" 'user namespace'
	within : doctor
	exits 0
done
nothing_left
tap_report '… and to make one not even that'
powerless=(setpriv --bounding-set "-net_admin,-net_raw" --inh-caps "-net_admin,-net_raw")
within "$no_user" run asks.yaml
exits 3
silent out
golden no-net-admin err
tap_report '… and without one it is said which are missing'

# A veth that the kernel refuses: its own words (EXT_ACK) reach the reason of the cell, and the verdict says whose doing it is.
cat >ipv6-off.yaml <<'END'
name: ipv6-off
namespaces:
  server: {sysctl: {net.ipv6.conf.default.disable_ipv6: 1}}
  client: {}
steps:
  - server: socket s tcp6
END
powerless=()
for who in $(users); do
	act_as "$who"
	try run --quiet ipv6-off.yaml
	exits 1
	silent err
	# Kernels before 6.6 refuse it without a word.
	grep -q 'ipv6: IPv6 is disabled' out || sed -i 's/with its addresses: /&ipv6: IPv6 is disabled on this device: /' out
	golden veth out
	tap_report "a veth refused by the kernel, as $who"
done

# What doctor says of this host is what a run does: here all works, as the one who runs this test.
powerless=()
for who in $(users); do
	act_as "$who"
	try doctor
	exits 0
	silent err
	says out 'This host can run netrepro.'
	try run --quiet small.yaml
	exits 0
	tap_report "doctor and a run agree, as $who"
done

finish
