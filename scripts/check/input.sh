#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What people give to the replayers, to the assembler and to make, good and bad.

set -eu
cd "$(dirname "$0")/../.."
. scripts/check/lib.sh

odd=build/check/odd
rm -rf "$odd"
mkdir -p "$odd/tree/deep/er"
: >"$odd/empty"
head -c 700 build/libiommupt.a >"$odd/tree/deep/er/bytes"
head -c 100000 /dev/zero >"$odd/large"
printf '# fine so far\nmap nowhere\n' >"$odd/wrong.ops"
head -c 2000000 /dev/zero >"$odd/huge.ops"
mkfifo "$odd/pipe"
cp "$odd/empty" "$odd/tree/one"

replayer=$PWD/build/replay/fuzz_ops_amdv1
expect 'replay an empty file' 0 '^1 inputs' -- "$replayer" "$odd/empty"
expect 'replay any bytes' 0 '^1 inputs' -- "$replayer" "$odd/tree/deep/er/bytes"
expect 'replay a directory in a directory' 0 '^2 inputs' -- "$replayer" "$odd/tree"
expect 'replay a file too large' 0 'larger than any input' -- "$replayer" "$odd/large"
expect 'replay from another directory' 0 '^2 inputs' -- env -C "$odd" "$replayer" tree
expect 'replay the text masters' 0 'inputs replayed' -- "$replayer" corpus/ops_amdv1
expect 'replay nothing' 2 usage -- "$replayer"
expect 'replay --help' 0 usage -- "$replayer" --help
expect 'replay with a wrong option' 2 'no such option' -- "$replayer" --nope
expect 'replay what is not there' 2 'No such file' -- "$replayer" "$odd/nothing"
expect 'replay a pipe' 2 'neither' -- "$replayer" "$odd/pipe"
expect 'replay a text with an error' 2 'wrong.ops:2:[0-9]*: ' -- "$replayer" "$odd/wrong.ops"
expect 'replay a text too large' 2 'huge.ops: ' -- "$replayer" "$odd/huge.ops"

expect 'assemble a text with an error' 2 'wrong.ops:2:[0-9]*: ' -- \
	build/opsasm --hw amdv1 "$odd/wrong.ops" -o "$odd/out"
expect 'assemble what is not there' 2 -- build/opsasm --hw amdv1 "$odd/nothing.ops" -o "$odd/out"
expect 'assemble for no hardware' 2 -- build/opsasm --hw nope "$odd/wrong.ops" -o "$odd/out"
expect 'assemble nothing' 2 -- build/opsasm

unset MAKEFLAGS
expect 'make help' 0 'make check' -- make -s help
expect 'make targets' 0 '^ops_amdv1$' -- make -s targets
expect 'make replay F=' 0 'inputs replayed' -- make -s replay F=corpus/ops_amdv1
expect 'make replay without F' 2 'which file' -- make -s replay F=
expect 'make replay of no target' 2 'say which with T=' -- make -s replay F=Makefile
expect 'make fuzz T=nope' 2 'no such target' -- make -s fuzz T=nope
expect 'make fuzz B=nope' 2 'no fault' -- make -s fuzz B=nope
expect 'make fuzz TIME_S=soon' 2 'not a number' -- make -s fuzz TIME_S=soon
expect 'make corpus T=nope' 2 'no such target' -- make -s corpus T=nope
expect 'make corpus FROM=nowhere' 2 'no such directory' -- make -s corpus FROM=nowhere
expect 'make ablation TIME_S=soon' 2 'not a number' -- make -s ablation TIME_S=soon
expect 'make fuzz CORPUS=nowhere' 2 'no such directory' -- make -s fuzz CORPUS=nowhere
