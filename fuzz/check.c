// SPDX-License-Identifier: GPL-2.0-only
/* What the engine did against what the oracles say. */
#include "run.h"

#include <inttypes.h>

static bool has(const struct run *r, unsigned caps)
{
	return r->ops->caps & caps;
}

/* Is what iova should translate to certain, or is another fiber in a call that changes it? */
static bool settled(struct run *r, uint64_t iova)
{
	return !r->settled || r->settled(r, iova);
}

/* An engine that made the configuration one it can do, does it, and has no page beyond it. */
static void check_fitted(struct run *r, int err)
{
	const struct engine_cfg *cfg = &r->cfg;
	unsigned width = cfg->iova_width - !!(cfg->features & F_SIGN_EXTEND);

	if (err && cfg->pgsizes && !r->ledger.failed)
		fault(r, OR_SHADOW, NO_LEVEL, "init returned %d for what it made of it", err);
	if (cfg->oa_width < width)
		width = cfg->oa_width;
	if (!err && width < 63 && cfg->pgsizes >> width >> 1)
		fault(r, OR_PAGESIZE, NO_LEVEL,
		      "page sizes 0x%" PRIx64 " are enabled, addresses have %u bits", cfg->pgsizes,
		      width);
}

void check_config(struct run *r, int err, int model_err, uint64_t pgsizes)
{
	if (has(r, CAP_FITS_CFG)) {
		check_fitted(r, err);
		return;
	}
	if (!model_err && r->ledger.failed)
		model_err = -E_NOMEM;
	if (err != model_err)
		fault(r, OR_SHADOW, NO_LEVEL, "init returned %d, should be %d", err, model_err);
	if (!err && r->cfg.pgsizes != pgsizes)
		fault(r, OR_PAGESIZE, NO_LEVEL,
		      "page sizes 0x%" PRIx64 " are enabled, should be 0x%" PRIx64, r->cfg.pgsizes,
		      pgsizes);
	if (!r->e && r->ledger.n)
		fault(r, OR_LEAK, NO_LEVEL, "a refused init allocated");
}

void check_lookup(struct run *r, uint64_t iova)
{
	const struct extent *e;
	uint64_t oa = 0;
	bool mapped;

	if (!watching(r, 1u << OR_SHADOW) || !settled(r, iova) ||
	    (has(r, CAP_FITS_CFG) && !shadow_in_width(&r->cfg, iova)) ||
	    (has(r, CAP_UNSAFE_LAST) && iova == UINT64_MAX))
		return;
	mapped = r->ops->lookup(r->e, iova, &oa);
	e = shadow_find(&r->shadow, iova); /* only now: other fibers may have moved it */
	if (mapped != (e != NULL))
		fault(r, OR_SHADOW, NO_LEVEL, "0x%" PRIx64 " is %s, should be %s", iova,
		      mapped ? "mapped" : "not mapped", e ? "mapped" : "not mapped");
	else if (e && oa != extent_oa(e, iova))
		fault(r, OR_SHADOW, NO_LEVEL,
		      "0x%" PRIx64 " goes to 0x%" PRIx64 ", should go to 0x%" PRIx64, iova, oa,
		      extent_oa(e, iova));
}

void check_edges(struct run *r, uint64_t first, uint64_t last)
{
	check_lookup(r, first);
	check_lookup(r, last);
	check_lookup(r, first - 1);
	check_lookup(r, last + 1);
}

/* Permissions hardware should find for what was asked. */
static unsigned hw_perms(const struct run *r, unsigned prot)
{
	unsigned perms = (prot & P_NOEXEC) && !has(r, CAP_IGNORES_NOEXEC) ? 0 : HW_X;

	if (prot & P_READ)
		perms |= HW_R;
	if (prot & P_WRITE)
		perms |= HW_W;
	return perms & hw_format(r->cfg.hw)->perms;
}

const char *check_compare(const struct run *r, const struct extent *e, uint64_t iova,
			  const struct hw_walk *w, enum oracle *o)
{
	*o = OR_WALK;
	if (w->kind == HW_FAULT)
		return w->why;
	if (!e)
		return w->kind == HW_NONE ? NULL : "hardware translates what is not mapped";
	if (w->kind == HW_NONE)
		return "hardware does not find what is mapped";
	if (w->oa != extent_oa(e, iova))
		return "hardware reaches another output address";
	if ((w->perms & hw_format(r->cfg.hw)->perms) != hw_perms(r, e->prot))
		return "hardware allows other accesses";
	if (!(r->cfg.features & F_DIRTY) && !has(r, CAP_LAX_DIRTY) && r->cfg.hw < HW_ARM4K_S1 &&
	    w->dirty != !!(e->prot & P_WRITE))
		return "a leaf that hardware never marks is dirty and read only, or clean and "
		       "writable";
	*o = OR_PAGESIZE;
	return w->lg2 == e->lg2 ? NULL : "the leaf has another size";
}

void check_walk(struct run *r, uint64_t iova, bool whole)
{
	const struct extent *e = shadow_find(&r->shadow, iova);
	struct ledger *l = &r->ledger;
	struct hw_walk w, cpu;
	enum oracle o, cpu_o;
	const char *wrong;

	if (!watching(r, 1u << OR_WALK | 1u << OR_PAGESIZE | 1u << OR_COHERENT) ||
	    !settled(r, iova))
		return;
	hw_walk(&r->cfg, l->root, l->root_level, iova, whole, ledger_read, l, &w);
	wrong = check_compare(r, e, iova, &w, &o);
	if (!wrong)
		return;
	if (r->cfg.features & F_INCOHERENT) {
		hw_walk(&r->cfg, l->root, l->root_level, iova, whole, ledger_read_cpu, l, &cpu);
		if (!check_compare(r, e, iova, &cpu, &cpu_o))
			o = OR_COHERENT;
	}
	fault(r, o, (int)w.level, "0x%" PRIx64 ": %s", iova, wrong);
}

/*
 * Tells the ledger of the tables that resolve part of [first, last], from the one at pa downwards.
 * `va` is first as the tables have it.
 */
static void link_table(struct run *r, uint64_t pa, unsigned level, const struct page *parent,
		       unsigned slot, uint64_t first, uint64_t last, uint64_t va)
{
	const struct hw_format *f = hw_format(r->cfg.hw);
	struct ledger *l = &r->ledger;
	const struct page *p = ledger_link(l, pa, level, parent, slot, first);
	unsigned item = hw_item_lg2(f, level), slots = f->slots(&r->cfg, level, l->root_level);

	if (!p || level == 0)
		return;
	if (last > p->last)
		last = p->last;
	for (uint64_t at = first;;) {
		unsigned index = ((va + (at - first)) >> item) & (slots - 1);
		uint64_t to = at | ((1ull << item) - 1), word;
		const struct extent *x;
		struct hw_entry e;

		if (!ledger_read(l, pa + (uint64_t)index * f->word_bytes, f->word_bytes, 1, &word))
			return;
		f->decode(&r->cfg, word, level, index, l->root_level, &e);
		if (e.kind == HW_TABLE)
			link_table(r, e.pa, e.next_level, p, index, at, to < last ? to : last,
				   va + (at - first));
		else if (e.kind == HW_LEAF && (x = shadow_find(&r->shadow, at)) && x->lg2 == e.lg2)
			to = x->last; /* past the equal leaves */
		if (to >= last)
			return;
		at = to + 1;
	}
}

void link_range(struct run *r, uint64_t first, uint64_t last)
{
	const struct ledger *l = &r->ledger;
	uint64_t va;

	if (hw_format(r->cfg.hw)->accepts(&r->cfg, l->root_level, first, &va))
		link_table(r, l->root, l->root_level, NULL, 0, first, last, va);
}

/* The same for what a map added, which may be new tops over the old tree. */
static void link_new(struct run *r, uint64_t first, uint64_t last)
{
	link_range(r, first, last);
	if (r->ledger.root_level != r->cfg.top_level)
		link_range(r, 0, 0);
}

/* Tables this operation allocated are linked by now, or were given back. */
UNCOUNTED void check_tables(struct run *r)
{
	struct ledger *l = &r->ledger;

	for (unsigned i = l->op_first; i < l->n; i++)
		if (l->page[i].state == PAGE_NEW && l->page[i].op == l->op)
			fault(r, OR_LEAK, NO_LEVEL, "a new table is neither linked nor given back");
	if (r->unlinking == RUN_BY_MAP)
		for (unsigned i = 0; i < l->n; i++)
			if (l->page[i].gather == RUN_BY_MAP && l->page[i].op == l->op &&
			    l->page[i].state != PAGE_FREED && l->page[i].state != PAGE_LINKED)
				fault(r, OR_LEAK, l->page[i].level,
				      "a table that a leaf replaced was not given back");
}

/* Did this call ask for a table? */
static bool allocated(const struct ledger *l)
{
	for (unsigned i = l->op_first; i < l->n; i++)
		if (l->page[i].op == l->op)
			return true;
	return false;
}

/* Hardware's view of the leaves a map wrote: both ends of each run. */
static void check_runs(struct run *r, uint64_t mapped)
{
	const struct map_plan *p = &r->plan;

	for (unsigned i = 0; i < p->n; i++) {
		uint64_t done = p->run[i].iova - p->run[0].iova, last = p->run[i].last;

		if (done >= mapped)
			return;
		if (last - p->run[0].iova > mapped - 1)
			last = p->run[0].iova + (mapped - 1);
		check_walk(r, p->run[i].iova, true);
		if ((last - p->run[i].iova) >> p->run[i].lg2)
			check_walk(r, last, true);
	}
}

/* Is there a table below the leaf that this map should write after `mapped` bytes? */
static bool table_in_the_way(struct run *r, uint64_t mapped)
{
	struct ledger *l = &r->ledger;
	uint64_t iova = r->first + mapped;

	for (unsigned i = 0; i < r->plan.n; i++) {
		const struct extent *run = &r->plan.run[i];
		struct hw_walk w;

		if (iova > run->last)
			continue;
		hw_walk(&r->cfg, l->root, l->root_level, iova, false, ledger_read, l, &w);
		return !((iova - run->iova) & ((1ull << run->lg2) - 1)) && w.kind == HW_NONE &&
		       w.lg2 < run->lg2;
	}
	return false;
}

void check_map(struct run *r, int err, uint64_t mapped)
{
	struct ledger *l = &r->ledger;
	const struct map_plan *p = &r->plan;
	uint64_t first = r->first, last = r->last;

	if (p->refused) {
		if (has(r, CAP_LAX_ERRORS) ? !err : err != p->err)
			fault(r, OR_SHADOW, NO_LEVEL, "map returned %d, should refuse with %d", err,
			      p->err);
		if (mapped || allocated(l))
			fault(r, OR_SHADOW, NO_LEVEL, "a refused map %s",
			      mapped ? "reports progress" : "allocated");
		return;
	}
	if (l->failed) {
		if (err != -E_NOMEM)
			fault(r, OR_NOMEM, NO_LEVEL, "map returned %d when memory ran out", err);
		if (mapped > p->mapped || mapped == p->len || !plan_is_boundary(p, mapped))
			fault(r, OR_NOMEM, NO_LEVEL,
			      "map reports 0x%" PRIx64 " bytes when memory ran out", mapped);
	} else if (err && (!p->err || mapped < p->mapped) && has(r, CAP_KEEP_TABLES) &&
		   table_in_the_way(r, mapped)) {
		/* what the engine is known to refuse */
	} else {
		if (has(r, CAP_LAX_ERRORS) ? !err != !p->err : err != p->err)
			fault(r, OR_SHADOW, NO_LEVEL, "map returned %d, should be %d", err, p->err);
		if (mapped != p->mapped)
			fault(r, OR_SHADOW, NO_LEVEL,
			      "map reports 0x%" PRIx64 " bytes, should be 0x%" PRIx64, mapped,
			      p->mapped);
	}
	if (mapped > p->len)
		mapped = p->len;
	shadow_map(&r->shadow, p, mapped);
	ledger_unlink(l, first, last, RUN_BY_MAP);
	if (l->fresh)
		link_new(r, first, last);
	check_tables(r);
	check_edges(r, first, last);
	if (mapped && mapped != p->len) {
		check_lookup(r, first + (mapped - 1));
		check_lookup(r, first + mapped);
	}
	check_runs(r, mapped);
	if (mapped < p->len && err != -E_ADDRINUSE)
		check_walk(r, first + mapped, false);
}

/*
 * The tables that are unlinked now are those the request covers and the call emptied. One that was
 * the root when the call began, and is not since another call made the tree grow, may be either.
 */
UNCOUNTED static void check_unlinked(struct run *r, uint64_t iova, uint64_t last, uint64_t removed)
{
	const struct ledger *l = &r->ledger;

	for (unsigned i = 0; i < l->n; i++) {
		const struct page *p = &l->page[i];
		bool covered;

		if ((p->state != PAGE_LINKED && p->state != PAGE_UNLINKED) ||
		    (p->state == PAGE_UNLINKED && p->op != l->op))
			continue;
		covered = p->phys != l->root && removed && p->first >= iova && p->last <= last &&
			  p->last - iova <= removed - 1;
		if (covered && p->state == PAGE_LINKED && l->op > p->root_until)
			fault(r, OR_TREE, p->level,
			      "a table that unmap emptied in full is still linked");
		if (!covered && p->state == PAGE_UNLINKED)
			fault(r, OR_TREE, p->level,
			      "a table was unlinked that unmap did not empty in full");
	}
}

void check_unmap(struct run *r, uint64_t iova, uint64_t len, uint64_t removed)
{
	uint64_t last = iova + (len - 1);

	ledger_unlink(&r->ledger, r->first, r->last, r->unlinking);
	if (!has(r, CAP_KEEPS_EMPTY | CAP_EAGER_FREE | CAP_SELF_FLUSH | CAP_LAX_TABLES) &&
	    watching(r, 1u << OR_TREE))
		check_unlinked(r, iova, last, removed);
	check_tables(r);
	if (!len)
		return;
	check_edges(r, iova, last);
	check_walk(r, iova, false);
	if (removed && removed != len) {
		check_lookup(r, iova + (removed - 1));
		check_lookup(r, iova + removed);
	}
	if (removed) {
		check_walk(r, iova + (removed - 1), false);
		check_walk(r, iova + removed, false);
	}
}

void check_gather(struct run *r, unsigned gather)
{
	struct run_gather *g = &r->gather[gather];
	unsigned exact = r->ops->caps ? F_NO_GAPS : F_NO_GAPS | F_FLUSH_RANGE;
	uint64_t first, last;
	bool any;

	if (!watching(r, 1u << OR_GATHER) ||
	    has(r, CAP_GATHER_OPAQUE | CAP_LAX_GATHER | CAP_SELF_FLUSH))
		return;
	any = r->ops->gather_range(r->e, &g->g, &first, &last);
	if (any != g->any)
		fault(r, OR_GATHER, NO_LEVEL, "the gather is %s", any ? "not empty" : "empty");
	else if (any && (first > g->first || last < g->last))
		fault(r, OR_GATHER, NO_LEVEL,
		      "the gather has 0x%" PRIx64 "..0x%" PRIx64 ", removed was 0x%" PRIx64
		      "..0x%" PRIx64,
		      first, last, g->first, g->last);
	else if (any && (r->cfg.features & exact) && (first < g->first || last > g->last))
		fault(r, OR_GATHER, NO_LEVEL, "the gather covers an unchanged address");
}

/* `within`: the engine synced to make room for what the operation in progress removes. */
void check_synced(struct run *r, unsigned gather, bool within)
{
	struct ledger *l = &r->ledger;
	const struct cached *c = cache_of_gather(&r->cache, gather);

	if (c)
		fault(r, c->as == CACHED_DIRTY ? OR_DIRTY : OR_STALE, NO_LEVEL,
		      "0x%" PRIx64 "..0x%" PRIx64 " may still be cached after the sync", c->first,
		      c->last);
	for (unsigned i = 0; i < l->n; i++)
		if (l->page[i].gather == (int)gather && l->page[i].state != PAGE_FREED &&
		    !(within && l->page[i].op == l->op))
			fault(r, OR_LEAK, l->page[i].level,
			      "the sync did not give back a table of its gather");
}

/* Slots of the root that the IOVA width has a use for. */
static unsigned used_slots(const struct run *r, const struct page *p, unsigned n)
{
	unsigned item = hw_item_lg2(hw_format(r->cfg.hw), p->level);

	if (p->phys != r->ledger.root || (r->cfg.features & F_SIGN_EXTEND))
		return n;
	if (r->cfg.iova_width <= item)
		return 1;
	return r->cfg.iova_width - item < 20 && n > 1u << (r->cfg.iova_width - item)
		       ? 1u << (r->cfg.iova_width - item)
		       : n;
}

/* The first IOVA of a slot, in the half its table resolves. */
static uint64_t iova_of(const struct run *r, const struct page *p, unsigned slot)
{
	unsigned width = r->cfg.iova_width;
	uint64_t ones = UINT64_MAX >> (64 - width);
	uint64_t iova = p->first + ((uint64_t)slot << hw_item_lg2(hw_format(r->cfg.hw), p->level));
	bool upper = (r->cfg.features & F_UPPER_HALF) ||
		     ((r->cfg.features & F_SIGN_EXTEND) && iova >> (width - 1) & 1);

	return upper ? iova | ~ones : iova & ones;
}

static void check_odd(struct run *r, const struct page *p, unsigned slot, uint64_t word,
		      enum hw_kind kind)
{
	if (!r->ops->caps && hw_is_odd(&r->cfg, kind, p->level, word))
		fault(r, OR_WALK, p->level, "slot %u: 0x%" PRIx64 " says what nobody asked for",
		      slot, word);
}

/* A leaf is where and what the shadow has. */
static void check_leaf(struct run *r, const struct page *p, unsigned slot, uint64_t word,
		       const struct hw_entry *e)
{
	uint64_t iova = iova_of(r, p, slot);
	struct hw_walk w; /* but for its steps: clearing those costs more than all else here */
	const char *wrong;
	enum oracle o;

	check_odd(r, p, slot, word, HW_LEAF);
	w.kind = HW_LEAF;
	w.oa = e->pa + (iova & ((1ull << e->lg2) - 1));
	w.lg2 = e->lg2;
	w.perms = e->perms;
	w.dirty = e->dirty;
	wrong = check_compare(r, shadow_find(&r->shadow, iova), iova, &w, &o);
	if (wrong)
		fault(r, o, p->level, "0x%" PRIx64 ": %s", iova, wrong);
}

/* One word that is not zero; *tables counts those it links. */
static void sweep_word(struct run *r, const struct page *p, unsigned i, uint64_t word,
		       struct hw_entry *e, unsigned *tables)
{
	const struct page *child;

	hw_format(r->cfg.hw)->decode(&r->cfg, word, p->level, i, r->ledger.root_level, e);
	switch (e->kind) {
	case HW_FAULT:
		fault(r, OR_WALK, p->level, "slot %u: %s", i, e->why);
		break;
	case HW_NONE:
		if (!r->ops->caps)
			fault(r, OR_TREE, p->level, "slot %u is not present but not zero", i);
		break;
	case HW_LEAF:
		check_leaf(r, p, i, word, e);
		break;
	case HW_TABLE:
		check_odd(r, p, i, word, HW_TABLE);
		child = ledger_page(&r->ledger, e->pa);
		++*tables;
		if (!child || child->state != PAGE_LINKED || child->phys != e->pa ||
		    child->parent != p - r->ledger.page || child->slot != i)
			fault(r, OR_TREE, p->level, "slot %u links a table of another place", i);
		break;
	}
}

/* A table as hardware reads it. */
struct words {
	const uint64_t *at;
	unsigned n; /* that the table has a use for */
};

/* Words from the i-th on, each of which differs from the one `apart` before by the same step. */
static unsigned alike_from(const struct words *w, unsigned i, unsigned apart)
{
	const uint64_t *from = w->at + i;
	unsigned n = w->n - i, at = apart;
	uint64_t step;

	if (at >= n)
		return n;
	step = from[at] - from[0];
	while (at < n && from[at] - from[at - apart] == step)
		at++;
	return at;
}

static bool is_leaf_at(struct run *r, const struct page *p, const struct words *w, unsigned i)
{
	uint64_t word = w->at[i];
	struct hw_entry e;

	hw_format(r->cfg.hw)->decode(&r->cfg, word, p->level, i, r->ledger.root_level, &e);
	if (e.kind != HW_LEAF)
		return false;
	check_leaf(r, p, i, word, &e);
	return true;
}

/*
 * Leaves from this one on that need no look of their own: those on the way to one that is in its
 * place, with the same step from each to the next, or from each run of items to the next run.
 */
static unsigned leaves_from(struct run *r, const struct page *p, const struct words *w, unsigned i,
			    const struct hw_entry *e)
{
	unsigned items = 1u << (e->lg2 - e->item_lg2), n = alike_from(w, i, 1), all;

	if (n > 1 && !is_leaf_at(r, p, w, i + n - 1))
		return 1;
	if (items == 1 || n < items)
		return n;
	all = alike_from(w, i, items);
	all -= all % items;
	if (all <= n)
		return n;
	return is_leaf_at(r, p, w, i + all - items) && is_leaf_at(r, p, w, i + all - 1) ? all : n;
}

/* The first word from the i-th on, one in eight, that is not zero or has one of seven behind it. */
static unsigned skip_empty(const struct words *w, unsigned i)
{
	for (; i < w->n; i += 8) {
		const uint64_t *at = w->at + i;

		if (at[0] | at[1] | at[2] | at[3] | at[4] | at[5] | at[6] | at[7])
			break;
	}
	return i;
}

/* One table: the bytes that its leaves map. */
UNCOUNTED static uint64_t sweep_table(struct run *r, const struct page *p, unsigned *tables)
{
	struct words w;
	unsigned all = ledger_words(&r->ledger, p, &w.at), n = 1;
	uint64_t sum = 0;

	w.n = used_slots(r, p, all);
	for (unsigned i = 0; i < w.n; i += n) {
		struct hw_entry e;
		uint64_t word;

		if (i % 8 == 0 && (i = skip_empty(&w, i)) >= w.n)
			break;
		n = 1;
		word = w.at[i];
		if (!word)
			continue;
		sweep_word(r, p, i, word, &e, tables);
		if (e.kind != HW_LEAF)
			continue;
		n = leaves_from(r, p, &w, i, &e);
		sum += (uint64_t)n << e.item_lg2;
	}
	for (unsigned i = w.n; i < all; i++)
		if (w.at[i])
			fault(r, OR_TREE, p->level, "the root has an entry beyond the IOVA width");
	return sum;
}

/* The whole tree, once: what it maps is what the shadow has, and no table is lost or double. */
static void sweep_tree(struct run *r)
{
	uint64_t bytes = 0, want = 0;
	unsigned linked = 0, tables = 1;

	if (!watching(r, 1u << OR_TREE | 1u << OR_WALK))
		return;
	for (unsigned i = 0; i < r->ledger.n; i++) {
		if (r->ledger.page[i].state != PAGE_LINKED)
			continue;
		linked++;
		bytes += sweep_table(r, &r->ledger.page[i], &tables);
	}
	for (unsigned i = 0; i < r->shadow.n; i++)
		want += r->shadow.e[i].last - r->shadow.e[i].iova + 1;
	if (bytes != want)
		fault(r, OR_TREE, NO_LEVEL,
		      "the tree maps 0x%" PRIx64 " bytes, should map 0x%" PRIx64, bytes, want);
	if (linked != tables)
		fault(r, OR_TREE, NO_LEVEL, "%u tables are linked, %u entries link tables", linked,
		      tables - 1);
	if (r->ledger.held != linked)
		fault(r, OR_LEAK, NO_LEVEL, "%u tables are held, %u are linked", r->ledger.held,
		      linked);
}

void check_end(struct run *r)
{
	for (unsigned g = 0; g < r->n_gathers; g++)
		run_sync_gather(r, g);
	for (unsigned i = 0; i < r->shadow.n; i++) {
		const struct extent *e = &r->shadow.e[i];

		check_lookup(r, e->iova);
		check_lookup(r, e->last);
		check_lookup(r, e->last + 1);
		if (!i || e[-1].last + 1 != e->iova)
			check_lookup(r, e->iova - 1);
		check_walk(r, e->iova, false);
		if ((e->last - e->iova) >> e->lg2)
			check_walk(r, e->last, false);
	}
	sweep_tree(r);
}
