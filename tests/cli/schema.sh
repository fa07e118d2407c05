#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# scenario.schema.json, held by a validator against the scenarios, the examples of the reference, and files that are bad.
set -u -o pipefail
# shellcheck source=tests/cli/tap.bash
. tests/cli/tap.bash
begin schema

# Debian's and Ubuntu's own: another python3 in the PATH need not have the modules.
python=/usr/bin/python3
if ! "$python" -c 'import yaml; from jsonschema import Draft202012Validator' 2>/dev/null; then
	skip 'the schema of scenarios' 'python3-jsonschema (4.0 or later) or python3-yaml is missing (ci/setup test)'
	finish
fi

# PyYAML reads YAML 1.1, where yes and off are no texts; scenarios are YAML 1.2.
cat >validate.py <<'EOP'
import json, re, sys, warnings
warnings.simplefilter("ignore")
import jsonschema, yaml

class Loader(yaml.SafeLoader):
    pass
kept = ("null", "int", "float")
Loader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in forms if tag.rsplit(":", 1)[1] in kept]
    for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))

schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
for path in sys.argv[2:]:
    try:
        errors = list(validator.iter_errors(yaml.load(open(path), Loader)))
    except Exception as error:
        print(path, "no YAML", type(error).__name__, sep="\t")
        continue
    where = "/".join(map(str, errors[0].absolute_path)) if errors else ""
    print(path, "bad" if errors else "good", where + ": " + errors[0].message[:100] if errors else "", sep="\t")
EOP
validate() {
	"$python" validate.py "$top/scenarios/scenario.schema.json" "$@" >verdicts 2>err || wrong+=("the validator: $(tail -n 1 err)")
}

validate
tap_report 'the schema is one'

validate "$top"/scenarios/*.yaml
is 'how many are good' "$(grep -c $'\tgood\t' verdicts)" "$(find "$top/scenarios" -maxdepth 1 -name '*.yaml' | wc -l)"
grep -v $'\tgood\t' verdicts >rest && wrong+=("$(cat rest)")
tap_report 'the scenarios'

# Each example that is a whole scenario.
awk -v fence="\`\`\`" '
	$0 == fence "yaml" && !inside { inside = 1; name = "example-" NR ".yaml"; next }
	index($0, fence) == 1 { inside = 0; name = "" }
	name != "" { print >name }
' "$top/scenarios/README.md"
validate example-*.yaml
(($(grep -c $'\tgood\t' verdicts) >= 5)) || wrong+=('there are few examples')
grep -v $'\tgood\t' verdicts >rest && wrong+=("$(cat rest)")
tap_report 'the examples of scenarios/README.md'

# What an editor can tell before the program does: keys, kinds of values, names.
bad=$top/tests/golden/bad-input
validate "$bad"/{unknown-key,unknown-key-of-a-step,unknown-key-of-a-namespace,unknown-key-of-deadlines,claim-unknown-key}.yaml \
	"$bad"/{unknown-verb,no-name,no-steps,empty-steps,matrix-is-a-list,level-twice,factor-name,name-with-blanks}.yaml \
	"$bad"/{step-is-a-text,do-without-when,every-without-for,expect-without-is,took-one-duration,sysctl-path}.yaml \
	"$bad"/{claim-without-says,claim-unknown-verdict,mechanism-is-a-text,deadline-wrong,when-empty}.yaml
grep -v $'\tbad\t' verdicts >rest && wrong+=("the schema takes what the program refuses: $(cut -f1 rest | xargs -n1 basename | xargs)")
tap_report 'what is bad is refused'

# Lists of claims have a schema of their own.
printf 'title: t\narticles:\n- {title: a, claims: [{id: C1, says: it, note: n}]}\n' >list-good.yaml
printf 'title: t\narticles:\n- {title: a, claims: [{id: C1, says: it, verdict: refuted}]}\n' >list-verdict.yaml
printf 'title: t\narticles:\n- {title: a, claims: [{id: C 1, says: it}]}\n' >list-name.yaml
printf 'title: t\narticles: []\n' >list-empty.yaml
"$python" validate.py "$top/scenarios/articles/list.schema.json" "$top"/scenarios/articles/*.yaml list-*.yaml >verdicts 2>err ||
	wrong+=("the validator: $(tail -n 1 err)")
is 'the bad ones' "$(sed -n 's/\tbad\t.*//p' verdicts | tr '\n' ' ')" 'list-empty.yaml list-name.yaml list-verdict.yaml '
for list in list-*.yaml; do
	try claims --list "$list" scenarios
	[[ $(grep -c "^$list"$'\tgood' verdicts) == $((status == 0)) ]] || wrong+=("$list: the program ends with $status")
done
tap_report 'lists of claims'

# A verb that the program has and the schema has not would be marked in every editor.
./netrepro list --verbs --format json >verbs.json
for verb in $(jq -r '.[].name' verbs.json); do
	printf 'name: x\nsteps:\n  - server: %s a b c\n' "$verb" >"verb-$verb.yaml"
done
validate verb-*.yaml
(($(wc -l <verdicts) >= 20)) || wrong+=('there are few verbs')
grep -v $'\tgood\t' verdicts >rest && wrong+=("$(cat rest)")
tap_report 'all verbs'

finish
