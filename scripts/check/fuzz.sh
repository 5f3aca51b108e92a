#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The fuzzing door: the canary fails, with a key and a command that replays it; a healthy target
# ends well.

set -eu
cd "$(dirname "$0")/../.."
. scripts/check/lib.sh

said=build/check/canary.said
status=0
T=canary TIME_S=30 CORPUS='' scripts/fuzz.sh >"$said" 2>&1 || status=$?
if [ "$status" -eq 1 ] && grep -q '^FAULT key=shadow@unmap@- ' "$said" && grep -q '^fault  *[a-z]' "$said"; then
	ok 'fuzz the canary until it fails'
else
	failed 'fuzz the canary until it fails' "ended with $status; see $said"
fi
replay=$(sed -n 's/^replay  *//p' "$said")
if $replay 2>&1 | grep -q '^FAULT key=shadow@unmap@- '; then
	ok 'replay it as told'
else
	failed 'replay it as told' "no fault: $replay"
fi
expect 'fuzz a healthy target' 0 'executions.*no fault' -- \
	env T=ops_amdv1 TIME_S=2 CORPUS= scripts/fuzz.sh
