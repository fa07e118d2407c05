#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a run says to GitHub Actions, beside the lines of the scenario.
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin annotations

jq -r 'select(.type == "run").scenario.text' "$top/tests/cli/reports/results.jsonl" >scenarios/endings.yaml
# Twelve reasons for a failure.
cat >scenarios/many.yaml <<'END'
name: many
matrix:
  lowat: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
steps:
  - server: socket s
  - server: setsockopt s SO_RCVLOWAT $lowat
  - server: getsockopt s SO_RCVLOWAT
    as: now
expect:
  now:
    - {is: 'not at all'}
END

# on_github ARGUMENT…: as try() does, as a step of a job does it
on_github() {
	"${as[@]}" "$mark" GITHUB_ACTIONS=true GITHUB_WORKSPACE="$folder" ./netrepro "$@" >out 2>err </dev/null
	status=$?
}

on_github run --quiet --seed 1 "$folder/scenarios/endings.yaml"
exits 1
silent err
grep '^::' out >commands
golden endings commands
tap_report 'a run with every ending'
while read -r file line; do
	sed -n "${line}p" "$file"
done < <(sed -nE 's/^::[a-z]+ file=([^,]*),line=([0-9]+),.*/\1 \2/p' commands) >lines
golden endings-lines lines
tap_report 'the lines are those that they are about'
on_github run --quiet --seed 1 scenarios/many.yaml scenarios/endings.yaml
exits 1
is 'errors' "$(grep -c '^::error ' out)" 10
is 'warnings' "$(grep -c '^::warning ' out)" 2
says out '::error title=netrepro::… and 5 more, which GitHub would not show; the summary has them'
tap_report 'no more of a kind than GitHub shows of a step, and how many more there are'
on_github run --seed 1 scenarios/server-restart.yaml
exits 0
says_not out '::'
tap_report 'nothing where all is as expected'

try run --quiet -o several --cell 0 scenarios/{endings,server-restart}.yaml
exits 0
sed -i '$d' several/server-restart/results.jsonl
on_github run --quiet -o several --resume --cell 0 scenarios/{endings,server-restart}.yaml
exits 0
silent out
tap_report 'nothing of what was finished before'

# Where they would be in the way.
for arguments in '--format json' '--format markdown' '--report ktap=-'; do
	# shellcheck disable=SC2086 # words are meant
	on_github run --seed 1 $arguments "$folder/scenarios/endings.yaml"
	exits 1
	is "$arguments: commands on the standard output" "$(grep -c '^::' out)" 0
	grep '^::' err >found
	cmp -s found commands || wrong+=("$arguments: they are not on the standard error")
done
tap_report 'beside what a program reads they are on the standard error'
try run --quiet --seed 1 scenarios/endings.yaml
says_not out '::error'
"${as[@]}" "$mark" GITHUB_ACTIONS=false ./netrepro run --quiet --seed 1 scenarios/endings.yaml >out 2>err
says_not out '::error'
tap_report 'elsewhere there are none'
"${as[@]}" "$mark" GITHUB_ACTIONS=true GITHUB_WORKSPACE="$folder/scenarios" ./netrepro run --quiet --set case=surprising \
	scenarios/endings.yaml >out 2>err
says out '::error file=endings.yaml,line='
"${as[@]}" "$mark" GITHUB_ACTIONS=true GITHUB_WORKSPACE="$folder/scen" ./netrepro run --quiet --set case=surprising \
	scenarios/endings.yaml >out 2>err
says out '::error file=scenarios/endings.yaml,line='
cp scenarios/endings.yaml 'scenarios/a,b:c%.yaml'
on_github run --quiet --set case=surprising 'scenarios/a,b:c%.yaml'
says out '::error file=scenarios/a%2Cb%3Ac%25.yaml,line='
tap_report 'files are named from the top of the checkout, if they are below it'
if has_powerless; then
	GITHUB_ACTIONS=true try_powerless run scenarios/endings.yaml
	exits 3
	grep -q '^::error file=scenarios/endings.yaml,title=endings%3A not run::' out || wrong+=("it is not said: $(cat out)")
	tap_report 'a scenario that could not be run'
else
	skip 'a scenario that could not be run' 'this host does not let the test take its own privileges away'
fi

finish
