#!/bin/bash -eu
# SPDX-License-Identifier: GPL-2.0-only
#
# The project's tests, as OSS-Fuzz runs them against a changed tree: replays of every corpus.

cd "$(dirname "$(readlink -f "$0")")"
[ -f mk/targets.mk ] || cd ..
[ -f mk/targets.mk ] || cd "${SRC:?}/iommupt-fuzz"
make -s CC=clang
for corpus in corpus/*/; do
	name=$(basename "$corpus")
	[[ $name != linux_* ]] || continue # needs kernel sources
	"build/replay/fuzz_$name" "$corpus"
done
