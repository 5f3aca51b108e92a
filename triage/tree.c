// SPDX-License-Identifier: GPL-2.0-only
/*
 * A page table as a drawing that fits a phone: a box an entry, the table it links below it and
 * further in. What the replayer prints of a table is a line an entry, indented by depth.
 */
#include "page.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES 400 /* that are drawn */
#define SHOWN	12  /* of one table, and those at fault */
#define WIDTH	330
#define IN	24 /* what a table is further in */
#define LINE	17
#define PAD	6

struct entry {
	unsigned depth;		   /* from 1 */
	bool here, hit;		   /* of the operation, at fault */
	char where[96], what[160]; /* slots and addresses; leaf, table or complaint */
	const char *word;	   /* the end of what, the leaf itself; NULL for none */
};

static struct {
	struct entry e[ENTRIES];
	unsigned n;
	char root[96];
	bool cut;
	FILE *f;
} t;

static bool is_table(const struct entry *e)
{
	return !strncmp(e->what, "table ", 6);
}

/* One line: mark, indentation, [slots] first..last  what. */
static void read_entry(const char *line, size_t n, const uint64_t *iova)
{
	const char *end = line + n, *at = memchr(line, '[', n), *gap;
	struct entry *e = &t.e[t.n];
	uint64_t first = 0, last = 0;

	if (!at)
		return;
	if (t.n == ENTRIES) {
		t.cut = true;
		return;
	}
	gap = at;
	while (gap + 1 < end && (gap[0] != ' ' || gap[1] != ' '))
		gap++;
	memset(e, 0, sizeof(*e));
	e->depth = (unsigned)(at - line - 3) / 2;
	e->here = !strncmp(line, ">>", 2);
	snprintf(e->where, sizeof(e->where), "%.*s", (int)(gap - at), at);
	snprintf(e->what, sizeof(e->what), "%.*s", gap + 2 < end ? (int)(end - gap - 2) : 0,
		 gap + 2 < end ? gap + 2 : "");
	e->word = strstr(e->what, "  word ");
	if (e->word) {
		e->what[e->word - e->what] = 0;
		e->word += 2;
	}
	e->hit = iova && !is_table(e) &&
		 sscanf(e->where, "%*[^ ] 0x%" SCNx64 "..0x%" SCNx64, &first, &last) == 2 &&
		 *iova >= first && *iova <= last;
	t.n++;
}

static void read_tree(const char *text, const uint64_t *iova)
{
	t.n = 0;
	t.cut = false;
	*t.root = 0;
	for (size_t n; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		if (!strncmp(text, "   root ", 8))
			snprintf(t.root, sizeof(t.root), "%.*s", (int)(n - 3), text + 3);
		else if (strncmp(text, "   cached ", 10) != 0)
			read_entry(text, n, iova);
	}
}

/* Where no entry has the address at fault, all that the operation touches are. */
static void mark_all(void)
{
	for (unsigned i = 0; i < t.n; i++)
		if (t.e[i].hit)
			return;
	for (unsigned i = 0; i < t.n; i++)
		t.e[i].hit = t.e[i].here && !is_table(&t.e[i]);
}

/* The first entry past those below entry i. */
static unsigned past(unsigned i)
{
	unsigned next = i + 1;

	while (next < t.n && t.e[next].depth > t.e[i].depth)
		next++;
	return next;
}

static bool matters(unsigned i)
{
	for (unsigned end = past(i); i < end; i++)
		if (t.e[i].hit || t.e[i].here)
			return true;
	return false;
}

static unsigned height_of(const struct entry *e)
{
	return PAD + LINE * (1 + (!is_table(e) && *e->what) + (e->word != NULL));
}

static void put_text(unsigned x, unsigned y, const char *class, const char *text)
{
	fprintf(t.f, "<text x=\"%u\" y=\"%u\"%s%s%s>", x, y, class ? " class=\"" : "",
		class ? class : "", class ? "\"" : "");
	put_html(t.f, text, strlen(text));
	fputs("</text>\n", t.f);
}

static void draw_entry(const struct entry *e, unsigned x, unsigned y)
{
	const char *class = e->hit ? "hit" : e->here ? "here" : "box";
	char where[110];

	fprintf(t.f, "<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" class=\"%s\"/>\n", x, y,
		WIDTH, height_of(e), class);
	snprintf(where, sizeof(where), "%s%s", e->hit ? "\u2717 " : "", e->where);
	put_text(x + PAD, y + LINE - 2, e->hit ? "wrong" : NULL, where);
	if (!is_table(e) && *e->what)
		put_text(x + PAD + 12, y + 2 * LINE - 2, NULL, e->what);
	if (e->word)
		put_text(x + PAD + 12, y + 3 * LINE - 2, "dim", e->word);
}

/* Draws the entries [from, to), one table, with all below them; returns where it ends. */
static unsigned draw_table(unsigned from, unsigned to, unsigned x, unsigned y, const char *title)
{
	unsigned shown = 0, hidden = 0;
	char more[40];

	put_text(x, y + LINE - 5, "title", title);
	y += LINE;
	for (unsigned i = from, next; i < to; i = next) {
		next = past(i);
		if (shown >= SHOWN && !matters(i)) {
			hidden++;
			continue;
		}
		shown++;
		draw_entry(&t.e[i], x, y);
		y += height_of(&t.e[i]);
		if (!is_table(&t.e[i]))
			continue;
		fprintf(t.f, "<path d=\"M%u %u v%u h%u\" class=\"edge\"/>\n", x + 8, y,
			LINE / 2 + 2, IN - 12);
		y = draw_table(i + 1, next, x + IN, y, t.e[i].what) + PAD;
	}
	if (hidden || from == to) {
		snprintf(more, sizeof(more), hidden ? "and %u more" : "no entry", hidden);
		put_text(x + PAD, y + LINE - 4, "dim", more);
		y += LINE;
	}
	return y;
}

void tree_svg(FILE *f, const char *text, bool at_fault, const uint64_t *iova)
{
	unsigned depth = 0, width, height;
	char *body = NULL;
	size_t size;

	read_tree(text, iova);
	if (at_fault)
		mark_all();
	for (unsigned i = 0; i < t.n; i++)
		if (t.e[i].depth - !is_table(&t.e[i]) > depth)
			depth = t.e[i].depth - !is_table(&t.e[i]);
	t.f = open_memstream(&body, &size);
	if (!t.f)
		return;
	height = draw_table(0, t.n, 2, 0, *t.root ? t.root : "no table") + 2;
	fclose(t.f);
	width = depth * IN + WIDTH + 4;
	fprintf(f,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"page table\" "
		"width=\"%u\" height=\"%u\" viewBox=\"0 0 %u %u\">\n%s</svg>\n",
		width, height, width, height, body);
	if (t.cut)
		fprintf(f, "<p class=\"where\">Only the first %u entries are drawn.</p>\n",
			ENTRIES);
	free(body);
}
