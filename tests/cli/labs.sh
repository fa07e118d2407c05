#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The lab sheets: all that scenarios/labs/*.md say is typed, is typed in a lab, and what they say is then seen, is seen. How
# a sheet is read is told in scenarios/labs/README.md.
#
# Each sheet has a terminal of its own (a tmux in which the one of the lab is), and all are walked at the same time, as in
# a classroom, as root and as an ordinary user.
# shellcheck disable=SC2317 # called by name
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin labs
need tmux ss
export LC_ALL=C.UTF-8 # the screen is cut by columns
cp "$top"/scenarios/*.yaml scenarios/
mkdir -m 777 home

readonly COLUMNS_OF_SCREEN=240 ROWS_OF_SCREEN=60
patience=$EVENT_S # until what is seen is as the sheet says, once the command is over

# The terminal of the sheet that is walked, $outer; its screen is in the lines of $screen.
outer() {
	env -u TMUX "$mark" tmux -S "$folder/$outer" -f /dev/null "$@"
}
end_terminals() {
	local socket
	for socket in "$folder"/outer-*; do
		[[ ! -S $socket ]] || env -u TMUX tmux -S "$socket" kill-server 2>/dev/null
	done
}
trap 'end_terminals; rm -rf "$folder"' EXIT

open_terminal() {
	mkdir -m 777 "$folder/of-$outer"
	ln -s ../scenarios "$folder/of-$outer/scenarios"
	"${as[@]}" "$mark" HOME="$folder/home" SHELL=/bin/bash PATH="$folder:/usr/sbin:/usr/bin:/sbin:/bin" PS1='$ ' env -u TMUX \
		tmux -S "$folder/$outer" -f /dev/null new-session -d -x "$COLUMNS_OF_SCREEN" -y "$ROWS_OF_SCREEN" \
		-c "$folder/of-$outer" bash --norc --noprofile
}

# look: what is on the screen. Of a shell it is all that was, with each line as long as it was. Fails where it is as before.
look() {
	local before=$captured
	captured=$(outer capture-pane -p 2>/dev/null)
	in_lab=0
	[[ ${captured##*$'\n'} != *'F1, F2 '* ]] || in_lab=1
	((in_lab)) || captured=$(outer capture-pane -p -J -S - 2>/dev/null)
	[[ $captured != "$before" ]] && mapfile -t screen <<<"$captured"
}

# tidy LINE: without the mark of what has just changed, and one blank for several; into $tidied
tidy() {
	local words
	read -ra words <<<"${1//▸/ }"
	tidied=${words[*]}
}

# find_pane PANE: where it is on the screen, by its title: $left, $width and the rows $from to $to, which may be others' below it;
# and F and its number into $key. Fails where there is none.
find_pane() {
	local row title='' line
	for row in "${!screen[@]}"; do
		[[ ${screen[row]} =~ ' '(F[0-9]+)' '$1[\ :] ]] && title=${BASH_REMATCH[0]} && break
	done
	[[ $title ]] || return 1
	key=${BASH_REMATCH[1]}
	line=${screen[row]%%"$title"*}
	line=${line%"${line##*┬}"}
	left=${#line}
	line=${screen[row]:left}
	line=${line%%┬*}
	width=${#line}
	from=$((row + 1)) to=$((${#screen[@]} - 1)) # without the last one, the status of tmux
}

# see PANE: its lines into $lines, tidied, without the empty ones at the end. Fails where there is no such pane. A line as wide
# as its pane goes on in the next one.
see() {
	local left width from to line whole=''
	lines=() key=
	if [[ $1 == '$' ]]; then
		((!in_lab)) || return 1
		lines=("${screen[@]}")
	else
		((in_lab)) && find_pane "$1" || return 1
		for line in "${screen[@]:from:to - from}"; do
			line=${line:left:width}
			[[ $line != ──* ]] || break # the title of the next one
			whole+=$line
			((${#line} < width)) || [[ $line == *' ' ]] || continue
			lines+=("$whole")
			whole=
		done
	fi
	for line in "${!lines[@]}"; do
		tidy "${lines[line]}"
		lines[line]=$tidied
	done
	while ((${#lines[@]})) && [[ -z ${lines[-1]} ]]; do
		unset 'lines[-1]'
	done
}

# is_prompt LINE PANE [TYPED]: whether the line is the prompt of the pane, with that behind it
is_prompt() {
	case $2 in
	steps) [[ $1 == 'next is '*">${3:+ $3}" || $1 == "all steps are made>${3:+ $3}" ]] ;;
	'$') [[ $1 == "\$${3:+ $3}" ]] ;;
	*) [[ $1 == "$2#${3:+ $3}" ]] ;;
	esac
}

# prompts PANE [TYPED]: whether that is the last line of the pane
prompts() {
	see "$1" && ((${#lines[@]})) && is_prompt "${lines[-1]}" "$@"
}

# is_over: whether the command is: its pane prompts again, or it was the one that began or ended the lab
is_over() {
	prompts "$pane" && return
	((in_lab)) && [[ $pane == '$' ]] && prompts steps && pane=steps && return
	((!in_lab)) && [[ $pane != '$' ]] && prompts '$' && has_ended=1
}

# fits LINE WANTED: … stands for anything
fits() {
	local pattern=$2 c
	for c in \\ '*' '?' '[' '('; do
		pattern=${pattern//"$c"/"\\$c"}
	done
	# shellcheck disable=SC2053 # a pattern is meant
	[[ $1 == ${pattern//…/*} ]]
}

# all_fit I J: whether the lines $lines from I on are those of $wanted from J on; a line … stands for any number of lines
all_fit() {
	local i=$1 j=$2
	for (( ; j < ${#wanted[@]}; i++, j++)); do
		if [[ ${wanted[j]} == … ]]; then
			for (( ; i <= ${#lines[@]}; i++)); do
				all_fit "$i" $((j + 1)) && return
			done
			return 1
		fi
		((i < ${#lines[@]})) && fits "${lines[i]}" "${wanted[j]}" || return 1
	done
	((i == ${#lines[@]}))
}

# shows_wanted: whether what came of the command is what is wanted; of a look, what is in the pane
shows_wanted() {
	local i
	see "$pane" || return 1
	if [[ $typed ]]; then
		((${#lines[@]})) || return 1
		unset 'lines[-1]' # the next prompt
		for ((i = ${#lines[@]} - 1; i >= 0; i--)); do
			is_prompt "${lines[i]}" "$pane" "$typed" && break
		done
		lines=("${lines[@]:i + 1}")
	fi
	all_fit 0 0
}

# until_it COMMAND…: repeat it on what is on the screen until it succeeds, for $for_s seconds at most
until_it() {
	local give_up=$((SECONDS + for_s))
	look
	until "$@"; do
		until look; do
			((SECONDS <= give_up)) || return 1
			sleep 0.05
		done
	done
}

# complain TEXT: what is wrong in the line of the sheet, and what there is to be seen
complain() {
	printf '%s:%d: %s\n' "$sheet" "$at" "$1"
	printf '  wanted: %s\n' "${wanted[@]}"
	printf '  there:  %s\n' "${lines[@]}"
	printf '%s\n' "${screen[@]}" | sed 's/^/  |/'
}

# act: type in $pane what is in $typed, and see what is in $wanted
act() {
	local for_s=$EVENT_S
	if [[ $typed ]]; then
		until_it prompts "$pane" || { complain "no prompt of $pane, to type '$typed'"; return 1; }
		[[ -z $key ]] || outer send-keys "$key"
		outer send-keys -l -- "$typed"
		tidy "$typed"
		typed=$tidied
		until_it prompts "$pane" "$typed" || { complain "'$typed' was typed, and is not to be seen"; return 1; }
		outer send-keys Enter
		until_it is_over || { complain "'$typed' does not come to an end"; return 1; }
		if ((has_ended)); then
			has_ended=0
			((!${#wanted[@]})) || { complain 'the lab has ended, and with it all that was to be seen'; return 1; }
			return 0
		fi
	fi
	for_s=$patience
	until_it shows_wanted || { complain "of '${typed:-a look}' in $pane, this is not what is seen"; return 1; }
}

# read_sheet SHEET: its commands, one an index: in which line it stands, in which pane it is typed (none: a line of output that
# no command is above of), what is typed, and the lines that are wanted then
read_sheet() {
	local line number=0 block='' n=-1
	ats=() panes=() all_typed=() all_wanted=()
	while IFS= read -r line; do
		number=$((number + 1))
		if [[ $line == '```'* ]]; then
			[[ $block ]] && block='' || block=$line
			[[ ! $block ]] || panes[n + 1]='' # a block is not the end of the one before
		elif [[ $block == '```console' && $line =~ ^('$'|[a-z][a-z0-9-]*[#>])(' '.*)?$ ]]; then
			n=$((n + 1))
			ats[n]=$number panes[n]=${BASH_REMATCH[1]} all_typed[n]=${BASH_REMATCH[2]:1} all_wanted[n]=''
			[[ ${panes[n]} == '$' ]] || panes[n]=${panes[n]%?}
			while [[ ${all_typed[n]} == *\\ ]] && IFS= read -r line; do
				number=$((number + 1))
				all_typed[n]=${all_typed[n]%\\}${line#"${line%%[! ]*}"}
			done
		elif [[ $block == '```console' ]]; then
			if [[ -v panes[n+1] ]]; then
				n=$((n + 1))
				ats[n]=$number all_typed[n]='' all_wanted[n]=''
			fi
			tidy "$line"
			all_wanted[n]+=$tidied$'\n'
		fi
	done <"$1"
	[[ ! -v panes[n+1] ]] || unset 'panes[n + 1]'
}

# walk SHEET: all that is in it. What is wrong is printed, and ends it.
walk() {
	local sheet=$1 at=0 pane='' typed='' wanted=() screen=() lines=() captured='' in_lab=0 has_ended=0 key='' tidied i
	local ats panes all_typed all_wanted
	read_sheet "$sheet"
	((${#panes[@]})) || complain 'there is nothing to be typed'
	open_terminal
	for i in "${!panes[@]}"; do
		at=${ats[i]} pane=${panes[i]} typed=${all_typed[i]} wanted=()
		[[ -z ${all_wanted[i]} ]] || mapfile -t wanted <<<"${all_wanted[i]%$'\n'}"
		[[ $pane ]] || { complain 'nothing is typed from which this could come'; return; }
		act || return
	done
	look
	((!in_lab)) || complain 'the lab is not ended'
	outer kill-server
}

# The matching itself: LINES, WANTED, and whether the one is the other; | separates lines.
n_cases=0
while IFS=';' read -r is wanted_is answer; do
	mapfile -t lines < <(tr '|' '\n' <<<"$is")
	mapfile -t wanted < <(tr '|' '\n' <<<"$wanted_is")
	found=no
	! all_fit 0 0 || found=yes
	is "whether '$wanted_is' is '$is'" "$found" "$answer"
	n_cases=$((n_cases + 1))
done <<'END'
a b;a b;yes
a b;a c;no
a b;a;no
a;a b;no
a 5 b;a … b;yes
a 5 c;a … b;no
a|b;a|b;yes
a|b;b|a;no
a|b;a;no
a|b;b;no
a|b|c;a|c;no
a|b|c;a|…|c;yes
a|c;a|…|c;yes
a|c;…|b|…|c;no
a|b|c|b;…|b;yes
a|b|c;a|…;yes
a|b|c;…;yes
a [b]* (c)?\d;a [b]* (c)?\d;yes
abb;a[b]*;no
END
((n_cases >= 19)) || wrong+=('cases are missing')
tap_report 'lines are what is wanted, or not'

# begin_walk NAME SHEET WHO: in the background; what is wrong is in the file log-NAME
begin_walk() {
	act_as "$3"
	outer=outer-$1
	walk "$2" >"log-$1" 2>&1 &
}

mapfile -t who_can < <(users)
if ((!${#who_can[@]})); then
	skip 'the sheets' 'this host does not let an ordinary user make a user namespace'
	finish
fi
"$top/tests/isolation/host-snapshot.sh" "$mark" >before
sheets=()
for sheet in "$top"/scenarios/labs/*.md; do
	[[ ${sheet##*/} == README.md ]] || sheets+=("${sheet##*/}")
done
((${#sheets[@]})) || wrong+=('there are none')
for sheet in "${sheets[@]}"; do
	grep -qF "]($sheet)" "$top/scenarios/labs/README.md" || wrong+=("$sheet is not in the table of scenarios/labs/README.md")
done
tap_report 'there are sheets, and their README lists them'
for who in "${who_can[@]}"; do
	for sheet in "${sheets[@]}"; do
		begin_walk "$who-$sheet" "$top/scenarios/labs/$sheet" "$who"
	done
done
wait # TIME-WAIT lasts a minute: not too many at once

# A sheet that is right, and the same broken in each way that must be noticed.
cat >made-up.md <<'END'
```text
server# false
```
```console
$ echo one; echo two
one
two
$ netrepro lab --cell 0 \
    server-restart
…
steps> run 2
1 server: socket listener ok
2 server: setsockopt … ok
server# ss -Htan
steps> run 14
…
14 server: tcp-state *:12345 TIME-WAIT as left_behind
sockets>
server 10.0.0.1 client 10.0.0.2
TIME-WAIT :12345 ↔ :…, …s left…
…
steps> quit
```
END
# What is wrong, the edit that makes it so, and the line of the command of which it is said.
breaks=(
	'more comes than is told;7d;5'
	'something else comes;6s/one/two/;5'
	'the same comes in another order;6{h,d},7G;5'
	'more comes in a pane;12d;11'
	'nothing comes;14s/$/\nLISTEN …/;14'
	'another state is seen;20s/TIME-WAIT/LISTEN/;18'
	'the lab is not ended;22d;18'
	'the lab has ended;22s/$/\nbye/;22'
	'nothing is typed;5d;5'
)
who=${who_can[0]}
begin_walk right made-up.md "$who"
patience=5 # what is wanted does not come
for i in "${!breaks[@]}"; do
	IFS=';' read -r _ edit _ <<<"${breaks[i]}"
	sed "${edit//,/;}" made-up.md >"broken-$i.md"
	begin_walk "$i" "broken-$i.md" "$who"
done
wait

for who in "${who_can[@]}"; do
	for sheet in "${sheets[@]}"; do
		if [[ -s log-$who-$sheet ]]; then
			sed 's/^/# /' "log-$who-$sheet"
			wrong+=('as is told above')
		fi
		tap_report "as $who: scenarios/labs/$sheet"
	done
done
[[ ! -s log-right ]] || mapfile -t wrong <log-right
tap_report 'a sheet that is right'
for i in "${!breaks[@]}"; do
	grep -q "^broken-$i.md:${breaks[i]##*;}: " "log-$i" || mapfile -t wrong < <(echo 'it is said:'; cat "log-$i")
	! cmp -s made-up.md "broken-$i.md" || wrong+=('it is not changed')
	tap_report "a sheet that is wrong: ${breaks[i]%%;*}"
done

end_terminals
left=$(all_gone) || wrong+=("left behind: $left")
same_host() {
	difference=$(diff before <("$top/tests/isolation/host-snapshot.sh" "$mark"))
}
await 'the host is as it was' same_host || mapfile -t -O "${#wrong[@]}" wrong <<<"$difference"
tap_report 'nothing is left behind'

finish
