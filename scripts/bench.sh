#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# `make bench`: what a call of the engine costs, compiled by gcc and by clang, then what the harness
# costs. All figures go to build/bench.json too, an array with an object for each run.

set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

work=build/bench
rm -rf "$work"
mkdir -p "$work"

build build/product/bench build/product-clang/bench
for flavour in product product-clang; do
	for format in amdv1 x86_64; do
		"build/$flavour/bench" -f "$format" -o "$work/$format-$flavour.json"
		say
	done
done
scripts/bench-harness.sh "$work"

awk 'FNR == 1 { printf "%s", NR == 1 ? "[\n" : ",\n" } { print } END { print "]" }' \
	"$work"/*.json >build/bench.json
say
say 'JSON: build/bench.json'
