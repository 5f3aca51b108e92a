#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# `make check`: runs the groups of scripts/check/, all or those of CHECKS. A group prints a line for
# each check, "ok NAME", "FAIL NAME: why" or "skip NAME: why"; the last line here is their sum.

set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

# What is checked does not depend on how make was called, but for CC.
unset T B F SAN CORPUS TIME_S JOBS
export FUZZ=fuzz REPLAY=replay

mkdir -p build/check
results=build/check/results
: >"$results"

for group in ${CHECKS:-build rules yaml hook races unit replay memory determinism input faults nomem fuzz kernel triage}; do
	[ -x "scripts/check/$group.sh" ] || die "CHECKS=$group: no such group in scripts/check/"
	{
		"scripts/check/$group.sh" 2>"build/check/$group.log" ||
			say "FAIL $group: ended with $?; see build/check/$group.log"
	} | tee -a "$results"
done

passed=$(grep -c '^ok ' "$results" || true)
failed=$(grep -c '^FAIL ' "$results" || true)
skipped=$(grep -c '^skip ' "$results" || true)
say
[ "$failed" -eq 0 ] || grep '^FAIL ' "$results"
[ "$skipped" -eq 0 ] || say "$skipped skipped"
say "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
