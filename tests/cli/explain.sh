#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netrepro explain: what decided the outcome of each of the project's scenarios, by what law, and whether the claims are so.
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin explain
need script tac
cp "$top"/scenarios/*.yaml scenarios/
with_programs
mkdir runs
chmod 1777 runs
results=results.jsonl

# They wait for more than a minute, and do so beside all other tests. Under the sanitizers they say the same, and are left out; so are
# those with many cells, which only do the same more often.
slow=(wait-it-out fin-timeout reconnect-into-time-wait)
left_out=("${slow[@]}")
if [[ ${NETREPRO:-} == */san/* ]]; then
	while read -r name n_cells; do
		((n_cells <= 250)) || [[ $name == client-restart ]] || left_out+=("$name") # its laws are pasted below
	done < <(./netrepro check scenarios/*.yaml | sed -nE 's|^scenarios/(.*)\.yaml: good: ([0-9]+) cells?,.*|\1 \2|p')
	goldens+=("${left_out[@]}")
else
	for name in "${slow[@]}"; do
		begin_beside "$name" run -o "runs/$name" "scenarios/$name.yaml"
	done
	trap 'end_beside; rm -rf "$folder"' EXIT
fi

# The scenarios, each run once. What is said of them depends neither on the order of the results nor on who asks.

# has_members: the JSON in the file out is what the man page describes
has_members() {
	# shellcheck disable=SC2016 # jq's
	jq -e '
		def is_count: type == "number" and . >= 0 and . == floor;
		def is_when: type == "object" and all(.[]; type == "array" and length > 0 and all(.[]; type == "string"));
		(.responses | type == "array" and all(.[];
			(.name | type == "string") and (.values | type == "object" and all(.[]; is_count)) and
			(.factors | type == "array" and all(.[];
				(.name | type == "string") and (.pairs | is_count) and (.changed | is_count) and
				(.inert | type == "boolean"))) and
			(.law | . == null or ((.exact | type == "boolean") and (.rules | length > 0 and (last.when == {}) and
				all(.[]; (.when | is_when) and (.is | type == "string"))))) and
			(.unstable | type == "array") and (.minimal_pairs | type == "array"))) and
		(.claims | type == "array" and all(.[];
			(.id | type == "string") and (.says | type == "string") and
			(.verdict | IN("supported", "refuted", "conditional", "untested")) and
			(.expected | IN(null, "supported", "refuted", "conditional", "untested")) and
			(.holds_when | type == "array" and all(.[]; is_when)) and has("counterexample") and
			(.cells | (.agree | is_count) and (.disagree | is_count) and (.silent | is_count))))' out >/dev/null ||
		wrong+=("a member is missing, or of another type: $(head -c 300 out)")
}

# is_so DIR: what the JSON in the file out says can be counted in DIR/results.jsonl, in which cells pass or are skipped: how often each
# value came out, the pairs of cells that differ in one factor, the value that the law gives to each cell, and what came out
# in the cells that are shown.
is_so() {
	# shellcheck disable=SC2016 # jq's
	jq -r --slurpfile lines "$1/$results" '
		($lines | map(select(.type == "cell"))) as $all |
		($all | INDEX(.id)) as $by_id |
		def shown($response): select(. != null) |
			.levels != $by_id[.id].levels or
			(.observed | split(" after ")[0] | split(" with ")[0]) != $by_id[.id].responses[$response];
		(.claims[] | .id as $id | .counterexample | select(. != null) |
			if shown(.response) then "\($id): the counterexample" else empty end),
		(.claims[] | select((.cells | .agree + .disagree + .silent + .unknown) != ($all | length)) |
			"\(.id): the cells, all together"),
		(.responses[] | .name as $name |
			($all | map(select(.responses // {} | has($name)) | {levels, value: .responses[$name]})) as $cells |
			(select(.values != ($cells | group_by(.value) | map({(.[0].value): length}) | add // {})) |
				"\($name): the values"),
			(.factors[] | .name as $factor |
				($cells | group_by(.levels | del(.[$factor])) | map(
					(group_by(.value) | map(length * (length - 1) / 2) | add) as $same |
					{pairs: (length * (length - 1) / 2), same: $same}) |
					{pairs: (map(.pairs) | add // 0), same: (map(.same) | add // 0)}) as $counted |
				select(.pairs != $counted.pairs or .changed != $counted.pairs - $counted.same or
					(.inert and (.pairs == 0 or .changed > 0 or .slower > 0)) or
					((.inert | not) and .pairs > 0 and .changed == 0 and .slower == 0)) |
				"\($name): \(.pairs) pairs that differ in \($factor), \(.changed) of them changed, are counted as \($counted)"),
			((.law | select(. != null).rules) as $rules | $cells[] | . as $cell |
				select(first($rules[] | select(.when | to_entries | all(. as $c |
					any($c.value[]; . == $cell.levels[$c.key])))).is != $cell.value) | "\($name): the law at \($cell.levels)"),
			(.minimal_pairs[] | .factor as $factor | .cells |
				select(length != 2 or any(.[]; shown($name)) or .[0].observed == .[1].observed or
					(.[0].levels | del(.[$factor])) != (.[1].levels | del(.[$factor]))) |
				"\($name): the minimal pair of \($factor)"))' out >counted 2>err ||
		wrong+=("jq: $(head -n 3 err | tr '\n' ' ')")
	mapfile -t -O "${#wrong[@]}" wrong <counted
}

# in_another_order DIR: the same results, the last one first, in DIR.reversed
in_another_order() {
	mkdir "$1.reversed"
	{
		head -n 1 "$1/$results"
		grep '^{"type":"cell"' "$1/$results" | tac
		tail -n 1 "$1/$results"
	} >"$1.reversed/$results"
	cp "$1/evidence.jsonl" "$1.reversed/"
}

# but_the_last_line FILE
but_the_last_line() {
	head -n -1 "$1"
}

# shellcheck disable=SC2317 # explained() calls it
# folded: paragraphs that hold durations in one line each, as the length of these decides where they break
folded() {
	awk '
		/^claims$/ { is_claim = 1 }
		/^        / || (is_claim && /^    /) { sub(/^ +/, " "); printf "%s", $0; next }
		{ printf "%s%s", (NR > 1 ? "\n" : ""), $0 }
		END { print "" }'
}

# explained NAME [FILTER]: the run in runs/NAME, whose standard output is in the file told, is as in the golden file NAME
explained() {
	local name=$1 filter=${2:-cat}
	try explain "runs/$name"
	exits 0
	silent err
	# A kernel that lacks what some cells ask for skips them, and then the text is another one.
	if grep -q '"verdict":"skip"' "runs/$name/$results"; then
		goldens+=("$name")
	else
		"$filter" <out >text
		golden "$name" text
	fi
	tap_report "$name: what decided it, by what law, and what is to be said of its claims"

	diff <(but_the_last_line told) <(but_the_last_line out) >difference ||
		mapfile -t -O "${#wrong[@]}" wrong < <(head -n 10 difference)
	is 'the last line but for its times' "$(tail -n 1 out | sed 's/; [0-9.]*[mu]*s; /; /')" \
		"$(tail -n 1 told | sed 's/; [0-9.]*[mu]*s, [0-9]* a second; /; /')"
	tap_report "$name: the run has ended with the same words"

	cp out before
	in_another_order "runs/$name"
	try explain "runs/$name.reversed"
	exits 0
	is 'the text' "$(sed "s|runs/$name.reversed|runs/$name|" out)" "$(cat before)"
	tap_report "$name: the same for results in another order"

	try explain --format json "runs/$name"
	exits 0
	silent err
	is 'the number of lines' "$(wc -l <out)" 1
	has_members
	is 'claims whose verdict is not the one that is stated' "$(jq -r '.claims[] | select(.verdict != .expected) | .id' out)" ''
	is_so "runs/$name"
	tap_report "$name: the JSON says what can be counted"
}

for scenario in scenarios/*.yaml; do
	name=$(basename "$scenario" .yaml)
	[[ " ${left_out[*]} " != *" $name "* ]] || continue
	try run --allow-exec -o "runs/$name" "$scenario"
	if gave_no_answer "runs/$name/$results" out; then
		rm -r "runs/$name"
		try run --allow-exec -o "runs/$name" "$scenario"
	fi
	exits 0
	cp out told
	# What they say of how long is left is broken into lines by how long that is.
	explained "$name" "$([[ $name == *s-in-time-wait || $name == syn-in-time-wait ]] && echo folded || echo cat)"
done

try explain --format json runs/server-restart
exits 0
golden server-restart.json out
tap_report '--format json of server-restart'
for name in server-restart failed-bind; do
	try explain --format markdown runs/$name
	exits 0
	golden $name.md out
	tap_report "--format markdown of $name"
done
for format in json markdown; do
	try run --format $format -o runs/$format scenarios/server-restart.yaml
	exits 0
	normalise <out | sed 's/"results":[^,]*//' >of-run
	try explain --format $format runs/server-restart
	normalise <out | sed 's/"results":[^,]*//' | diff of-run - >difference || mapfile -t -O "${#wrong[@]}" wrong <difference
	tap_report "--format $format of the run says the same"
done

transcript response explain runs/server-restart left_behind
transcript responses explain runs/no-connection left_on_client left_on_server
try explain --format json runs/no-connection server_binds_again left_on_server
is 'the responses' "$(jq -r '.responses[].name' out | tr '\n' ' ')" 'left_on_server server_binds_again '
is 'the claims' "$(jq -r '.claims[].id' out | tr '\n' ' ')" 'S5a S5b '
tap_report '--format json of some responses'
try explain --quiet runs/server-restart
exits 0
silent out
silent err
tap_report '--quiet says nothing where all is as expected'

cp out before
try explain runs/server-restart
cp out before
try explain runs/server-restart/$results
exits 0
cmp -s before out || wrong+=("$(diff before out | head -n 5)")
tap_report 'the file itself goes as well as its folder'

# Nothing is needed for it: no privilege, no namespace, no process, and nothing that can be written.
as_user
if has_powerless; then
	try_powerless explain runs/server-restart
	exits 0
	cmp -s before out || wrong+=("it is another one: $(diff before out | head -n 5)")
	try_powerless run --quiet scenarios/server-restart.yaml
	exits 3
	tap_report 'it needs no privilege, where a run does'
else
	skip 'it needs no privilege' 'this host does not let the test make a user namespace'
fi
# shellcheck disable=SC2016 # the inner shell's
"${as[@]}" "$untraced" bash -c 'ulimit -u 0 && exec ./netrepro explain runs/server-restart' >out 2>err </dev/null
status=$?
exits 0
cmp -s before out || wrong+=("it is another one: $(diff before out | head -n 5)")
tap_report 'it makes no process'
as_root_if_root

# A printed law is an expectation.

# laws_of DIR RESPONSE…: as they are printed, below `expect:`
laws_of() {
	local dir=$1 response
	shift
	printf 'expect:\n'
	for response; do
		printf '  %s:\n' "$response"
		./netrepro explain "$dir" "$response" | sed -n '/^  law: /,/^    - {is: /{/^  law: /d;p}'
	done
}

# expects SCENARIO LAWS: the scenario with these in the place of its own expectations
expects() {
	awk '/^[a-z]+:/ { is_expect = /^expect:/ } !is_expect' "$1" | cat - "$2"
}

# pastes SCENARIO RESPONSE…: what is printed of them passes as an expectation, and is none that anything would meet
pastes() {
	local name=$1
	shift
	laws_of "runs/$name" "$@" >laws
	expects "scenarios/$name.yaml" laws >pasted.yaml
	try check pasted.yaml
	exits 0
	try run --quiet pasted.yaml
	exits 0
	silent out
	silent err
	sed -E 's/^    - \{is: (none|LISTEN|ESTABLISHED|[A-Z]+-).*\}/    - {is: CLOSING}/; t; s/^    - \{is: .*\}/    - {is: ENODATA}/' \
		laws >wrong-laws
	expects "scenarios/$name.yaml" wrong-laws >pasted.yaml
	try run --quiet pasted.yaml
	exits 1
	grep -qE 'ENODATA|CLOSING' out || wrong+=("no value that nothing comes out as is in what it said: $(head -c 300 out)")
	tap_report "$name: the laws of $* can be pasted in as expectations"
}
# An expectation is of all cells, so these are responses that all cells record.
pastes server-restart left_behind rebind still_there
pastes failed-bind obstacle_before bind port_after_bind
pastes no-connection left_on_server left_on_client server_binds_again
pastes client-restart left
is 'rules broken over two lines' "$(grep -c '^    - .*,$' laws)" 4
tap_report 'some of these rules are broken over two lines'

# Levels that would be something else to YAML, were they not quoted.
cat >scenarios/quoted.yaml <<'END'
name: quoted
matrix:
  level:
    plain: {v: 101}
    '-5': {v: 102}
    '-': {v: 103}
    '- a': {v: 104}
    "it's": {v: 105}
    '"a"': {v: 106}
    'a: b': {v: 107}
    'a #b': {v: 108}
    '#c': {v: 109}
    '[d]': {v: 110}
    'e]': {v: 111}
    '{f}': {v: 112}
    '*g': {v: 113}
    '&h': {v: 114}
    '!i': {v: 115}
    '%j': {v: 116}
    '@k': {v: 117}
    '`l': {v: 118}
    '? m': {v: 119}
    '?': {v: 120}
    'n:': {v: 121}
    ':o': {v: 122}
    '1024 2048': {v: 123}
    '~': {v: 124}
    'null': {v: 125}
    '0x10': {v: 126}
    'a\b': {v: 127}
    '|': {v: 128}
    '>p': {v: 129}
    '日本': {v: 130}
    '--': {v: 131}
    '---': {v: 132}
    '...': {v: 133}
    ':': {v: 134}
    '-x': {v: 135}
    '=': {v: 137}
  twice: [no, 'it''s: [so] #1']
steps:
  - server: socket s
  - when: {twice: no}
    do:
      - server: setsockopt s SO_RCVLOWAT $v
  - server: getsockopt s SO_RCVLOWAT
    as: lowat
END
try run --quiet -o runs/quoted scenarios/quoted.yaml
exits 0
try explain --format markdown runs/quoted
# shellcheck disable=SC2016 # no command is meant
sed -n '/^```yaml/,/^```/{/^```/d;s/^/    /;p}' out >rules
is 'rules in it' "$(grep -c '^    - {' rules)" "$(jq '.responses[0].law.rules | length' < <(./netrepro explain --format json runs/quoted))"
{
	printf 'expect:\n  lowat:\n'
	cat rules
} >laws
expects scenarios/quoted.yaml laws >pasted.yaml
try run --quiet pasted.yaml
exits 0
silent out
silent err
tap_report 'a law whose levels need quotes can be pasted in'

# Verdicts: all that there are, and one that is not as it was stated.
cat >verdicts.yaml <<'END'
name: verdicts
question: Which of these claims are so?
matrix:
  first: [0, 1]
  second: [0, 1]
  backlog: [none, 0, 128]
  lacking: [no, yes]
exclude:
  - {lacking: yes, backlog: [0, 128]}
steps:
  - when: {lacking: yes}
    do:
      - server: sysctl net.ipv4.no_kernel_has_this 1
  - server: socket one
  - server: setsockopt one SO_REUSEADDR $first
  - server: bind one *:8080
  - when: {backlog: [0, 128]}
    do:
      - server: listen one $backlog
  - server: socket two
  - server: setsockopt two SO_REUSEADDR $second
  - server: bind two *:8080
    as: bind
claims:
  - id: all-agree
    says: Without SO_REUSEADDR at both, the second bind fails
    predicts:
      bind:
        - {when: {first: 0}, is: EADDRINUSE}
        - {when: {second: 0}, is: EADDRINUSE}
    verdict: supported
  - id: factors-alone
    says: Both sockets' options matter
    responses: [bind]
    decisive: [first, second, backlog]
    verdict: supported
  - id: all-disagree
    says: With SO_REUSEADDR at both, the second bind fails where nobody listens
    predicts:
      bind:
        - {when: {first: 1, second: 1, backlog: none}, is: EADDRINUSE}
    verdict: refuted
  - id: never-both
    says: Where the first socket lacks SO_REUSEADDR, it is its listening that keeps the second out
    predicts:
      bind:
        - {when: {backlog: none, first: 0}, is: ok}
        - {when: {first: 0}, is: EADDRINUSE}
    verdict: refuted
  - id: misjudged
    says: The first socket's option does not matter
    responses: [bind]
    inert: [first]
    verdict: refuted
  - id: exactly-where
    says: The second bind works
    predicts:
      bind:
        - {is: ok}
    verdict: conditional
  - id: but-where
    says: The second bind fails
    predicts:
      bind:
        - {is: EADDRINUSE}
    verdict: conditional
  - id: no-answer
    says: A kernel that has this lets the second one in
    predicts:
      bind:
        - {when: {lacking: yes}, is: ok}
    verdict: untested
  - id: not-stated
    says: With SO_REUSEADDR at both and no listener, the second bind works
    predicts:
      bind:
        - {when: {first: 1, second: 1, backlog: none}, is: ok}
END
transcript verdicts run --seed 1 -o runs/verdicts verdicts.yaml
try explain --format json runs/verdicts
exits 0
has_members
golden verdicts.json out
tap_report '--format json of claims of all verdicts'
try explain --format markdown runs/verdicts
exits 0
golden verdicts.md out
tap_report '--format markdown of claims of all verdicts'

awk '/^  - id: / { is_s7 = /S7$/ } is_s7 { sub(/verdict: refuted/, "verdict: supported") } 1' \
	scenarios/server-restart.yaml >wrong.yaml
transcript wrong-run-quiet run --quiet -o runs/wrong wrong.yaml
transcript wrong-quiet explain --quiet runs/wrong
transcript wrong explain runs/wrong
transcript wrong-other-response explain runs/wrong left_behind
named=$(sed -nE 's/.*but wrong\.yaml:([0-9]+) says.*/\1/p' "$top/tests/golden/explain/wrong" | head -n 1)
is 'the line that is named' "$(sed -n "${named}p" wrong.yaml)" '  - id: S7'
try run wrong.yaml
exits 1
try explain --format json runs/wrong
exits 1
is 'what differs' "$(jq -c '.claims[] | select(.differs) | [.id, .verdict, .expected]' out)" '["S7","refuted","supported"]'
try explain --format markdown runs/wrong
exits 1
says out '**The scenario says that it is supported.**'
try run --quiet --cell 0 wrong.yaml scenarios/server-restart.yaml
exits 0
try run --quiet wrong.yaml scenarios/server-restart.yaml
exits 1
tap_report 'a verdict that is not as it was stated is exit status 1, in every format'
try run --quiet --set closer=server -o runs/part wrong.yaml
exits 0
silent out
try explain runs/part
exits 0
says out 'S7 refuted'
says_not out 'The scenario says'
says_not out 'not as stated'
try run --quiet --cell 72 -o runs/one wrong.yaml
exits 0
silent out
try explain runs/one
exits 0
says out 'S7 refuted'
says out 'The one cell that it is about disagrees.'
says_not out 'The scenario says'
tap_report '… and is none in a part of the matrix'

# What took too long, or not long enough.
cat >timed.yaml <<'END'
name: timed
question: How long does a bind fail?
matrix:
  port: {one: {level: 81}, other: {level: 82}}
steps:
  - server: socket s
  - server: bind s 10.0.0.99:$level
    as: bound
    for: 10ms
    every: 2ms
claims:
  - id: at-most
    says: For an hour at most
    predicts:
      bound:
        - {is: EADDRNOTAVAIL, took: [0s, 1h]}
    verdict: supported
  - id: an-hour
    says: For an hour
    predicts:
      bound:
        - {took: [1h, 2h]}
    verdict: refuted
END
transcript timed run -o runs/timed timed.yaml

# Results that are not all there, or do not agree.
cat >unstable.yaml <<'END'
name: unstable
question: Do the runs of a cell agree?
matrix:
  first: [0, 1]
  second: [0, 1]
steps:
  - server: socket one
  - server: setsockopt one SO_REUSEADDR $first
  - server: bind one *:8080
  - server: socket two
  - server: setsockopt two SO_REUSEADDR $second
  - server: bind two *:8080
    as: bind
claims:
  - id: both
    says: The second bind works where both have SO_REUSEADDR
    predicts:
      bind:
        - {when: {first: 1, second: 1}, is: ok}
        - {is: EADDRINUSE}
    decisive: [first, second]
    verdict: supported
END
try run --replicates 2 --seed 1 --jobs 1 -o runs/stable unstable.yaml
exits 0
# altered NAME SED-SCRIPT: the same, altered, in runs/NAME
altered() {
	mkdir "runs/$1"
	sed "$2" runs/stable/$results >"runs/$1/$results"
	! cmp -s runs/stable/$results "runs/$1/$results" || wrong+=('nothing was altered')
}
altered unstable '/"id":"3",.*"replicate":2,/s/"responses":{"bind":"ok"}/"responses":{"bind":"EADDRINUSE"}/'
transcript unstable explain runs/unstable
transcript unstable-response explain runs/unstable bind
try explain --format json runs/unstable
exits 1
golden unstable.json out
tap_report '--format json of an unstable response'
altered hole '/"id":"3"/d; /^{"type":"end"/d'
transcript hole explain runs/hole
transcript hole-quiet explain --quiet runs/hole
altered lost '/"id":"3"/d'
try explain runs/lost
exits 0
says out '6 runs of 8: 6 pass'
says_not out interrupted
tap_report 'a run that has ended, and of which lines are missing, is not whole either'
altered first-line '1!d'
transcript first-line explain runs/first-line
mkdir runs/torn
head -c -30 runs/hole/$results >runs/torn/$results
try explain runs/torn
exits 0
silent err
says out '5 runs of 8: 5 pass'
says out 'interrupted: --resume goes on'
tap_report 'a last line that is cut off is left aside'
cat runs/stable/$results | ./netrepro explain /dev/stdin >out 2>err
status=$?
exits 0
says out '8 runs: 8 pass'
tap_report 'results can come through a pipe'

# Cells that are not in their condition, as a whole and in part.
cat >condition.yaml <<'END'
name: condition
question: What is said of cells that were not in their condition?
matrix:
  proven: [yes, no, impossible]
  reuseaddr: [0, 1]
steps:
  - server: socket s
  - server: setsockopt s SO_REUSEADDR $reuseaddr
  - server: getsockopt s SO_REUSEADDR
    as: now
  - when: {proven: impossible}
    do:
      - server: bind s 10.0.0.99:80
  - when: {proven: no}
    do:
      - server: bind s *:80
      - server: listen s
      - server: getsockopt s SO_KEEPALIVE
        as: alive
  - server: tcp-state *:80
    as: state
check:
  - {state: none}
claims:
  - id: is-set
    says: It is as it was set
    predicts:
      now:
        - {when: {reuseaddr: 0}, is: 0}
        - {when: {reuseaddr: 1}, is: 1}
    decisive: [reuseaddr]
    verdict: supported
  - id: keeps-alive
    says: A listener keeps its connections alive
    predicts:
      alive:
        - {is: 1}
    verdict: refuted
END
transcript condition run --seed 1 -o runs/condition condition.yaml
transcript condition-quiet explain --quiet runs/condition
transcript condition-response explain runs/condition alive
try explain runs/condition
cp out before
in_another_order runs/condition
try explain runs/condition.reversed
exits 1
is 'the text' "$(sed 's|runs/condition.reversed|runs/condition|' out)" "$(cat before)"
tap_report 'the same for results in another order, reasons and their examples included'

# A run in progress.
cat >stays.yaml <<'END'
name: stays
matrix:
  n: [1, 2, 3]
steps:
  - server: socket s
  - server: getsockopt s SO_REUSEADDR
    as: reuseaddr
  - when: {n: 3}
    do:
      - server: bind s *:80
      - server: listen s
      - server: accept s child
        as: accepted
        deadline: 10m
END
"${as[@]}" "$mark" ./netrepro run --quiet -o runs/stays stays.yaml &>/dev/null </dev/null &
runner=$!
await 'two of three cells have ended' has_cells 2 runs/stays/$results
try explain runs/stays
exits 0
silent err
says out 'reuseaddr: 0 ×2'
says out '2 runs of 3: 2 pass'
tap_report 'a run in progress can be explained'
kill -KILL "$runner"
wait "$runner" &>/dev/null
left=$(all_gone) || wrong+=("left behind: $left")
tap_report '… and is gone'

# What cannot be explained.
mkdir empty
transcript no-results explain empty
transcript no-folder explain runs/server-restrat
transcript no-results-file explain wrong.yaml
touch empty-file
transcript empty-file explain empty-file
printf '{"type":"run","for' >torn-file
transcript torn-file explain torn-file
altered changed-scenario '1s/\\nname: unstable/\\nname: stable/; 1s/"text":"name: unstable/"text":"name: stable/'
transcript changed-scenario explain runs/changed-scenario
altered no-scenario '1s/"text":"name: unstable/"text":"name: unstable\\nnmae: x/'
sha256=$(head -n 1 runs/no-scenario/$results | jq -j .scenario.text | sha256sum | cut -d' ' -f1)
sed -i "1s/\"sha256\":\"[0-9a-f]*\"/\"sha256\":\"$sha256\"/" runs/no-scenario/$results
transcript scenario-of-another-version explain runs/no-scenario
altered other-version '1s/"format":1/"format":2/'
transcript other-version explain runs/other-version
altered damaged '4s/"type"/"tpe"/'
transcript damaged explain runs/damaged
altered other-cell 's/"id":"3"/"id":"4"/'
transcript other-cell explain runs/other-cell
transcript unknown-response explain runs/server-restart rebind left_behnid
transcript unknown-response-far explain runs/server-restart frobnicate
if [[ $who == root ]]; then
	chmod 600 runs/stable/$results
	as_user
	transcript unreadable explain runs/stable
	as_root_if_root
else
	goldens+=(unreadable)
fi

# on_terminal COMMAND: what it writes to a terminal, its standard output and error being one; into the file out
escape=$'\e['
unset NO_COLOR
on_terminal './netrepro explain runs/verdicts'
exits 0
for code in 1m 2m 0m 31m 32m 33m 36m; do
	says out "$escape$code"
done
sed -e 's/\r$//' -e $'s/\e\\[[0-9;]*m//g' out >plain
./netrepro explain runs/verdicts | diff - plain >difference || mapfile -t -O "${#wrong[@]}" wrong < <(head -n 10 difference)
tap_report 'colours on a terminal, and but for them the same text'
for format in text json markdown; do
	try explain --format $format runs/verdicts
	says_not out "$escape"
	[[ $format != text ]] || continue
	on_terminal "./netrepro explain --format $format runs/verdicts"
	says_not out "$escape"
done
NO_COLOR=1 on_terminal './netrepro explain runs/verdicts'
says_not out "$escape"
tap_report 'no colours elsewhere, with NO_COLOR, and for programs'
./netrepro explain runs/verdicts >/dev/full 2>err
status=$?
exits 4
says err 'cannot write'
tap_report 'a full standard output is exit status 4'

# Last, as they take longest: durations are among what they tell.
for name in "${slow[@]}"; do
	[[ -n ${beside[$name]-} ]] || continue
	ended "$name"
	if gave_no_answer "runs/$name/$results" out; then
		rm -r "runs/$name"
		try run -o "runs/$name" "scenarios/$name.yaml"
	fi
	exits 0
	cp out told
	explained "$name" folded
done

# A pipe with a name is read once, and not waited for a second time.
mkfifo named
cat runs/verdicts/results.jsonl >named &
try explain named
wait $!
says err 'named: it is no file, and can be read only once'
is 'how it begins and ends' "$(sed -n '1p;$s/; [^;]*$//p' out)" "$(sed -n '1p;$s/; [^;]*$//p' plain)"
tap_report 'results from a pipe with a name are explained, but for where pairs part'

finish
