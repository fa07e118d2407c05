#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What bad scenarios get: the exact message of `netrepro check`, and exit status 2. Run from the top of the checkout.
#
# NETREPRO: the program (default build/netrepro). UPDATE_GOLDEN=1 writes the expected messages anew.
set -u

netrepro=${NETREPRO:-build/netrepro}
golden=tests/golden/bad-input
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
n=0
failed=0

if ! command -v "$netrepro" >/dev/null; then
	echo "1..0 # SKIP $netrepro is not built"
	exit 1
fi

report() { # ok|not ok, name, lines of explanation
	n=$((n + 1))
	echo "$1 $n - $2"
	if [ "$1" != ok ]; then
		failed=1
		printf '%s\n' "$3" | sed 's/^/# /'
	fi
}

# Holds the message that the program gives for a path against the golden one. The scratch folder is written as SCRATCH.
try() { # name, path
	local expected=$golden/$1.expected got status
	got=$("$netrepro" check "$2" 2>&1 >/dev/null </dev/null)
	status=$?
	got=${got//"$scratch"/SCRATCH}
	if [ "${UPDATE_GOLDEN:-}" = 1 ]; then
		printf '%s\n' "$got" >"$expected"
	fi
	if [ $status -ne 2 ]; then
		report 'not ok' "$1" "exit status $status instead of 2: $got"
	elif ! difference=$(diff -u "$expected" - <<<"$got" 2>&1); then
		report 'not ok' "$1" "$difference"
	else
		report ok "$1"
	fi
}

for file in "$golden"/*.yaml; do
	name=${file##*/}
	try "${name%.yaml}" "$file"
done

# What no file of a checkout can be.
try missing-file "$scratch/none.yaml"
try a-folder "$scratch"
{
	cat scenarios/server-restart.yaml
	head -c 262144 /dev/zero | tr '\0' '#'
} >"$scratch/large.yaml"
try large-file "$scratch/large.yaml"
if [ "$(id -u)" -ne 0 ]; then
	echo 'name: x' >"$scratch/unreadable.yaml"
	chmod 000 "$scratch/unreadable.yaml"
	try unreadable-file "$scratch/unreadable.yaml"
elif command -v setpriv >/dev/null; then
	# root reads everything: another user tries
	echo 'name: x' >"$scratch/unreadable.yaml"
	chmod 600 "$scratch/unreadable.yaml"
	chmod 711 "$scratch"
	cp "$netrepro" "$scratch/netrepro"
	root_netrepro=$netrepro
	cat >"$scratch/as-nobody" <<END
#!/bin/sh
exec setpriv --reuid 65534 --regid 65534 --clear-groups "$scratch/netrepro" "\$@"
END
	chmod 755 "$scratch/as-nobody" "$scratch/netrepro"
	netrepro=$scratch/as-nobody
	try unreadable-file "$scratch/unreadable.yaml"
	netrepro=$root_netrepro
fi

# A golden message whose scenario has gone is not seen by anybody.
for file in "$golden"/*.expected; do
	name=${file##*/}
	name=${name%.expected}
	case $name in
	missing-file | a-folder | large-file | unreadable-file) ;;
	*) [ -e "$golden/$name.yaml" ] || report 'not ok' "$name" "no $golden/$name.yaml" ;;
	esac
done

echo "1..$n"
exit $failed
