#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# `make ablation`: what each part of input generation is worth. Faults that take a while are fuzzed
# from an empty corpus with parts switched off, with each of SEEDS seeds, for at most TIME_S seconds
# of a core; without sanitizers unless SAN= asks for some. Prints a row for each fault: the median of
# the CPU seconds until it was found, `>` where that run did not find it. What was measured stays in
# build/ablation and is not measured again.

set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

PARTS='decoder mutator swarm edges'
TIME_S=${TIME_S:-30} SEEDS=${SEEDS:-3}
is_number "$TIME_S" || die "TIME_S=$TIME_S: not a number of seconds"
is_number "$SEEDS" || die "SEEDS=$SEEDS: not a number of seeds"
unset B
export SAN="${SAN:-none}"
FUZZ=fuzz-$(printf '%s' "$SAN" | tr , -)

# options PART: those of a fuzzer that has this part and the ones before it.
options() {
	case $1 in
	decoder) say --without=mutator --without=swarm -use_counters=1 ;;
	mutator) say --without=swarm -use_counters=1 ;;
	swarm) say -use_counters=1 ;;
	edges) ;;
	esac
}

# seconds FUZZER PART SEED DIR: how many of a core it took; > before the number if it found nothing.
seconds() {
	rm -rf "$4"
	mkdir -p "$4/corpus"
	# shellcheck disable=SC2046,SC2086,SC3045 # $calm is two words or none; every shell has ulimit -t
	{ (ulimit -t "$TIME_S" && $calm "$1" -seed="$3" -max_total_time=$((TIME_S * 20)) -max_len=512 \
		-timeout=10 -artifact_prefix="$4/" "$4/corpus" $(options "$2")) >"$4.log" 2>&1 || true; } 2>/dev/null
	found='>'
	! grep -q 'Test unit written to' "$4.log" || found=
	rm -rf "$4"
	# The second line: user and system time of children.
	times | awk -F '[ ms]+' -v found="$found" 'NR == 2 { printf "%s%.2f\n", found, $1 * 60 + $2 + $3 * 60 + $4 }'
}

# The middle one, those that found nothing last.
median() {
	sed 's/^>\(.*\)/1 \1/; t; s/^/0 /' | sort -k 1,1n -k 2,2n |
		awk '{ v[NR] = ($1 ? ">" : "") $2 } END { print v[int((NR + 1) / 2)] }'
}

say "| fault | $(say "$PARTS" | sed 's/ / | /g') |"
say '| --- | --- | --- | --- | --- |'
while read -r fault; do
	target=$(fault_header "$fault" Target)
	fuzzer=build/bugs/$fault/$FUZZ/fuzz_$target
	build "$fuzzer" B="$fault" </dev/null
	row="| \`$fault\` |"
	for part in $PARTS; do
		results=build/ablation/$fault-$part.seconds
		mkdir -p build/ablation
		touch "$results"
		seed=$(($(wc -l <"$results") + 1))
		while [ "$seed" -le "$SEEDS" ]; do
			(seconds "$fuzzer" "$part" "$seed" build/ablation/run) >>"$results" </dev/null
			seed=$((seed + 1))
		done
		row="$row $(median <"$results") |"
	done
	say "$row"
done <bugs/ablation
