#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A running worker has no way back to the host's network: no descriptor, no process to find one in, no file, no link.
#
# usage: worker-cannot-return.sh [NETREPRO]
#
# Looked at from outside, as root, while the worker's one cell sleeps. The run is made in a mount namespace with a file that
# is the host's network namespace, as `ip netns` and container engines keep them.
set -u -o pipefail
here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/tap.bash
. "$here/../tap.bash"

readonly PATIENCE_S=10

need jq nsenter setpriv unshare
((EUID == 0)) || {
	printf '1..0 # SKIP only root can look into a worker from outside\n'
	exit 77
}
netrepro=$(realpath "${1:-${NETREPRO:-build/netrepro}}") || die "no program"
make_folder cannot-return
cp "$netrepro" "$folder/netrepro"
cat >"$folder/scenario.yaml" <<'YAML'
name: sleeper
question: Can a worker that sleeps be left?
matrix: {once: [0]}
steps:
  - server: socket listener
  - server: bind listener *:12345
  - server: listen listener
  - client: socket conn
  - client: connect conn server:12345
  - server: accept listener child
  - client: sleep 60s
YAML
chmod 644 "$folder/scenario.yaml"
host_net=$(readlink /proc/self/ns/net)
ln -s /proc/self/ns/net "$folder/from-here"

# start WHO: a run whose cell sleeps, and $worker that runs it
start() {
	local give_up=$((SECONDS + PATIENCE_S))
	become "$1"
	touch "$folder/host-net"
	# shellcheck disable=SC2016 # expanded by the inner shell
	unshare --mount --propagation private sh -c '
		mount --bind /proc/self/ns/net "$1/host-net" || exit
		shift
		exec "$@"' sh "$folder" "${as[@]}" "$mark" "$folder/netrepro" run --quiet --evidence notable --jobs 1 "$folder/scenario.yaml" \
		>"$folder/stdout" 2>&1 </dev/null &
	runner=$!
	# It has a network namespace of a cell, and sockets in it, when it has come to its sleep: three of the steps; and for
	# evidence two that see packets, one that has the kernel take their times, two of sock_diag.
	until worker=$(ours_named netrepro-worker) && [[ -n $worker && $(n_sockets "$worker") -ge 8 ]]; do
		kill -0 "$runner" 2>/dev/null || die "the run ended: $(cat "$folder/stdout")"
		((SECONDS < give_up)) || die "no worker after $PATIENCE_S s"
		sleep 0.01
	done
}

n_sockets() {
	readlink /proc/"$1"/fd/* 2>/dev/null | grep -c '^socket:'
}

stop() {
	kill -KILL "$runner"
	wait "$runner" 2>/dev/null
	all_gone >/dev/null || die "processes are left"
}

# Inode numbers of the sockets in the host's network namespace, by the tables of /proc/net.
host_sockets() {
	awk '{ print $10 }' /proc/net/{tcp,tcp6,udp,udp6,raw,raw6,netlink}
	awk '{ print $9 }' /proc/net/packet
	awk '{ print $7 }' /proc/net/unix
} 2>/dev/null

descriptors() {
	local fd target known
	known=$(host_sockets)
	for fd in /proc/"$worker"/fd/*; do
		target=$(readlink "$fd") || continue
		case $target in
		"$host_net") wrong+=("descriptor ${fd##*/} is the host's network namespace") ;;
		net:* | pipe:* | /dev/null | anon_inode:*) ;;
		socket:*)
			target=${target//[^0-9]/}
			! grep -q -x "$target" <<<"$known" || wrong+=("descriptor ${fd##*/} is a socket of the host's namespace")
			;;
		*) wrong+=("descriptor ${fd##*/} is $target") ;;
		esac
	done
	grep -q -x '[1-9][0-9]*' <<<"$known" || wrong+=("the test itself sees no socket of the host")
	tap_report "as $1: the worker's descriptors lead to pipes, /dev/null, and namespaces and sockets of its own"
}

namespaces() {
	local kind own
	for kind in net mnt pid; do
		own=$(readlink "/proc/$worker/ns/$kind")
		[[ -n $own && $own != "$(readlink "/proc/self/ns/$kind")" ]] || wrong+=("its $kind namespace is the host's")
	done
	for kind in net pid_for_children; do
		[[ $(readlink "/proc/$worker/ns/$kind") != "$(readlink "/proc/self/ns/$kind")" ]] ||
			wrong+=("its children would be in the host's $kind namespace")
	done
	for kind in "/proc/$worker/task"/*/ns/net; do
		[[ $(readlink "$kind") != "$host_net" ]] || wrong+=("a thread of it is in the host's network namespace")
	done
	tap_report "as $1: the worker is in no namespace of the host for network, mounts, processes"
}

# inside COMMAND…: within all namespaces of the worker, with what it may do there: where it is not even allowed to read which
# namespace another process is in, it cannot enter it
inside() {
	nsenter --target "$worker" --mount --net --pid ${user_namespace:+--user --preserve-credentials} -- "$@"
}

processes() {
	local seen
	# shellcheck disable=SC2016 # expanded by the inner shell
	seen=$(inside sh -c 'for p in /proc/[0-9]*; do printf "%s=%s\n" "${p#/proc/}" "$(readlink $p/ns/net)"; done' 2>&1)
	grep -q '^1=' <<<"$seen" || wrong+=("its /proc does not show its init: ${seen//$'\n'/ }")
	! grep -q -F "=$host_net" <<<"$seen" || wrong+=("its /proc shows a process in the host's network: ${seen//$'\n'/ }")
	# Its init, itself, and the look from outside.
	(($(wc -l <<<"$seen") <= 4)) || wrong+=("its /proc shows others: ${seen//$'\n'/ }")
	tap_report "as $1: the worker's /proc shows its init and workers alone, none of them in the host's network"
}

files() {
	local file reached
	while read -r file; do
		# An ordinary user cannot unmount what the host has mounted, but may not enter it either.
		reached=$(inside nsenter --net="$file" readlink /proc/self/ns/net 2>/dev/null)
		[[ -z $reached ]] || wrong+=("it can enter $reached by the file $file")
	done < <(awk '/ - nsfs / { print $5 }' "/proc/$worker/mountinfo")
	[[ $(nsenter --net="$folder/from-here" readlink /proc/self/ns/net) == "$host_net" ]] ||
		wrong+=("the test itself cannot enter such a file")
	tap_report "as $1: no file that the worker can see lets it into a network namespace"
}

links() {
	local seen
	seen=$(nsenter --target "$worker" --mount -- ls /sys/class/net 2>&1)
	# A sysfs that could not be mounted is an empty folder instead.
	[[ $seen == lo || -z $seen || $seen == *'No such file'* ]] ||
		wrong+=("/sys/class/net shows: ${seen//$'\n'/ }")
	tap_report "as $1: the worker's /sys shows no link of the host"
}

for who in root user; do
	if [[ $(users) != *$who* ]]; then
		tap_skip "as $who" "this host does not let ordinary users make namespaces"
		continue
	fi
	user_namespace=
	[[ $who == root ]] || user_namespace=yes
	start "$who"
	descriptors "$who"
	namespaces "$who"
	processes "$who"
	files "$who"
	links "$who"
	stop
done
tap_end
