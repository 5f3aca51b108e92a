#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# `make stress`: real threads on shared tables (tests/stress.c), TIME_S seconds as they are and as
# many under ThreadSanitizer.

set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

TIME_S=${TIME_S:-10}
is_number "$TIME_S" || die "TIME_S=$TIME_S: not a number of seconds"

build build/replay/stress
build SAN=thread build/replay-thread/stress
build/replay/stress "$TIME_S"
say 'Under ThreadSanitizer:'
# shellcheck disable=SC2086 # $calm is two words or none
exec $calm build/replay-thread/stress "$TIME_S"
