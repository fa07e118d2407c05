#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Programs in a scenario: none without --allow-exec; what they are able to do, what they see and what is left of them; what
# the verbs for them record.
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin exec
need pgrep sleep bash

with_programs
cp "$top/scenarios/article-programs.yaml" scenarios/
mkdir -m 777 results

# In the command line of a process that is to be found: of this test and of no other.
readonly needle=$((RANDOM + 1000000))$BASHPID

# scenario NAME: a scenario whose steps come from the standard input
scenario() {
	{
		printf 'name: %s\nsteps:\n' "$1"
		cat
	} >"$1.yaml"
}

# run NAME: it, and how it ended, what it recorded: value RESPONSE "$kept"
run() {
	kept=results/$1-$who
	rm -rf "$kept"
	try run --quiet --allow-exec -o "$kept" "$1.yaml"
}

# recorded RESPONSE VALUE: of the one cell that was run last
recorded() {
	is "$1" "$(value "$1" "$kept")" "$2"
}

# verdict VERDICT REASON: of the same
verdict() {
	is 'the verdict' "$(jq -r 'select(.type == "cell") | .verdict' "$kept/results.jsonl")" "$1"
	[[ $(jq -r 'select(.type == "cell") | .reason // ""' "$kept/results.jsonl") == *"$2"* ]] ||
		wrong+=("the reason lacks '$2': $(jq -r 'select(.type == "cell") | .reason' "$kept/results.jsonl")")
}

# none_left: no process with the needle
none_left() {
	local give_up=$((SECONDS + GONE_S))
	while pgrep -f "$needle" >/dev/null; do
		if ((SECONDS >= give_up)); then
			wrong+=("still there: $(pgrep -af "$needle" | tr '\n' ';')")
			return
		fi
		sleep 0.01
	done
}

# Without the option.
mkdir folder only
scenario program <<<'  - server: exec p true
  - server: wait p'
scenario plain <<<'  - server: socket s'
cp program.yaml plain.yaml folder/
cp program.yaml only/
try run -o refused program.yaml
exits 2
silent out
golden refused err
[[ ! -e refused ]] || wrong+=('it has made the output folder')
tap_report 'one that is named is refused, with its place and the remedy'
try run --quiet plain.yaml program.yaml
exits 2
silent out
golden refused err
tap_report 'one that is named is refused with all others'
try run only
exits 2
tap_report 'a folder that holds no other is refused'
transcript folder run --report ktap=results/folder.ktap --report junit=results/folder.xml --seed 1 folder
says results/folder.ktap '# SKIP'
says results/folder.ktap 'not run: it starts programs of this host'
says results/folder.xml '<skipped'
says results/folder.xml 'skipped="1"'
says_not results/folder.xml 'errors="1"'
tap_report 'of a folder the others are run, and it is said and reported which are not'
try lab --plain program.yaml
exits 2
says err '--allow-exec'
try run --dry-run program.yaml
exits 0
says out 'exec p true'
try check program.yaml
exits 0
tap_report 'lab refuses it too; check and --dry-run run nothing, and ask for nothing'

mapfile -t all_users < <(users)
for who in "${all_users[@]}"; do
	act_as "$who"

	# What a program is able to do, told by itself.
	scenario power <<'END'
  - server: exec status grep -E '^(Cap|NoNew|Seccomp|Sig(Blk|Ign))' /proc/self/status
  - server: stdout status ^CapInh:.(0+)$$
    as: inheritable
  - server: stdout status ^CapPrm:.(0+)$$
    as: permitted
  - server: stdout status ^CapEff:.(0+)$$
    as: effective
  - server: stdout status ^CapBnd:.(0+)$$
    as: bounding
  - server: stdout status ^CapAmb:.(0+)$$
    as: ambient
  - server: stdout status ^NoNewPrivs:.(.)$$
    as: no_new_privs
  - server: stdout status ^Seccomp:.(.)$$
    as: seccomp
  - server: stdout status ^SigBlk:.(0+)$$
    as: blocked
  - server: stdout status ^SigIgn:.(0+)$$
    as: ignored
  - server: exec fds bash -c 'cd /proc/$$$$/fd; echo *; readlink 0'
  - server: stdout fds '^([0-9 ]+)'
    as: descriptors
  - server: stdout fds '^/dev/null'
    as: stdin
  - server: exec net readlink /proc/self/ns/net
  - server: stdout net '([0-9]+)'
    as: namespace
  - server: exec ps bash -c 'cd /proc; echo [0-9]*; echo $$$$'
  - server: stdout ps '^([0-9]+)$$'
    as: pid
  - server: stdout ps '^[0-9]+ [0-9 ]+'
    as: processes
  - server: exec env bash -c 'env | grep -c -E "SECRET|NETREPRO"; pwd; echo $$HOME'
  - server: stdout env '^([0-9]+)$$'
    as: secrets
  - server: stdout env '^(/.*)$$'
    as: folder
END
	export A_SECRET_OF_THE_USER=1
	run power
	exits 0
	for response in inheritable permitted effective bounding ambient blocked ignored; do
		recorded $response 0000000000000000
	done
	recorded no_new_privs 1
	recorded seccomp 2
	tap_report "as $who: a program has no capability in any set, cannot gain one, and no signal is blocked or ignored"
	recorded descriptors '0 1 2 3' # 3 is the folder itself, for *
	recorded stdin /dev/null
	recorded secrets 0
	recorded folder "$folder"
	tap_report "as $who: it has no other descriptor than 0 to 2, none of the user's environment, and is in the scenario's folder"
	[[ $(value namespace "$kept") =~ ^[0-9]+$ ]] || wrong+=("its network namespace: $(value namespace "$kept")")
	[[ $(value namespace "$kept") != "$(readlink /proc/self/ns/net | tr -dc 0-9)" ]] ||
		wrong+=("it is in the host's network namespace")
	recorded pid 2
	recorded processes '1 2'
	tap_report "as $who: it is in a network namespace that is not the host's, and sees no process but those of its own"

	# What it could change.
	scenario tree <<END
  - server: exec p bash -c 'touch $folder/$needle /$needle /run/$needle; echo 1 >/proc/sys/net/ipv4/tcp_timestamps; unshare -n true; ls /dev; echo done'
  - server: stdout p '$folder/$needle.:.(.*)'
    as: own_folder
  - server: stdout p ' ./$needle.:.(.*)'
    as: root_folder
  - server: stdout p '/run/$needle'
    as: run
  - server: stdout p 'tcp_timestamps:.(.*)'
    as: sysctl
  - server: stdout p 'unshare:.*:.(.*)'
    as: unshare
  - server: stdout p '^(mem|sd.*|vd.*|tty|kmsg|net)$$'
    as: device
END
	run tree
	exits 0
	recorded own_folder 'Read-only file system'
	recorded root_folder 'Read-only file system'
	recorded run none
	recorded sysctl 'Read-only file system'
	recorded unshare 'Operation not permitted'
	recorded device none
	[[ ! -e /run/$needle ]] || wrong+=("its /run is the host's")
	# The test is below /tmp. Who else has a socket there is in a tmux, say.
	scenario neighbours <<END
  - server: exec p bash -c 'cd ..; echo host \$\$(ls -A \$\$OLDPWD | grep -c "^neighbours.yaml") \$\$(ls -A /tmp | grep -c .)'
  - server: stdout p '^host (.*)'
    as: own_and_all
  - server: exec t bash -c 'echo 1 >/tmp/$needle && cat /tmp/$needle; echo 1 >/dev/null && chmod 600 /dev/null; cat /proc/self/limits'
  - server: stdout t ^1\$\$
    as: tmp
  - server: stdout t 'null.:.(.*)'
    as: mode_of_null
  - server: stdout t '^Max core file size +([0-9]+)'
    as: core
END
	run neighbours
	exits 0
	recorded own_and_all '1 1'
	recorded tmp 1
	[[ ! -e /tmp/$needle ]] || wrong+=("its /tmp is the host's")
	recorded core "$(($(ulimit -H -c | sed 's/unlimited/1/') ? 1 : 0))"
	[[ $(value mode_of_null "$kept") =~ ^(Read-only|Operation\ not) ]] ||
		wrong+=("the mode of /dev/null: $(value mode_of_null "$kept")")
	tap_report "as $who: files and sysctls of the host are read-only, its /run and /tmp are its own, with nothing of the host's but the folder of the scenario, and no device of the host's is there"

	# How they end.
	scenario ends <<'END'
  - server: exec three sh -c 'exit 3'
  - server: wait three
    as: three
  - server: wait three exit-3
  - server: exec killed sleep 1000
  - server: signal killed SIGKILL
  - server: wait killed
    as: killed
  - server: signal killed SIGTERM
    as: once_more
  - server: exec ended sleep 1000
  - server: signal ended SIGTERM
  - server: wait ended SIGTERM
  - server: exec handles bash -c 'trap "exit 7" USR1; echo ready; while :; do sleep 0.01; done'
  - server: stdout handles ^ready$$
  - server: signal handles SIGUSR1
  - server: wait handles
    as: handles
  - server: exec lasts sleep 1000
  - server: wait lasts
    as: lasts
    deadline: 50ms
  - server: wait three any
END
	run ends
	exits 0
	recorded three exit-3
	recorded killed SIGKILL
	recorded once_more ESRCH
	recorded handles exit-7
	recorded lasts timeout
	# One that has ended, and that nothing has waited for.
	scenario unawaited <<'END'
  - server: exec p true
  - server: sleep 100ms
  - server: signal p SIGTERM
    as: signal
END
	run unawaited
	exits 0
	recorded signal ESRCH
	tap_report "as $who: how a program ends, by itself or by a signal"

	# What they print.
	scenario prints <<'END'
  - server: exec p sh -c 'printf "one 1\ntwo "; printf >&2 "2 err\npart"; exec sleep 1000'
  - server: stdout p 'one (.)'
    as: group
  - server: stdout p 'two . err'
    as: match
  - server: stdout p one (x?)
    as: nothing
  - server: stdout p part
    as: half_a_line
    deadline: 50ms
  - server: signal p SIGKILL
  - server: wait p any
  - server: stdout p part
    as: last_line
  - server: stdout p never
    as: never
  - server: exec many sh -c 'i=0; while [ $$i -lt 30000 ]; do i=$$((i+1)); echo line $$i; done; echo end'
  - server: sleep 10ms
  - server: wait many
    as: many
  - server: stdout many 'line 29999'
    as: late
END
	run prints
	exits 0
	recorded group 1
	recorded match 'two 2 err'
	recorded nothing empty
	recorded half_a_line timeout
	recorded last_line part
	recorded never none
	recorded many exit-0
	recorded late 'line 29999'
	tap_report "as $who: what a program has printed, whole lines, and that nobody has to read for it to go on"

	# Within a line, however long it is, and in a time that others do not have to wait.
	scenario lines <<'END'
  - server: exec p bash -c 'echo one; echo two; echo last; exec sleep 1000'
  - server: stdout p ^last
  - server: stdout p one[[:space:]]two
    as: both
    deadline: 50ms
  - server: exec q bash -c 'printf "short\\na%02000d\\nready\\n" 0'
  - server: stdout q ^ready
  - server: stdout q ^short$$
    as: before
  - server: stdout q ^(a)
    as: beginning
END
	run lines
	exits 0
	recorded both timeout
	recorded before short
	recorded beginning a
	for pattern in ^ready 'a0+' '0$$'; do
		scenario unseen <<END
  - server: exec q bash -c 'printf "short\\na%02000d\\nready\\n" 0'
  - server: stdout q $pattern
    as: response
END
		run unseen
		exits 1
		verdict inconc 'a line that is longer than is looked at'
	done
	scenario slow <<'END'
  - server: exec p bash -c 'printf "%01000000d\\n" 0; exec sleep 1000'
  - server: stdout p 0.*1
    as: response
END
	run slow
	exits 1
	verdict inconc 'a line that is longer than is looked at'
	tap_report "as $who: a pattern matches within a line, and of a long one its beginning is looked at"

	# Set-up that did not come about.
	scenario dies <<'END'
  - server: exec p sh -c 'echo last words; exit 1'
  - server: until-listening p 80
END
	run dies
	exits 1
	verdict inconc "gave exit-1; its last words: 'last words'"
	scenario silent <<'END'
  - server: exec p true
  - server: stdout p ready
END
	run silent
	exits 1
	verdict inconc 'gave none: nothing more will be printed; it has printed nothing'
	scenario absent <<<'  - server: exec p no-program-is-called-so'
	run absent
	exits 3
	verdict skip "the program 'no-program-is-called-so' is not installed"
	scenario away <<<'  - server: exec p ./not-there'
	run away
	exits 3
	verdict skip "the program './not-there' is not there"
	scenario text <<<'  - server: exec p ./text.yaml'
	run text
	exits 1
	verdict inconc 'gave EACCES'
	tap_report "as $who: one that dies, says nothing, is not installed, or is none"

	# Their sockets.
	scenario sockets <<'END'
  - server: exec first article-server 0 0
  - server: until-listening first 12345
    as: up
  - server: tcp-state *:12345
    as: listens
  - client: socket c
  - client: bind c *:4000
  - client: connect c server:12345
  - client: tcp-state *:4000
    as: connected
  - server: tcp-state *:12345
    as: both
  - client: send c 100
  - server: wait first exit-0
  - client: recv c 100
  - client: recv c eof
  - client: close c
  - server: tcp-state *:12345
    as: left_behind
  - server: exec second article-server 0 0
  - server: stdout second ^bind (.*)
    as: rebind
  - server: restart
  - server: exec second article-server 1 0
  - server: stdout second ^bind (.*)
    as: rebind_later
END
	run sockets
	exits 0
	recorded up ok
	recorded listens LISTEN
	recorded connected ESTABLISHED
	recorded both ESTABLISHED+LISTEN
	recorded left_behind TIME-WAIT
	recorded rebind EADDRINUSE
	recorded rebind_later EADDRINUSE # what TIME-WAIT remembers is the first one's
	tap_report "as $who: the sockets of programs are seen by tcp-state and until-listening"

	# What they leave.
	scenario daemon <<END
  - server: exec p bash -c '(setsid setsid sleep $needle &); echo up'
  - server: stdout p ^up
  - server: wait p
  - server: sleep 20ms
END
	run daemon
	exits 0
	none_left
	scenario restart <<END
  - server: exec p bash -c '(setsid setsid article-server 0 $needle &); exec sleep $needle'
  - server: until-listening p 12345
  - server: restart
  - server: tcp-state *:12345
    as: state
END
	run restart
	exits 0
	recorded state none
	none_left
	tap_report "as $who: what detaches itself is gone with its cell, and by restart"
	scenario lasting <<END
  - server: exec p bash -c '(setsid setsid sleep $needle &); exec sleep $needle'
  - server: sleep 1000s
END
	for victim in netrepro netrepro-worker; do
		start run --quiet --allow-exec lasting.yaml
		await 'both processes of the program' bash -c "((\$(pgrep -c -f '^sleep $needle') == 2))"
		if [[ $victim == netrepro ]]; then
			kill -KILL "$runner"
		else
			mapfile -t workers < <(ours_named netrepro-worker)
			kill -KILL "${workers[@]}"
		fi
		ends
		none_left
		left=$(all_gone) || wrong+=("left behind: $left")
		tap_report "as $who: nothing of a program is left where $victim is killed"
	done

	# Of the article, one cell by each closer; the command that is printed for one again can be typed.
	for cell in 2 6; do
		try run --quiet --allow-exec --cell $cell scenarios/article-programs.yaml
		exits 0
		silent out
		silent err
	done
	try lab --plain --allow-exec --until 8 --cell 0 scenarios/article-programs.yaml -- server true
	exits 0
	tap_report "as $who: the article's programs, in a run and in a lab"
done

# Under sudo it is the user who called.
if ((EUID == 0)) && has_user 'under sudo programs run as the user who called'; then
	act_as root
	scenario sudo <<<'  - server: exec p id -u
  - server: stdout p (.+)
    as: user'
	as+=(SUDO_UID=65534 SUDO_GID=65534)
	run sudo
	exits 0
	recorded user 65534
	tap_report 'under sudo programs run as the user who called'
fi
finish
