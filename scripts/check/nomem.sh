#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Every allocation that the corpus or regress/ asks for fails in turn, and nothing is wrong. That this
# would be seen is proved by planted faults that need a failing allocation: the sweep finds them with
# scenarios in which none fails by itself.

set -eu
cd "$(dirname "$0")/../.."
. scripts/check/lib.sh

FAULTS='grow-nomem-leaks map-nomem-error-lost map-nomem-frees-parent map-nomem-overstated'

if [ $# -eq 0 ]; then
	set --
	for fault in $FAULTS; do
		set -- "$@" "build/bugs/$fault/quick/fuzz_ops_amdv1"
	done
	build -k B="$FAULTS" "$@" >&2 || true
	# shellcheck disable=SC2086 # lists of words
	in_parallel $HEALTHY $FAULTS
	exit 0
fi

if is_target "$1"; then
	inputs=build/corpus/$1
	[ ! -d "regress/$1" ] || inputs="$inputs regress/$1"
	said=build/check/$1.nomem
	status=0
	# shellcheck disable=SC2086 # a list of words
	timeout 300 "build/replay/fuzz_$1" --sweep-allocs $inputs >"$said" 2>&1 || status=$?
	if [ "$status" -ne 0 ]; then
		failed "nomem[$1]" "ended with $status: $(grep -m 1 FAULT "$said" || tail -n 1 "$said")"
	else
		ok "nomem[$1] $(sed -n 's/ in turn$//p' "$said")"
	fi
	exit 0
fi

plain=$(grep -L nomem corpus/ops_amdv1/*.ops)
planted=build/bugs/$1/quick/fuzz_ops_amdv1
# shellcheck disable=SC2086 # a list of words
key=$( (timeout 60 "$planted" --sweep-allocs $plain 2>&1 || true) 2>/dev/null |
	sed -n 's/^FAULT key=\([^ ]*\) input=[^ ]*,alloc=.*/\1/p' | head -n 1)
if [ -n "$key" ]; then
	ok "nomem finds $1: $key"
else
	failed "nomem finds $1" 'the sweep raises nothing'
fi
