// SPDX-License-Identifier: GPL-2.0-only
/* One function per row of the table of operations: ask the model, call the engine, compare. */
#include "run.h"

#include "ops/apply.h"

static struct run_result *result_of(struct run *r)
{
	return &r->result[r->op];
}

/* A new operation that may change [iova, iova + len - 1]. */
static void begin_op(struct run *r, uint64_t iova, uint64_t len, int unlinking)
{
	r->ledger.op = (uint8_t)++r->calls;
	r->ledger.op_first = r->ledger.n;
	r->ledger.failed = 0;
	r->syncs = 0;
	r->first = iova;
	r->last = len && iova + (len - 1) >= iova ? iova + (len - 1) : iova;
	r->unlinking = unlinking;
}

static void end_op(struct run *r, uint64_t iova, uint64_t len)
{
	if (r->locks)
		fault(r, OR_STUCK, NO_LEVEL, "the top lock is still held");
	r->u.prev = iova;
	r->u.next = iova + len;
	r->unlinking = -1;
}

void run_sync_gather(struct run *r, unsigned gather)
{
	struct run_gather *g = &r->gather[gather];
	unsigned syncs = r->syncs;

	r->syncing = g;
	r->ops->sync(r->e, &g->g);
	r->syncing = NULL;
	if (!g->any && r->syncs != syncs && !(r->ops->caps & CAP_LAX_GATHER))
		fault(r, OR_GATHER, NO_LEVEL, "the sync of an empty gather invalidates");
	g->any = false;
	check_synced(r, gather, false);
}

static void sync_all(struct run *r)
{
	for (unsigned g = 0; g < r->n_gathers; g++)
		run_sync_gather(r, g);
}

/* The model's side of an addition to a gather. */
static void gather_model(struct run *r, unsigned gather, uint64_t first, uint64_t last)
{
	struct run_gather *g = &r->gather[gather];
	bool apart = g->any && (first > g->last ? first - g->last > 1
						: g->first > last && g->first - last > 1);

	if (apart && (r->cfg.features & F_NO_GAPS) && !(r->ops->caps & CAP_LAX_GATHER)) {
		g->any = false;
		check_synced(r, gather, true);
	}
	if (!g->any) {
		g->first = first;
		g->last = last;
	}
	g->any = true;
	g->first = first < g->first ? first : g->first;
	g->last = last > g->last ? last : g->last;
}

/* The device's marks on leaves in [first, last] are gone with them. */
static void forget_written(struct run *r, uint64_t first, uint64_t last)
{
	for (unsigned i = r->n_written; i-- > 0;)
		if (r->written[i].iova >= first && r->written[i].iova <= last)
			r->written[i] = r->written[--r->n_written];
}

/*
 * An engine that takes one size a call gets the plan run by run, as a caller that knows page sizes
 * would cut it.
 */
static int map_by_size(struct run *r, uint64_t iova, uint64_t oa, uint64_t *mapped)
{
	const struct map_plan *p = &r->plan;
	int err = 0;

	for (unsigned i = 0; i < p->n && !err; i++) {
		const struct extent *run = &p->run[i];
		uint64_t at = run->iova - iova;

		err = r->ops->map(r->e, run->iova, oa + at, 1ull << run->lg2,
				  ((run->last - run->iova) >> run->lg2) + 1, run->prot, mapped);
	}
	return err;
}

static int call_map(struct run *r, uint64_t iova, uint64_t oa, uint64_t pgsize, uint64_t count,
		    unsigned prot, uint64_t *mapped)
{
	if (r->ops->caps & CAP_ONE_SIZE)
		return map_by_size(r, iova, oa, mapped);
	if (count == 1 && r->ops->map_range)
		return r->ops->map_range(r->e, iova, oa, pgsize, prot, mapped);
	return r->ops->map(r->e, iova, oa, pgsize, count, prot, mapped);
}

/* How far a failed map went that does not say so: as far as addresses translate, leaf by leaf. */
static uint64_t find_progress(struct run *r, uint64_t oa)
{
	const struct map_plan *p = &r->plan;
	uint64_t got;

	for (unsigned i = 0; i < p->n; i++)
		for (uint64_t at = p->run[i].iova; at <= p->run[i].last;
		     at += 1ull << p->run[i].lg2)
			if (!r->ops->lookup(r->e, at, &got) || got != oa + (at - p->run[0].iova))
				return at - p->run[0].iova;
	return p->len;
}

/* Does the range begin within the width, or an alias of it, and end beyond? */
static bool is_beyond(const struct run *r, uint64_t iova, uint64_t len)
{
	uint64_t mask;

	if (!(r->ops->caps & CAP_UNSAFE_BEYOND) || !len)
		return false;
	mask = (1ull << r->cfg.iova_width) - 1;
	return len - 1 > mask - (iova & mask);
}

/* Is the call one that not even they make? Nothing of the model is sure here. */
static bool is_unsafe(struct run *r, uint64_t iova, uint64_t oa, uint64_t len)
{
	const struct map_plan *p = &r->plan;
	uint64_t page = shadow_page(&r->cfg), got;

	if ((r->ops->caps & CAP_UNSAFE_PARTS) && ((iova | oa | len) & (page - 1)))
		return true;
	if (is_beyond(r, iova, len))
		return true;
	if (!(r->ops->caps & CAP_UNSAFE_OVER))
		return false;
	for (unsigned i = 0; i < p->n; i++)
		for (uint64_t at = 0; at <= p->run[i].last - p->run[i].iova;
		     at += 1ull << p->run[i].lg2)
			if (r->ops->lookup(r->e, p->run[i].iova + at, &got))
				return true;
	return p->refused;
}

/* Is the range one of whole granules where not even the first page fits? */
static bool fits_no_page(const struct run *r, uint64_t iova, uint64_t oa, uint64_t len)
{
	uint64_t granule = 1ull << hw_format(r->cfg.hw)->granule_lg2, page = shadow_page(&r->cfg);

	return !((iova | oa | len) & (granule - 1)) && ((iova | oa) & (page - 1) || len < page);
}

/* Is the first page of the plan in a leaf? */
static bool starts_in_leaf(const struct run *r)
{
	const struct map_plan *p = &r->plan;
	const struct extent *e = shadow_find(&r->shadow, p->run[0].iova);

	return e && e->lg2 >= p->run[0].lg2;
}

/* Is the plan one leaf where only smaller ones are? */
static bool is_one_over_smaller(const struct run *r)
{
	const struct shadow *s = &r->shadow;
	const struct extent *leaf = &r->plan.run[0];

	if (r->plan.n != 1 || (leaf->last - leaf->iova) >> leaf->lg2)
		return false;
	for (unsigned i = shadow_index(s, leaf->iova); i < s->n && s->e[i].iova <= leaf->last; i++)
		if (s->e[i].lg2 >= leaf->lg2)
			return false;
	return true;
}

/* Would the call break what this engine asks of its callers? Then it is not made. */
static bool may_map(struct run *r, uint64_t iova, uint64_t oa, uint64_t len)
{
	const struct map_plan *p = &r->plan;

	if (r->careless)
		return !is_unsafe(r, iova, oa, len);
	if (!(r->ops->caps & CAP_FITS_CFG))
		return true;
	if (p->refused)
		return p->err == -E_NXIO && (r->ops->caps & CAP_UNSAFE_PARTS) &&
		       fits_no_page(r, iova, oa, len);
	if (p->err && (r->ops->caps & CAP_REPLACE))
		return is_one_over_smaller(r);
	if (p->err && (r->ops->caps & CAP_NO_OVERLAP))
		return (r->ops->caps & CAP_STOPS) && starts_in_leaf(r);
	return true;
}

struct removal {
	struct run *r;
	unsigned gather;
};

static void cache_removed(void *arg, const struct extent *e)
{
	struct removal *m = arg;

	cache_add(&m->r->cache, &(struct cached){.first = e->iova,
						 .last = e->last,
						 .oa = e->oa,
						 .lg2 = e->lg2,
						 .as = CACHED_REMOVED,
						 .gather = m->gather});
}

/* What the map takes the place of is gone, but for what hardware has cached. */
static void replace(struct run *r)
{
	struct removal removal = {.r = r, .gather = r->first_gather};

	shadow_unmap(&r->shadow, r->plan.run[0].iova, r->plan.run[0].last, cache_removed, &removal);
	r->plan.err = 0;
	r->plan.mapped = r->plan.len;
}

/* One map call; returns what it mapped. `pages` is 0 where the length is that of one range. */
static uint64_t map_once(struct run *r, uint64_t iova, uint64_t oa, uint64_t len, uint64_t pgsize,
			 unsigned prot)
{
	struct run_result *res = result_of(r);
	const uint64_t before = 0x5eed;
	uint64_t mapped = before, count;
	bool replaces;

	shadow_plan_map(&r->shadow, iova, oa, len, prot, &r->plan);
	if (!may_map(r, iova, oa, len)) {
		begin_op(r, iova, 0, -1);
		return 0;
	}
	len = r->plan.len;
	count = pgsize && len % pgsize == 0 ? len / pgsize : 1;
	if (!r->plan.refused && cache_find(&r->cache, CACHED_REMOVED, iova, iova + (len - 1)))
		sync_all(r);
	begin_op(r, iova, len, RUN_BY_MAP);
	replaces = !r->careless && r->plan.err && (r->ops->caps & CAP_REPLACE);
	if (replaces)
		replace(r);
	res->err = call_map(r, iova, oa, count == 1 ? len : pgsize, count, prot, &mapped);
	mapped -= before;
	if (res->err && (r->ops->caps & CAP_NO_PROGRESS))
		mapped = find_progress(r, oa);
	*res = (struct run_result){.has_range = true,
				   .iova = iova,
				   .oa = oa,
				   .len = len,
				   .err = res->err,
				   .model_err = r->plan.err,
				   .value = mapped,
				   .model = r->plan.mapped};
	if (replaces)
		check_synced(r, r->first_gather, false);
	if (!r->careless)
		check_map(r, res->err, mapped);
	return mapped;
}

static void remove_range(struct run *r, uint64_t iova, uint64_t len, unsigned gather);

/* Maps, and after memory ran out perhaps goes on, or goes back. */
static void map(struct run *r, uint64_t iova, uint64_t oa, uint64_t len, uint64_t pgsize,
		unsigned prot)
{
	uint64_t mapped = map_once(r, iova, oa, len, pgsize, prot);

	len = r->plan.len;
	if (r->ledger.failed && r->unwind && mapped) {
		remove_range(r, iova, mapped, r->first_gather);
		mapped = 0;
		r->ledger.failed = 1;
	}
	if (r->ledger.failed && r->retry && mapped < len) {
		r->ledger.fail_in = 0;
		map_once(r, iova + mapped, oa + mapped, len - mapped, 0, prot);
	}
	end_op(r, iova, len);
}

void run_map(struct run *r, const struct op *op)
{
	uint64_t iova = universe_iova(&r->u, op->arg);

	map(r, iova, universe_oa(&r->u, op->arg + 2, iova), universe_len(&r->u, op->arg + 4, iova),
	    0, op_prot(op));
}

void run_map_pages(struct run *r, const struct op *op)
{
	uint64_t iova = universe_iova(&r->u, op->arg), oa = universe_oa(&r->u, op->arg + 2, iova);
	uint64_t pgsize = universe_pgsize(&r->u, op->arg[4]), count = op_count(op), len, mapped = 0;

	if (!__builtin_mul_overflow(pgsize, count, &len) || (r->ops->caps & CAP_FITS_CFG)) {
		map(r, iova, oa, len, pgsize, op_prot(op));
		return;
	}
	begin_op(r, iova, 0, RUN_BY_MAP);
	*result_of(r) = (struct run_result){
		.has_range = true,
		.iova = iova,
		.oa = oa,
		.err = r->ops->map(r->e, iova, oa, pgsize, count, op_prot(op), &mapped),
		.model_err = -E_OVERFLOW};
	r->plan.refused = true;
	r->plan.err = -E_OVERFLOW;
	check_map(r, result_of(r)->err, mapped);
	end_op(r, iova, 0);
}

/*
 * What to ask of an engine that wants whole leaves without a hole: the leaves, and of the hole
 * behind them one page, if the engine stops there and no larger page would end with it. 0: ask
 * nothing.
 */
static uint64_t unmap_exactly(const struct run *r, uint64_t iova, uint64_t len, uint64_t model)
{
	uint64_t page = shadow_page(&r->cfg), larger = r->cfg.pgsizes & ~page;

	if (!(r->ops->caps & CAP_STOPS) || len <= model || shadow_check_range(&r->cfg, iova, len))
		return model;
	return (iova + model + page) & ((larger & -larger) - 1) || !larger ? model + page : model;
}

/* Where the leaf begins in which the range does, if the engine removes all of that. */
static uint64_t removed_from(const struct run *r, uint64_t iova, uint64_t len)
{
	const struct extent *e = shadow_find(&r->shadow, iova);
	uint64_t inside = e ? (iova - e->iova) & ((1ull << e->lg2) - 1) : 0;

	if (!(r->ops->caps & CAP_UNMAP_WHOLE) || (iova & (shadow_page(&r->cfg) - 1)) ||
	    len + inside < len)
		return iova;
	return iova - inside;
}

/* The same for one that takes whole what the range begins and ends in. */
static uint64_t unmap_wholly(const struct run *r, uint64_t len, uint64_t whole)
{
	return len < whole && !(len & (shadow_page(&r->cfg) - 1)) ? len : whole;
}

static void remove_range(struct run *r, uint64_t iova, uint64_t len, unsigned gather)
{
	struct removal removal = {.r = r, .gather = gather};
	uint64_t from = removed_from(r, iova, len), last = 0,
		 model = shadow_plan_unmap(&r->shadow, from, len + (iova - from), &last);
	bool self_flush = r->ops->caps & CAP_SELF_FLUSH;
	/* What the call itself may invalidate has to be in the cache before it. */
	bool early = r->ops->caps & (CAP_SELF_FLUSH | CAP_LAX_GATHER);
	uint64_t removed;

	if (r->careless) {
		if (is_beyond(r, iova, len))
			return;
		begin_op(r, iova, len, (int)gather);
		r->ops->unmap(r->e, iova, len, &r->gather[gather].g);
		return;
	}
	if (r->ops->caps & CAP_UNMAP_EXACT)
		len = unmap_exactly(r, iova, len, model);
	else if (r->ops->caps & CAP_UNMAP_WHOLE)
		len = unmap_wholly(r, len, model ? model - (iova - from) : 0);
	if (!len && r->ops->caps & (CAP_UNMAP_EXACT | CAP_UNMAP_WHOLE))
		return;
	if (cache_is_full(&r->cache))
		sync_all(r);
	begin_op(r, from, len + (iova - from), (int)gather);
	if (model && last > r->last)
		r->last = last;
	if (early && model)
		shadow_unmap(&r->shadow, from, last, cache_removed, &removal);
	removed = r->ops->unmap(r->e, iova, len, &r->gather[gather].g);
	len += iova - from;
	iova = from;
	result_of(r)->value = removed;
	result_of(r)->model = model;
	if (removed != model)
		fault(r, OR_SHADOW, NO_LEVEL, "unmap returned 0x%llx, should be 0x%llx",
		      (unsigned long long)removed, (unsigned long long)model);
	if (model && !self_flush)
		gather_model(r, gather, iova, last);
	if (model && !early)
		shadow_unmap(&r->shadow, iova, last, cache_removed, &removal);
	if (model)
		forget_written(r, iova, last);
	if (self_flush)
		check_synced(r, gather, false);
	check_gather(r, gather);
	check_unmap(r, iova, len, model);
}

void run_unmap(struct run *r, const struct op *op)
{
	uint64_t iova = universe_iova(&r->u, op->arg), len = universe_len(&r->u, op->arg + 2, iova);
	unsigned gather = r->first_gather + op_gather(op);

	*result_of(r) = (struct run_result){.has_range = true, .iova = iova, .len = len};
	remove_range(r, iova, len, gather);
	if (op_syncs(op))
		run_sync_gather(r, gather);
	end_op(r, iova, len);
}

void run_sync(struct run *r, const struct op *op)
{
	for (unsigned g = 0; g < RUN_GATHERS; g++)
		if (op_gathers(op) & 1u << g)
			run_sync_gather(r, r->first_gather + g);
}

void run_lookup(struct run *r, const struct op *op)
{
	uint64_t iova = universe_iova(&r->u, op->arg) + (uint64_t)op_byte_offset(&r->u, op);

	*result_of(r) = (struct run_result){.has_range = true, .iova = iova, .len = 1};
	check_lookup(r, iova);
	check_walk(r, iova, true);
}

void run_nomem(struct run *r, const struct op *op)
{
	r->ledger.fail_in = op_num(op) + 1;
	r->ledger.fail_on = op_keeps_failing(op);
	r->retry = op_retries(op);
	r->unwind = op_unwinds(op);
}

/* A device access; true if memory lets it through. */
static bool device_walk(struct run *r, const struct op *op, struct hw_walk *w)
{
	struct ledger *l = &r->ledger;
	uint64_t iova = universe_iova(&r->u, op->arg) + (uint64_t)op_byte_offset(&r->u, op);
	unsigned need = op->code == OP_DWRITE ? HW_W : HW_R;
	const struct extent *e = shadow_find(&r->shadow, iova);

	check_walk(r, iova, true);
	hw_walk(&r->cfg, l->root, l->root_level, iova, false, ledger_read, l, w);
	*result_of(r) = (struct run_result){.has_range = true,
					    .iova = iova,
					    .len = 1,
					    .value = w->kind == HW_LEAF ? w->oa : 0,
					    .model = e ? extent_oa(e, iova) : 0};
	return e && w->kind == HW_LEAF && (w->perms & need);
}

void run_dread(struct run *r, const struct op *op)
{
	struct hw_walk w;

	device_walk(r, op, &w);
}

/* The device wrote through the leaf this walk ended in. */
void run_mark_dirty(struct run *r, const struct hw_walk *w)
{
	const struct hw_format *f = hw_format(r->cfg.hw);
	unsigned last = w->n - 1;

	ledger_write(&r->ledger,
		     w->step[last].table + (uint64_t)w->step[last].index * f->word_bytes,
		     f->mark_dirty(&r->cfg, w->step[last].word));
	for (unsigned i = 0; i < r->n_written; i++)
		if (r->written[i].iova == w->iova)
			return;
	if (r->n_written < RUN_WRITTEN)
		r->written[r->n_written++] = (struct written){.iova = w->iova, .lg2 = w->lg2};
}

/* A write marks its item dirty, unless a cache still has the entry as dirty. */
void run_dwrite(struct run *r, const struct op *op)
{
	struct hw_walk w;
	uint64_t iova;

	if (!device_walk(r, op, &w) || !(r->cfg.features & F_DIRTY))
		return;
	iova = result_of(r)->iova;
	if (!cache_find(&r->cache, CACHED_DIRTY, iova, iova))
		run_mark_dirty(r, &w);
}

/* Reports of one call against the writes that are due. */
struct reports {
	struct run *r;
	uint64_t first, last;
	bool clear;
	unsigned gather;
	unsigned n;
};

/* The entry is clean now, but a cache may still have it dirty. */
static void cleaned(struct run *r, unsigned gather, const struct written *w, uint64_t last)
{
	gather_model(r, gather, w->iova, last);
	cache_add(&r->cache, &(struct cached){.first = w->iova,
					      .last = last,
					      .lg2 = w->lg2,
					      .as = CACHED_DIRTY,
					      .gather = gather});
}

/* Does the engine clean entries also that the request covers in part? */
static bool whole(const struct run *r)
{
	return r->ops->caps & CAP_DIRTY_WHOLE;
}

static void report(void *arg, uint64_t iova, uint64_t len)
{
	struct reports *q = arg;
	bool due = false;

	for (unsigned i = 0; i < q->r->n_written; i++) {
		const struct written *w = &q->r->written[i];
		uint64_t end = w->iova + ((1ull << w->lg2) - 1);
		uint64_t first = w->iova > q->first ? w->iova : q->first;
		uint64_t last = end < q->last ? end : q->last;

		if (first > last || first != iova || last - first + 1 != len)
			continue;
		due = true;
		if (q->clear && (whole(q->r) || (first == w->iova && last == end)))
			cleaned(q->r, q->gather, w, end);
	}
	q->n++;
	if (!due)
		fault(q->r, OR_DIRTY, NO_LEVEL, "0x%llx is reported dirty, nothing wrote there",
		      (unsigned long long)iova);
}

/* How many reports the range owes; what the request covers is clean from now on. */
static unsigned take_due(struct run *r, const struct reports *q)
{
	unsigned n = 0;

	for (unsigned i = r->n_written; i-- > 0;) {
		const struct written *w = &r->written[i];
		uint64_t end = w->iova + ((1ull << w->lg2) - 1);

		if (w->iova > q->last || end < q->first)
			continue;
		n++;
		if (q->clear && (whole(r) || (w->iova >= q->first && end <= q->last)))
			r->written[i] = r->written[--r->n_written];
	}
	return n;
}

void run_dirty(struct run *r, const struct op *op)
{
	uint64_t iova = universe_iova(&r->u, op->arg), len = universe_len(&r->u, op->arg + 2, iova);
	struct run_result *res = result_of(r);
	int model = shadow_check_range(&r->cfg, iova, len);
	struct reports q = {
		.r = r,
		.first = iova,
		.last = iova + (len - 1),
		.clear = !op_no_clear(op),
		.gather = r->first_gather + op_gather(op),
	};

	if (!r->ops->dirty || (model && (r->ops->caps & CAP_FITS_CFG) && !r->careless))
		return;
	if ((r->ops->caps & CAP_DIRTY_EXACT) && !r->careless &&
	    shadow_plan_unmap(&r->shadow, iova, len, &(uint64_t){0}) != len)
		return;
	if (!model && !(r->cfg.features & F_DIRTY))
		model = -E_OPNOTSUPP;
	if (cache_is_full(&r->cache))
		sync_all(r);
	begin_op(r, iova, len, -1);
	*res = (struct run_result){.has_range = true, .iova = iova, .len = len, .model_err = model};
	res->err = r->ops->dirty(r->e, iova, len, q.clear, report, &q, &r->gather[q.gather].g);
	if (res->err != model)
		fault(r, OR_DIRTY, NO_LEVEL, "returned %d, should be %d", res->err, model);
	res->value = q.n;
	res->model = model ? 0 : take_due(r, &q);
	if (res->value != res->model)
		fault(r, OR_DIRTY, NO_LEVEL, "%u entries reported dirty, should be %u", q.n,
		      (unsigned)res->model);
	check_gather(r, q.gather);
	if (op_syncs(op))
		run_sync_gather(r, q.gather);
	end_op(r, iova, len);
}

/* Sequential targets have one fiber and no schedule. */
void run_fiber(struct run *r, const struct op *op)
{
	(void)r;
	(void)op;
}

void run_preempt(struct run *r, const struct op *op)
{
	(void)r;
	(void)op;
}
