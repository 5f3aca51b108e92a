#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# bisect.sh PROGRAM TARGET GOOD BAD: the first commit after GOOD on which the program, as text, raises
# the key that it raises on BAD. Works in a scratch worktree; both it and PROGRAM are gone afterwards.

set -eu
program=$1 target=$2 good=$3 bad=$4
cd "$(dirname "$0")/.."
. scripts/lib.sh

scratch=$(mktemp -d)
cleanup() {
	git worktree remove --force "$scratch/tree" 2>/dev/null || true
	rm -rf "$scratch" "$program"
	git worktree prune
}
trap cleanup EXIT
trap 'exit 130' INT TERM

for commit in "$good" "$bad"; do
	git rev-parse -q --verify "$commit^{commit}" >/dev/null || die "$commit: no such commit"
done
# In the worktree HEAD will be another commit.
good=$(git rev-parse "$good^{commit}") bad=$(git rev-parse "$bad^{commit}")
git merge-base --is-ancestor "$good" "$bad" || die "$good does not come before $bad"
mv "$program" "$scratch/program.ops"
git worktree add -q --detach "$scratch/tree" "$bad"

# A commit that does not build, or that does not know the words, says nothing: 125.
cat >"$scratch/try" <<EOS
cd '$scratch/tree'
unset MAKEFLAGS B T SAN
make -s build/replay/fuzz_$target >'$scratch/log' 2>&1 || { echo unbuilt >'$scratch/key'; exit 125; }
status=0
timeout 60 build/replay/fuzz_$target '$scratch/program.ops' >'$scratch/log' 2>&1 || status=\$?
[ \$status -ne 2 ] || { echo unread >'$scratch/key'; exit 125; }
key=\$(sed -n 's/^FAULT key=\([^ ]*\).*/\1/p' '$scratch/log' | head -n 1)
[ -n "\$key" ] || [ \$status -eq 0 ] || key=crash
echo "\${key:--}" >'$scratch/key'
[ "\$key" != "\${1:-}" ]
EOS

sh "$scratch/try" 2>/dev/null || true
key=$(cat "$scratch/key")
case $key in
unbuilt | unread) die "$bad: does not build, or does not read the program: $(tail -n 1 "$scratch/log")" ;;
-) die "$bad: raises no fault" ;;
esac
git -C "$scratch/tree" checkout -q --detach "$good"
sh "$scratch/try" "$key" 2>/dev/null || true
[ "$(cat "$scratch/key")" != "$key" ] || die "$good: raises $key too"

git -C "$scratch/tree" bisect start "$bad" "$good" >"$scratch/bisect" 2>&1
git -C "$scratch/tree" bisect run sh "$scratch/try" "$key" >"$scratch/bisect" 2>&1 || true
first=$(sed -n 's/^\([0-9a-f]*\) is the first bad commit$/\1/p' "$scratch/bisect")
[ -n "$first" ] || die "$key: $(tail -n 1 "$scratch/bisect")"
say "$key since $(git log -1 --format='%h %s' "$first")"
