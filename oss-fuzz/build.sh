#!/bin/bash -eu
# SPDX-License-Identifier: GPL-2.0-only
#
# Leaves in $OUT what OSS-Fuzz runs: fuzz targets, their seed corpora, dictionaries and options.
# The same script serves ClusterFuzzLite and `make oss-fuzz-check`. It honours the environment of
# OSS-Fuzz ($CC $CXX $CFLAGS $CXXFLAGS $LIB_FUZZING_ENGINE $OUT $WORK) and nothing else. Targets
# that fuzz the kernel's code and the one that must fail are not for a cluster.

cd "$(dirname "$(readlink -f "$0")")"
[ -f mk/targets.mk ] || cd ..
[ -f mk/targets.mk ] || cd "${SRC:?}/iommupt-fuzz"
work=${WORK:?}/iommupt
rm -rf "$work"
mkdir -p "$work" "${OUT:?}"

# Runs a command beside others, as many as there are cores; one that fails ends the build.
running=0
beside() { # COMMAND..
	if [ "$running" -ge "$(nproc)" ]; then
		wait -n
		running=$((running - 1))
	fi
	"$@" &
	running=$((running + 1))
}
await() {
	while [ "$running" -gt 0 ]; do
		wait -n
		running=$((running - 1))
	done
}

# One source file to one object, below the directory of its kind.
object() { # DIRECTORY SOURCE COMMAND..
	mkdir -p "$work/$1"
	"${@:3}" -std=gnu11 -DPT_ASSERTS -Ifuzz -c "$2" -o "$work/$1/$(echo "${2%.c}" | tr / _).o"
}

# Tools run here, not on the cluster: without instrumentation, so that they leave no files. They need
# the table of operations and what hardware can.
# shellcheck disable=SC2206 # flags are words
compile=($CC $CFLAGS) tool=(clang -O1)

# What a fuzzer should count are branches of the engine's own format, of the parser and of interleavings.
# Operands of comparisons are no bytes of the input.
count=() plain=() define=()
case ${FUZZING_ENGINE:-}-${SANITIZER:-} in
*-coverage | *-introspector) ;;
libfuzzer-*)
	count=(-fno-sanitize-coverage=trace-cmp -fno-sanitize-coverage=indirect-calls)
	plain=(-fno-sanitize=fuzzer-no-link)
	define=(-DDRIVEN_BY_LIBFUZZER=1)
	;;
afl-*) plain=(--afl-noopt) ;;
esac
for source in core/*.c; do
	beside object core "$source" "${compile[@]}" "${count[@]}" -ffreestanding -Icore
	beside object hooked "$source" "${compile[@]}" "${count[@]}" -ffreestanding -Icore -DPT_HOOK
	beside object plain "$source" "${compile[@]}" "${plain[@]}" -ffreestanding -Icore
done
for source in fuzz/*.c fuzz/ops/*.c fuzz/oracle/*.c fuzz/fiber/*.c fuzz/engines/core.c; do
	case $source in
	fuzz/replay.c | fuzz/serve.c | fuzz/ops/asm.c | fuzz/ops/dict.c) continue ;;
	fuzz/ops/parse.c | fuzz/race*.c | fuzz/fiber/*)
		beside object harness "$source" "${compile[@]}" "${count[@]}" -Icore
		;;
	fuzz/oracle/*) beside object harness "$source" "${compile[@]}" "${plain[@]}" ;;
	*) beside object harness "$source" "${compile[@]}" "${plain[@]}" -Icore ;;
	esac
	case $source in
	fuzz/ops/* | fuzz/oracle/hw*) beside object tools "$source" "${tool[@]}" ;;
	esac
done
await
for name in asm dict; do
	clang -O1 -std=gnu11 -Ifuzz -o "$work/ops$name" "fuzz/ops/$name.c" "$work"/tools/*.o
done

# One row of mk/targets.mk: the program and what goes with it.
target() { # NAME SOURCE DEFINES
	local core=core hw seeds=$work/seeds/$1 length=512 engine
	case $1 in
	race_*) core=hooked ;;
	esac
	engine=("$work/$core"/*.o)
	if [ -e "$work/$core/core_${1#*_}.o" ]; then
		engine=("$work"/plain/*.o)
		engine=("${engine[@]/#"$work/plain/core_${1#*_}.o"/"$work/$core/core_${1#*_}.o"}")
	fi
	# shellcheck disable=SC2086 # flags are words
	"${compile[@]}" "${define[@]}" -std=gnu11 -DPT_ASSERTS -Ifuzz -Icore ${3//,/ } \
		-c "fuzz/targets/$2" -o "$work/$1.o"
	# shellcheck disable=SC2086 # flags are words
	$CXX $CXXFLAGS "$work/$1.o" "$work"/harness/*.o "${engine[@]}" $LIB_FUZZING_ENGINE -o "$OUT/$1"
	hw=$(echo "$3" | tr , '\n' | sed -n 's/^-DTARGET_HW=HW_//p' | tr '[:upper:]' '[:lower:]')
	mkdir -p "$seeds"
	if [ -z "$hw" ]; then
		length=4096
		for text in corpus/*/*.ops; do
			cp "$text" "$seeds/$(echo "${text#corpus/}" | tr / -)"
		done
	else
		"$work/opsdict" "$hw" >"$OUT/$1.dict"
		[ ! -d "corpus/$1" ] || "$work/opsasm" --hw "$hw" "corpus/$1" -o "$seeds"
	fi
	printf '[libfuzzer]\nmax_len = %d\n' "$length" >"$OUT/$1.options"
	[ -n "$(ls -A "$seeds")" ] || printf '\0\0\0\0\0\0\0\0\0' >"$seeds/empty"
	(cd "$seeds" && zip -q "$OUT/$1_seed_corpus.zip" ./*)
}

while IFS=: read -r name source defines fault; do
	case $name in
	canary | linux_* | lax_*) continue ;;
	esac
	[ -n "$fault" ] || beside target "$name" "$source" "$defines"
done < <(make -s --no-print-directory target-rows)
await
