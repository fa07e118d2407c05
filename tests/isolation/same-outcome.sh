#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The outcome of a whole matrix is the same whatever the seed, whoever runs it, however many cells work at once, and whether
# evidence is collected or not.
#
# usage: same-outcome.sh [NETREPRO [SCENARIO]]
set -u -o pipefail
here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/tap.bash
. "$here/../tap.bash"

readonly SEEDS=(1 20240229 18446744073709551615) JOBS=(1 8) EVIDENCE=([1]=all [8]=none)

need jq setpriv
netrepro=$(realpath "${1:-${NETREPRO:-build/netrepro}}") || die "no program"
scenario=$(realpath "${2:-$here/../../scenarios/server-restart.yaml}")
make_folder same-outcome
cp "$netrepro" "$folder/netrepro"
cp "$scenario" "$folder/scenario.yaml"
chmod 644 "$folder/scenario.yaml"

# once WHO JOBS SEED
once() {
	local out=$folder/$1-$2-$3 status
	mkdir "$out"
	[[ $1 == root ]] || ((EUID != 0)) || chown 65534 "$out"
	become "$1"
	"${as[@]}" "$folder/netrepro" run --quiet --evidence "${EVIDENCE[$2]}" --jobs "$2" --seed "$3" -o "$out" "$folder/scenario.yaml" \
		>"$folder/stdout" 2>&1 </dev/null
	status=$?
	((status == 0)) || wrong+=("exit status $status: $(head -c 1000 "$folder/stdout" | tr '\n' ' ')")
	outcomes "$out/results.jsonl" >"$folder/outcomes" || wrong+=("the results cannot be read")
	if [[ ! -e $folder/first ]]; then
		cp "$folder/outcomes" "$folder/first"
		n_cells=$(wc -l <"$folder/first")
		((n_cells > 0)) || wrong+=("no cells")
	fi
	cmp -s "$folder/first" "$folder/outcomes" ||
		wrong+=("other outcomes than the first run: $(diff "$folder/first" "$folder/outcomes" | head -10 | tr '\n' ' ')")
	tap_report "as $1, --jobs $2, --seed $3, --evidence ${EVIDENCE[$2]}: $(wc -l <"$folder/outcomes") cells, the outcome of each as ever"
}

who_can=$(users)
for who in root user; do
	if [[ $who_can != *$who* ]]; then
		tap_skip "as $who" "this user cannot, or this host does not let ordinary users"
		continue
	fi
	for jobs in "${JOBS[@]}"; do
		for seed in "${SEEDS[@]}"; do
			once "$who" "$jobs" "$seed"
		done
	done
done
tap_end
