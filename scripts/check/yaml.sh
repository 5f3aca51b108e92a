#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Workflows and project files are YAML without a key said twice, and have what their reader looks
# for: GitHub jobs of steps that either use or run something, OSS-Fuzz a language, an address and
# engines, sanitizers and architectures that it knows.

set -eu
cd "$(dirname "$0")/../.."
. scripts/check/lib.sh

rules='{extends: relaxed, rules: {line-length: disable}}'
for file in .github/workflows/*.yml .clusterfuzzlite/*.yaml oss-fuzz/*.yaml; do
	if ! said=$(yamllint -s -f parsable -d "$rules" "$file" 2>&1); then
		failed "yaml[$file]" "$(say "$said" | head -n 1)"
	elif ! said=$(python3 - "$file" 2>&1 <<'EOF'
import sys
import yaml

path = sys.argv[1]
with open(path) as f:
    top = yaml.safe_load(f)


def need(condition, what):
    if not condition:
        sys.exit(what)


def known(name, values):
    need(set(top.get(name, [])) <= set(values), name + " has a value that nobody knows")


if ".github" in path:
    # YAML 1.1 reads the key "on" as a truth value.
    need(True in top or "on" in top, "no event starts it")
    need(top.get("permissions"), "no permissions: it would get all")
    for name, job in top["jobs"].items():
        need("runs-on" in job, name + ": no machine to run on")
        for step in job["steps"]:
            need(("uses" in step) != ("run" in step), name + ": a step has one of uses and run")
            need("@" in step.get("uses", "@"), name + ": an action without a version")
else:
    need(top.get("language") == "c", "no language, or not c")
    known("fuzzing_engines", ["libfuzzer", "afl", "honggfuzz", "centipede"])
    known("sanitizers", ["address", "undefined", "memory"])
    known("architectures", ["x86_64", "i386"])
    if "oss-fuzz" in path:
        for key in "homepage", "primary_contact", "main_repo":
            need(isinstance(top.get(key), str), "no " + key)
EOF
	); then
		failed "yaml[$file]" "$(say "$said" | tail -n 1)"
	else
		ok "yaml[$file]"
	fi
done
