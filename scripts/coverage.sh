#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# `make coverage`: lines of core/ that replaying the corpus of every target reaches. Prints a table
# and the lines not reached, a line of a header counting once for all formats; HTML goes to
# build/coverage/html.

set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

profdata=$(printf '%s' "$CLANG" | sed 's/clang\(-[0-9]*\)\?$/llvm-profdata\1/')
cov=$(printf '%s' "$CLANG" | sed 's/clang\(-[0-9]*\)\?$/llvm-cov\1/')
out=build/coverage
targets=$(printf '%s' "$TARGETS" | tr ' ' '\n' | grep -vx canary)

set --
for t in $targets; do
	set -- "$@" "$out/fuzz_$t" "build/corpus/$t.made"
done
build "$@"
rm -rf "$out/html" "$out"/*.profraw
set --
for t in $targets; do
	inputs=build/corpus/$t
	[ ! -d "regress/$t" ] || inputs="$inputs regress/$t"
	# shellcheck disable=SC2086 # a list of words
	LLVM_PROFILE_FILE=$out/$t.profraw "$out/fuzz_$t" -q $inputs
	set -- "$@" -object "$out/fuzz_$t"
done
"$profdata" merge -sparse "$out"/*.profraw -o "$out/all.profdata"

# The programs are given by -object alone; the sources are those of the engine.
shift
"$cov" show "$@" -instr-profile="$out/all.profdata" -format=html -output-dir="$out/html" \
	-show-line-counts-or-regions "$PWD/core" >/dev/null
"$cov" show "$@" -instr-profile="$out/all.profdata" -show-instantiations=false "$PWD/core" |
	awk -F '|' -v here="$PWD/" '
	/^\/.*:$/ { file = $0; sub(/:$/, "", file); sub(here, "", file); next }
	$2 !~ /[0-9]/ || $3 ~ /^#/ { next }
	!lines[file]++ { files[++n] = file }
	$2 ~ /^ *0$/ {
		missed[file]++
		text = $0
		sub(/^[^|]*\|[^|]*\|/, "", text)
		list = list sprintf("%s:%d:%s\n", file, $1, text)
	}
	function row(name, lines, missed) {
		printf "%-24s %6d %7d %7.2f %%\n", name, lines, missed, 100 * (lines - missed) / lines
	}
	END {
		printf "%-24s %6s %7s %9s\n", "file", "lines", "missed", "reached"
		for (i = 1; i <= n; i++) {
			row(files[i], lines[files[i]], missed[files[i]])
			all += lines[files[i]]
			all_missed += missed[files[i]]
		}
		row("all", all, all_missed)
		if (list)
			printf "\nNot reached:\n%s", list
	}'
say "HTML: $out/html/index.html"
