#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Interleavings: the same input gives the same digest under libFuzzer and in the replayer, wherever
# memory lies; ThreadSanitizer sees a missing release on a fixed schedule, and nothing in the healthy
# engine; real threads meet no fault.

set -eu
cd "$(dirname "$0")/../.."
. scripts/check/lib.sh

dir=build/check/races
inputs=build/corpus/race_amdv1
release=race-publish-relaxed
acquire=race-link-relaxed
mkdir -p "$dir"

build build/corpus/race_amdv1.made build/replay/fuzz_race_amdv1 build/fuzz/digest_race_amdv1 build/replay/stress >&2
build SAN=thread B="$release $acquire" build/replay-thread/fuzz_race_amdv1 \
	build/bugs/$release/replay-thread/fuzz_race_amdv1 build/bugs/$acquire/replay-thread/fuzz_race_amdv1 >&2

# same_digests NAME COMMAND..: as many digests as inputs, and those of the replayer.
same_digests() {
	name="digests of races, $1"
	shift
	if "$@" 2>"$dir/said" | grep -o '^[0-9a-f]\{16\}' >"$dir/others" && cmp -s "$dir/replayer" "$dir/others"; then
		ok "$name: $(wc -l <"$dir/others")"
	else
		failed "$name" "differ from the replayer's: $(tail -n 1 "$dir/said")"
	fi
}

build/replay/fuzz_race_amdv1 -q --digest "$inputs" | cut -d ' ' -f 1 >"$dir/replayer"
# shellcheck disable=SC2086 # $calm is two words or none
same_digests 'run by libFuzzer' $calm build/fuzz/digest_race_amdv1 -runs=1 -detect_leaks=0 "$inputs"/*
same_digests 'memory elsewhere' build/replay/fuzz_race_amdv1 -q --digest "$inputs"
if setarch -R true 2>/dev/null; then
	same_digests 'memory not randomised' setarch -R build/replay/fuzz_race_amdv1 -q --digest "$inputs"
fi

# With a rule alone that has nothing to say, only ThreadSanitizer can see the fault.
for fault in $release $acquire; do
	# shellcheck disable=SC2086
	expect "ThreadSanitizer sees $fault" 66 'WARNING: ThreadSanitizer: data race' -- \
		$calm build/bugs/$fault/replay-thread/fuzz_race_amdv1 --oracle dirty bugs/$acquire.ops
done
# shellcheck disable=SC2086
expect 'ThreadSanitizer is content with the corpus' 0 'inputs replayed' -- \
	$calm build/replay-thread/fuzz_race_amdv1 "$inputs" bugs/$acquire.ops
expect 'threads on shared tables' 0 'no fault' -- build/replay/stress 2
