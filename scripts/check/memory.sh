#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# No replayer takes more than 256 MiB under ASan and UBSan. How long the slowest input took is said, and
# decides nothing: it depends on what else the machine does.

set -eu
cd "$(dirname "$0")/../.."
. scripts/check/lib.sh

[ $# -gt 0 ] || each_healthy_target
target=$1
name="memory[$target]"
inputs=$(inputs_of "$target")
# shellcheck disable=SC2086 # lists of words
said=$(timeout 300 $calm "build/replay-address-undefined/fuzz_$target" -q --slowest $inputs 2>&1) || {
	failed "$name" "$(say "$said" | tail -n 1)"
	exit 0
}
say "$said" | awk -v name="$name" '
	$1 == "slowest" { ms = $2 }
	$1 == "peak" { mib = $2 }
	END {
		if (mib == "" || mib > 256)
			print "FAIL " name ": " mib " MiB"
		else
			print "ok " name " " mib " MiB, the slowest input " ms " ms"
	}'
