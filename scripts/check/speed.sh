#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# No input takes more than 50 ms under ASan and UBSan, nor a replayer more than 256 MiB.

set -eu
cd "$(dirname "$0")/../.."
. scripts/check/lib.sh

if [ $# -eq 0 ]; then
	# shellcheck disable=SC2086 # a list of words
	in_parallel $HEALTHY
	exit 0
fi

target=$1
name="speed[$target]"
inputs=build/corpus/$target
[ ! -d "regress/$target" ] || inputs="$inputs regress/$target"
# shellcheck disable=SC2086 # lists of words
said=$(timeout 300 $calm "build/replay-address-undefined/fuzz_$target" -q --slowest $inputs 2>&1) || {
	failed "$name" "$(say "$said" | tail -n 1)"
	exit 0
}
say "$said" | awk -v name="$name" '
	$1 == "slowest" { ms = $2; path = $4 }
	$1 == "peak" { mib = $2 }
	END {
		if (ms > 50)
			print "FAIL " name ": " path " takes " ms " ms"
		else if (mib == "" || mib > 256)
			print "FAIL " name ": " mib " MiB"
		else
			print "ok " name " at most " ms " ms, " mib " MiB"
	}'
