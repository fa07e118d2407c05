#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Signals: the first one lets the runs under way end, the second one ends all at once; --resume does the rest.
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin interrupt
need script setsid

# Each cell has its place for as long as nobody connects: --jobs many are under way at once, and no more.
cat >waits.yaml <<'END'
name: waits
matrix:
  n: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
steps:
  - server: socket s
  - server: bind s *:80
  - server: listen s
  - server: accept s child
    as: accepted
    deadline: 300ms
END
# The first one ends, and with its result the next is under way; no other does.
cat >stays.yaml <<'END'
name: stays
matrix:
  n: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
steps:
  - server: socket s
  - server: bind s *:80
  - server: listen s
  - when: {n: [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]}
    do:
      - server: accept s child
        as: accepted
        deadline: 10m
END
n=12
results=results.jsonl
readonly stopping='netrepro: stopping; [0-9]* runs go on to their end; a second signal stops at once'

# is_interrupted DIR: whole lines, no last one, no run twice
is_interrupted() {
	lines_are_whole "$1/$results" || wrong+=('a line is broken')
	says_not "$1/$results" '"type":"end"'
	is 'runs that stand twice' "$(repeated "$1/$results")" ''
}

# nothing_left: no process of the run
nothing_left() {
	local left
	left=$(all_gone) || wrong+=("left behind: $left")
}

# resumes DIR SCENARIO
resumes() {
	cp "$1/$results" before
	try run --quiet --jobs 50 --resume -o "$1" "$2"
	exits 0
	complete "$1/$results" $n
	cmp -s -n "$(stat -c %s before)" before "$1/$results" || wrong+=('the results of before have changed')
}

# once SIGNAL STATUS
once() {
	local n_done
	start run --jobs 2 -o "$1" waits.yaml
	await 'the first two results' has_cells 2 "$1/$results"
	kill "-$1" "$runner"
	ends
	exits "$2"
	nothing_left
	is_interrupted "$1"
	n_done=$(n_cells "$1/$results")
	# Two had ended, and at most two more had been taken up by then, for each time that two ended while the signal came.
	((n_done >= 3 && n_done < n)) || wrong+=("$n_done of $n runs have ended")
	says out "$n_done runs of $n: $n_done pass"
	says out '; interrupted: --resume goes on'
	grep -qx "$stopping" err || wrong+=("it does not say that it stops: $(cat err)")
	is 'how those that ended have ended' "$(jq -r 'select(.type == "cell") | .responses.accepted' "$1/$results" | sort -u)" timeout
	tap_report "$1 once: those under way end, exit status $2"
	resumes "$1" waits.yaml
	tap_report '… and --resume does those that are left, each once'
}
for who in $(users); do
	act_as "$who"
	once INT 130
	once TERM 143
	once HUP 129
	rm -rf INT TERM HUP
done
as_root_if_root

# stops_at_once DIR STATUS: the run that start() has started ends, though none of its cells does
stops_at_once() {
	ends
	exits "$2"
	nothing_left
	is_interrupted "$1"
	is 'results' "$(n_cells "$1/$results")" 1
}
start run --jobs 50 -o twice stays.yaml
await 'the first result' has_cells 1 twice/$results
kill -INT "$runner"
await 'the runner to say that it stops' grep -qx "$stopping" err
kill -INT "$runner"
stops_at_once twice 130
tap_report 'SIGINT twice: all ends at once, exit status 130, nothing is left behind'
start run --jobs 50 -o mixed stays.yaml
await 'the first result' has_cells 1 mixed/$results
kill -TERM "$runner"
await 'the runner to say that it stops' grep -qx "$stopping" err
kill -INT "$runner"
stops_at_once mixed 143
tap_report 'SIGTERM, then SIGINT: at once, exit status 143'

# A terminal sends its signal to all processes of the group: the workers leave it to the runner.
start_in_group() {
	"${as[@]}" "$mark" env --default-signal=INT,QUIT,TERM,HUP setsid --wait ./netrepro "$@" >out 2>err </dev/null &
	runner=$!
}
group_of_runner() {
	ours_named netrepro | while read -r pid; do
		[[ $(ps -o pgid= -p "$pid" | tr -d ' ') == "$pid" ]] && printf '%s\n' "$pid"
	done | head -n1
}
start_in_group run --jobs 2 -o group waits.yaml
await 'the first two results' has_cells 2 group/$results
kill -INT -- "-$(group_of_runner)"
ends
exits 130
nothing_left
is_interrupted group
is 'errors' "$(jq -r 'select(.verdict == "error") | .reason' group/$results)" ''
tap_report 'SIGINT to the whole process group: those under way end as they would'
resumes group waits.yaml
tap_report '… and --resume does those that are left, each once'

# Nor does it reach a program that is just being born, in the group still: several times, as it must come at that moment.
printf '%s\n' 'name: births' 'matrix: {n: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}' 'steps:' >births.yaml
for p in a b c d; do
	printf '  - %s\n' "server: exec $p true" "server: wait $p"
done >>births.yaml
for i in 1 2 3 4 5 6 7 8; do
	start_in_group run --quiet --allow-exec --jobs 8 --replicates 1000 -o births$i births.yaml
	await 'results' has_cells $((3 * i)) births$i/$results
	kill -INT -- "-$(group_of_runner)"
	ends
	exits 130
	is 'errors' "$(jq -r 'select(.verdict == "error" or .verdict == "inconc") | .reason' births$i/$results)" ''
done
nothing_left
tap_report '… and programs go on to theirs, also those that are just begun'

# The same with a real terminal, and Ctrl-C typed at it.
mkfifo keys
"${as[@]}" "$mark" env --default-signal=INT,QUIT,TERM,HUP TERM=xterm \
	script -qefc './netrepro run --jobs 2 -o typed waits.yaml' /dev/null <keys >out 2>err &
runner=$!
exec {keys}>keys
await 'the first two results' has_cells 2 typed/$results
printf '\003' >&"$keys"
await 'the progress line to say so' grep -q 'stopping: [0-9]* still running (Ctrl-C again: now)' out
ends
exec {keys}>&-
exits 130
nothing_left
is_interrupted typed
says_not out 'netrepro: stopping; '
tap_report 'Ctrl-C at a terminal: the progress line says what happens, exit status 130'

# A signal that comes when the last runs are under way leaves nothing missing.
start run --jobs 50 -o late waits.yaml
await 'the first result' has_cells 1 late/$results
kill -INT "$runner"
ends
exits 130
complete late/$results $n
says_not out 'interrupted'
tap_report 'a signal that comes late: the file is complete'

# A run of several scenarios stops with all of them (side-by-side.sh resumes one).
sed 's/^name: waits/name: waits-too/' waits.yaml >waits-too.yaml
start run --jobs 2 -o both waits.yaml waits-too.yaml
await 'the first two results' has_cells 2 both/waits/$results
kill -INT "$runner"
ends
exits 130
for dir in both/waits both/waits-too; do
	[[ ! -e $dir/$results ]] || is_interrupted "$dir"
done
nothing_left
tap_report 'a signal ends a run of several scenarios'

finish
