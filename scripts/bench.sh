#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# `make bench`: what a call of the engine costs, compiled by gcc and by clang, then what the harness
# costs. All figures go to build/bench.json too, an array with an object for each run. KERNEL_BENCH=1
# adds the kernel's engines, without their assertions.

set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

work=build/bench
rm -rf "$work"
mkdir -p "$work"

bench=bench
if [ -n "${KERNEL_BENCH:-}" ]; then
	need_sources linux_amd_v1_612
	bench=bench_kernel
fi
build "build/product/$bench" "build/product-clang/$bench"
for flavour in product product-clang; do
	for format in amdv1 x86_64; do
		"build/$flavour/$bench" -f "$format" -o "$work/$format-$flavour.json"
		say
	done
done
scripts/bench-harness.sh "$work"
if [ -n "${KERNEL_BENCH:-}" ]; then
	build build/replay/bench_kernel build/corpus/linux_amdv1.made build/corpus/linux_x86_64.made
	for format in amdv1 x86_64; do
		build/replay/bench_kernel -f "$format" -k -i "build/corpus/linux_$format" \
			-o "$work/kernel-oracles-$format.json"
	done
fi

awk 'FNR == 1 { printf "%s", NR == 1 ? "[\n" : ",\n" } { print } END { print "]" }' \
	"$work"/*.json >build/bench.json
say
say 'JSON: build/bench.json'
