// SPDX-License-Identifier: GPL-2.0-only
#include "page.h"

#include <stdarg.h>
#include <string.h>

#include "triage.h"

static const char head[] =
	"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	"style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
	"<style>\n"
	":root { color-scheme: light dark; --fg: #1b1f24; --bg: #fff; --soft: #f3f4f6; "
	"--line: #c9ced6; --dim: #59636e; --hit: #c01c28; --hitbg: #fde8e8; --here: #9a6700; "
	"--herebg: #fff5d6; --link: #0b57d0; }\n"
	"@media (prefers-color-scheme: dark) { :root { --fg: #e6e8eb; --bg: #14171b; "
	"--soft: #1f242b; --line: #47505c; --dim: #a3acb8; --hit: #ff7b72; --hitbg: #4a1d20; "
	"--here: #e3b341; --herebg: #3a2f10; --link: #8ab4f8; } }\n"
	"body { font: 16px/1.5 system-ui, sans-serif; color: var(--fg); background: var(--bg); "
	"margin: 0 auto; padding: 1rem; max-width: 76rem; }\n"
	"h1 { font-size: 1.5rem; } h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; "
	"padding-top: 1rem; border-top: 2px solid var(--line); }\n"
	"h2, td, .where { overflow-wrap: anywhere; } h3 { font-size: 1rem; margin: 1.2rem 0 .4rem; "
	"}\n"
	"a { color: var(--link); } p { margin: .4rem 0; } .where { color: var(--dim); }\n"
	"pre, .tree { overflow-x: auto; background: var(--soft); border: 1px solid var(--line); "
	"border-radius: 6px; padding: .7rem; margin: .4rem 0; }\n"
	"pre { font: 13px/1.45 ui-monospace, monospace; } pre b { color: var(--hit); }\n"
	"pre.long { max-height: 22rem; overflow-y: auto; }\n"
	"table { border-collapse: collapse; } th, td { text-align: left; padding: .25rem .8rem "
	".25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }\n"
	".copied { display: flex; flex-direction: column; } .copied button { align-self: flex-end; "
	"font: inherit; font-size: .9rem; padding: .3rem 1rem; min-height: 2.4rem; color: "
	"var(--fg); "
	"background: var(--bg); border: 1px solid var(--line); border-radius: 6px; cursor: "
	"pointer; }\n"
	".trees { display: flex; flex-wrap: wrap; gap: 0 1.5rem; } .trees > div { min-width: 0; }\n"
	"svg { display: block; } svg text { font: 11px ui-monospace, monospace; fill: var(--fg); } "
	"svg .title { font-weight: bold; } svg .box { fill: var(--bg); stroke: var(--line); } "
	"svg .here { fill: var(--herebg); stroke: var(--here); } svg .hit { fill: var(--hitbg); "
	"stroke: var(--hit); stroke-width: 2; } svg .edge { fill: none; stroke: var(--dim); } "
	"svg .dim { fill: var(--dim); } svg .wrong { fill: var(--hit); font-weight: bold; }\n"
	"</style>\n";

static const char tail[] =
	"<script>\n"
	"function copy(button) {\n"
	"  const text = button.nextElementSibling.textContent;\n"
	"  const say = (s) => { button.textContent = s; "
	"setTimeout(() => { button.textContent = 'Copy'; }, 1500); };\n"
	"  const old = () => {\n"
	"    const area = document.createElement('textarea');\n"
	"    area.value = text;\n"
	"    document.body.append(area);\n"
	"    area.select();\n"
	"    say(document.execCommand('copy') ? 'Copied' : 'Select it by hand');\n"
	"    area.remove();\n"
	"  };\n"
	"  if (navigator.clipboard) navigator.clipboard.writeText(text).then(() => say('Copied'), "
	"old);\n"
	"  else old();\n"
	"}\n"
	"document.querySelectorAll('.copied button').forEach("
	"(b) => b.addEventListener('click', () => copy(b)));\n"
	"</script>\n</body>\n</html>\n";

void put_html(FILE *f, const char *text, size_t n)
{
	for (; n && *text; text++, n--) {
		if (*text == '<')
			fputs("&lt;", f);
		else if (*text == '>')
			fputs("&gt;", f);
		else if (*text == '&')
			fputs("&amp;", f);
		else if (*text == '"')
			fputs("&quot;", f);
		else if ((unsigned char)*text >= ' ' || *text == '\n' || *text == '\t')
			fputc(*text, f);
		else
			fputc('?', f);
	}
}

static void put(struct page *p, const char *text)
{
	if (p->html)
		put_html(p->f, text, strlen(text));
	else
		fputs(text, p->f);
}

void page_begin(struct page *p, const char *path, const char *title)
{
	size_t len = strlen(path);

	*p = (struct page){.f = output_open(path),
			   .path = path,
			   .html = len < 3 || strcmp(path + len - 3, ".md") != 0};
	if (p->html)
		fprintf(p->f, "%s<title>%s</title>\n</head>\n<body>\n<h1>%s</h1>\n", head, title,
			title);
	else
		fprintf(p->f, "# %s\n", title);
}

void page_end(struct page *p)
{
	if (p->html)
		fputs(tail, p->f);
	output_close(p->f, p->path);
}

void page_heading(struct page *p, unsigned n, const char *text)
{
	if (p->html)
		fprintf(p->f, "<h2 id=\"fault-%u\">", n);
	else
		fprintf(p->f, "\n## %u. ", n);
	put(p, text);
	fputs(p->html ? "</h2>\n" : "\n", p->f);
}

void page_part(struct page *p, const char *text)
{
	fputs(p->html ? "<h3>" : "\n### ", p->f);
	put(p, text);
	fputs(p->html ? "</h3>\n" : "\n", p->f);
}

void page_text(struct page *p, const char *format, ...)
{
	char text[8000];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fputs(p->html ? "<p class=\"where\">" : "\n", p->f);
	put(p, text);
	fputs(p->html ? "</p>\n" : "\n", p->f);
}

void page_table_begin(struct page *p, const char *a, const char *b, const char *c)
{
	fprintf(p->f,
		p->html ? "<table>\n<thead><tr><th>%s</th><th>%s</th><th>%s</th></tr></thead>\n"
			: "\n| %s | %s | %s |\n| --- | --- | --- |\n",
		a, b, c);
}

static void put_cells(struct page *p, const char *const cell[3], unsigned link)
{
	fputs(!p->html ? "| " : link ? "<tr class=\"fault\"><td>" : "<tr><td>", p->f);
	if (p->html && link)
		fprintf(p->f, "<a href=\"#fault-%u\">", link);
	for (unsigned i = 0; i < 3; i++) {
		fputs(i && p->html ? "</td><td>" : i ? " | " : "", p->f);
		put(p, cell[i]);
		fputs(!i && p->html && link ? "</a>" : "", p->f);
	}
	fputs(p->html ? "</td></tr>\n" : " |\n", p->f);
}

void page_table_row(struct page *p, const char *a, const char *b, const char *c)
{
	put_cells(p, (const char *const[]){a, b, c}, 0);
}

void page_table_link(struct page *p, unsigned n, const char *a, const char *b, const char *c)
{
	put_cells(p, (const char *const[]){a, b, c}, n);
}

void page_table_end(struct page *p)
{
	fputs(p->html ? "</table>\n" : "", p->f);
}

static bool is_marked(const char *line)
{
	return !strncmp(line, ">>", 2) || !strncmp(line, "FAULT", 5);
}

void page_columns(struct page *p, enum page_columns at)
{
	static const char *const tags[] = {"<div class=\"trees\"><div>\n", "</div><div>\n",
					   "</div></div>\n"};

	fputs(p->html ? tags[at] : "", p->f);
}

void page_listing(struct page *p, const char *text)
{
	fputs(p->html ? "<pre>" : "\n```\n", p->f);
	for (size_t n; *text; text += n) {
		n = strcspn(text, "\n") + 1;
		n = n > strlen(text) ? strlen(text) : n;
		if (!p->html) {
			fwrite(text, 1, n, p->f);
			continue;
		}
		fputs(is_marked(text) ? "<b>" : "", p->f);
		put_html(p->f, text, n);
		fputs(is_marked(text) ? "</b>" : "", p->f);
	}
	fputs(p->html ? "</pre>\n" : "```\n", p->f);
}

static bool is_cached(const char *line)
{
	return !strncmp(line, "   cached ", 10);
}

/* The lines that tell of caches, or the others. */
static unsigned put_lines(struct page *p, const char *text, bool cached)
{
	unsigned lines = 0;

	for (size_t n; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		if (is_cached(text) != cached)
			continue;
		lines++;
		if (p->html)
			put_html(p->f, text + (cached ? 10 : 0), n - (cached ? 10 : 0));
		else
			fprintf(p->f, "%.*s", (int)n, text);
		fputc('\n', p->f);
	}
	return lines;
}

void page_tree(struct page *p, const char *text, bool at_fault, const uint64_t *iova)
{
	if (p->html) {
		fputs("<div class=\"tree\">\n", p->f);
		tree_svg(p->f, text, at_fault, iova);
		fputs("</div>\n", p->f);
	} else {
		fputs("\n```\n", p->f);
		put_lines(p, text, false);
		fputs("```\n", p->f);
	}
}

void page_caches(struct page *p, const char *text)
{
	fputs(p->html ? "<pre class=\"caches\">" : "\n```\n", p->f);
	if (!put_lines(p, text, true))
		fputs("nothing that memory no longer has\n", p->f);
	fputs(p->html ? "</pre>\n" : "```\n", p->f);
}

void page_copied(struct page *p, const char *text, const char *language)
{
	if (p->html)
		fprintf(p->f,
			"<div class=\"copied\"><button type=\"button\">Copy</button>"
			"<pre class=\"long\" id=\"copied-%u\">",
			++p->copies);
	else
		fprintf(p->f, "\n```%s\n", language);
	put(p, text);
	fputs(p->html ? "</pre></div>\n" : "```\n", p->f);
}
