#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# `make oss-fuzz-check`: runs oss-fuzz/build.sh in the environment of OSS-Fuzz, without its container,
# for each fuzzing engine, sanitizer and architecture, moves $OUT elsewhere and looks at what
# bad_build_check and test_all.py there look at. A table; exit 1 if something is wrong in it.
#
# ROWS="ENGINE-SANITIZER-ARCHITECTURE .." does only these, T="TARGET .." only with these. What Debian has
# no engine for (honggfuzz, centipede) is compiled with that engine's flags and driven by fuzz/replay.c.

set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

root=$PWD
base=$root/build/oss-fuzz

# One target, as $0 calls itself: NAME in $moved, under the variables of run_one(). Prints what is wrong.
if [ "${1:-}" = target ]; then
	name=$2
	program=$moved/$name
	scratch=$base/run/$combination/$name
	log=$scratch.log
	rm -rf "$scratch"
	mkdir -p "$scratch/seeds"
	wrong() {
		say "$name: $*"
		exit 0
	}
	case $name in
	*[!A-Za-z0-9_-]* | canary | lax_* | linux_*) wrong "a name that must not be in \$OUT" ;;
	esac
	case "$(file -b "$program")" in
	*x86-64*) [ "$architecture" = x86_64 ] || wrong "is not for $architecture" ;;
	*80386*) [ "$architecture" = i386 ] || wrong "is not for $architecture" ;;
	*) wrong "is no program" ;;
	esac
	grep -q LLVMFuzzerTestOneInput "$program" || wrong "has no LLVMFuzzerTestOneInput"
	unzip -q -d "$scratch/seeds" "${program}_seed_corpus.zip" || wrong "no seed corpus"
	options=$(python3 -c '
import configparser, sys
parser = configparser.ConfigParser()
parser.read(sys.argv[1])
print(" ".join("-%s=%s" % o for o in parser["libfuzzer"].items()))' "$program.options") ||
		wrong "its options cannot be parsed"
	[ ! -e "$program.dict" ] || options="$options -dict=$program.dict"
	seeds=$(find "$scratch/seeds" -type f | wc -l)

	# Calls into the runtimes of sanitizers, by their number: asan msan ubsan.
	calls=$(objdump -d --no-show-raw-insn "$program" | awk '
		$2 ~ /^callq?$/ && $4 ~ /^<__asan/ { a++ }
		$2 ~ /^callq?$/ && $4 ~ /^<__msan/ { m++ }
		$2 ~ /^callq?$/ && $4 ~ /^<__ubsan/ { u++ }
		END { print a + 0, m + 0, u + 0 }')
	read -r asan msan ubsan <<-EOF
		$calls
	EOF
	few_ubsan=200
	[ "$architecture" = x86_64 ] || few_ubsan=280
	case $sanitizer in
	address) [ "$asan" -ge 1000 ] && [ "$msan" -le 3 ] && [ "$ubsan" -le $few_ubsan ] ;;
	memory) [ "$asan" -eq 0 ] && [ "$msan" -ge 1000 ] && [ "$ubsan" -le $few_ubsan ] ;;
	undefined) [ "$asan" -eq 0 ] && [ "$msan" -le 3 ] && [ "$ubsan" -ge 168 ] ;;
	esac || wrong "calls of asan, msan, ubsan: $calls"

	# It is run from an empty directory, which must stay empty.
	mkdir "$scratch/empty"
	cd "$scratch/empty"
	started() { # PATTERN COMMAND..
		pattern=$1
		shift
		# shellcheck disable=SC2086 # words
		timeout 300 $calm $emulator "$@" >"$log" 2>&1 </dev/null || return 1
		grep -q -e "$pattern" "$log"
	}
	case $engine in
	libfuzzer)
		# Where nothing counts edges, libFuzzer does not mutate.
		runs=4
		[ "$sanitizer" != coverage ] || runs=0
		# shellcheck disable=SC2086 # words
		started 'Done [0-9]* runs' "$program" -seed=1337 -runs=$runs $options || wrong "does not start: $log"
		! grep -q 'unrecognized flag\|ParseDictionaryFile: error' "$log" || wrong "bad options: $log"
		edges=$(sed -n 's/.*INFO: Loaded 1 modules.*\(counters\|guards\)): *\([0-9]*\).*/\2/p; s/.*INFO: Loaded 1 modules *(\([0-9]*\).*/\1/p' "$log" | head -n 1)
		case $sanitizer in
		coverage | introspector) edges=${edges:-100} ;;
		esac
		[ "${edges:-0}" -ge 100 ] || wrong "only ${edges:-0} edges"
		started "" "$program" -rss_limit_mb=2560 -timeout=25 -runs=0 "$scratch/seeds" ||
			wrong "fails on its seed corpus: $log"
		;;
	afl)
		mkdir "$scratch/found"
		printf '\0' >"$scratch/found.seed"
		mkdir "$scratch/one" && cp "$scratch/found.seed" "$scratch/one"
		started 'All set and ready to roll' env AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 \
			AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_FORKSRV_INIT_TMOUT=30000 \
			ASAN_OPTIONS=abort_on_error=1:symbolize=0:detect_odr_violation=0 \
			afl-fuzz -i "$scratch/one" -o "$scratch/found" -m none -t 1000+ -V 1 -- "$program" ||
			wrong "does not start: $log"
		;;
	*)
		started 'inputs replayed' "$program" "$scratch/seeds" || wrong "fails on its seed corpus: $log"
		;;
	esac
	[ -z "$(ls -A .)" ] || wrong "leaves files where it runs, in $PWD"
	say "fine $name $asan $msan $ubsan ${edges:-0} $seeds"
	exit 0
fi

for t in ${T:-}; do
	is_target "$t" || die "T=$t: no such target; make targets lists them"
done
expected=$(say "${T:-$TARGETS}" | tr ' ' '\n' | grep -v '^canary$\|^lax_\|^linux_' | grep -c .) ||
	die "T=$T: not for a cluster"

# The environment of a build: what compile and compile_<engine> of OSS-Fuzz would set.
environment() {
	export SRC="$base/src" WORK="$base/work" OUT="$base/out/$combination"
	export ARCHITECTURE="$architecture" FUZZING_ENGINE="$engine" SANITIZER="$sanitizer"
	CC=$CLANG CXX=$(say "$CLANG" | sed 's/clang/clang++/') LIB_FUZZING_ENGINE=-fsanitize=fuzzer
	CFLAGS='-O1 -fno-omit-frame-pointer -gline-tables-only -Wno-unused-command-line-argument'
	CFLAGS="$CFLAGS -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION"
	[ "$architecture" != i386 ] || CFLAGS="-m32 $CFLAGS"
	kinds=bool,array-bounds,float-divide-by-zero,function,integer-divide-by-zero,return,shift
	kinds=$kinds,signed-integer-overflow,vla-bound,vptr
	case $sanitizer in
	address) CFLAGS="$CFLAGS -fsanitize=address -fsanitize-address-use-after-scope" ;;
	memory) CFLAGS="$CFLAGS -fsanitize=memory -fsanitize-memory-track-origins" ;;
	undefined)
		CFLAGS="$CFLAGS -fsanitize=$kinds,unsigned-integer-overflow -fno-sanitize-recover=$kinds"
		;;
	introspector) CFLAGS="$CFLAGS -O0 -flto -fno-unroll-loops -fuse-ld=gold" ;;
	esac
	case $engine-$sanitizer in
	*-coverage)
		CFLAGS="$CFLAGS -fprofile-instr-generate -fcoverage-mapping -pthread"
		CFLAGS="$CFLAGS -Wl,--no-as-needed -Wl,-ldl -Wl,-lm"
		;;
	libfuzzer-*) CFLAGS="$CFLAGS -fsanitize=fuzzer-no-link" ;;
	afl-*)
		CC=afl-clang-fast CXX=afl-clang-fast++ LIB_FUZZING_ENGINE=/usr/lib/afl/libAFLDriver.a
		export AFL_QUIET=1
		;;
	honggfuzz-*) CFLAGS="$CFLAGS -fsanitize-coverage=trace-pc-guard,indirect-calls,trace-cmp" ;;
	centipede-*)
		CFLAGS="$CFLAGS -fsanitize-coverage=trace-loads,trace-pc-guard,pc-table,trace-cmp"
		CFLAGS="$CFLAGS -fno-builtin"
		;;
	esac
	CXXFLAGS=$CFLAGS
	export CC CXX CFLAGS CXXFLAGS LIB_FUZZING_ENGINE
}

# In place of an engine that is not there: a library with a main() that replays.
driver() {
	case $engine in
	honggfuzz | centipede) ;;
	*) return 0 ;;
	esac
	LIB_FUZZING_ENGINE=$base/driver-$combination.a
	if [ "$engine" = centipede ]; then
		# As there, an object among the flags has what instrumented loads call.
		for size in 1 2 4 8 16; do
			say "void __sanitizer_cov_load$size(void *at) { (void)at; }"
		done | "$CLANG" -w -x c -c - -o "$base/weak.o"
		CFLAGS="$CFLAGS $base/weak.o" CXXFLAGS="$CXXFLAGS $base/weak.o"
	fi
	for source in replay serve; do
		# shellcheck disable=SC2086 # flags are words
		$CC $CFLAGS -std=gnu11 -Ifuzz -Icore -c "fuzz/$source.c" -o "$base/$source.o"
	done
	rm -f "$LIB_FUZZING_ENGINE"
	ar rcs "$LIB_FUZZING_ENGINE" "$base/replay.o" "$base/serve.o"
}

# Files among the sources that are none.
strangers() {
	git -C "$root" ls-files --others --exclude-standard 2>/dev/null || true
}

# run_one ENGINE SANITIZER ARCHITECTURE: a row of the table; false if something is wrong.
run_one() {
	engine=$1 sanitizer=$2 architecture=$3
	combination=$1-$2-$3
	emulator=
	if [ "$architecture" = i386 ]; then
		printf 'int main(void) { return 0; }\n' | "$CLANG" -m32 -x c - -o "$base/runs32"
		# LeakSanitizer traces its own process, which an emulator cannot do: it would wait for ever.
		"$base/runs32" 2>/dev/null || emulator='env ASAN_OPTIONS=detect_leaks=0 qemu-i386'
	fi
	environment
	rm -rf "$OUT" "$WORK" "$base/moved" "$base/run/$combination"
	mkdir -p "$OUT" "$WORK" "$SRC" "$base/run/$combination"
	ln -sfn "$root" "$SRC/iommupt-fuzz"
	driver
	built=$base/run/$combination.build
	tree=$(strangers)
	printf '%-10s %-13s %-7s ' "$engine" "$sanitizer" "$architecture"
	if ! PATH=$base/bin:$PATH bash -eu oss-fuzz/build.sh >"$built" 2>&1; then
		say "NOT BUILT: $(tail -n 1 "$built"); see $built"
		return 1
	fi
	moved=$base/moved
	mv "$OUT" "$moved"
	export engine sanitizer architecture combination emulator moved base
	before=$(ls "$moved")
	results=$base/run/$combination.results
	find "$moved" -type f -perm -100 -exec basename {} \; | sort |
		UBSAN_OPTIONS=silence_unsigned_overflow=1 LLVM_PROFILE_FILE=/dev/null \
			xargs -P "$(nproc)" -n 1 "$0" target >"$results"
	[ "$before" = "$(ls "$moved")" ] || say "leaves files beside itself" >>"$results"
	[ "$tree" = "$(strangers)" ] ||
		say "leaves files among the sources" >>"$results"
	awk -v expected="$expected" -v engine="$engine" '
		function least(old, new) { return old == "" || new < old ? new + 0 : old }
		$1 != "fine" { if (wrong == "") wrong = $0; next }
		{ n++; a = least(a, $3); m = least(m, $4); u = least(u, $5); e = least(e, $6); seeds += $7 }
		END {
			if (wrong == "" && n != expected)
				wrong = n + 0 " targets, should be " expected
			printf "%7d %6s %6d %6d %6d %6d  %s\n", n, e ? e : "-", a, m, u, seeds,
				wrong == "" ? "ok" : "WRONG: " wrong
			exit wrong != ""
		}' "$results"
}

rows='libfuzzer-address-x86_64 libfuzzer-undefined-x86_64 libfuzzer-memory-x86_64'
rows="$rows libfuzzer-address-i386 afl-address-x86_64 libfuzzer-coverage-x86_64"
rows="$rows libfuzzer-introspector-x86_64 honggfuzz-address-x86_64 centipede-address-x86_64"
for c in ${ROWS:-}; do
	say "$rows" | tr ' ' '\n' | grep -qx "$c" || die "ROWS=$c: no such row; there are $rows"
done
mkdir -p "$base/bin"
ln -sf "$(command -v "$CLANG")" "$base/bin/clang"
printf '%-10s %-13s %-7s %7s %6s %6s %6s %6s %6s\n' engine sanitizer arch targets edges asan msan ubsan seeds
bad=
for c in ${ROWS:-$rows}; do
	arch=${c##*-}
	rest=${c%-*}
	run_one "${rest%-*}" "${rest#*-}" "$arch" || bad=yes
done
say 'edges and calls: the least of any target. honggfuzz, centipede: their flags, driven by fuzz/replay.c'
rm -rf "$base/out" "$base/work" "$base/moved"
[ -z "$bad" ]
