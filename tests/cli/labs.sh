#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The sheets in scenarios/labs/: what they say is to be typed is typed, into the panes of a lab, and what is to be seen is
# seen.
#
# In a block ```sh the line that begins with `netrepro lab` opens a lab. In a block ```lab a line that begins with `> ` is
# typed beside the steps, one with `ACTOR# ` in the pane of that actor; all other lines are to be seen afterwards, any blanks
# being one, and `…` being anything.
# shellcheck disable=SC2317 # called by name
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin labs
need tmux ss python3

n_terminals=0
outer() {
	env -u TMUX tmux -S "$folder/outer-$n_terminals" -f /dev/null "$@"
}
# seen: what is on the terminal, one line for each of a pane, with single blanks
seen() {
	outer capture-pane -p 2>/dev/null | sed 's/│/\n/g' | sed -E 's/[[:blank:]]+/ /g; s/^ //; s/ $//'
}
# shows PATTERN: a whole line, of grep -E
shows() {
	seen | grep -qxE -- "$1"
}
# sees LINE: until it is there
sees() {
	local pattern
	# shellcheck disable=SC2016 # characters are meant
	pattern=$(sed -E 's/[][\.|$(){}?+*^]/\\&/g; s/…/.*/g' <<<"$1")
	await "'$1' on the terminal" shows "$pattern" || wrong+=("there is: $(seen | grep '[^ ─]' | tr '\n' '|')")
}
close_lab() {
	((n_terminals == 0)) || outer kill-server 2>/dev/null
	all_gone >left || wrong+=("left behind: $(cat left)")
}
# open_lab COMMAND: as it stands in the sheet
open_lab() {
	close_lab
	n_terminals=$((n_terminals + 1))
	outer new-session -d -x 240 -y 60 "exec $(printf '%q ' "${as[@]}" "$mark" SHELL=/bin/bash "./$1" | sed 's/\\ / /g')"
	sees 'next is 1 …>'
}
# enter LINE: what stands behind the prompt, into the pane of that prompt
enter() {
	local key=F4
	case $1 in
	'server# '*) key=F1 ;;
	'client# '*) key=F2 ;;
	esac
	outer send-keys "$key"
	# What was there before is not what is to be seen.
	[[ $key == F4 ]] || outer send-keys C-l
	outer send-keys -l -- "${1#*[#>] }"
	outer send-keys Enter
}

for sheet in "$top"/scenarios/labs/*.md; do
	n_typed=0 n_seen=0 inside=
	while IFS= read -r line; do
		case $inside,$line in
		,'```'?*) inside=${line#'```'} ;;
		?*,'```')
			inside=
			((${#wrong[@]} == 0)) || break
			;;
		sh,'netrepro lab '*) open_lab "$line" ;;
		lab,'> '* | lab,[a-z]*'# '*)
			n_typed=$((n_typed + 1))
			enter "$line"
			;;
		lab,*)
			n_seen=$((n_seen + 1))
			sees "$line"
			;;
		esac
	done <"$sheet"
	close_lab
	((n_typed > 0 && n_seen > 0)) || wrong+=('there is nothing to be typed, or to be seen')
	tap_report "${sheet#"$top/"}: $n_typed lines typed, $n_seen seen"
done
((n_terminals > 0)) || wrong+=('there are none')
tap_report 'there are sheets'
finish
