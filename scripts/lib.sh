# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the scripts share. Each goes to the project's root first and then reads this.

say() {
	printf '%s\n' "$*"
}

# Wrong use, or something missing: one line, exit 2.
die() {
	say "$*" >&2
	exit 2
}

# make, as if called by hand: make hands variables of its command line on in the environment. One at a
# time, as two would write the same files.
build() {
	mkdir -p build
	MAKEFLAGS='' flock build/.lock "${MAKE:-make}" -s --no-print-directory -j"$(nproc)" "$@"
}

# Sanitizers of clang 14 lose their shadow memory where addresses are randomised by more than 28
# bits. $calm comes before each command that may be sanitized.
calm=
bits=$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 0)
if [ "$bits" -gt 28 ] && setarch -R true 2>/dev/null; then
	# shellcheck disable=SC2034 # for those who read this
	calm='setarch -R'
fi

# Reports name functions if a symbolizer is found; Debian's name has a version.
symbolizer=$(command -v llvm-symbolizer-14 || command -v llvm-symbolizer || true)
if [ -n "$symbolizer" ]; then
	export ASAN_SYMBOLIZER_PATH="$symbolizer" MSAN_SYMBOLIZER_PATH="$symbolizer"
	export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1:external_symbolizer_path=$symbolizer}"
	export TSAN_OPTIONS="${TSAN_OPTIONS:-external_symbolizer_path=$symbolizer}"
fi
# A libFuzzer process frees much that nobody looks at again: 256 MiB of it, as ASan keeps otherwise,
# cost a fifth of the speed.
export ASAN_OPTIONS="${ASAN_OPTIONS:-quarantine_size_mb=8}"

# A fault is no reason to leave a core file.
# shellcheck disable=SC3045 # every shell has it
ulimit -c 0

# is_target NAME, is_kernel_target NAME: any, or one on the kernel's code.
is_target() {
	case " $TARGETS $KERNEL_TARGETS " in
	*" $1 "*) return 0 ;;
	*) return 1 ;;
	esac
}
is_kernel_target() {
	case " $KERNEL_TARGETS " in
	*" $1 "*) return 0 ;;
	*) return 1 ;;
	esac
}

# need_sources TARGET: fetches what it needs of the kernel's. make would by itself, but say more.
need_sources() {
	is_kernel_target "$1" || return 0
	for version in $KERNEL_FETCH; do
		case $1:$version in
		*_612:6.12 | *:7.3) ;;
		*) continue ;;
		esac
		[ ! -e "build/kernel-src/linux-$version/Makefile" ] || continue
		scripts/deps.sh kernel
		scripts/kernel-source.sh build/kernel-src "$version" || exit 2
	done
}

# target_hw NAME: the format of its programs, in lower case; none if it takes no programs.
target_hw() {
	for row in $TARGET_HWS; do
		[ "${row%%:*}" != "$1" ] || printf '%s' "${row##*:HW_}" | tr '[:upper:]' '[:lower:]'
	done
}

# is_number WORD: decimal, at least 1.
is_number() {
	case $1 in
	'' | *[!0-9]* | 0*) return 1 ;;
	*) return 0 ;;
	esac
}

# fault_header FAULT FIELD: a line of what stands before the patch of a planted fault.
fault_header() {
	sed -n "/^--- /q; s/^$2: *//p" "bugs/$1.patch" | head -n 1
}
