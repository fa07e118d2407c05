#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The output folder: what is refused, what a full disk or a power cut leaves, and how --resume goes on from there.
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin output-folder
need flock

cat >small.yaml <<'END'
name: small
matrix:
  side: [left, right]
  size: [1, 2, 3]
exclude:
  - {side: left, size: 2}
steps:
  - server: socket s
  - server: setsockopt s SO_RCVLOWAT $size
  - server: getsockopt s SO_RCVLOWAT
    as: lowat
END
sed 's/^name: small/name: other/' small.yaml >other.yaml
sed 's/^  size: .*/  size: [1, 2, 3, 4]/' small.yaml >larger.yaml
sed 's/as: lowat/as: low/' small.yaml >changed.yaml
mkdir runs
chmod 1777 runs

# ran NAME ARGUMENT…: a finished run in runs/NAME
ran() {
	local name=$1
	shift
	try run --quiet --jobs 1 --seed 1 "$@" -o "runs/$name" small.yaml
	exits 0
}

# unfinished NAME N: the same, cut off behind N lines
unfinished() {
	ran "$1"
	head -n "$2" "runs/$1/results.jsonl" >"$1.cut"
	cp "$1.cut" "runs/$1/results.jsonl"
}

# unchanged NAME: since unfinished(), or since it was copied to NAME.cut
unchanged() {
	cmp -s "$1.cut" "runs/$1/results.jsonl" || wrong+=("runs/$1/results.jsonl was changed")
}

ran ended
complete runs/ended/results.jsonl 5
is 'the first line' "$(head -n1 runs/ended/results.jsonl | jq -c '[.type, .format, .scenario.name, .scenario.path,
	.scenario.sha256, .seed, .runs, .replicates, (.environment | has("net.ipv4.tcp_timestamps"))]')" \
	"[\"run\",1,\"small\",\"small.yaml\",\"$(sha256sum <small.yaml | cut -d' ' -f1)\",\"1\",5,1,true]"
is 'the last line' "$(tail -n1 runs/ended/results.jsonl | jq -c '[.type, .verdicts.pass]')" '["end",5]'
is 'a cell' "$(jq -c 'select(.id == "5") | [.levels, .replicate, .verdict, .responses, [.steps[].do]]' runs/ended/results.jsonl)" \
	'[{"side":"right","size":"3"},1,"pass",{"lowat":"3"},["server: socket s","server: setsockopt s SO_RCVLOWAT 3","server: getsockopt s SO_RCVLOWAT"]]'
tap_report 'a finished run is a first line, a line for each run, a last line'

cp runs/ended/results.jsonl ended.cut
transcript holds-a-run run -o runs/ended small.yaml
unchanged ended
tap_report '… and is left as it was'
transcript finished run --resume -o runs/ended small.yaml
unchanged ended
tap_report '… and is left as it was'

ran refused
grep -E '^\{"type":"(run"|cell","id":"[23]")' runs/refused/results.jsonl >refused.cut
cp refused.cut runs/refused/results.jsonl
transcript holds-an-unfinished-run run -o runs/refused small.yaml
transcript other-scenario run --resume -o runs/refused other.yaml
transcript other-matrix run --resume -o runs/refused larger.yaml
transcript changed-scenario run --resume -o runs/refused changed.yaml
transcript other-set run --resume --set side=left -o runs/refused small.yaml
transcript other-replicates run --resume --replicates 2 -o runs/refused small.yaml
transcript other-cell run --resume --cell 0 -o runs/refused small.yaml
unchanged refused
tap_report 'a folder that was refused is left as it was'

# damaged NAME SED-SCRIPT: the same file, with damage in its middle
damaged() {
	sed "$2" refused.cut >"$1.cut"
	mkdir -p "runs/$1"
	cp "$1.cut" "runs/$1/results.jsonl"
	transcript "$1" run --resume -o "runs/$1" small.yaml
	unchanged "$1"
	tap_report '… and is left as it was'
}
damaged damaged-middle '2s/.\{40\}$//'
damaged damaged-nul "2s/.*/$(printf '\\x00%.0s' 1 2 3 4)/"
damaged damaged-empty-line '2s/.*//'
damaged damaged-first '1s/^.\{20\}//'
damaged damaged-other-type '2s/"cell"/"shell"/'
damaged damaged-other-cell '2s/"id":"[0-9]*"/"id":"1"/'
damaged damaged-twice '2s/"id":"[0-9]*"/"id":"2"/;2p'
damaged damaged-version '1s/"format":1/"format":2/'
damaged damaged-no-file '1s/.*/{"type":"cell"}/'

# torn NAME PRINTF-FORMAT: what a power cut leaves behind the last whole line is dropped, and the run goes on
torn() {
	unfinished "$1" 3
	# shellcheck disable=SC2059 # the format is meant
	printf "$2" >>"runs/$1/results.jsonl"
	try run --quiet --jobs 1 --resume -o "runs/$1" small.yaml
	exits 0
	silent out
	silent err
	complete "runs/$1/results.jsonl" 5
	is 'the lines' "$(wc -l <"runs/$1/results.jsonl")" 7
	head -n 3 "runs/$1/results.jsonl" | cmp -s - "$1.cut" || wrong+=('the whole lines of before have changed')
	is 'the runs' "$(jq -r 'select(.type == "cell") | .id' "runs/$1/results.jsonl" | tr '\n' ' ')" \
		"$(jq -r 'select(.type == "cell") | .id' runs/ended/results.jsonl | tr '\n' ' ')"
	tap_report "--resume with ${3} at the end"
}
torn torn-half '{"type":"cell","id":"5","lev' 'half a line'
torn torn-whole '{"type":"cell","id":"5","levels":{},"replicate":1,"verdict":"pass","responses":{}}' 'a line without its newline'
torn torn-nul '\0\0\0\0\0\0\0\0' 'NUL bytes'
torn torn-nul-line '\0\0\0\0\0\0\0\0\n' 'a line of NUL bytes'
torn torn-end '{"type":"end","verd' 'half of the last line'
torn torn-nothing '' 'nothing'

for n in 0 1 2; do
	unfinished "cut-$n" "$n"
	try run --quiet --resume -o "runs/cut-$n" small.yaml
	exits 0
	complete "runs/cut-$n/results.jsonl" 5
done
tap_report '--resume of a file with no line, with the first line, with one result'
mkdir runs/half
head -c 100 refused.cut >runs/half/results.jsonl
try run --quiet --resume -o runs/half small.yaml
exits 0
complete runs/half/results.jsonl 5
tap_report '--resume of a file with half of its first line'
try run --quiet --resume -o runs/new small.yaml
exits 0
complete runs/new/results.jsonl 5
tap_report '--resume of a folder that is not there begins a run'

transcript parent-missing run -o runs/none/none small.yaml
transcript is-a-file run -o small.yaml small.yaml
transcript is-a-file-resume run --resume -o small.yaml small.yaml
mkdir -p runs/occupied/results.jsonl
transcript occupied run -o runs/occupied small.yaml
transcript occupied-resume run --resume -o runs/occupied small.yaml

# A folder of root's for an ordinary user: in one of its own that is not writable a runner is root of its user namespace.
if ((EUID != 0)); then
	skip 'a folder that is not writable' 'it must be a folder of root, and the test is not'
elif has_user 'a folder that is not writable'; then
	as_user
	mkdir -m 555 runs/locked
	transcript not-writable run -o runs/locked small.yaml
	transcript not-writable-below run -o runs/locked/below small.yaml
	chmod 755 runs/locked
	cp refused.cut runs/locked/results.jsonl
	chmod 444 runs/locked/results.jsonl
	transcript not-writable-file run --resume -o runs/locked small.yaml
	mkdir -m 777 runs/users
	try run --quiet -o runs/users small.yaml
	exits 0
	complete runs/users/results.jsonl 5
	tap_report 'an ordinary user writes to a folder that is writable'
	unfinished privilege 3
	chmod 777 runs/privilege
	chmod 666 runs/privilege/results.jsonl
	sed 's/"privilege":"user namespace"/"privilege":"root"/' privilege.cut >runs/privilege/results.jsonl
	transcript other-privilege run --resume -o runs/privilege small.yaml
	as_root_if_root
fi

unfinished used 3
exec {lock}<>runs/used/results.jsonl
flock --shared "$lock"
transcript in-use run --resume -o runs/used small.yaml
transcript in-use-new run -o runs/used small.yaml
unchanged used
exec {lock}>&-
try run --quiet --resume -o runs/used small.yaml
exits 0
complete runs/used/results.jsonl 5
tap_report 'once the other run has ended, --resume goes on'

# Two scenarios, two folders below the one that is named.
try run --quiet --seed 1 -o runs/two small.yaml other.yaml
exits 0
complete runs/two/small/results.jsonl 5
complete runs/two/other/results.jsonl 5
tap_report 'each of several scenarios has a folder of its own'
head -n 4 runs/two/other/results.jsonl >cut.jsonl
mv cut.jsonl runs/two/other/results.jsonl
rm -r runs/two/small
try run --quiet --resume -o runs/two small.yaml other.yaml
exits 0
complete runs/two/small/results.jsonl 5
complete runs/two/other/results.jsonl 5
tap_report '--resume of several scenarios goes on with each'

# A disk that is full, and later is not: a file system of this test alone.
sed 's/^  size: .*/  size: ['"$(seq -s, 1 300)"']/' small.yaml >many.yaml
n_many=$("$folder/netrepro" check many.yaml | sed 's/.*good: \([0-9]*\) cells.*/\1/')
private=(unshare --mount)
if ((EUID == 0)) && "${private[@]}" mount -t tmpfs none runs 2>/dev/null; then
	mkdir disk
	# shellcheck disable=SC2016 # the inner shell's
	"${private[@]}" env "$mark" bash -c '
		mount -t tmpfs -o size=64k none disk || exit 99
		./netrepro run --seed 1 -o disk/run many.yaml >full.out 2>full.err
		echo $? >full.status
		cp disk/run/results.jsonl full.jsonl
		mount -o remount,size=16m disk || exit 99
		./netrepro run --quiet --resume -o disk/run many.yaml >resumed.out 2>resumed.err
		echo $? >resumed.status
		cp disk/run/results.jsonl resumed.jsonl
		mount -o remount,size=4k disk 2>/dev/null
		mkdir disk/none
		dd if=/dev/zero of=disk/fill bs=1k >/dev/null 2>&1
		./netrepro run --seed 1 -o disk/none many.yaml >none.out 2>none.err
		echo $? >none.status
		rm disk/fill
		mount -o remount,size=16m disk || exit 99
		./netrepro run --quiet --resume -o disk/none many.yaml >after.out 2>&1
		echo $? >after.status
		cp disk/none/results.jsonl after.jsonl
	' || wrong+=('no small file system')
	status=$(cat full.status) && cp full.err err
	exits 3
	golden disk-full full.err
	says full.out '; interrupted: --resume goes on'
	lines_are_whole full.jsonl || wrong+=('a line is broken')
	n_full=$(n_cells full.jsonl)
	((n_full > 0 && n_full < n_many)) || wrong+=("$n_full cells of $n_many are there")
	is 'cells in the summary' "$(sed -n 's/^\([0-9]*\) runs of .*/\1/p' full.out)" "$n_full"
	says_not full.jsonl '"type":"end"'
	tap_report 'a full disk: exit status 3, why, and every line is whole'
	status=$(cat resumed.status) && cp resumed.err err
	exits 0
	complete resumed.jsonl "$n_many"
	head -n $((n_full + 1)) resumed.jsonl | cmp -s - full.jsonl || wrong+=('the results of before have changed')
	tap_report 'with more room --resume finishes it'
	status=$(cat none.status) && cp none.err err
	exits 3
	golden disk-full-first-line none.err
	status=$(cat after.status) && cp after.out err
	exits 0
	complete after.jsonl "$n_many"
	tap_report 'a disk without room for the first line, and the same with more room'
else
	skip 'a full disk' 'the test may not mount a tmpfs here, which root may'
fi

finish
