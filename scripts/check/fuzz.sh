#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The fuzzing door: the canary fails under each sanitizer, with a key and a command that replays it; a
# healthy target ends well.

set -eu
cd "$(dirname "$0")/../.."
. scripts/check/lib.sh

for san in address,undefined memory thread; do
	said=build/check/canary-$san.said
	status=0
	MAKEFLAGS='' "${MAKE:-make}" fuzz T=canary SAN="$san" TIME_S=30 >"$said" 2>&1 || status=$?
	if [ "$status" -eq 2 ] && grep -q '^FAULT key=shadow@unmap@- ' "$said" && grep -q '^fault  *[a-z]' "$said"; then
		ok "fuzz the canary until it fails [$san]"
	else
		failed "fuzz the canary until it fails [$san]" "ended with $status; see $said"
	fi
	replay=$(sed -n 's/^replay  *//p' "$said")
	if $replay 2>&1 | grep -q '^FAULT key=shadow@unmap@- '; then
		ok "replay it as told [$san]"
	else
		failed "replay it as told [$san]" "no fault: $replay"
	fi
done
expect 'fuzz a healthy target' 0 'executions.*no fault' -- \
	env T=ops_amdv1 TIME_S=2 CORPUS= scripts/fuzz.sh
