#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Prints what of the host a run could have changed, a line a fact, sorted; the first word says what kind it is.
#
# usage: host-snapshot.sh [MARK]
#
# With MARK (NAME=VALUE), of the processes those that have it in their environment, and their network namespaces: others
# may come and go meanwhile. A namespace that no process holds is held by a mount, and seen there.
set -u
export LC_ALL=C

# Facts that change by themselves.
still() {
	sed -E \
		-e 's/ (valid|preferred)_lft [0-9]+sec//g' `# leases of addresses run down` \
		-e 's/ expires -?[0-9]+sec//' `# of routes as well` \
		-e '/^sysctl .*\/nf_conntrack_count:/d' `# counts the host's own connections` \
		-e 's/ +$//'
}

# is_meant PROCESS [MARK]
is_meant() {
	[[ $# -eq 1 ]] || grep -q -s -z -x -F "$2" "$1/environ"
}

tell() {
	sed "s/^/$1 /"
}

{
	ip -d -o link | tell link
	ip -o address | tell address
	ip -4 rule | tell rule4
	ip -6 rule 2>/dev/null | tell rule6
	ip -4 route show table all | tell route4
	ip -6 route show table all 2>/dev/null | tell route6
	grep -r -s '' /proc/sys/net | tell sysctl
	cut -d' ' -f3- /proc/self/mountinfo | tell mount
	for process in /proc/[0-9]*; do
		is_meant "$process" "$@" || continue
		read -r name <"$process/comm" && printf 'process %s %s\n' "${process#/proc/}" "$name"
		namespace=$(readlink "$process/ns/net") && printf 'namespace %s\n' "$namespace"
	done 2>/dev/null
	printf 'namespace %s\n' "$(readlink /proc/self/ns/net)"
} | still | sort -u
