# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For tests that are shell scripts: TAP, and what has to be known about the processes and results of a run.

export LC_ALL=C

readonly GONE_S=10 # until the last process has ended

n_tests=0 n_failed=0
wrong=() # what is wrong with the present test, a line each

die() {
	printf 'Bail out! %s\n' "$*"
	exit 1
}

# tap_report TEXT: one test; it is good if `wrong` is empty, which it is afterwards
tap_report() {
	n_tests=$((n_tests + 1))
	if ((${#wrong[@]} == 0)); then
		printf 'ok %d - %s\n' "$n_tests" "$1"
		return
	fi
	n_failed=$((n_failed + 1))
	printf 'not ok %d - %s\n' "$n_tests" "$1"
	printf '# %s\n' "${wrong[@]:0:20}"
	((${#wrong[@]} <= 20)) || printf '# … and %d more\n' $((${#wrong[@]} - 20))
	wrong=()
}

# tap_skip TEXT REASON
tap_skip() {
	n_tests=$((n_tests + 1))
	printf 'ok %d - %s # SKIP %s\n' "$n_tests" "$1" "$2"
}

# tap_end: the plan; exits
tap_end() {
	printf '1..%d\n' "$n_tests"
	((n_failed == 0))
	exit
}

# need COMMAND…: all are there
need() {
	local command
	for command; do
		command -v "$command" >/dev/null || die "$command is not installed"
	done
}

# make_folder NAME: a temporary folder that all users can read, into $folder, and $mark, which processes of this test have
# in their environment
make_folder() {
	folder=$(mktemp -d "${TMPDIR:-/tmp}/netrepro-$1.XXXXXX") || die "no temporary folder"
	chmod 755 "$folder"
	mark=NETREPRO_TEST_MARK=$folder
	trap 'rm -rf "$folder"' EXIT
}

# ours: the processes of this test that are there, by the mark in their environment. One that is dying has none any more.
ours() {
	grep -l -s -z -x -F "$mark" /proc/[0-9]*/environ | tr -c '0-9\n' ' ' | tr '\n' ' '
}

# all_gone: wait until none is there; otherwise says which are and returns 1
all_gone() {
	local give_up=$((SECONDS + GONE_S)) left
	while left=$(ours) && [[ -n $left ]]; do
		if ((SECONDS >= give_up)); then
			# shellcheck disable=SC2086 # several words
			printf '%s(%s)' "$left" "$(ps -o comm= -p ${left// /,} 2>/dev/null | tr '\n' ' ')"
			return 1
		fi
		sleep 0.01
	done
}

# ours_named COMM: those of them with this name
ours_named() {
	local pid
	for pid in $(ours); do
		[[ $(cat "/proc/$pid/comm" 2>/dev/null) != "$1" ]] || printf '%s\n' "$pid"
	done
}

# cells FILE: the results of cells, a line each: id, replicate, verdict, responses, reason; fails where a line is broken
cells() {
	jq -r 'select(.type == "cell") |
		[.id, .replicate, .verdict, (.responses // {} | tojson), .reason // ""] | join("\t")' "$1"
}

# outcomes FILE: the same without replicate and reason, each once, sorted: what must be the same in all runs
outcomes() {
	cells "$1" | cut -f1,3,4 | sort -u
}

# lines_are_whole FILE: each line is JSON, and the last one ends
lines_are_whole() {
	[[ ! -s $1 ]] || { [[ -z $(tail -c 1 "$1") ]] && jq -c . "$1" >/dev/null 2>&1; }
}

# repeated FILE: runs of cells that are in the file more than once
repeated() {
	cells "$1" | cut -f1,2 | sort | uniq -d | tr '\t\n' '. '
}

# become WHO: what to put in front of a command to run it as root or as an ordinary user, into $as; the process stays one
become() {
	as=(env)
	[[ $1 == root ]] || ((EUID != 0)) || as=(setpriv --reuid 65534 --regid 65534 --clear-groups -- env)
	# The leak sanitizer cannot look into a process that is in a user namespace, and fails there.
	[[ $1 == root ]] || as+=("ASAN_OPTIONS=${ASAN_OPTIONS:-}${ASAN_OPTIONS:+:}detect_leaks=0")
}

# users: as whom a run can be made here
users() {
	((EUID != 0)) || echo root
	become user
	"${as[@]}" unshare --user --map-root-user --net true 2>/dev/null && echo user
}
