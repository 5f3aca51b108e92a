#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# `make replay F=`: replays a file or directory with the replayer of target T; without T the target
# is the one that F's path names, and likewise the fault B.

set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

F=${F:-} T=${T:-} B=${B:-}
[ -n "$F" ] || die 'make replay F=FILE: which file, or directory of files?'
[ -e "$F" ] || die "F=$F: no such file"
case $F in
build/bugs/*/runs/*) [ -n "$B" ] || B=$(printf '%s' "$F" | cut -d / -f 3) ;;
esac
if [ -z "$T" ]; then
	for t in $TARGETS $KERNEL_TARGETS; do
		case /$F/ in
		*/"$t"/*) T=$t ;;
		esac
	done
fi
[ -n "$T" ] || die "F=$F: its path names no target; say which with T="
is_target "$T" || die "T=$T: no such target; make targets lists them"
[ -z "$B" ] || ! is_kernel_target "$T" || die "B=$B: faults are for our engine, $T runs the kernel's"

need_sources "$T"
replayer=build/${B:+bugs/$B/}$REPLAY/fuzz_$T
build "$replayer" ${B:+B="$B"}
# shellcheck disable=SC2086 # $calm is two words or none
exec $calm "$replayer" "$F"
