#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The triage tool: each command with what people give it, good and bad; programs grown with noise
# shrink to the same key; an emitted program fails with the fault built in and passes without;
# text and bytes of the corpus turn into each other.

set -eu
cd "$(dirname "$0")/../.."
. scripts/check/lib.sh

tool=$PWD/build/iommupt
odd=$PWD/build/check/triage
here=$odd/ops_amdv1

# same_words FILE TARGET: a text's bytes are those of the text that they print as.
same_words() {
	words=$(mktemp -d "$odd/words.XXXXXX")
	"$tool" asm "$1" -o "$words/bytes" --target "$2" &&
		"$tool" disasm "$words/bytes" -o "$words/back.ops" --target "$2" &&
		"$tool" asm "$words/back.ops" -o "$words/again" --target "$2" &&
		cmp -s "$words/bytes" "$words/again"
}

# grow FAULT TARGET SEED: its trigger as text with 24 operations that do not concern it around.
grow() {
	case $2 in
	*64k*) granule=64K ;;
	*16k*) granule=16K ;;
	*) granule=4K ;;
	esac
	{
		grep -v -e '^#' "bugs/$1.ops" | grep -E '^(config|swarm|version)' || true
		awk -v seed="$3" -v g="$granule" -v race="${2%%_*}" '
		function noise() {
			k = int(rand() * 40) + 1
			n = seed < 10 ? int(rand() * 6) : int(rand() * 2)
			if (n == 0) return "lookup mid+" k "*" g
			if (n == 1) return "dread half+" k "*" g
			if (n == 2) return "map mid+" k "*" g " same " g " rw"
			if (n == 3) return "unmap mid+" k "*" g " " g " g1"
			if (n == 4) return "map half+" k "*" g " same " g "*3 rw"
			return "sync g1"
		}
		/^#/ || /^(config|swarm|version|cut|tail)/ || NF == 0 { next }
		{ line[++lines] = $0 }
		END {
			srand(seed)
			for (i = 0; i < 12 && race != "race"; i++) print noise()
			for (i = 1; i <= lines; i++) print line[i]
			for (i = 0; i < 12; i++) print noise()
		}' "bugs/$1.ops"
	} >"$odd/grown/$1.ops"
}

# key_of REPLAYER FILE
key_of() {
	(timeout 60 "$1" "$2" 2>&1 || true) 2>/dev/null | sed -n 's/^FAULT key=\([^ ]*\).*/\1/p' | head -n 1
}

# shrinks FAULT: what is left of its grown trigger raises the same key with at most eight operations.
shrinks() {
	target=$(fault_header "$1" Target)
	planted=build/bugs/$1/quick/fuzz_$target
	key=$(fault_header "$1" Key)
	name="shrink keeps the key[$1]"
	seed=0
	while grow "$1" "$target" $seed && [ "$(key_of "$planted" "$odd/grown/$1.ops")" != "$key" ]; do
		seed=$((seed + 1))
		if [ $seed -eq 20 ]; then
			say "skip $name: any noise hides it"
			return
		fi
	done
	short=$odd/grown/$1.short.ops
	if ! "$tool" shrink "$odd/grown/$1.ops" --target "$target" --replayer "$planted" -o "$short" >&2; then
		failed "$name" 'shrink fails; see build/check/triage.log'
	elif [ "$(key_of "$planted" "$short")" != "$key" ]; then
		failed "$name" "$(key_of "$planted" "$short"), not $key"
	elif [ "$(grep -cvE '^(#|config|swarm|version|cut|tail)' "$short")" -gt 8 ]; then
		failed "$name" 'more than eight operations are left'
	else
		ok "$name $key"
	fi
}

# One of many: FAULT, or TEXT:TARGET.
case ${1:-} in
'') ;;
*:*)
	same_words "${1%:*}" "${1##*:}" || say "$1"
	exit 0
	;;
*)
	shrinks "$1"
	exit 0
	;;
esac

rm -rf "$odd"
mkdir -p "$here/directory" "$odd/crashes" "$odd/kept" "$odd/grown" "$odd/out"
sample=$(find bugs -name '*.patch' -exec basename {} .patch \; | sort | awk 'NR % 12 == 1')
set --
for t in $TARGETS; do
	[ ! -d "corpus/$t" ] || set -- "$@" "build/replay/fuzz_$t"
done
for fault in $sample; do
	set -- "$@" "build/bugs/$fault/quick/fuzz_$(fault_header "$fault" Target)"
done
build B="$sample" build/iommupt build/libiommupt.a build/bugs/canary/libiommupt.a build/replay/fuzz_text "$@" >&2

crash="$odd/crashes/id:000000,sig:06,src:000000,op:havoc"
"$tool" asm bugs/canary.ops -o "$crash"
: >"$here/empty"
head -c 700 build/libiommupt.a >"$here/bytes"
head -c 100000 build/libiommupt.a >"$here/large"
head -c 3000000 /dev/zero >"$here/huge"
printf '# fine\nmap zero same 2M rw\n\n\n\n\nmap nowhere\n' >"$here/wrong.ops"
mkfifo "$here/pipe"
cp bugs/canary.ops "$odd/unnamed"

for command in show shrink asm disasm emit inbox keep; do
	expect "$command --help" 0 'Example:' -- "$tool" $command --help
	expect "$command of nothing" 2 takes -- "$tool" $command
	expect "$command with a wrong option" 2 'no option of' -- "$tool" $command --nope
	expect "$command without an option's value" 2 'takes a value' -- "$tool" $command --target
	expect "$command of what is not there" 2 'No such file' -- "$tool" $command "$here/nothing"
	expect "$command of a file too large" 2 'too large' -- "$tool" $command "$here/huge"
	expect "$command of a file that cannot be read" 2 'cannot be read' -- \
		"$tool" $command --target ops_amdv1 /proc/self/mem
	expect "$command of a text with an error" 2 'wrong.ops:7:5: ' -- "$tool" $command "$here/wrong.ops"
	expect "$command of no target" 2 'say --target' -- "$tool" $command "$odd/unnamed"
	expect "$command for a target that is not" 2 'no replayer' -- \
		"$tool" $command --target nope "$here/bytes"
	expect "$command with another program as replayer" 2 'is no replayer' -- \
		"$tool" $command --replayer /bin/true "$here/bytes"
	case $command in
	shrink) to='-o -' ;;
	keep) to="-o $odd/out" ;;
	*) to= ;;
	esac
	# shellcheck disable=SC2016,SC2086 # for that shell; two words or none
	expect "$command on a full disk" 2 'No space left' -- sh -c '"$0" "$@" >/dev/full' \
		"$tool" $command bugs/canary.ops $to
	[ $command = inbox ] || {
		expect "$command of a directory" 2 'not a file' -- "$tool" $command "$here/directory"
		expect "$command of a pipe" 2 'not a file' -- "$tool" $command "$here/pipe"
	}
done
for command in matrix bisect report; do
	expect "$command --help" 0 'Example:' -- "$tool" $command --help
	expect "$command of nothing" 2 takes -- "$tool" $command
	expect "$command with a wrong option" 2 'no option of' -- "$tool" $command --nope
	expect "$command without an option's value" 2 'takes a value' -- "$tool" $command --target
	case $command in
	matrix) of='' ;;
	bisect) of='HEAD HEAD' ;;
	report) of="-o $odd/out.html" ;;
	esac
	# shellcheck disable=SC2086 # words
	{
		expect "$command of what is not there" 2 'No such file' -- "$tool" $command "$here/nothing" $of
		[ $command = report ] || {
			expect "$command of a directory" 2 'not a file' -- "$tool" $command "$here/directory" $of
			expect "$command of a text with an error" 2 'wrong.ops:7:5: ' -- "$tool" $command "$here/wrong.ops" $of
			expect "$command of no target" 2 'say --target' -- "$tool" $command "$odd/unnamed" $of
		}
	}
done
expect 'bisect from no commit' 2 'no such commit' -- "$tool" bisect bugs/canary.ops nope HEAD
expect 'bisect of what is no program' 2 'no programs' -- "$tool" bisect --target text "$here/bytes" HEAD HEAD
expect 'report of another form' 2 'neither in .html' -- "$tool" report "$odd/crashes" -o "$odd/out.pdf"
expect 'report to where nothing can be' 2 'No such file' -- \
	"$tool" report "$odd/crashes" --target canary -o "$odd/no/such.html"
expect 'report does not overwrite' 2 'is there already' -- "$tool" report "$odd/crashes" -o bugs/../README.md
for command in shrink asm disasm emit; do
	expect "$command does not overwrite" 2 'is there already' -- \
		"$tool" $command bugs/canary.ops -o "$odd/unnamed"
	expect "$command does not overwrite its input" 2 'made from' -- \
		"$tool" $command -f bugs/canary.ops -o bugs/canary.ops
	expect "$command to where nothing can be" 2 'No such file' -- \
		"$tool" $command bugs/canary.ops -o "$odd/no/such/directory"
done
expect 'inbox into what is no directory' 2 'no directory' -- "$tool" inbox "$odd/crashes" -o "$odd/unnamed"
expect 'keep without a fault' 2 'no fault' -- "$tool" keep "$here/empty" -o "$odd/kept"
expect 'emit of a race' 2 'schedule' -- "$tool" emit --target race_amdv1 "$here/bytes"

expect 'show the canary' 1 'shadow@unmap@-' -- "$tool" show bugs/canary.ops
expect 'show its tree, the way to the fault marked' 1 '^>> *\[0\] 0x0.*table' -- "$tool" show --tree bugs/canary.ops
expect 'and what it was before' 1 '2M pages to 0x0' -- "$tool" show --tree bugs/canary.ops
expect 'show as JSON' 1 '"key":.*"shadow@unmap@-"' -- "$tool" show --json bugs/canary.ops
expect 'show a name of AFL++' 1 'shadow@unmap@-' -- "$tool" show --target canary "$crash"
expect 'show an empty file' 0 'no fault' -- "$tool" show "$here/empty"
expect 'show any bytes' 0 'no fault' -- "$tool" show "$here/bytes"
expect 'show more bytes than a target takes' 0 'no fault' -- "$tool" show "$here/large"
expect 'show what is no program' 0 'no fault' -- "$tool" show --target text "$here/bytes"
expect 'show a file of another target' 0 'no fault' -- "$tool" show --target ops_riscv "$crash"
expect 'shrink a crash' 0 'became 2 ' -- "$tool" shrink --target canary "$crash" -o "$odd/short.ops"
expect 'show what was shrunk, which names its target' 1 'shadow@unmap@-' -- "$tool" show "$odd/short.ops"
expect 'shrink what is well' 1 'nothing to shrink' -- "$tool" shrink "$here/bytes"
expect 'inbox of a campaign' 1 'shadow@unmap@- .*canary .* 1 ' -- "$tool" inbox --target canary "$odd/crashes"
expect 'inbox of an empty directory' 0 '^0 files' -- "$tool" inbox "$here/directory"
expect 'inbox skips what cannot be used' 0 'skipped, the last: ' -- "$tool" inbox "$here"
expect 'keep' 0 'kept/canary/shadow_unmap_-.ops' -- "$tool" keep "$odd/short.ops" -o "$odd/kept"
expect 'keep it twice' 2 'has this program already' -- "$tool" keep "$odd/short.ops" -o "$odd/kept"
expect 'keep another of its key' 0 'shadow_unmap_--2.ops' -- "$tool" keep bugs/canary.ops -o "$odd/kept"
expect 'what is kept fails where it should' 134 'FAULT key=shadow@unmap@-' -- \
	build/replay/fuzz_canary "$odd/kept/canary/shadow_unmap_-.ops"
expect 'and only there' 0 '1 inputs' -- build/replay/fuzz_ops_amdv1 "$odd/kept/canary/shadow_unmap_-.ops"

expect 'emit --c' 0 -- "$tool" emit --c "$odd/short.ops" -o "$odd/repro.c"
for with in canary/ ''; do
	"$GCC" -std=gnu11 -Wall -Wextra -Werror -Icore "$odd/repro.c" "build/${with:+bugs/$with}libiommupt.a" \
		-o "$odd/repro${with:+-canary}"
done
expect 'what is emitted fails by itself' 1 'bytes unmapped .*should be' -- "$odd/repro-canary"
expect 'and passes without the fault' 0 '^0 checks failed' -- "$odd/repro"
expect 'emit --kunit' 0 'KUNIT_\|do_map' -- "$tool" emit --kunit "$odd/short.ops"

# Every tenth scenario of each target that is built here; unit tests take random bytes there and back.
scenarios=$(for t in $TARGETS; do
	[ ! -d "corpus/$t" ] || find "corpus/$t" -name '*.ops' | sort | awk -v t="$t" 'NR % 10 == 1 { print $0 ":" t }'
done)
# shellcheck disable=SC2086 # a list of words
wrong=$(in_parallel $scenarios)
if [ -z "$wrong" ]; then
	ok 'scenarios stay themselves as bytes and as text'
else
	failed 'scenarios stay themselves as bytes and as text' "$(say "$wrong" | head -n 1)"
fi
# shellcheck disable=SC2086 # a list of words
in_parallel $sample
