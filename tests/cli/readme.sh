#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What README.md, scenarios/README.md and the man page say is so: their scenarios run, their commands print what is shown,
# their lists are complete.
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin readme

# blocks LANGUAGE FILE: each code block of the file into a file of its own: block-LINE
blocks() {
	rm -f block-*
	awk -v fence="\`\`\`" -v language="$1" '
		$0 == fence language && !inside { inside = 1; name = "block-" NR; next }
		index($0, fence) == 1 { inside = 0; name = "" }
		name != "" { print >name }
	' "$2"
}

n_scenarios=0
for file in README.md scenarios/README.md; do
	blocks yaml "$top/$file"
	for block in $(printf '%s\n' block-* | sort -t- -k2n); do
		[[ -e $block ]] || continue
		n_scenarios=$((n_scenarios + 1))
		mv "$block" "$block.yaml"
		try check --quiet "$block.yaml"
		exits 0
		tap_report "$file, line ${block#block-}: a good scenario"
		try run --quiet --allow-exec "$block.yaml"
		exits 0
		silent out
		silent err
		tap_report "$file, line ${block#block-}: its run is as expected"
	done
done
((n_scenarios >= 3)) || wrong+=("only $n_scenarios are there")
tap_report 'there are scenarios'

# What stands in scenarios/README.md as text is a part of what the scenario in front of it prints.
n_texts=0
blocks text "$top/scenarios/README.md"
for block in block-*; do
	[[ -e $block ]] || continue
	mv "$block" "text-${block#block-}"
done
blocks yaml "$top/scenarios/README.md"
for text in text-*; do
	[[ -e $text ]] || continue
	n_texts=$((n_texts + 1))
	of=0
	for block in block-*; do
		((${block#block-} > of && ${block#block-} < ${text#text-})) && of=${block#block-}
	done
	cp "block-$of" "of-$of.yaml"
	try run "of-$of.yaml"
	[[ $(cat out) == *"$(cat "$text")"* ]] ||
		mapfile -t -O "${#wrong[@]}" wrong < <(diff -u --label scenarios/README.md "$text" --label 'what is printed' out)
	tap_report "scenarios/README.md, line ${text#text-}: what the run of line $of prints"
done
((n_texts >= 1)) || wrong+=('there are none')
tap_report 'there are texts'

"${as[@]}" "$mark" ./netrepro list --format json "$top/scenarios" |
	jq -r '.[] | "[\(.name)](\(.name).yaml) | \(.question)"' | sort >wanted
sed -n 's/^| \(\[.*\.yaml).*\) |$/\1/p' "$top/scenarios/README.md" | sort >found
[[ -s wanted ]] || wrong+=('there are no scenarios')
difference=$(diff -u --label 'netrepro list' wanted --label scenarios/README.md found) ||
	mapfile -t -O "${#wrong[@]}" wrong <<<"$difference"
tap_report 'scenarios/README.md: all scenarios with their questions'

# Commands and what they print. What shows a change of the program cannot be run here.
mkdir build
ln -s ../netrepro build/netrepro
cp -r "$top/scenarios/articles" "$top/scenarios/paws.yaml" scenarios/
blocks console "$top/README.md"
n_blocks=0
for block in block-*; do
	if [[ ! -e $block ]] || grep -q peek "$block"; then
		continue
	fi
	n_blocks=$((n_blocks + 1))
	awk '/^\$ / { goes_on = 1; sub(/^\$ /, "") } goes_on { print; goes_on = /\\$/ }' "$block" >commands
	awk '/^\$ / { goes_on = 1 } !goes_on { print } { goes_on = goes_on && /\\$/ }' "$block" | normalise >wanted
	printf '%s\n' * before found >before
	"${as[@]}" "$mark" bash ./commands 2>&1 </dev/null | normalise >found
	# A cell that this machine was too busy for is nothing that the README says.
	if grep -qE '^(inconc|error) ' found; then
		printf '# once more: %s\n' "$(grep -m1 -E '^(inconc|error) ' found)"
		printf '%s\n' * | grep -vxFf before | xargs -r rm -r
		"${as[@]}" "$mark" bash ./commands 2>&1 </dev/null | normalise >found
	fi
	difference=$(diff -u --label README.md wanted --label 'what is printed' found) ||
		mapfile -t -O "${#wrong[@]}" wrong <<<"$difference"
	tap_report "README.md, line ${block#block-}: its commands print this"
done
((n_blocks >= 1)) || wrong+=('there are none')
tap_report 'there are commands'

if command -v cc >/dev/null && command -v pkg-config >/dev/null; then
	blocks c "$top/README.md"
	read -ra flags < <(pkg-config --cflags libnl-3.0 jansson)
	for block in block-*; do
		cc -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only -I"$top/src" "${flags[@]}" -x c "$block" 2>err ||
			mapfile -t -O "${#wrong[@]}" wrong <err
		tap_report "README.md, line ${block#block-}: the code compiles"
	done
else
	skip 'the code compiles' 'there is no compiler'
fi

# mentions FILE WHAT WORD…
mentions() {
	local file=$1 what=$2 word
	shift 2
	(($# > 0)) || wrong+=("there are no $what")
	for word; do
		grep -qF -- "$word" <(sed 's/\\-/-/g' "$top/$file") || wrong+=("$word is not mentioned")
	done
	tap_report "$file mentions all $what"
}
try list --verbs --format json
mapfile -t verbs < <(jq -r '.[].name' out)
mentions scenarios/README.md verbs "${verbs[@]/#/| \`}"
mentions src/cli/netrepro.1 verbs "${verbs[@]}"
mapfile -t known < <(sed -n '/^## verbs/,/^## packets/p' "$top/scenarios/README.md" | grep -oE '^\| `[a-z-]+' |
	tr -d '|` ' | sort -u)
((${#known[@]} > 0)) || wrong+=('there is no table of verbs')
for verb in "${known[@]}"; do
	[[ " ${verbs[*]} " == *" $verb "* ]] || wrong+=("$verb is no verb")
done
tap_report 'scenarios/README.md: no verb that there is not'
mapfile -t commands < <(./netrepro --help | sed -n 's/^  \([a-z]*\) .*/\1/p')
options=()
for command in "${commands[@]}"; do
	mapfile -t -O "${#options[@]}" options < <(./netrepro "$command" --help | grep -oE '^ +(-[a-z], )?--[a-z-]+' | grep -oE -- '--.*')
done
mentions src/cli/netrepro.1 commands "${commands[@]}"
mentions src/cli/netrepro.1 options "${options[@]}"
mapfile -t names < <(sed -n 's/^\tOPTION(\([A-Z_0-9]*\), \([A-Z_0-9]*\),.*/\2/p' "$top/src/actor/sockopt.c")
((${#names[@]} > 40)) || wrong+=("only ${#names[@]} socket options are there")
printf 'name: options\nsteps:\n  - server: socket s tcp6\n' >options.yaml
for name in "${names[@]}"; do
	printf '  - server: getsockopt s %s\n    as: %s\n' "$name" "$name" >>options.yaml
done
try run --quiet -o options options.yaml
exits 0
is 'options without an outcome' "$(jq -r 'select(.type == "cell") | .responses | length' options/results.jsonl)" ${#names[@]}
is 'options whose outcome is no number, no duration, no link, no errno' "$(jq -r 'select(.type == "cell") | .responses | to_entries[] |
	select(.value | test("^(off|none|-?[0-9]+|[0-9.]+(us|ms|s)|E[A-Z]+)$") | not) | .key' options/results.jsonl)" ''
tap_report 'every socket option of the table can be read'

finish
