#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The results of bugs.sh as a table: on the terminal, and in docs/bugs.md and build/bugs.json if
# every fault has one.

set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

rows=build/bugs/rows
lacking=0
: >"$rows"
for patch in bugs/*.patch; do
	fault=$(basename "$patch" .patch)
	set -- "build/bugs/$fault"/result-*
	if [ ! -e "$1" ] || [ ! -e "build/bugs/$fault/killed" ]; then
		lacking=$((lacking + 1))
		continue
	fi
	for field in What Where Target Key Note; do
		printf '%s\t' "$(fault_header "$fault" "$field")"
	done >>"$rows"
	# Runs to detection, misses last; the middle one is the median.
	sort -k 1,1 -k 2,2n "$@" | awk -v OFS='\t' -v fault="$fault" -v killed="$(cat "build/bugs/$fault/killed")" '
	{
		runs[NR] = $2
		missed[NR] = $1 == "missed"
		found += $1 == "found"
		reached += $4 == "yes"
		triggered += $5 == "yes"
		if ($1 == "found" && key == "")
			key = $6
	}
	END {
		middle = int((NR + 1) / 2)
		print fault, NR, reached, triggered, found, key == "" ? "-" : key,
			(missed[middle] ? ">" : "") runs[middle], killed
	}' >>"$rows"
done

# What Where Target Key Note fault seeds reached triggered found key runs killed
markdown() {
	awk -F '\t' '
	function of(n) { return n == $7 ? "yes" : n ? n "/" $7 : "no" }
	BEGIN {
		print "| fault | what | from | target | key | reached | triggered | detected | executions | by replay |"
		print "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
	}
	{
		what = $1 ($5 == "" ? "" : " **" $5 "**")
		printf "| `%s` | %s | %s | `%s` | `%s` | %s | %s | %s | %s | %s |\n", $6, what, $2, $3, $4,
			of($8), of($9), of($10), $12, $13 == "-" ? "no" : "yes"
	}' "$rows"
}

json() {
	awk -F '\t' '
	function text(s) { gsub(/[\\"]/, "\\\\&", s); return "\"" s "\"" }
	BEGIN { printf "[" }
	{
		printf "%s\n{\"fault\": %s, \"target\": %s, \"expected\": %s, \"seeds\": %d, \"reached\": %d, " \
			"\"triggered\": %d, \"detected\": %d, \"key\": %s, \"executions\": %s, \"replay\": %s}",
			NR == 1 ? "" : ",", text($6), text($3), text($4), $7, $8, $9, $10, text($11),
			$12 ~ />/ ? "null" : $12, text($13)
	}
	END { print "\n]" }' "$rows"
}

sums=$(awk -F '\t' '
{
	seeds += $7; found += $10; any += $10 > 0; all += $10 == $7; killed += $13 != "-"
}
END {
	printf "%d faults: %d detected, %d with every seed (%d of %d runs); %d by replay of the corpus",
		NR, any, all, found, seeds, killed
}' "$rows")

if [ -s "$rows" ]; then
	awk -F '\t' '{ printf "%-26s %d/%d  %9s runs  %-24s replay %s\n", $6, $10, $7, $12, $11, $13 }' "$rows"
fi
say "$sums"
if [ "$lacking" -gt 0 ]; then
	say "$lacking faults without a result: docs/bugs.md stays as it is"
	exit 0
fi
json >build/bugs.json
commit=$(git rev-parse --short HEAD 2>/dev/null || say unknown)
[ -z "$(git status --porcelain -- core fuzz bugs corpus 2>/dev/null)" ] || commit="$commit and changes"
{
	sed '/^<!-- measured -->$/q' docs/bugs.md
	say
	say "Measured at commit $commit, $(nproc) cores of $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)."
	say "$sums."
	say
	markdown
} >build/bugs/bugs.md
mv build/bugs/bugs.md docs/bugs.md
say "docs/bugs.md and build/bugs.json are written"
