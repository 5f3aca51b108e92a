#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# plant.sh FAULT: build/bugs/FAULT/src becomes a copy of core/ and fuzz/ with that patch applied.

set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

copy=build/bugs/$1/src
rm -rf "$copy"
mkdir -p "$copy"
cp -Rp core fuzz "$copy"
patch -s -t -p1 --no-backup-if-mismatch -r- -d "$copy" <"bugs/$1.patch" >"$copy/patch.log" 2>&1 || {
	cat "$copy/patch.log" >&2
	die "bugs/$1.patch does not apply"
}
touch "$copy/.patched"
