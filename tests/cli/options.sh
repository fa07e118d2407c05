#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The command line itself: help, what is refused and with which words, exit statuses.
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin options

restart=scenarios/server-restart.yaml

# Cells 1 and 4 are excluded.
cat >small.yaml <<'END'
name: small
question: How many cells?
matrix:
  side: [left, right]
  size: [1, 2, 3]
exclude:
  - {side: left, size: 2}
  - {side: right, size: 2}
steps:
  - server: socket s
END

# fits_a_screen: what is in the file out, a terminal having 24 rows and 80 columns
fits_a_screen() {
	local rows columns
	rows=$(wc -l <out)
	columns=$(LC_ALL=C.UTF-8 wc -L <out)
	((rows <= 24)) || wrong+=("$rows rows: $1 does not fit a screen of 24")
	((columns <= 80)) || wrong+=("$columns columns: $1 does not fit a screen of 80")
}

# help NAME ARGUMENT…
help() {
	local name=$1 example
	shift
	transcript "$name" "$@"
	exits 0
	silent err
	fits_a_screen "netrepro $*"
	tap_report "netrepro $*: fits a screen"
	example=$(sed -n 's/^Example: netrepro //p' out)
	[[ -n $example ]] || wrong+=('it has no example')
	# The example is one that the program takes: it is read, and nothing is run.
	case $example in
	run\ *) example+=' --dry-run' ;;
	explain\ * | show\ * | claims\ *) mkdir results && try run --quiet --set closer=server -o results/restart $restart ;;
	diff\ *)
		mkdir results
		for run in before after; do
			try run --quiet --set closer=server -o results/$run $restart
		done
		;;
	esac
	# shellcheck disable=SC2086 # words are meant
	[[ -z $example ]] || try $example
	exits 0
	rm -rf results
	tap_report "netrepro $*: its example works"
}

help help --help
for command in run explain show diff claims lab check list doctor; do
	help "help-$command" "$command" --help
done
for word in help -h; do
	try "$word"
	exits 0
	says out 'Usage: netrepro COMMAND'
	tap_report "netrepro $word is the help"
done
try run -h
exits 0
says out 'Usage: netrepro run'
tap_report 'netrepro run -h is the help of run'
try run no-such-scenario --help
exits 0
tap_report '--help counts wherever it stands'
mapfile -t commands < <("$folder/netrepro" --help | sed -n 's/^  \([a-z]*\) .*/\1/p')
is 'the list of commands' "${commands[*]}" 'run explain show diff claims lab check list doctor'
tap_report 'every command of the help has a test here'

transcript version --version
try -V
exits 0
tap_report 'netrepro -V'

transcript no-command
transcript unknown-command rum
transcript unknown-command-far frobnicate
transcript unknown-option run --jbos 3 $restart
transcript unknown-option-argument run --replicate=3 --seeed=3 $restart
transcript unknown-option-far run --frobnicate $restart
transcript unknown-letter run -z $restart
transcript unknown-option-explain explain --fromat json results
transcript unknown-option-show show --replicates 2 results 0
transcript unknown-option-lab lab --untill 3 $restart
transcript unknown-option-check check --quite $restart
transcript unknown-option-list list --verb-s
transcript unknown-option-doctor doctor --formt json
transcript option-needs-argument run $restart --jobs
transcript option-needs-argument-letter run $restart -o
transcript option-takes-no-argument run --quiet=yes $restart
transcript bad-number run --jobs many $restart
transcript number-zero run --jobs 0 $restart
transcript number-negative run --replicates -1 $restart
transcript number-with-unit run --max-cells 3k $restart
transcript number-huge run --seed 18446744073709551616 $restart
transcript number-empty run --cell= $restart
transcript number-too-large run --jobs 10001 $restart
transcript bad-format run --format yaml $restart
transcript bad-format-explain explain --format jsn results
transcript bad-format-explain-far explain --format yaml results
transcript bad-format-show show --format markdown results 0
transcript bad-format-list list --format yaml
transcript bad-format-doctor doctor --format yaml
transcript no-scenario run
transcript no-scenario-check check
transcript no-scenario-lab lab
transcript no-results explain
transcript no-cell show
transcript no-cell-of-results show results
transcript too-many-arguments-show show results closer=server path=veth
transcript too-many-scenarios-lab lab $restart server
transcript folder-lab lab scenarios
transcript no-command-lab lab $restart -- server
transcript unknown-actor-lab lab $restart -- sever ss
transcript until-beyond-lab lab --cell 0 --until 99 $restart -- server true
transcript until-no-number-lab lab --until most $restart
transcript cell-beyond-lab lab --cell 6 small.yaml
transcript nothing-left-lab lab --set size=2 small.yaml
transcript missing-scenario run scenarios/server-restrat.yaml
transcript missing-own-scenario run server-restrat
transcript missing-scenario-far check frobnicate
transcript doctor-with-argument doctor now
mkdir empty
transcript empty-folder check empty
transcript set-without-level run --set side small.yaml
transcript set-unknown-factor run --set sid=left small.yaml
transcript set-unknown-level run --set side=lefft small.yaml
transcript set-twice run --set side=left --set side=right small.yaml
transcript set-empty run --set side= small.yaml
transcript cell-beyond run --cell 6 small.yaml
transcript cell-excluded run --cell 4 small.yaml
transcript cell-not-set run --cell 0 --set side=right small.yaml
transcript nothing-left run --set size=2 small.yaml
transcript resume-without-folder run --resume $restart
transcript resume-with-seed run --resume --seed 1 -o results $restart
transcript too-many-cells run --max-cells 3 small.yaml
transcript too-many-cells-check check --max-cells 3 small.yaml
cp small.yaml same.yaml
transcript one-name run -o results same.yaml small.yaml
exists=$(ls -d results 2>/dev/null)
is 'an output folder' "$exists" ''
tap_report 'nothing of all this has made an output folder'

# Writing to a device that is full is no success.
"${as[@]}" ./netrepro list --verbs >/dev/full 2>err
status=$?
exits 4
says err 'cannot write'
tap_report 'a full standard output is exit status 4'

printf 'name: bad\nsteps:\n- server: sockt s\n' >bad.yaml
transcript check-good-and-bad check bad.yaml small.yaml
transcript check-quiet check --quiet small.yaml bad.yaml
mkdir folder
cp small.yaml folder/b.yaml
cp small.yaml folder/a.yaml
touch folder/not-a-scenario.json folder/.hidden.yaml
transcript check-folder check folder/
transcript list-some list folder small.yaml
try list --format json folder small.yaml
exits 0
is 'the names' "$(jq -r '.[].name' out | tr '\n' ' ')" 'small small small '
is 'the cells' "$(jq -r '.[].cells' out | tr '\n' ' ')" '4 4 4 '
tap_report 'netrepro list --format json'
transcript verbs list --verbs
try list --verbs --format json
exits 0
"$folder/netrepro" list --verbs | grep -v '^ ' >usages
is 'the usages' "$(jq -r '.[].usage' out)" "$(cat usages)"
tap_report 'netrepro list --verbs --format json says the same'
try doctor --format json
is 'what is said of each' "$(jq -r 'all(.[]; has("name") and has("works") and has("needed") and has("purpose") and
	has("remedy") and (has("detail") or has("why")))' out)" true
tap_report 'netrepro doctor --format json'

# A bare name is one of the project's scenarios; a file and a folder go as well.
for argument in server-restart scenarios scenarios/ $restart; do
	try run --dry-run --cell 0 "$argument"
	exits 0
	says out '1 run; none was made'
done
tap_report 'a scenario by its name, its folder, its file'

finish
