#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Each of the project's scenarios notices when a cell is not in the condition that it stands for: its text is broken here
# in one place, so that all else still works, and its cells have to be inconc, by the check that is there for it.
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin broken-scenarios
with_programs

# broken SCENARIO WHAT EDIT REASON FACTOR=LEVEL…: WHAT the EDIT (of sed) makes of it; in the cells with these levels REASON is
# what there is to say of it
broken() {
	local name=$1 what=$2 edit=$3 reason=$4 n=$((n_tests + 1)) set=()
	shift 4
	set=("${@/#/--set=}")
	sed -E "$edit" "$top/scenarios/$name.yaml" >"broken-$n.yaml"
	! cmp -s "broken-$n.yaml" "$top/scenarios/$name.yaml" || wrong+=("the edit of $name changes nothing")
	try run --quiet --allow-exec "${set[@]}" -o "broken-$n" "broken-$n.yaml"
	exits 1
	is 'the verdicts' "$(jq -r 'select(.type == "cell") | .verdict' "broken-$n/results.jsonl" | sort -u | tr '\n' ',')" inconc,
	is 'the reasons' "$(jq -r 'select(.type == "cell") | .reason' "broken-$n/results.jsonl" |
		sed -E 's/ \(broken-.*//; s/has [0-9.]+s left/has TIME left/; s/two_port is [0-9]+/two_port is PORT/' | sort -u)" "$reason"
	tap_report "$name: $what"
}

# broken_crafted SCENARIO FACTOR=LEVEL…: one that crafts a segment which reaches TIME-WAIT, with a timestamp in these cells
broken_crafted() {
	local name=$1 crafted
	shift
	crafted='server: packets count where (tcp[tcpflags] & tcp-rst != 0 and tcp[14:2] != 12345)'
	crafted+=' or (tcp[14:2] = 12345 and tcp[12] & 0xf0 = 0x80)'
	broken "$name" 'TIME-WAIT is younger than it should be' \
		's/sleep 2s/sleep 0/' \
		'left_before has TIME left, and the check wants 55s to 58.2s' \
		"$@"
	broken "$name" "the client's kernel answers as well" \
		'/client: block/d' \
		"$crafted is 2, and the check wants 1" \
		"$@"
	broken "$name" 'the crafted segment has no timestamp' \
		's/ ts=TS\.Recent\+1//' \
		"$crafted is 0, and the check wants 1" \
		"$@"
}

# shellcheck disable=SC2016 # the names of variables are the scenarios'
{
	one=(first_reuseaddr=0 second_reuseaddr=1 tw_reuse=0) # server-restart
	broken server-restart 'the client has timestamps, and should have none' \
		's/(client: .*tcp_timestamps: )\$client_timestamps/\11/' \
		'client: packets timestamps SYN is yes, and the check wants no' \
		"${one[@]}" path=veth client_timestamps=0
	broken server-restart 'the server has timestamps, and should have none' \
		's/(server: .*tcp_timestamps: )\$server_timestamps/\11/' \
		'server: packets timestamps SYN-ACK is yes, and the check wants no' \
		"${one[@]}" path=veth client_timestamps=1 server_timestamps=0
	broken server-restart 'the server resets the connection, and nobody closes it' \
		'/when: \{closer: client\}$/,/^  - server: close/ {
			s/client: close conn/server: setsockopt child SO_LINGER 0/
			s/server: close child/client: close conn/
			s/server: recv child eof/server: close child/
		}' \
		'server: packets sender FIN is none, and the check wants client' \
		"${one[@]}" closer=client
	broken server-restart 'the loopback is that of the other address' \
		's/to: 127\.0\.0\.1/to: server/' \
		'client: packets sender where net 127 is none, and the check wants client' \
		"${one[@]}" path=loopback

	one=(old_reuseaddr=0 new_reuseaddr=0 tw_reuse=0 path=veth)
	broken client-restart 'one side has no timestamps' \
		's/(server: .*tcp_timestamps: )\$timestamps/\10/' \
		'client: packets timestamps any is mixed, and the check wants yes' \
		"${one[@]}" timestamps=1 newcomer=any-port
	broken port-or-connection 'one side has timestamps, and the other offers none' \
		's/(client: .*tcp_timestamps: )\$timestamps/\10/' \
		'client: packets timestamps any is no, and the check wants yes' \
		"${one[@]}" timestamps=1 use=other-client-port
	broken port-or-connection 'the veth leads to the loopback' \
		's/client_in: client, server_address: server/client_in: server, server_address: 127.0.0.1/' \
		'client: packets sender where net 127 is client, and the check wants none' \
		"${one[@]}" timestamps=1 use=other-client-port

	broken defaults 'a socket of the other family' \
		's/asked: socket sock \$family/asked: socket sock tcp/' \
		'asked: getsockopt sock SO_DOMAIN is 2, and the check wants 10' \
		family=tcp6 socket=fresh,bound,listening
	broken defaults 'a socket that is bound elsewhere' \
		's/asked: bind sock \*:12345/asked: bind sock *:12346/' \
		'asked: getsockname sock port is 12346, and the check wants 12345' \
		socket=bound

	broken failed-bind 'the obstacle is on another port' \
		's/old: bind listener \*:12345/old: bind listener *:12346/' \
		'old: getsockname listener port is 12346, and the check wants 12345' \
		obstacle=bound then=connect

	broken no-connection 'the server closes nothing' \
		's/(reached: not_accepted, closer: server, how: )close/\1exit/' \
		'client: packets flags where src port 12345 is ACK, and the check wants RST,ACK' \
		reached=not_accepted closer=server how=close
	broken no-connection 'the client closes before the server does' \
		'/not_accepted, closer: server, how: close/,/close listener/s/^( *)- server: close listener/\1- client: close conn\n&/' \
		'client: packets sender FIN is client, and the check wants none' \
		reached=not_accepted closer=server how=close
	broken no-connection 'one side has no timestamps' \
		's/(server: .*tcp_timestamps: )\$timestamps/\10/' \
		'client: packets timestamps SYN-ACK is no, and the check wants yes' \
		reached=not_accepted,accepted how=close timestamps=1 path=veth

	one=(port=range-of-one path=veth tw_reuse=1)
	stamps=(old_server_timestamps=1 new_server_timestamps=1)
	broken reconnect-same-port 'TIME-WAIT is younger than it should be' \
		's/sleep \$age/sleep 0/' \
		'before has TIME left, and the check wants 59s to 59.9s' \
		"${one[@]}" destination=same "${stamps[@]}" age=0.4s old_client_timestamps=1 reuse_delay=100
	broken reconnect-same-port 'the old connection has timestamps, and should have none' \
		's/(tcp_timestamps: )\$old_client_timestamps/\11/' \
		'old_syn is yes, and the check wants no' \
		"${one[@]}" destination=same "${stamps[@]}" age=0 reuse_delay=untouched old_client_timestamps=0
	broken reconnect-same-port 'the new one has those of the old one: of the client' \
		's/(tcp_timestamps )\$new_client_timestamps/\1$old_client_timestamps/' \
		'client: packets timestamps where tcp[22:2] = 1000 is yes, and the check wants no' \
		"${one[@]}" destination=other "${stamps[@]}" age=0 old_client_timestamps=1 new_client_timestamps=0
	broken reconnect-same-port 'the new one has those of the old one: of the server' \
		's/(tcp_timestamps )\$new_server_timestamps/\1$old_server_timestamps/' \
		'server: packets timestamps where src port 81 is yes, and the check wants no' \
		"${one[@]}" destination=other age=0 old_client_timestamps=1 new_client_timestamps=1 old_server_timestamps=1 \
		new_server_timestamps=0

	one=(client_tw_reuse=1 server_tw_reuse=1 server_timestamps=1 next=connect)
	broken tw-reuse-initiator "the client's TIME-WAIT is younger than it should be" \
		's/sleep \$age/sleep 0/' \
		'client_timer has TIME left, and the check wants 57s to 59s' \
		"${one[@]}" closer=client age=1.3s
	broken tw-reuse-initiator 'the client has timestamps, and should have none' \
		's/(client: .*tcp_timestamps: )\$client_timestamps/\11/' \
		'client: packets timestamps SYN is yes, and the check wants no' \
		"${one[@]}" closer=client age=0 client_timestamps=0
	broken tw-reuse-initiator "the server's TIME-WAIT is older than it should be" \
		's/sleep \$age/sleep 1.1s/' \
		'server_timer has TIME left, and the check wants 59s to 60s' \
		"${one[@]}" closer=server age=0

	one=(first_device=veth0 second_device=veth2 first_address=any second_address=other)
	broken bind-device 'the listener is bound to no device, and should be to one' \
		's/(setsockopt first SO_BINDTODEVICE )\$first_device/\1none/' \
		'child_device is none, and the check wants veth0' \
		"${one[@]}" holder=time-wait
	broken bind-device 'the other socket is bound to another device than it should be' \
		's/(setsockopt second SO_BINDTODEVICE )\$second_device/\1veth0/' \
		'server: getsockopt second SO_BINDTODEVICE is veth0, and the check wants veth2' \
		"${one[@]}" holder=time-wait
	broken behind-a-router 'the way by the router is not taken' \
		's/host: 10\.0\.1\.1/host: 10.0.0.1/' \
		'server: packets sender where src host 10.0.0.2 is client, and the check wants none' \
		path=routed closer=server then=bind
	broken behind-a-router 'the direct way goes by the router' \
		's/host: 10\.0\.0\.1/host: 10.0.1.1/' \
		'server: packets sender where src host 10.0.2.2 is client, and the check wants none' \
		path=direct closer=server then=bind

	one=(first_reuseaddr=1 second_reuseaddr=1 fin_timeout=60) # so that there is nothing to wait for
	broken wait-it-out 'a part of TIME-WAIT is over when the wait begins' \
		's/^  - server: timer/  - server: sleep 1.1s\n&/' \
		'left_to_wait has TIME left, and the check wants 59s to 60s' \
		"${one[@]}" left=TIME-WAIT
	broken wait-it-out 'a connection without timestamps' \
		's/(tcp_timestamps: )\$timestamps/\10/' \
		'timestamps_seen is no, and the check wants yes' \
		"${one[@]}" timestamps=1 left=FIN-WAIT-2,ESTABLISHED

	one=(delayed=nobody path=veth)
	broken who-holds-time-wait 'a close that should be a reset' \
		's/(linger_0: .*first_linger: )0/\1off/' \
		'server: packets sender RST is none, and the check wants server' \
		"${one[@]}" closer=server first_how=linger_0 second_how=close
	broken who-holds-time-wait 'a reset that should be a close' \
		's/(close: .*second_linger: )off/\10/' \
		'server: packets sender RST is server, and the check wants none' \
		"${one[@]}" closer=client first_how=close second_how=close
	broken who-holds-time-wait 'a reset that comes behind a close' \
		's/^  - server: send child 100$/&\n  - client: shutdown conn SHUT_WR/' \
		'server: packets sender FIN is client, and the check wants none' \
		"${one[@]}" closer=server first_how=linger_0 second_how=close
	broken who-holds-time-wait 'IPv4, and it should be IPv6' \
		's/family: tcp6/family: tcp/' \
		'client: packets sender where ip6 is none, and the check wants client' \
		closer=server first_how=close delayed=nobody path=ipv6

	broken order-of-states 'one side has no timestamps' \
		's/(server: .*tcp_timestamps: )\$timestamps/\10/' \
		'client: packets timestamps SYN-ACK is no, and the check wants yes' \
		first_fin=free second_fin=free timestamps=1
	broken order-of-states 'IPv4, and it should be IPv6' \
		's/family: \[tcp, tcp6\]/family: [tcp6]/; s/(listener|sock) \$family/\1 tcp/' \
		'client: packets sender where ip6 is none, and the check wants second' \
		first_fin=free second_fin=free closer=server

	broken accepted-socket-flag 'the accepted socket gets another flag' \
		's/setsockopt child SO_REUSEADDR \$accepted_gets/setsockopt child SO_REUSEADDR 1/' \
		'accepted_has is 1, and the check wants 0' \
		accepted_gets=0
	broken addresses 'a socket that takes IPv4 as well' \
		's/(setsockopt two IPV6_V6ONLY )\$two_only/\10/' \
		'server: getsockopt two IPV6_V6ONLY is 0, and the check wants 1' \
		second=any6
	broken autobind 'a bind that chooses a port' \
		's/(setsockopt one IP_BIND_ADDRESS_NO_PORT) 1/\1 0/' \
		'first_port_after_bind is 40000, and the check wants 0' \
		first=no-port
	broken fin-timeout 'a socket that waits in FIN-WAIT-2' \
		's/(setsockopt child TCP_LINGER2 )\$linger2/\11/' \
		'left_behind is FIN-WAIT-2, and the check wants none' \
		linger2=-1 how=close
	broken fin-timeout 'a part of TIME-WAIT is over when the wait begins' \
		's/^( *)- server: timer/\1- server: sleep 1.1s\n&/; s/for: 140s/for: 1s/' \
		'left_to_wait has TIME left, and the check wants 59s to 60s' \
		left=TIME-WAIT how=close linger2=unset
	broken isn-clock 'one of the connections has another port' \
		's/bind conn_3 \*:40000/bind conn_3 *:40009/' \
		'client: packets count where src port 40000 and tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn is 5, and the check wants 6' \
		ends=same
	broken listen-after-bind 'a bind that chooses a port' \
		's/bind two \$two_at:80/bind two $two_at:0/' \
		'two_port is PORT, and the check wants 80' \
		first_to_listen=one
	broken port-exhaustion 'TIME-WAIT is younger than it should be' \
		's/sleep \$age/sleep 0/' \
		'first_port has TIME left, and the check wants 55s to 59s' \
		age=1.3s path=veth port=connect
	broken port-exhaustion 'one of the ports is free' \
		's/^( *)- client: close old_2/\1- client: setsockopt old_2 SO_LINGER 0\n&/' \
		"'server: recv child_2 eof' gave ECONNRESET" \
		ports=two path=veth port=connect
	broken port-exhaustion 'the range is not made larger' \
		's/^( *)- client: sysctl net\.ipv4\.ip_local_port_range \$range_then/\1- client: socket nothing/' \
		'client: getsysctl net.ipv4.ip_local_port_range is 40000 40001, and the check wants 40000 40003' \
		ports=two-of-four path=veth port=connect age=0
	broken reuseport 'the listener is still there' \
		's/server: close one/server: listen one/' \
		'before is TIME-WAIT+LISTEN, and the check wants TIME-WAIT' \
		first=TIME-WAIT
	broken tw-buckets 'the loopback is not used' \
		's/loopback: \{client_in: server, to: 127\.0\.0\.1\}/loopback: {client_in: client, to: server}/' \
		'first: packets sender where net 127 is none, and the check wants first' \
		path=loopback
	one=(sequence=+1 timestamp=newer timestamps=1 listener=yes rfc1337=0)
	broken_crafted syn-in-time-wait "${one[@]}"
	broken syn-in-time-wait 'the listener is still there' \
		's/server: close listener/server: socket nothing/' \
		'before is TIME-WAIT+LISTEN, and the check wants TIME-WAIT' \
		"${one[@]/listener=yes/listener=no}"
	broken syn-in-time-wait 'the listener has room' \
		's/listen listener 0/listen listener 9/' \
		'stranger is SYN,ACK, and the check wants none' \
		"${one[@]/listener=yes/listener=full}"

	one=(segment=ACK sequence=+1 timestamp=newer timestamps=1 listener=yes rfc1337=0)
	broken_crafted segments-in-time-wait "${one[@]}"

	one=(sent=33554432 rfc1337=0 syn_retries=1 listener=yes)
	broken reconnect-into-time-wait 'the client comes back when its number has caught up' \
		's/sleep 5ms/sleep 1.3s/' \
		'left_before has TIME left, and the check wants 59.5s to 60s' \
		"${one[@]}" timestamps=0
	broken reconnect-into-time-wait 'the client comes back without timestamps' \
		's/^  - client: socket again/  - client: sysctl net.ipv4.tcp_timestamps 0\n&/' \
		'client: packets timestamps where tcp[tcpflags] = tcp-syn and tcp[22:2] = 1000 is no, and the check wants yes' \
		"${one[@]}" timestamps=1
	broken reconnect-into-time-wait 'the listener is still there' \
		's/server: close listener/server: socket nothing/' \
		'before is TIME-WAIT+LISTEN, and the check wants TIME-WAIT' \
		sent=100 timestamps=1 rfc1337=0 syn_retries=1 listener=no

	broken paws 'the connection is half closed' \
		's/^  - server: recv child 100/&\n  - client: shutdown conn SHUT_WR/' \
		'before is CLOSE-WAIT, and the check wants ESTABLISHED' \
		segment=data timestamp=newer
	broken paws 'the segment has no timestamp' \
		's/ ts=TS\.Recent-2//' \
		'server: packets timestamps where tcp[14:2] = 12345 is no, and the check wants yes' \
		segment=data,FIN,RST timestamp=older-by-2

	broken both-at-once 'the FINs are not lost, and do not cross' \
		's/^      - (server|client): block/      - \1: unblock/' \
		'server_1 is TIME-WAIT, and the check wants FIN-WAIT-1' \
		closer=both opener=client
	broken both-at-once 'the SYNs do not cross' \
		's/^      - server: resend SYN$/      - client: unblock\n&/' \
		'server_crossed is ESTABLISHED, and the check wants SYN-RECEIVED' \
		opener=both

	broken last-ack 'the last ACK is not lost' \
		's/client: block .*/client: unblock/' \
		'server_before is none, and the check wants LAST-ACK' \
		comes=FIN passive=close
	broken last-ack 'there is room for TIME-WAIT' \
		's/(none: \{buckets: )0/\1100/' \
		'client_before is TIME-WAIT, and the check wants none' \
		comes=FIN time_wait=none
	broken last-ack 'the peer is reset before the SYN comes' \
		'/begun/,$ s/^      - server: resend FIN/      - client: unblock\n&/' \
		'server_after is ESTABLISHED, and the check wants LAST-ACK' \
		comes=SYN passive=shutdown time_wait=none

	broken last-ack 'the client comes back too early for tcp_tw_reuse' \
		's/sleep 1\.3s/sleep 0/' \
		"'client: resend RST'" \
		port=tw-reuse timestamps=1

	one=(reset=newer rfc1337=1 syn=newer)
	broken ignored-reset 'the client closes first' \
		's/server: close child .*/client: shutdown conn SHUT_WR/; s/client: recv conn eof/server: recv child eof/
			s/client: close conn$/server: close child/' \
		'before is LISTEN, and the check wants TIME-WAIT+LISTEN' \
		"${one[@]}"
	broken ignored-reset 'the reset has no timestamp' \
		's/ ts=TS\.Recent\+1000//' \
		'server: packets count where tcp[tcpflags] = tcp-rst and tcp[14:2] = 23456 and tcp[12] & 0xf0 = 0x80 is 0, and the check wants 1' \
		"${one[@]}"
	broken ignored-reset 'the client resets by itself' \
		's/client: block.*/client: socket nothing/' \
		'server: packets count RST is 2, and the check wants 1' \
		"${one[@]}"
	broken delayed-reset 'the reset is not delayed' \
		's/server: block/server: unblock/' \
		'before is none, and the check wants TIME-WAIT' \
		sent=0
	broken delayed-reset 'another segment is delayed' \
		's/raw: resend where.*/raw: resend SYN-ACK/' \
		'resets_in is 0, and the check wants 1' \
		reset=of-the-old sent=0

	one=(port=other clock=900000000 tw_reuse=0)
	broken shared-address 'the second client has no clock' \
		's/ ts=\$clock//' \
		'server: packets timestamps SYN is mixed, and the check wants yes' \
		"${one[@]}"
	broken shared-address 'the second client has the port of the first' \
		's/from: 40001/from: 40000/' \
		'server: packets sender where src port 40001 is none, and the check wants other' \
		"${one[@]}"
	broken shared-address 'the first client goes on' \
		's/FIN\|ACK( client:40000 server:80 seq=1001 ts=1000000002)/ACK\1/' \
		'before is FIN-WAIT-2, and the check wants TIME-WAIT' \
		"${one[@]}"

	broken article-programs 'it is the client that closes first' \
		's/server_sleeps: 0, client_sleeps: 0.5/server_sleeps: 0.5, client_sleeps: 0/' \
		'left_behind is none, and the check wants TIME-WAIT' \
		closer=server reuseaddr=1 timestamps=1
	broken article-programs 'timestamps stay on' \
		's/(tcp_timestamps: )\$timestamps/\11/' \
		'server: packets timestamps SYN-ACK is yes, and the check wants no' \
		closer=client reuseaddr=1 timestamps=0
	if command -v python3 >/dev/null; then
		broken restart-of-real-servers 'timestamps stay on' \
			's/(tcp_timestamps: )\$timestamps/\11/' \
			'server: packets timestamps SYN-ACK is yes, and the check wants no' \
			server=http.server timestamps=0
	else
		skip 'restart-of-real-servers: timestamps stay on' 'python3 is not installed'
	fi
}

finish
