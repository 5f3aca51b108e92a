// SPDX-License-Identifier: GPL-2.0-only
/* Beginning and ending an input, and the host the engine runs in. */
#include "run.h"

#include "listing.h"

#include <stdlib.h>
#include <string.h>

static struct run the_run = {.oracles = OR_ALL, .digest = RUN_DIGEST_START};

void run_set_oracles(unsigned mask)
{
	the_run.oracles = mask;
}

void run_set_careless(void)
{
	the_run.oracles = 0;
	the_run.careless = true;
}

uint64_t run_digest(void)
{
	return the_run.last_digest;
}

void run_set_failure(struct run_failure failure)
{
	the_run.failure = failure;
}

unsigned run_allocations(void)
{
	return the_run.last_allocs;
}

/* The top lock may be one that nobody sleeps under. */
static void check_unlocked(struct run *r)
{
	if (r->locks)
		fault(r, OR_STUCK, NO_LEVEL, "a callback that may sleep under the top lock");
}

static void *host_alloc(void *ctx, size_t size)
{
	struct run *r = ctx;

	check_unlocked(r);
	r->allocs++;
	if (r->failure.nth &&
	    (r->allocs == r->failure.nth || (r->failure.rest && r->allocs > r->failure.nth))) {
		r->ledger.failed++;
		return NULL;
	}
	return ledger_alloc(&r->ledger, size);
}

/* A table that this call linked is not known as linked before somebody walks there. */
static void host_free(void *ctx, void *table, size_t size)
{
	struct run *r = ctx;
	const struct page *p = ledger_page_at(&r->ledger, table);

	check_unlocked(r);
	if (p && p->state == PAGE_NEW && !r->ledger.detached)
		link_range(r, r->first, r->last);
	ledger_free(&r->ledger, table, size);
}

/* Break before make: while a replaced table is invalidated, its slot is empty. */
static void check_broken(struct run *r)
{
	for (unsigned i = 0; i < r->ledger.n; i++) {
		const struct page *p = &r->ledger.page[i];
		struct hw_walk w;

		if (p->state != PAGE_UNLINKED || p->gather != RUN_BY_MAP)
			continue;
		hw_walk(&r->cfg, r->ledger.root, r->ledger.root_level, p->first, false, ledger_read,
			&r->ledger, &w);
		if (w.kind == HW_LEAF)
			fault(r, OR_BBM, (int)w.level, "a leaf took a table's place in one step");
	}
}

static void host_iotlb_sync(void *ctx, uint64_t first, uint64_t last, bool tables)
{
	struct run *r = ctx;
	const struct hw_format *f = hw_format(r->cfg.hw);
	bool ranged = r->cfg.features & (F_FLUSH_RANGE | F_NO_GAPS);

	r->syncs++;
	check_unlocked(r);
	if (r->careless)
		return; /* nobody looks, and there may be one for each of very many pages */
	if (!ranged && (first || ~last) && !r->ops->caps)
		fault(r, OR_GATHER, NO_LEVEL, "an invalidation of a range, all was asked for");
	if (ranged && r->syncing && !r->ops->caps &&
	    (first < r->syncing->first || last > r->syncing->last))
		fault(r, OR_GATHER, NO_LEVEL, "an invalidation of more than the gather has");
	ledger_unlink(&r->ledger, r->first, r->last, r->unlinking);
	if (r->unlinking == RUN_BY_MAP && f->break_before_make && watching(r, 1u << OR_BBM))
		check_broken(r);
	cache_invalidate(&r->cache, first, last, f->inv_enclosed);
	if (tables)
		ledger_invalidate(&r->ledger, first, last);
}

static void host_top_lock(void *ctx)
{
	struct run *r = ctx;

	if (r->locks++)
		fault(r, OR_STUCK, NO_LEVEL, "the top lock was taken twice");
}

static void host_top_unlock(void *ctx)
{
	struct run *r = ctx;

	if (r->locks-- != 1)
		fault(r, OR_STUCK, NO_LEVEL, "the top lock was released but not held");
}

/* Does the map in progress need a root of this level, for its last address or for a leaf? */
static bool needs_root(const struct run *r, unsigned level)
{
	unsigned item = hw_item_lg2(hw_format(r->cfg.hw), level);

	for (unsigned i = 0; i < r->plan.n; i++)
		if (r->plan.run[i].lg2 >= item)
			return true;
	return r->last >> item;
}

static void host_root_changed(void *ctx, uint64_t root, unsigned level)
{
	struct run *r = ctx;
	struct page *old = ledger_page(&r->ledger, r->ledger.root);

	if (!r->locks)
		fault(r, OR_TREE, (int)level, "the root changed without the top lock");
	if (level <= r->ledger.root_level || level > hw_format(r->cfg.hw)->max_level)
		fault(r, OR_TREE, (int)level, "the root went from level %u to level %u",
		      r->ledger.root_level, level);
	else if (!r->ops->caps && !r->settled && !needs_root(r, level))
		fault(r, OR_TREE, (int)level,
		      "the root went to level %u, which nothing mapped needs", level);
	if (old)
		old->root_until = (uint8_t)r->calls;
	ledger_set_root(&r->ledger, root, level);
}

static void host_flush(void *ctx, const void *ptr, size_t len)
{
	struct run *r = ctx;

	if (!(r->cfg.features & F_INCOHERENT) && !r->ops->caps)
		fault(r, OR_COHERENT, NO_LEVEL, "a write-back for a walker that snoops");
	ledger_flush(&r->ledger, ptr, len);
}

static void host_warn(void *ctx, const char *file, int line, bool fatal)
{
	fault(ctx, OR_ASSERT, NO_LEVEL, "%s at %s:%d", fatal ? "BUG" : "WARN", file, line);
}

/* A precondition inside our engine does not hold. */
void pt_assert_failed(const char *expr, const char *file, int line);
void pt_assert_failed(const char *expr, const char *file, int line)
{
	const char *base = strrchr(file, '/');

	fault(&the_run, OR_ASSERT, NO_LEVEL, "%s:%d: %s", base ? base + 1 : file, line, expr);
	abort();
}

static void begin(struct run *r, const struct engine_ops *ops)
{
	r->ops = ops;
	r->phase = PHASE_INIT;
	r->shadow.cfg = &r->cfg;
	r->unlinking = -1;
	r->n_gathers = RUN_GATHERS;
	r->retry = r->failure.retry;
	if (ops && ops->fit_oa)
		ops->fit_oa(&r->cfg);
	ledger_begin(&r->ledger, r, &r->cfg, ops && (ops->caps & CAP_FITS_CFG) && !ops->fit_oa);
	r->env = (struct engine_env){
		.ctx = r,
		.phys_offset = ledger_offset(&r->ledger),
		.alloc = host_alloc,
		.free = host_free,
		.iotlb_sync = host_iotlb_sync,
		.top_lock = host_top_lock,
		.top_unlock = host_top_unlock,
		.root_changed = host_root_changed,
		.flush_memory = host_flush,
		.warn = host_warn,
	};
}

/* Takes from the host what the configuration says it lacks. */
static void limit_host(struct run *r)
{
	unsigned lacks = r->ops->caps & CAP_FITS_CFG ? 0 : r->cfg.lacks;

	if (lacks & LACKS_TOP_LOCK)
		r->env.top_lock = NULL;
	if (lacks & LACKS_TOP_UNLOCK)
		r->env.top_unlock = NULL;
	if (lacks & LACKS_ROOT_CHANGED)
		r->env.root_changed = NULL;
	if (lacks & LACKS_FLUSH)
		r->env.flush_memory = NULL;
	r->ledger.fail_in = lacks & LACKS_MEMORY ? 1 : 0;
}

/* Creates the engine; false if the configuration is refused, as it should be. */
static bool create(struct run *r)
{
	struct engine_cfg wanted = r->cfg;
	uint64_t pgsizes = wanted.pgsizes;
	int model_err = shadow_config(&wanted, &pgsizes), err = 0;
	unsigned level;

	limit_host(r);
	r->e = r->ops->create(&r->cfg, &r->env, &err);
	if (!r->e && !err)
		err = -E_INVAL;
	check_config(r, err, model_err, pgsizes);
	if (!r->e)
		return false;
	ledger_set_root(&r->ledger, r->ops->root(r->e, &level), r->cfg.top_level);
	link_range(r, r->cfg.features & F_UPPER_HALF ? UINT64_MAX : 0,
		   r->cfg.features & F_UPPER_HALF ? UINT64_MAX : 0);
	universe_init(&r->u, &r->cfg);
	universe_hot(&r->u, r->prog.header[7]);
	return true;
}

static void run_ops(struct run *r)
{
	for (r->op = 0; r->op < r->prog.n; r->op++) {
		const struct op *op = &r->prog.op[r->op];

		if (op_is_off(&r->prog, op))
			continue;
		op_rows[op->code].apply(r, op);
		r->result[r->op].done = true;
	}
}

void run_mix(struct run *r, uint64_t value)
{
	r->digest = (r->digest ^ value) * 0x100000001b3;
	r->digest ^= r->digest >> 29;
}

/* Leaves the run as the first input found it: a later one must not see this one. */
static void clear(struct run *r)
{
	for (unsigned i = 0; i < r->prog.n; i++) {
		run_mix(r, (uint64_t)r->result[i].err);
		run_mix(r, r->result[i].value);
	}
	run_mix(r, r->ledger.n);
	r->last_digest = r->digest;
	r->last_allocs = r->allocs;
	r->digest = RUN_DIGEST_START;
	memset(r->result, 0, r->prog.n * sizeof(r->result[0]));
	memset(r->gather, 0, r->n_gathers * sizeof(r->gather[0]));
	ledger_end(&r->ledger);
	r->shadow.n = r->cache.n = r->n_written = 0;
	r->op = r->syncs = r->locks = r->calls = r->allocs = r->first_gather = 0;
	r->settled = NULL;
	r->listing = NULL;
	r->first = r->last = 0;
	r->retry = r->unwind = false;
	r->phase = PHASE_INIT;
	r->e = NULL;
	r->prog.n = 0;
}

void run_driven(const struct run_driver *driver, const struct engine_ops *ops, enum hw_id hw,
		const uint8_t *data, size_t size)
{
	struct run *r = &the_run;

	prog_decode(&r->prog, hw, data, size);
	config_decode(&r->prog, &r->cfg);
	begin(r, ops);
	if (driver->prepare)
		driver->prepare(r);
	if (ops && create(r)) {
		r->phase = PHASE_OPS;
		driver->run_ops(r);
		r->phase = PHASE_END;
		if (listing_view() & VIEW_LISTING)
			listing_print(r, stdout);
		if (listing_view() & VIEW_LISTING && r->listing)
			r->listing(r, stdout);
		if (listing_view() & VIEW_TREE)
			listing_print_tree(r, stdout);
		check_end(r);
		r->ledger.detached = true;
		r->ops->destroy(r->e);
		if (r->ledger.held)
			fault(r, OR_LEAK, NO_LEVEL, "%u tables are left after deinit",
			      r->ledger.held);
	}
	clear(r);
}

void run_input(const struct engine_ops *ops, enum hw_id hw, const uint8_t *data, size_t size)
{
	static const struct run_driver one_by_one = {.run_ops = run_ops};

	run_driven(&one_by_one, ops, hw, data, size);
}
