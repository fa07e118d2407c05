#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netrepro show: the story of one cell. What is said of the results in the folder tests/cli/show, four cells of
# server-restart that were run once with --evidence all, is in the golden files; what is said of runs made here must hold for all of them.
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin show
need script base64
cp -r "$top/tests/cli/show" kept
# Of one cell no evidence was kept.
sed -i '/"id":"48"/d' kept/evidence.jsonl

# fits: what is in the file out is at most 100 columns wide
fits() {
	local columns
	columns=$(LC_ALL=C.UTF-8 wc -L <out)
	((columns <= 100)) || wrong+=("$1 is $columns columns wide")
}

transcript veth show kept 72
fits 'it'
tap_report '… within 100 columns'
awk '/^```/ { inside = 0 } inside { print } /^\$ netrepro show/ { inside = 1 }' "$top/README.md" >wanted
((${#wrong[@]} > 0)) || [[ -s wanted && $(cat out) == "$(cat wanted)"* ]] ||
	mapfile -t wrong < <(diff -u --label README.md wanted --label 'what is printed' out)
tap_report '… as it stands in the README'
transcript loopback show kept second_reuseaddr=1,path=loopback
# Of the first cell that fits no evidence was kept.
transcript alike show kept second_reuseaddr=0
transcript steps-alone show kept 48
transcript candidates show kept closer=server
transcript json show --format json kept 73
transcript steps-alone-json show --format json kept 48
# A server, a router and two clients behind it: what is forwarded, what the router itself answers, and what it keeps.
cp -r "$top/tests/cli/show-routed" routed
transcript forwarded show routed 0
fits 'it'
tap_report '… within 100 columns'
transcript not-forwarded show routed 1
fits 'it'
tap_report '… within 100 columns'
try show --format json routed 0
exits 0
is 'the ways' "$(jq -c '[.evidence.packets[] | [.namespace, .to_namespace, .via, .stopped_at, .sender]] |
	unique[]' out)" \
	'["one","router",[],null,"one"]
["one","server",["router"],null,"one"]
["router","one",[],null,null]
["server","one",["router"],null,"server"]
["server","two",["router"],null,"server"]
["two","server",["router"],null,"two"]'
tap_report 'forwarded packets as JSON'
try show --format json routed 1
exits 0
is 'who kept what' "$(jq -c '[.evidence.packets[] | select(.stopped_at) |
	[.namespace, .to_namespace, .stopped_at, .received_us]] | unique[]' out)" \
	'["one","server","router",null]
["two","server","router",null]'
tap_report 'packets that were not forwarded as JSON'
transcript unknown-factor show kept closr=server
transcript unknown-level show kept path=vet
transcript several-levels show kept path=veth,loopback,second_reuseaddr=2
transcript no-levels show kept veth
transcript not-run show kept 0
transcript not-run-levels show kept closer=client
transcript beyond show kept 192
transcript excluded show kept 7
transcript no-replicate show --replicate 2 kept 72
transcript no-folder show nowhere 72
transcript no-packets show --pcapng out.pcapng kept 48
[[ ! -e out.pcapng ]] || wrong+=('a file was written')
tap_report '… and writes no file'

jq -r 'select(.id == "72") | .pcapng' kept/evidence.jsonl | base64 -d >wanted
try show --pcapng - kept 72
exits 0
silent err
cmp -s wanted out || wrong+=('they are other bytes')
tap_report '--pcapng - gives the packets'
try show --pcapng packets.pcapng kept 72
exits 0
silent out
cmp -s wanted packets.pcapng || wrong+=('they are other bytes')
tap_report '--pcapng FILE writes them'
try show --pcapng nowhere/packets.pcapng kept 72
exits 2
says err 'cannot write to nowhere/packets.pcapng'
tap_report '… where it can'
"${as[@]}" ./netrepro show --pcapng - kept 72 >/dev/full 2>err
status=$?
exits 4
tap_report '… and says so where it cannot'
try show --pcapng /dev/full kept 72
exits 3
says err 'cannot write to /dev/full: No space left on device'
tap_report '… a disk that is full is for its host to empty'
script -qec './netrepro show --pcapng - kept 72' /dev/null </dev/null >out 2>&1
status=$?
exits 2
says out 'the standard output is a terminal'
tap_report '… and a terminal gets no packets'

# What is read of the evidence is the last whole line of the run.
try show kept 72
cp out before
grep '"id":"72"' kept/evidence.jsonl >line
head -c 300 line >>kept/evidence.jsonl
try show kept 72
exits 0
cmp -s before out || wrong+=("it is another one: $(diff before out | head -n 3)")
tap_report 'a line of evidence that was not written whole is passed over'
sed 's/"namespaces":\["server"/"namespaces":["sever"/' "$top/tests/cli/show/evidence.jsonl" >kept/evidence.jsonl
try show kept 72
exits 0
says out 'incomplete: what was kept cannot be read: '
tap_report 'evidence of something else is none'
cp "$top"/tests/cli/show/*.jsonl kept/
sed -i '/"id":"48"/d' kept/evidence.jsonl
sed '/"id":"72"/s/server: bind second/server: bind first/' "$top/tests/cli/show/results.jsonl" >kept/results.jsonl
try show kept 72
exits 2
says err 'its steps are not those of its scenario'
tap_report 'steps that are not of the scenario are refused'
sed 's/"out":"EADDRINUSE"/"out":"\\u001b[2J"/' "$top/tests/cli/show/results.jsonl" >kept/results.jsonl
try show kept 49
exits 2
says_not err $'\033'
says_not out $'\033'
tap_report 'nothing that a stranger has put into a file commands the terminal'
cp "$top"/tests/cli/show/*.jsonl kept/
sed -i '/"id":"48"/d' kept/evidence.jsonl

on_terminal './netrepro show kept 49'
exits 0
says out $'\033[31mEADDRINUSE\033[0m'
tap_report 'on a terminal a refusal stands out'
on_terminal 'NO_COLOR=1 ./netrepro show kept 49'
says_not out $'\033'
tap_report '… but not with NO_COLOR'

# Runs made here.
cat >small.yaml <<'END'
name: small
question: What does a story look like that ends early?
matrix:
  port: [80, 81]
  # A name that is longer than its column.
  a_factor_with_a_rather_long_name: [a-level-with-a-rather-long-name-of-its-own-that-takes-room, b]
steps:
  - server: socket listener
  - server: bind listener *:80
  - server: listen listener
  - client: socket conn
  - client: connect conn server:$port
  - client: socket a-socket-with-a-name-that-is-as-long-as-it-may-be-and-not-longer
  - client: setsockopt a-socket-with-a-name-that-is-as-long-as-it-may-be-and-not-longer SO_REUSEADDR 1
    as: a_response_with_a_name_that_is_as_long_as_it_may_be_and_no_more
END
try run --quiet --replicates 2 --evidence all -o small small.yaml
exits 1
tap_report 'a run with cells that end early'
try show small port=81
exits 0
says out ": inconc"
says out 'ECONNREFUSED'
says out 'RST,ACK'
fits 'it'
tap_report 'a cell that ended early has a story'
try show small 0
exits 0
says out '…'
says out 'as a_response_with_a_name_that_is_as_long_as_it_may_be_and_no_more'
fits 'it'
tap_report 'a long step is shortened, and never its outcome'
try show small 0 --replicate 2
exits 0
says out ', replicate 2 of 2: pass'
says out '0 --replicate 2 --pcapng FILE'
tap_report 'one of several replicates'

# all_tell FOLDER: every cell of a run has a story, in both formats, that fits
all_tell() {
	local id
	for id in $(cells "$1/results.jsonl" | cut -f1 | sort -un); do
		try show "$1" "$id"
		exits 0
		fits "the story of cell $id"
		says_not out 'cannot be told'
		try show --format json "$1" "$id"
		exits 0
		jq -e '(.steps | length > 0) and (.evidence.packets | all(has("received_us"))) and .evidence.gap == null' out >/dev/null ||
			wrong+=("the JSON of cell $id is not as it must be")
	done
	tap_report "$1: every cell has its story"
}
try run --quiet --evidence all -o restart --set tw_reuse=2 --set first_reuseaddr=1 scenarios/server-restart.yaml
all_tell restart
try run --quiet --evidence all -o reconnect --set age=0 --set tw_reuse=1 --set new_server_timestamps=1 \
	--set old_client_timestamps=1 scenarios/reconnect-same-port.yaml
all_tell reconnect
# Evidence that cannot be read: the steps are good without it, and what is there of others is told.
cp -r "$top/tests/cli/show" damaged
sed -i '/"id":"72"/s/"looks"/"luks"/; /"id":"48"/s/"namespaces":\["server"/"namespaces":["other"/; /"id":"48"/s/"server":/"other":/g
	/"id":"48"/s/"in":"server"/"in":"other"/g' damaged/evidence.jsonl
for id in 72 48; do
	try show damaged $id
	exits 0
	silent err
	says out 'bind second *:12345'
	tr '\n' ' ' <out | grep -q 'incomplete: what was kept cannot be read: ' || wrong+=("cell $id: nothing is said of the damage")
	says_not out 'counters that moved'
	try show --pcapng packets damaged $id
	exits 2
	silent out
	says err 'netrepro: what was kept cannot be read: '
	[[ ! -e packets ]] || wrong+=('a file of packets was written')
done
try show --format json damaged 72
is 'what is said of evidence' "$(jq -r '[.evidence.gap[:29], (.evidence.packets | length), (.steps | length > 0)] | @tsv' out)" \
	$'what was kept cannot be read:\t0\ttrue'
try show damaged 49
says_not out incomplete
try diff damaged 72 73
exits 1
silent err
says out 'of A packets or other evidence is missing, so that steps alone are compared'
try explain damaged
exits 0
says out 'they part: step'
says err 'netrepro: of 2 cells what was kept cannot be read: '
tap_report 'evidence that cannot be read is a gap'
for folder in $'not\xffUTF-8' $'not\vshown'; do
	cp -r damaged "$folder"
	try show "$folder" 72
	exits 0
	silent err
	says out 'incomplete: what was kept cannot be read'
	try show --format json "$folder" 72
	is 'the gap' "$(jq -r .evidence.gap out)" 'what was kept cannot be read'
	try explain "$folder"
	exits 0
	says out 'they part: step'
done
tap_report '… also in a folder whose name cannot be shown'

try run --quiet --evidence none -o bare --set closer=server --set path=veth scenarios/server-restart.yaml
try show bare 0
exits 0
says out 'Steps alone'
tap_report 'a run without evidence'

finish
