#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The hook on the engine's accesses costs the product nothing: its object code is the same if every
# line that mentions the hook is taken out of core/order.h.

set -eu
cd "$(dirname "$0")/../.."
. scripts/check/lib.sh

dir=build/check/unhooked
rm -rf "$dir"
mkdir -p "$dir/with" "$dir/without"
cp -R core "$dir/without/src"
cp -R core "$dir/with/src"
awk '/^#ifdef PT_HOOK/ { skip = 1; next }
	skip && /^#else/ { skip = 0; kept = 1; next }
	/^#endif/ && skip { skip = 0; next }
	/^#endif/ && kept { kept = 0; next }
	!skip' core/order.h >"$dir/without/src/order.h"
if grep -n 'pt_hook(PT\|ifdef PT_HOOK' "$dir/without/src/order.h" >"$dir/left"; then
	failed 'hook leaves the product alone' "cannot take it out: $(head -n 1 "$dir/left")"
	exit 0
fi
for c in core/*.c; do
	name=$(basename "$c" .c)
	for way in with without; do
		(cd "$dir/$way/src" && "$GCC" -std=gnu11 -O2 -ffreestanding -I. -c "$name.c" -o "../$name.o")
	done
	if ! cmp -s "$dir/with/$name.o" "$dir/without/$name.o"; then
		failed 'hook leaves the product alone' "$c compiles to other code without it"
		exit 0
	fi
done
ok 'hook leaves the product alone'
