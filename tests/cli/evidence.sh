#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The evidence of runs: of which it is kept, what is in it, and what becomes of it when a run is cut off or a disk is full.
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin evidence

# Two cells that pass and differ, one that fails, one that is inconc.
cat >mixed.yaml <<'EOF'
name: mixed
matrix:
  case: [one, two, failing, unmet]
  wanted:
    - 1
steps:
  - server: socket listener
  - server: setsockopt listener SO_REUSEADDR 1
  - server: bind listener *:80
  - server: listen listener
  - client: socket conn
  - when: {case: two}
    do:
      - client: setsockopt conn SO_RCVLOWAT 2
  - client: connect conn server:80
  - server: accept listener child
  - client: getsockopt conn SO_RCVLOWAT
    as: lowat
  - server: close child
  - client: recv conn eof
  - client: close conn
  - server: tcp-state *:80
    as: left
check:
  - {when: {case: unmet}, left: none}
expect:
  lowat:
    - {when: {case: failing}, is: 7}
EOF

# kept DIR: the cells of which evidence is kept
kept() {
	jq -r .id "$1/evidence.jsonl" 2>/dev/null | sort -n | tr '\n' ' '
}

# packets DIR: the files with packets
packets() {
	(cd "$1/packets" 2>/dev/null && printf '%s ' *)
}

try run --quiet --evidence none -o none mixed.yaml
exits 1
is 'what is in the folder' "$(ls none)" results.jsonl
tap_report '--evidence none keeps none'

try run --quiet -o notable mixed.yaml
exits 1
is 'the evidence' "$(kept notable)" '0 1 2 3 '
is 'the packets' "$(packets notable)" '0.pcapng 1.pcapng 2.pcapng 3.pcapng '
cat out >said
tap_report 'without --evidence that of a pair, of a failed cell and of an inconc one is kept'
says said 'netrepro show notable 3'
says said 'netrepro show notable 2'
tap_report 'where a cell is not as expected, the command that tells its story is said'

try run --quiet -o passing --set case=one mixed.yaml
exits 0
is 'the evidence' "$(kept passing)" ''
is 'what is in the folder' "$(cd passing && printf '%s ' *)" 'evidence.jsonl results.jsonl '
tap_report '… and none of a cell that passed and is half of no pair'

try run --quiet --evidence all --replicates 2 --set case=one -o all mixed.yaml
exits 0
is 'the evidence' "$(jq -r '"\(.id).\(.replicate)"' all/evidence.jsonl | sort | tr '\n' ' ')" '0.1 0.2 '
is 'the packets' "$(packets all)" '0.2.pcapng 0.pcapng '
tap_report '--evidence all keeps it of every run of every cell'

# What it says.
jq -r 'select(.replicate == 1)' all/evidence.jsonl >cell
is 'the verdict' "$(jq -r .verdict cell)" pass
is 'the namespaces' "$(jq -c .namespaces cell)" '["server","client"]'
is 'packets that were dropped' "$(jq -c '[.dropped.server, .dropped.client, .left_out]' cell)" '[0,0,0]'
is 'connections that the client opened' "$(jq -c '[.counters.client.TcpActiveOpens, .counters.server.TcpPassiveOpens]' cell)" '[1,1]'
is 'the states of the server in their order' "$(jq -r '[.looks[] | select(.in == "server") | .sockets[] |
	select(.state != "LISTEN").state] | reduce .[] as $s ([]; if .[-1] == $s then . else . + [$s] end) |
	map(select(. != "FIN-WAIT-1" and . != "FIN-WAIT-2")) | join(" ")' cell)" 'ESTABLISHED TIME-WAIT'
is 'the timer of TIME-WAIT' "$(jq -r '[.looks[].sockets[] | select(.state == "TIME-WAIT") | .timer] | unique | .[]' cell)" time-wait
is 'looks that are out of order' "$(jq -r '[.looks[].at_us] as $t | ($t | sort) == $t' cell)" true
tap_report 'evidence has the states of both sides, the counters that moved, and what was dropped'

# Packets, to Wireshark's own reader.
need tshark
# fields FILE FIELD…: of each packet; tshark says who it runs as, and nothing else
fields() {
	local file=$1 arguments=()
	shift
	for field; do arguments+=(-e "$field"); done
	tshark -r "$file" -T fields -E occurrence=a "${arguments[@]}" 2>complaints
	grep -v '^Running as user "root"' complaints >>complained
}
: >complained
fields all/packets/0.pcapng frame.interface_name tcp.flags.str tcp.seq tcp.ack >seen
is 'interfaces' "$(cut -f1 seen | sort -u | tr '\n' ' ')" 'client server '
is 'the handshake' "$(awk -F'\t' '$1 == "client"' seen | head -n 3 | cut -f3,4 | tr '\t\n' '  ')" '0 0 0 1 1 1 '
fields all/packets/0.pcapng frame.comment >comments
grep -qx 'step 6: client: connect conn server:80 → ok' comments || wrong+=("no packet is said to be of step 6: $(sort -u comments)")
is 'packets without a comment' "$(grep -c '^$' comments)" 0
is 'malformed packets' "$(tshark -r all/packets/0.pcapng -Y _ws.malformed 2>/dev/null)" ''
silent complained
tap_report 'tshark opens the packets without a complaint: interfaces, relative numbers, the step of each'

# Both clocks tell one story: the SYN leaves within the step that connects.
connect=$(jq -r 'select(.type == "cell" and .replicate == 1) | .steps[] | select(.do | test("connect")) | "\(.at_us) \(.at_us + .took_us)"' all/results.jsonl)
began=$(jq -r .began_ns cell)
syn=$(tshark -r all/packets/0.pcapng -Y 'tcp.flags == 2 && frame.interface_name == "client"' -T fields -e frame.time_epoch 2>/dev/null)
awk -v syn="${syn//./}" -v began="$began" -v span="$connect" 'BEGIN { split(span, s, " "); us = (syn - began) / 1000
	exit !(us >= s[1] - 100 && us <= s[2] + 100) }' || wrong+=("the SYN left at $syn, the cell began at $began ns, connect took from and to $connect us")
tap_report 'the SYN leaves while connect is being made'

# The loopback: each packet once.
cat >loopback.yaml <<'EOF'
name: loopback
actors:
  client: {in: server}
steps:
  - server: socket listener
  - server: bind listener *:80
  - server: listen listener
  - client: socket conn
  - client: connect conn 127.0.0.1:80
  - server: packets count SYN
    as: syns
EOF
try run --quiet --evidence all -o loopback loopback.yaml
exits 0
is 'SYNs' "$(value syns loopback)" 1
is 'interfaces' "$(tshark -r loopback/packets/0.pcapng -T fields -e frame.interface_name 2>/dev/null | sort | uniq -c | xargs)" '3 server lo'
tap_report 'what crosses the loopback is there once, as of an interface of its own'

# 64 MiB through the veth, and as many through the loopback: more than a capture has room for between two steps.
{
	cat <<'EOF'
name: bulk
matrix:
  path:
    veth: {to: server}
    lo: {to: 127.0.0.1}
namespaces:
  server: {sysctl: {net.ipv4.tcp_rmem: 4096 16777216 16777216}}
  client: {}
actors:
  near: {in: server}
steps:
  - server: socket listener
  - server: bind listener *:80
  - server: listen listener
EOF
	for path in veth lo; do
		from=$([[ $path == lo ]] && echo near || echo client)
		printf '  - when: {path: %s}\n    do:\n' "$path"
		printf '      - %s\n' "$from: socket conn" "$from: connect conn \$to:80" 'server: accept listener child'
		for ((i = 0; i < 32; i++)); do
			printf '      - %s\n' "$from: send conn 2097152" 'server: recv child 2097152'
		done
		# More at once than there is room for.
		printf '      - %s\n' "$from: exec flood bash -c 'exec 3>/dev/udp/10.0.0.1/9; for ((i = 0; i < 20000; i++)); do echo >&3; done 2>/dev/null; true'" \
			"$from: wait flood"
	done
} >bulk.yaml
try run --allow-exec --quiet --evidence all -o bulk bulk.yaml
exits 0
is 'lines of evidence' "$(kept bulk)" '0 1 '
is 'the gaps' "$(jq -r '.gap // "none"' bulk/evidence.jsonl | sort -u)" none
for id in 0 1; do
	tshark -r "bulk/packets/$id.pcapng" -T fields -e frame.cap_len 2>/dev/null >lengths
	(($(wc -l <lengths) <= 4096)) || wrong+=("cell $id: $(wc -l <lengths) packets are kept")
	(($(sort -n lengths | tail -n1) <= 128)) || wrong+=("cell $id: of a packet $(sort -n lengths | tail -n1) bytes are kept")
	(($(stat -c %s "bulk/packets/$id.pcapng") < 4096 * 512)) ||
		wrong+=("cell $id: its packets take $(stat -c %s "bulk/packets/$id.pcapng") bytes")
	try show bulk "$id"
	exits 0
	dropped=$(jq -r --arg id "$id" 'select(.id == $id) | .dropped.server' bulk/evidence.jsonl)
	((dropped > 0)) || wrong+=("cell $id: nothing was dropped: the test moves too little")
	says out "$dropped packets were dropped in server before they could be kept"
done
tap_report 'much data: evidence stays small, and what was dropped is counted and said'

# A folder with evidence of another run; a run that was cut off.
mkdir stale
echo >stale/evidence.jsonl
transcript stale run -o stale mixed.yaml
is 'what is in the folder' "$(ls stale)" evidence.jsonl
tap_report '… and the folder is as it was'
try run --quiet -o cut mixed.yaml
exits 1
cp cut/evidence.jsonl whole
{
	grep '"id":"0"' whole
	printf '{"type":"evidence","id":"1","repl'
} >cut/evidence.jsonl
head -n 2 cut/results.jsonl >first
cp first cut/results.jsonl
done=$(tail -n 1 first | jq -r .id)
echo half >cut/evidence.jsonl.new # of a run that was killed as it wrote the file anew
try run --quiet --resume -o cut mixed.yaml
[[ ! -e cut/evidence.jsonl.new ]] || wrong+=('what a killed run left is still there')
exits 1
complete cut/results.jsonl 4
is 'lines that are no evidence' "$(jq -r 'select(.type != "evidence")' cut/evidence.jsonl)" ''
is 'cells without evidence' "$(comm -23 <(printf '%s\n' 0 1 2 3 | grep -vx "$done" | sort) <(jq -r .id cut/evidence.jsonl | sort -u) | xargs)" ''
tap_report '--resume goes on behind the last whole line'

# --evidence all writes the packets out as the runs end: what a killed run has seen is there.
./netrepro run --quiet --evidence all -j1 -o killed --replicates 300 --set case=one mixed.yaml >out 2>err </dev/null &
pid=$!
until [[ $(wc -l 2>/dev/null <killed/results.jsonl) -gt 2 ]] || ! kill -0 $pid 2>/dev/null; do :; done
kill -KILL $pid 2>/dev/null || wrong+=('the run was over before it could be killed')
wait $pid 2>/dev/null
replicate=$(sed -n '2p' killed/results.jsonl | jq .replicate)
[[ $replicate == 1 ]] && file=0.pcapng || file=0.$replicate.pcapng
fields "killed/packets/$file" tcp.flags.str >seen
is 'SYNs and their answers in the first packets' "$(grep -c '··S·' seen)" 4
cp -r killed notable-then
try run --quiet --resume -o notable-then --replicates 300 --set case=one mixed.yaml
exits 0
is 'what is left, as no run is notable' "$(kept notable-then)$(find notable-then/packets -type f)" ''
try run --quiet --resume --evidence all -o killed --replicates 300 --set case=one mixed.yaml
exits 0
complete killed/results.jsonl 300
is 'runs without packets' "$(comm -3 <(jq -r '.replicate' killed/evidence.jsonl | sort -u) \
	<(find killed/packets -type f | sed 's/.*packets.0\.pcapng/1/; s/.*packets.0\.\(.*\)\.pcapng/\1/' | sort) | xargs)" ''
tap_report 'all: packets are written as the runs end, and --resume writes those that a kill left out, or fewer'

# notable: also of a cell whose replicates differ, which no pair can show.
try run --quiet -o unstable --replicates 3 --set case=one mixed.yaml
exits 0
is 'evidence of what is stable and alone' "$(wc -l <unstable/evidence.jsonl)" 0
awk 'NR == 2 {gsub(/"lowat":"1"/, "\"lowat\":\"2\""); gsub(/"out":"1"/, "\"out\":\"2\"")} NR < 3' unstable/results.jsonl >first
cp first unstable/results.jsonl
had=$(tail -n 1 first | jq .replicate)
try run --quiet --resume -o unstable --replicates 3 --set case=one mixed.yaml
is 'replicates with evidence' "$(jq .replicate unstable/evidence.jsonl | sort | xargs)" "$(printf '%s\n' 1 2 3 | grep -vx "$had" | xargs)"
try explain unstable
says out 'two of its runs side by side: ./netrepro diff unstable 0 0'
other=$((had == 1 ? 2 : 1))
try diff unstable 0 0 --replicate "$had,$other"
exits 1
says out "lowat                  2 → 1"
says out "show unstable 0 --replicate $other"
tap_report 'notable: of cells whose replicates differ'

transcript unknown run --evidence al mixed.yaml
transcript all-without-a-folder run --evidence all mixed.yaml

# In a user namespace packets, counters and states are to be seen as well, and the files are the user's.
if has_user 'the evidence of an ordinary user'; then
	as_user
	try run --quiet --evidence all -o mine --set case=one mixed.yaml
	exits 0
	is 'whose the files are' "$(stat -c %u mine/evidence.jsonl mine/packets mine/packets/0.pcapng | sort -u)" "$("${as[@]}" id -u)"
	is 'the gap' "$(jq -r '.gap // "none"' mine/evidence.jsonl)" none
	is 'connections that were opened' \
		"$(jq -c '[.counters.client.TcpActiveOpens, .counters.server.TcpPassiveOpens]' mine/evidence.jsonl)" '[1,1]'
	is 'the last states of the server' \
		"$(jq -r '[.looks[] | select(.in == "server")][-1].sockets[].state' mine/evidence.jsonl | xargs)" 'TIME-WAIT LISTEN'
	fields mine/packets/0.pcapng frame.interface_name tcp.flags.str >seen
	is 'interfaces' "$(cut -f1 seen | sort -u | xargs)" 'client server'
	is 'SYNs and their answers' "$(grep -c '··S·' seen)" 4
	try show mine 0
	exits 0
	silent err
	says out 'SYN'
	try show mine 0 --pcapng mine.pcapng
	exits 0
	cmp mine.pcapng mine/packets/0.pcapng >/dev/null || wrong+=('show --pcapng gives another file')
	tap_report 'as an ordinary user: packets, counters and states, in files of theirs'
	as_root_if_root
fi

# A disk that becomes full of evidence: the results are worth more.
if ((EUID == 0)) && unshare --mount mount -t tmpfs none none 2>/dev/null; then
	cat >large.yaml <<'EOF'
name: large
matrix:
  n: [1, 2, 3, 4, 5, 6, 7, 8]
steps:
  - server: socket listener
  - server: bind listener *:80
  - server: listen listener
  - client: socket conn
  - client: connect conn server:80
  - server: accept listener child
  - client: getsockopt conn SO_RCVLOWAT
    as: lowat
EOF
	mkdir disk
	try run --quiet --evidence all -j1 -o roomy large.yaml
	# Room for all results, and for half of the evidence.
	room=$(($(stat -c %s roomy/results.jsonl) + $(stat -c %s roomy/evidence.jsonl) / 2))
	# shellcheck disable=SC2016 # the inner shell's
	unshare --mount bash -c 'mount -t tmpfs -o size="$0" none disk || exit 99
		./netrepro run --evidence all -j1 -o disk/run large.yaml >out 2>err </dev/null
		echo $? >status
		cp disk/run/results.jsonl full.jsonl
		cp disk/run/evidence.jsonl full-evidence.jsonl' "$room"
	status=$(cat status)
	complete full.jsonl 8
	says err 'no more evidence is kept'
	lines_are_whole full-evidence.jsonl || wrong+=('a line of evidence is broken')
	((status != 0)) || wrong+=('the exit status is 0 although evidence that was asked for is missing')
	tap_report 'a disk that evidence fills: all results are there, and it is said'

	# Room for all results and all evidence, and for half of the packets in files of their own.
	room=$(($(du -cB1 roomy/*.jsonl | tail -n 1 | cut -f1) + $(du -B1 roomy/packets | cut -f1) / 2))
	# shellcheck disable=SC2016 # the inner shell's
	unshare --mount bash -c 'mount -t tmpfs -o size="$0" none disk || exit 99
		mkdir -p disk/run/packets
		touch disk/run/packets/mine.pcapng disk/run/packets/1.mine.pcapng
		./netrepro run --evidence all -j1 -o disk/run large.yaml >out 2>err </dev/null
		cp -r disk/run packed' "$room"
	complete packed/results.jsonl 8
	is 'the evidence' "$(kept packed)" '0 1 2 3 4 5 6 7 '
	says_not err 'no more evidence is kept'
	says err 'disk/run/packets/'
	is 'captures of another program' "$(cd packed/packets && printf '%s ' *mine*)" '1.mine.pcapng mine.pcapng '
	tap_report '… that files of packets fill: they make room, and all evidence is there, and what is of others'
else
	skip 'a disk that evidence fills' 'the test may not mount a tmpfs here, which root may'
fi

finish
