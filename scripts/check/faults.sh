#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Each planted fault bugs/NAME.patch is built in and replays its trigger bugs/NAME.ops: the key it
# names must be the first raised, and with the rule of `Only:` alone (that of the key, if there is
# none) it fires too. The same trigger is harmless to the healthy build. Each rule has a fault.
# Replaying the committed corpus stops it too.
# Nothing is optimised, as compiling is nearly all of the work.

set -eu
cd "$(dirname "$0")/../.."
. scripts/check/lib.sh

if [ $# -eq 0 ]; then
	faults=$(find bugs -name '*.patch' -exec basename {} .patch \; | sort)
	[ -n "$faults" ] || exit 0
	for fault in $faults; do
		set -- "$@" "build/bugs/$fault/quick/fuzz_$(fault_header "$fault" Target)"
	done
	for target in $(for fault in $faults; do fault_header "$fault" Target; done | sort -u); do
		set -- "$@" "build/corpus/$target.made" "build/replay/fuzz_$target"
	done
	build -k B="$faults" "$@" >&2 || true
	rm -f build/check/*.killed
	# shellcheck disable=SC2086 # a list of words
	in_parallel $faults
	say "$(find build/check -name '*.killed' | wc -l) of $(say "$faults" | wc -l) faults are killed" \
		'by replay of the corpus'
	for rule in $(sed -n '/oracle_names\[/,/};/p' fuzz/oracle/fault.c | grep -o '"[a-z-]*"' | tr -d '"'); do
		proofs=$(for fault in $faults; do
			only=$(fault_header "$fault" Only)
			key=$(fault_header "$fault" Key)
			[ "${only:-${key%%@*}}" != "$rule" ] || say "$fault"
		done)
		if [ -n "$proofs" ]; then
			ok "rule[$rule] is proved by $(say "$proofs" | wc -l): $(say "$proofs" | head -n 3 | tr '\n' ' ')"
		else
			failed "rule[$rule]" 'no planted fault proves it'
		fi
	done
	exit 0
fi

fault=$1
key=$(fault_header "$fault" Key)
target=$(fault_header "$fault" Target)
name="fault[$fault]"
planted=build/bugs/$fault/quick/fuzz_$target
healthy=build/replay/fuzz_$target
trigger=bugs/$fault.ops

if [ -z "$key" ] || [ -z "$target" ]; then
	failed "$name" "bugs/$fault.patch lacks its Key: or Target:"
	exit 0
elif [ ! -e "$trigger" ] || [ ! -x "$planted" ]; then
	failed "$name" "no $trigger, or it does not build; see build/check/faults.log"
	exit 0
fi

# raises OPTION..: the first key.
raises() {
	(timeout 60 "$planted" "$@" "$trigger" 2>&1 || true) 2>/dev/null |
		sed -n 's/^FAULT key=\([^ ]*\).*/\1/p' | head -n 1
}

# killed: does the corpus stop it, by a rule or by a crash?
killed() {
	status=0
	{ (timeout 60 "$planted" -q "build/corpus/$target" >/dev/null 2>&1) || status=$?; } 2>/dev/null
	[ "$status" -gt 128 ]
}

only=$(fault_header "$fault" Only)
only=${only:-${key%%@*}}
raised=$(raises)
alone=$(raises --oracle "$only")
if [ "$raised" != "$key" ]; then
	failed "$name" "raises ${raised:-nothing}, not $key"
elif [ "${alone%%@*}" != "$only" ]; then
	failed "$name" "raises ${alone:-nothing} with $only alone"
elif ! timeout 60 "$healthy" -q "$trigger" >/dev/null 2>&1; then
	failed "$name" "the healthy build fails on $trigger too"
elif ! killed; then
	failed "$name" 'the corpus does not stop it'
else
	: >"build/check/$fault.killed"
	ok "$name $key"
fi
