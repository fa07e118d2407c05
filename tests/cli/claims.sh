#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netrepro claims: listed claims, what scenarios make of them, and the cells that decide them; and the project's own page of
# them, scenarios/CLAIMS.md.
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin claims
need script
rm -r scenarios
mkdir -p mine/articles other
chmod 1777 .

cat >mine/articles/list.yaml <<'END'
title: What two people say of a port that is taken
note: A made-up list.
articles:
  - title: the first one
    note: It is read by many.
    claims:
      - id: C3
        says: A port that is taken can be bound with SO_REUSEADDR
      - id: C1
        says: SO_REUSEADDR lets two sockets share a port
        note: It does not say on which of them.
      - id: C2
        says: A listener can be joined by nobody
      - id: C2b
        says: A claim whose letter is its own
      - id: C4
        says: Nobody has tried this
  - title: the *second* one
    claims:
      - id: C5
        says: The backlog does not matter
      - id: C6
        says: A bind fails in no time
END
cat >mine/share-a-port.yaml <<'END'
name: share-a-port
matrix:
  first: [0, 1]
  second: [0, 1]
  listens: [no, yes]
steps:
  - server: socket one
  - server: setsockopt one SO_REUSEADDR $first
  - server: bind one *:80
  - when: {listens: yes}
    do:
      - server: listen one
  - server: socket two
  - server: setsockopt two SO_REUSEADDR $second
  - server: bind two *:80
    as: bind
claims:
  - id: C1b
    says: SO_REUSEADDR lets two sockets share a port, on the new socket alone
    predicts:
      bind:
        - {when: {second: 1}, is: ok}
        - {is: EADDRINUSE}
    inert: [first]
    verdict: refuted
  - id: C1a
    says: SO_REUSEADDR lets two sockets share a port (on both, where nobody listens)
    predicts:
      bind:
        - {when: {first: 1, second: 1, listens: no}, is: ok}
    verdict: supported
  - id: C2
    says: A listener can be joined by nobody.
    predicts:
      bind:
        - {when: {listens: yes}, is: EADDRINUSE}
    verdict: supported
  - id: C3
    says: A port that is taken can be bound with SO_REUSEADDR
    predicts:
      bind:
        - {when: {first: 1, second: 1}, is: ok}
    verdict: supported                      # it is not
  - id: stray
    says: All binds fail
    predicts:
      bind:
        - {is: EADDRINUSE}
END
cat >mine/backlog.yaml <<'END'
name: backlog
matrix:
  backlog: [0, 1, 128]
  reuse: [0, 1]
steps:
  - server: socket one
  - server: bind one *:80
  - server: listen one $backlog
  - server: socket two
  - server: setsockopt two SO_REUSEADDR $reuse
  - server: bind two *:80
    as: bind
  - server: bind two *:80
    as: again
    for: 300ms
    every: 100ms
claims:
  - id: C2
    says: A listener is joined by nobody, whatever its backlog
    predicts:
      bind:
        - {is: EADDRINUSE}
    verdict: supported
  - id: C2b
    says: A claim whose letter is its own
    responses: [bind]
    decisive: [reuse]
    verdict: refuted
  - id: C5
    says: The backlog does not matter
    responses: [bind]
    inert: [backlog]
    verdict: supported
  - id: C6
    says: A bind fails in no time
    predicts:
      again:
        - {when: {reuse: 1}, is: EADDRINUSE, took: [0, 1ms]}
    verdict: refuted
END

transcript help claims --help

# What scenarios state.
transcript stated claims mine
transcript stated.md claims --format markdown mine
try claims --format json mine
exits 0
is 'the claims with their verdicts' "$(jq -r '.[] | "\(.id) \(.verdict) \(.scenario) \(.basis)"' out | tr '\n' ';')" \
	'C3 supported share-a-port stated;C1 conditional share-a-port stated;C2 supported backlog stated;C2b refuted backlog stated;C4 untested null none;C5 supported backlog stated;C6 refuted backlog stated;'
is 'cells' "$(jq '[.. | .cell? // empty] | length' out)" 0
tap_report '--format json of what scenarios state'
transcript stated-one-scenario claims mine/backlog.yaml
try claims --quiet mine
exits 0
silent out
silent err
tap_report '--quiet says nothing of what is only stated'

# What runs have found.
try run --quiet -o res mine
exits 1
tap_report 'their runs: a verdict is not the one that is stated'
transcript found claims mine res
transcript found.md claims --format markdown mine res
transcript found-quiet claims --quiet mine res

try claims --format json mine res
exits 1
silent err
jq '(.. | .kernel? | select(. != null)) = "KERNEL" | (.. | strings) |= gsub("after [0-9.]+ms"; "after TIME")' out >found.json
golden found.json found.json
tap_report '--format json of what was found'
# What is said of a cell is what stands in the results.
jq -r '.[].parts[] | .results as $file | [.cell // empty, .cell.twin // empty][] |
	[$file, .id, .response, (.observed | split(" ")[0])] | @tsv' out >shown
(($(wc -l <shown) >= 8)) || wrong+=("only $(wc -l <shown) cells are shown")
while IFS=$'\t' read -r file id response observed; do
	is "$response of cell $id in $file" "$observed" \
		"$(jq -r --arg id "$id" --arg r "$response" 'select(.type == "cell" and .id == $id).responses[$r]' "$file")"
done <shown
tap_report 'its cells are those of the results'

for format in text json markdown; do
	try claims --format $format mine res
	cp out before
	try claims --format $format mine/backlog.yaml mine ./mine/share-a-port.yaml res
	exits 1
	diff before out >difference || mapfile -t -O "${#wrong[@]}" wrong < <(head -n 10 difference)
done
tap_report 'a scenario that is named twice is read once'

mv mine/backlog.yaml mine/share-a-port.yaml mine/articles other/
try run --quiet -o again --seed 12345 other
exits 1
try claims --format markdown other again
cp out again.md
mv other/* mine/
try claims --format markdown mine res
cmp -s again.md out || mapfile -t -O "${#wrong[@]}" wrong < <(diff again.md out | head -n 10)
tap_report '--format markdown is the same of another run, in another order, in another folder'

# The results of one run.
transcript one-run claims mine res/backlog
try claims mine res/backlog
cp out before
try claims mine res/backlog/results.jsonl
sed 's|res/backlog/results.jsonl|res/backlog|' out | cmp -s - before || wrong+=("$(diff before out | head -n 4)")
tap_report 'a results file goes as well as its folder'

# Results that say less, or nothing.
try run --quiet -o part --set listens=yes mine/share-a-port.yaml
transcript part claims mine/share-a-port.yaml part
head -n 4 res/share-a-port/results.jsonl >cut.jsonl
mkdir cut
mv cut.jsonl cut/results.jsonl
try claims --format json mine/share-a-port.yaml cut
exits 0
is 'whole' "$(jq -c '[.[].parts[].whole] | unique' out)" '[false]'
try claims mine/share-a-port.yaml cut
says out 'The run did not come to its end.'
tap_report 'an interrupted run is said to be one, and its verdicts are held against none'

cp -r mine changed
echo '# another line' >>changed/backlog.yaml
transcript other-version claims changed res
is 'what it says' "$(cat out)" ''
tap_report 'nothing is said of results of another version of a scenario'
cp -r res twice
cp -r res/backlog twice/a-copy
transcript two-runs claims mine twice
cp -r res broken
sed -i '1s/"format":1/"format":7/' broken/backlog/results.jsonl
transcript broken-results claims mine broken
mkdir empty
transcript no-results claims mine empty
transcript no-such claims mine resluts
transcript other-scenarios claims mine/backlog.yaml res/share-a-port
transcript no-scenarios claims nowhere res
mkdir doubles
cp mine/backlog.yaml doubles/a.yaml
cp mine/backlog.yaml doubles/b.yaml
transcript same-name claims doubles

# Lists.
mkdir bare
cp mine/*.yaml bare/
transcript no-list claims bare res
try claims --format json bare res
is 'the claims' "$(jq -r '.[].id' out | tr '\n' ' ')" 'C2 C2b C5 C6 C1b C1a C3 stray '
tap_report '--format json where there is no list'
printf 'title: another\narticles:\n- title: one\n  claims:\n  - {id: C6, says: of bare}\n' >another.yaml
transcript given-list claims --list another.yaml mine
transcript two-lists claims --list another.yaml --list mine/articles mine
transcript no-such-list claims --list nowhere.yaml mine
transcript empty-list-folder claims --list empty mine
mkdir bare/articles
try claims bare res
exits 1
says out 'Of the scenarios'
tap_report 'a folder articles without a list is none'
transcript wrong-format claims --format markdwn mine
# bad NAME LINE…: a list that is bad, and what is said of it
n_bad=0
bad() {
	local name=$1
	shift
	n_bad=$((n_bad + 1))
	printf '%s\n' "$@" >"$name.yaml"
	try claims --list "$name.yaml" mine
	exits 2
	silent out
	printf '%s\n' "$@" | sed 's/^/    /'
	cat err
} >>bad-lists
bad empty ''
bad scenario 'name: x' 'steps:' '  - server: restart'
bad no-articles 'title: x'
bad no-claims 'title: x' 'articles:' '  - title: one'
bad article-is-a-text 'title: x' 'articles:' '  - one'
bad claims-is-a-map 'title: x' 'articles:' '  - title: one' '    claims:' '      C1: it'
bad unknown-key 'title: x' 'articles:' '  - title: one' '    claims:' '      - {id: C1, say: it}'
bad no-says 'title: x' 'articles:' '  - title: one' '    claims:' '      - id: C1'
bad no-name 'title: x' 'articles:' '  - title: one' '    claims:' '      - {id: C 1, says: it}'
bad verdict 'title: x' 'articles:' '  - title: one' '    claims:' '      - {id: C1, says: it, verdict: refuted}'
bad twice 'title: x' 'articles:' '  - title: one' '    claims:' '      - {id: C1, says: it}' '  - title: two' '    claims:' \
	'      - {id: C1, says: it}'
bad alias 'title: x' 'articles: *a'
bad not-yaml 'title: [' 'articles: }'
golden bad-lists bad-lists
((n_bad == 13)) || wrong+=("$n_bad of them")
tap_report 'bad lists: what, where, and what to do'

# Nobody has to be root for it, or to be able to make anything.
if has_powerless; then
	try claims mine res
	cp out before
	try_powerless claims mine res
	exits 1
	cmp -s before out || wrong+=("it is another one: $(diff before out | head -n 5)")
	tap_report 'it needs no privilege'
else
	skip 'it needs no privilege' 'this host does not let the test make a user namespace'
fi
escape=$'\e['
unset NO_COLOR
on_terminal './netrepro claims mine res'
exits 1
for code in 1m 0m 31m 32m 33m 36m; do
	says out "$escape$code"
done
sed -e 's/\r$//' -e $'s/\e\\[[0-9;]*m//g' out >plain
./netrepro claims mine res 2>/dev/null | diff - plain >difference || mapfile -t -O "${#wrong[@]}" wrong < <(head -n 10 difference)
NO_COLOR=1 on_terminal './netrepro claims mine res'
says_not out "$escape"
on_terminal './netrepro claims --format json mine res'
says_not out "$escape"
tap_report 'colours on a terminal, and but for them the same text'
./netrepro claims mine >/dev/full 2>err
status=$?
exits 4
says err 'cannot write'
tap_report 'a full standard output is exit status 4'

# The project's own list: all that the three articles claim, in their order, once.
cd "$top" || die "$top: cannot go there"
ids=$({ printf 'S%d ' {1..17} && printf 'A%d ' {1..18} && printf 'B%d ' {1..14}; })
"$folder/netrepro" claims --format json scenarios >"$folder/own.json" 2>"$folder/err" </dev/null || wrong+=("$(cat "$folder/err")")
is 'the claims' "$(jq -r '.[].id' "$folder/own.json" | tr '\n' ' ')" "$ids"
is 'claims of scenarios that state no verdict' "$(jq -r '.[].parts[] | select(.basis != "stated").id' "$folder/own.json")" ''
# Claims of the scenarios' own are in no list; one that has the name of an article's is a mistake.
"$folder/netrepro" claims scenarios >"$folder/own" 2>&1
sed -n '/^In no list/,$p' "$folder/own" | grep -E '^  [SAB][0-9]' >"$folder/stray" && wrong+=("no article claims this: $(cat "$folder/stray")")
tap_report 'the project lists all claims of the articles; what its scenarios state of them has a verdict'
cd "$folder" || die "$folder: cannot go there"

# What stands in scenarios/CLAIMS.md is what the scenarios as they are now say. `make claims` writes it.
as_root_if_root
page() {
	NETREPRO=$folder/netrepro "$@" >out 2>err </dev/null
	status=$?
}
page "$top/ci/claims"
exits 0
[[ ! -s out ]] || mapfile -t -O "${#wrong[@]}" wrong < <(head -n 12 out)
tap_report 'scenarios/CLAIMS.md is up to date with what the scenarios state'

mkdir -p tree/ci
cp "$top/ci/claims" tree/ci/
cp -r mine tree/scenarios
chmod -R u+w tree
page tree/ci/claims --write res
exits 1
says err 'C3 conditional in share-a-port, but scenarios/share-a-port.yaml:'
[[ ! -e tree/scenarios/CLAIMS.md ]] || wrong+=('it is written all the same')
tap_report 'the page is not written where a verdict is not the one that is stated'
printf '    verdict: conditional\n' >>tree/scenarios/share-a-port.yaml
sed -i 's/^    verdict: supported  .*/    verdict: conditional/' tree/scenarios/share-a-port.yaml
try run --quiet -o good tree/scenarios
exits 0
page tree/ci/claims --write "$folder/good"
exits 0
page tree/ci/claims
exits 0
page tree/ci/claims "$folder/good"
exits 0
tap_report 'the page that was written is up to date'
# stale WHAT SED FILE: a change that the page does not know
stale() {
	cp "tree/scenarios/$3" kept
	sed -i "$2" "tree/scenarios/$3"
	! cmp -s kept "tree/scenarios/$3" || wrong+=("$1: nothing has changed")
	page tree/ci/claims
	exits 1
	says err 'scenarios/CLAIMS.md is out of date: make claims'
	tap_report "the page is out of date: $1"
	cp kept "tree/scenarios/$3"
}
stale 'another verdict is stated' 's/verdict: refuted/verdict: supported/' share-a-port.yaml
stale 'a claim says something else' 's/whatever its backlog/at any backlog/' backlog.yaml
stale 'a claim has gone' '/id: C5/s/C5/C4/' backlog.yaml
stale 'a scenario has another name' 's/^name: .*/name: backlogs/' backlog.yaml
stale 'the list says something else' 's/Nobody has/Somebody has/' articles/list.yaml
stale 'a number in the page' 's/conditional/supported/' CLAIMS.md
sed -i 's/(cell 6)/(cell 5)/' tree/scenarios/CLAIMS.md
page tree/ci/claims
exits 0
page tree/ci/claims "$folder/good"
exits 1
tap_report 'a cell in the page is held against results'

finish
