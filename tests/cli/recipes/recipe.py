# SPDX-License-Identifier: GPL-2.0-or-later
# Reads the recipes for CI as GitHub Actions and GitLab do, as far as they use them. What it does not know is an error.
#
#	recipe.py breaches SCHEMA FILE…	where a .gitlab-ci.yml does not keep to the schema (JSON), a line each
#	recipe.py rows FILE FOLDER	what each row of its matrix runs, in a folder each below FOLDER: FOLDER/N/
#		row		the row, for people
#		env		the environment that the recipe gives, NAME=VALUE a line
#		NN.sh		the commands of a step
#		NN.always	there where they run also when a step before has failed
#		artefacts	the paths that are kept, a line each
#		junit		the one of them that is said to be JUnit's, where it is said
# Rows that run the same, and differ in the machine alone, are one.
import itertools
import json
import pathlib
import re
import sys

import yaml


def wrong(text):
    sys.exit(f"recipe.py: {text}")


def read(path):
    return yaml.safe_load(pathlib.Path(path).read_text())


def breaches(schema_path, *paths):
    import jsonschema

    schema = json.loads(pathlib.Path(schema_path).read_text())
    validator = jsonschema.validators.validator_for(schema)(schema)
    for path in paths:
        for error in validator.iter_errors(read(path)):
            print(f"{pathlib.Path(path).name}: {'.'.join(map(str, error.path))}: {error.message[:300]}")


def product(matrix):
    return [dict(zip(matrix, levels)) for levels in itertools.product(*matrix.values())]


def substituted(text, row):
    """With the expressions that are the row's own in place."""

    def value(match):
        known = re.fullmatch(r"matrix\.(\w+)", match[1].strip())
        return row[known[1]] if known and known[1] in row else wrong(f"the expression {match[0]} is not known here")

    return re.sub(r"\$\{\{(.*?)\}\}", value, str(text))


def holds(condition, row):
    """Of a step's `if`: whether it is run in this row, and whether it is after a failure as well."""
    if condition is None:
        return True, False
    if condition == "always()":
        return True, True
    known = re.fullmatch(r"matrix\.(\w+) == '(.*)'", condition)
    if not known:
        wrong(f"the condition {condition} is not known here")
    return row[known[1]] == known[2], False


def github_rows(recipe):
    (job,) = recipe["jobs"].values()
    if job["defaults"]["run"]["shell"] != "bash":
        wrong("another shell than bash")
    for row in product(job["strategy"]["matrix"]):
        steps, artefacts = [], []
        for step in job["steps"]:
            runs, always = holds(step.get("if"), row)
            if step.get("uses", "").startswith("actions/upload-artifact@"):
                if not always:
                    wrong("artefacts are not kept after a failure")
                artefacts += step["with"]["path"].split()
            if unknown := step.keys() - {"name", "uses", "with", "if", "run"}:
                wrong(f"a step with {unknown}")
            if runs and "run" in step:
                steps.append((substituted(step["run"], row), always))
        yield row, {k: substituted(v, row) for k, v in recipe["env"].items()}, steps, artefacts, ""


def gitlab_rows(recipe):
    job = recipe["netrepro"]
    # One shell runs them all.
    script = "\n".join(job["before_script"] + job["script"]) + "\n"
    artifacts = job["artifacts"]
    if artifacts["when"] != "always":
        wrong("artefacts are not kept after a failure")
    for entry in job["parallel"]["matrix"]:
        for row in product(entry):
            yield row, {**recipe["variables"], **row}, [(script, False)], artifacts["paths"], artifacts["reports"]["junit"]


def rows(path, folder):
    recipe = read(path)
    known = set()
    n = 0
    for row, env, steps, artefacts, junit in (github_rows if "jobs" in recipe else gitlab_rows)(recipe):
        used = {k: v for k, v in env.items() if any(f"${k}" in script for script, _ in steps)}
        what = repr((used, steps))
        if what in known:
            continue
        known.add(what)
        out = pathlib.Path(folder, str(n))
        out.mkdir(parents=True)
        n += 1
        (out / "row").write_text(", ".join(f"{k}={v}" for k, v in row.items()))
        (out / "env").write_text("".join(f"{k}={v}\n" for k, v in used.items()))
        (out / "artefacts").write_text("".join(f"{a}\n" for a in artefacts))
        (out / "junit").write_text(junit)
        for number, (script, always) in enumerate(steps):
            (out / f"{number:02}.sh").write_text(script)
            if always:
                (out / f"{number:02}.always").touch()


if __name__ == "__main__":
    {"breaches": breaches, "rows": rows}[sys.argv[1]](*sys.argv[2:])
