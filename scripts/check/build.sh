#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Everything compiles, without a warning, in every flavour.

set -eu
cd "$(dirname "$0")/../.."
. scripts/check/lib.sh

# try NAME GOAL..
try() {
	name=$1
	shift
	if build -k "$@" >"build/check/$name.log" 2>&1; then
		ok "build[$name]"
	else
		failed "build[$name]" "$(grep -m 1 -E ':[0-9]+:[0-9]+: |error|\*\*\*' "build/check/$name.log")"
	fi
}

tests=$(find tests -name 'test_*.c' -exec basename {} .c \;)
try library build/libiommupt.a
try mutator build/afl/mutator.so
for flavour in $REPLAYERS replay-clang32 fuzz; do
	set --
	for t in $TARGETS; do
		set -- "$@" "build/$flavour/fuzz_$t"
	done
	case $flavour in
	replay | replay-address-undefined)
		for t in $tests; do
			set -- "$@" "build/$flavour/tests/$t"
		done
		;;
	esac
	try "$flavour" "$@"
done
set --
for t in $TARGETS; do
	set -- "$@" "build/corpus/$t.made"
done
try corpus "$@"
