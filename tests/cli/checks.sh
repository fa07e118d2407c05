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
options=()
broken() {
	try run "${options[@]}" --quiet --seed 1 --set broken=no -o "$1-whole" "$1.yaml"
	exits 0
	silent out
	silent err
	try run "${options[@]}" --seed 1 -o "$1" "$1.yaml"
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

# Of 20,000 datagrams that a program sends at once the captures have no room for all; of one they do.
{
	head_of dropped '{no: {datagrams: 1}, yes: {datagrams: 20000}}'
	echo 'steps:'
	connected
	cat <<'END'
  - client: exec flood bash -c 'exec 3>/dev/udp/10.0.0.1/9; for ((i = 0; i < $datagrams; i++)); do echo >&3; done 2>/dev/null; true'
  - client: wait flood
check:
  - {server: packets timestamps SYN, is: yes}
END
} >dropped.yaml
options=(--allow-exec)
broken dropped 'packets that the capture dropped, whatever was asked'
options=()

# What a check asks is asked once, in the cells of which one of its entries speaks, and has a name like any response.
cat >asks.yaml <<'END'
name: asks
matrix:
  asked: [no, once, twice]
actors: {client: {in: server}, other: {in: server}}
steps:
  - server: socket l
  - server: bind l *:80
  - server: listen l
  - client: socket c
  - client: connect c 127.0.0.1:80
check:
  - {when: {asked: [once, twice]}, server: packets   count SYN, is: 1}
  - {when: {asked: twice}, client: packets sender SYN, is: client}
  - {server: packets count SYN, when: {asked: twice}, is: 2}
expect:
  'server: packets count SYN':
    - {is: 1}
claims:
  - id: one
    says: There is one SYN
    predicts:
      'server: packets count SYN':
        - {is: 1}
mechanism:
  'server: packets count SYN': Nothing is lost on lo.
END
try run --dry-run --seed 1 asks.yaml
exits 0
golden asks-dry-run out
try run --quiet --seed 1 -o asks asks.yaml
exits 0
is 'what was asked' "$(jq -c 'select(.type == "cell") | [.levels.asked, .responses]' asks/results.jsonl | sort | tr '\n' ' ')" \
	'["no",{}] ["once",{"server: packets count SYN":"1"}] ["twice",{"server: packets count SYN":"1","client: packets sender SYN":"client"}] '
try explain asks 'server: packets count SYN'
exits 0
golden asks-explained <(sed '/results.jsonl$/d' out)
tap_report 'a check asks where one of its entries speaks, and what it asks is a response'

# On the loopback the address tells nothing of who sent a segment; who connected and who accepted does.
cat >sender.yaml <<'END'
name: sender
actors: {client: {in: server}, other: {in: server}}
steps:
  - server: socket l
  - server: bind l *:80
  - server: listen l
  - client: socket c
  - client: bind c *:4000
  - client: connect c 127.0.0.1:80
  - server: packets sender SYN
    as: syn
  - server: packets sender SYN-ACK
    as: before
  - other: packets sender where src port 80 and tcp[tcpflags] & tcp-syn != 0
    as: before_other
  - server: accept l s
  - server: packets sender SYN-ACK
    as: after
  - other: socket o
  - other: connect o 127.0.0.1:81
    as: refused
  - other: packets sender RST
    as: rst
END
try run --quiet --seed 1 -o sender sender.yaml
exits 0
is 'the senders' "$(jq -c 'select(.type == "cell") | .responses' sender/results.jsonl)" \
	'{"syn":"client","before":"unknown","before_other":"unknown","after":"server","refused":"ECONNREFUSED","rst":"unknown"}'
tap_report 'who sent a segment is known where somebody connected or accepted, and unknown otherwise'

{
	sed 's/client/EVIL/g' sender.yaml
	echo 'expect: {syn: [{is: EVIL}]}'
} >evil.yaml
try run --quiet evil.yaml
exits 0
silent err
tap_report 'a rule can name an actor that is called like an errno'

finish
