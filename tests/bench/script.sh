#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The case of restart.yaml as one would write it by hand: ip, sysctl, ss, and a
# small server and client. `make bench` compares netrepro with it.
#
#	script.sh N DIR		N times; DIR holds the programs server and client
#
# It runs in a network and a mount namespace of its own, so that neither a link
# nor a name under /run/netns is left behind, however it ends.
set -euo pipefail

if [[ $1 != --inside ]]; then
	exec unshare --net --mount "$0" --inside "$@"
fi
cells=$2
server=$3/server
client=$3/client

port=12345
bytes=100
# The exit status of server when the port is in use.
in_use=3

mount -t tmpfs tmpfs /run

die() {
	echo "script.sh: $*" >&2
	exit 1
}

# run_cell SERVER-NAMESPACE CLIENT-NAMESPACE
run_cell() {
	local s=$1 c=$2 line out try status=0

	ip netns add "$s"
	ip netns add "$c"
	ip link add veth0 index 2 netns "$c" type veth peer name veth0 index 3 netns "$s"
	ip -n "$s" address add 10.0.0.1/24 dev veth0
	ip -n "$c" address add 10.0.0.2/24 dev veth0
	ip -n "$s" link set veth0 up
	ip -n "$c" link set veth0 up
	# rfc1337: a late ACK of the client (delayed, and overtaken by its FIN on another processor) makes the server
	# answer, the client reset, and the TIME-WAIT go; seen once in a few hundred cells on a busy machine.
	ip netns exec "$s" sysctl -qw net.ipv4.tcp_timestamps=1 net.ipv4.tcp_rfc1337=1
	ip netns exec "$c" sysctl -qw net.ipv4.tcp_timestamps=1
	until [[ $(ip -n "$s" link show dev veth0) == *"state UP"* ]]; do
		sleep 0.01
	done

	exec {out}< <(ip netns exec "$s" "$server" $port $bytes)
	local pid=$!
	read -r line <&"$out" || die "the server does not listen"
	ip netns exec "$c" "$client" 10.0.0.1 $port $bytes || die "the client failed"
	wait "$pid" || die "the server failed"
	exec {out}<&-

	# The client's FIN may still be on its way.
	for ((try = 0; try < 100; try++)); do
		line=$(ip netns exec "$s" ss -Htan state time-wait "sport = :$port")
		[[ -n $line ]] && break
		sleep 0.01
	done
	[[ $line == *:$port* ]] || die "no TIME-WAIT on port $port"

	ip netns exec "$s" "$server" $port $bytes >/dev/null || status=$?
	((status == in_use)) || die "the second bind was not refused with EADDRINUSE"

	ip netns delete "$s"
	ip netns delete "$c"
}

began=${EPOCHREALTIME/./}
for ((i = 0; i < cells; i++)); do
	run_cell "server-$$-$i" "client-$$-$i"
done
total_us=$((${EPOCHREALTIME/./} - began))
printf 'script cells=%d total_us=%d cell_us=%d\n' "$cells" $total_us $((total_us / cells))
