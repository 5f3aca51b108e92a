#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Rules about the sources that no compiler sees.

set -eu
cd "$(dirname "$0")/../.."
. scripts/check/lib.sh

# none NAME: fails with the first line of its input, if there is one.
none() {
	if read -r line; then
		failed "rule[$1]" "$line"
	else
		ok "rule[$1]"
	fi
}

# includes DIRECTORY OF: lines in the first that include a header of the second.
includes() {
	grep -rn --include='*.[ch]' '#include "' "$1" | while IFS= read -r line; do
		header=$(printf '%s' "$line" | sed 's/.*#include "\(.*\)".*/\1/')
		[ ! -e "$2/$header" ] || say "$line"
	done
}

c_files=$(find core fuzz tests bench triage -name '*.[ch]' 2>/dev/null | sort)
scripts=$(find scripts .ci oss-fuzz/*.sh -type f | sort)

includes fuzz/oracle core | none oracle-includes-no-engine
includes core fuzz | none engine-includes-no-harness
# shellcheck disable=SC2086 # lists of files
{
	clang-format-14 --dry-run -Werror $c_files 2>&1 | none clang-format
	shellcheck $scripts 2>&1 | sed '/^$/d' | none shellcheck
	grep -L -m 1 'SPDX-License-Identifier: GPL-2.0-only' $c_files $scripts Makefile mk/* | none licence
	grep -nE '\b(TO[D]O|FIX[M]E|XX[X]|HAC[K])\b' $c_files $scripts Makefile mk/* | none nothing-left-for-later
}
find corpus -name '*.ops' -exec sh -c 'for f; do
	head -n 1 "$f" | grep -q "^#" || echo "$f: begins without a comment on what it is for"
done' sh {} + | none scenarios-say-what-for

# The library calls its host and nothing else; compilers may call memcpy and its like by themselves.
build build/libiommupt.a >&2
own=$(nm -g --defined-only build/libiommupt.a | awk 'NF == 3 { print $3 }' | sort -u)
nm -u build/libiommupt.a | awk 'NF == 2 && $1 == "U" { print $2 }' | sort -u |
	grep -vxF -e "$own" -e memcpy -e memmove -e memset -e memcmp -e _GLOBAL_OFFSET_TABLE_ |
	none library-is-freestanding
printf '%s\n' "$own" | grep -v '^pt_' | none library-exports-only-pt
