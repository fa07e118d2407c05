#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A run leaves the host as it was, also when its runner or its workers are killed, and no result is lost, wrong or double.
# All evidence is collected meanwhile: packet sockets, and threads that close them, are there at any moment; and nothing of
# the host is in it.
#
# usage: isolation.sh [NETREPRO [SCENARIO]]
# KILLS=24 (of the runner, as each user), WORKER_KILLS=14, SEED=… (of the moments; printed)
set -u -o pipefail
here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/tap.bash
. "$here/../tap.bash"

readonly KILLS=${KILLS:-24} WORKER_KILLS=${WORKER_KILLS:-14} SEED=${SEED:-$RANDOM}
readonly RESUME_EACH=10 # the run is resumed after each tenth kill
readonly SETTLE_S=20    # what dies with a process dies a moment after it

need jq setpriv ip
netrepro=$(realpath "${1:-${NETREPRO:-build/netrepro}}") || die "no program"
scenario=$(realpath "${2:-$here/../../scenarios/server-restart.yaml}")
make_folder isolation
cp "$netrepro" "$folder/netrepro"
cp "$scenario" "$folder/scenario.yaml"
chmod 644 "$folder/scenario.yaml"
RANDOM=$SEED
printf '# moments are drawn with SEED=%d\n' "$SEED"

# differences: what is new on the host, and what has gone
differences() {
	"$here/host-snapshot.sh" "$mark" >"$folder/after"
	comm -13 "$folder/before" "$folder/after" | sed 's/^/new: /'
	comm -23 "$folder/before" "$folder/after" | sed 's/^/gone: /'
}

# host_is_as_before TEXT: one test
host_is_as_before() {
	local give_up=$((SECONDS + SETTLE_S)) found
	while found=$(differences) && [[ -n $found ]] && ((SECONDS < give_up)); do
		sleep 0.1
	done
	[[ -z $found ]] || mapfile -t wrong <<<"$found"
	tap_report "$1"
}

# new_output NAME: an empty folder that the user may write to, into $out
new_output() {
	out=$folder/$who-$1
	rm -rf "$out"
	mkdir "$out"
	[[ $who == root ]] || ((EUID != 0)) || chown 65534 "$out"
}

# start ARGUMENT…: in the background, its process in $runner
start() {
	become "$who"
	"${as[@]}" "$mark" "$folder/netrepro" run --quiet --evidence all -o "$out" "$@" "$folder/scenario.yaml" \
		>"$folder/stdout" 2>&1 </dev/null &
	runner=$!
}

# ends STATUS: wait for the runner
ends() {
	local status
	wait "$runner" 2>/dev/null
	status=$?
	((status == $1)) || wrong+=("exit status $status, not $1: $(head -c 500 "$folder/stdout" | tr '\n' ' ')")
}

# examine_results WHEN [FILE]: what is in the file is right, though it may not be all
examine_results() {
	local file=${2:-$out/results.jsonl} double others
	[[ -e $file ]] || return 0
	lines_are_whole "$file" || wrong+=("$1: a line of the results is not whole")
	double=$(repeated "$file")
	[[ -z $double ]] || wrong+=("$1: twice in the results: $double")
	others=$(cells "$file" | awk -F'\t' '$3 != "error"' | cut -f1,3,4 | sort -u | comm -13 "$folder/good" - | head -3)
	[[ -z $others ]] || wrong+=("$1: not as in a whole run: ${others//$'\n'/; }")
}

# n_results [FILE]
n_results() {
	cells "${1:-$out/results.jsonl}" | wc -l
}

# drop_torn FILE WHOLE: its whole lines, into the file WHOLE. SIGKILL in the midst of a write ends it behind any page of
# it: half a line may be the last one (generic_perform_write(), mm/filemap.c), and ends with a page of the file then.
# Return: whether there is one.
drop_torn() {
	local torn=1
	[[ -z $(tail -c 1 "$1") ]] || torn=0
	((torn || $(stat -c %s "$1") % $(getconf PAGESIZE) == 0)) || wrong+=("a line was written in parts: $(tail -c 100 "$1")")
	if ((torn == 0)); then head -n -1 "$1"; else cat "$1"; fi >"$2"
	return $torn
}

# examine_evidence: each run has its own, nothing is missing from it
examine_evidence() {
	local file=$out/evidence.jsonl n gaps
	lines_are_whole "$file" || wrong+=("$1: a line of the evidence is not whole")
	n=$(jq -r '"\(.id).\(.replicate)"' "$file" | sort -u | wc -l)
	((n == n_all)) || wrong+=("$1: evidence of $n runs of $n_all")
	gaps=$(jq -r 'select(.gap or (has("pcapng") | not)) | "\(.id): \(.gap)"' "$file" | head -3)
	[[ -z $gaps ]] || wrong+=("$1: evidence lacks something: ${gaps//$'\n'/; }")
}

# What the host sends to itself while a run is made.
readonly marker=netrepro-datagram-of-the-host
chatter() {
	while printf '%s' "$marker" >/dev/udp/127.0.0.1/9; do
		printf 'x' >>"$folder/chattered"
	done 2>/dev/null
}

# host_is_not_seen: one test, of a run during which the host has traffic on its own loopback
host_is_not_seen() {
	local talker found
	new_output whole
	: >"$folder/chattered"
	chatter &
	talker=$!
	start
	ends 0
	kill "$talker"
	wait "$talker" 2>/dev/null
	[[ -s $folder/chattered ]] || wrong+=("the host has sent nothing")
	examine_evidence "whole run"
	(($(find "$out/packets" -name '*.pcapng' | wc -l) == n_all)) || wrong+=("not each run has a file of packets")
	found=$(grep -r -l -a -F "$marker" "$out" | head -3)
	[[ -z $found ]] || wrong+=("packets of the host are in ${found//$'\n'/; }")
	tap_report "as $who: of what the host sends on its loopback meanwhile ($(wc -c <"$folder/chattered") datagrams) nothing is seen"
}

whole_run() {
	local began_us=${EPOCHREALTIME/./} left
	new_output whole
	start
	ends 0
	length_ms=$(((${EPOCHREALTIME/./} - began_us) / 1000))
	left=$(all_gone) || wrong+=("processes are left: $left")
	outcomes "$out/results.jsonl" >"$folder/outcomes"
	[[ -e $folder/good ]] || cp "$folder/outcomes" "$folder/good"
	n_all=$(wc -l <"$folder/good")
	examine_results "whole run"
	examine_evidence "whole run"
	(($(n_results) == n_all && n_all > 0)) || wrong+=("$(n_results) results of $n_all")
	tap_report "as $who: a whole run of $n_all cells"
	host_is_as_before "as $who: the host is as before a whole run"
}

# sleep_ms N: the moment of a kill is a time and nothing else
sleep_ms() {
	sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"
}

kill_runner() {
	local i left moment_ms n_partial=0 n_torn=0 n_resumed=0 n_left is_torn whole=$folder/whole-lines
	for ((i = 1; i <= KILLS; i++)); do
		new_output killed
		moment_ms=$((RANDOM % (length_ms + 1)))
		start
		sleep_ms "$moment_ms"
		kill -KILL "$runner" 2>/dev/null
		wait "$runner" 2>/dev/null
		left=$(all_gone) || wrong+=("kill $i after $moment_ms ms: processes are left: $left")
		[[ -s $out/results.jsonl ]] || continue
		is_torn=0
		! drop_torn "$out/results.jsonl" "$whole" || is_torn=1
		examine_results "kill $i after $moment_ms ms" "$whole"
		n_left=$(n_results "$whole")
		((n_left > 0 && n_left < n_all)) || continue
		n_partial=$((n_partial + 1)) n_torn=$((n_torn + is_torn))
		((n_partial % RESUME_EACH == 1 || is_torn)) || continue
		n_resumed=$((n_resumed + 1))
		start --resume
		ends 0
		examine_results "resumed after kill $i"
		examine_evidence "resumed after kill $i"
		(($(n_results) == n_all)) || wrong+=("resumed after kill $i: $(n_results) results of $n_all")
		(($(jq -c 'select(.type == "end")' "$out/results.jsonl" | wc -l) == 1)) ||
			wrong+=("resumed after kill $i: not one end in the results")
	done
	((KILLS < 20 || n_partial > 0)) || wrong+=("no kill came in the middle of a run")
	tap_report "as $who: the runner is killed at $KILLS random moments ($n_partial in the midst of cells, $n_torn of a line; $n_resumed resumed)"
	host_is_as_before "as $who: the host is as before all these kills"
}

kill_workers() {
	local replicates=20 killed=0 workers victim errors others
	new_output workers
	start --replicates "$replicates" --jobs 4
	while ((killed < WORKER_KILLS)) && kill -0 "$runner" 2>/dev/null; do
		mapfile -t workers < <(ours_named netrepro-worker)
		((${#workers[@]})) || continue
		sleep_ms $((RANDOM % 100))
		victim=${workers[RANDOM % ${#workers[@]}]}
		! kill -KILL "$victim" 2>/dev/null || killed=$((killed + 1))
	done
	ends 4
	all_gone >/dev/null || wrong+=("processes are left: $(ours)")
	examine_results "workers killed"
	(($(n_results) == n_all * replicates)) || wrong+=("$(n_results) results of $((n_all * replicates))")
	errors=$(cells "$out/results.jsonl" | awk -F'\t' '$3 == "error"' | wc -l)
	others=$(cells "$out/results.jsonl" | awk -F'\t' '$3 == "error" && $5 !~ /SIGKILL/ {print $1 "." $2 ": " $5}' | head -3)
	[[ -z $others ]] || wrong+=("another reason than SIGKILL: $others")
	((killed > 0)) || wrong+=("no worker was killed")
	# Four cells at once over no more than four workers: each death takes four cells at most.
	((errors >= 1 && errors <= 4 * killed)) || wrong+=("$errors errors of $killed kills")
	tap_report "as $who: $killed workers are killed in a run of $((n_all * replicates)): $errors cells are error, all others right"
	host_is_as_before "as $who: the host is as before these kills"
}

"$here/host-snapshot.sh" "$mark" >"$folder/before"
for kind in link address route4 sysctl namespace mount; do
	grep -q "^$kind " "$folder/before" || wrong+=("the snapshot of the host has no $kind")
done
tap_report "the host can be looked at: $(wc -l <"$folder/before") facts"
who_can=$(users)
for who in root user; do
	if [[ $who_can != *$who* ]]; then
		tap_skip "as $who" "this user cannot, or this host does not let ordinary users"
		continue
	fi
	whole_run
	host_is_not_seen
	kill_runner
	kill_workers
done
tap_end
