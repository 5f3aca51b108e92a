#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# `make soak`: fuzzes every target, the kernel's too where its sources can be had, or those of T: JOBS at
# a time, each for an equal part of TIME_S seconds, by scripts/fuzz.sh. A row for each as it ends, with the
# memory it held at the start, after half of its executions and at the end. Exit 1 if there was a fault, or
# if memory still grew in the second half of a minute or more.

set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

T=${T:-all} TIME_S=${TIME_S:-3600} JOBS=${JOBS:-$(nproc)}
is_number "$TIME_S" || die "TIME_S=$TIME_S: not a number of seconds"
is_number "$JOBS" || die "JOBS=$JOBS: not a number of processes"
if [ "$T" = all ]; then
	T=$(say "$TARGETS" | tr ' ' '\n' | grep -vx canary)
	# shellcheck disable=SC2086 # words
	if reason=$( (scripts/deps.sh kernel && scripts/kernel-source.sh build/kernel-src $KERNEL_FETCH) 2>&1); then
		T="$T $KERNEL_TARGETS"
	else
		say "Without the kernel's targets: $(say "$reason" | tail -n 1)"
	fi
fi
n=0
set --
for t in $T; do
	is_target "$t" || die "T=$t: no such target; make targets lists them"
	need_sources "$t"
	set -- "$@" "build/$FUZZ/fuzz_$t" "build/replay/fuzz_$t" "build/corpus/$t.made"
	n=$((n + 1))
done
say "Building $n fuzzers"
build "$@"

turn=$((TIME_S * JOBS / n))
[ "$turn" -le "$TIME_S" ] || turn=$TIME_S
[ "$turn" -gt 0 ] || turn=1

running= # as words PID:TARGET
stopped=
faults=
trap 'stopped=yes; for j in $running; do kill -TERM "${j%%:*}" 2>/dev/null || true; done' INT TERM

# row TARGET VERDICT: what libFuzzer's status lines say; false if memory grew.
row() {
	grep -a '^#[0-9]' "build/runs/$1/log" | tr ':' ' ' | awk -v t="$1" -v turn="$turn" -v verdict="$2" '
	{
		for (i = 2; i < NF; i++)
			v[$i] = $(i + 1)
		runs[++n] = substr($1, 2) + 0
		rss[n] = v["rss"] + 0
		peak = rss[n] > peak ? rss[n] : peak
	}
	END {
		for (half = 1; half < n && runs[half] * 2 < runs[n]; half++)
			;
		grows = turn >= 60 && rss[n] > rss[half] * 1.1
		printf "%-20s %10d %7d %8d %6d %6d %6d %6d %6d  %s\n", t, runs[n], v["exec/s"], v["cov"], v["corp"],
			rss[1], rss[half], rss[n], peak, verdict == "no fault" && grows ? "memory grows" : verdict
		exit grows
	}'
}

# Rows of those that have ended.
settle() {
	left=
	for j in $running; do
		if kill -0 "${j%%:*}" 2>/dev/null; then
			left="$left $j"
			continue
		fi
		status=0
		wait "${j%%:*}" || status=$?
		case $status in
		0) row "${j#*:}" "no fault" || faults="$faults ${j#*:}" ;;
		130) row "${j#*:}" stopped || true ;;
		*)
			row "${j#*:}" FAULT || true
			faults="$faults ${j#*:}"
			;;
		esac
	done
	running=$left
}

say "Fuzzing each for $turn s, $JOBS at a time; finds and logs go to build/runs; memory is in MiB"
printf '%-20s %10s %7s %8s %6s %6s %6s %6s %6s\n' target runs runs/s coverage corpus start half end peak
for t in $T ''; do
	# The last word waits for all.
	while [ "$(say "$running" | wc -w)" -ge "$([ -n "$t" ] && say "$JOBS" || say 1)" ]; do
		sleep 0.5 || true
		settle
	done
	[ -z "$stopped" ] || t=
	[ -n "$t" ] || continue
	mkdir -p "build/runs/$t"
	T=$t B='' TIME_S=$turn JOBS=1 CORPUS='' setpriv --pdeathsig TERM scripts/fuzz.sh >"build/runs/$t/soak" 2>&1 &
	running="$running $!:$t"
done

for t in $faults; do
	say
	say "$t"
	sed '/^Building\|^Fuzzing\|^ *[0-9]* s  *[0-9]* runs/d' "build/runs/$t/soak"
done
say
if [ -n "$stopped" ]; then
	say "Stopped; what was found is in build/runs"
	exit 130
fi
# shellcheck disable=SC2086 # words
set -- $faults
say "$n targets, $# at fault"
[ $# -eq 0 ]
