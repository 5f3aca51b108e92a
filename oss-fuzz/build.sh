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

# One source file to one object, below the directory of its kind.
object() { # DIRECTORY SOURCE FLAG..
	local directory=$1 source=$2
	shift 2
	mkdir -p "$work/$directory"
	# shellcheck disable=SC2086 # flags are words
	$CC $CFLAGS -std=gnu11 -DPT_ASSERTS -Ifuzz "$@" -c "$source" \
		-o "$work/$directory/$(echo "${source%.c}" | tr / _).o"
}

for source in core/*.c; do
	object core "$source" -ffreestanding -Icore
	object hooked "$source" -ffreestanding -Icore -DPT_HOOK
done
for source in fuzz/*.c fuzz/ops/*.c fuzz/oracle/*.c fuzz/fiber/*.c fuzz/engines/core.c; do
	case $source in
	fuzz/replay.c | fuzz/serve.c | fuzz/ops/asm.c | fuzz/ops/dict.c) ;;
	fuzz/oracle/*) object harness "$source" ;;
	*) object harness "$source" -Icore ;;
	esac
done

# Tools that run here, not on the cluster: without instrumentation, so that they leave no files.
sources=()
for source in fuzz/*.c fuzz/ops/*.c fuzz/oracle/*.c fuzz/fiber/*.c fuzz/engines/core.c core/*.c; do
	case $source in
	fuzz/replay.c | fuzz/ops/asm.c | fuzz/ops/dict.c) ;;
	*) sources+=("$source") ;;
	esac
done
for tool in asm dict; do
	clang -O1 -std=gnu11 -DPT_ASSERTS -Ifuzz -Icore -o "$work/ops$tool" "fuzz/ops/$tool.c" \
		"${sources[@]}"
done

make -s --no-print-directory target-rows | while IFS=: read -r name source defines fault; do
	case $name in
	canary | linux_* | lax_*) continue ;;
	esac
	[ -z "$fault" ] || continue
	core=core
	case $name in
	race_*) core=hooked ;;
	esac
	# shellcheck disable=SC2086 # flags are words
	$CC $CFLAGS -std=gnu11 -DPT_ASSERTS -Ifuzz -Icore ${defines//,/ } -c "fuzz/targets/$source" \
		-o "$work/$name.o"
	# shellcheck disable=SC2086 # flags are words
	$CXX $CXXFLAGS "$work/$name.o" "$work"/harness/*.o "$work/$core"/*.o \
		$LIB_FUZZING_ENGINE -o "$OUT/$name"
	printf '[libfuzzer]\nmax_len = 512\n' >"$OUT/$name.options"
	hw=$(echo "$defines" | tr , '\n' | sed -n 's/^-DTARGET_HW=HW_//p' | tr '[:upper:]' '[:lower:]')
	[ -z "$hw" ] || "$work/opsdict" "$hw" >"$OUT/$name.dict"
	seeds=$work/seeds/$name
	mkdir -p "$seeds"
	if [ -n "$hw" ] && [ -d "corpus/$name" ]; then
		"$work/opsasm" --hw "$hw" "corpus/$name" -o "$seeds"
	elif [ "$name" = text ]; then
		for text in corpus/*/*.ops; do
			cp "$text" "$seeds/$(echo "${text#corpus/}" | tr / -)"
		done
	fi
	[ -n "$(ls -A "$seeds")" ] || printf '\0\0\0\0\0\0\0\0\0' >"$seeds/empty"
	(cd "$seeds" && zip -q "$OUT/${name}_seed_corpus.zip" ./*)
done
