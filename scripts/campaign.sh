#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# `make campaign`: a fleet of AFL++ processes on target T for TIME_S seconds, JOBS at a time; several
# targets take turns. It goes on where the last one stopped, keeps its corpus, and at the end folds
# what crashed by key. `make campaign-status` shows the same line from another terminal.
#
# Roles by number: 1 main; 2 ASan+UBSan; 3 CMPLOG; 4 the mutator of programs; 5 libFuzzer, which
# shares finds both ways; from 6 on AFL++ with other schedules.

set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

T=${T:-ops_amdv1} JOBS=${JOBS:-$(nproc)} TIME_S=${TIME_S:-3600} TURN_S=${TURN_S:-600}
is_number "$TIME_S" || die "TIME_S=$TIME_S: not a number of seconds"
is_number "$JOBS" || die "JOBS=$JOBS: not a number of processes"
[ "$T" != all ] || T=$(say "$TARGETS" | tr ' ' '\n' | grep -v '^canary$')
for t in $T; do
	is_target "$t" || die "T=$t: no such target; make targets lists them"
done

export AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 AFL_NO_COLOR=1
export AFL_NO_AFFINITY=1 AFL_AUTORESUME=1 AFL_IMPORT_FIRST=1 AFL_FORKSRV_INIT_TMOUT=10000
export TERM="${TERM:-dumb}"

# Said once: what on this host would make it faster. Nothing is changed.
advise() {
	governor=$(cat /sys/devices/system/cpu/cpu0/cpufreq/scaling_governor 2>/dev/null || true)
	case $governor in
	'' | performance) ;;
	*) say "Faster with: the CPU governor set to performance (it is $governor)" ;;
	esac
	case $(cat /proc/sys/kernel/core_pattern 2>/dev/null) in
	'|'*) say "Faster with: a core pattern that is no pipe, as crashes go through it" ;;
	esac
}

# value NAME FILE: a number of AFL++'s fuzzer_stats, 0 if there is none.
value() {
	sed -n "s/^$1 *: *\([0-9.]*\).*/\1/p" "$2" 2>/dev/null | head -n 1
}

# status DIRECTORY SECONDS: the fleet in one line.
status() {
	execs=0 speed=0 finds=0 stability=100 coverage=0 members=0
	for f in "$1"/*/fuzzer_stats; do
		[ -e "$f" ] || continue
		members=$((members + 1))
		v=$(value execs_done "$f") && execs=$((execs + ${v:-0}))
		v=$(value execs_per_sec "$f") && v=${v%.*} && speed=$((speed + ${v:-0}))
		v=$(value corpus_count "$f") && [ "${v:-0}" -le "$finds" ] || finds=$v
		v=$(value edges_found "$f") && [ "${v:-0}" -le "$coverage" ] || coverage=$v
		v=$(value stability "$f") && v=${v%.*} && [ "${v:-100}" -ge "$stability" ] || stability=$v
	done
	crashes=$(find "$1" -path '*/crashes/id*' 2>/dev/null | wc -l)
	printf '%6s s  %-14s %d fuzzers  %11d runs  %7d/s  edges %5d  corpus %5d  crashes %3d  stability %s %%\n' \
		"$2" "$(basename "${1%/fleet}")" "$members" "$execs" "$speed" "$coverage" "$finds" "$crashes" \
		"$stability"
}

if [ "${1:-}" = status ]; then
	for directory in build/work/*/fleet; do
		[ -d "$directory" ] || die "no campaign yet"
		status "$directory" -
	done
	exit 0
fi

pids=
stopped=
stop_fleet() {
	for pid in $pids; do
		kill -TERM "$pid" 2>/dev/null || true
	done
	for pid in $pids; do
		wait "$pid" 2>/dev/null || true
	done
	pids=
}
trap 'stopped=yes' INT TERM
trap stop_fleet EXIT

# member NUMBER: starts one process of the fleet of $t.
member() {
	bin=build/afl/fuzz_$t role="-S s$1" log=$work/log.$1
	extra=
	mutator=
	case $1 in
	1) role="-M s1" ;;
	2) bin=build/afl-asan/fuzz_$t ;;
	3) extra="-c build/afl-cmplog/fuzz_$t -l 2" ;;
	4) [ -z "$hw" ] || mutator=$PWD/build/afl/mutator.so ;;
	5)
		# shellcheck disable=SC2086 # $calm is two words or none
		TMPDIR=$work $calm "build/$FUZZ/fuzz_$t" -max_total_time="$turn" -max_len=512 -reload=1 \
			-artifact_prefix="$work/crashes/" "$found" "$fleet/s1/queue" >"$log" 2>&1 &
		pids="$pids $!"
		return
		;;
	*)
		n=0
		for p in explore coe quad lin exploit rare; do
			[ "$n" -ne $((($1 - 6) % 6)) ] || extra="-p $p"
			n=$((n + 1))
		done
		[ $(($1 % 2)) -eq 0 ] || [ -z "$hw" ] || mutator=$PWD/build/afl/mutator.so
		;;
	esac
	[ ! -s "build/dict/$t.dict" ] || extra="$extra -x build/dict/$t.dict"
	# shellcheck disable=SC2086 # words
	ASAN_OPTIONS=abort_on_error=1:symbolize=0 UBSAN_OPTIONS=halt_on_error=1:abort_on_error=1 \
		IOMMUPT_HW=$hw AFL_CUSTOM_MUTATOR_LIBRARY=$mutator \
		$calm afl-fuzz $role -i "$start" -o "$fleet" -F "$found" -m none -t 1000+ -V "$turn" \
		-G 512 $extra -- "$bin" >"$log" 2>&1 &
	pids="$pids $!"
}

# One turn of target $t, $turn seconds.
take_turn() {
	hw=$(target_hw "$t")
	[ "$hw" != none ] || hw=
	work=build/work/$t fleet=$work/fleet found=$work/corpus start=$work/fleet-start
	mkdir -p "$work/crashes" "$found" "$fleet" "$start"
	needed="build/afl/fuzz_$t build/corpus/$t.made"
	[ "$JOBS" -lt 2 ] || needed="$needed build/afl-asan/fuzz_$t"
	[ "$JOBS" -lt 3 ] || needed="$needed build/afl-cmplog/fuzz_$t"
	[ "$JOBS" -lt 4 ] || needed="$needed build/afl/mutator.so"
	[ "$JOBS" -lt 5 ] || needed="$needed build/$FUZZ/fuzz_$t"
	need_sources "$t"
	say "Building what a fleet of $JOBS on $t needs"
	# shellcheck disable=SC2086 # words
	build $needed
	printf '\0' >"$start/zero"
	find "build/corpus/$t" -type f -size -5k -exec cp -n {} "$start" \; 2>/dev/null || true
	began=$(date +%s)
	i=0
	while [ "$i" -lt "$JOBS" ]; do
		i=$((i + 1))
		member "$i"
	done
	next=10
	while passed=$(($(date +%s) - began)) && [ "$passed" -lt $((turn + 20)) ] && [ -z "$stopped" ]; do
		alive=
		for pid in $pids; do
			! kill -0 "$pid" 2>/dev/null || alive=yes
		done
		[ -n "$alive" ] || break
		if [ "$passed" -ge "$next" ]; then
			status "$fleet" "$passed"
			next=$((passed + turn / 12 + 5))
		fi
		sleep 1 || true
	done
	stop_fleet
	status "$fleet" "$passed"
	find "$fleet" -path '*/queue/id*' -newer "$start/zero" -exec cp -n {} "$found" \; 2>/dev/null || true
	if ! grep -qs . "$fleet"/*/fuzzer_stats; then
		tail -n 5 "$work/log.1" >&2
		die "the fleet did not start; its output is $work/log.*"
	fi
}

advise
n=0
for t in $T; do
	n=$((n + 1))
done
turn=$TIME_S
[ "$n" -eq 1 ] || turn=$((TIME_S / n < TURN_S ? TIME_S / n : TURN_S))
[ "$turn" -gt 0 ] || turn=1
end=$(($(date +%s) + TIME_S))
again=yes
while [ -n "$again" ] && [ -z "$stopped" ]; do
	for t in $T; do
		[ -n "$stopped" ] || take_turn
	done
	[ "$n" -gt 1 ] && [ "$(date +%s)" -lt "$end" ] || again=
done

# What crashed, by cause.
set --
for t in $T; do
	for d in "build/work/$t/fleet"/*/crashes "build/work/$t/crashes"; do
		[ ! -d "$d" ] || [ -z "$(ls -A "$d")" ] || set -- "$@" "$d"
	done
done
if [ $# -eq 0 ]; then
	say "no crash"
	[ -z "$stopped" ] || exit 130
	exit 0
fi
for t in $T; do
	build build/iommupt "build/replay/fuzz_$t"
done
build/iommupt inbox -f -o build/work/inbox "$@" || true
say "shrunk programs are in build/work/inbox"
exit 1
