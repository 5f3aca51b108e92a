#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# corpus.sh TARGET [FROM OUT]: the start corpus build/corpus/TARGET and the target's dictionary; or
# OUT from the directory FROM. Text programs (.ops) become bytes, other files stay as they are.
# The masters are in corpus/TARGET, else in corpus/ops_<hw>; a target that knows no hardware gets
# all there are, as text.

set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

target=$1
hw=$(target_hw "$target")
own=corpus/$target
[ -d "$own" ] || own=corpus/ops_$hw
from=${2:-$own}
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
for f in "$from"/*; do
	case $f in
	*.ops) continue ;;
	esac
	[ ! -f "$f" ] || cp "$f" "$out"
done
if set -- "$from"/*.ops && [ -e "$1" ]; then
	build/opsasm --hw "$hw" "$from" -o "$out"
fi
