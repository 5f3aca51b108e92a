#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# `make corpus`: distils FROM, by default what `make fuzz` found for target T, to the few inputs worth
# keeping beside the scenarios of corpus/T. Kept is what reaches an edge of core/ that nothing else
# does, and what stops a planted fault that nothing else stops. Scenarios by hand stay as they are;
# found_*.ops, texts of what was kept before, are weighed again.

set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

T=${T:-ops_amdv1} FROM=${FROM:-}
is_target "$T" || die "T=$T: no such target; make targets lists them"
[ -d "corpus/$T" ] || die "T=$T: its corpus is another target's; there is no corpus/$T"
[ -z "$FROM" ] || [ -d "$FROM" ] || die "FROM=$FROM: no such directory"
FROM=${FROM:-build/runs/$T/corpus}
[ -d "$FROM" ] || die "$FROM: nothing was found yet; make fuzz T=$T, or say FROM="

fuzzer=build/$FUZZ/fuzz_$T
work=build/distil/$T
hw=$(target_hw "$T")
faults=$(grep -l "^Target: $T\$" bugs/*.patch | xargs -r -n 1 basename | sed 's/\.patch$//')
say "Building $fuzzer and $(say "$faults" | wc -w) planted faults"
set -- "$fuzzer" build/opsasm build/iommupt
for fault in $faults; do
	set -- "$@" "build/bugs/$fault/quick/fuzz_$T"
done
build B="$faults" "$@"

# Hand-written texts, and candidates: all else.
rm -rf "$work"
mkdir -p "$work/hand" "$work/from" "$work/kept"
for text in "corpus/$T"/*.ops; do
	case ${text##*/} in
	found_*) build/opsasm --hw "$hw" "$text" -o "$work/from/$(basename "$text" .ops)" ;;
	*) build/opsasm --hw "$hw" "$text" -o "$work/hand/$(basename "$text" .ops)" ;;
	esac
done
find "$FROM" -type f ! -name '*.ops' -exec cp {} "$work/from" \;
find "$FROM" -type f -name '*.ops' >"$work/texts"
while read -r text; do
	build/opsasm --hw "$hw" "$text" -o "$work/from/$(basename "$text" .ops)"
done <"$work/texts"
say "Distilling $(find "$work/from" -type f | wc -l) inputs of $FROM"

# By edges: what a merge adds to the scenarios.
cp -R "$work/hand" "$work/merged"
# shellcheck disable=SC2086 # $calm is two words or none
$calm "$fuzzer" -set_cover_merge=1 -use_counters=0 -timeout=10 -max_len=4096 "$work/merged" "$work/from" \
	>"$work/merge.log" 2>&1 || die "the merge ended with $?: see $work/merge.log"
for input in "$work/merged"/*; do
	[ -e "$work/hand/${input##*/}" ] || cp "$input" "$work/kept"
done
say "$(find "$work/kept" -type f | wc -l) of them reach edges that no scenario reaches"

# stops FAULT INPUT..: by a rule or by a crash
stops() {
	planted=build/bugs/$1/quick/fuzz_$T
	shift
	status=0
	{ (timeout 60 "$planted" -q "$@" >/dev/null 2>&1) || status=$?; } 2>/dev/null
	[ "$status" -gt 128 ]
}

# By faults: the shortest input that stops what nothing kept so far stops.
left=0
for fault in $faults; do
	! stops "$fault" "$work/hand" "$work/kept" || continue
	if ! stops "$fault" "$work/from"; then
		say "$fault is stopped by none"
		left=$((left + 1))
		continue
	fi
	for input in $(find "$work/from" -type f -printf '%s %p\n' | sort -n | cut -d ' ' -f 2); do
		if stops "$fault" "$input"; then
			cp "$input" "$work/kept"
			say "$fault is stopped by ${input##*/}"
			break
		fi
	done
done

rm -f "corpus/$T"/found_*.ops
for input in "$work/kept"/*; do
	[ -e "$input" ] || continue
	name=found_$(sha1sum "$input" | cut -c 1-8).ops
	{
		say "# Found by fuzzing: kept for an edge or a planted fault that no scenario reaches."
		build/iommupt disasm "$input" --target "$T"
	} >"corpus/$T/$name"
done
say "corpus/$T has $(find "corpus/$T" -name 'found_*.ops' | wc -l) found beside $(find "$work/hand" -type f | wc -l) scenarios; $left faults are stopped by none"
