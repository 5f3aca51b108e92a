#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# corpus.sh TARGET [FROM OUT]: the start corpus build/corpus/TARGET and the target's dictionary; or
# OUT from the directory FROM. Text programs (.ops) become bytes, other files stay as they are.
# The masters are in corpus/TARGET, else in corpus/ops_<hw>, and a target on the kernel's code has both;
# a target that knows no hardware gets all there are, as text.

set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

target=$1
hw=$(target_hw "$target")
out=${3:-build/corpus/$target}

rm -rf "$out"
mkdir -p "$out" build/dict
if [ "$hw" = none ]; then
	for f in corpus/*/*.ops; do
		[ ! -e "$f" ] || cp "$f" "$out/$(basename "$(dirname "$f")")-${f##*/}"
	done
	exit 0
fi
build/opsdict "$hw" >"build/dict/$target.dict"

take() { # DIRECTORY
	for f in "$1"/*; do
		case $f in
		*.ops) continue ;;
		esac
		[ ! -f "$f" ] || cp "$f" "$out"
	done
	for f in "$1"/*.ops; do
		[ ! -e "$f" ] || build/opsasm --hw "$hw" "$1" -o "$out"
		break
	done
}
if [ $# -gt 1 ]; then
	take "$2"
elif is_kernel_target "$target"; then
	take "corpus/ops_$hw"
	take "corpus/linux_${target#*_}"
elif [ -d "corpus/$target" ]; then
	take "corpus/$target"
else
	take "corpus/ops_$hw"
fi
