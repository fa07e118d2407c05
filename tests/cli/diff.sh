#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netrepro diff: what differs between two runs, and where two cells part.
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin diff
results=results.jsonl
mkdir runs
chmod 1777 runs

# differs NAME ARGUMENT…: one test: it ends with 1 and says what is in the golden file NAME, in lines that fit
differs() {
	transcript "$@"
	is 'the exit status' "$status" 1
	fits "${*:2}"
}

# same NAME ARGUMENT…: likewise with 0
same() {
	transcript "$@"
	is 'the exit status' "$status" 0
	fits "${*:2}"
}

# fits WHAT: no line of the file out is wider than 100 columns, but for commands, which can be copied
fits() {
	local columns
	columns=$(grep -v '^    look: ' out | LC_ALL=C.UTF-8 wc -L)
	((columns <= 100)) || wrong+=("$columns columns")
	silent err
	tap_report "netrepro $1: the exit status; 100 columns"
}

# changed NAME FROM FILTER: the run FROM with each line changed by a jq filter, as the run NAME
changed() {
	mkdir -p "$1"
	jq -c "$3" "$2/$results" >"$1/$results" || die "jq: $3"
}

# What two hosts, or two moments, differ in is fixed, so that what is said is the same everywhere.
# shellcheck disable=SC2016 # jq's
fixed='if .type == "run" then .started = "2026-01-02T03:04:05Z" | .tool = "netrepro 0.1.0" | .privilege = "root" |
	.kernel = {release: "6.1.0", version: "#1 SMP", machine: "x86_64"} |
	.environment = {"net.ipv4.tcp_fin_timeout": "60", "net.ipv4.tcp_rmem": "4096 131072 6291456", "net.ipv4.tcp_sack": "1"}
	else . end'
try run --quiet --seed 1 -o runs/live scenarios/server-restart.yaml
exits 0
try run --quiet --seed 2 -o runs/again scenarios/server-restart.yaml
exits 0
tap_report 'the runs'
changed before runs/live "$fixed"
changed again runs/again "$fixed | if .type == \"run\" then .started = \"2026-02-03T04:05:06Z\" else . end"

# Two runs.

same same diff before again
try diff --quiet before again
exits 0
silent out
silent err
tap_report '--quiet says nothing where nothing differs'
try diff --format json before again
exits 0
is 'same' "$(jq .same out)" true
is 'what is told' "$(jq -c '[.fingerprint, .changes, .laws, .claims, .more_changes, .cells]' out)" \
	'[[],[],[],[],0,{"compared":144,"changed":0,"untold":0}]'
tap_report '--format json where nothing differs'
try diff "before/$results" again
exits 0
says out "A  before/$results: "
tap_report 'the file itself goes as well as its folder'

# On another kernel, and with another default: that is said, and is no difference of results.
changed kernel again 'if .type == "run" then .kernel = {release: "6.12.0", version: "#2 SMP", machine: "aarch64"} |
	.environment = {"net.ipv4.tcp_fin_timeout": "30", "net.ipv4.tcp_new": "", "net.ipv4.tcp_sack": "1"} |
	.privilege = "user namespace" | .tool = "netrepro 0.2.0" else . end'
same kernel diff before kernel
try diff --quiet before kernel
exits 0
silent out
tap_report '--quiet says nothing where the host alone differs'

# A response of some cells, and with that a law and the claims that rest on it.
# shellcheck disable=SC2016 # jq's
changed response kernel 'if .type == "cell" and .levels.path == "loopback" and .responses.rebind == "EADDRINUSE"
	then .responses.rebind = "ok" elif .id == "72" then .responses.rebind = "EACCES" else . end'
differs response diff before response
try diff --quiet before response
exits 1
is 'the number of lines' "$(wc -l <out)" 1
silent err
tap_report '--quiet says one line where something differs'
try diff --format json before response
exits 1
is 'the number of lines' "$(wc -l <out)" 1
golden response.json out
# shellcheck disable=SC2016 # jq's
jq -r --slurpfile a "before/$results" --slurpfile b "response/$results" '
	def of($run): $run | map(select(.type == "cell")) | INDEX(.id);
	of($a) as $a | of($b) as $b |
	([.changes[].cells[]] | sort) as $told | ([$a[] | select($b[.id].responses != .responses).id] | sort) as $changed |
	(if $told != $changed then "the cells are \($told) instead of \($changed)" else empty end),
	(.changes[] | . as $change | .cells[] | select($a[.].responses[$change.response] != $change.a.value or
		$b[.].responses[$change.response] != $change.b.value) | "cell \(.)"),
	(.changes[] | select(.count != (.cells | length)) | "a count"),
	(.changes[] | .cells_where as $n | .where as $where | [$a[] | select(.levels as $levels | $where | to_entries |
		all(.[]; . as $c | any($c.value[]; . == $levels[$c.key])))] | length | select(. != $n) | "\($n) cells where: \(.)"),
	(.changes[] | .cells as $cells | .exactly_where | select(length > 0) | . as $any | [$a[] | select(.levels as $levels | $any |
		any(.[]; to_entries | all(.[]; . as $c | any($c.value[]; . == $levels[$c.key])))).id] | sort |
		select(. != ($cells | sort)) | "exactly \(.)")' \
	out >counted 2>err || wrong+=("jq: $(head -n 3 err)")
mapfile -t -O "${#wrong[@]}" wrong <counted
tap_report 'the JSON says which cells changed, and how many could have'
try diff response before
exits 1
says out 'rebind: ok → EADDRINUSE in'
tap_report 'and the other way round'

# shellcheck disable=SC2016 # jq's
changed verdict again 'if .type == "cell" and .levels.closer == "client" and .levels.path == "veth"
	then .verdict = "inconc" | .reason = "left_behind is TIME-WAIT, and the check wants none" else . end'
differs verdict diff before verdict
try diff verdict before
exits 1
says out 'inconc → pass in all 48 cells where closer is client and path is veth'
says out 'in A: left_behind is TIME-WAIT, and the check wants none'
tap_report 'a reason is of the run that has one'

# Cut off; another part; one cell missing.
mkdir cut
head -n 1 "again/$results" >"cut/$results"
jq -c 'select(.type == "cell" and (.id | tonumber) < 100)' "again/$results" >>"cut/$results"
differs cut diff before cut
try run --quiet --seed 3 --set closer=server --set path=veth -o runs/part scenarios/server-restart.yaml
exits 0
changed part runs/part "$fixed"
differs part diff before part
changed one-less again 'select(.id != "72")'
differs one-less diff before one-less

# Another scenario: a level came, one went, one binds another value; a response and a claim came.
sed -e 's/^  tw_reuse: .*/  tw_reuse: [0, 1]/' -e 's/^    loopback: .*/    loopback: {client_in: server, to: 127.0.0.2}/' \
	-e 's/^claims:/claims:\n  - {id: N1, says: The port is free, predicts: {free: [{is: ok}]}}/' \
	-e '/^# Manipulation/i\  - server: close second\n  - server: socket third\n  - server: bind third *:23456\n    as: free\n' \
	scenarios/server-restart.yaml >scenarios/changed.yaml
try run --quiet --seed 4 -o runs/scenario scenarios/changed.yaml
exits 0
changed scenario runs/scenario "$fixed"
try diff before scenario
exits 1
silent err
sed -E 's/[0-9a-f]{12} → [0-9a-f]{12}$/SHA → SHA/' out >text
golden scenario text
tap_report 'another scenario'

# Each factor that one alone has is named where no cell has its like.
cat >few.yaml <<'END2'
name: few
question: What is there?
matrix:
  size: [1, 2]
steps:
  - server: socket s
    as: made
END2
sed 's/^  size:.*/&\n  side: [left, right]/' few.yaml >more.yaml
for name in few more; do
	try run --quiet --seed 1 -o runs/$name $name.yaml
	exits 0
	changed $name runs/$name "$fixed"
done
differs factor diff few more
try run --quiet --seed 1 --set side=left -o runs/left more.yaml
exits 0
try diff runs/few runs/left
exits 0
says out '2 cells, 1 response, 0 claims: the same'
tap_report 'a factor that is held is passed over'

# Replicates.
try run --quiet --seed 1 --replicates 3 -o runs/three few.yaml
exits 0
changed three runs/three "$fixed"
changed unstable three 'if .type == "cell" and .id == "1" and .replicate == 2 then .responses.made = "EMFILE" else . end'
differs unstable diff three unstable

# Two cells: of runs of which all evidence was kept.

try run --quiet --seed 1 --evidence all -o runs/told scenarios/server-restart.yaml
exits 0
changed told runs/told "$fixed"
cp runs/told/evidence.jsonl told/
tap_report 'a run with evidence'

differs cells diff told 48 72
differs cells-levels diff told 48 second_reuseaddr=1
differs cells-steps diff told closer=server,first_reuseaddr=1,second_reuseaddr=0 closer=client
differs cells-packets diff told 0 client_timestamps=1
same cells-same diff told told 72
try diff --format json told 48 72
exits 1
# shellcheck disable=SC2016 # jq's
jq -r --slurpfile lines "told/$results" '
	($lines | map(select(.type == "cell")) | INDEX(.id)) as $cells |
	(("a", "b") as $side | .[$side].id as $id | [.rows[][$side] | select(. != null and has("do")) | [.do, .out]] as $told |
		[$cells[$id].steps[] | [.do, .out]] | select(. != $told) | "the steps of \($side)"),
	(select([.rows[] | select(.parts_here)] != [.rows[] | select(.a.step == 18 and .kind == "step")]) | "where they part"),
	(select(.parts.kind != "outcome" or .parts.a.is != "EADDRINUSE" or .parts.b.is != "ok") | "how they part"),
	(select([.responses[] | select(.differs).name] != ["rebind"]) | "the responses"),
	(select([.factors[] | select(.a != .b).name] != ["second_reuseaddr"]) | "the factors"),
	(select([.rows[] | select(.kind == "packets")] == []) | "no packets")' out >counted 2>err ||
	wrong+=("jq: $(head -n 3 err)")
mapfile -t -O "${#wrong[@]}" wrong <counted
tap_report '--format json of two cells: all steps of both, and where they part'
try diff --quiet told 48 72
exits 1
is 'what is said' "$(cat out)" 'they part: step 18, server: bind second *:12345: EADDRINUSE in A, ok in B'
try diff --quiet told told 72
exits 0
silent out
tap_report '--quiet says where two cells part, and nothing where they do not'

# Without evidence the steps are compared; of two runs the cells are matched by their levels.
differs cells-bare diff before 48 72
# shellcheck disable=SC2016 # jq's
changed told-response told 'if .type == "cell" and .id == "48" then .responses.rebind = "ok" |
	(.steps[] | select(.do == "server: bind second *:12345").out) = "ok" else . end'
differs cells-of-two diff told told-response 48
differs cells-each diff told 48 again 72
try diff told scenario 72
exits 1
says out 'A  told, cell 72 of server-restart'
says out 'B  scenario, cell 48 of server-restart'
tap_report 'a cell is found in another matrix by its levels'
try diff told scenario 76
exits 2
says err "its factor 'tw_reuse' has no level '2'"
tap_report 'a cell that the other matrix has not'

# Of replicates the one that did not come out alike.
try diff three unstable 1
exits 1
says out 'replicate 2 of 3'
says out 'made                   ok → EMFILE'
tap_report 'the replicate that differs is told'

try diff --replicate 1,2 three unstable 1
exits 1
says out 'A  three, cell 1 (replicate 1 of 3)'
says out 'B  unstable, cell 1 (replicate 2 of 3)'
try diff --replicate 3 three unstable 1
exits 0
says out 'A  three, cell 1 (replicate 3 of 3)'
says out 'B  unstable, cell 1 (replicate 3 of 3)'
try diff --replicate 2,1 three 1 1
exits 0
says out 'A  three, cell 1 (replicate 2 of 3)'
says out 'B  three, cell 1 (replicate 1 of 3)'
try diff --replicate 4 three unstable 1
exits 2
says err 'holds no result of replicate 4 of cell 1'
tap_report 'replicates that are asked for'
transcript usage-replicate diff --replicate 1, three unstable 1
transcript usage-replicate-of-runs diff --replicate 1 three unstable

# What the first one does not name must not matter; the second one has the rest of the first.
try diff --format json told closer=server,first_reuseaddr=1,second_reuseaddr=1,path=veth closer=client,path=loopback
exits 1
is 'the cells' "$(jq -c '[.a.id, .b.id]' out)" '["72","169"]'
tap_report 'levels that do not matter need no name'
transcript usage-candidates diff told closer=server closer=client

transcript usage-factor diff told 48 tw_resue=1
transcript usage-level diff told 48 closer=serve
transcript usage-no-cell diff told 48 9999
transcript usage-word diff told 48 nowhere
transcript usage-not-run diff one-less 48 72
transcript usage-excluded diff told 48 path=loopback,server_timestamps=1

# What is refused.

transcript usage-nothing diff
transcript usage-one diff before
transcript usage-cell diff before nowhere
transcript usage-more diff before again kernel response
transcript usage-format diff --format yaml before again
mkdir empty damaged
transcript usage-empty diff before empty
head -n 20 "again/$results" | sed '10s/"verdict"/verdict/' >"damaged/$results"
transcript damaged diff before damaged
# shellcheck disable=SC2016 # jq's
changed escape again 'if .type == "run" then .environment["net.ipv4.tcp_sack"] = "\u001b[2J" else . end'
transcript escape diff before escape

# Nothing is needed for it: no privilege and no namespace.
as_user
if has_powerless; then
	try_powerless diff before response
	exits 1
	says out 'rebind: EADDRINUSE → ok'
	tap_report 'it needs no privilege'
else
	skip 'it needs no privilege' 'this host does not let the test make a user namespace'
fi
as_root_if_root

on_terminal './netrepro diff before response'
says out $'\033[1m'
tap_report 'on a terminal there is emphasis'
# The README's.
mkdir -p results
cp -r "$top/tests/cli/show" results/restart
awk '/^```/ { inside = 0 } inside { print } /^\$ netrepro diff/ { inside = 1 }' "$top/README.md" >wanted
try diff results/restart 48 72
exits 1
sed -i 's|\./netrepro|netrepro|' out
cmp -s wanted out || mapfile -t wrong < <(diff -u --label README.md wanted --label 'what is printed' out)
tap_report 'two cells are told as it stands in the README'

finish
