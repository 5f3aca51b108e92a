# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# How a check reports, and what the groups have in common.

. scripts/lib.sh

# The flavours that replay everything, and the targets that do it without a fault.
export REPLAYERS='replay replay-address-undefined replay32'
HEALTHY=$(printf '%s' "$TARGETS" | tr ' ' '\n' | grep -vx canary)
export HEALTHY

# launcher FLAVOUR: what comes before its programs; a kernel may run none of 32 bit.
launcher() {
	case $1 in
	replay32) "build/$1/fuzz_text" --help >/dev/null 2>&1 || say qemu-i386 ;;
	*-*) say "$calm" ;;
	esac
}

ok() {
	say "ok $*"
}

failed() { # NAME WHY..
	name=$1
	shift
	say "FAIL $name: $*"
}

# expect NAME STATUS [PATTERN] -- COMMAND..: its exit status, and a line of its output.
expect() {
	name=$1 wanted=$2 pattern=
	shift 2
	if [ "$1" != -- ]; then
		pattern=$1
		shift
	fi
	shift
	status=0
	output=$(timeout 60 "$@" 2>&1 </dev/null) || status=$?
	if [ "$status" -ne "$wanted" ]; then
		failed "$name" "ended with $status, not $wanted: $(printf '%s' "$output" | tail -n 1)"
	elif [ -n "$pattern" ] && ! printf '%s\n' "$output" | grep -q -e "$pattern"; then
		failed "$name" "says no '$pattern': $(printf '%s' "$output" | tail -n 1)"
	else
		ok "$name"
	fi
}

# in_parallel ITEM..: runs this script once for each item, as many at a time as there are cores.
in_parallel() {
	printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 "$0"
}

# Runs this script once for each target that has no fault, and ends it. A group may be asked for alone.
each_healthy_target() {
	set --
	for target in $HEALTHY; do
		set -- "$@" "build/corpus/$target.made"
		for flavour in $REPLAYERS; do
			set -- "$@" "build/$flavour/fuzz_$target"
		done
	done
	build -k "$@" >&2 || true
	# shellcheck disable=SC2086 # a list of words
	in_parallel $HEALTHY
	exit 0
}

# inputs_of TARGET: where its inputs are.
inputs_of() {
	say "build/corpus/$1$([ ! -d "regress/$1" ] || say " regress/$1")"
}
