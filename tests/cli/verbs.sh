#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What each verb does and records, against a real kernel; deadlines, repeats, and who gives up its place.
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin verbs

# A connection from c, whose port is 4000, to l; its other end is s. What each case adds is in cases.txt: its name, then its
# steps, then what is recorded.
cat >cases.txt <<'END'
recv-bytes
	client: send c 10
	server: recv s 10 = ok
recv-in-parts
	client: send c 10
	client: send c 10
	server: recv s 5 = ok
	server: recv s 15 = ok
recv-eof
	client: close c
	server: recv s eof = ok
recv-too-few
	client: send c 5
	client: close c
	server: recv s 10 = eof
recv-data-before-eof
	client: send c 5
	server: recv s eof = data
recv-nothing
	server: recv s 1 | deadline: 50ms = timeout
recv-reset
	client: setsockopt c SO_LINGER 0
	client: close c
	server: recv s 1 = ECONNRESET
	server: recv s 1 = eof
recv-after-shut-rd
	server: shutdown s SHUT_RD = ok
	server: recv s eof = ok
send-reset
	client: setsockopt c SO_LINGER 0
	client: close c
	server: tcp-state *:80 = LISTEN
	server: send s 1 = ECONNRESET
	server: send s 1 = EPIPE
send-large
	client: send c 100000 = ok
	server: recv s 100000 = ok
send-nobody-reads
	client: send c 60000000 | deadline: 50ms = timeout
send-after-shut-wr
	client: shutdown c SHUT_WR = ok
	client: send c 1 = EPIPE
accept-nobody
	server: accept l other | deadline: 50ms = timeout
accept-not-listening
	server: accept s other = EINVAL
accept-second
	client: socket d
	client: connect d server:80 = ok
	server: accept l other = ok
	server: tcp-state *:80 = ESTABLISHED*2+LISTEN
connect-refused
	client: socket d
	client: connect d server:81 = ECONNREFUSED
	client: connect d server:80 = ok
connect-refused-repeated
	client: socket d
	client: connect d server:81 | for: 20ms, every: 2ms = ECONNREFUSED
connect-loopback
	server: socket d
	server: connect d 127.0.0.1:80 = ok
	server: accept l e = ok
	server: getsockname e = 127.0.0.1:80
connect-connected
	client: connect c server:80 = EISCONN
connect-ipv6-from-ipv4
	client: socket d
	client: connect d [::1]:80 = EAFNOSUPPORT
connect-nobody-there
	client: socket d
	client: bind d *:4001
	client: connect d $nobody:80 | deadline: 50ms = timeout
	client: tcp-state *:4001 | deadline: 20ms = SYN-SENT
connect-nobody-there-unreachable
	client: socket d
	client: connect d $nobody:80 | deadline: 10s = EHOSTUNREACH
connect-no-route
	client: socket d
	client: connect d 203.0.113.1:80 = ENETUNREACH
bind-in-use
	server: socket d
	server: bind d *:80 = EADDRINUSE
bind-not-mine
	server: socket d
	server: bind d $nobody:80 = EADDRNOTAVAIL
bind-twice
	server: bind l *:81 = EINVAL
bind-name
	client: socket d
	client: bind d client:4001 = ok
	client: bind d client:4002 = EINVAL
bind-other-side
	client: socket d
	client: bind d server:4001 = EADDRNOTAVAIL
listen-connected
	server: listen s = EINVAL
listen-again
	server: listen l 1 = ok
shutdown-not-connected
	client: socket d
	client: shutdown d SHUT_RDWR = ENOTCONN
setsockopt-refused
	client: setsockopt c TCP_MAXSEG 5 = EINVAL
setsockopt-other-family
	client: setsockopt c IPV6_V6ONLY 1 = ENOPROTOOPT
getsockopt-int
	client: getsockopt c SO_REUSEADDR = 0
	client: setsockopt c SO_REUSEADDR 1 = ok
	client: getsockopt c SO_REUSEADDR = 1
	client: getsockopt c SO_TYPE = 1
	server: getsockopt l SO_ACCEPTCONN = 1
	server: getsockopt s SO_ACCEPTCONN = 0
getsockopt-tcp
	client: getsockopt c TCP_NODELAY = 0
	client: setsockopt c TCP_NODELAY 1 = ok
	client: getsockopt c TCP_NODELAY = 1
	client: setsockopt c TCP_KEEPIDLE 77 = ok
	client: getsockopt c TCP_KEEPIDLE = 77
getsockopt-ip
	client: setsockopt c IP_TTL 7 = ok
	client: getsockopt c IP_TTL = 7
getsockopt-linger
	client: getsockopt c SO_LINGER = off
	client: setsockopt c SO_LINGER 0 = ok
	client: getsockopt c SO_LINGER = 0
	client: setsockopt c SO_LINGER 5 = ok
	client: getsockopt c SO_LINGER = 5
	client: setsockopt c SO_LINGER off = ok
	client: getsockopt c SO_LINGER = off
getsockopt-timeval
	client: getsockopt c SO_RCVTIMEO = 0
	client: setsockopt c SO_RCVTIMEO 1.5s = ok
	client: getsockopt c SO_RCVTIMEO = 1.5s
	client: setsockopt c SO_SNDTIMEO 200ms = ok
	client: getsockopt c SO_SNDTIMEO = 200ms
getsockopt-refused
	client: getsockopt c IPV6_V6ONLY = EOPNOTSUPP
getsockname
	server: getsockname l = 0.0.0.0:80
	server: getsockname l port = 80
	server: getsockname l address = 0.0.0.0
	client: getsockname c port = 4000
tcp6
	server: socket l6 tcp6
	server: setsockopt l6 IPV6_V6ONLY 1 = ok
	server: getsockopt l6 IPV6_V6ONLY = 1
	server: bind l6 *:86 = ok
	server: getsockname l6 = [::]:86
	server: listen l6 = ok
	client: socket d tcp6
	client: connect d server:86 = ok
	server: accept l6 e = ok
	client: send d 7 = ok
	server: recv e 7 = ok
	client: socket v4
	client: connect v4 server:86 = ECONNREFUSED
	server: socket d
	server: connect d [::1]:86 = EAFNOSUPPORT
	server: socket f tcp6
	server: connect f [::1]:86 = ok
	server: accept l6 g = ok
	server: getsockname g address = ::1
	server: tcp-state *:86 = ESTABLISHED*2+LISTEN
	server: tcp-state [::1]:86 = ESTABLISHED
	server: tcp-state server:86 = ESTABLISHED
tcp6-takes-ipv4
	server: socket l6 tcp6
	server: bind l6 *:86
	server: listen l6
	client: socket d
	client: connect d server:86 = ok
	server: accept l6 e = ok
	server: recv e 1 | deadline: 20ms = timeout
	server: bind l6 *:87 = EINVAL
	server: tcp-state server:86 = ESTABLISHED
close-reset
	client: setsockopt c SO_LINGER 0
	client: close c = ok
	client: tcp-state *:4000 = none
	server: tcp-state *:80 = LISTEN
close-lingering
	client: setsockopt c SO_LINGER 5
	client: send c 100
	client: close c = ok
	server: tcp-state *:80 = CLOSE-WAIT+LISTEN
close-lingering-in-vain
	client: setsockopt c SO_LINGER 1
	client: send c 60000000 | deadline: 50ms = timeout
	client: close c = ok
restart
	server: restart
	server: tcp-state *:80 = FIN-WAIT-2
	client: recv c eof = ok
	client: close c
	server: tcp-state *:80 = TIME-WAIT
	server: socket l
	server: bind l *:80 = EADDRINUSE
restart-lingering
	server: setsockopt s SO_LINGER 60
	client: send c 10
	server: tcp-state *:80 = ESTABLISHED+LISTEN
	server: restart
	server: tcp-state *:80 = none
	client: recv c 1 = ECONNRESET
states
	server: tcp-state *:80 = ESTABLISHED+LISTEN
	client: tcp-state *:4000 = ESTABLISHED
	client: tcp-state *:4001 = none
	client: shutdown c SHUT_WR = ok
	server: tcp-state *:80 = CLOSE-WAIT+LISTEN
	client: tcp-state *:4000 = FIN-WAIT-2
	server: close s
	server: tcp-state *:80 = LISTEN
	client: tcp-state *:4000 = TIME-WAIT
	server: close l
	server: tcp-state *:80 = none
states-by-address
	server: tcp-state server:80 = ESTABLISHED
	server: tcp-state 127.0.0.1:80 = none
	server: tcp-state 0.0.0.0:80 = LISTEN
	client: tcp-state client:4000 = ESTABLISHED
sysctl
	server: sysctl net.ipv4.tcp_timestamps 0 = ok
	server: sysctl net.ipv4.tcp_tw_reuse 9 = EINVAL
	server: sysctl net.ipv4.ip_local_port_range 20000 20001 = ok
	server: socket d
	server: bind d *:0 = ok
	server: socket e
	server: bind e *:20000 | for: 1ms, every: 1ms = ok or EADDRINUSE
getsysctl
	server: getsysctl net.ipv4.tcp_timestamps = 1
	server: sysctl net.ipv4.tcp_timestamps 0
	server: getsysctl net.ipv4.tcp_timestamps = 0
	client: getsysctl net.ipv4.tcp_timestamps = 1
	server: sysctl net.ipv4.ip_local_port_range 20000 20001
	server: getsysctl net.ipv4.ip_local_port_range = 20000 20001
	server: getsysctl net.ipv4.ip_local_reserved_ports = none
	server: getsysctl net.ipv4.conf.veth0.forwarding = 0 or 1
	server: getsysctl net.ipv4.route.flush = EACCES
	server: getsysctl net.ipv4.tcp_timestamps optional = 0
	server: getsysctl net.ipv4.ip_local_reserved_ports optional = none
	server: getsysctl net.ipv4.no_kernel_has_this optional = absent
	server: getsysctl net.ipv4.conf.no_such_link.forwarding optional = absent
	server: getsysctl net.ipv4.route.flush optional = EACCES
counter
	client: counter TcpActiveOpens = 1
	server: counter TcpActiveOpens = 0
	server: counter TcpPassiveOpens = 1
	server: counter TcpExtTCPTimeWaitOverflow = 0
	client: send c 1
	client: counter TcpOutSegs = 3
	server: counter TcpInSegs = 3
	server: counter IcmpOutMsgs = 0
timer
	server: timer *:80 = none
	server: close s
	server: timer *:80 = none
	client: close c
	client: timer *:4000 = none
	server: timer *:80 = time-wait
	server: timer server:80 = time-wait
	server: timer 127.0.0.1:80 = none
	client: timer *:80 = none
timer-of-two
	client: socket d
	client: connect d server:80
	server: accept l e
	server: restart
	client: close c
	client: close d
	server: timer *:80 = time-wait*2
packets
	client: packets count SYN = 1
	server: packets count SYN = 1
	server: packets count SYN-ACK = 1
	server: packets count data = 0
	server: packets sender data = none
	server: packets flags data = none
	server: packets reply data = none
	server: packets timestamps data = none
	client: send c 10
	server: packets count data = 1
	server: packets flags data = ACK
	server: packets reply data = ACK
	server: packets reply SYN = SYN,ACK
	server: packets flags SYN-ACK = SYN,ACK
	client: packets sender SYN = client
	server: packets sender SYN = client
	client: packets sender SYN-ACK = server
	client: packets timestamps any = yes
	server: recv s 10
	server: close s
	client: packets count FIN = 1
	client: packets sender FIN = server
	client: close c
	client: packets count FIN = 2
	client: packets sender FIN = server
	client: packets flags FIN = FIN,ACK
	client: packets reply FIN = ACK
	client: packets count RST = 0
packets-again
	client: packets again SYN = no
	client: packets again data = none
	client: resend SYN = ACK
	client: packets again SYN = yes
block
	client: block
	client: send c 10 = ok
	server: recv s 10 | deadline: 20ms = timeout
	client: packets count data = 1 or 2
	server: packets count data = 0
	client: unblock
	client: resend data = ACK
	server: recv s 10 = ok
block-is-not-told
	server: block
	client: close c = ok
	client: tcp-state *:4000 = FIN-WAIT-1
	server: recv s eof = ok
	server: close s
	server: tcp-state *:80 = LAST-ACK+LISTEN
	server: unblock
	server: tcp-state *:80 = LISTEN
	client: tcp-state *:4000 = TIME-WAIT
resend-reset
	client: block
	client: setsockopt c SO_LINGER 0
	client: close c
	server: tcp-state server:80 = ESTABLISHED
	client: resend where tcp[tcpflags] & tcp-rst != 0 = none
	server: tcp-state server:80 = none
segment-reset
	client: block
	client: segment RST client:4000 server:80 seq=RCV.NXT+1 = ACK
	server: tcp-state server:80 = ESTABLISHED
	client: segment RST client:4000 server:80 = none
	server: recv s 1 = ECONNRESET
segment-data
	client: block
	client: segment ACK|PSH client:4000 server:80 data=7 ts=TS.Recent = ACK
	server: recv s 7 = ok
	client: packets sender data = client
segment-nobody
	client: segment SYN 10.0.0.9:5 server:80 seq=7 mss=1000 = SYN,ACK
	server: tcp-state server:80 = SYN-RECEIVED+ESTABLISHED or ESTABLISHED+SYN-RECEIVED
	client: segment ACK 10.0.0.9:5 server:80 seq=8 = none
	server: accept l e = ok
	server: tcp-state server:80 = ESTABLISHED*2
	client: segment RST 10.0.0.9:5 server:80 seq=8 = none
	server: recv e 1 = ECONNRESET
segment-no-listener
	client: segment SYN 10.0.0.9:5 server:81 seq=7 = RST,ACK
	client: segment ACK 10.0.0.9:5 server:81 seq=7 ack=5 = RST
	client: segment RST 10.0.0.9:5 server:81 seq=7 = none
segment-ipv6
	server: socket l6 tcp6
	server: bind l6 *:86
	server: listen l6
	client: segment SYN [fd00::99]:5 server:86 seq=7 = SYN,ACK
	client: segment SYN [fd00::99]:6 server:87 seq=7 ts=5 mss=1400 wscale=3 sack=yes = RST,ACK
isn-clock
	client: isn-clock SYN = none
	server: isn-clock SYN-ACK = none
packets-reset
	client: socket d
	client: connect d server:81 = ECONNREFUSED
	client: packets reply SYN = RST,ACK
	client: packets sender RST = server
	client: packets timestamps RST = no
	client: packets timestamps any = mixed
packets-where
	client: packets count where tcp port 80 = 3
	client: packets count where port 81 = 0
	client: packets count where src host 10.0.0.2 and dst port 80 = 2
	client: packets count where tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn = 1
	client: packets count where tcp[13] & 0x02 != 0 = 2
	client: packets sender where not dst host 10.0.0.2 = client
	client: packets count where ip6 = 0
	client: packets flags where tcp[2:2] == 4000 = SYN,ACK
packets-where-ipv6
	server: socket l6 tcp6
	server: setsockopt l6 IPV6_V6ONLY 1
	server: bind l6 *:86
	server: listen l6
	client: socket d tcp6
	client: connect d server:86
	client: packets count where port 86 = 3
	client: packets count where ip6 and tcp[tcpflags] & tcp-syn != 0 = 2
	client: packets reply where tcp[tcpflags] == tcp-syn and dst host fd00::1 = SYN,ACK
	client: packets count where net fd00::/64 and tcp[0:2] == 86 = 1
packets-loopback
	server: socket d
	server: connect d 127.0.0.1:80
	server: packets count SYN = 2
	server: packets sender where tcp dst port 80 and net 127.0 = server
	client: packets count SYN = 1
packets-same-loopback-ends-in-both
	server: socket d
	server: bind d 127.0.0.1:4001
	server: connect d 127.0.0.1:80
	client: socket m
	client: bind m 127.0.0.1:80
	client: listen m
	client: socket e
	client: bind e 127.0.0.1:4001
	client: connect e 127.0.0.1:80
	client: accept m f
	server: accept l g
	server: close d
	server: packets sender FIN = server
	client: packets sender where net 127.0 and tcp[13] == 0x12 = client
not-settled
	client: send c 60000000 | deadline: 50ms = timeout
	client: packets count SYN | deadline: 20ms = 1
	client: counter TcpActiveOpens | deadline: 20ms = 1
	client: tcp-state *:4000 = ESTABLISHED
repeat-in-vain
	server: socket d
	server: bind d *:80 | for: 60ms, every: 10ms = EADDRINUSE
repeat-until-ok
	server: sysctl net.ipv4.tcp_fin_timeout 1
	server: close s
	server: close l
	server: tcp-state *:80 = FIN-WAIT-2
	server: socket d
	server: bind d *:80 | for: 20s, every: 20ms = ok
END

# From the cases to a scenario, and to what is wanted of it: case, response, values.
cat >prelude.txt <<'END'
steps:
  - server: socket l
  - server: bind l *:80
  - server: listen l 5
  - client: socket c
  - client: bind c *:4000
  - client: connect c server:80
  - server: accept l s
END
awk '
	/^[^\t]/ { names = names "    - " $0 "\n"; name = $0; body = body "  - when: {case: " $0 "}\n    do:\n"; i = 0; next }
	{
		line = substr($0, 2); options = ""; wanted = ""
		if (match(line, / = /)) { wanted = substr(line, RSTART + 3); line = substr(line, 1, RSTART - 1) }
		if (match(line, / \| /)) { options = substr(line, RSTART + 3); line = substr(line, 1, RSTART - 1) }
		body = body "      - " line "\n"
		if (wanted != "") {
			split(line, words, /[: ]+/)
			response = words[1] "_" words[2] "_" ++i; gsub(/-/, "_", response)
			body = body "        as: " response "\n"
			print name "\t" response "\t" wanted >"wanted.txt"
		}
		n_options = split(options, all, /, /)
		for (j = 1; j <= n_options; j++) body = body "        " all[j] "\n"
	}
	END {
		print "name: verbs\nmatrix:\n  case:\n" names "  rest:\n    only: {nobody: 10.0.0.99}"
		while ((getline line <"prelude.txt") > 0) print line
		printf "%s", body
	}
' cases.txt >verbs.yaml

for who in $(users); do
	act_as "$who"
	try run --quiet --jobs 100 --seed 1 -o "$who" verbs.yaml
	exits 0
	silent out
	silent err
	tap_report "every case goes through, as $who"
	jq -r 'select(.type == "cell") | .levels.case as $case | .responses | to_entries[] | [$case, .key, .value] |
		join("\t")' "$who/results.jsonl" >found.txt
	awk -F '\t' '
		NR == FNR { found[$1, $2] = $3; next }
		{
			value = (($1, $2) in found) ? found[$1, $2] : "nothing"
			n = split($3, wanted, / or /)
			for (i = 1; i <= n && wanted[i] != value; i++) ;
			if (i > n) print $1 ": " $2 " is " value " instead of " $3
		}
	' found.txt wanted.txt >wrong.txt
	mapfile -t -O "${#wrong[@]}" wrong <wrong.txt
	is 'the number of outcomes' "$(wc -l <found.txt)" "$(wc -l <wanted.txt)"
	tap_report "$(wc -l <wanted.txt) outcomes of $(grep -c '^[^	]' cases.txt) cases are as wanted, as $who"
done
as_root_if_root

# of CASE JQ: something of a case's line
of() {
	jq -r --arg case "$1" "select(.levels.case? == \$case) | $2" "$who/results.jsonl"
}
in_vain=$(of repeat-in-vain '.steps[-1] | [.tries, .took_us] | join(" ")')
((${in_vain% *} >= 2 && ${in_vain% *} <= 7 && ${in_vain#* } <= 10000000)) || wrong+=("tries and microseconds: $in_vain")
is 'its duration' "$(of repeat-in-vain '.durations_us | tojson')" "{\"server_bind_1\":${in_vain#* }}"
tap_report 'a repeat that never ends ok ends when its time is over, and says how long it took'
(($(of repeat-until-ok '.steps[-1].tries') >= 2)) || wrong+=("$(of repeat-until-ok '.steps[-1] | tojson')")
(($(of repeat-until-ok '.durations_us.server_bind_2') >= 500000)) || wrong+=("$(of repeat-until-ok '.durations_us | tojson')")
tap_report 'a repeat that ends ok after a while says how long it took'
is 'its duration' "$(of recv-nothing '.durations_us // "none"')" none
(($(of recv-nothing '.steps[-1].took_us') >= 50000)) || wrong+=("$(of recv-nothing '.steps[-1] | tojson')")
tap_report 'a deadline is waited for'
(($(of close-lingering-in-vain '.steps[-1].took_us') >= 1000000)) || wrong+=("$(of close-lingering-in-vain '.steps[-1] | tojson')")
(($(of close-lingering '.steps[-2].took_us') < 4000000)) || wrong+=("$(of close-lingering '.steps[-2] | tojson')")
(($(of restart-lingering '.elapsed_us') < 30000000)) || wrong+=("$(of restart-lingering .elapsed_us)")
tap_report 'SO_LINGER: a close waits as long as it must, an exit does not'
is 'the timed ones' "$(of timer '.durations_us | keys | join(" ")')" 'server_timer_4 server_timer_5'
left=$(of timer '.durations_us.server_timer_4')
((left > 30000000 && left <= 60000000)) || wrong+=("$left microseconds are left")
tap_report 'timer says how much is left of TIME-WAIT, and nothing where there is none'
while IFS=$'\t' read -r line step; do
	is "line $line" "$(sed -n "${line}s/^ *- //p" verbs.yaml)" "$step"
done < <(of recv-bytes '.steps[] | [.line, .do] | join("\t")')
is 'the steps' "$(of recv-bytes '.steps | length')" 9
tap_report 'a result tells its steps, with their lines in the file'

# A look at a socket that changes its state just then: FIN-WAIT-1 becomes a timewait socket, which is another one to the
# kernel, and a dump that is overtaken shows neither.
{
	echo 'name: overtaken'
	cat prelude.txt
	printf '  - server: %s\n' restart 'tcp-state *:80'
	echo '    as: state'
} >overtaken.yaml
try run --quiet --replicates 1500 -o overtaken overtaken.yaml
exits 0
is 'the states' "$(jq -r 'select(.type == "cell") | .responses.state' overtaken/results.jsonl | sort | uniq -c | tr -s ' ')" \
	' 1500 FIN-WAIT-2'
tap_report 'tcp-state right behind a close misses no socket'

# Set-up that does not succeed, conditions that are not met, times that are over.
cat >unmet.yaml <<'END'
name: unmet
matrix:
  case: [timeout, refused, not-kept, not-kept-measured, refused-sysctl, lacking, lacking-to-read, lacking-to-count, never-made, cell-deadline, sleeps]
deadlines: {cell: 200ms, step: 10m}
steps:
  - server: socket l
  - server: bind l *:80
  - server: listen l
  - client: socket c
  - when: {case: timeout}
    do:
      - server: accept l s
        deadline: 50ms
  - when: {case: refused}
    do:
      - client: connect c server:81
  - when: {case: not-kept}
    do:
      - server: sysctl net.ipv4.tcp_fin_timeout 007
  - when: {case: not-kept-measured}
    do:
      - server: sysctl net.ipv4.tcp_fin_timeout 007
        as: set
  - when: {case: refused-sysctl}
    do:
      - server: sysctl net.ipv4.tcp_tw_reuse 9
  - when: {case: lacking}
    do:
      - server: sysctl net.ipv4.no_kernel_has_this 1
        as: set
  - when: {case: lacking-to-read}
    do:
      - server: getsysctl net.ipv4.no_kernel_has_this
        as: read
  - when: {case: lacking-to-count}
    do:
      - server: counter TcpExtNoKernelHasThis
        as: count
  - when: {case: never-made}
    do:
      - server: accept l other
        as: accepted
        deadline: 20ms
      - server: send other 1
  - when: {case: cell-deadline}
    do:
      - server: accept l third
        as: third
  - when: {case: sleeps}
    do:
      - server: sleep 300ms
END
try run --seed 1 --jobs 100 -o unmet unmet.yaml
exits 1
golden unmet <(sed 's|; unmet/results.jsonl||' out)
is 'the good' "$(jq -r 'select(.verdict == "pass") | .levels.case' unmet/results.jsonl)" sleeps
tap_report 'set-up that fails, and times that are over, are inconc; what the kernel lacks is skip'

# What the steps before have set off is not over: data, and a FIN behind it, for which the other end has no room.
{
	printf 'name: unsettled\nmatrix:\n  look: [tcp-state, packets, counter, timer]\n'
	cat prelude.txt
	cat <<'END'
  - client: send c 60000000
    as: sent
    deadline: 50ms
  - client: close c
  - when: {look: tcp-state}
    do:
      - client: tcp-state *:4000
        as: state
  - when: {look: packets}
    do:
      - client: packets count SYN
        as: packets
  - when: {look: counter}
    do:
      - client: counter TcpActiveOpens
        as: counter
  - when: {look: timer}
    do:
      - client: timer *:4000
        as: timer
END
} >unsettled.yaml
try run --seed 1 --jobs 100 -o unsettled unsettled.yaml
exits 1
golden unsettled <(sed 's|; unsettled/results.jsonl||' out)
is 'the verdicts' "$(jq -r 'select(.type == "cell") | .verdict' unsettled/results.jsonl | sort -u)" inconc
sed 's/^        as: \(state\|packets\|counter\|timer\)$/&\n        deadline: 20ms/' unsettled.yaml >as-it-stands.yaml
try run --quiet --jobs 100 -o as-it-stands as-it-stands.yaml
exits 0
is 'the states' "$(jq -r '.responses.state // empty' as-it-stands/results.jsonl)" FIN-WAIT-1
tap_report 'where it is not over what the steps have set off, a look is inconc; one with a deadline of its own sees what there is'

# Who gives its place up. When a cell has begun and ended, in microseconds since the run began: begin, end.
times() {
	jq -r 'select(.type == "cell") | [.end_us - .elapsed_us, .end_us] | join(" ")' "$1/results.jsonl" | sort -n
}
cat >sleeps.yaml <<'END'
name: sleeps
matrix:
  n: [1, 2, 3, 4, 5, 6, 7, 8]
steps:
  - server: sleep 2s
END
cat >repeats.yaml <<'END'
name: repeats
matrix:
  n: [1, 2, 3, 4, 5, 6, 7, 8]
steps:
  - server: socket l
  - server: bind l *:80
  - server: socket m
  - server: bind m *:80
    as: bound
    for: 1s
    every: 100ms
END
cat >waits.yaml <<'END'
name: waits
matrix:
  n: [1, 2, 3, 4, 5, 6]
steps:
  - server: socket l
  - server: bind l *:80
  - server: listen l
  - server: accept l s
    as: accepted
    deadline: 300ms
END
for scenario in sleeps repeats; do
	try run --quiet --jobs 1 -o $scenario $scenario.yaml
	exits 0
	# All have begun when the first one ends.
	awk '{ if ($1 > last) last = $1; if (!first || $2 < first) first = $2 }
		END { if (NR != 8 || last >= first) { print NR " cells, the last begins at " last ", the first ends at " first; exit 1 } }' \
		<(times $scenario) >found || wrong+=("$(cat found)")
	tap_report "$scenario: with --jobs 1 all are in flight at once"
done
try run --quiet --jobs 1 -o waits waits.yaml
exits 0
# One begins after the other has ended; a worker asks for the next one before it says that one has ended.
awk '$1 < before { print "one begins at " $1 ", before the other ends at " before; bad = 1 } { before = $2 }
	END { exit bad || NR != 6 }' <(times waits) >found || wrong+=("$(cat found)")
tap_report 'a step that waits for a peer keeps its place: with --jobs 1 one after the other'
try run --quiet --jobs 6 -o waits-6 waits.yaml
exits 0
awk '{ if ($1 > last) last = $1; if (!first || $2 < first) first = $2 } END { exit !(last < first) }' <(times waits-6) ||
	wrong+=("$(times waits-6 | tr '\n' ',')")
tap_report '… and with --jobs 6 all at once'

finish
