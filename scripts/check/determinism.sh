#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# An input's results depend on the input alone: they are the same after all the others, from either
# end, and, for every eighth input, in a process of its own. That twice in a row gives the same is
# seen by replay.sh.

set -eu
cd "$(dirname "$0")/../.."
. scripts/check/lib.sh

[ $# -gt 0 ] || each_healthy_target
target=$1
replayer=build/replay/fuzz_$target
inputs=$(inputs_of "$target")
order=build/check/$target-order
# shellcheck disable=SC2086 # a list of words
find $inputs -type f ! -name '.*' | sort >"$order.files"
if [ ! -s "$order.files" ]; then
	say "skip deterministic[$target]: no inputs"
	exit 0
fi

# A fault ends the replay before its time; that is for replay.sh to tell.
digests() { # XARGS' OPTION..
	timeout 300 xargs "$@" "$replayer" -q --digest 2>"$order.log" | sort -k 2 || true
}
digests <"$order.files" >"$order.forward"
sort -r "$order.files" | digests >"$order.backward"
awk 'NR % 8 == 1' "$order.files" | digests -n 1 >"$order.alone"
for other in backward alone; do
	differs=$(grep -vxFf "$order.forward" "$order.$other" | head -n 1)
	if [ -n "$differs" ]; then
		failed "deterministic[$target]" "$other gives another result: $differs"
		exit 0
	fi
done
ok "deterministic[$target] $(wc -l <"$order.files") inputs"
