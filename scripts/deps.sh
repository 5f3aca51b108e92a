#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Installs what is missing: deps.sh NEED.., a need being build, 32, fuzz, check, coverage, bench,
# afl, oss, report, page, kernel or all. Quick if nothing is. Where there is no apt, or no right to
# use it, prints the list and exits 2.

set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

GCC=${GCC:-gcc-12}
CLANG=${CLANG:-clang-14}

# One row: package, then a command that succeeds if what it brings is there.
compiles() { # OPTION HEADERS [PROGRAM]
	{
		for header in $2; do
			say "#include <$header>"
		done
		say 'int main(void) { return 0; }'
	} | "$GCC" "$1" -x c - -o "${3:-/dev/null}"
}
exists() { # OPTION LIBRARY
	[ -e "$("$GCC" "$1" --print-file-name="$2")" ]
}
clang_has() {
	[ -e "$("$CLANG" --print-file-name="libclang_rt.$1-x86_64.a")" ] ||
		[ -e "$("$CLANG" --print-runtime-dir)/libclang_rt.$1.a" ]
}
runs_32() {
	program=$(mktemp)
	compiles -m32 stdio.h "$program" && "$program"
	status=$?
	rm -f "$program"
	return $status
}
rows_build="
gcc-12 command -v $GCC
libc6-dev compiles -O0 stdio.h
patch command -v patch
"
rows_32='
gcc-multilib compiles -m32 errno.h
qemu-user runs_32 || command -v qemu-i386
'
rows_clang="
clang-14 command -v $CLANG
libclang-rt-14-dev clang_has fuzzer
llvm-14 command -v ${CLANG%%clang*}llvm-profdata${CLANG##*clang}
"
rows_check="gcc-12 command -v ${CC:-gcc-12}
$rows_build $rows_32 $rows_clang
libcmocka-dev compiles -O0 'stdarg.h stddef.h stdint.h setjmp.h cmocka.h'
clang-format-14 command -v clang-format-14
shellcheck command -v shellcheck
yamllint command -v yamllint
"
rows_afl='
afl++ command -v afl-clang-fast
'
rows_oss="
libstdc++-12-dev exists -m64 libstdc++.a
lib32stdc++-12-dev exists -m32 libstdc++.a
llvm-14-linker-tools [ -e /usr/lib/llvm-14/lib/LLVMgold.so ]
file command -v file
python3 command -v python3
unzip command -v unzip
zip command -v zip
"
rows_report='
libcjson-dev compiles -O0 cjson/cJSON.h
'
rows_kernel='
xz-utils command -v xz
'
rows_page='
chromium command -v chromium
'
rows=
for need; do
	case $need in
	build) rows="$rows $rows_build" ;;
	32) rows="$rows $rows_build $rows_32" ;;
	fuzz | coverage | bench) rows="$rows $rows_build $rows_clang" ;;
	check) rows="$rows $rows_check $rows_report" ;;
	afl) rows="$rows $rows_build $rows_clang $rows_afl" ;;
	oss) rows="$rows $rows_build $rows_32 $rows_clang $rows_afl $rows_oss" ;;
	report) rows="$rows $rows_build $rows_report" ;;
	page) rows="$rows $rows_build $rows_report $rows_page" ;;
	kernel) rows="$rows $rows_kernel" ;;
	all) rows="$rows $rows_check $rows_afl $rows_oss $rows_report $rows_kernel $rows_page" ;;
	*) die "deps.sh: no such need: $need" ;;
	esac
done

missing=$(printf '%s\n' "$rows" | while read -r package probe; do
	[ -z "$package" ] || eval "$probe" >/dev/null 2>&1 || say "$package"
done | sort -u | tr '\n' ' ')
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
	die "Missing, by the names of Debian 12's packages: $missing
As root there: apt-get install --no-install-recommends $missing"
fi
say "Installing with apt-get: $missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # a list of words
install() {
	apt-get -q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends $missing
}
if ! install >"$log" 2>&1 && ! { apt-get -q update && install; } >"$log" 2>&1; then
	tail -n 5 "$log" >&2
	die "apt-get failed; needed are: $missing"
fi
