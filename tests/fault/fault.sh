#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Each call of a cell's life fails once, one at a time: a clear error for the cell that it hit, and nothing else.
#
# usage: fault.sh [NETREPRO [SHIM [FUNCTION…]]]
#
# TAP on standard output: one test a pass, function and errno. A run that only counts says how often the first worker calls
# the function; then the run is made again for each call of a cell (for a spread of SPREAD where there are more than ALL),
# and for a few of the worker's start (STARTING), with that one failing. See shim.c. As many tests run at once as there are
# processors (TESTS_AT_ONCE).
#
# The passes (PASSES="cells evidence both runner files"):
#	cells     no evidence is collected
#	evidence  of cells that ask for no packets: a call may also fail in the midst of collecting. Then the cell is as it
#	          is, and its evidence is whole or says with that errno what is missing
#	both      evidence, of cells that ask for packets: an answer that packets are missing from is wrong
#	runner    the call is one of the process that was started, once it has begun the files: it writes results and evidence,
#	          and at the end those anew that are notable
#	files     the same of all evidence, with the packets of each cell in a file of its own
set -u -o pipefail
here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/tap.bash
. "$here/../tap.bash"

readonly TESTS_AT_ONCE=${TESTS_AT_ONCE:-$(nproc)}
read -r -a passes <<<"${PASSES:-cells evidence both runner files}"
readonly passes
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
# Each list is of the pass whose name it has.
# shellcheck disable=SC2034 # used by its name
readonly CELLS_FAULTS=(
	unshare:ENOMEM setns:ENOMEM open:EMFILE openat:EMFILE stat:ENOMEM scandir:ENOMEM
	read:EIO pread:EIO write:EIO writev:EIO close:EIO
	socket:EMFILE setsockopt:ENOMEM getsockopt:ENOBUFS bind:ENOMEM listen:ENOBUFS accept:EMFILE accept4:EMFILE
	connect:ENOMEM getsockname:ENOBUFS getpeername:ENOBUFS send:ENOBUFS sendto:ENOBUFS sendmsg:ENOBUFS
	recv:ENOMEM recvfrom:ENOMEM recvmsg:ENOMEM recvmmsg:ENOMEM shutdown:ENOBUFS
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
	epoll_wait:EINTR read:EINTR writev:EINTR recvmsg:EINTR recvmmsg:EINTR recv:EAGAIN accept4:EAGAIN
	# The process is killed.
	unshare:KILL socket:KILL sendmsg:KILL epoll_wait:KILL writev:KILL close:KILL
)
# What collecting evidence calls, and what hands it on.
# shellcheck disable=SC2034
readonly EVIDENCE_FAULTS=(
	unshare:ENOMEM setns:ENOMEM open:EMFILE read:EIO writev:EIO close:EIO
	socket:EMFILE setsockopt:ENOMEM getsockopt:ENOBUFS bind:ENOMEM connect:ENOMEM
	getsockname:ENOBUFS getpeername:ENOBUFS send:ENOBUFS sendmsg:ENOBUFS recvmsg:ENOMEM recvmmsg:ENOMEM
	pthread_create:ENOMEM 'malloc:ENOMEM|out of memory' 'calloc:ENOMEM|out of memory'
	'realloc:ENOMEM|out of memory' 'reallocarray:ENOMEM|out of memory' 'netlink:EOPNOTSUPP|EINVAL'
	socket:EPERM socket:EAFNOSUPPORT
	recvmmsg:EINTR writev:SHORT recvmmsg:KILL writev:KILL
)
# shellcheck disable=SC2034
readonly BOTH_FAULTS=(
	recvmmsg:ENOMEM getsockopt:ENOBUFS sendmsg:ENOBUFS 'malloc:ENOMEM|out of memory' 'realloc:ENOMEM|out of memory'
)
# shellcheck disable=SC2034
readonly RUNNER_FAULTS=(
	open:EMFILE read:EIO write:ENOSPC pread:EIO close:EIO rename:ENOSPC mkdir:ENOSPC 'realloc:ENOMEM|out of memory'
	read:EINTR pread:EINTR read:SHORT write:SHORT pread:SHORT
)
# shellcheck disable=SC2034
readonly FILES_FAULTS=(
	open:EMFILE write:ENOSPC close:EIO mkdir:ENOSPC write:SHORT 'malloc:ENOMEM|out of memory'
)

# use_pass PASS: for the runs to come
use_pass() {
	pass=$1
	local -n faults_of_pass=${1^^}_FAULTS
	FAULTS=("${faults_of_pass[@]}")
	scenario=$here/scenario.yaml evidence=all n_wanted=4 all=${ALL:-20} spread=${SPREAD:-10} starting=${STARTING:-5}
	where=
	case $1 in
	cells) evidence=none ;;
	evidence) scenario=$here/evidence.yaml n_wanted=2 starting=${STARTING:-10} ;;
	runner) evidence=notable where=runner starting=0 ;;
	files) where=runner starting=0 ;;
	esac
}

# is_answer CODE: it is about the question of the cell, not about the host
is_answer() {
	[[ $1 =~ ^(EAFNOSUPPORT|ENOPROTOOPT|EACCES|EADDRINUSE|ECONNABORTED|ENETUNREACH|EPIPE|ECONNRESET|ENOTCONN|EPERM)$ ]]
}

# is_harmless CODE: no reason to fail at all
is_harmless() {
	[[ $1 =~ ^(EINTR|EAGAIN|SHORT)$ ]]
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
		NETREPRO_FAULT_IN="$where" timeout -k 5 "$PATIENCE_S" \
		"$netrepro" run --quiet --seed 1 --jobs "$JOBS" --evidence "$evidence" -o "$folder/out" "$scenario" \
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

# whole_evidence: a line a cell, of the evidence in $folder/out: id, verdict, gap, and what is there of it whenever it is
# whole, and at any time the same: when there is a listener, and a connection, and when no more; connections counted;
# segments that open and close. (What an acknowledgement travels with is a matter of moments.)
whole_evidence() {
	[[ -s $folder/out/evidence.jsonl ]] || return 0
	jq -r 'def comes_and_goes($in; $state): reduce (.looks[] | select(.in == $in) | any(.sockets[]; .state == $state)) as
			$is ([]; if .[-1] == $is then . else . + [$is] end);
		[.id, .verdict, .gap // "", ([.dropped[], .left_out], comes_and_goes("server"; "LISTEN", "ESTABLISHED"),
			comes_and_goes("client"; "ESTABLISHED"), [.looks[] | select(.in == "client")][-1].sockets,
			[.counters.client.TcpActiveOpens, .counters.server.TcpPassiveOpens] | tojson)] | join("\t")' \
		"$folder/out/evidence.jsonl" 2>/dev/null || printf 'unreadable\t\t\t\n'
}

# segments ID: those of a cell that open and close
segments() {
	"$netrepro" show --format json "$folder/out" "$1" 2>/dev/null | jq -c '[.evidence.packets[]? |
		select(.tcp and .seen_leaving and .received_us).tcp.flags - ["PSH"] | select(index("SYN", "FIN")) | join("+")] |
		sort'
}

# examine_evidence FAULT CODE: of each cell in the results one line, of the same verdict; whole, or with the errno in its gap
examine_evidence() {
	local fault=$1 code=$2 id verdict gap found
	local -A told=()
	while IFS=$'\x1f' read -r id verdict gap found; do
		[[ -z ${told[$id]-} ]] || wrong+=("$fault: the evidence of cell $id is there twice")
		told[$id]=1
		[[ ${verdict_of[$id]-} == "$verdict" ]] ||
			wrong+=("$fault: the evidence of cell $id says $verdict, its result ${verdict_of[$id]-nothing}")
		if [[ -n $gap ]]; then
			n_gaps=$((n_gaps + 1))
			[[ $gap =~ $code ]] || wrong+=("$fault: cell $id has no $code in its gap: $gap")
		elif [[ $verdict == pass ]]; then
			found+=" $(segments "$id")"
			[[ $found == "${good_evidence[$id]-$found}" ]] ||
				wrong+=("$fault: the evidence of cell $id lacks something, and says nothing of it: $found; was ${good_evidence[$id]}")
			good_evidence[$id]=${good_evidence[$id]-$found}
		fi
	done < <(whole_evidence | tr '\t' '\037')
	[[ $pass != files || $status != 0 ]] || for id in "${!told[@]}"; do
		"$netrepro" show --pcapng - "$folder/out" "$id" 2>&1 | cmp -s - "$folder/out/packets/$id.pcapng" ||
			wrong+=("$fault: the packets of cell $id are not in their file")
	done
	# Which of two pairs alike is the notable one depends on which of their cells ended first.
	if [[ $evidence == notable ]]; then
		((${#told[@]})) || [[ $told_by_program =~ $code ]] || wrong+=("$fault: no evidence at all")
		return
	fi
	for id in "${!verdict_of[@]}"; do
		[[ ${verdict_of[$id]} == error || -n ${told[$id]-} || $told_by_program =~ $code ]] ||
			wrong+=("$fault: cell $id has no evidence")
	done
}

# examine FAULT CODE STATUS: was it as it should be? Adds to `wrong`, `n_hit`, `n_tolerated`, `n_ended`, `n_gaps`
examine() {
	local fault=$1 code=$2 status=$3 id verdict responses reason n_hit_here=0 n_cells=0 is_dead=0 worst=0 left
	local told_by_program
	local -A seen=() verdict_of=()
	told_by_program=$(tr '\n' ' ' <"$folder/stderr")
	if ((status == 124 || status == 137)); then
		wrong+=("$fault: hung for $PATIENCE_S s")
	elif ((status > 128)); then
		wrong+=("$fault: died by signal $((status - 128)): $told_by_program")
	elif [[ $status != [0134] && ! ($where == runner && $status == 2) ]]; then
		wrong+=("$fault: exit status $status: $told_by_program")
	fi
	left=$(all_gone) || wrong+=("$fault: processes are left: $left")
	while IFS=$'\t' read -r id _ verdict responses reason; do
		n_cells=$((n_cells + 1))
		[[ -z ${seen[$id]-} ]] || wrong+=("$fault: cell $id is there twice")
		seen[$id]=1 verdict_of[$id]=$verdict
		[[ ${good[$id]-} != "$verdict"$'\t'"$responses" ]] || continue
		n_hit_here=$((n_hit_here + 1))
		case $verdict in
		error) worst=4 ;;
		inconc) ((worst == 4)) || worst=1 ;;
		esac
		[[ $verdict == error ]] || { is_answer "$code" && [[ $verdict =~ ^(inconc|skip)$ || $responses == *"$code"* ]]; } ||
			wrong+=("$fault: cell $id is $verdict $responses $reason; was ${good[$id]-absent}")
		[[ $reason != "the worker "* && $reason != "a worker "* ]] || is_dead=1
		[[ "$reason $responses" =~ $code ]] || wrong+=("$fault: cell $id has no $code in its reason: $reason")
	done < <([[ ! -s $folder/out/results.jsonl ]] || cells "$folder/out/results.jsonl" ||
		printf 'unreadable\t\t\t\t\n')
	# A worker that dies can have one more: one whose result it has not sent, and the next, which it was given already.
	((n_hit_here <= (is_dead ? 1 + JOBS : 1))) || wrong+=("$fault: $n_hit_here cells were hit")
	if ((n_cells == ${#good[@]})); then
		((status == worst)) || { [[ $where == runner && $status == [234] && $told_by_program =~ $code ]]; } ||
			wrong+=("$fault: the exit status is $status, not $worst: $told_by_program")
	elif [[ $status != [34] && ! ($where == runner && $status == 2) ]]; then
		wrong+=("$fault: $n_cells of ${#good[@]} cells, the exit status $status: $told_by_program")
	elif [[ ! $told_by_program =~ $code ]]; then
		wrong+=("$fault: ended with $status, without $code in its message: $told_by_program")
	fi
	[[ $evidence == none ]] || examine_evidence "$fault" "$code"
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
	spread 1 "$2" "$starting"
	spread $(($2 + 1)) "$1" $(($1 - $2 < all ? all : spread))
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

# learn: what is right, and how many calls there are
learn() {
	local id verdict responses fault
	good=() good_evidence=() calls_of=() before_of=()
	run ''
	status=$?
	((status == 0)) || wrong+=("exit status $status: $(tr '\n' ' ' <"$folder/stderr")")
	local -A verdict_of=()
	while IFS=$'\t' read -r id _ verdict responses _; do
		good[$id]=$verdict$'\t'$responses verdict_of[$id]=$verdict
		[[ $verdict == pass ]] || wrong+=("cell $id is $verdict")
	done < <(cells "$folder/out/results.jsonl")
	((${#good[@]} == n_wanted)) || wrong+=("${#good[@]} cells, not $n_wanted")
	if [[ $evidence != none ]]; then
		local n_gaps=0 n_least=1 told_by_program=
		[[ $evidence != all ]] || n_least=$n_wanted
		examine_evidence 'nothing fails' 'no errno'
		((${#good_evidence[@]} >= n_least)) || wrong+=("${#good_evidence[@]} lines of whole evidence of $n_wanted cells")
	fi
	count chosen
	((calls == 1)) || wrong+=("no process called itself netrepro-worker, or netrepro")
	for fault in "${FAULTS[@]}"; do
		count "${fault%%:*}"
		calls_of[${fault%%:*}]=$calls before_of[${fault%%:*}]=$before
	done
	tap_report "$pass: nothing fails: all cells pass, with and without the library"
	((n_failed == 0)) || tap_end
}

# was_assassinated: whether TIME-WAIT had gone from a cell before it was looked at, which makes the cell inconc, as it should.
# Seen once in some hundred thousand cells, beside the one that was hit. A machine that stands still for 200 ms has a FIN sent
# twice; the answer to the second one meets no socket, and the RST for that ends TIME-WAIT (RFC 1337).
was_assassinated() {
	cells "$folder/out/results.jsonl" 2>/dev/null | grep -q 'inconc.*left_behind is none, and the check wants TIME-WAIT'
}

# test_fault FUNCTION CODE, in a process of its own: the test's line, then a line for each thing that is wrong
test_fault() {
	local function=$1 code=$2 expected=$2 call n_made=0 n_hit=0 n_tolerated=0 n_ended=0 n_unreached=0 n_gaps=0
	use_folder "$folder/$pass-$function-${code%%|*}"
	[[ $code != KILL ]] || expected=SIGKILL
	local n_wrong numbers
	while read -r call; do
		run "$function:$call:${code%%|*}"
		status=$?
		n_made=$((n_made + 1))
		count struck
		((calls == 1)) || n_unreached=$((n_unreached + 1))
		n_wrong=${#wrong[@]} numbers=("$n_hit" "$n_tolerated" "$n_ended" "$n_gaps")
		examine "$function:$call:${code%%|*}" "$expected" "$status"
		if ((${#wrong[@]} > n_wrong)) && was_assassinated; then
			# Once more, which counts.
			wrong=("${wrong[@]:0:n_wrong}")
			n_hit=${numbers[0]} n_tolerated=${numbers[1]} n_ended=${numbers[2]} n_gaps=${numbers[3]}
			run "$function:$call:${code%%|*}"
			examine "$function:$call:${code%%|*}" "$expected" "$?"
		fi
	done < <(places "${calls_of[$function]}" "${before_of[$function]}")
	if is_harmless "$code" && ((n_hit + n_ended + n_gaps)); then
		wrong+=("$code is no error: $n_hit cells were hit, $n_ended runs ended, $n_gaps gaps")
	fi
	printf '%s: %s fails with %s, %d of %d calls: ' "$pass" "$function" "$code" "$n_made" "${calls_of[$function]}"
	printf '%d cells were hit, %d runs took no harm, %d ended, %d never got there' \
		"$n_hit" "$n_tolerated" "$n_ended" "$n_unreached"
	[[ $evidence == none ]] || printf ', %d gaps were told' "$n_gaps"
	printf '\n'
	((${#wrong[@]} == 0)) || printf '%s\n' "${wrong[@]}"
}

# test_pass PASS
test_pass() {
	local fault function code i wanted=() uncalled=() told
	use_pass "$1"
	learn
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
		tap_report "${told[0]:-$pass: ${wanted[i]} could not be tested}"
	done
	((${#uncalled[@]} == 0)) || printf '# %s: never called: %s\n' "$pass" "${uncalled[*]}"
}

declare -A good=() good_evidence=() calls_of=() before_of=()
for pass in "${passes[@]}"; do
	test_pass "$pass"
done

# Of two scenarios that are run together the one that asks for packets goes where none can be seen; the other is run. The
# last option that is set before the worker greets is that of a socket that wants their times.
# run_both FAULT
run_both() {
	rm -rf "$folder/out" "$folder/state"
	env -u NETREPRO_FAULT "$mark" LD_PRELOAD="$shim" NETREPRO_FAULT_STATE="$folder/state" ${1:+NETREPRO_FAULT="$1"} \
		timeout -k 5 "$PATIENCE_S" "$netrepro" run --quiet --jobs 1 --evidence notable -o "$folder/out" \
		"$here/evidence.yaml" "$here/scenario.yaml" >"$folder/stdout" 2>"$folder/stderr" </dev/null
}
run_both '' || wrong+=("without a fault: exit status $?: $(cat "$folder/stderr")")
[[ -e $folder/out/fault/results.jsonl ]] || wrong+=("without a fault: no results of the second: $(ls "$folder/out")")
count setsockopt
run_both "setsockopt:$before:ENOPROTOOPT"
status=$?
((status == 4)) || wrong+=("exit status $status instead of 4: $(cat "$folder/stderr")")
[[ $(cat "$folder/stderr") == 'netrepro: a socket that wants the times of packets: '*ENOPROTOOPT* ]] ||
	wrong+=("it says: $(cat "$folder/stderr")")
[[ $(jq -r 'select(.type == "cell") | .verdict' "$folder/out/fault-evidence/results.jsonl" | tr '\n' ' ') == 'pass pass ' ]] ||
	wrong+=("not all cells that ask for no packets have passed: $(cat "$folder/out/fault-evidence/results.jsonl")")
[[ ! -e $folder/out/fault ]] || wrong+=("the scenario that asks for packets was begun")
tap_report "where no packets can be seen, a scenario that asks for them takes no other with it"

mounts | cmp -s "$folder/mounts" - || wrong+=("the mounts are others than before: $(mounts | diff "$folder/mounts" - | tr '\n' ' ')")
tap_report "no mount is left behind"

tap_end
