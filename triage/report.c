// SPDX-License-Identifier: GPL-2.0-only
/*
 * `report`: what a person needs who was not there, on one page: each fault with its program, the
 * page table around it and a reproducer. HTML that loads nothing, or Markdown, by OUT's name.
 */
#include "triage.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "page.h"

#define TIMES 10

/* A fault, told. */
struct story {
	const struct fault_row *row;
	struct input in; /* the shrunk program */
	char *listing, *before, *after;
	char *program, *c; /* text, and C if calls in a row do it; NULL: none */
};

static char *copy_of(const char *text)
{
	return text_of("%s", text);
}

/*
 * From the line that names the fault on; what a planted fault says of itself comes before. The
 * replayer does not know the file.
 */
static char *listing_of(const char *text)
{
	static const char input[] = " input=-";
	const char *at = strstr(text, "FAULT key="), *gap;

	text = at ? at : text;
	gap = strstr(text, input);
	if (!gap)
		return copy_of(text);
	return text_of("%.*s%s", (int)(gap - text), text, gap + sizeof(input) - 1);
}

static char *text_by(void (*print)(const struct input *, const char *, FILE *),
		     const struct input *in, const char *key)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		die("out of memory");
	print(in, key, f);
	fclose(f);
	return text;
}

static void print_program(const struct input *in, const char *key, FILE *f)
{
	fprintf(f, "# Key: %s\n# Target: %s\n", key, in->target);
	input_print(in->hw, in->data, in->size, f);
}

static void tell(struct fault_row *row, struct story *s)
{
	static struct shrunk r;
	struct probe p;
	unsigned op;

	memset(s, 0, sizeof(*s));
	s->row = row;
	input_read(&s->in, row->path);
	if (shrink_input(&s->in, &r)) {
		memcpy(s->in.data, r.data, r.size);
		s->in.size = r.size;
		row->ops = r.ops;
	}
	probe_input(s->in.target, false, s->in.data, s->in.size, &p);
	s->listing = listing_of(p.text);
	if (s->in.hw == HW_COUNT)
		return;
	if (fault_op(s->listing, &op) && probe_before(&s->in, op, &p))
		s->before = copy_of(tree_in(p.text));
	probe_input(s->in.target, true, s->in.data, s->in.size, &p);
	s->after = copy_of(tree_in(p.text));
	s->program = text_by(print_program, &s->in, row->key);
	if (emit_can(&s->in))
		s->c = text_by(emit_c, &s->in, row->key);
}

static void forget(struct story *s)
{
	free(s->listing);
	free(s->before);
	free(s->after);
	free(s->program);
	free(s->c);
}

/* The address that a fault is about is the first in the line that says what it is. */
static bool fault_iova(const char *listing, uint64_t *iova)
{
	const char *line = strchr(listing, '\n'), *end;

	if (!line || strncmp(line, "\n  0x", 5) != 0)
		return false;
	*iova = strtoull(line + 3, (char **)&end, 16);
	return true;
}

static void say_matrix(struct page *page, const struct input *in)
{
	page_table_begin(page, "Build", "caught", "key");
	for (unsigned i = 0; i < BUILDS; i++) {
		struct build_result r;
		char count[32];

		matrix_try(in, &builds[i], false, TIMES, &r);
		if (!r.runs)
			continue;
		snprintf(count, sizeof(count), "%u of %u", r.caught, r.of);
		page_table_row(page, builds[i].what, count, r.key);
	}
	page_table_end(page);
}

static void say_story(struct page *page, struct story *s, unsigned n)
{
	uint64_t iova = 0;
	bool known = fault_iova(s->listing, &iova);

	page_heading(page, n, s->row->key);
	page_text(page, "%s, %u file%s, %s. Smallest: %s", s->row->target, s->row->count,
		  s->row->count == 1 ? "" : "s", s->row->known ? "known in regress/" : "new",
		  s->row->path);
	page_part(page, "What happened");
	page_listing(page, s->listing);
	if (s->after) {
		page_columns(page, COLUMNS_BEGIN);
		page_part(page, "Page table before");
		page_tree(page, s->before ? s->before : "", false, NULL);
		page_columns(page, COLUMNS_NEXT);
		page_part(page, "Page table at the fault");
		page_tree(page, s->after, true, known ? &iova : NULL);
		page_columns(page, COLUMNS_END);
		page_part(page, "Caches may still hold");
		page_caches(page, s->after);
	}
	page_part(page, "Builds that catch it");
	say_matrix(page, &s->in);
	if (s->program) {
		page_part(page, "To reproduce");
		page_text(page, "As fault.ops: build/iommupt show fault.ops");
		page_copied(page, s->program, "text");
	}
	if (s->c) {
		page_text(page, "In C: cc -Icore fault.c build/libiommupt.a && ./a.out");
		page_copied(page, s->c, "c");
	}
}

static char *read_line(const char *path)
{
	char line[1000] = "";
	FILE *f = fopen(path, "r");

	if (f && fgets(line, sizeof(line), f))
		line[strcspn(line, "\n")] = 0;
	if (f)
		fclose(f);
	return copy_of(line);
}

static void say_versions(struct page *page)
{
	char *flags = read_line(text_of("%s/flags", replayer_directory()));
	char *compiler = text_of("%.*s", (int)strcspn(flags, " "), flags);
	const char *const argv[] = {compiler, "--version", NULL};
	struct utsname u;

	uname(&u);
	page_text(page, "Sources %s%s%s. Replayers: %s, %s. %s %s %s.", project_commit(),
		  opt.fault ? " with the fault bugs/" : "", opt.fault ? opt.fault : "",
		  run_line(argv), flags, u.sysname, u.release, u.machine);
}

/* A name that tells the form, or standard output. */
static bool is_page(const char *out)
{
	const char *dot = strrchr(out, '.');

	return !strcmp(out, "-") || (dot && (!strcmp(dot, ".html") || !strcmp(dot, ".md")));
}

int cmd_report(void)
{
	static struct story story;
	struct fault_row *rows;
	struct page page;
	unsigned n;

	if (!opt.argc || !opt.out)
		die("report takes directories and -o FILE; report --help");
	if (!is_page(opt.out))
		die("%s: ends neither in .html nor in .md", opt.out);
	output_check(opt.out);
	n = inbox_collect(&rows);
	page_begin(&page, opt.out, "Page-table faults");
	say_versions(&page);
	page_table_begin(&page, "Key", "files", "target");
	for (unsigned i = 0; i < n; i++) {
		char count[32];

		snprintf(count, sizeof(count), "%u", rows[i].count);
		page_table_link(&page, i + 1, rows[i].key, count, rows[i].target);
	}
	page_table_end(&page);
	for (unsigned i = 0; i < n && !stopped; i++) {
		tell(&rows[i], &story);
		say_story(&page, &story, i + 1);
		forget(&story);
		inbox_progress("told", i + 1, i + 1 == n);
	}
	page_end(&page);
	if (strcmp(opt.out, "-"))
		printf("%u fault%s: %s\n", n, n == 1 ? "" : "s", opt.out);
	return stopped ? 130 : n != 0;
}
