#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# `make check-report`: a report made from real crashes, opened in headless Chromium. A script added
# to a copy of the page looks at it from within: rows, drawings, copy buttons, errors, requests.
# Screenshots stay in build/report/ for a person to look at.

set -eu
cd "$(dirname "$0")/.."
. scripts/check/lib.sh

dir=$PWD/build/report
results=$dir/results
rm -rf "$dir"
mkdir -p "$dir/crashes" "$dir/profile"
: >"$results"
# A fault that shows in whatever looks at addresses, so that it has several keys.
fault=lookup-item-offset
build B=$fault build/iommupt build/bugs/$fault/replay/fuzz_ops_amdv1

# Four keys of it, as bytes a fuzzer would leave; the first one twice.
crash() { # NAME LINE..
	name=$1
	shift
	printf '%s\n' "$@" >"$dir/$name.ops"
	build/iommupt asm --fault $fault --target ops_amdv1 "$dir/$name.ops" -o "$dir/crashes/crash-$name"
}
crash map 'map zero zero 64K rw'
crash map-longer 'lookup mid' 'map zero zero 64K rw' 'sync all'
crash pages 'map_pages half same 64K 1 rw'
crash lookup 'map zero same 4K*17 rw' 'lookup zero+15*4K'
crash unmap 'map zero same 4K*17 rw' 'unmap zero+16*4K 4K g0'
status=0
build/iommupt report --fault $fault --target ops_amdv1 "$dir/crashes" -o "$dir/report.html" >&2 || status=$?
[ "$status" -eq 1 ] || die "iommupt report ended with $status"

browse() { # WIDTH OPTION..
	width=$1
	shift
	timeout 120 chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars \
		--user-data-dir="$dir/profile" --disable-background-networking --no-first-run \
		--host-resolver-rules='MAP * ~NOTFOUND' --enable-logging=stderr \
		--window-size="$width" --virtual-time-budget=5000 "$@" 2>"$dir/log" || true
}

# looked PAGE WIDTH: what the added script found, a line each, and what the console said.
looked() {
	sed '/^<\/body>/d; /^<\/html>/d' "$1" >"$dir/looked.html"
	cat >>"$dir/looked.html" <<'EOS'
<pre id="found"></pre>
<script>
const all = (s) => [...document.querySelectorAll(s)];
const found = [], copied = [];
const say = (name, value) => found.push(name + ' ' + value);
addEventListener('error', (e) => say('error', e.message));
addEventListener('securitypolicyviolation', (e) => say('request', e.blockedURI));
Object.defineProperty(navigator, 'clipboard', {configurable: true,
	value: {writeText: (text) => { copied.push(text); return Promise.resolve(); }}});
const buttons = all('.copied button');
buttons.forEach((b) => b.click());
setTimeout(() => {
	const texts = all('.copied pre').map((p) => p.textContent);
	say('rows', all('tr.fault').length);
	say('links', all('tr.fault a').filter((a) => document.querySelector(a.hash)).length);
	say('drawings', all('svg').filter((s) => s.getBBox().width > 100).length);
	say('marked', all('svg').filter((s) => s.querySelector('.hit')).length);
	say('outside', all('svg text').filter((t) => t.getBBox().x + t.getBBox().width >
		t.ownerSVGElement.viewBox.baseVal.width + 1).length);
	say('copied', copied.length > 0 && copied.join() === texts.join() ? 'all' : copied.length);
	say('told', buttons.every((b) => b.textContent === 'Copied') ? 'yes' : 'no');
	Object.defineProperty(navigator, 'clipboard', {value: undefined});
	let selected = '';
	document.execCommand = () => { selected = document.activeElement.value; return true; };
	buttons[0].click();
	say('without-clipboard', selected === texts[0] ? 'copied' : 'not');
	say('requests', performance.getEntriesByType('resource').length);
	say('wider', document.documentElement.scrollWidth - innerWidth);
	document.getElementById('found').textContent = found.join('\n') + '\nend';
}, 500);
</script>
</body>
</html>
EOS
	browse "$2" --dump-dom "file://$dir/looked.html" | sed -n '/<pre id="found">/,/^end/{s/.*<pre id="found">//;p;}'
	sed -n 's/.*CONSOLE.*"\(.*\)", source.*/console \1/p' "$dir/log"
}

# is NAME PATTERN: a line of what was found.
is() {
	if grep -q -x -e "$2" "$dir/found"; then
		ok "report: $1"
	else
		failed "report: $1" "no line '$2' but '$(grep "^${2%% *}" "$dir/found" | head -n 1)'"
	fi
}
# none NAME WORD: no such line.
none() {
	if grep "^$2" "$dir/found" >"$dir/bad"; then
		failed "report: $1" "$(head -n 1 "$dir/bad")"
	else
		ok "report: $1"
	fi
}

{
	looked "$dir/report.html" 1280,1000 >"$dir/found"
	is 'a row for each key' 'rows 4'
	is 'each row leads to its fault' 'links 4'
	is 'two page tables for each' 'drawings 8'
	is 'the entry at fault is marked' 'marked [1-4]'
	is 'no text leaves its drawing' 'outside 0'
	is 'copy buttons copy what stands below' 'copied all'
	is 'and say so' 'told yes'
	is 'they do without a clipboard too' 'without-clipboard copied'
	is 'no request' 'requests 0'
	none 'no request that its policy stops' 'request '
	none 'no error' 'error'
	none 'nothing on the console' 'console'

	looked "$dir/report.html" 500,900 >"$dir/found"
	is 'a phone shows it without scrolling sideways' 'wider -*0'

	sed 's|<h1>|<img src="https://example.org/x.png"><h1>|' "$dir/report.html" >"$dir/leaky.html"
	looked "$dir/leaky.html" 1280,1000 >"$dir/found"
	is 'a request would be seen' 'requests 1'
} | tee -a "$results"

for shot in desktop:1280,1800:1 phone:500,1800:1 dark:1280,1800:0; do
	name=${shot%%:*}
	rest=${shot#*:}
	browse "${rest%:*}" --blink-settings="preferredColorScheme=${rest#*:}" \
		--screenshot="$dir/$name.png" "file://$dir/report.html" >/dev/null
	if [ -s "$dir/$name.png" ]; then
		ok "report: build/report/$name.png"
	else
		failed "report: build/report/$name.png" 'no screenshot'
	fi
done | tee -a "$results"

passed=$(grep -c '^ok ' "$results" || true)
bad=$(grep -c '^FAIL ' "$results" || true)
say "$passed passed, $bad failed"
[ "$bad" -eq 0 ] && [ "$passed" -gt 0 ]
