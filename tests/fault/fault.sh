#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Each call of a cell's life fails once, one at a time: a clear error for the cell that it hit, and nothing else.
#
# usage: fault.sh [NETREPRO [SHIM [FUNCTION…]]]
#
# TAP on standard output: one test a function and errno. A run that only counts says how often the first worker calls the
# function; then the run is made again for each call of a cell (for a spread of SPREAD where there are more than ALL), and
# for a few of the worker's start (STARTING), with that one failing. See shim.c. As many tests run at once as there are
# processors (TESTS_AT_ONCE).
set -u -o pipefail
here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/tap.bash
. "$here/../tap.bash"

readonly ALL=${ALL:-60} SPREAD=${SPREAD:-40} STARTING=${STARTING:-5} TESTS_AT_ONCE=${TESTS_AT_ONCE:-$(nproc)}
readonly JOBS=${JOBS:-1} # cells at once; with more than one, several can be in the hands of a worker that dies
readonly PATIENCE_S=60 # for a run that takes well below a second; netrepro itself gives a silent worker 30 s

need jq
netrepro=$(realpath "${1:-${NETREPRO:-build/netrepro}}") || die "no program"
shim=$(realpath "${2:-build/tests/fault/shim.so}") || die "no shim"
only=("${@:3}")
make_folder fault
cp "$netrepro" "$folder/netrepro"
netrepro=$folder/netrepro

# What fails how. An errno that says that the host is out of something: never an answer to the question of a cell.
readonly FAULTS=(
	unshare:ENOMEM setns:ENOMEM open:EMFILE openat:EMFILE stat:ENOMEM scandir:ENOMEM
	read:EIO pread:EIO write:EIO writev:EIO close:EIO
	socket:EMFILE setsockopt:ENOMEM getsockopt:ENOBUFS bind:ENOMEM listen:ENOBUFS accept:EMFILE accept4:EMFILE
	connect:ENOMEM getsockname:ENOBUFS getpeername:ENOBUFS send:ENOBUFS sendto:ENOBUFS sendmsg:ENOBUFS
	recv:ENOMEM recvfrom:ENOMEM recvmsg:ENOMEM shutdown:ENOBUFS
	poll:ENOMEM ppoll:ENOMEM epoll_create1:EMFILE epoll_ctl:ENOMEM epoll_wait:EIO
	timerfd_create:EMFILE timerfd_settime:ENOMEM ioctl:ENOMEM fcntl:EMFILE pipe2:EMFILE dup3:EMFILE mount:ENOMEM
	pthread_create:ENOMEM
	'malloc:ENOMEM|out of memory' 'calloc:ENOMEM|out of memory' 'realloc:ENOMEM|out of memory'
	'reallocarray:ENOMEM|out of memory'
	# Refused by the kernel itself; EINVAL is what sock_diag says.
	'netlink:EOPNOTSUPP|EINVAL'
	# What the kernel may answer to a step: data where the step is measured, otherwise the cell is not in its condition.
	socket:EAFNOSUPPORT setsockopt:ENOPROTOOPT getsockopt:ENOPROTOOPT bind:EACCES listen:EADDRINUSE
	accept4:ECONNABORTED connect:ENETUNREACH send:EPIPE recv:ECONNRESET shutdown:ENOTCONN
	# A signal came, or nothing has come yet: no reason to fail at all.
	epoll_wait:EINTR read:EINTR writev:EINTR recvmsg:EINTR recv:EAGAIN accept4:EAGAIN
	# The process is killed.
	unshare:KILL socket:KILL sendmsg:KILL epoll_wait:KILL writev:KILL close:KILL
)

# is_answer CODE: it is about the question of the cell, not about the host
is_answer() {
	[[ $1 =~ ^(EAFNOSUPPORT|ENOPROTOOPT|EACCES|EADDRINUSE|ECONNABORTED|ENETUNREACH|EPIPE|ECONNRESET|ENOTCONN)$ ]]
}

mounts() {
	cut -d' ' -f3- /proc/self/mountinfo | sort
}

# use_folder FOLDER: a folder for the runs to come; the processes of a run are known by it
use_folder() {
	folder=$1
	mark=NETREPRO_TEST_MARK=$folder
	mkdir -p "$folder"
}

# run FAULT: into $folder/out; gives the exit status
run() {
	rm -rf "$folder/out" "$folder/state"
	env -u NETREPRO_FAULT "$mark" LD_PRELOAD="$shim" NETREPRO_FAULT_STATE="$folder/state" ${1:+NETREPRO_FAULT="$1"} \
		timeout -k 5 "$PATIENCE_S" "$netrepro" run --quiet --seed 1 --jobs "$JOBS" -o "$folder/out" "$here/scenario.yaml" \
		>"$folder/stdout" 2>"$folder/stderr" </dev/null
}

# count FUNCTION: how often the worker of the last run called it, into $calls, and by its start alone, into $before
count() {
	local name first second
	calls=0 before=0
	while read -r name first second; do
		[[ $name != "$1" ]] || calls=$((10#$first)) before=$((10#$second))
	done <"$folder/state"
}

# examine FAULT CODE STATUS: was it as it should be? Adds to `wrong`, `n_hit`, `n_tolerated`, `n_ended`
examine() {
	local fault=$1 code=$2 status=$3 id verdict responses reason n_hit_here=0 n_cells=0 is_dead=0 worst=0 left told
	local -A seen=()
	told=$(tr '\n' ' ' <"$folder/stderr")
	if ((status == 124 || status == 137)); then
		wrong+=("$fault: hung for $PATIENCE_S s")
	elif ((status > 128)); then
		wrong+=("$fault: died by signal $((status - 128)): $told")
	elif [[ $status != [0134] ]]; then
		wrong+=("$fault: exit status $status: $told")
	fi
	left=$(all_gone) || wrong+=("$fault: processes are left: $left")
	while IFS=$'\t' read -r id _ verdict responses reason; do
		n_cells=$((n_cells + 1))
		[[ -z ${seen[$id]-} ]] || wrong+=("$fault: cell $id is there twice")
		seen[$id]=1
		[[ ${good[$id]-} != "$verdict"$'\t'"$responses" ]] || continue
		n_hit_here=$((n_hit_here + 1))
		case $verdict in
		error) worst=4 ;;
		inconc) ((worst == 4)) || worst=1 ;;
		esac
		[[ $verdict == error ]] || { is_answer "$code" && [[ $verdict == inconc || $responses == *"$code"* ]]; } ||
			wrong+=("$fault: cell $id is $verdict $responses $reason; was ${good[$id]-absent}")
		[[ $reason != "the worker "* && $reason != "a worker "* ]] || is_dead=1
		[[ "$reason $responses" =~ $code ]] || wrong+=("$fault: cell $id has no $code in its reason: $reason")
	done < <([[ ! -s $folder/out/results.jsonl ]] || cells "$folder/out/results.jsonl" ||
		printf 'unreadable\t\t\t\t\n')
	# A worker that dies can have one more: one whose result it has not sent, and the next, which it was given already.
	((n_hit_here <= (is_dead ? 1 + JOBS : 1))) || wrong+=("$fault: $n_hit_here cells were hit")
	if ((n_cells == ${#good[@]})); then
		((status == worst)) || wrong+=("$fault: the exit status is $status, not $worst: $told")
	elif ((status != 3 && status != 4)); then
		wrong+=("$fault: $n_cells of ${#good[@]} cells, the exit status $status: $told")
	elif [[ ! $told =~ $code ]]; then
		wrong+=("$fault: ended with $status, without $code in its message: $told")
	fi
	n_hit=$((n_hit + n_hit_here))
	if ((n_cells < ${#good[@]})); then
		n_ended=$((n_ended + 1))
	elif ((!n_hit_here)); then
		n_tolerated=$((n_tolerated + 1))
	fi
}

# spread FIRST LAST MOST: all numbers from FIRST to LAST, or MOST of them
spread() {
	local i n=$(($2 - $1 + 1))
	if ((n <= $3)); then
		for ((i = $1; i <= $2; i++)); do
			printf '%d\n' "$i"
		done
	else
		for ((i = 0; i < $3; i++)); do
			printf '%d\n' $(($1 + i * (n - 1) / ($3 - 1)))
		done
	fi
}

# places CALLS BEFORE: the calls that are to fail
places() {
	spread 1 "$2" "$STARTING"
	spread $(($2 + 1)) "$1" $(($1 - $2 < ALL ? ALL : SPREAD))
}

is_wanted() {
	((${#only[@]} == 0)) && return
	local function
	for function in "${only[@]}"; do
		[[ $function != "$1" ]] || return 0
	done
	return 1
}

mounts >"$folder/mounts"

# What is right, and how many calls there are.
declare -A good=() calls_of=() before_of=()
run ''
status=$?
((status == 0)) || wrong+=("exit status $status: $(tr '\n' ' ' <"$folder/stderr")")
while IFS=$'\t' read -r id _ verdict responses _; do
	good[$id]=$verdict$'\t'$responses
	[[ $verdict == pass ]] || wrong+=("cell $id is $verdict")
done < <(cells "$folder/out/results.jsonl")
((${#good[@]} == 4)) || wrong+=("${#good[@]} cells, not 4")
count chosen
((calls == 1)) || wrong+=("no process called itself netrepro-worker")
for fault in "${FAULTS[@]}"; do
	count "${fault%%:*}"
	calls_of[${fault%%:*}]=$calls before_of[${fault%%:*}]=$before
done
tap_report "nothing fails: all cells pass, with and without the library"
((n_failed == 0)) || tap_end

# test_fault FUNCTION CODE, in a process of its own: the test's line, then a line for each thing that is wrong
test_fault() {
	local function=$1 code=$2 expected=$2 call n_made=0 n_hit=0 n_tolerated=0 n_ended=0 n_unreached=0
	use_folder "$folder/$function-${code%%|*}"
	[[ $code != KILL ]] || expected=SIGKILL
	while read -r call; do
		run "$function:$call:${code%%|*}"
		status=$?
		n_made=$((n_made + 1))
		count struck
		((calls == 1)) || n_unreached=$((n_unreached + 1))
		examine "$function:$call:${code%%|*}" "$expected" "$status"
	done < <(places "${calls_of[$function]}" "${before_of[$function]}")
	if [[ $code == EINTR || $code == EAGAIN ]] && ((n_hit + n_ended)); then
		wrong+=("$code is no error: $n_hit cells were hit, $n_ended runs ended")
	fi
	printf '%s fails with %s, %d of %d calls: ' "$function" "$code" "$n_made" "${calls_of[$function]}"
	printf '%d cells were hit, %d runs took no harm, %d ended, %d never got there\n' \
		"$n_hit" "$n_tolerated" "$n_ended" "$n_unreached"
	((${#wrong[@]} == 0)) || printf '%s\n' "${wrong[@]}"
}

wanted=() uncalled=()
for fault in "${FAULTS[@]}"; do
	function=${fault%%:*} code=${fault#*:}
	is_wanted "$function" || continue
	if ((calls_of[$function] == 0)); then
		uncalled+=("$function")
		continue
	fi
	while (($(jobs -r | wc -l) >= TESTS_AT_ONCE)); do
		wait -n
	done
	test_fault "$function" "$code" >"$folder/told-${#wanted[@]}" &
	wanted+=("$function $code")
done
wait
for i in "${!wanted[@]}"; do
	mapfile -t told <"$folder/told-$i"
	wrong=("${told[@]:1}")
	tap_report "${told[0]:-${wanted[i]} could not be tested}"
done

((${#uncalled[@]} == 0)) || printf '# no cell calls %s\n' "${uncalled[*]}"
mounts | cmp -s "$folder/mounts" - || wrong+=("the mounts are others than before: $(mounts | diff "$folder/mounts" - | tr '\n' ' ')")
tap_report "no mount is left behind"

tap_end
