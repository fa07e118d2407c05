#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a run says: the summary for people and for programs, colours, the progress line, the commands that it shows.
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin run-output
need script

# One cell of each ending, and a response of many values.
cat >mixed.yaml <<'END'
name: mixed
question: What does each ending look like?
matrix:
  case: [good, surprising, set-up, unproven, lacking]
  lowat: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
exclude:
  - {case: [surprising, set-up, unproven, lacking], lowat: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]}
steps:
  - server: socket s
  - when: {case: set-up}
    do:
      - server: bind s 10.0.0.99:80
  - when: {case: lacking}
    do:
      - server: sysctl net.ipv4.no_kernel_has_this 1
  - when: {case: surprising}
    do:
      - server: bind s *:80
      - server: listen s
  - server: setsockopt s SO_RCVLOWAT $lowat
  - server: getsockopt s SO_RCVLOWAT
    as: lowat_now
  - server: tcp-state *:80
    as: state
  - client: socket c
  - client: bind c 10.0.0.99:81
    as: bound
    for: 10ms
    every: 2ms
check:
  - {when: {case: unproven}, state: LISTEN}
expect:
  state:
    - {is: [none, TIME-WAIT]}
END
for who in $(users); do
	act_as "$who"
	try run --seed 1 scenarios/server-restart.yaml
	exits 0
	silent err
	golden server-restart out
	says out ", $([[ $who == root ]] && echo 'as root' || echo 'in a user namespace')"
	tap_report "the summary of server-restart, as $who"

	try run --seed 1 mixed.yaml
	exits 1
	silent err
	golden mixed out
	tap_report "the summary of a run with every ending, as $who"
done
as_root_if_root

try run --quiet --seed 1 scenarios/server-restart.yaml
exits 0
silent out
silent err
tap_report '--quiet says nothing where all is as expected'
try run --quiet --seed 1 mixed.yaml
exits 1
silent err
golden mixed-quiet out
tap_report '--quiet says what is not as expected, and nothing else'

try run --seed 1 --format json scenarios/server-restart.yaml
exits 0
golden server-restart.json out
is 'the number of lines' "$(wc -l <out)" 1
tap_report '--format json of server-restart'
try run --seed 1 --format json mixed.yaml
exits 1
golden mixed.json out
is 'the sum of the verdicts' "$(jq '.verdicts | add' out)" 23
is 'a list of problems that counts all that are not good' "$(jq '[.problems[].count] | add' out)" 8
tap_report '--format json of a run with every ending'
try run --seed 1 --format markdown mixed.yaml
exits 1
golden mixed.md out
tap_report '--format markdown of a run with every ending'

try run --seed 1 --set case=lacking mixed.yaml
exits 3
tap_report 'a run in which every cell was skipped has shown nothing: exit status 3'
try run --seed 1 --set case=good,lacking mixed.yaml
exits 0
tap_report 'a run with good and skipped cells is as expected'
try run --seed 1 --cell 0 mixed.yaml scenarios/server-restart.yaml
exits 0
is 'the scenarios' "$(grep -B 1 '^Linux ' out | sed -n 's/^\([a-z-]*\): .*/\1/p' | tr '\n' ' ')" 'mixed server-restart '
tap_report 'two scenarios, one after the other'

# The commands that are shown do what they say.
# again FILE: the scenario, whose name a shell must be told with quotes
again() {
	local verdict cell levels command
	try run --seed 1 --format json "$1"
	cp out first
	try run --seed 1 "$1"
	while IFS=$'\t' read -r verdict cell levels command; do
		says out "again: $command"
		"${as[@]}" bash -c "$command --format json" >second 2>err
		is "the verdict of: $command" "$(jq -r '.problems[0].verdict' second)" "$verdict"
		is "the cell of: $command" "$(jq -r '.problems[0].example.id' second)" "$cell"
		is "the levels of: $command" "$(jq -c '.problems[0].example.levels' second)" "$levels"
		is "the runs of: $command" "$(jq -r '.runs' second)" 1
	done < <(jq -r '.problems[] | [.verdict, .example.id, (.example.levels | tojson), .example.command] | join("\t")' first)
	is "verdicts with a command" "$(jq -r '.problems[].verdict' first | sort -u | tr '\n' ' ')" 'fail inconc skip '
}
again mixed.yaml
tap_report "the commands behind 'again:' run that cell again"
cp mixed.yaml "it's \$HOME, so to say.yaml"
again "it's \$HOME, so to say.yaml"
tap_report "… also where the name of the file needs quotes"
# on_terminal COMMAND: what it writes to a terminal, its standard output and error being one; into the file out
escape=$'\e['
unset NO_COLOR
on_terminal './netrepro run --seed 1 mixed.yaml 2>/dev/null'
exits 1
for code in 1m 2m 0m 31m 32m 33m 36m; do
	says out "$escape$code"
done
sed -e 's/\r$//' -e $'s/\e\\[[0-9;]*m//g' out >plain
golden mixed plain
tap_report 'colours on a terminal, and but for them the same text'
try run --seed 1 mixed.yaml
says_not out "$escape"
tap_report 'no colours elsewhere'
NO_COLOR=1 on_terminal './netrepro run --seed 1 mixed.yaml 2>/dev/null'
says_not out "$escape"
tap_report 'no colours with NO_COLOR'
NO_COLOR='' on_terminal './netrepro run --seed 1 mixed.yaml 2>/dev/null'
says out "${escape}1m"
tap_report 'an empty NO_COLOR does not count (no-color.org)'
on_terminal 'TERM=dumb ./netrepro run --seed 1 mixed.yaml 2>/dev/null'
says_not out "$escape"
tap_report 'no colours on a dumb terminal'
on_terminal './netrepro list --verbs; ./netrepro doctor; ./netrepro run --dry-run --cell 0 mixed.yaml'
exits 0
says out "${escape}1mbind SOCKET HOST:PORT"
says out "${escape}32mworks"
says out "${escape}1mcell 0"
tap_report 'colours of list, doctor and --dry-run'

on_terminal './netrepro run --seed 1 --jobs 1 mixed.yaml >summary'
says out $'\r\e[K'
says out '23 of 23 runs'
says out '2 fail  4 inconc'
is 'what is left on the terminal' "$(tail -c 4 out)" $'\r\e[K'
golden mixed summary
tap_report 'a progress line on a terminal, which is gone at the end'
on_terminal 'stty cols 30; ./netrepro run --seed 1 --jobs 1 mixed.yaml >/dev/null'
is 'lines longer than 29 columns' "$(tr '\r' '\n' <out | sed $'s/\e\\[K//g' | grep -cE '.{30,}')" 0
tap_report '… never wider than the terminal'
on_terminal './netrepro run --quiet --seed 1 mixed.yaml >/dev/null'
silent out
tap_report 'no progress line with --quiet'

finish
