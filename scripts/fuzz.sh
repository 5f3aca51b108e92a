#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# `make fuzz`: builds target T with libFuzzer, runs it for TIME_S seconds from its corpus or from
# CORPUS, and says how it goes. A fault ends it with exit 1, its key, its listing and the command
# that replays it. Finds are kept in build/runs/T/corpus for the next time.

set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

T=${T:-ops_amdv1} B=${B:-} TIME_S=${TIME_S:-60} JOBS=${JOBS:-1} CORPUS=${CORPUS:-}
is_target "$T" || die "T=$T: no such target; make targets lists them"
is_number "$TIME_S" || die "TIME_S=$TIME_S: not a number of seconds"
is_number "$JOBS" || die "JOBS=$JOBS: not a number of processes"
[ -z "$B" ] || ! is_kernel_target "$T" || die "B=$B: faults are for our engine, $T runs the kernel's"
[ -z "$CORPUS" ] || [ "$CORPUS" = empty ] || [ -d "$CORPUS" ] || die "CORPUS=$CORPUS: no such directory"

with=build/${B:+bugs/$B/}
fuzzer=$with$FUZZ/fuzz_$T
replayer=${with}replay/fuzz_$T
work=${with}runs/$T
log=$work/log
start=build/corpus/$T
found=$work/corpus

need_sources "$T"
say "Building $fuzzer"
build "$fuzzer" "$start.made"
case $CORPUS in
'') ;;
empty)
	start=
	found=$work/from-nothing
	rm -rf "$found"
	;;
*)
	start=$CORPUS
	if ls "$CORPUS"/*.ops >/dev/null 2>&1; then
		start=$work/start
		scripts/corpus.sh "$T" "$CORPUS" "$start"
	fi
	;;
esac
mkdir -p "$found" "$work/crashes"

# A program of 64 operations fits into 512 bytes; as text it takes more.
length=512
[ "$(target_hw "$T")" != none ] || length=4096
set -- -max_total_time="$TIME_S" -max_len="$length" -timeout=10 -print_final_stats=1 \
	-artifact_prefix="$work/crashes/" "$found" ${start:+"$start"}
[ ! -s "build/dict/$T.dict" ] || set -- -dict="build/dict/$T.dict" "$@"
[ "$JOBS" -eq 1 ] || set -- -fork="$JOBS" "$@"

# libFuzzer's last status line, as a person reads it.
status() { # SECONDS PASSED
	grep -a '^#[0-9]' "$log" | tail -n 1 | tr ':' ' ' | awk -v t="$1" -v total="$TIME_S" '
	{
		for (i = 2; i < NF; i++)
			v[$i] = $(i + 1)
		sub(/\/.*/, "", v["corp"])
		left = total > t ? total - t : 0
		printf "%5d s %10d runs %7d/s  coverage %5d  corpus %5d  %5d s left\n",
			t, substr($1, 2), v["exec/s"], v["cov"], v["corp"], left
	}'
}

say "Fuzzing $T${B:+ with the fault $B} for $TIME_S s, finds go to $found"
began=$(date +%s)
# One that hangs where -timeout does not reach is killed; reading a large corpus is not counted as time.
# shellcheck disable=SC2086 # $calm is two words or none
TMPDIR=$work timeout -s KILL $((TIME_S + 600)) $calm "$fuzzer" "$@" >"$log" 2>&1 &
pid=$!
stopped=
trap 'stopped=yes; kill -TERM $pid 2>/dev/null || true' INT TERM
every=$((TIME_S / 12 + 1))
next=$every
while kill -0 $pid 2>/dev/null; do
	passed=$(($(date +%s) - began))
	if [ "$passed" -ge "$next" ] && [ "$passed" -lt "$TIME_S" ]; then
		status "$passed"
		next=$((passed + every))
	fi
	sleep 0.5 || true
done
result=0
wait $pid || result=$?
passed=$(($(date +%s) - began))

artifact=$(sed -n 's/.*Test unit written to //p' "$log" | head -n 1)
if [ -z "$artifact" ]; then
	status "$passed"
	if [ -n "$stopped" ]; then
		say "Stopped; what was found is in $found"
		exit 130
	fi
	if [ "$result" -ne 0 ]; then
		tail -n 20 "$log" >&2
		die "$fuzzer ended with $result and left no input; its output is $log"
	fi
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p; s/^#\([0-9]*\).*/\1/p' "$log" | tail -n 1)
	say "$T: ${runs:-0} executions in $passed s, no fault"
	exit 0
fi

# The replayer names the file in its report; what only a sanitizer sees, or what takes too long for
# libFuzzer, needs the fuzzer itself.
build "$replayer"
command="$replayer $artifact"
report=$work/report
{ timeout -s KILL 20 "$replayer" "$artifact" >"$report" 2>&1 || true; } 2>/dev/null
if ! grep -q '^FAULT ' "$report"; then
	command="${calm:+$calm }$fuzzer -timeout=10 $artifact"
	sed -n '/^FAULT\|ERROR: \|runtime error:/,$p' "$log" | sed '/^NOTE: libFuzzer\|^stat::/,$d' >"$report"
fi
key=$(sed -n 's/.*FAULT key=\([^ ]*\).*/\1/p' "$report" | head -n 1)
[ -n "$key" ] || key=$(sed -n 's/^SUMMARY: //p' "$log" | head -n 1)
say
if grep -q '^FAULT ' "$report"; then
	sed -n '/^FAULT /,/^Aborted$/p' "$report" | grep -vx Aborted
else
	cat "$report"
fi
say
say "fault   $key after $passed s"
say "file    $artifact"
say "replay  $command"
exit 1
