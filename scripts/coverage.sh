#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# `make coverage`: lines of core/ that replaying the corpus of every target reaches, and the sides of
# branches it takes. Prints a table, the lines not reached and the sides not taken, where what is in a
# header counts once for all formats; HTML goes to build/coverage/html.

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
"$cov" show "$@" -instr-profile="$out/all.profdata" -show-instantiations=false -show-branches=count "$PWD/core" |
	awk -F '|' -v here="$PWD/" '
	/^\/.*:$/ { file = $0; sub(/:$/, "", file); sub(here, "", file); next }
	/Branch \(/ {
		split($0, part, /[][(): ,]+/) # .. Branch LINE COLUMN True COUNT False COUNT
		for (i = 1; part[i] != "Branch"; i++)
			;
		side(file ":" part[i + 1] ":" part[i + 2], part[i + 3], part[i + 4])
		side(file ":" part[i + 1] ":" part[i + 2], part[i + 5], part[i + 6])
		next
	}
	$2 !~ /[0-9]/ || $3 ~ /^#/ { next }
	!lines[file]++ { files[++n] = file }
	{
		text = $0
		sub(/^[^|]*\|[^|]*\|/, "", text)
		source[file ":" $1 + 0] = text
	}
	$2 ~ /^ *0$/ {
		missed[file]++
		list = list sprintf("%s:%d:%s\n", file, $1, text)
	}
	# A side is counted once, and taken if it is in any format; constants have only one.
	function side(where, name, count) {
		if (name == "Folded" || count == "Folded")
			return
		if (!((where, name) in taken)) {
			order[++sides] = where SUBSEP name
			of[sides] = file
		}
		taken[where, name] += count != "0"
	}
	function row(name, lines, missed, sides, missed_sides) {
		printf "%-20s %6d %7d %7.2f %% %8d %7d %7.2f %%\n", name,
			lines, missed, 100 * (lines - missed) / lines,
			sides, missed_sides, sides ? 100 * (sides - missed_sides) / sides : 100
	}
	END {
		for (i = 1; i <= sides; i++) {
			all_sides[of[i]]++
			if (taken[order[i]])
				continue
			missed_sides[of[i]]++
			split(order[i], part, SUBSEP)
			where = part[1]
			sub(/:[0-9]*$/, "", where)
			never = never sprintf("%s never %s:%s\n", part[1], part[2], source[where])
		}
		printf "%-20s %6s %7s %9s %8s %7s %9s\n", "file", "lines", "missed", "reached",
			"branches", "missed", "taken"
		for (i = 1; i <= n; i++) {
			f = files[i]
			row(f, lines[f], missed[f], all_sides[f], missed_sides[f])
			sum += lines[f]
			sum_missed += missed[f]
			sum_missed_sides += missed_sides[f]
		}
		row("all", sum, sum_missed, sides, sum_missed_sides)
		if (list)
			printf "\nNot reached:\n%s", list
		if (never)
			printf "\nNever taken:\n%s", never
	}'
say "HTML: $out/html/index.html"
