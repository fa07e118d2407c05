#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Several scenarios at once: what waits, waits beside the others; each is told in its turn, and what goes wrong with one of
# them is its own. --max-wait: what is not waited for.
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin side-by-side
need python3

readonly results=results.jsonl
for name in one two; do
	cat >sleeps-$name.yaml <<END
name: sleeps-$name
matrix:
  n: [1, 2, 3]
steps:
  - server: socket s
  - server: sleep 3s
END
	cat >quick-$name.yaml <<END
name: quick-$name
question: What does $name record?
matrix:
  n: [1, 2, 3, 4]
steps:
  - server: socket s
    as: made
END
done
# They may wait for a minute, and do not.
sed -e 's/^name: quick-one/name: patient/' -e 's/    as: made/&\n    for: 60s/' quick-one.yaml >patient.yaml
# Two of them may, and one of these would; a claim about them is stated, and one about those that are left.
cat >mixed.yaml <<'END'
name: mixed
question: Who has to wait?
matrix:
  who: [nobody, sleeper, repeater]
  n: [1, 2]
steps:
  - server: socket s
  - when: {who: sleeper}
    do:
      - server: sleep 1m
  - when: {who: repeater}
    do:
      - server: bind s *:80
        as: bound
        for: 70s
        deadline: 6s
  - server: getsockopt s SO_REUSEADDR
    as: reuse
expect:
  reuse:
    - {is: 0}
claims:
  - id: all
    says: Nobody has it
    predicts:
      reuse:
        - {is: 0}
    verdict: supported
  - id: waiting
    says: Who waits has it
    predicts:
      reuse:
        - {when: {who: [sleeper, repeater]}, is: 1}
    verdict: refuted
END
# Nobody ever connects; and each keeps its place, as no step has a longer deadline than the others.
cat >stays.yaml <<'END'
name: stays
matrix:
  n: [1, 2, 3, 4, 5, 6]
deadlines: {step: 10m, cell: 20m}
steps:
  - server: socket s
  - server: bind s *:80
  - server: listen s
  - server: accept s child
    as: accepted
END

# times FILE: when each cell began and ended, in microseconds since the run began
times() {
	jq -r 'select(.type == "cell") | [.end_us - .elapsed_us, .end_us] | @tsv' "$1"
}

# in_turn NAME…: the summaries stand in this order
in_turn() {
	is 'the order of what is said' "$(sed -n 's/^\([a-z-]*\): What .*/\1/p' out | tr '\n' ' ')" "$(printf '%s ' "$@")"
}

try run --jobs 1 --evidence none -o both sleeps-one.yaml sleeps-two.yaml
exits 0
for name in one two; do
	complete both/sleeps-$name/$results 3
	times both/sleeps-$name/$results
done >sleeping
is 'cells' "$(wc -l <sleeping)" 6
awk 'NR == 1 { ends = $2 } { if ($1 > begins) begins = $1; if ($2 < ends) ends = $2 } END { exit !(begins < ends) }' \
	sleeping || wrong+=("not all slept at the same time: $(tr '\t\n' '- ' <sleeping)")
tap_report 'the cells of two scenarios sleep at the same time, with one place for all of them'

try run --jobs 1 --seed 1 -o patience quick-one.yaml patient.yaml quick-two.yaml
exits 0
for name in patient quick-one quick-two; do
	times patience/$name/$results | sed "s/\$/ $name/"
done | sort -n | sed 's/.* //' | uniq -c | awk '{ print $1, $2 }' >order
is 'the order' "$(tr '\n' ' ' <order)" '4 patient 4 quick-one 4 quick-two '
in_turn quick-one patient quick-two
tap_report 'cells that may wait long begin first, the others in the order of the command line'

# A step with a long deadline of its own gives the place up, and so comes first; one that is done sooner ends sooner.
sed -e 's/^name: quick-one/name: expected/' -e 's/    as: made/&\n    deadline: 150s/' quick-one.yaml >expected.yaml
try run --jobs 1 --seed 1 -o expecting quick-one.yaml expected.yaml
exits 0
for name in expected quick-one; do
	times expecting/$name/$results | sed "s/\$/ $name/"
done | sort -n | sed 's/.* //' | uniq -c | awk '{ print $1, $2 }' >order
is 'the order' "$(tr '\n' ' ' <order)" '4 expected 4 quick-one '
tap_report '… and so do those whose steps may'

try run sleeps-one.yaml quick-two.yaml quick-one.yaml
exits 0
in_turn quick-two quick-one
is 'what is told first' "$(head -n 1 out)" sleeps-one
tap_report 'what is over first waits for its turn to be told'

: >out # of the run before
start run --jobs 2 -o told quick-one.yaml stays.yaml quick-two.yaml
await 'the first summary' grep -q '^4 runs: 4 pass' out
in_turn quick-one
says_not out 'stays'
is 'whether the second has ended' "$(tail -n 1 told/stays/$results | jq -r .type)" run
tap_report 'a scenario is told while others run'
kill -INT "$runner"
await 'it says that it stops' grep -q 'stopping; 2 runs' err
kill -INT "$runner"
ends
exits 130
complete told/quick-one/$results 4
is 'runs of the second' "$(n_cells told/stays/$results)" 0
[[ ! -e told/quick-two ]] || wrong+=('the third was begun')
in_turn quick-one
says out '0 runs of 6'
tap_report '… and is complete where the run is interrupted'

# What was interrupted goes on: one that is finished, one that is not, one that was never begun.
sed -i 's/10m/10ms/' stays.yaml
rm -r told/stays
start run --jobs 1 -o again quick-one.yaml sleeps-one.yaml quick-two.yaml
await 'the first result' has_cells 1 again/quick-one/$results
kill -INT "$runner"
ends
exits 130
cat again/*/$results >before.jsonl
n_before=$(n_cells before.jsonl)
((n_before < 11)) || wrong+=('all was done already')
tap_report 'a signal ends a run of several: what is under way ends'
try run --resume -o again quick-one.yaml sleeps-one.yaml quick-two.yaml
exits 0
complete again/quick-one/$results 4
complete again/sleeps-one/$results 3
complete again/quick-two/$results 4
tap_report '… and --resume does the rest of all of them'

# What is wrong with one is its own.
try run -o wrong/none quick-one.yaml
exits 2
try run -o taken quick-one.yaml
exits 0
mkdir -p several
cp -r taken several/quick-one
transcript one-is-taken run -o several quick-two.yaml quick-one.yaml patient.yaml
complete several/quick-two/$results 4
complete several/patient/$results 4
cmp -s taken/$results several/quick-one/$results || wrong+=('the results that were there have changed')
tap_report '… and the others are complete'
transcript one-has-no-such-factor run --set who=nobody quick-one.yaml mixed.yaml

# A file may grow to so and so much: the results of one scenario alone are longer.
{
	printf 'name: long\nmatrix:\n  n: ['
	seq -s ', ' 100 | tr -d '\n'
	printf ']\n'
	sed -n '/^steps/,$p' quick-one.yaml
} >long.yaml
(
	ulimit -f $((($(stat -c %s taken/$results) + 10240) / 1024))
	try run --quiet --evidence none -o full quick-two.yaml long.yaml patient.yaml
	exit "$status"
)
status=$?
exits 3
says err "netrepro: cannot write to full/long/$results"
complete full/quick-two/$results 4
complete full/patient/$results 4
tap_report 'one whose results cannot be written takes no other with it'
cp full/long/$results long.jsonl
try run --quiet --resume -o full quick-two.yaml long.yaml patient.yaml
exits 0
complete full/long/$results 100
cmp -s -n "$(stat -c %s long.jsonl)" long.jsonl full/long/$results || wrong+=('the results of before have changed')
tap_report '… and --resume does its rest'

# A worker has cells of several scenarios in its hands: each result is of the scenario whose cell it was.
for name in one two; do
	sed -e 's/sleep 3s/sleep 1h/' -e 's/sleeps-/dies-/' -e '/n: /s/3\]/3, 4]/' sleeps-$name.yaml >dies-$name.yaml
done
sed -i '/n: /s/, 4\]/]/' dies-one.yaml
start run --quiet --jobs 1 -o dies dies-one.yaml dies-two.yaml quick-one.yaml quick-two.yaml
await 'those that come after them' has_cells 4 dies/quick-two/$results
kill -KILL "$(ours_named netrepro-worker)"
ends
exits 4
complete dies/dies-one/$results 3
complete dies/dies-two/$results 4
complete dies/quick-one/$results 4
complete dies/quick-two/$results 4
is 'how they ended' "$(cat dies/*/$results | jq -r 'select(.type == "cell") | .verdict + " " + (.reason // "")' | sort |
	uniq -c | awk '{ $1 = $1; print }')" $'7 error the worker was killed by SIGKILL\n8 pass'
tap_report 'a worker that dies makes its cells an error, each in the results of its scenario'

# Who reads the output may take his time: of the cells none is late. All are under way when the summary of the other
# scenario is told, as they may wait long, and say more than the pipes to the runner hold.
{
	printf 'name: talks\nmatrix:\n  n: ['
	seq -s ', ' 60 | tr -d '\n'
	cat <<'END'
]
steps:
  - server: socket s
  - server: bind s *:80
  - server: listen s
  - client: socket c
  - client: connect c server:80
  - server: accept s child
  - client: send c 1000
  - server: recv child 1000
    as: received
    for: 60s
  - server: sleep 3s
  - server: tcp-state *:80
    as: seen
END
} >talks.yaml
cat >held.py <<'END'
import fcntl, os, subprocess, sys, time
reader, writer = os.pipe()
fcntl.fcntl(writer, 1031, 4096)  # F_SETPIPE_SZ
# All that fits is in there: whoever says a word waits for the reader.
os.write(writer, b"." * fcntl.fcntl(writer, 1032))
run = subprocess.Popen(sys.argv[1:], stdout=writer, stdin=subprocess.DEVNULL)
os.close(writer)
def waits():
    with open("/proc/%d/syscall" % run.pid) as f:
        return f.read().split()[:2] == ["1", "0x1"]  # write(2) to the standard output
while run.poll() is None and not waits():
    time.sleep(0.01)
print("held" if run.poll() is None else "over", file=sys.stderr)
time.sleep(6)  # longer than the cells sleep, and than one may be late
while os.read(reader, 65536):
    pass
sys.exit(run.wait())
END
if [[ $(uname -m) == x86_64 ]]; then
	"${as[@]}" "$mark" python3 held.py ./netrepro run --jobs 8 --evidence all -o held quick-one.yaml talks.yaml \
		>out 2>err </dev/null
	status=$?
	exits 0
	says err held
	complete held/talks/$results 60
	is 'the verdicts' "$(jq -r 'select(.type == "cell") | .verdict + " " + (.reason // "")' held/talks/$results |
		sort | uniq -c | awk '{ $1 = $1; print }')" '60 pass'
	tap_report 'a run whose output nobody reads for a while disturbs no cell'
fi

# --max-wait
transcript max-wait run --max-wait 5s --seed 1 -o short mixed.yaml
is 'what is recorded' "$(jq -r 'select(.type == "cell") | [.id, .verdict, .reason, .elapsed_us > 0] | @tsv' short/$results |
	sort)" "$(printf '%s\n' $'0\tpass\t\ttrue' $'1\tpass\t\ttrue' \
	$'2\tskip\twaits up to 60s, which is longer than --max-wait 5s\tfalse' \
	$'3\tskip\twaits up to 60s, which is longer than --max-wait 5s\tfalse' \
	$'4\tskip\twaits up to 76s, which is longer than --max-wait 5s\tfalse' \
	$'5\tskip\twaits up to 76s, which is longer than --max-wait 5s\tfalse')"
is 'the first line' "$(head -n 1 short/$results | jq -c .max_wait_us)" 5000000
is 'the last line' "$(tail -n 1 short/$results | jq -c .verdicts)" '{"pass":2,"fail":0,"inconc":0,"error":0,"skip":4}'
tap_report '… and each of them has a result'
transcript max-wait-json run --max-wait 5s --seed 1 --format json mixed.yaml
transcript max-wait-explain explain short
transcript max-wait-some run --max-wait 60s --seed 1 --set who=nobody,repeater mixed.yaml
transcript max-wait-all run --max-wait 5s --seed 1 --set who=sleeper mixed.yaml
transcript max-wait-dry-run run --max-wait 5s --dry-run --set n=1 mixed.yaml
transcript max-wait-ktap run --max-wait 5s --seed 1 --quiet --set n=1 --report ktap=- mixed.yaml
try run --max-wait 0 --set who=nobody mixed.yaml
exits 0
says out '2 runs: 2 pass'
tap_report '--max-wait 0: those that wait for nothing'
transcript max-wait-no-duration run --max-wait 5 mixed.yaml
transcript max-wait-too-long run --max-wait 25h mixed.yaml

head -n 3 short/$results >cut.jsonl
mkdir resumed
cp cut.jsonl resumed/$results
transcript other-max-wait run --resume -o resumed --max-wait 6s mixed.yaml
transcript no-max-wait run --resume -o resumed mixed.yaml
cmp -s cut.jsonl resumed/$results || wrong+=('the results have changed')
tap_report '… and what is there stays as it was'
try run --quiet --resume -o resumed --max-wait 5s mixed.yaml
exits 0
complete resumed/$results 6
is 'the results' "$(outcomes resumed/$results)" "$(outcomes short/$results)"
tap_report '--resume with the same --max-wait'
try diff short held/quick-one
try run --quiet --max-wait 6s -o other mixed.yaml
try diff short other
says out '--max-wait'
tap_report 'diff: that two runs did not wait for the same'

finish
