/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Contract, DMA_INCOHERENT. Hardware reads a copy of the arena that only flush_memory updates.
 * The host checks in each callback that hardware could reach no table that was not flushed
 * whole, and at each invalidation and end of a call that the copy is current; walk() and with it
 * map_ok() and unmap_ok() look at the copy.
 */
#include "host.h"

static void start_incoherent(struct host *h)
{
	h->cfg.features |= PT_DMA_INCOHERENT;
	start(h);
}

static void incoherent_hardware_sees_every_map_and_unmap(struct host *h)
{
	struct range r = crossing(h);
	u64 g = granule(h);

	start_incoherent(h);
	map_ok(h, r.iova, r.oa, r.len);
	unmap_ok(h, r.iova, r.len);
	map_ok(h, r.iova, r.oa, r.len);
	unmap_ok(h, r.iova, r.len);
	for (unsigned i = 0; i < 4; i++)
		map_ok(h, h->base + i * g, OA + g, g);
	for (unsigned i = 0; i < 4; i++)
		unmap_ok(h, h->base + i * g, g);
	stop(h);
}

static void incoherent_every_size(struct host *h)
{
	start_incoherent(h);
	for (u64 rest = pt_pgsizes(&h->d); rest; rest &= rest - 1) {
		u64 size = rest & -rest;

		if (!in_width(&h->cfg, h->base, h->base + (size - 1)))
			continue;
		map_ok(h, h->base, 0, size);
		unmap_ok(h, h->base, size);
	}
	stop(h);
}

static void incoherent_unlinked_tables_are_gone_before_the_invalidation(struct host *h)
{
	u64 step = item_size(h, 1), g = granule(h);

	start_incoherent(h);
	map_ok(h, h->base, OA + g, 3 * step);
	forget(h);
	unmap_ok(h, h->base, 3 * step);
	assert_int_equal(h->count[EV_FREE], 3);
	stop(h);
}

static void incoherent_replaced_tables(struct host *h)
{
	u64 step = item_size(h, 1), g = granule(h);

	natural_only(h);
	start_incoherent(h);
	for (unsigned i = 0; i < 3; i++) {
		map_ok(h, h->base + i * step, OA, g);
		unmap_ok(h, h->base + i * step, g);
	}
	forget(h);
	map_ok(h, h->base, OA, 4 * step);
	assert_int_equal(h->count[EV_FREE], 3);
	stop(h);
}

static void incoherent_failures_leave_hardware_current(struct host *h)
{
	struct range r = crossing(h);
	unsigned n = 0;
	int err;

	do {
		u64 mapped = 0;

		start_incoherent(h);
		h->fail_at = ++n;
		err = map(h, r.iova, r.oa, r.len, RW, &mapped);
		h->fail_at = 0;
		assert_leaves(h, r.iova, r.oa, r.len, mapped, RW);
		stop(h);
	} while (err);
}

static void incoherent_growth(struct host *h)
{
	start_incoherent(h);
	map_ok(h, 0, OA, granule(h));
	for (unsigned level = h->cfg.top_level + 1; level < 6; level += 2) {
		map_ok(h, item_size(h, level), OA, granule(h));
		assert_mapped(h, 0, OA, granule(h));
	}
	stop(h);
}

/* --- another thread is about to flush the entry of a table we walk through */

struct neighbour {
	struct range inner;
	unsigned nth; /* flush before which it runs */
	bool done;
};

static void map_neighbour(struct host *h, enum event_kind kind)
{
	struct neighbour *n = h->arg;
	u64 mapped = 0;
	struct found l;

	if (kind != EV_FLUSH || h->top_locked || n->done || --n->nth)
		return;
	n->done = true;
	expect_ok(map(h, n->inner.iova, n->inner.oa, n->inner.len, RW, &mapped));
	/* Our call has returned, the other's flush has not happened. */
	for (u64 at = 0; at < n->inner.len; at += l.size) {
		assert_true(walk(h, n->inner.iova + at, &l));
		assert_int_equal(l.oa, n->inner.oa + at);
	}
}

static void race(struct host *h, struct range outer, struct range inner)
{
	struct neighbour n = {.done = true};

	for (unsigned nth = 1; n.done; nth++) {
		start_incoherent(h);
		n = (struct neighbour){.inner = inner, .nth = nth};
		h->arg = &n;
		h->hook = map_neighbour;
		map_ok(h, outer.iova, outer.oa, outer.len);
		h->hook = NULL;
		if (n.done)
			assert_mapped(h, inner.iova, inner.oa, inner.len);
		stop(h);
	}
}

static void incoherent_who_walks_through_anothers_table_entry_flushes_it(struct host *h)
{
	u64 g = granule(h), slots = item_size(h, 1) / g;
	struct range one = {h->base + g, OA, g}, next = {h->base, OA, g};
	struct range half = {h->base + slots / 2 * g, OA + g, slots / 2 * g};

	race(h, one, next);
	race(h, half, next);
	race(h, next, half);
}

static void incoherent_who_walks_through_anothers_new_top_sees_it_flushed(struct host *h)
{
	u64 far = item_size(h, 4), g = granule(h);

	race(h, (struct range){far, OA, g}, (struct range){far + g, OA, g});
	race(h, (struct range){far, OA, g}, (struct range){g, OA, g});
}

int main(void)
{
	static const struct test tests[] = {
		TEST(incoherent_hardware_sees_every_map_and_unmap),
		TEST(incoherent_every_size),
		TEST(incoherent_unlinked_tables_are_gone_before_the_invalidation),
		TEST(incoherent_replaced_tables),
		TEST(incoherent_failures_leave_hardware_current),
		TEST(incoherent_growth, .only = PT_DYNAMIC_TOP),
		TEST(incoherent_who_walks_through_anothers_table_entry_flushes_it),
		TEST(incoherent_who_walks_through_anothers_new_top_sees_it_flushed,
		     .only = PT_DYNAMIC_TOP),
	};

	return RUN(tests);
}
