#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# `make bugs`: how much is found. Each planted fault whose name matches B (a pattern, all if not
# given) is fuzzed from an empty corpus for at most TIME_S seconds of a core with each of SEEDS seeds,
# JOBS at a time, and the committed corpus is replayed on it. Results stay in build/bugs/FAULT, and count
# until the fault or the sources change: what was measured is not measured again. The table goes to
# the terminal and, once no fault lacks a result, to docs/bugs.md and build/bugs.json.

set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

pattern=${PATTERN:-*} TIME_S=${TIME_S:-60} SEEDS=${SEEDS:-3} JOBS=${JOBS:-1}
is_number "$TIME_S" || die "TIME_S=$TIME_S: not a number of seconds"
is_number "$SEEDS" || die "SEEDS=$SEEDS: not a number of seeds"
is_number "$JOBS" || die "JOBS=$JOBS: not a number of processes"
unset B
export TIME_S SEEDS

# fuzz_once FAULT TARGET SEED: one line "found|missed RUNS SECONDS REACHED TRIGGERED KEY".
fuzz_once() {
	fuzzer=build/bugs/$1/$FUZZ/fuzz_$2
	work=build/bugs/$1/seed-$3
	rm -rf "$work"
	mkdir -p "$work/corpus"
	set -- -seed="$3" -max_total_time=$((TIME_S * 10)) -max_len=512 -timeout=10 -print_final_stats=1 \
		-artifact_prefix="$work/" "$work/corpus"
	began=$(date +%s)
	# shellcheck disable=SC2086,SC3045 # $calm is two words or none; every shell has ulimit -t
	{ (ulimit -t "$TIME_S" && TMPDIR=$work $calm "$fuzzer" "$@") >"$work.log" 2>&1 || true; } 2>/dev/null
	passed=$(($(date +%s) - began))
	rm -rf "$work"
	awk -v passed="$passed" '
	/^BUG reached/ { reached = "yes" }
	/^BUG triggered/ { triggered = "yes" }
	/^FAULT key=/ && key == "" { key = substr($2, 5) }
	/^SUMMARY: / { summary = $3 }
	/^#[0-9]/ { runs = substr($1, 2) }
	/^stat::number_of_executed_units:/ { runs = $2 }
	/Test unit written to/ { found = 1 }
	END {
		if (key == "")
			key = found ? summary : "-"
		print (found ? "found" : "missed"), runs + 0, passed, reached ? reached : "no",
			triggered ? triggered : "no", key
	}' "$work.log"
}

# replay_corpus FAULT TARGET: the key of the first fault the corpus raises, or -.
replay_corpus() {
	replayer=build/bugs/$1/quick/fuzz_$2
	key=$( { timeout 120 "$replayer" "build/corpus/$2" 2>&1 || echo "FAULT key=crash"; } 2>/dev/null |
		sed -n 's/^FAULT key=\([^ ]*\).*/\1/p' | head -n 1)
	say "${key:--}"
}

# newer FILE THAN: is there, and was written after the other?
newer() {
	[ -n "$(find "$1" -newer "$2" 2>/dev/null)" ]
}

# measured RESULT BINARY: is the result of this binary, and of at least this time?
measured() {
	newer "$1" "$2" || return 1
	read -r verdict _ passed _ <"$1"
	[ "$verdict" != missed ] || [ "$passed" -ge "$TIME_S" ]
}

# One fault: called by itself through xargs.
if [ $# -eq 1 ]; then
	fault=$1
	target=$(fault_header "$fault" Target)
	fuzzer=build/bugs/$fault/$FUZZ/fuzz_$target
	replayer=build/bugs/$fault/quick/fuzz_$target
	if ! build "$fuzzer" "$replayer" "build/corpus/$target.made" B="$fault" >"build/bugs/$fault.log" 2>&1; then
		say "$fault does not build: see build/bugs/$fault.log"
		exit 0
	fi
	killed=build/bugs/$fault/killed
	if ! newer "$killed" "$replayer" || ! newer "$killed" "build/corpus/$target.made"; then
		replay_corpus "$fault" "$target" >"$killed.new"
		mv "$killed.new" "$killed"
	fi
	n=0 seed=1
	while [ "$seed" -le "$SEEDS" ]; do
		result=build/bugs/$fault/result-$seed
		if ! measured "$result" "$fuzzer"; then
			fuzz_once "$fault" "$target" "$seed" >"$result.new"
			mv "$result.new" "$result"
		fi
		read -r verdict _ <"$result"
		[ "$verdict" = missed ] || n=$((n + 1))
		seed=$((seed + 1))
	done
	read -r verdict runs passed _ <"build/bugs/$fault/result-1"
	say "$(printf '%-24s found %d/%d, seed 1: %s after %d executions, %d s; by replay: %s' \
		"$fault" "$n" "$SEEDS" "$verdict" "$runs" "$passed" "$(cat "$killed")")"
	exit 0
fi

faults=$(find bugs -name "$pattern.patch" -exec basename {} .patch \; | sort)
[ -n "$faults" ] || die "B=$pattern: no such fault in bugs/"
mkdir -p build/bugs
# shellcheck disable=SC2086 # a list of words
set -- $faults
total=$#
say "$total faults, $SEEDS seeds of at most $TIME_S s each, $JOBS at a time"
began=$(date +%s)
build "build/$FUZZ/libharness.a" "build/$FUZZ/libcore.a" build/quick/libharness.a build/quick/libcore.a
printf '%s\n' "$@" | xargs -P "$JOBS" -n 1 "$0" | awk -v total="$total" '{
	printf "[%3d/%3d] %s\n", ++n, total, $0
	fflush()
}'
say "measured in $(($(date +%s) - began)) s"
scripts/bugs-table.sh
