#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# `make bench`: builds the benchmark with both compilers and runs one after the other.

set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

build build/product/bench build/product-clang/bench
for flavour in product product-clang; do
	"build/$flavour/bench" -o "build/$flavour/bench.json"
done
