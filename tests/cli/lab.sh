#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A lab: the same cell as in a run, walked through by commands that are piped in; a command of an actor; the panes of tmux;
# and whatever ends it, nothing is left.
#
# KILLS=8 (with panes, as each user)
# shellcheck disable=SC2317 # called by name
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin lab
need tmux script ss ip

readonly KILLS=${KILLS:-8}
restart=scenarios/server-restart.yaml
# Files of the user that are not to be read, and none that is to be written.
mkdir -m 777 home
printf 'PS1="mine> "\n' | tee home/.bashrc home/.profile home/.bash_profile >home/.shrc
printf 'set -g status-left "mine"\nset -g prefix C-a\n' >home/.tmux.conf
printf '\nenvironment\n' >home/.bash_history
cp -r home home-before

# lab ARGUMENT…: the commands come from the standard input
lab() {
	"${as[@]}" "$mark" HOME="$folder/home" SHELL=/bin/bash PATH=/usr/sbin:/usr/bin:/sbin:/bin ./netrepro lab "$@" >out 2>err
	status=$?
}

# steps: those in the file out that were made, with what they came out as
steps() {
	sed -nE 's/^ *[0-9]+ ([a-z]+: )/\1/p' out | awk -F '  +' '{ print $1 "\t" $2 }'
}

# nothing_left: no process, and the host is as it was before
nothing_left() {
	local left give_up=$((SECONDS + EVENT_S))
	left=$(all_gone) || wrong+=("left behind: $left")
	until difference=$(diff before <("$top/tests/isolation/host-snapshot.sh" "$mark")); do
		if ((SECONDS >= give_up)); then
			mapfile -t -O "${#wrong[@]}" wrong <<<"$difference"
			break
		fi
		sleep 0.1 # what dies with a process dies a moment after it
	done
	diff -r home-before home >/dev/null || wrong+=("the files of the user have changed: $(diff -r home-before home)")
}
"$top/tests/isolation/host-snapshot.sh" "$mark" >before

# Veth and loopback, either closer: each step comes out as in a run.
mkdir -m 777 results
for who in $(users); do
	act_as "$who"
	n_cells=0
	for levels in closer=server,path=veth closer=client,path=veth first_reuseaddr=1,second_reuseaddr=1 closer=server,path=loopback; do
		sets=()
		for level in ${levels//,/ }; do
			sets+=(--set "$level")
		done
		lab --plain "${sets[@]}" "$restart" <<<run
		exits 0
		silent err
		cell=$(sed -n 's/^cell \([0-9]*\) of .*/\1/p' out)
		steps >walked
		grep -qx 'verdict: pass' out || says out 'verdict: pass'
		try run --quiet --cell "$cell" -o "results/$who-$cell" "$restart"
		exits 0
		jq -r 'select(.type == "cell") | .steps[] | "\(.do)\t\(.out)"' "results/$who-$cell/results.jsonl" >wanted
		[[ -s wanted ]] || wrong+=('the run has no steps')
		difference=$(diff --label lab --label run walked wanted) || mapfile -t -O "${#wrong[@]}" wrong <<<"$difference"
		n_cells=$((n_cells + 1))
	done
	tap_report "as $who: the steps of $n_cells cells come out as in a run"
done
as_root_if_root

# walk NAME: one test: what a lab says to the commands from the standard input is as in the golden file NAME
walk() {
	lab --plain --cell 0 "$restart"
	{
		cat out
		if [[ -s err ]]; then
			printf '# on the standard error\n'
			cat err
		fi
		printf '# exit status %d\n' "$status"
	} >walked
	golden "$1" walked
	tap_report "a walk: $1"
}
walk commands <<'END'
# a remark

next
n
run 4
run 4
run 24
list
help
run
next
quit
next
END
walk mistakes <<'END'
nxet
r
frobnicate
run now
run -1
next now
shell
shell sever
shell server exit 3
END
lab --plain --cell 0 "$restart" <&-
exits 0
silent err
tap_report 'a standard input that is closed is an empty one'
"${as[@]}" "$mark" ./netrepro lab --plain --cell 0 "$restart" <<<next >/dev/full 2>err
status=$?
exits 4
says err 'cannot write to the standard output'
tap_report 'what cannot be written is said, by the exit status too'
lab --plain --until 14 --cell 0 "$restart" <<<'quit'
exits 0
is 'the steps' "$(steps | tail -n 1)" 'server: tcp-state *:12345	TIME-WAIT'
is 'the number of steps' "$(steps | wc -l)" 14
tap_report '--until: the walk begins behind it'

lab --plain --cell 0 "$restart" <<'END'
run 14
states
shell server readlink /proc/self/ns/net
shell client readlink /proc/self/ns/net
restart
states
shell server readlink /proc/self/ns/net
shell client readlink /proc/self/ns/net
run
restart
END
exits 0
silent err
mapfile -t namespaces < <(grep '^net:' out)
is 'the namespaces' "$(printf '%s\n' "${namespaces[@]}" "$(readlink /proc/self/ns/net)" | sort -u | wc -l)" 5
is 'TIME-WAIT among the states' "$(grep -c '^  TIME-WAIT :12345 ↔ :[0-9]*, 6[01]s left$' out)" 1
is 'the verdicts' "$(grep '^verdict' out)" 'verdict: pass'
is 'the second bind of the cell made anew' "$(steps | grep -c 'bind second.*	EADDRINUSE')" 1
tap_report 'restart: new namespaces, without TIME-WAIT, and the cell comes out as before'

# A step that is held has its whole deadline when it is made, and so has the cell: waiting is no part of them.
cat >slow.yaml <<'END'
name: slow
steps:
  - server: socket listener
  - server: bind listener *:80
  - server: listen listener
  - server: accept listener child
    as: accepted
    deadline: 1s
END
lab slow.yaml <<<run
exits 0
says out '… 4 server: accept listener child (waits)'
is 'the outcome' "$(steps | tail -n 1)" 'server: accept listener child	timeout'
tap_report 'a step that takes its time is spoken of while it waits'

for who in $(users); do
	act_as "$who"
	lab --cell 0 --until 14 "$restart" -- server ss -Htan <<<''
	exits 0
	silent err
	is 'the sockets' "$(cut -d' ' -f1 out)" TIME-WAIT
	lab --cell 0 --until all "$restart" -- client cat /proc/net/dev <<<''
	is 'the links' "$(sed -n 's/^ *\([a-z0-9]*\):.*/\1/p' out | sort | tr '\n' ' ')" 'lo veth1 '
	# shellcheck disable=SC2016 # the inner shell's
	lab --cell 0 "$restart" -- client sh -c 'ls /sys/class/net; ps -e -o comm= | grep -c .; pwd; echo "$HOME"; cat' <<<'piped in'
	exits 0
	is 'what it sees' "$(tr '\n' '|' <out)" "lo|veth1|$(sed -n 3p out)|$folder|$folder/home|piped in|"
	(($(sed -n 3p out) < 10)) || wrong+=("it sees $(sed -n 3p out) processes")
	tap_report "as $who: a command of an actor is in its namespace, and sees nothing of the host's"
	for wanted in 0 1 7 255; do
		lab --cell 0 "$restart" -- server sh -c "exit $wanted" <<<''
		exits "$wanted"
	done
	# shellcheck disable=SC2016 # the inner shell's
	lab --cell 0 "$restart" -- server sh -c 'kill -TERM $$' <<<''
	exits 143
	lab --cell 0 "$restart" -- server no-such-command <<<''
	exits 127
	says err "cannot run 'no-such-command': No such file or directory"
	lab --cell 0 "$restart" -- server "$folder" <<<''
	exits 126
	tap_report "as $who: its exit status is the lab's"
	nothing_left
	tap_report "as $who: nothing is left of them"
done
as_root_if_root
# What stands in for the host: a tree and a network of the test's own, with a namespace that has a name.
host() {
	local maps=()
	((EUID == 0)) || maps=(--user --map-root-user)
	# shellcheck disable=SC2016 # the inner shell's
	"${as[@]}" "$mark" unshare "${maps[@]}" --mount --net bash -c 'mount -t tmpfs none /run && mkdir /run/netns &&
		ip netns add named && "$@" >out 2>err <<<""; echo "exit status $?"; ip netns exec named echo "it is there"
		ls /run/netns' host ./netrepro lab --cell 0 "$restart" -- "$@"
}
is 'what is left' "$(host server sh -c 'ip netns del named; ip netns add left; ip netns list')" $'exit status 0\nit is there\nnamed'
is 'the names that it sees' "$(cat out)" left
tap_report 'the names of network namespaces (ip netns) are its own: none of the host is seen, deleted or added'
# Where no name was ever given there is no folder for them; and who manages the host's network listens at sockets in /run.
bare_host() {
	local maps=()
	((EUID == 0)) || maps=(--user --map-root-user)
	# shellcheck disable=SC2016 # the inner shell's
	"${as[@]}" "$mark" unshare "${maps[@]}" --mount --net bash -c 'mount -t tmpfs none /run && mkdir /run/dbus /run/systemd &&
		touch /run/dbus/system_bus_socket /run/systemd/private && "$@" >out 2>err <<<""; find /run -mindepth 1 | sort' \
		host ./netrepro lab --cell 0 "$restart" -- "$@"
}
is 'what the host has' "$(bare_host server sh -c 'ip netns add left; ls /run/dbus /run/systemd')" \
	$'/run/dbus\n/run/dbus/system_bus_socket\n/run/systemd\n/run/systemd/private'
is 'what is seen of it' "$(tr '\n' ' ' <out)" '/run/dbus:  /run/systemd: '
says err 'Read-only file system'
tap_report 'no folder for such names is made on the host, and its D-Bus and systemd are not to be found'
lab "$restart" -- server true <<<''
exits 0
silent out
golden first-of-several err
tap_report 'of several cells it is the first, and that is said'

cat >unmet.yaml <<'END'
name: unmet
steps:
  - server: socket s
  - server: bind s 10.0.0.9:80
  - server: listen s
check:
  - {listens: LISTEN}
END
sed -i 's/^check:/  - server: tcp-state *:80\n    as: listens\ncheck:/' unmet.yaml
lab --until 3 unmet.yaml -- server touch made <<<''
exits 4
golden unmet err
[[ ! -e made ]] || wrong+=('the command was run')
tap_report 'a cell that ends before --until: why, and the command is not run'
printf 'name: checked\nsteps:\n  - server: socket s\n  - server: tcp-state *:80\n    as: listens\ncheck:\n  - {listens: LISTEN}\n' >checked.yaml
lab --until all checked.yaml -- server true <<<''
exits 0
golden inconclusive err
tap_report '--until all, with another verdict than pass: it is said'

mkdir bin
for command in bash sh cat ls env; do
	ln -s "$(command -v "$command")" bin/
done
on_terminal "PATH=$folder/bin ./netrepro lab --cell 0 $restart"
says out 'there is no tmux in PATH (apt-get install tmux)'
says out 'next is 1 server: socket listener>'
exits 0
tap_report 'without tmux the lab is on one terminal, and that is said'

# A terminal of tmux, each in a server of its own, whose socket is in the folder of the test.
n_terminals=0
outer() {
	env -u TMUX tmux -S "$folder/outer-$n_terminals" -f /dev/null "$@"
}
# open_lab COLUMNS ROWS ARGUMENT…: on a new terminal; afterwards the modes of the terminal and the exit status are in the file
# ended. $guard is the process that was started.
open_lab() {
	local size=(-x "$1" -y "$2") owner=
	[[ $who != user ]] || ((EUID != 0)) || owner=65534 # a user's terminal is the user's own
	shift 2
	rm -f ended guard
	n_terminals=$((n_terminals + 1))
	printf '%q ' "${as[@]}" "$mark" "HOME=$folder/home" SHELL=/bin/bash "${terminal[@]}" ./netrepro lab "$@" >'command'
	# shellcheck disable=SC2016 # the inner shell's
	outer new-session -d "${size[@]}" -e "owner=$owner" 'exec bash -c '\''modes() { stty -g; grep flags: /proc/$$/fdinfo/0; }
		[[ -z $owner ]] || chown "$owner" "$(tty)"; modes >modes; (echo $BASHPID >guard; eval "exec $(cat command)")
		echo "exit status $?" >status; modes >>status; mv status ended; exec tail -f /dev/null'\'
	await 'the lab is started' test -s guard
	guard=$(cat guard)
}
terminal=()
# shown: what is on the terminal
shown() {
	outer capture-pane -p 2>/dev/null
}
shows() {
	shown | grep -q -- "$1"
}
shows_no() {
	! shows "$1"
}
# sees TEXT: until that is on the terminal
sees() {
	await "'$1' on the terminal" shows "$1" || wrong+=("there is: $(shown | grep '[^ │]' | tr -s ' ─' | tr '\n' '|')")
}
type_in() {
	outer send-keys "$@"
}
# ended STATUS: the lab has, and the terminal is as it was
ended() {
	await 'the lab ends' test -e ended
	is 'how it ended' "$(head -n 1 ended)" "exit status $1"
	is 'the modes of the terminal' "$(tail -n +2 ended)" "$(cat modes)"
	outer kill-server
	nothing_left
}

for who in $(users); do
	act_as "$who"
	open_lab 120 40 --cell 0 "$restart"
	sees '^server#'
	sees '│client#'
	sees 'F1 server 10.0.0.1 .*F2 client 10.0.0.2'
	sees 'next is 1 server: socket listener>'
	sees 'server-restart, cell 0'
	type_in Enter
	sees '^ 1 server: socket listener  *ok'
	type_in 'run 14' Enter
	sees '^14 server: tcp-state .*TIME-WAIT  as left_behind'
	sees '^. TIME-WAIT :12345 ↔ :[0-9]*, [0-9]*s left'
	tap_report "as $who: panes for the actors, the states and the steps; the states follow"
	type_in F1
	# shellcheck disable=SC2016 # the inner shell's
	type_in 'ss -Htan | cut -d" " -f1; ls /sys/class/net; echo "history: $HISTFILE."' Enter
	sees '^TIME-WAIT  *│'
	sees '^lo  veth0  *│'
	sees '^history: \.'
	type_in F2
	type_in 'ls /sys/class/net' Enter
	sees '│lo  veth1'
	tap_report "as $who: F1 and F2 are the shells of the actors, in their namespaces"
	type_in 'sleep 1000' Enter
	type_in F4
	type_in restart Enter
	sees '^the cell is made anew'
	sees '^-- the cell was made anew'
	sees '│-- the cell was made anew'
	await 'no TIME-WAIT' shows_no '^. TIME-WAIT'
	type_in F2
	type_in 'echo again' Enter
	sees '│again'
	type_in F1
	type_in 'exit' Enter
	sees '^The shell has ended'
	type_in Enter
	type_in 'echo "once  more"' Enter
	sees '^once  more'
	tap_report "as $who: restart and exit give new shells"
	type_in F4
	type_in qui Enter
	ended 0
	tap_report "as $who: quit ends all of it"
done
as_root_if_root

# ends_by HOW STATUS COMMAND…: one test, with panes and without
ends_by() {
	local how=$1 wanted=$2 options
	shift 2
	for options in '' --plain; do
		open_lab 80 24 ${options:+"$options"} --cell 0 "$restart"
		sees 'next is 1 server: socket listener>'
		"$@"
		ended "$wanted"
		tap_report "$how ends it${options:+, $options}, and the terminal is as before"
	done
}
signal() {
	kill "-$1" "$guard"
}
for who in $(users); do
	act_as "$who"
	ends_by "as $who: SIGTERM" 143 signal TERM
	ends_by "as $who: SIGHUP" 129 signal HUP
	ends_by "as $who: SIGINT" 130 signal INT
done
as_root_if_root
sleeps() {
	[[ -n $(ours_named sleep) ]]
}
open_lab 80 24 --plain --cell 0 "$restart"
sees 'next is 1 server: socket listener>'
type_in 'shell client sleep 1000' Enter
await 'the command' sleeps
type_in C-z
type_in C-c
sees '^.*(exit status 130)'
type_in C-c
ended 130
tap_report 'Ctrl-C is for the command, then for the lab'
open_lab 80 24 --cell 0 "$restart"
sees 'next is 1 server: socket listener>'
type_in C-c
ended 0
tap_report 'Ctrl-C beside the steps ends a lab with panes'
# Keys that end, stop or move something elsewhere.
open_lab 120 40 --cell 0 "$restart"
sees 'next is 1 server: socket listener>'
sees '│client#'
type_in F3
type_in typed C-c C-s C-\\ C-z C-b C-z
type_in F1
type_in C-d
sees '^The shell has ended'
type_in C-\\ C-c C-d
type_in Enter
type_in 'echo "still  here"' Enter
sees '^still  here'
type_in C-b x
sees 'kill-pane'
type_in y # the pane of the server
sees '^client#'
type_in F4
type_in 'run 4' Enter
sees '^ 4 server: listen listener'
sees '^. LISTEN \*:12345'
shows_no typed || wrong+=('what was typed stands among the states')
type_in run Enter
sees '^the cell is over>'
type_in quit Enter
ended 0
tap_report 'no key ends the states or an actor, none suspends the lab, and F4 is the steps whatever panes there are'
is_server() {
	server=$(ours_named 'tmux: server')
	[[ -n $server ]]
}
open_lab 120 40 --cell 0 "$restart"
sees 'next is 1 server: socket listener>'
await 'the server of tmux' is_server
kill -KILL "$server"
sees 'tmux was killed'
ended 4
tap_report 'tmux is killed: that is said, and the terminal is as before'
# job SHELL-COMMAND: at the prompt of a shell with job control, on a terminal
job() {
	n_terminals=$((n_terminals + 1))
	outer new-session -d -x 120 -y 40 'exec env PS1="prompt> " bash --norc -i'
	sees '^prompt>'
	type_in "$1" Enter
}
in_job="$(printf '%q ' "${as[@]}" "$mark") ./netrepro lab --cell 0 $restart"
is_gone() {
	[[ -z $(ours) ]]
}
stopped() {
	shows '^.*Stopped'
}
for options in '' --plain; do
	job "$in_job $options &"
	type_in Enter
	await 'it is stopped' eval 'outer send-keys Enter; stopped'
	type_in clear Enter fg Enter
	sees '^next is 1 server: socket listener>'
	type_in 'shell server echo "in the  shell"' Enter
	sees '^in the  shell'
	type_in next Enter # which may be there before the prompt: then the answer stands behind that
	sees '\(^\|>\) 1 server: socket listener  *ok'
	type_in quit Enter
	await 'it ends' is_gone
	type_in 'echo "at the  prompt"' Enter
	sees '^at the  prompt'
	outer kill-server
	nothing_left
	tap_report "started in the background it waits for the foreground${options:+, $options}"
done
# A pager reads keys while the command goes on.
job "$in_job -- server sh -c 'echo began; until test -e $folder/key; do sleep 0.1; done' | bash -c 'read -r; echo pager has it; read -r key </dev/tty; echo \"key is \$key\"; touch key; cat'"
sees '^pager has it'
type_in x Enter
sees '^key is x'
outer kill-server
nothing_left
tap_report 'a pager behind a command has the terminal'
for options in '' --plain; do
	open_lab 80 24 ${options:+"$options"} --cell 0 "$restart"
	sees 'next is 1 server: socket listener>'
	outer kill-server
	nothing_left
	tap_report "a terminal that is closed ends it${options:+, $options}"
done
terminal=(TERM=no-such-terminal)
open_lab 80 24 --cell 0 "$restart"
sees 'TERM is no-such-terminal: another one may do'
ended 3
tap_report 'a terminal that tmux does not know: why, and the remedy'
terminal=()
open_lab 50 16 --cell 0 "$restart"
sees 'is too small for panes'
sees 'listener>'
type_in quit Enter
ended 0
tap_report 'a terminal that is too small for panes has none'

# The moments of a kill are times and nothing else: while it is made, while panes are, and later.
for who in $(users); do
	act_as "$who"
	for ((i = 0; i < KILLS; i++)); do
		open_lab 100 30 --until 14 --cell 0 "$restart"
		sleep "0.$(printf '%03d' $((i * 700 / KILLS)))"
		kill -KILL "$guard"
		await 'it ends' test -e ended
		is 'the flags of the open terminal' "$(tail -n 1 ended)" "$(tail -n 1 modes)" # its modes nobody can put back
		outer kill-server
		nothing_left
	done
	tap_report "as $who: SIGKILL at $KILLS moments leaves nothing"
done

finish
