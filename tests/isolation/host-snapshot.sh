#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Prints what of the host a run could have changed, a line a fact, sorted; the first word says what kind it is.
#
# usage: host-snapshot.sh [MARK]: of the processes, those with MARK (NAME=VALUE) in their environment; or all of this name
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
	readlink /proc/[0-9]*/ns/net 2>/dev/null | sort -u | tell namespace
	cut -d' ' -f3- /proc/self/mountinfo | tell mount
	for comm in /proc/[0-9]*/comm; do
		read -r name <"$comm" || continue
		[[ $name == netrepro* ]] || continue
		[[ -z ${1-} ]] || grep -q -s -z -x -F "$1" "${comm%comm}environ" || continue
		printf 'process %s %s\n' "${comm//[^0-9]/}" "$name"
	done 2>/dev/null
} | still | sort
