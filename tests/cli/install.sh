#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# make install and uninstall, and the man page.
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin install
need make man

# files: all that is below root, with their modes
files() {
	find root -mindepth 1 -printf '%M %P\n' | sort -k2
}

# make_in_top TARGET: with what the one who runs `make test` has given it left out
make_in_top() {
	env -u MAKEFLAGS -u MAKELEVEL -u SAN -u DESTDIR -u PREFIX make --no-print-directory -C "$top" "$1" \
		DESTDIR="$folder/root" PREFIX=/usr >made 2>&1 || mapfile -t -O "${#wrong[@]}" wrong <made
}
make_in_top install
for file in bin/netrepro share/man/man1/netrepro.1 share/netrepro/scenarios/server-restart.yaml \
	share/netrepro/scenarios/README.md; do
	[[ -f root/usr/$file ]] || wrong+=("$file is not there")
done
is 'the mode of the program' "$(stat -c %a root/usr/bin/netrepro)" 755
is 'the mode of the man page' "$(stat -c %a root/usr/share/man/man1/netrepro.1)" 644
for file in "$top"/scenarios/* "$top"/scenarios/labs/* "$top"/scenarios/articles/*; do
	[[ -d $file ]] || cmp -s "$file" "root/usr/share/netrepro/${file#"$top/"}" || wrong+=("${file#"$top/"} is not installed as it is")
done
is 'what is below other folders than /usr' "$(find root -mindepth 1 -maxdepth 1 -printf '%P ')" 'usr '
is 'what a user cannot read' "$(files | grep -vE '^(-r..r..r..|dr.xr.xr.x) ')" ''
tap_report 'make install: all is there, and all can read it'

is 'the version' "$(root/usr/bin/netrepro --version)" "$("$folder/netrepro" --version)"
tap_report 'the installed program starts'
(cd / && "$folder/root/usr/bin/netrepro" list) >listed 2>&1
says listed /share/netrepro/scenarios/server-restart.yaml
(cd / && "$folder/root/usr/bin/netrepro" check server-restart) >checked 2>&1
says checked '/share/netrepro/scenarios/server-restart.yaml: good'
(cd / && "$folder/root/usr/bin/netrepro" claims) >claimed 2>&1
says claimed '49 claims: '
tap_report 'the installed program finds the scenarios that were installed with it'
if [[ -n $(users) ]]; then
	(cd / && "$folder/root/usr/bin/netrepro" run --quiet --allow-exec --cell 2 article-programs) >ran 2>&1 ||
		wrong+=("it ends with $?")
	silent ran
	tap_report 'the installed program finds the programs that were installed with it'
else
	skip 'the installed program finds the programs that were installed with it' 'no cell can be run here'
fi

page=root/usr/share/man/man1/netrepro.1
man='man'
! command -v man.REAL >/dev/null || man=man.REAL # behind the stub of a minimal image
LC_ALL=C.UTF-8 MANWIDTH=80 $man --warnings -l "$page" >rendered 2>warnings || wrong+=('man fails')
silent warnings
for section in NAME SYNOPSIS DESCRIPTION EXAMPLES 'SEE ALSO'; do
	grep -q "^$section" rendered || wrong+=("it has no section $section")
done
tap_report 'the man page renders without a warning'
is 'the version in the man page' "$(grep -oE 'netrepro [0-9]+\.[0-9]+\.[0-9]+' rendered | sort -u)" "$("$folder/netrepro" --version)"
tap_report 'the man page is of this version'

# What others have put there stays.
mkdir -p root/usr/share/netrepro-others root/usr/bin
touch root/usr/bin/other root/usr/share/netrepro-others/file
make_in_top uninstall
is 'what is left' "$(find root -type f -printf '%P ' | tr ' ' '\n' | grep . | sort | tr '\n' ' ')" \
	'usr/bin/other usr/share/netrepro-others/file '
tap_report 'make uninstall takes away what is its own, and nothing else'
make_in_top uninstall
tap_report 'make uninstall twice'

finish
