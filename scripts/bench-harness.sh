#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the harness costs, for target T: the replayer's inputs with oracles on and off, and an empty
# libFuzzer target beside ours, without sanitizers and with those of `make fuzz`, for TIME_S
# seconds each. Inputs have up to 32 operations.

set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

T=${T:-ops_amdv1} TIME_S=${TIME_S:-10}
is_target "$T" || die "T=$T: no such target; make targets lists them"
is_number "$TIME_S" || die "TIME_S=$TIME_S: not a number of seconds"
max_len=168 # a header of 8 bytes and 32 operations of 5
work=build/bench/harness
mkdir -p "$work"

build build/replay/bench "build/corpus/$T.made"
case $(target_hw "$T") in
amdv1 | x86_64) build/replay/bench -f "$(target_hw "$T")" -i "build/corpus/$T" ;;
esac

printf '#include <stddef.h>\nint LLVMFuzzerTestOneInput(const void *data, size_t size);
int LLVMFuzzerTestOneInput(const void *data, size_t size)\n{\n\t(void)data, (void)size;\n\treturn 0;\n}\n' \
	>"$work/empty.c"

# executions_per_second PROGRAM
executions_per_second() {
	rm -rf "$work/found"
	mkdir -p "$work/found"
	# shellcheck disable=SC2086 # $calm is two words or none
	$calm "$1" -max_total_time="$TIME_S" -max_len=$max_len -seed=1 -print_final_stats=1 \
		-artifact_prefix="$work/" "$work/found" "build/corpus/$T" 2>&1 |
		sed -n 's/^stat::average_exec_per_sec: *//p'
}

say
printf '%-24s %12s %12s %8s\n' 'executions a second' empty "$T" ratio
for sanitizers in none address,undefined; do
	flavour=fuzz
	flags="-O1 -fsanitize=fuzzer,$sanitizers"
	if [ "$sanitizers" = none ]; then
		flavour=fuzz-none
		flags="-O1 -fsanitize=fuzzer"
	fi
	build "SAN=$sanitizers" "build/$flavour/fuzz_$T"
	# shellcheck disable=SC2086 # a list of options
	"$CLANG" $flags -o "$work/empty" "$work/empty.c"
	empty=$(executions_per_second "$work/empty")
	full=$(executions_per_second "build/$flavour/fuzz_$T")
	ratio=$(awk "BEGIN { print $empty / ($full + 0.001) }")
	printf '%-24s %12s %12s %8.1f\n' "$sanitizers" "$empty" "$full" "$ratio"
done
