#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# `make campaign`: a fleet of AFL++ processes on target T for TIME_S seconds, JOBS at a time; several
# targets, or all, take turns of at most TURN_S seconds. It goes on where the last one stopped, keeps
# its corpus, names each new fault as it comes, and at the end folds and shrinks what crashed.
# `campaign.sh status` (make campaign-status) shows all fleets from another terminal.
#
# Roles by number: 1 main; 2 ASan+UBSan; 3 CMPLOG; 4 the mutator of programs; 5 libFuzzer, which
# shares finds both ways; from 6 on AFL++ with other schedules.

set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

# crash_files WORK: an input that was slow once, as when a laptop slept, is none.
crash_files() {
	find "$1/crashes" -type f ! -name 'slow-unit-*'
}

# counters FLEET: executions, their speed, edges, corpus, crashes, hangs, stability of all its
# members. AFL++ writes fuzzer_stats once a minute; what it found since tells by its name when. One that
# resumes moves its queue meanwhile, which find would complain of.
counters() {
	{
		for m in "$1"/*/; do
			say "member $(find "$m/queue" -name 'id*' | wc -l) $(find "$m" -path '*/hangs*/id*' | wc -l)"
			find "$m/queue" -name '*,execs:*' | sort | tail -n 1 |
				sed -n 's/.*,time:\([0-9]*\).*,execs:\([0-9]*\).*/found \1 \2/p'
			sed -n 's/^\([a-z_]*\) *: *\([0-9.]*\)%*$/\1 \2/p' "$m/fuzzer_stats" || true
		done 2>/dev/null
		say "crashes $(crash_files "${1%/fleet}" | wc -l)"
		grep -a '^#[0-9]' "${1%/fleet}/log.5" 2>/dev/null | tail -n 1 |
			sed -n 's/^#\([0-9]*\).*exec.s: \([0-9]*\).*/libfuzzer \1 \2/p'
	} | awk '
	function larger(a, b) { return a + 0 > b + 0 ? a + 0 : b + 0 }
	function close_member() {
		if (here["execs_done"] < here["found"]) {
			here["execs_done"] = here["found"]
			here["run_time"] = here["found_at"] / 1000
		}
		runs += here["execs_done"]
		speed += here["execs_done"] / larger(here["run_time"], 1)
		edges = larger(edges, here["edges_found"])
		if (here["stability"] + 0 && here["stability"] + 0 < stability)
			stability = here["stability"] + 0
		split("", here)
	}
	BEGIN { stability = 100 }
	$1 == "libfuzzer" { members++; runs += $2; speed += $3; next }
	$1 == "found" { here["found_at"] = $2; here["found"] = $3 + 0; next }
	$1 == "crashes" { crashes = $2; next }
	$1 != "member" { here[$1] = $2 + 0; next }
	{
		close_member()
		members++
		corpus = larger(corpus, $2)
		hangs += $3
	}
	END {
		close_member()
		printf "%d fuzzers %11d runs %7d/s  edges %5d  corpus %5d  crashes %3d  hangs %d  stability %.2f %%\n",
			members, runs, speed, edges, corpus, crashes, hangs, stability
	}'
}

# status TARGET TIME: its fleet in one line.
status() {
	printf '%8s  %-14s %s\n' "$2" "$1" "$(counters "build/runs/$1/fleet")"
}

if [ "${1:-}" = status ]; then
	[ -n "$(find build/runs -maxdepth 2 -name fleet 2>/dev/null)" ] || die "no campaign yet"
	for fleet in build/runs/*/fleet; do
		work=${fleet%/fleet}
		state=stopped
		flock -n "$work/lock" true || state=running
		status "${work##*/}" "$state"
		[ ! -s "$work/keys" ] || sed 's/^/          /' "$work/keys"
	done
	exit 0
fi

T=${T:-ops_amdv1} JOBS=${JOBS:-$(nproc)} TIME_S=${TIME_S:-3600} TURN_S=${TURN_S:-600}
is_number "$TIME_S" || die "TIME_S=$TIME_S: not a number of seconds"
is_number "$TURN_S" || die "TURN_S=$TURN_S: not a number of seconds"
is_number "$JOBS" || die "JOBS=$JOBS: not a number of processes"
[ "$T" != all ] || T=$(say "$TARGETS" | tr ' ' '\n' | grep -v '^canary$')
turns=0
for t in $T; do
	is_target "$t" || die "T=$t: no such target; make targets lists them"
	turns=$((turns + 1))
done

export AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1
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
	[ "$JOBS" -le "$(nproc)" ] || say "Faster with: JOBS=$(nproc), as many as there are cores"
}

# A fuzzer that was killed leaves its target behind, stopped. While no fleet runs on $t, nobody else
# has such a process.
end_leftovers() {
	ps -eo pid,stat,args | while read -r pid stat program _; do
		case $stat-$program in
		T*-build/afl/fuzz_"$t" | T*-build/afl-*/fuzz_"$t") ;;
		*) continue ;;
		esac
		[ "$(readlink "/proc/$pid/cwd")" != "$PWD" ] || kill -KILL "$pid" || true
	done
}

# The fleet, as words NUMBER:PID. Its members end with this script, however that ends.
members=
stopped=
locked=
with_us='setpriv --pdeathsig TERM'
stop_fleet() {
	for m in $members; do
		kill -TERM "${m#*:}" 2>/dev/null || true
	done
	for m in $members; do
		while kill -0 "${m#*:}" 2>/dev/null; do
			wait "${m#*:}" || true
		done
	done
	[ -z "$members" ] || end_leftovers
	members=
}

start_libfuzzer() {
	# shellcheck disable=SC2086 # $calm is two words or none
	TMPDIR=$work $with_us $calm "build/$FUZZ/fuzz_$t" -max_total_time=$((turn - passed)) \
		-max_len="$length" -reload=1 -timeout=10 -artifact_prefix="$work/crashes/" \
		"$found" "$fleet/s1/queue" "$start" >"$work/log.5" 2>&1 9>&- &
	members="$members 5:$!"
}

# start_member NUMBER: one process of the fleet of $t.
start_member() {
	bin=build/afl/fuzz_$t role="-S s$1" extra='' mutator=''
	case $1 in
	1) role="-M s1 -F $found" ;;
	2) bin=build/afl-asan/fuzz_$t ;;
	3) extra="-c build/afl-cmplog/fuzz_$t -l 2" ;;
	4) [ -z "$hw" ] || mutator=$PWD/build/afl/mutator.so ;;
	5)
		start_libfuzzer
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
		$with_us $calm afl-fuzz $role -i "$start" -o "$fleet" -m none -t 1000+ \
		-V $((turn - passed)) -G "$length" $extra -- "$bin" >"$work/log.$1" 2>&1 9>&- &
	members="$members $1:$!"
}

# A member that has ended is started again: libFuzzer ends with each crash, others were killed.
mind_members() {
	for m in $members; do
		! kill -0 "${m#*:}" 2>/dev/null || continue
		[ -z "$stopped" ] || return 0
		n=${m%%:*}
		members=$(say "$members" | sed "s/ *$m//")
		if [ "$n" -ne 5 ] && [ ! -s "$fleet/s$n/fuzzer_stats" ]; then
			sed '/^[^A-Za-z]*$/d' "$work/log.$n" | tail -n 3 >&2
			die "fuzzer $n did not start; its output is $work/log.$n"
		fi
		mv "$work/log.$n" "$work/log.$n.ended"
		[ "$n" -eq 5 ] || say "fuzzer $n has ended and is started again; its output is $work/log.$n.ended"
		start_member "$n"
	done
}

# key_of FILE: how its fault is named; what only a sanitizer sees is named by it.
key_of() {
	for flavour in replay replay-address-undefined; do
		[ -x "build/$flavour/fuzz_$t" ] || continue
		# shellcheck disable=SC2086 # $calm is two words or none
		{ timeout 20 $calm "build/$flavour/fuzz_$t" -q "$1" 2>&1 </dev/null |
			sed -n 's/.*FAULT key=\([^ ]*\).*/\1/p; s/^SUMMARY: //p' | head -n 1 | grep . && return; } \
			2>/dev/null
	done
	say "no fault when replayed"
}

# keep DIRECTORY PREFIX: hard links to the files on its input, NUL between, named by their content.
# A link is whole or not there, and one process makes them all; perl comes with AFL++.
keep() {
	xargs -r0 sha1sum 2>/dev/null | perl -e '
		while (<STDIN>) {
			($sum, $file) = /^(\w+)  (.*)/ or next;
			link($file, "$ARGV[0]$sum") or $!{EEXIST} or die "$ARGV[0]$sum: $!\n";
		}' "$1/$2"
}

# What the fleet found goes to the corpus that all fuzzers of the target begin with.
keep_finds() {
	find "$fleet" \( -path '*/queue/id*' -o -path '*/_resume/id*' \) -print0 | keep "$found" ''
}

# AFL++ renames a directory of crashes when it resumes; here they have libFuzzer's names, and keep them.
keep_crashes() {
	find "$fleet" -path '*/crashes*/id*' -print0 2>/dev/null | keep "$work/crashes" crash-
}

# Replays crashes not seen yet, some at a time, and says each key once.
name_crashes() {
	keep_crashes
	crash_files "$work" | grep -vxFf "$work/seen" | head -n 20 >"$work/new"
	while read -r file; do
		key=$(key_of "$file")
		[ -z "$stopped" ] || return 0
		if ! grep -qF "FAULT $key  " "$work/keys"; then
			say "FAULT $key  $file" >>"$work/keys"
			printf '%6s s  FAULT %s  %s\n' "$passed" "$key" "$file"
		fi
		say "$file" >>"$work/seen"
	done <"$work/new"
}

prepare() {
	hw=$(target_hw "$t")
	length=512
	if [ "$hw" = none ]; then
		hw='' length=4096
	fi
	work=build/runs/$t fleet=$work/fleet found=$work/corpus start=$work/fleet-start
	{
		mkdir -p "$work/crashes" "$found" "$fleet/s1/queue" "$start" &&
			touch "$work/lock" "$work/seen" "$work/keys" && printf '\0' >"$start/zero"
	} 2>/dev/null ||
		die "T=$t: $work cannot be written to"
	exec 9>"$work/lock"
	flock -w 10 9 || die "T=$t: a campaign on it is running; make campaign-status shows it"
	locked=yes
	end_leftovers
	needed="build/afl/fuzz_$t build/corpus/$t.made build/replay/fuzz_$t"
	[ "$JOBS" -lt 2 ] || needed="$needed build/afl-asan/fuzz_$t build/replay-address-undefined/fuzz_$t"
	[ "$JOBS" -lt 3 ] || needed="$needed build/afl-cmplog/fuzz_$t"
	[ "$JOBS" -lt 4 ] || needed="$needed build/afl/mutator.so"
	[ "$JOBS" -lt 5 ] || needed="$needed build/$FUZZ/fuzz_$t"
	need_sources "$t"
	say "Building what a fleet of $JOBS on $t needs"
	# shellcheck disable=SC2086 # words
	build $needed
	find "build/corpus/$t" -type f -size -5k -exec cp -ln -t "$start" {} +
	keep_finds
}

# One turn of target $t, $turn seconds.
take_turn() {
	prepare
	passed=0
	i=0
	while [ "$i" -lt "$JOBS" ] && [ -z "$stopped" ]; do
		i=$((i + 1))
		start_member "$i"
	done
	say "Fuzzing $t for $turn s, finds go to $work"
	began=$(date +%s)
	next=10
	while passed=$(($(date +%s) - began)) && [ "$passed" -lt "$turn" ] && [ -z "$stopped" ]; do
		if [ "$passed" -ge "$next" ]; then
			mind_members
			status "$t" "$passed s"
			next=$((passed + turn / 12 + 5))
		fi
		name_crashes
		sleep 2
	done
	end_turn
}

end_turn() {
	stop_fleet
	keep_crashes
	[ -n "$stopped" ] || name_crashes
	keep_finds
	exec 9>&-
	locked=
}

# The sum, and what crashed by cause; whatever a Ctrl-C broke off, which ends any command of a terminal
# that runs just then, comes to this. Only the folding of crashes can be broken off itself.
finish() {
	status=$?
	trap '' INT TERM
	if [ -z "$stopped" ] && [ "$status" -ne 0 ]; then
		stop_fleet
		exit "$status"
	fi
	[ -z "$locked" ] || end_turn
	say
	set --
	for t in $T; do
		work=build/runs/$t fleet=build/runs/$t/fleet
		[ -d "$fleet" ] || continue
		status "$t" total
		[ -z "$(crash_files "$work")" ] || set -- "$@" "$work/crashes"
	done
	trap 'stopped=yes' INT TERM
	if [ $# -gt 0 ] && build build/iommupt; then
		build/iommupt inbox -f -o build/runs/inbox "$@" || true
		say "Shrunk programs are in build/runs/inbox, the files that crashed in build/runs/*/crashes"
	fi
	if [ -n "$stopped" ]; then
		say "Stopped; the same command goes on from here"
		exit 130
	fi
	[ $# -gt 0 ] || say "no crash"
	[ $# -eq 0 ]
}

advise
turn=$TIME_S
[ "$turns" -eq 1 ] || turn=$((TIME_S / turns < TURN_S ? TIME_S / turns : TURN_S))
[ "$turn" -gt 0 ] || turn=1
end=$(($(date +%s) + TIME_S))
trap 'stopped=yes' INT TERM
trap finish EXIT
again=yes
while [ -n "$again" ]; do
	for t in $T; do
		take_turn
		[ -z "$stopped" ] || exit 130
	done
	[ "$turns" -gt 1 ] && [ "$(date +%s)" -lt "$end" ] || again=
done
