#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Unit tests: every test of every tests/test_*.c, compiled by gcc, and by clang with ASan and UBSan.

set -eu
cd "$(dirname "$0")/../.."
. scripts/check/lib.sh

if [ $# -eq 0 ]; then
	set --
	for c in tests/test_*.c; do
		name=$(basename "$c" .c)
		set -- "$@" "build/replay/tests/$name" "build/replay-address-undefined/tests/$name"
	done
	in_parallel "$@"
	exit 0
fi

# One program. It prints TAP, where cmocka 1.1 calls a skipped test "not ok N # SKIP".
program=$1
flavour=${program#build/}
suffix="${program##*/}[${flavour%%/*}]"
status=0
# shellcheck disable=SC2086 # $calm is two words or none
CMOCKA_MESSAGE_OUTPUT=TAP timeout 300 $calm "$program" >"$program.tap" 2>&1 || status=$?
awk -v suffix="$suffix" -v status="$status" '
function flush() {
	if (fail != "")
		print "FAIL " suffix " " fail ":" why
	fail = why = ""
}
/^1\.\.[0-9]+$/ { planned += substr($0, 4) }
/^ok [0-9]+ - / { flush(); sub(/^ok [0-9]+ - /, ""); print "ok " suffix " " $0; ran++; next }
/^not ok [0-9]+ # SKIP / {
	flush(); sub(/^not ok [0-9]+ # SKIP /, ""); print "skip " suffix " " $0 ": not here"; ran++; next
}
/^not ok [0-9]+ - / { flush(); sub(/^not ok [0-9]+ - /, ""); fail = $0; ran++; bad++; next }
/^# / && fail != "" { why = why " " substr($0, 3) }
{ last = $0 }
END {
	flush()
	if (ran < planned || !planned || (status != 0 && !bad))
		printf "FAIL %s: %d of %d tests ran, ended with %d: %s\n", suffix, ran, planned, status, last
}' "$program.tap"
