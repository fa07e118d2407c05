# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For the tests of the command line: runs of the program, what must come of them, golden files. They run from the top of
# the checkout.
#
# NETREPRO: the program (default build/netrepro). UPDATE_GOLDEN=1 writes the golden files anew.
# What is wrong is gathered in `wrong`, a line each, until `tap_report` makes one test of it (../tap.bash).
# shellcheck source=tests/tap.bash
. tests/tap.bash

readonly EVENT_S=30 # until something that must come has come, on the slowest machine

top=$PWD
subject=
status=0
skipped=0
goldens=()

# begin SUBJECT: go into a temporary folder of the test, with a copy of the program that every user can run and
# server-restart.yaml; its golden files are those below tests/golden/SUBJECT
begin() {
	subject=$1
	local program=${NETREPRO:-build/netrepro}
	need jq setpriv unshare
	[[ -x $program ]] || die "$program is not built"
	program=$(realpath "$program")
	make_folder "cli-$subject"
	chmod 1777 "$folder"
	cd "$folder" || die "$folder: cannot go there"
	cp "$program" netrepro
	mkdir scenarios
	cp "$top"/scenarios/{server-restart,reconnect-same-port}.yaml scenarios/
	as_root_if_root
}

# with_programs: what the scenarios start is there as well: the programs beside the program, the rest beside the scenarios
with_programs() {
	local programs
	programs=$(cd "$top" && dirname "$(realpath "${NETREPRO:-build/netrepro}")")/programs
	[[ -x $programs/article-server ]] || die "$programs/article-server is not built"
	cp -r "$programs" programs
	cp -r "$top/scenarios/programs" scenarios/
}

# gave_no_answer RESULTS SAID: whether these have a cell that gave none, as this machine was too busy for it, for instance; what the
# run said of the first one is a remark
gave_no_answer() {
	grep -qE '"verdict":"(inconc|error)"' "$1" || return 1
	printf '# once more, for %s: %s\n' "$1" "$(grep -m1 -A1 -E '^(inconc|error) ' "$2" | tr -s '\n ' ' ')"
}

# as_root_if_root, as_user: who runs the program from here on; who is it then: $who
as_root_if_root() {
	act_as "$( ((EUID == 0)) && echo root || echo user)"
}
as_user() {
	act_as user
}

# A process in a user namespace cannot be traced, which a leak sanitizer would have to do: for the environment.
readonly untraced=ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0

# powerless COMMAND…: without any privilege, and without the power to make a namespace: the limit of user namespaces is 0 in
# a user namespace of the test
powerless() {
	# shellcheck disable=SC2016 # the inner shell's
	"${as[@]}" "$mark" "$untraced" unshare --user --map-root-user bash -c 'echo 0 >/proc/sys/user/max_user_namespaces &&
		exec setpriv --bounding-set -all --inh-caps -all "$@"' powerless "$@"
}

# has_powerless: whether that can be done here
has_powerless() {
	powerless true 2>/dev/null
}

# try_powerless ARGUMENT…: as try() does
try_powerless() {
	powerless ./netrepro "$@" >out 2>err </dev/null
	status=$?
}

# act_as WHO: root or user
act_as() {
	who=$1
	become "$who"
	[[ $who == root ]] || as+=("$untraced")
}

# has_user: whether an ordinary user can run cells here; otherwise says so as a skipped test
has_user() {
	users | grep -qx user && return
	skip "$1" 'this host does not let an ordinary user make a user namespace'
	return 1
}

# skip TEXT REASON
skip() {
	skipped=$((skipped + 1))
	tap_skip "$1" "$2"
}

# try ARGUMENT…: run the program; what it prints is in the files out and err, how it ended in $status
try() {
	"${as[@]}" "$mark" ./netrepro "$@" >out 2>err </dev/null
	status=$?
}

# start ARGUMENT…: the same in the background; its process is $runner. Signals are as a shell at a terminal leaves them.
start() {
	"${as[@]}" "$mark" env --default-signal=INT,QUIT,TERM,HUP ./netrepro "$@" >out 2>err </dev/null &
	runner=$!
}

# ends: wait for what start() has started; otherwise it is killed
ends() {
	# shellcheck disable=SC2016 # $0 is the inner shell's
	timeout "$EVENT_S" bash -c 'while kill -0 "$0" 2>/dev/null && [[ $(cut -d" " -f3 "/proc/$0/stat") != Z ]]; do
		sleep 0.01; done' "$runner" 2>/dev/null || {
		wrong+=("it has not ended after $EVENT_S s")
		kill -KILL "$runner"
	}
	wait "$runner"
	status=$?
}

# begin_beside NAME ARGUMENT…: run the program while other tests run: ended() waits for it. How it ends is kept in a
# file, as the shell forgets it when another of its processes is given the same ID, which takes some 30,000 processes of
# the host.
begin_beside() {
	local name=$1
	shift
	rm -f "$name.status" # of one before that was called the same
	(
		trap 'kill "$program"' TERM
		"${as[@]}" "$mark" ./netrepro "$@" >"$name.out" 2>"$name.err" </dev/null &
		program=$!
		wait "$program"
		echo $? >"$name.status"
	) &
	beside[$name]=$!
}
declare -A beside=()

# ended NAME: wait for it; then all is as try() leaves it
ended() {
	wait "${beside[$1]}" 2>/dev/null
	unset "beside[$1]"
	status=$(cat "$1.status") || status=255
	cp "$1.out" out
	cp "$1.err" err
}

# end_beside: those that nobody has waited for
end_beside() {
	local name
	for name in "${!beside[@]}"; do
		[[ -e $name.status ]] || kill "${beside[$name]}"
	done
}

# await WHAT COMMAND…: until the command succeeds
await() {
	local what=$1 give_up=$((SECONDS + EVENT_S))
	shift
	until "$@" >/dev/null 2>&1; do
		if ((SECONDS >= give_up)); then
			wrong+=("waited $EVENT_S s for this: $what")
			return 1
		fi
		sleep 0.01
	done
}

# exits STATUS: how the last run ended
exits() {
	((status == $1)) || wrong+=("exit status $status instead of $1: $(head -c 600 err | tr '\n' '|')")
}

# says FILE TEXT: it is in there
says() {
	grep -qF -- "$2" "$1" || wrong+=("'$2' is not in $1: $(head -c 600 "$1" | tr '\n' '|')")
}

# says_not FILE TEXT
says_not() {
	! grep -qF -- "$2" "$1" || wrong+=("'$2' is in $1: $(grep -F -m1 -- "$2" "$1")")
}

# silent FILE: nothing is in there
silent() {
	[[ ! -s $1 ]] || wrong+=("$1 is not empty: $(head -c 600 "$1" | tr '\n' '|')")
}

# is WHAT FOUND WANTED
is() {
	[[ $2 == "$3" ]] || wrong+=("$1 is '$2' instead of '$3'")
}

# what moves from one run to the next, or from one host to the next
normalise() {
	sed -E \
		-e 's/Linux [^ ,]+, (as root|in a user namespace)$/Linux KERNEL, PRIVILEGE/' \
		-e 's/Linux [^ ,]+, (as root|in a user namespace); seed [0-9]+/Linux KERNEL, PRIVILEGE; seed SEED/' \
		-e 's/^Found on Linux [^ ]+ in /Found on Linux KERNEL in /' \
		-e 's/Linux [^ ,]+ on [^ ,]+, as uid [0-9]+/Linux KERNEL on MACHINE, as uid UID/' \
		-e 's/[0-9]+ descriptors a process/N descriptors a process/' \
		-e 's/; [0-9.]+(us|ms|s)?, [0-9]+ a second/; TIME, RATE a second/' \
		-e 's/(: [^;]*); [0-9.]+(us|ms|s); seed [0-9]+/\1; TIME; seed SEED/' \
		-e 's/; seed [0-9]+/; seed SEED/' \
		-e 's/took [0-9.]+(us|ms|s)? to [0-9.]+(us|ms|s)?/took TIME to TIME/' \
		-e 's/\(([0-9.]+m?s)( to [0-9.]+m?s)? left\)/(TIME left)/; s/with [0-9.]+m?s left/with TIME left/g' \
		-e 's/27[0-9.]*s( to 27[0-9.]*s)? a round/TIME a round/g' \
		-e 's/((\bis|→|\):) [A-Za-z+-]+) after [0-9.]+(us|ms|s)/\1 after TIME/g' \
		-e 's/"kernel":"[^"]*","privilege":"[^"]*","seed":"[0-9]+"/"kernel":"KERNEL","privilege":"PRIVILEGE","seed":"SEED"/' \
		-e 's/"(elapsed_us|least|most)":[0-9]+/"\1":0/g' \
		-e "s|$folder|FOLDER|g"
}

# golden NAME FILE: the file is tests/golden/SUBJECT/NAME but for what moves
golden() {
	local expected=$top/tests/golden/$subject/$1 difference
	goldens+=("$1")
	normalise <"$2" >normal
	if [[ ${UPDATE_GOLDEN:-} == 1 ]]; then
		mkdir -p "$top/tests/golden/$subject"
		cp normal "$expected"
	fi
	difference=$(diff -u --label "tests/golden/$subject/$1" "$expected" --label found normal 2>&1) && return
	mapfile -t -O "${#wrong[@]}" wrong <<<"$difference"
}

# transcript NAME ARGUMENT…: one test: what a run prints and how it ends is as in the golden file NAME
transcript() {
	local name=$1
	shift
	try "$@"
	{
		printf '$ netrepro%s\n' "$(printf ' %s' "${@@Q}" | sed "s/ '\([A-Za-z0-9_.,=:\/-]*\)'/ \1/g")"
		cat out
		if [[ -s err ]]; then
			printf '# on the standard error\n'
			cat err
		fi
		printf '# exit status %d\n' "$status"
	} | sed 's|\./netrepro|netrepro|g' >transcript
	golden "$name" transcript
	tap_report "netrepro${*:+ $*}"
}

# n_cells FILE: how many whole lines of cells there are
n_cells() {
	grep -c '^{"type":"cell".*}$' "$1" 2>/dev/null
}

# has_cells N FILE
has_cells() {
	(($(n_cells "$2") >= $1))
}

# complete FILE N: a finished results file with each of N runs once
complete() {
	is "the number of runs in $1" "$(cells "$1" | cut -f1,2 | sort -u | wc -l)" "$2"
	is "runs that stand twice in $1" "$(repeated "$1")" ''
	is "the type of the last line of $1" "$(tail -n1 "$1" | jq -r .type)" end
	lines_are_whole "$1" || wrong+=("$1 has a broken line")
}

# value RESPONSE: of the one cell in DIR/results.jsonl, or of the cell whose factor `case` has that level
value() {
	jq -r --arg response "$1" --arg case "${3:-}" 'select(.type == "cell" and ($case == "" or .levels.case == $case)) |
		.responses[$response] // "(none)"' "$2/results.jsonl"
}

# finish: golden files that no test looks at, the plan; exits
finish() {
	local file
	if ((skipped == 0)); then
		for file in "$top/tests/golden/$subject"/*; do
			[[ -e $file && " ${goldens[*]} " != *" ${file##*/} "* ]] &&
				wrong+=("no test looks at ${file#"$top/"}")
		done
		((${#wrong[@]} == 0)) || tap_report 'no golden file is left over'
	fi
	tap_end
}

# on_terminal COMMAND: like try, of a command line of the shell, whose standard output and error are a terminal
on_terminal() {
	"${as[@]}" "$mark" TERM=xterm script -qec "$1" /dev/null >out 2>err </dev/null
	status=$?
}
