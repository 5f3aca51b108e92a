// SPDX-License-Identifier: GPL-2.0-only
#include "listing.h"

#include <inttypes.h>

#include "run.h"

static unsigned view;

void listing_set_view(unsigned views)
{
	view = views;
}

unsigned listing_view(void)
{
	return view;
}

static void print_answer(FILE *out, const char *who, int err, uint64_t value)
{
	char size[32];

	if (err)
		fprintf(out, "  %s %d", who, err);
	if (!err || value)
		fprintf(out, "  %s%s", err ? "after " : who, err ? "" : " ");
	if (!err || value)
		fputs(size_print(value, size, sizeof(size)), out);
}

static void print_op(const struct run *r, unsigned i, bool here, FILE *out)
{
	const struct run_result *res = &r->result[i];
	const struct op *op = &r->prog.op[i];
	char text[160];

	fprintf(out, "%s %3u  %-44s", here ? ">>" : "  ", i,
		op_print(&r->prog, op, text, sizeof(text)));
	if (res->has_range) {
		fprintf(out, " iova=0x%" PRIx64 " len=0x%" PRIx64, res->iova, res->len);
		if (op->code <= OP_MAP_PAGES)
			fprintf(out, " oa=0x%" PRIx64, res->oa);
		print_answer(out, "engine", res->err, res->value);
		if (res->model_err != res->err || res->model != res->value)
			print_answer(out, "model", res->model_err, res->model);
	}
	fputc('\n', out);
}

void listing_print(const struct run *r, FILE *out)
{
	fprintf(out, "  %s width=%u oa=%u top=%u features=0x%x pgsizes=0x%" PRIx64,
		hw_format(r->cfg.hw)->name, r->cfg.iova_width, r->cfg.oa_width, r->cfg.top_level,
		r->cfg.features, r->cfg.pgsizes);
	if (r->cfg.lacks)
		fprintf(out, " lacks=0x%x", r->cfg.lacks);
	fputc('\n', out);
	for (unsigned i = 0; i < r->prog.n && r->phase != PHASE_INIT; i++) {
		if (r->phase == PHASE_OPS && i > r->op && !r->listing)
			break;
		if (!op_is_off(&r->prog, &r->prog.op[i]))
			print_op(r, i, r->phase == PHASE_OPS && i == r->op, out);
	}
}

static void print_perms(unsigned perms, FILE *out)
{
	fprintf(out, " %s%s%s", perms & HW_R ? "r" : "-", perms & HW_W ? "w" : "-",
		perms & HW_X ? "x" : "-");
}

struct slot {
	uint64_t iova, last;
	uint64_t word;
	struct hw_entry e;
};

static bool read_slot(struct run *r, uint64_t table, uint64_t first, unsigned level, unsigned i,
		      struct slot *s)
{
	const struct hw_format *f = hw_format(r->cfg.hw);
	unsigned lg2 = hw_item_lg2(f, level);

	if (!ledger_read(&r->ledger, table + (uint64_t)i * f->word_bytes, f->word_bytes, 1,
			 &s->word))
		return false;
	s->iova = first + ((uint64_t)i << lg2);
	s->last = s->iova + ((1ull << lg2) - 1);
	f->decode(&r->cfg, s->word, level, i, r->ledger.root_level, &s->e);
	return true;
}

/* Does b go on where a ends, as a leaf of the same kind? */
static bool goes_on(const struct slot *a, const struct slot *b, unsigned n)
{
	return a->e.kind == HW_LEAF && b->e.kind == HW_LEAF && a->e.lg2 == b->e.lg2 &&
	       a->e.perms == b->e.perms && a->e.dirty == b->e.dirty &&
	       b->e.pa == a->e.pa + ((((uint64_t)n << a->e.item_lg2) +
				      (a->iova & ((1ull << a->e.lg2) - 1))) >>
				     a->e.lg2 << a->e.lg2);
}

static void print_table(struct run *r, uint64_t table, uint64_t first, unsigned level,
			unsigned depth, FILE *out);

static void print_slots(struct run *r, const struct slot *s, unsigned i, unsigned n, unsigned level,
			unsigned depth, FILE *out)
{
	uint64_t last = s->last + ((uint64_t)(n - 1) << s->e.item_lg2);
	bool here = r->phase == PHASE_OPS && s->iova <= r->last && last >= r->first;
	char size[32], slots[24];

	snprintf(slots, sizeof(slots), n > 1 ? "%u..%u" : "%u", i, i + n - 1);
	fprintf(out, "%s %*s[%s] ", here ? ">>" : "  ", (int)depth * 2, "", slots);
	switch (s->e.kind) {
	case HW_LEAF:
		fprintf(out, "0x%" PRIx64 "..0x%" PRIx64 "  %s pages to 0x%" PRIx64, s->iova, last,
			size_print(1ull << s->e.lg2, size, sizeof(size)), s->e.pa);
		print_perms(s->e.perms, out);
		fprintf(out, "%s  word 0x%" PRIx64 "\n", s->e.dirty ? " dirty" : "", s->word);
		break;
	case HW_TABLE:
		fprintf(out, "0x%" PRIx64 "..0x%" PRIx64 "  table 0x%" PRIx64 "\n", s->iova, last,
			s->e.pa);
		if (s->e.next_level < level)
			print_table(r, s->e.pa, s->iova, s->e.next_level, depth + 1, out);
		break;
	case HW_FAULT:
		fprintf(out, "0x%" PRIx64 "  word 0x%" PRIx64 ": %s\n", s->iova, s->word, s->e.why);
		break;
	case HW_NONE:
		fprintf(out, "0x%" PRIx64 "  word 0x%" PRIx64 ": not present, not zero\n", s->iova,
			s->word);
		break;
	}
}

static void print_table(struct run *r, uint64_t table, uint64_t first, unsigned level,
			unsigned depth, FILE *out)
{
	unsigned slots = hw_format(r->cfg.hw)->slots(&r->cfg, level, r->ledger.root_level);
	struct slot s, next;

	for (unsigned i = 0, n; i < slots; i += n) {
		n = 1;
		if (!read_slot(r, table, first, level, i, &s)) {
			fprintf(out, "   %*s0x%" PRIx64 " is no table\n", (int)depth * 2, "",
				table);
			return;
		}
		while (i + n < slots && read_slot(r, table, first, level, i + n, &next) &&
		       goes_on(&s, &next, n))
			n++;
		if (s.word)
			print_slots(r, &s, i, n, level, depth, out);
	}
}

/* What hardware may still use though memory no longer says so. */
static void print_cached(const struct run *r, FILE *out)
{
	char size[32];

	for (unsigned i = 0; i < r->cache.n; i++) {
		const struct cached *c = &r->cache.e[i];

		fprintf(out,
			"   cached 0x%" PRIx64 "..0x%" PRIx64 "  %s pages, %s in memory, g%u\n",
			c->first, c->last, size_print(1ull << c->lg2, size, sizeof(size)),
			c->as == CACHED_DIRTY ? "clean" : "gone", c->gather);
	}
	for (unsigned i = 0; i < r->ledger.n; i++) {
		const struct page *p = &r->ledger.page[i];

		if (p->state == PAGE_UNLINKED)
			fprintf(out,
				"   cached 0x%" PRIx64 "..0x%" PRIx64 "  table 0x%" PRIx64
				" of level %u, unlinked\n",
				p->first, p->last, p->phys, p->level);
	}
}

void listing_print_tree(struct run *r, FILE *out)
{
	uint64_t first = r->cfg.features & F_UPPER_HALF ? ~0ull << (r->cfg.iova_width - 1) << 1 : 0;

	fprintf(out, "   root 0x%" PRIx64 " level %u\n", r->ledger.root, r->ledger.root_level);
	print_table(r, r->ledger.root, first, r->ledger.root_level, 1, out);
	print_cached(r, out);
}
