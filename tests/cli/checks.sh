#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A cell that is not in the condition that it stands for is inconc, and says why: a set-up broken in each way on purpose,
# and what a check finds of it.
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin checks

# Two sides that connect, and what stands in front of it in the file.
head_of() {
	cat <<END
name: $1
matrix:
  broken: $2
  path:
    veth: {client_in: client, to: server, family: tcp}
    loopback: {client_in: server, to: 127.0.0.1, family: tcp}
    ipv6: {client_in: client, to: server, family: tcp6}
actors: {client: {in: \$client_in}}
END
}
connected() {
	cat <<'END'
  - server: socket l $family
  - server: bind l *:80
  - server: listen l
  - client: socket c $family
  - client: bind c *:4000
  - client: connect c $to:80
  - server: accept l s
  - server: close l
END
}

# broken NAME: NAME.yaml, whose factor `broken` is yes or no: where no, all is well; where yes, each cell is inconc
broken() {
	try run --quiet --seed 1 --set broken=no -o "$1-whole" "$1.yaml"
	exits 0
	silent out
	silent err
	try run --seed 1 -o "$1" "$1.yaml"
	exits 1
	golden "$1" <(sed -E "s|; $1/results.jsonl||; s/has [0-9.]+s left/has TIME left/" out)
	is 'the verdicts' "$(jq -r 'select(.type == "cell") | .levels.broken + " " + .verdict' "$1/results.jsonl" | sort -u |
		tr '\n' ',')" 'no pass,yes inconc,'
	tap_report "$2"
}

{
	head_of read-back '{no: {timeout: 7}, yes: {timeout: 007}}'
	cat <<'END'
namespaces:
  server: {sysctl: {net.ipv4.tcp_fin_timeout: $timeout}}
  client:
steps:
  - server: socket l
END
} >read-back.yaml
broken read-back 'a sysctl that does not read back as it was written'

{
	head_of overwritten '[no, yes]'
	cat <<'END'
namespaces:
  server: {sysctl: {net.ipv4.tcp_timestamps: 0}}
  client:
steps:
  - when: {broken: yes}
    do:
      - server: sysctl net.ipv4.tcp_timestamps 1
check:
  - {server: getsysctl net.ipv4.tcp_timestamps, is: 0}
END
} >overwritten.yaml
broken overwritten 'a sysctl that another step has changed'

# Who is first is the one whose FIN is seen first; the states tell it no more when both have closed.
{
	head_of closer '[no, yes]'
	echo 'steps:'
	connected
	cat <<'END'
  - when: {broken: yes}
    do:
      - client: close c
      - server: recv s eof
      - server: close s
  - when: {broken: no}
    do:
      - server: close s
      - client: recv c eof
      - client: close c
check:
  - {client: packets sender FIN, is: server}
END
} >closer.yaml
broken closer 'a closer that lost the race: the first FIN is of the other side'

{
	head_of time-wait '{no: {linger: off}, yes: {linger: 0}}'
	echo 'steps:'
	connected
	cat <<'END'
  - server: setsockopt s SO_LINGER $linger
  - server: close s
  - client: recv c eof
    as: seen
  - client: close c
check:
  - {server: tcp-state *:80, is: TIME-WAIT}
END
} >time-wait.yaml
broken time-wait 'a TIME-WAIT that is not there, as the connection was reset: by its state'
sed 's/name: time-wait/name: timer/; s/{server: tcp-state.*/{server: timer *:80, left: [30s, 60s]}/' time-wait.yaml >timer.yaml
broken timer 'a TIME-WAIT that is not there, as the connection was reset: by its timer'

{
	head_of left '[no, yes]'
	echo 'steps:'
	connected
	cat <<'END'
  - server: close s
  - client: close c
check:
  - {when: {broken: no}, server: timer *:80, is: time-wait, left: [30s, 60s]}
  - {server: timer *:80, is: time-wait, left: [1h, 2h]}
END
} >left.yaml
broken left 'a TIME-WAIT that has not as much left as it should'

{
	head_of timestamps '[no, yes]'
	cat <<'END'
namespaces:
  server: {sysctl: {net.ipv4.tcp_timestamps: 1}}
  client: {sysctl: {net.ipv4.tcp_timestamps: 1}}
steps:
  - when: {broken: yes}
    do:
      - client: sysctl net.ipv4.tcp_timestamps 0
END
	connected
	cat <<'END'
check:
  - {server: packets timestamps SYN, is: yes}
END
} >timestamps.yaml
broken timestamps 'a SYN without timestamps, although the factor says that it has some'

# Of 60 MB that are sent in one go the captures have no room for all; of 100 bytes they do.
{
	head_of dropped '{no: {bytes: 100}, yes: {bytes: 60000000}}'
	cat <<'END'
namespaces:
  server: {sysctl: {net.ipv4.tcp_rmem: 4096 67108864 134217728, net.ipv4.tcp_wmem: 4096 67108864 134217728}}
  client: {sysctl: {net.ipv4.tcp_rmem: 4096 67108864 134217728, net.ipv4.tcp_wmem: 4096 67108864 134217728}}
steps:
END
	connected
	cat <<'END'
  - client: send c $bytes
  - server: recv s $bytes
check:
  - {server: packets timestamps SYN, is: yes}
END
} >dropped.yaml
broken dropped 'packets that the capture dropped, whatever was asked'

finish
