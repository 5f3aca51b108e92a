#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# bench-harness.sh DIRECTORY: what the harness costs, for target T. The replayer's inputs with oracles
# on and off, then an empty libFuzzer target beside ours, without sanitizers and with those of `make
# fuzz`, then the same under AFL++, for TIME_S seconds each, on inputs of up to 32 operations. JSON goes
# to the directory.

set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

T=${T:-ops_amdv1} TIME_S=${TIME_S:-10} out=${1:-build/bench}
is_target "$T" || die "T=$T: no such target; make targets lists them"
is_number "$TIME_S" || die "TIME_S=$TIME_S: not a number of seconds"
max_len=168 # a header of 8 bytes and 32 operations of 5
mkdir -p "$out"

build build/replay/bench "build/corpus/$T.made"
case $(target_hw "$T") in
amdv1 | x86_64)
	build/replay/bench -f "$(target_hw "$T")" -i "build/corpus/$T" -o "$out/oracles.json"
	say
	;;
esac

cat >"$out/empty.c" <<END
#include <stddef.h>
int LLVMFuzzerTestOneInput(const void *data, size_t size);
int LLVMFuzzerTestOneInput(const void *data, size_t size)
{
	(void)data, (void)size;
	return 0;
}
END

# turns COMMAND EMPTY OURS: has the two programs fuzzed in turn, three times each, as other programs
# disturb both; leaves executions a second as $empty and $full.
turns() {
	empty=0 full=0
	for _ in 1 2 3; do
		"$1" "$2" >"$out/speed"
		empty=$((empty + $(cat "$out/speed") / 3))
		"$1" "$3" >"$out/speed"
		full=$((full + $(cat "$out/speed") / 3))
	done
}

# libfuzzer PROGRAM: says how many executions a second it runs from $start.
libfuzzer() {
	rm -rf "$out/found"
	mkdir -p "$out/found"
	# shellcheck disable=SC2086 # $calm is two words or none
	$calm "$1" -max_total_time="$TIME_S" -max_len=$max_len -seed=1 -print_final_stats=1 \
		-artifact_prefix="$out/" "$out/found" "$start" >"$out/libfuzzer.log" 2>&1 ||
		die "$1 ends before it is timed: $out/libfuzzer.log"
	sed -n 's/^stat::average_exec_per_sec: *//p' "$out/libfuzzer.log"
}

# afl PROGRAM: the same, under AFL++.
afl() {
	rm -rf "$out/afl"
	ASAN_OPTIONS='' AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 \
		afl-fuzz -i "build/corpus/$T" -o "$out/afl" -m none -t 1000+ -V "$TIME_S" -G $max_len \
		-- "$1" >"$out/afl.log" 2>&1 || die "AFL++ does not run $1: $out/afl.log"
	sed -n 's/^execs_per_sec *: *\([0-9]*\).*/\1/p' "$out/afl/default/fuzzer_stats"
}

# Fuzzers begin from what one of them found before: most of a campaign finds little that is new.
build SAN=none "build/fuzz-none/fuzz_$T"
start=build/corpus/$T
libfuzzer "build/fuzz-none/fuzz_$T" >/dev/null
start=$out/inputs
rm -rf "$start"
mv "$out/found" "$start"

printf '%-24s %12s %12s %8s %8s\n' 'executions a second' empty "$T" ratio 'at most'
for sanitizers in none address,undefined; do
	flavour=fuzz-none link=fuzzer bound=30
	[ "$sanitizers" = none ] || flavour=fuzz link=fuzzer,$sanitizers bound=25
	build "SAN=$sanitizers" "build/$flavour/fuzz_$T"
	"$CLANG" -O1 -fsanitize=$link -o "$out/empty" "$out/empty.c"
	turns libfuzzer "$out/empty" "build/$flavour/fuzz_$T"
	ratio=$(awk "BEGIN { printf \"%.1f\", $empty / $full }")
	printf '%-24s %12s %12s %8s %8s\n' "$sanitizers" "$empty" "$full" "$ratio" "$bound"
	printf '{"target": "%s", "sanitizers": "%s", "unit": "executions/s", "empty": %s, "full": %s}\n' \
		"$T" "$sanitizers" "$empty" "$full" >"$out/executions-$sanitizers.json"
done

# AFL++ is bound by what it and the target tell each other, so what counts is the share.
build "build/afl/fuzz_$T"
AFL_QUIET=1 afl-clang-fast -O2 -fsanitize=fuzzer -o "$out/empty" "$out/empty.c"
turns afl "$out/empty" "build/afl/fuzz_$T"
say
say "AFL++: $full executions a second, of an empty target $empty: $((100 * full / empty)) %, at least 60 %"
printf '{"target": "%s", "fuzzer": "AFL++", "unit": "executions/s", "empty": %s, "full": %s}\n' \
	"$T" "$empty" "$full" >"$out/executions-afl.json"
