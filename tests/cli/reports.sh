#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# --report: each format as other programs read it, several scenarios and several reports, files that cannot be written,
# runs that are cut off. reports/ holds a kept run with every ending.
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin reports
need xmllint prove python3

readonly kept=$top/tests/cli/reports
readonly formats=(csv json junit ktap markdown)
cp -r "$kept" kept
# Without what is tried again, cells end in the order in which they begin.
jq -r 'select(.type == "run").scenario.text' kept/results.jsonl | sed '/^    \(for\|every\):/d' >scenarios/endings.yaml

# A second scenario, whose names collide with those of the first one and with fixed columns.
cat >scenarios/collide.yaml <<'END'
name: collide
question: Whose column is it?
matrix:
  state: [here, there]
  reason: [some]
steps:
  - server: socket s
  - server: bind s *:80
    as: word
  - client: socket c
  - client: bind c 10.0.0.99:81
    as: bound
END

# moving FILE: what moves from one run to the next taken out, into FILE.still
moving() {
	sed -E -e 's/time="[0-9.]+"/time="TIME"/g' -e 's/timestamp="[^"]*"/timestamp="STAMP"/' \
		-e 's/(name="(kernel|privilege)" value=)"[^"]*"/\1"HERE"/' -e 's/(, )[0-9.]+(us|ms|s)$/\1TIME/' \
		-e 's/,[0-9]{4,}/,US/g' "$1" >"$1.still"
}

# valid FILE: JUnit that its readers take, whose counts are those of its testcases
valid() {
	local attribute element found wanted
	xmllint --noout --schema "$kept/junit.xsd" "$1" 2>invalid || mapfile -t -O "${#wrong[@]}" wrong < <(head -n 5 invalid)
	for attribute in tests failures errors skipped; do
		case $attribute in
		tests) element=testcase ;;
		failures) element=failure ;;
		errors) element=error ;;
		*) element=$attribute ;;
		esac
		found=$(xmllint --xpath "sum(//testsuite/@$attribute)" "$1")
		wanted=$(xmllint --xpath "count(//$element)" "$1")
		is "$attribute of $1" "$found" "$wanted"
	done
}

# table FILE: what python makes of CSV: JSON, an object a row
table() {
	python3 -c 'import csv, json, sys
with open(sys.argv[1], newline="", encoding="utf-8") as file:
    rows = list(csv.reader(file, strict=True))
assert len(set(rows[0])) == len(rows[0]), "two columns have one name"
assert all(len(row) == len(rows[0]) for row in rows), "a row has another number of fields"
json.dump([dict(zip(rows[0], row)) for row in rows[1:]], sys.stdout)' "$1"
}

# Each format.

for format in "${formats[@]}"; do
	try explain --report "$format=kept.$format" kept
	exits 1
	cp out with
	try explain kept
	cmp -s with out || wrong+=('the summary is another one with --report')
	golden "kept.$format" "kept.$format"
	tap_report "explain --report $format=FILE: the report, and the summary as always"
	try explain --report "$format=-" kept
	exits 1
	silent err
	cmp -s out "kept.$format" || wrong+=('it is another one')
	tap_report "explain --report $format=-: the report alone"
done
valid kept.junit
is 'the reason that a reader gets' \
	"$(xmllint --xpath 'string(//testcase[contains(@name, "cell-15 ")]/error/@message)' kept.junit)" \
	"$(jq -r 'select(.id == "15").reason' kept/results.jsonl)"
is 'what is said of bad ones' "$(xmllint --xpath 'count(//testcase[error or failure][contains(@classname, ".cells")]/system-out)' kept.junit)" 6
tap_report 'junit: valid, and a hostile reason comes through as it is'
table kept.csv >rows || wrong+=('python cannot read it')
jq -cS '[.[] | {cell, verdict, reason, elapsed_us, case, word, state, bound, bound_us}] | .[]' rows >found
jq -cS 'select(.type == "cell") | {cell: .id, verdict, reason: (.reason // ""), elapsed_us: (.elapsed_us | tostring),
	case: .levels.case, word: .levels.word, state: (.responses.state // ""), bound: (.responses.bound // ""),
	bound_us: (.durations_us.bound // "" | tostring)}' kept/results.jsonl >wanted
cmp -s found wanted || mapfile -t -O "${#wrong[@]}" wrong < <(diff wanted found)
is 'lines that do not end as RFC 4180 wants' "$(grep -cv $'\r$' kept.csv)" 0
tap_report 'csv: python reads back what was kept'
prove --exec cat kept.ktap >proved 2>&1 && wrong+=('prove takes it for good')
says proved 'Failed test:  1'
grep -q '^  ok [0-9]* .* # SKIP ' kept.ktap || wrong+=('it skips nothing')
is 'the numbers of its subtests' "$(sed -nE 's/^  (not )?ok ([0-9]+) .*/\2/p' kept.ktap | tr '\n' ' ')" "$(seq -s ' ' 13) "
tap_report 'ktap: prove finds the failure'
try explain --format json kept
cmp -s out kept.json || wrong+=('it is another one')
tap_report 'json: what --format json prints'

# Runs.

reports=()
for format in "${formats[@]}"; do
	reports+=(--report "$format=all.$format")
done
try run --seed 1 --jobs 1 --set case=good,lacking "${reports[@]}" scenarios/endings.yaml
exits 0
says out '; seed 1'
valid all.junit
prove --exec cat all.ktap >proved 2>&1 || wrong+=('prove: it fails')
tap_report 'run: five reports at once, passes and skips are good'
try run --seed 1 --jobs 1 --set case=lacking --report ktap=lacking.ktap scenarios/endings.yaml
exits 3
prove --exec cat lacking.ktap >proved 2>&1 || wrong+=('prove: it fails')
grep -q '^ok 1 endings # SKIP every run was skipped' lacking.ktap || wrong+=('it is no skip')
tap_report 'ktap: a scenario of which every run was skipped is skipped'
try run --seed 1 --jobs 1 "${reports[@]}" -o all scenarios/{endings,collide}.yaml
exits 1
says out '2 scenarios, 12 runs'
valid all.junit
is 'the testsuites' "$(xmllint --xpath '//testsuite/@name' all.junit | tr -d ' \n')" 'name="endings"name="collide"'
for format in csv junit ktap; do
	moving all.$format
	golden "all.$format" all.$format.still
done
is 'the JSON documents' "$(jq -r .scenario all.json | tr '\n' ' ')" 'endings collide '
is 'the scenarios of the page' "$(grep '^## ' all.markdown | tr '\n' ' ')" '## endings ## collide '
says all.markdown '**2 scenarios, 12 runs: 6 pass, 3 fail, 2 inconc, 1 skip; 1 of their claims not as stated.**'
says all.ktap '1..2'
tap_report 'run: five reports of two scenarios, of which one has failed'
table all.csv >rows || wrong+=('python cannot read it')
is 'those of collide' "$(jq -c '[.[] | select(.scenario == "collide") |
	[."factor.reason", .reason, .state, ."response.state", .word, ."response.word"]] | sort' rows)" \
	'[["some","","here","","","ok"],["some","","there","","","ok"]]'
is 'those of endings' "$(jq -c '[.[] | select(.scenario == "endings" and .cell == "0") |
	[."factor.reason", .state, ."response.state", .word, ."response.word"]][]' rows)" '["","","none","plain",""]'
tap_report 'csv: no two columns have one name'
for run in endings collide; do
	try explain --quiet --report junit=later.junit --report ktap=later.ktap all/$run
	valid later.junit
	sed -n "/<testsuite name=\"$run\"/,/<\/testsuite>/p" all.junit | grep -v ' name="results"' |
		sed -E 's/(<testsuite .* time=)"[^"]*"/\1"T"/; s/^story: .*//' >found
	sed -n "/<testsuite name=\"$run\"/,/<\/testsuite>/p" later.junit | grep -v ' name="results"' |
		sed -E 's/(<testsuite .* time=)"[^"]*"/\1"T"/; s/^story: .*//' >wanted
	cmp -s wanted found || mapfile -t -O "${#wrong[@]}" wrong < <(diff wanted found | head -n 5)
done
tap_report 'explain reports of a kept run what the run has reported'
try explain --quiet --report junit=one.junit --report ktap=one.ktap kept untried
valid one.junit
is 'the claims' "$(xmllint --xpath 'count(//testcase[contains(@classname, ".claims")])' one.junit)" 1
is 'the subtests that were planned' "$(sed -n 's/^  1\.\.//p' one.ktap)" "$(grep -cE '^  (not )?ok ' one.ktap)"
tap_report 'of claims that are named no others are reported, or counted'
try run --quiet --seed 1 --report junit=- --set state=here scenarios/collide.yaml
exits 0
cp out only.junit
valid only.junit
try run --seed 1 --report junit=- --set state=here scenarios/collide.yaml
exits 0
xmllint --noout out || wrong+=('something else is printed as well')
tap_report 'run --report junit=-: no summary stands in its way'
try run --seed 1 --replicates 3 --report junit=replicates.junit --report csv=replicates.csv --set state=here scenarios/collide.yaml
valid replicates.junit
table replicates.csv >rows
is 'the replicates' "$(jq -c '[.[].replicate] | sort' rows)" '["1","2","3"]'
tap_report 'replicates are told apart'
try run --quiet --set state=here --report junit=within/run.junit -o within scenarios/collide.yaml
exits 0
[[ -s within/run.junit && -s within/results.jsonl ]] || wrong+=('it is not there')
tap_report 'the folder of the results, which is not there yet, may be that of a report'

# What is wrong is said before anything is run.

# refused TEXT ARGUMENT…
refused() {
	local text=$1
	shift
	try run "$@" -o refused scenarios/collide.yaml
	exits 2
	silent out
	says err "$text"
	[[ ! -e refused ]] || wrong+=('something was run')
	rm -rf refused
	tap_report "run $*: refused"
}
transcript format-unknown run --report junti=x scenarios/collide.yaml
transcript format-far run --report yaml=x scenarios/collide.yaml
transcript format-alone run --report junit scenarios/collide.yaml
refused "is none of" --evidence nun --report junit=x
refused "into which file? --report junit=FILE" --report junit=
refused "x cannot take two reports, junit and csv" --report junit=x --report csv=x
refused "'x' and './x' are one file" --report junit=x --report csv=./x
refused 'the standard output cannot take two reports' --report junit=- --report csv=-
refused 'none is where a report takes the standard output' --report junit=- --format json
refused '--report has no place with --dry-run' --report junit=x --dry-run
refused "cannot write to 'no/such/folder/x': No such file or directory" --report junit=no/such/folder/x
refused "cannot write to 'scenarios': " --report junit=scenarios
refused "'scenarios/collide.yaml' would be replaced, and it is read" --report junit=scenarios/collide.yaml
refused "'other/results.jsonl' is what a run keeps" --report junit=other/results.jsonl
[[ ! -e x ]] || wrong+=('a report was written')
try explain --report json=kept/results.jsonl kept
exits 2
cp kept/results.jsonl copy.jsonl
try explain --report json=copy.jsonl copy.jsonl
exits 2
cmp -s copy.jsonl kept/results.jsonl || wrong+=('it was replaced')
try explain --format json --report json=- kept
exits 2
tap_report 'explain: results are no report'
for path in /dev/stdout both; do
	"${as[@]}" ./netrepro explain --report "csv=$path" kept >both 2>err
	status=$?
	exits 2
	silent both
	says err "'$path' is the standard output, which has the summary: csv=- is for the report alone"
done
"${as[@]}" ./netrepro explain --report csv=/dev/stdout kept 2>err | cat >both
is 'exit status' "${PIPESTATUS[0]}" 2
silent both
tap_report 'a report is not written over the summary'
try explain --report junit=fifo.junit <(cat kept/results.jsonl)
exits 2
[[ ! -e fifo.junit ]] || wrong+=('a report was written')
tap_report 'explain: results that can be read but once give no report of runs'
echo old >locked
if as_user && chmod 444 locked && ! "${as[@]}" test -w locked; then
	try explain --report junit=locked kept
	exits 2
	says err "cannot write to 'locked': Permission denied"
	is 'what is there' "$(cat locked)" old
	tap_report 'a report that may not be replaced is not'
else
	skip 'a report that may not be replaced is not' 'the test is root alone'
fi
as_root_if_root

# Files.

echo old >x
try run --quiet --seed 1 --set state=nowhere --report junit=x scenarios/collide.yaml
exits 2
is 'what is there' "$(cat x)" old
tap_report 'a mistake takes no earlier report away'
ln -s target link
head -c 100000 /dev/zero | tr '\0' x >target # longer than the report
try explain --quiet --report json=link kept
[[ -L link ]] || wrong+=('the link was replaced')
cmp -s target kept.json || wrong+=('it is not what the link leads to')
tap_report 'a symbolic link is followed, as a shell does'
printf 'name: second\nsteps:\n  - server: socket s\n' >second.yaml
try run --quiet -o many --report junit=many/second "$top"/scenarios/failed-bind.yaml second.yaml
exits 2
says err "--report: 'many/second' is the folder of the results of second: choose another name"
[[ ! -e many ]] || wrong+=('there is a folder')
tap_report 'the folder of one of several scenarios is no place for a report, which is said before the first run'
mkfifo pipe
cat pipe >piped &
reader=$!
try explain --quiet --report json=pipe kept
wait $reader
cmp -s piped kept.json || wrong+=('it is not in there')
"${as[@]}" bash -c './netrepro explain --quiet --report csv=>(cat >substituted; echo >written) kept' >out 2>err
await 'the process behind the report' test -e written
cmp -s substituted kept.csv || wrong+=('>(…) does not get it')
tap_report 'a report may go into a pipe'
for format in "${formats[@]}"; do
	try explain --quiet --report "$format=/dev/full" --report json=good.json kept
	exits 3
	says err "cannot write the report '/dev/full'; there is no such report now: No space left on device"
	[[ -s good.json ]] || wrong+=("$format: the other report is not there")
	rm -f good.json
done
"${as[@]}" ./netrepro explain --report csv=- kept >/dev/full 2>err
status=$?
exits 4
says err 'cannot write the report to the standard output'
tap_report 'a report for which there is no room is an error, and the others are written'
if ((EUID == 0)) && unshare --mount mount -t tmpfs none kept 2>/dev/null; then
	mkdir disk
	# shellcheck disable=SC2016 # the inner shell's
	unshare --mount bash -c 'mount -t tmpfs -o size=4k none disk && echo old >disk/report &&
		./netrepro explain --quiet --report junit=disk/report kept >/dev/null; echo $? $(ls disk) $(cat disk/report)' >out 2>err
	is 'exit status and what is there' "$(cat out)" '3 report old'
	says err 'No space left on device'
	tap_report 'on a full disk the old report stays, and nothing else'
else
	skip 'on a full disk the old report stays, and nothing else' 'the test may not mount a tmpfs here, which root may'
fi

# Runs that are cut off.

# The first one ends, no other does.
cat >stays.yaml <<'END'
name: stays
matrix:
  n: [1, 2, 3, 4, 5, 6]
steps:
  - server: socket s
  - server: bind s *:80
  - server: listen s
  - when: {n: [2, 3, 4, 5, 6]}
    do:
      - server: accept s child
        as: accepted
        deadline: 10m
END
reports=()
for format in "${formats[@]}"; do
	reports+=(--report "$format=cut.$format")
done
start run --jobs 6 --seed 1 -o cut "${reports[@]}" stays.yaml scenarios/collide.yaml
await 'the result of the one that ends' has_cells 1 cut/stays/results.jsonl
kill -INT "$runner"
await 'it says that it stops' grep -q stopping err
kill -INT "$runner"
ends
exits 130
valid cut.junit
is 'the runs that were made' "$(xmllint --xpath 'count(//testcase[contains(@classname, ".cells")])' cut.junit)" \
	"$(cat cut/*/results.jsonl >all.jsonl && n_cells all.jsonl)"
rm -f cut.*
tap_report 'also a run that was told twice to end reports what was done'
sed 's/10m/1s/' stays.yaml >short.yaml
start run --jobs 1 --seed 1 -o short "${reports[@]}" short.yaml scenarios/collide.yaml
await 'the result of a cell' has_cells 1 short/stays/results.jsonl
kill -INT "$runner"
ends
exits 130
valid cut.junit
is 'what is said of what was not run' "$(xmllint --xpath 'count(//testcase[contains(@classname, ".run")]/error)' cut.junit)" 2
says cut.junit 'message="the run was interrupted before it"'
is 'the subtests that were planned' "$(sed -n 's/^  1\.\.//p' cut.ktap)" 6
prove --exec cat cut.ktap >proved 2>&1 && wrong+=('prove takes it for good')
says proved 'Failed tests:  1-2'
says cut.markdown '**Not run:** the run was interrupted before it.'
tap_report 'an interrupted run reports what was done, and that it was interrupted'
start run --seed 1 --report junit=killed.junit stays.yaml
await 'a worker' ours_named netrepro-worker
kill -KILL "$runner"
ends
is 'what a killed run leaves' "$(find . -name 'killed*')" ''
left=$(all_gone) || wrong+=("left behind: $left")
tap_report 'a run that is killed leaves nothing of a report'

if has_powerless; then
	try_powerless run --report junit=powerless.junit --report ktap=powerless.ktap scenarios/collide.yaml
	exits 3
	valid powerless.junit
	prove --exec cat powerless.ktap >proved 2>&1 && wrong+=('prove takes it for good')
	is 'what is said' "netrepro: $(xmllint --xpath 'string(//error)' powerless.junit)" "$(cat err)"
	tap_report 'a host that can run nothing: the reports say so'
else
	skip 'a host that can run nothing: the reports say so' 'this host does not let the test take its own privileges away'
fi

# --resume of several: those that were finished before are in the reports as well.
try run --quiet --seed 1 -o several scenarios/{collide,server-restart}.yaml
exits 0
sed -i '$d' several/server-restart/results.jsonl
sed -i '$d' several/server-restart/results.jsonl
try run --resume -o several --report junit=several.junit scenarios/{collide,server-restart}.yaml
exits 0
valid several.junit
is 'the testsuites' "$(xmllint --xpath '//testsuite/@name' several.junit | tr -d ' \n')" 'name="collide"name="server-restart"'
is 'the runs' "$(xmllint --xpath 'count(//testcase[contains(@classname, ".cells")])' several.junit)" 146
tap_report '--resume: the reports are of all runs, whenever they were made'

# Many cells: what is written grows, what it takes does not.

# many N: results of a scenario of N thousand cells, made up, in the folder many
many() {
	mkdir many
	cat >many.yaml <<-END
		name: many
		matrix:
		  m: [$(seq -s ', ' "$1")]
		  n: [$(seq -s ', ' 1000)]
		steps:
		  - server: socket s
		    as: made
	END
	try run --quiet --cell 0 --evidence none -o one many.yaml
	jq -c --argjson n "$1"000 'if .type == "run" then del(.cell) | .runs = $n elif .type == "cell" then . as $cell |
		range($n) | . as $i | $cell | .id = "\($i)" | .levels = {m: "\($i / 1000 | floor + 1)", n: "\($i % 1000 + 1)"} else empty end' \
		one/results.jsonl >many/results.jsonl
	echo '{"type":"end","verdicts":{"pass":'"$1"'000,"fail":0,"inconc":0,"error":0,"skip":0},"runner_vmhwm_kib":3000}' \
		>>many/results.jsonl
	rm -rf one
}

# peak ARGUMENT…: KiB of the most memory that the program had; what is forked begins with its parent's, so that it is a
# small one that starts it
peak() {
	"$top/build/tests/bench/peak" peak ./netrepro "$@" >/dev/null || printf 'it failed: '
	sed -n 's/.* maxrss_kib=//p' peak
}
many 20
if [[ -x $top/build/tests/bench/peak ]]; then
	plain=$(peak explain many)
	reported=$(peak explain "${reports[@]}" many)
	valid cut.junit
	is 'the rows' "$(($(wc -l <cut.csv) - 1))" 20000
	is 'the plan' "$(sed -n 's/^  1\.\.//p' cut.ktap)" 20000
	# All reports together are some MiB. What the sanitizers take of their own says nothing.
	[[ $(nm -D netrepro 2>/dev/null) == *__asan_init* ]] || ((reported < plain + 512)) ||
		wrong+=("$reported KiB with reports, $plain KiB without")
	tap_report 'memory does not grow with the runs that are reported'
else
	skip 'memory does not grow with the runs that are reported' 'build/tests/bench/peak is not built'
fi

finish
