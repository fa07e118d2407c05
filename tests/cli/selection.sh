#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Which runs are made, and in which order: --set, --cell, --replicates, --seed, --dry-run.
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin selection

# 12 combinations, of which 0, 6, 7 and 8 are excluded, and two cells more: 12 and 13.
cat >small.yaml <<'END'
name: small
question: Which cells are there?
matrix:
  colour: [red, green, blue]
  place: [in, out]
  path:
    near: {to: 127.0.0.1, where: server}
    far: {to: server, where: client}
exclude:
  - {colour: green, place: out}
  - {path: near, place: in, colour: [red, blue]}
include:
  - {colour: violet, path: far}
namespaces:
  server: {sysctl: {net.ipv4.tcp_tw_reuse: 1}}
  client: {}
actors:
  client: {in: $where}
steps:
  - server: socket s
  - server: bind s *:80
  - server: listen s
  - client: socket c
  - when: {place: in}
    do:
      - client: connect c $to:80
        as: connected
  - when: {colour: violet}
    do:
      - client: sleep 1ms
      - server: socket other
      - server: bind other *:80
        as: again
        for: 3ms
        every: 1ms
END

# cells_of DIR: their IDs, in the order of the file
cells_of() {
	jq -r 'select(.type == "cell") | .id' "runs/$1/results.jsonl" | tr '\n' ' '
}

# selects CELLS ARGUMENT…: a run of these makes these cells, each once
selects() {
	local cells=$1
	shift
	rm -rf runs/selected
	mkdir -p runs
	try run --quiet -o runs/selected "$@" small.yaml
	exits 0
	is 'the cells' "$(cells_of selected | tr ' ' '\n' | grep . | sort -n | tr '\n' ' ')" "$cells "
	is 'what the first line says' "$(head -n1 runs/selected/results.jsonl | jq -r .runs)" "$(wc -w <<<"$cells")"
	tap_report "run $*"
}
selects '1 2 3 4 5 9 10 11 12 13'
selects '1 2 3' --set colour=red
selects '1 2 3 9 10 11' --set colour=red,blue
selects '1 9' --set colour=red,blue --set place=in --set path=far
selects '12 13' --set colour=violet
selects '1 3 5 9 11 12 13' --set path=far
selects '10' --cell 10
selects '12' --cell 12
selects '3' --cell 3 --set path=far --set colour=red
selects '3 3 3' --cell 3 --replicates 3
selects '1 1 1 1 9 9 9 9' --replicates 4 --set colour=red,blue --set place=in
is 'the replicates' "$(jq -r 'select(.type == "cell") | [.id, .replicate] | join(".")' runs/selected/results.jsonl | sort |
	tr '\n' ' ')" '1.1 1.2 1.3 1.4 9.1 9.2 9.3 9.4 '
is '--set in the first line' "$(head -n1 runs/selected/results.jsonl | jq -c .set)" '{"colour":["red","blue"],"place":["in"]}'
is '--replicates in the first line' "$(head -n1 runs/selected/results.jsonl | jq -c .replicates)" 4
tap_report 'each replicate has its number, and the first line says what was chosen'
jq -r 'select(.type == "cell") | [.id, .levels.colour, .levels.place, .levels.path] | join(" ")' \
	runs/selected/results.jsonl | sort -u >levels
is 'the levels' "$(cat levels)" $'1 red in far\n9 blue in far'
tap_report 'a result names the levels of its cell'

transcript max-cells run --max-cells 9 small.yaml
try run --quiet --max-cells 10 small.yaml
exits 0
tap_report '--max-cells counts the cells, without those that are excluded'
transcript max-cells-set run --max-cells 9 --set colour=red small.yaml

# Those that sleep or repeat are left out: they let others by.
in_order=(--jobs 1 --replicates 3 --set 'colour=red,green,blue')
# ordered NAME SEED: one after the other, the order being the seed's
ordered() {
	try run --quiet "${in_order[@]}" --seed "$2" -o "runs/$1" small.yaml
	exits 0
}
ordered first 7
ordered same 7
ordered other 8
is 'the order with the same seed' "$(cells_of same)" "$(cells_of first)"
[[ $(cells_of other) != "$(cells_of first)" ]] || wrong+=("the order is the same with another seed: $(cells_of first)")
is 'the cells with another seed' "$(cells_of other | tr ' ' '\n' | sort)" "$(cells_of first | tr ' ' '\n' | sort)"
is 'the seed in the first line' "$(head -n1 runs/other/results.jsonl | jq -r .seed)" 8
[[ $(cells_of first) != "$(cells_of first | tr ' ' '\n' | grep . | sort -n | tr '\n' ' ')" ]] ||
	wrong+=('the cells run in the order of the file')
tap_report 'the order is the seed'\''s'
try run --quiet "${in_order[@]}" -o runs/drawn small.yaml
seed=$(head -n1 runs/drawn/results.jsonl | jq -r .seed)
ordered repeated "$seed"
is 'the order' "$(cells_of repeated)" "$(cells_of drawn)"
tap_report 'a run without --seed says which one it drew, and with that it can be repeated'
ordered huge 18446744073709551615
is 'the seed in the first line' "$(head -n1 runs/huge/results.jsonl | jq -r .seed)" 18446744073709551615
tap_report 'the largest seed'
# A resumed run goes on in the same order.
head -n 9 runs/first/results.jsonl >cut.jsonl
mkdir runs/resumed
cp cut.jsonl runs/resumed/results.jsonl
try run --quiet "${in_order[@]}" --resume -o runs/resumed small.yaml
exits 0
is 'the order' "$(cells_of resumed)" "$(cells_of first)"
tap_report 'a resumed run goes on in its own order'

transcript dry-run run --dry-run small.yaml
transcript dry-run-set run --dry-run --set colour=violet --replicates 2 small.yaml
transcript dry-run-cell run --dry-run --cell 2 small.yaml
try run --dry-run "${in_order[@]}" --seed 7 small.yaml
is 'the order' "$(sed -n 's/^cell \([0-9]*\).*/\1/p' out | tr '\n' ' ')" "$(cells_of first)"
tap_report '--dry-run with a seed shows the order of the run'
before=$(ls)
try run --dry-run -o dry small.yaml
exits 0
try run --dry-run -o dry small.yaml scenarios/server-restart.yaml
exits 0
is 'what is in the folder' "$(ls)" "$before"
tap_report '--dry-run makes no output folder'

if has_powerless; then
	try run --dry-run small.yaml
	cp out mighty
	try_powerless run --dry-run small.yaml
	exits 0
	cmp -s mighty out || wrong+=("it is another one: $(diff mighty out | head -n 5)")
	tap_report '--dry-run needs no privilege'
	try_powerless run --quiet small.yaml
	exits 3
	tap_report '… where a run has none'
else
	skip '--dry-run needs no privilege' 'this host does not let the test make a user namespace'
fi

finish
