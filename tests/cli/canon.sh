#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The canon: all scenarios, run together, twice, in orders drawn from different seeds. No cell is without an answer, no cell gives two,
# the laws are the same, all claims are as stated, and scenarios/CLAIMS.md says what was found.
#
# The second run leaves out what waits for long. A cell that this machine was too busy for is none of the scenario's: a scenario
# with such a cell is run once more, by itself.
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin canon
need jq
cp -r "$top"/scenarios .
with_programs
mkdir once again
chmod 1777 once again
results=results.jsonl

# run_all DIR SEED OPTION…: all scenarios into the folder
run_all() {
	local dir=$1 seed=$2
	shift 2
	"${as[@]}" "$mark" ./netrepro run --quiet --allow-exec --evidence none --seed "$seed" "$@" -o "$dir" scenarios >"$dir.out" 2>&1 </dev/null
}

# once_more DIR SEED OPTION…: those with a cell that this machine was too busy for
once_more() {
	local dir=$1 seed=$2 name
	shift 2
	for name in $(cd "$dir" && printf '%s\n' *); do
		gave_no_answer "$dir/$name/$results" "$dir.out" || continue
		rm -rf "${dir:?}/$name"
		try run --quiet --allow-exec --evidence none --seed "$seed" "$@" -o "$dir/$name" "scenarios/$name.yaml"
	done
}

# are_over NAME…: in the first run
are_over() {
	local name
	for name; do
		grep -q '"type":"end"' "once/$name/$results" 2>/dev/null || return 1
	done
}

# verdicts DIR: of its cells, each once
verdicts() {
	jq -r 'select(.type == "cell") | .verdict' "$1/$results" | sort -u | tr '\n' ' '
}

# why DIR: those of its cells that have neither passed nor were skipped, the first three
why() {
	jq -r 'select(.type == "cell" and (.verdict | IN("pass", "skip") | not)) | "cell \(.id) of '"$1"' is \(.verdict): \(.reason)"' \
		"$1/$results" | head -n 3
}

# The second run begins when the first has nothing to do any more but to wait.
run_all once 1 &
first=$!
trap 'kill "$first" 2>/dev/null; rm -rf "$folder"' EXIT
while kill -0 "$first" 2>/dev/null && ! are_over reconnect-same-port segments-in-time-wait port-exhaustion client-restart; do
	sleep 0.2
done
run_all again 2 --max-wait 5s
wait "$first"
trap 'rm -rf "$folder"' EXIT
once_more once 1
once_more again 2 --max-wait 5s
for scenario in scenarios/*.yaml; do
	name=$(basename "$scenario" .yaml)
	lacks=$(jq -rn 'first(inputs | select(.type == "cell" and .verdict == "skip") | .reason)' "once/$name/$results")
	[[ -z $lacks ]] || printf '# %s: %s\n' "$name" "$lacks"
	is 'the verdicts of the first run' "$(verdicts "once/$name" | sed 's/skip //')" 'pass '
	[[ $(verdicts "again/$name") =~ ^(pass |skip |pass skip )$ ]] || wrong+=("the verdicts of the second run: $(verdicts "again/$name")")
	for dir in once again; do
		mapfile -t -O "${#wrong[@]}" wrong < <(why "$dir/$name")
		try explain --format json "$dir/$name"
		exits 0
		is "cells in $dir that gave two answers" "$(jq -c '[.responses[].unstable[]]' out)" '[]'
		jq -S '[.responses[] | {name, law: (.law.rules // null)}]' out >"laws-$dir"
	done
	if [[ $(verdicts "once/$name") == $(verdicts "again/$name") ]]; then
		cmp -s laws-once laws-again || wrong+=("the laws differ: $(diff laws-once laws-again | head -n 20)")
	fi
	tap_report "$name: every cell answers, and with another seed the laws are the same"
done

try claims --quiet scenarios once
exits 0
silent out
tap_report 'all claims are as stated'

if grep -q '"verdict":"skip"' once/*/"$results"; then
	skip 'scenarios/CLAIMS.md says what was found' 'this host cannot run all cells'
else
	NETREPRO=$PWD/netrepro "$top/ci/claims" "$PWD/once" >out 2>&1
	is 'the exit status of ci/claims' $? 0
	[[ ! -s out ]] || mapfile -t -O "${#wrong[@]}" wrong < <(head -n 30 out)
	tap_report 'scenarios/CLAIMS.md says what was found'
fi
finish
