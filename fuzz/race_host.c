// SPDX-License-Identifier: GPL-2.0-only
/*
 * Between engine and run: the run calls the engine, and the engine its host, through these. They
 * note which calls are in progress, give way, and wait: for the lock of a range, for the top lock,
 * for a gather that another fiber works on, and for walks to end.
 */
#include "fiber/fiber.h"
#include "race.h"

/* --- the lock of a range */

static bool overlap(uint64_t first, uint64_t last, uint64_t first2, uint64_t last2)
{
	return first <= last2 && first2 <= last;
}

/* Widens a range to the whole leaves its ends are in. */
static void widen(struct run *r, uint64_t *first, uint64_t *last)
{
	const struct extent *e = shadow_find(&r->shadow, *first);

	if (e)
		*first -= (*first - e->iova) & ((1ull << e->lg2) - 1);
	e = shadow_find(&r->shadow, *last);
	if (e)
		*last = e->iova + ((*last - e->iova) | ((1ull << e->lg2) - 1));
}

/* The range of an operation; false if it has none. */
static bool range_of(struct run *r, const struct op *op, uint64_t *first, uint64_t *last)
{
	uint64_t len = 1;

	if (op_rows[op->code].arg[0] != ARG_IOVA)
		return false;
	*first = universe_iova(&r->u, op->arg);
	switch (op->code) {
	case OP_MAP:
		len = universe_len(&r->u, op->arg + 4, *first);
		break;
	case OP_MAP_PAGES:
		if (__builtin_mul_overflow(universe_pgsize(&r->u, op->arg[4]), op_count(op), &len))
			len = 1;
		break;
	case OP_UNMAP:
	case OP_DIRTY:
		len = universe_len(&r->u, op->arg + 2, *first);
		break;
	default:
		*first += (uint64_t)op_byte_offset(&r->u, op);
	}
	*last = *first;
	if (len && *first + (len - 1) > *first)
		*last += len - 1;
	return true;
}

/* Fibers that hold the lock of a part of what this one wants. */
static unsigned range_holders(void *arg)
{
	const struct hand *h = arg;
	uint64_t first = h->first, last = h->last;
	unsigned mask = 0;

	widen(race.run, &first, &last);
	for (unsigned f = 0; f < RUN_FIBERS; f++)
		if (race.hand[f].locked &&
		    overlap(first, last, race.hand[f].first, race.hand[f].last))
			mask |= 1u << f;
	return mask;
}

static bool range_is_free(void *arg)
{
	return !range_holders(arg);
}

static void wait_for(bool (*ready)(void *), unsigned (*of)(void *), void *arg, const char *what)
{
	if (!ready(arg))
		trace_add(TRACE_WAITS)->what = what;
	sched_wait(&(struct sched_wait){.ready = ready, .arg = arg, .what = what, .of = of});
}

void host_lock_range(struct run *r, const struct op *op)
{
	struct hand *h = race_me();

	if (!range_of(r, op, &h->first, &h->last))
		return;
	wait_for(range_is_free, range_holders, h, "the lock of its range");
	widen(r, &h->first, &h->last);
	h->locked = true;
}

/* --- calls of the run */

static void enter(enum race_call call, uint64_t first, uint64_t last)
{
	struct hand *h = race_me();

	h->call = call;
	h->call_first = first;
	h->call_last = last;
	if (call >= CALL_MAP)
		walk_call_begins(h);
	h->in_engine = true;
	hook_follow(true);
	fiber_watch(true);
}

static void leave(void)
{
	struct hand *h = race_me();

	fiber_watch(false);
	h->in_engine = false;
	h->call = CALL_NONE;
	hook_follow(false);
	view_leave();
}

static bool outside(void)
{
	return sched.running == SCHED_MAIN;
}

static void enter_map(uint64_t iova, uint64_t pgsize, uint64_t count)
{
	uint64_t len;

	if (__builtin_mul_overflow(pgsize, count, &len) || race.run->plan.refused)
		enter(CALL_OTHER, 0, 0);
	else
		enter(CALL_MAP, iova, iova + (len - 1));
}

static int call_map(struct engine *e, uint64_t iova, uint64_t oa, uint64_t pgsize, uint64_t count,
		    unsigned prot, uint64_t *mapped)
{
	int err;

	enter_map(iova, pgsize, count);
	err = race.real->map(e, iova, oa, pgsize, count, prot, mapped);
	leave();
	return err;
}

static int call_map_range(struct engine *e, uint64_t iova, uint64_t oa, uint64_t len, unsigned prot,
			  uint64_t *mapped)
{
	int err;

	enter_map(iova, len, 1);
	err = race.real->map_range(e, iova, oa, len, prot, mapped);
	leave();
	return err;
}

/* Gathers belong to fibers, but who maps what one of them still has syncs it before. */
static unsigned gather_users(void *arg)
{
	unsigned mask = 0;

	for (unsigned f = 0; f < RUN_FIBERS; f++)
		if (f != sched.running && race.hand[f].gather == *(int *)arg)
			mask |= 1u << f;
	return mask;
}

static bool gather_is_free(void *arg)
{
	for (unsigned f = 0; f < RUN_FIBERS; f++)
		if (race.hand[f].gather == *(int *)arg)
			return false;
	return true;
}

static void take_gather(const struct engine_gather *g)
{
	struct hand *h = race_me();
	int i = (int)((const struct run_gather *)(const void *)g - race.run->gather);
	int *user = &race.gather_user[i];

	wait_for(gather_is_free, gather_users, &i, "a gather");
	h->gather = i;
	fiber_acquire(user);
	if (*user >= 0 && (unsigned)*user != sched.running)
		view_hand_over((unsigned)*user);
	*user = (int)sched.running;
}

static void put_gather(void)
{
	struct hand *h = race_me();

	fiber_release(&race.gather_user[h->gather]);
	h->gather = -1;
}

static uint64_t call_unmap(struct engine *e, uint64_t iova, uint64_t len, struct engine_gather *g)
{
	uint64_t last = 0, removed;

	take_gather(g);
	if (shadow_plan_unmap(&race.run->shadow, iova, len, &last))
		enter(CALL_UNMAP, iova, last);
	else
		enter(CALL_OTHER, 0, 0);
	removed = race.real->unmap(e, iova, len, g);
	leave();
	put_gather();
	return removed;
}

static void call_sync(struct engine *e, struct engine_gather *g)
{
	if (outside()) {
		race.real->sync(e, g);
		return;
	}
	take_gather(g);
	hook_step(CLASS_GATHER, "gather_sync", -1, NULL);
	enter(CALL_OTHER, 0, 0);
	race.real->sync(e, g);
	leave();
	put_gather();
}

/* Interleaved where it is the operation, in one go where it is a check of another. */
static bool call_lookup(struct engine *e, uint64_t iova, uint64_t *oa)
{
	bool found;

	if (outside() || race.run->prog.op[race.run->op].code != OP_LOOKUP)
		return race.real->lookup(e, iova, oa);
	enter(CALL_OTHER, 0, 0);
	found = race.real->lookup(e, iova, oa);
	leave();
	return found;
}

struct recorder {
	engine_dirty_fn *record;
	void *arg;
};

static void record(void *arg, uint64_t iova, uint64_t len)
{
	const struct recorder *rec = arg;

	fiber_watch(false);
	rec->record(rec->arg, iova, len);
	fiber_watch(true);
}

static int call_dirty(struct engine *e, uint64_t iova, uint64_t len, bool clear,
		      engine_dirty_fn *fn, void *arg, struct engine_gather *g)
{
	struct recorder rec = {fn, arg};
	int err;

	take_gather(g);
	enter(CALL_OTHER, 0, 0);
	err = race.real->dirty(e, iova, len, clear, record, &rec, g);
	leave();
	put_gather();
	return err;
}

/* --- calls of the engine */

/* The engine is left for a moment; false if it does not run in a fiber. */
static bool out_of_engine(void)
{
	if (outside())
		return false;
	fiber_watch(false);
	return true;
}

static void back_in_engine(bool was_in)
{
	if (was_in)
		fiber_watch(true);
}

static void *host_alloc(void *ctx, size_t size)
{
	bool in = out_of_engine();
	struct trace *t = NULL;
	void *table;

	if (in)
		t = hook_step(CLASS_ALLOC, "alloc", -1, NULL);
	table = race.host.alloc(ctx, size);
	if (in && table) {
		t->page = (int16_t)view_page(table);
		view_new(t->page);
	} else if (in) {
		t->result = "no memory";
	}
	back_in_engine(in);
	return table;
}

static void host_free(void *ctx, void *table, size_t size)
{
	bool in = out_of_engine();
	int page = view_page(table);

	if (in) {
		hook_step(CLASS_FREE, "free", page, NULL);
		if (walk_stands_in(page))
			fault(race.run, OR_EARLY_FREE, race.run->ledger.page[page].level,
			      "a table was freed while a walk is in it");
		view_forget(page);
	}
	race.host.free(ctx, table, size);
	back_in_engine(in);
}

/* The walks in progress, by how many each walker had begun; 0 where it is between two. */
struct walks {
	unsigned begun[RACE_WALKERS];
};

static unsigned walks_of(void *arg)
{
	const struct walks *w = arg;
	unsigned mask = 0;

	for (unsigned i = 0; i < RACE_WALKERS; i++) {
		const struct hand *h = &race.hand[RUN_FIBERS + i];

		if (w->begun[i] && h->walking && h->walks == w->begun[i])
			mask |= 1u << (RUN_FIBERS + i);
	}
	return mask;
}

static bool walks_have_ended(void *arg)
{
	return !walks_of(arg);
}

static void host_iotlb_sync(void *ctx, uint64_t first, uint64_t last, bool tables)
{
	bool in = out_of_engine();
	struct walks w = {{0}};

	if (in) {
		hook_step(CLASS_INVALIDATE, "invalidate", -1, NULL);
		view_barrier();
		for (unsigned i = 0; i < RACE_WALKERS; i++)
			if (race.hand[RUN_FIBERS + i].walking)
				w.begun[i] = race.hand[RUN_FIBERS + i].walks;
		wait_for(walks_have_ended, walks_of, &w, "walks to end");
	}
	race.host.iotlb_sync(ctx, first, last, tables);
	back_in_engine(in);
}

static bool top_is_free(void *arg)
{
	(void)arg;
	return race.top_holder < 0;
}

static unsigned top_holders(void *arg)
{
	(void)arg;
	return race.top_holder < 0 ? 0 : 1u << race.top_holder;
}

static void host_top_lock(void *ctx)
{
	bool in = out_of_engine();

	if (in) {
		hook_step(CLASS_LOCK, "lock", -1, NULL);
		if (race.top_holder != (int)sched.running)
			wait_for(top_is_free, top_holders, NULL, "the top lock");
		race.top_holder = (int)sched.running;
		fiber_acquire(&race.top_holder);
	}
	race.host.top_lock(ctx);
	back_in_engine(in);
}

static void host_top_unlock(void *ctx)
{
	bool in = out_of_engine();

	if (in) {
		hook_step(CLASS_UNLOCK, "unlock", -1, NULL);
		view_barrier();
	}
	race.host.top_unlock(ctx);
	if (in) {
		fiber_release(&race.top_holder);
		race.top_holder = -1;
	}
	back_in_engine(in);
}

static void host_root_changed(void *ctx, uint64_t root, unsigned level)
{
	bool in = out_of_engine();

	if (in) {
		hook_step(CLASS_TOP, "change_top", -1, NULL);
		view_barrier();
	}
	race.old_root = ledger_page(&race.run->ledger, race.run->ledger.root);
	race.host.root_changed(ctx, root, level);
	if (in) {
		/* others may ask for the old root before this call ends */
		link_range(race.run, 0, 0);
		/* and begin at it until the new top is stored */
		if (race.old_root)
			race.old_root->root_until = UINT8_MAX;
	}
	back_in_engine(in);
}

void host_top_stored(void)
{
	if (race.old_root)
		race.old_root->root_until = (uint8_t)race.run->calls;
}

static void host_flush(void *ctx, const void *ptr, size_t len)
{
	bool in = out_of_engine();

	if (in) {
		hook_step(CLASS_STORE, "flush", -1, NULL);
		view_barrier();
	}
	race.host.flush_memory(ctx, ptr, len);
	back_in_engine(in);
}

void host_wrap(struct run *r)
{
	if (!r->ops)
		return;
	race.real = r->ops;
	race.ops = *r->ops;
	race.ops.map = call_map;
	race.ops.map_range = race.real->map_range ? call_map_range : NULL;
	race.ops.unmap = call_unmap;
	race.ops.sync = call_sync;
	race.ops.lookup = call_lookup;
	race.ops.dirty = race.real->dirty ? call_dirty : NULL;
	r->ops = &race.ops;
	race.host = r->env;
	r->env.alloc = host_alloc;
	r->env.free = host_free;
	r->env.iotlb_sync = host_iotlb_sync;
	r->env.top_lock = host_top_lock;
	r->env.top_unlock = host_top_unlock;
	r->env.root_changed = host_root_changed;
	r->env.flush_memory = host_flush;
}
