/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Contract, gather and gather_sync: what is invalidated, with which range, in which order with
 * the freeing of tables; by unmap, and by a map that replaces tables.
 */
#include "host.h"

/* The nth invalidation was of this range. */
static void synced(struct host *h, unsigned nth, u64 first, u64 last)
{
	assert_int_equal(event(h, EV_SYNC, nth)->first, first);
	assert_int_equal(event(h, EV_SYNC, nth)->last, last);
}

static void unmapped(struct host *h, u64 iova, u64 len)
{
	assert_int_equal(unmap(h, iova, len), len);
}

/* Three granules with holes between, at 0, 2 and 4 from base. */
static void three_pages(struct host *h)
{
	for (unsigned i = 0; i < 6; i += 2)
		map_ok(h, h->base + i * granule(h), OA + granule(h), granule(h));
	forget(h);
}

static void empty_table(struct host *h, u64 iova)
{
	map_ok(h, iova, OA, granule(h));
	unmap_ok(h, iova, granule(h));
	forget(h);
}

static void sync_of_an_empty_gather_calls_nothing(struct host *h)
{
	start(h);
	forget(h);
	sync_now(h);
	assert_int_equal(unmap(h, h->base, granule(h)), 0);
	sync_now(h);
	for (unsigned i = 0; i < EV_KINDS; i++)
		assert_int_equal(h->count[i], 0);
	stop(h);
}

static void sync_invalidates_then_frees_then_empties(struct host *h)
{
	u64 step = item_size(h, 1);

	start(h);
	map_ok(h, h->base, OA + granule(h), 3 * step);
	forget(h);
	unmapped(h, h->base, 3 * step);
	assert_int_equal(h->count[EV_SYNC] + h->count[EV_FREE], 0);
	assert_false(pt_gather_empty(&h->g));
	sync_now(h);
	assert_int_equal(h->count[EV_SYNC], 1);
	assert_int_equal(h->count[EV_FREE], 3);
	assert_true(event(h, EV_SYNC, 0)->tables);
	assert_int_equal(position(h, EV_SYNC, 0), 0);
	assert_true(pt_gather_empty(&h->g));
	forget(h);
	sync_now(h);
	assert_int_equal(h->count[EV_SYNC] + h->count[EV_FREE], 0);
	stop(h);
}

static void sync_without_flush_features_is_of_all_iovas(struct host *h)
{
	start(h);
	three_pages(h);
	unmapped(h, h->base, granule(h));
	sync_now(h);
	synced(h, 0, 0, UINT64_MAX);
	assert_int_equal(h->count[EV_SYNC], 1);
	unmapped(h, h->base + 2 * granule(h), granule(h));
	unmapped(h, h->base + 4 * granule(h), granule(h));
	assert_int_equal(h->count[EV_SYNC], 1);
	sync_now(h);
	synced(h, 1, 0, UINT64_MAX);
	stop(h);
}

static void flush_range_is_one_range_gaps_allowed(struct host *h)
{
	u64 g = granule(h);

	h->cfg.features |= PT_FLUSH_RANGE;
	start(h);
	three_pages(h);
	unmapped(h, h->base + 2 * g, g);
	unmapped(h, h->base + 4 * g, g);
	unmapped(h, h->base, g);
	assert_int_equal(h->count[EV_SYNC], 0);
	sync_now(h);
	assert_int_equal(h->count[EV_SYNC], 1);
	synced(h, 0, h->base, h->base + 5 * g - 1);
	stop(h);
}

static void flush_range_covers_what_was_removed_and_not_what_was_asked(struct host *h)
{
	u64 g = granule(h), step = item_size(h, 1);

	h->cfg.features |= PT_FLUSH_RANGE;
	start(h);
	three_pages(h);
	assert_int_equal(unmap(h, h->base, 5 * g), g);
	sync_now(h);
	synced(h, 0, h->base, h->base + g - 1);
	map_ok(h, h->base + step, OA + step, step);
	assert_int_equal(unmap(h, h->base + step, 1), greedy(h, h->base + step, OA + step, step));
	sync_now(h);
	synced(h, 1, h->base + step, h->base + 2 * step - 1);
	stop(h);
}

static void no_gaps_syncs_first_when_the_next_range_does_not_touch(struct host *h)
{
	u64 g = granule(h);

	h->cfg.features |= PT_FLUSH_RANGE_NO_GAPS;
	start(h);
	three_pages(h);
	unmapped(h, h->base, g);
	assert_int_equal(h->count[EV_SYNC], 0);
	unmapped(h, h->base + 4 * g, g);
	assert_int_equal(h->count[EV_SYNC], 1);
	synced(h, 0, h->base, h->base + g - 1);
	unmapped(h, h->base + 2 * g, g);
	assert_int_equal(h->count[EV_SYNC], 2);
	synced(h, 1, h->base + 4 * g, h->base + 5 * g - 1);
	sync_now(h);
	assert_int_equal(h->count[EV_SYNC], 3);
	synced(h, 2, h->base + 2 * g, h->base + 3 * g - 1);
	stop(h);
}

static void no_gaps_joins_ranges_that_touch(struct host *h)
{
	u64 g = granule(h);

	h->cfg.features |= PT_FLUSH_RANGE_NO_GAPS;
	start(h);
	map_ok(h, h->base + g, OA, 5 * g);
	unmap_ok(h, h->base + g, 5 * g);
	for (unsigned i = 1; i < 6; i++)
		map_ok(h, h->base + i * g, OA + g, g);
	forget(h);
	unmapped(h, h->base + 3 * g, g);
	unmapped(h, h->base + 4 * g, 2 * g);
	unmapped(h, h->base + g, 2 * g);
	assert_int_equal(h->count[EV_SYNC], 0);
	sync_now(h);
	assert_int_equal(h->count[EV_SYNC], 1);
	synced(h, 0, h->base + g, h->base + 6 * g - 1);
	stop(h);
}

static void no_gaps_frees_the_first_tables_when_it_syncs(struct host *h)
{
	u64 step = item_size(h, 1), g = granule(h);

	h->cfg.features |= PT_FLUSH_RANGE_NO_GAPS;
	start(h);
	map_ok(h, h->base, OA + g, step);
	map_ok(h, h->base + 2 * step, OA + g, step);
	forget(h);
	unmapped(h, h->base, step);
	unmapped(h, h->base + 2 * step, step);
	assert_int_equal(h->count[EV_SYNC], 1);
	assert_int_equal(h->count[EV_FREE], 1);
	assert_true(event(h, EV_SYNC, 0)->tables);
	synced(h, 0, h->base, h->base + step - 1);
	sync_now(h);
	assert_int_equal(h->count[EV_FREE], 2);
	synced(h, 1, h->base + 2 * step, h->base + 3 * step - 1);
	stop(h);
}

static void no_gaps_the_two_ends_of_2_to_64_do_not_touch(struct host *h)
{
	u64 g = granule(h);

	h->cfg.features |= PT_FLUSH_RANGE_NO_GAPS;
	start(h);
	if (in_width(&h->cfg, -g, UINT64_MAX) && in_width(&h->cfg, 0, g - 1)) {
		for (unsigned order = 0; order < 2; order++) {
			u64 a = order ? 0 : -g, b = order ? -g : 0;

			map_ok(h, a, OA, g);
			map_ok(h, b, OA, g);
			forget(h);
			unmapped(h, a, g);
			unmapped(h, b, g);
			assert_int_equal(h->count[EV_SYNC], 1);
			synced(h, 0, a, a + g - 1);
			sync_now(h);
			synced(h, 1, b, b + g - 1);
		}
	}
	stop(h);
}

static void no_gaps_joins_up_to_the_last_byte_of_2_to_64(struct host *h)
{
	u64 g = granule(h);

	h->cfg.features |= PT_FLUSH_RANGE_NO_GAPS;
	start(h);
	if (in_width(&h->cfg, -2 * g, UINT64_MAX)) {
		for (u64 order = 1; order <= 2; order++) {
			map_ok(h, -2 * g, OA + g, 2 * g);
			forget(h);
			unmapped(h, -order * g, g);
			unmapped(h, -(3 - order) * g, g);
			assert_int_equal(h->count[EV_SYNC], 0);
			sync_now(h);
			synced(h, 0, -2 * g, UINT64_MAX);
		}
	}
	stop(h);
}

static void nothing_removed_leaves_a_filled_gather(struct host *h)
{
	u64 g = granule(h);

	h->cfg.features |= PT_FLUSH_RANGE_NO_GAPS;
	start(h);
	three_pages(h);
	unmapped(h, h->base, g);
	assert_int_equal(unmap(h, h->base + 3 * g, g), 0);
	assert_int_equal(unmap(h, h->base + item_size(h, 1), g), 0);
	assert_int_equal(h->count[EV_SYNC], 0);
	sync_now(h);
	synced(h, 0, h->base, h->base + g - 1);
	stop(h);
}

static void one_gather_serves_many_calls(struct host *h)
{
	u64 step = item_size(h, 1), g = granule(h);

	start(h);
	map_ok(h, h->base, OA + g, 4 * step);
	forget(h);
	for (unsigned i = 0; i < 4; i++)
		unmapped(h, h->base + i * step, step);
	assert_int_equal(h->count[EV_FREE], 0);
	sync_now(h);
	assert_int_equal(h->count[EV_SYNC], 1);
	assert_int_equal(h->count[EV_FREE], 4);
	stop(h);
}

static void sync_of_two_gathers_is_independent(struct host *h)
{
	u64 step = item_size(h, 1), g = granule(h);
	struct pt_gather other;

	h->cfg.features |= PT_FLUSH_RANGE;
	start(h);
	pt_gather_init(&other, &h->d);
	map_ok(h, h->base, OA + g, 2 * step);
	forget(h);
	unmapped(h, h->base, step);
	assert_int_equal(unmap_into(h, h->base + step, step, &other), step);
	sync_gather(h, &other);
	synced(h, 0, h->base + step, h->base + 2 * step - 1);
	assert_int_equal(h->count[EV_FREE], 1);
	sync_now(h);
	synced(h, 1, h->base, h->base + step - 1);
	assert_int_equal(h->count[EV_FREE], 2);
	stop(h);
}

/* --- map, when it replaces tables */

static void replaced_tables_without_flush_features_sync_all_iovas(struct host *h)
{
	u64 step = item_size(h, 1);

	natural_only(h);
	start(h);
	empty_table(h, h->base);
	map_ok(h, h->base, OA, step);
	synced(h, 0, 0, UINT64_MAX);
	stop(h);
}

static void replaced_tables_sync_the_range_of_the_leaf(struct host *h)
{
	u64 step = item_size(h, 1);

	for (unsigned f = PT_FLUSH_RANGE; f <= PT_FLUSH_RANGE_NO_GAPS; f <<= 1) {
		h->cfg.features = h->setup->features | f;
		natural_only(h);
		start(h);
		empty_table(h, h->base + step);
		map_ok(h, h->base, OA, 3 * step);
		assert_int_equal(h->count[EV_SYNC], 1);
		synced(h, 0, h->base + step, h->base + 2 * step - 1);
		stop(h);
		forget(h);
	}
}

static void replaced_tables_with_no_gaps_sync_each_range(struct host *h)
{
	u64 step = item_size(h, 1);

	h->cfg.features |= PT_FLUSH_RANGE_NO_GAPS;
	natural_only(h);
	start(h);
	empty_table(h, h->base);
	empty_table(h, h->base + 2 * step);
	map_ok(h, h->base, OA, 3 * step);
	assert_int_equal(h->count[EV_SYNC], 2);
	synced(h, 0, h->base, h->base + step - 1);
	synced(h, 1, h->base + 2 * step, h->base + 3 * step - 1);
	assert_int_equal(h->count[EV_FREE], 2);
	stop(h);
}

static void replaced_tables_leave_the_callers_gather(struct host *h)
{
	u64 step = item_size(h, 1), g = granule(h);

	h->cfg.features |= PT_FLUSH_RANGE;
	natural_only(h);
	start(h);
	map_ok(h, h->base + 5 * step, OA + g, step);
	empty_table(h, h->base);
	unmapped(h, h->base + 5 * step, step);
	map_ok(h, h->base, OA, step);
	assert_int_equal(h->count[EV_FREE], 1);
	synced(h, 0, h->base, h->base + step - 1);
	sync_now(h);
	assert_int_equal(h->count[EV_FREE], 2);
	synced(h, 1, h->base + 5 * step, h->base + 6 * step - 1);
	stop(h);
}

static void a_map_that_replaces_nothing_syncs_nothing(struct host *h)
{
	struct range r = crossing(h);

	start(h);
	forget(h);
	map_ok(h, r.iova, r.oa, r.len);
	assert_int_equal(h->count[EV_SYNC] + h->count[EV_FREE], 0);
	stop(h);
}

int main(void)
{
	static const struct test tests[] = {
		TEST(sync_of_an_empty_gather_calls_nothing),
		TEST(sync_invalidates_then_frees_then_empties),
		TEST(sync_without_flush_features_is_of_all_iovas),
		TEST(flush_range_is_one_range_gaps_allowed),
		TEST(flush_range_covers_what_was_removed_and_not_what_was_asked),
		TEST(no_gaps_syncs_first_when_the_next_range_does_not_touch),
		TEST(no_gaps_joins_ranges_that_touch),
		TEST(no_gaps_frees_the_first_tables_when_it_syncs),
		TEST(no_gaps_the_two_ends_of_2_to_64_do_not_touch),
		TEST(no_gaps_joins_up_to_the_last_byte_of_2_to_64),
		TEST(nothing_removed_leaves_a_filled_gather),
		TEST(one_gather_serves_many_calls),
		TEST(sync_of_two_gathers_is_independent),
		TEST(replaced_tables_without_flush_features_sync_all_iovas),
		TEST(replaced_tables_sync_the_range_of_the_leaf),
		TEST(replaced_tables_with_no_gaps_sync_each_range),
		TEST(replaced_tables_leave_the_callers_gather),
		TEST(a_map_that_replaces_nothing_syncs_nothing),
	};

	return RUN(tests);
}
