#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel's engines replay the corpus without a fault and alike in both compilers; what callers
# may not do leaves their memory alone; and every finding is there still: docs/findings/NAME.ops is
# clean on its target as that avoids what is known, and says its key with FINDING=NAME. Without kernel
# sources all of this is skipped.

set -eu
cd "$(dirname "$0")/../.."
. scripts/check/lib.sh

flavours='replay replay-address-undefined'
findings=$(find docs/findings -name '*.ops' | sort)

if [ $# -eq 0 ]; then
	# shellcheck disable=SC2086 # lists of words
	{
		if ! reason=$( (scripts/deps.sh kernel && scripts/kernel-source.sh build/kernel-src $KERNEL_FETCH) 2>&1); then
			for item in $KERNEL_TARGETS smoke $findings; do
				say "skip kernel[$item]: $(say "$reason" | tail -n 1)"
			done
			exit 0
		fi
		set -- build/replay/kernel/smoke
		for target in $KERNEL_TARGETS; do
			set -- "$@" "build/corpus/$target.made" "build/replay-address-undefined/fuzz_$target"
			case $target in
			linux_*) set -- "$@" "build/replay/fuzz_$target" ;;
			esac
		done
		build -k "$@" >&2 || true
		in_parallel $KERNEL_TARGETS smoke $findings
	}
	exit 0
fi

# header FIELD: of the finding in $item.
header() {
	sed -n "s/^# $1: *//p" "$item" | head -n 1
}

item=$1
name="kernel[$item]"
first=
case $item in
smoke)
	expect "$name" 0 -- build/replay/kernel/smoke
	;;
lax_*)
	# shellcheck disable=SC2086 # $calm is two words or none
	expect "$name" 0 'inputs replayed' -- \
		env $calm "build/replay-address-undefined/fuzz_$item" "build/corpus/$item"
	;;
linux_*)
	for flavour in $flavours; do
		digests=build/check/$item-$flavour.digests
		# shellcheck disable=SC2046 # $calm is two words or none
		if ! timeout 100 $(launcher "$flavour") "build/$flavour/fuzz_$item" --digest --twice \
			"build/corpus/$item" >"$digests" 2>&1; then
			failed "$name" "$flavour: $(grep -m 1 -e FAULT -e SUMMARY "$digests" || tail -n 1 "$digests")"
			exit 0
		fi
		last=$(tail -n 1 "$digests")
		sed -i '$d' "$digests"
		if [ -n "$first" ] && ! cmp -s "$first" "$digests"; then
			failed "$name" "results differ: $(diff "$first" "$digests" | sed -n 2p)"
			exit 0
		fi
		first=$digests
	done
	ok "$name ${last% in *}"
	;;
*)
	key=$(header Key)
	finding=$(basename "$item" .ops)
	replayer=build/replay-address-undefined/fuzz_$(header Target)
	# shellcheck disable=SC2086 # $calm is two words or none
	raised=$( (FINDING=$finding timeout 60 $calm "$replayer" "$item" 2>&1 || true) 2>/dev/null |
		grep -m 1 -e '^FAULT key=' -e '^BUG at ' -e '^SUMMARY: ')
	if [ -z "$key" ] || ! say "$raised" | grep -q -e "$key"; then
		failed "$name" "says '$raised', no '${key:-key}'"
	else
		# shellcheck disable=SC2086 # $calm is two words or none
		expect "$name $key" 0 'inputs replayed' -- env $calm "$replayer" "$item"
	fi
	;;
esac
