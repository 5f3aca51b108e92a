#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Each planted fault bugs/NAME.patch is built in and replays its trigger bugs/NAME.ops: the key it
# names must be the first raised. The same trigger is harmless to the healthy build.

set -eu
cd "$(dirname "$0")/../.."
. scripts/check/lib.sh

header() { # FAULT FIELD
	sed -n "/^--- /q; s/^$2: *//p" "bugs/$1.patch" | head -n 1
}

if [ $# -eq 0 ]; then
	faults=$(find bugs -name '*.patch' -exec basename {} .patch \; | sort)
	[ -n "$faults" ] || exit 0
	for fault in $faults; do
		set -- "$@" "build/bugs/$fault/replay/fuzz_$(header "$fault" Target)"
	done
	build -k B="$faults" "$@" >&2 || true
	# shellcheck disable=SC2086 # a list of words
	in_parallel $faults
	exit 0
fi

fault=$1
key=$(header "$fault" Key)
target=$(header "$fault" Target)
name="fault[$fault]"
planted=build/bugs/$fault/replay/fuzz_$target
healthy=build/replay/fuzz_$target
trigger=bugs/$fault.ops

if [ -z "$key" ] || [ -z "$target" ]; then
	failed "$name" "bugs/$fault.patch lacks its Key: or Target:"
	exit 0
elif [ ! -e "$trigger" ] || [ ! -x "$planted" ]; then
	failed "$name" "no $trigger, or it does not build; see build/check/faults.log"
	exit 0
fi

raised=$( (timeout 60 "$planted" "$trigger" 2>&1 || true) 2>/dev/null |
	sed -n 's/^FAULT key=\([^ ]*\).*/\1/p' | head -n 1)
if [ "$raised" != "$key" ]; then
	failed "$name" "raises ${raised:-nothing}, not $key"
elif ! timeout 60 "$healthy" -q "$trigger" >/dev/null 2>&1; then
	failed "$name" "the healthy build fails on $trigger too"
else
	ok "$name $key"
fi
