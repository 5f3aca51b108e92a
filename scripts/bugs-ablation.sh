#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# `make ablation`: what each part of input generation is worth. Faults that take a while are fuzzed
# from an empty corpus with parts switched off, with each of SEEDS seeds, for at most TIME_S seconds
# of a core; without sanitizers unless SAN= asks for some, as executions are what is compared. Prints
# a row for each fault: the median of the executions, `>` before one that did not find it. What was
# measured stays in build/ablation and is not measured again.

set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

PARTS='decoder mutator swarm'
TIME_S=${TIME_S:-30} SEEDS=${SEEDS:-3}
is_number "$TIME_S" || die "TIME_S=$TIME_S: not a number of seconds"
is_number "$SEEDS" || die "SEEDS=$SEEDS: not a number of seeds"
unset B
export SAN="${SAN:-none}"
FUZZ=fuzz-$(printf '%s' "$SAN" | tr , -)

# options PART: those of a fuzzer that has this part and the ones before it.
options() {
	case $1 in
	decoder) say --without=mutator --without=swarm ;;
	mutator) say --without=swarm ;;
	swarm) ;;
	esac
}

# executions FUZZER PART SEED DIR: how many it took; > before the number if it found nothing.
executions() {
	rm -rf "$4"
	mkdir -p "$4/corpus"
	# shellcheck disable=SC2046,SC2086,SC3045 # $calm is two words or none; every shell has ulimit -t
	{ (ulimit -t "$TIME_S" && $calm "$1" -seed="$3" -max_total_time=$((TIME_S * 20)) -max_len=512 \
		-timeout=10 -print_final_stats=1 -artifact_prefix="$4/" "$4/corpus" $(options "$2")) \
		>"$4.log" 2>&1 || true; } 2>/dev/null
	rm -rf "$4"
	awk '
	/^#[0-9]/ { runs = substr($1, 2) }
	/^stat::number_of_executed_units:/ { runs = $2 }
	/Test unit written to/ { found = 1 }
	END { print (found ? "" : ">") runs + 0 }' "$4.log"
}

# The middle one, those that found nothing last.
median() {
	sed 's/^>\(.*\)/1 \1/; t; s/^/0 /' | sort -k 1,1n -k 2,2n |
		awk '{ v[NR] = ($1 ? ">" : "") $2 } END { print v[int((NR + 1) / 2)] }'
}

say "| fault | $(say "$PARTS" | sed 's/ / | /g') |"
say '| --- | --- | --- | --- |'
while read -r fault; do
	target=$(fault_header "$fault" Target)
	fuzzer=build/bugs/$fault/$FUZZ/fuzz_$target
	build "$fuzzer" B="$fault" </dev/null
	row="| \`$fault\` |"
	for part in $PARTS; do
		results=build/ablation/$fault-$part
		mkdir -p build/ablation
		touch "$results"
		seed=$(($(wc -l <"$results") + 1))
		while [ "$seed" -le "$SEEDS" ]; do
			executions "$fuzzer" "$part" "$seed" build/ablation/run >>"$results" </dev/null
			seed=$((seed + 1))
		done
		row="$row $(median <"$results") |"
	done
	say "$row"
done <bugs/ablation
