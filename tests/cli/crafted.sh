#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Crafted segments whose condition is not met make no data, and say why; and whose a crafted segment is.
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin crafted

# scenario NAME STEP…: a connection from client:4000 to server:80, whose other end is s, and then these steps
scenario() {
	local name=$1
	shift
	cat >"$name.yaml" <<-END
		name: $name
		actors: {attacker: {in: client}}
		steps:
		  - server: socket l
		  - server: bind l *:80
		  - server: listen l
		  - client: socket c
		  - client: bind c *:4000
		  - client: connect c server:80
		  - server: accept l s
	END
	printf '  %s\n' "$@" >>"$name.yaml"
}

# inconc NAME STEP…: what is said of a cell that came to nothing
inconc() {
	scenario "$@"
	try run --quiet "$1.yaml"
	exits 1
	golden "$1" out
	tap_report "inconc: $1"
}

inconc resend-what-never-was '- client: resend RST' '  as: answer'
inconc resend-too-long '- client: send c 1000' '- client: resend data' '  as: answer'
inconc filter-beyond '- client: send c 70000' '- server: recv s 70000' '- client: packets count where tcp[99] = 0' '  as: answer'
inconc number-unknown '- attacker: segment SYN 10.0.0.9:5 server:80' '  as: answer'
inconc timestamp-unknown '- server: sysctl net.ipv4.tcp_timestamps 0' '- client: socket d' '- client: bind d *:4001' \
	'- client: connect d server:80' '- attacker: segment ACK client:4001 server:80 ts=TS.Recent' '  as: answer'
inconc to-nobody '- attacker: segment SYN client:5 10.0.0.77:80 seq=7' '  as: answer'
inconc to-oneself '- attacker: segment SYN client:5 client:80 seq=7' '  as: answer'
inconc to-lo '- attacker: segment SYN client:5 127.0.0.1:80 seq=7' '  as: answer'
inconc no-echo '- server: sysctl net.ipv4.icmp_echo_ignore_all 1' '- attacker: segment RST client:4000 server:80' '  as: answer' \
	'  deadline: 50ms'

inconc no-way-back '- attacker: segment SYN 192.0.2.9:5 server:80 seq=7' '  as: answer'

# The router answers echo requests by IPv4, and passes no IPv6 on.
cat >not-passed-on.yaml <<'END'
name: not-passed-on
namespaces:
  server: {routes: {default: router}}
  router: {sysctl: {net.ipv4.ip_forward: 1, net.ipv6.conf.all.forwarding: 0}}
  client: {routes: {default: router}}
links: [[server, router], [router, client]]
actors: {attacker: {in: client}}
steps:
  - attacker: segment SYN [fd00:0:0:1::2]:5 [fd00::1]:80 seq=7
    as: answer
END
try run --quiet not-passed-on.yaml
exits 1
golden not-passed-on out
tap_report 'inconc: a segment that did not reach its receiver has no answer'

# With RPS a segment, the echo behind it, and what a look is for are dealt with by different processors.
if [[ -e /proc/sys/net/core/rps_default_mask ]] && (($(nproc) > 1)); then
	for name in answered arrived; do
		cat >$name.yaml <<-END
			name: $name
			actors: {attacker: {in: client}}
			namespaces:
			  server: {sysctl: {net.core.rps_default_mask: 3}}
			  client:
			steps:
			  - server: socket l
			  - server: bind l *:80
			  - server: listen l
		END
	done
	for port in 1 2 3 4; do
		printf '  - %s\n    %s\n' "attacker: segment SYN client:$port server:80 seq=1" "as: answer_$port"
	done >>answered.yaml
	printf '  - %s\n' 'client: socket c' 'client: connect c server:80' 'server: accept l s' 'server: block' 'client: close c' \
		'server: tcp-state server:80' >>arrived.yaml
	echo '    as: left' >>arrived.yaml
	try run --evidence none --replicates 100 -o answered answered.yaml
	exits 0
	is 'answers' "$(jq -r 'select(.type == "cell") | .responses[]' answered/results.jsonl | sort -u)" 'SYN,ACK'
	try run --evidence none --replicates 500 -o arrived arrived.yaml
	exits 0
	is 'states' "$(jq -r 'select(.type == "cell") | .responses[]' arrived/results.jsonl | sort -u)" 'CLOSE-WAIT'
	sed -e '/server: accept/,/client: close/d' -e 's/arrived/begun/' -e 's/state server/state */' \
		-e 's/connect c server:80/&\n    as: connected\n    deadline: 1us/' arrived.yaml >begun.yaml
	try run --evidence none --replicates 1000 -o begun begun.yaml
	exits 0
	is 'states' "$(jq -r 'select(.type == "cell") | .responses.left' begun/results.jsonl | sort -u)" 'ESTABLISHED+LISTEN'
	tap_report 'what several processors deal with is waited for: before an answer is none, before a muted side is looked at'
else
	skip 'what several processors deal with is waited for' 'one processor, or no net.core.rps_default_mask'
fi

# What comes for a socket that a program is just using is put off, and the echo request behind it is not.
if command -v python3 >/dev/null; then
	cat >hold.py <<-'END'
		import socket

		listener = socket.create_server(("0.0.0.0", 8080))
		connection, _ = listener.accept()
		buffer = bytearray(4000000)
		while connection.recv_into(buffer, 0, socket.MSG_PEEK) < 3000000:
		    pass
		print("reads", flush=True)
		while True:
		    connection.recv_into(buffer, 0, socket.MSG_PEEK)
	END
	cat >hold.yaml <<-'END'
		name: hold
		actors: {attacker: {in: client}}
		namespaces:
		  server: {sysctl: {net.ipv4.tcp_rmem: 4096 16000000 16000000}}
		  client: {sysctl: {net.ipv4.tcp_wmem: 4096 8000000 8000000}}
		steps:
		  - server: exec reader python3 hold.py
		  - server: until-listening reader 8080
		  - client: socket c
		  - client: bind c *:4000
		  - client: connect c server:8080
		  - client: send c 3000000
		  - server: stdout reader ^reads
		  - client: block
		  - attacker: segment SYN client:4000 server:8080
		    as: answer
	END
	try run --allow-exec --evidence none --replicates 40 -o hold hold.yaml
	is 'answers' "$(jq -r 'select(.verdict == "pass") | .responses[]' hold/results.jsonl | sort -u)" 'ACK'
	tap_report 'what is put off as a program uses the socket is never no answer'
	cat >echo.py <<-'END'
		import socket

		connection, _ = socket.create_server(("0.0.0.0", 8080)).accept()
		while True:
		    connection.send(connection.recv(1000))
	END
	cat >echo.yaml <<-'END'
		name: echo
		actors: {attacker: {in: client}}
		steps:
		  - server: exec reader python3 echo.py
		  - server: until-listening reader 8080
		  - client: socket c
		  - client: bind c *:4000
		  - client: connect c server:8080
	END
	# Until both ends acknowledge with what they say next.
	{
		printf '  - client: %s c 10\n' send recv send recv send recv send recv
		printf '  - %s\n' 'client: block' 'attacker: segment ACK|PSH client:4000 server:8080 data=10'
		echo '    as: answer'
	} >>echo.yaml
	try run --allow-exec --evidence none --replicates 40 --jobs 2 -o echo echo.yaml
	is 'answers' "$(jq -r 'select(.verdict == "pass") | .responses[]' echo/results.jsonl | sort -u | grep -v none)" ''
	tap_report 'what a program says is no answer'
else
	skip 'what a program says is no answer' 'python3 is not installed'
	skip 'what is put off as a program uses the socket is never no answer' 'python3 is not installed'
fi

cat >alone.yaml <<'END'
name: alone
namespaces: {server: }
steps:
  - server: block
END
try run --quiet alone.yaml
exits 1
golden alone out
tap_report 'inconc: a namespace without a link is not blocked'

# Whose it is: in the answer to `packets`, in the story, and in the packets themselves.
scenario whose '- client: block' '- attacker: segment RST client:4000 server:80' '- server: packets sender RST' '  as: sender' \
	'- client: packets sender RST' '  as: seen_leaving'
try run --quiet --evidence all -o whose whose.yaml
exits 0
grep -q '"sender":"attacker"' whose/results.jsonl || wrong+=('the server takes it for somebody else')
grep -q '"seen_leaving":"attacker"' whose/results.jsonl || wrong+=('the client takes it for somebody else')
try show whose 0
says out 'attacker: segment RST client:4000 server:80'
says out ' RST seq 1 '
try show --format json whose 0
is 'who sent it' "$(jq -c '[.evidence.packets[] | select(.tcp.flags == ["RST"]) | .sender]' out)" '["attacker"]'
is 'packets that are no segments' "$(jq -c '[.evidence.packets[] | select(.tcp == null)]' out)" '[]'
tap_report 'a crafted segment is its actor'\''s; the echo behind it is no packet of the cell'
finish
