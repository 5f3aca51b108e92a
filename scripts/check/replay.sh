#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Corpus and regress/ replay without a fault in every flavour, twice in a process, and with the same
# results in all of them.

set -eu
cd "$(dirname "$0")/../.."
. scripts/check/lib.sh

[ $# -gt 0 ] || each_healthy_target
target=$1
inputs=$(inputs_of "$target")
first=
for flavour in $REPLAYERS; do
	digests=build/check/$target-$flavour.digests
	name="replay[$target $flavour]"
	if [ ! -x "build/$flavour/fuzz_$target" ]; then
		failed "$name" 'not built'
		continue
	fi
	status=0
	# shellcheck disable=SC2046,SC2086 # lists of words
	timeout 300 $(launcher "$flavour") "build/$flavour/fuzz_$target" --digest --twice $inputs >"$digests" 2>&1 ||
		status=$?
	last=$(tail -n 1 "$digests")
	if [ "$status" -ne 0 ]; then
		failed "$name" "ended with $status: $(grep -m 1 -e FAULT -e SUMMARY "$digests" || say "$last")"
		continue
	fi
	sed -i '$d' "$digests"
	if [ -n "$first" ] && ! cmp -s "$first" "$digests"; then
		failed "$name" "results differ from ${first##*/}: $(diff "$first" "$digests" | sed -n 2p)"
	elif [ ! -s "$digests" ]; then
		say "skip $name: no inputs"
	else
		ok "$name ${last% in *}"
	fi
	first=${first:-$digests}
done
