/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Contract, "unmap": where it starts and stops, what it returns, and which tables it unlinks.
 */
#include "host.h"

/* Removes nothing and leaves the gather, here an empty and a filled one, as it was. */
static void removes_nothing(struct host *h, u64 iova, u64 len)
{
	u64 before = snapshot(h);

	assert_int_equal(unmap(h, iova, len), 0);
	assert_int_equal(snapshot(h), before);
}

static void nothing_to_remove(struct host *h)
{
	u64 g = granule(h), end = UINT64_C(1) << h->cfg.iova_width % 64;

	removes_nothing(h, h->base, 0);
	removes_nothing(h, 0, 0);
	removes_nothing(h, UINT64_MAX, 2);
	removes_nothing(h, h->base + g, UINT64_MAX);
	removes_nothing(h, h->base + g, -h->base);
	removes_nothing(h, h->base + 5 * g, g);
	if (h->cfg.iova_width == 64)
		return;
	if (h->cfg.features & PT_UPPER_HALF) {
		removes_nothing(h, 0, g);
		removes_nothing(h, -end - g, 2 * g);
		removes_nothing(h, 0, UINT64_MAX);
	} else if (h->cfg.features & PT_SIGN_EXTEND) {
		removes_nothing(h, end / 2, g);
		removes_nothing(h, h->base, end);
		removes_nothing(h, 0, UINT64_MAX);
		removes_nothing(h, end / 2 - g, 2 * g);
	} else {
		removes_nothing(h, end, g);
		removes_nothing(h, h->base + g, end - h->base - g + 1);
		removes_nothing(h, h->base + g, end);
		removes_nothing(h, h->base + g, UINT64_MAX - h->base - g);
	}
}

static void unmap_of_a_bad_range_or_a_hole_is_0_and_leaves_the_gather(struct host *h)
{
	u64 g = granule(h);

	if (h->cfg.iova_width < 64 && h->base == 0)
		h->base += 16 * g;
	start(h);
	nothing_to_remove(h);
	map_ok(h, h->base, OA + g, 2 * g);
	assert_int_equal(unmap(h, h->base, g), g);
	nothing_to_remove(h);
	stop(h);
}

static void unmap_of_no_bytes_at_iova_0_removes_nothing(struct host *h)
{
	start(h);
	if (in_width(&h->cfg, 0, granule(h) - 1)) {
		map_ok(h, 0, OA, granule(h));
		removes_nothing(h, 0, 0);
		assert_mapped(h, 0, OA, granule(h));
	}
	stop(h);
}

static void unmap_over_both_halves_removes_nothing(struct host *h)
{
	u64 half = UINT64_C(1) << (h->cfg.iova_width - 1), g = granule(h);

	start(h);
	map_ok(h, half - g, OA, g);
	map_ok(h, -half, OA + g, g);
	removes_nothing(h, half - g, -2 * half + 2 * g);
	removes_nothing(h, half - g, UINT64_MAX - half + g + 1);
	assert_mapped(h, half - g, OA, g);
	stop(h);
}

static void unmap_of_a_granule_of_a_run_removes_the_run(struct host *h)
{
	u64 run = run_size(h, 0);

	start(h);
	map_ok(h, h->base, OA, run);
	removes_nothing(h, h->base + granule(h), granule(h));
	assert_int_equal(unmap(h, h->base, granule(h)), run);
	assert_hole(h, h->base, run);
	stop(h);
}

static void unmap_stops_at_the_first_hole(struct host *h)
{
	u64 g = granule(h);

	start(h);
	map_ok(h, h->base, OA + g, 3 * g);
	map_ok(h, h->base + 4 * g, OA + g, 3 * g);
	assert_int_equal(unmap(h, h->base, 7 * g), 3 * g);
	sync_now(h);
	assert_hole(h, h->base, 4 * g);
	assert_mapped(h, h->base + 4 * g, OA + g, 3 * g);
	assert_int_equal(unmap(h, h->base + 3 * g, 4 * g), 0);
	assert_int_equal(unmap(h, h->base + 4 * g, 100 * g), 3 * g);
	stop(h);
}

static void unmap_stops_at_a_missing_table(struct host *h)
{
	u64 step = item_size(h, 1);

	start(h);
	map_ok(h, h->base, OA + granule(h), step);
	map_ok(h, h->base + 2 * step, OA + granule(h), step);
	assert_int_equal(unmap(h, h->base, 3 * step), step);
	sync_now(h);
	assert_mapped(h, h->base + 2 * step, OA + granule(h), step);
	stop(h);
}

/* A hole of each level, with something behind it in each slot of the tables around. */
static void unmap_stops_at_a_hole_of_any_level(struct host *h)
{
	u64 step = item_size(h, 1), big = item_size(h, 2), g = granule(h);

	natural_only(h);
	start(h);
	for (unsigned level = 0; level <= 2; level++) {
		u64 hole = item_size(h, level), behind = h->base + big + step + g;

		if (!in_width(&h->cfg, h->base, h->base + 3 * big - 1))
			break;
		map_ok(h, h->base, OA + g, hole == g ? g : step);
		map_ok(h, h->base + hole + (hole == g ? g : step), OA, g);
		for (unsigned i = 0; i < 3; i++)
			map_ok(h, behind + i * (step + g), OA + g, 3 * g);
		assert_int_equal(unmap(h, h->base, 3 * big), hole == g ? g : step);
		sync_now(h);
		for (unsigned i = 0; i < 3; i++) {
			assert_mapped(h, behind + i * (step + g), OA + g, 3 * g);
			unmap_ok(h, behind + i * (step + g), 3 * g);
		}
		unmap_ok(h, h->base + hole + (hole == g ? g : step), g);
	}
	stop(h);
}

static void unmap_goes_on_over_sizes_and_tables(struct host *h)
{
	struct range r = crossing(h);

	start(h);
	map_ok(h, r.iova - granule(h), 0, granule(h));
	map_ok(h, r.iova + r.len, 0, granule(h));
	map_ok(h, r.iova, r.oa, r.len);
	unmap_ok(h, r.iova, r.len);
	assert_mapped(h, r.iova - granule(h), 0, granule(h));
	assert_mapped(h, r.iova + r.len, 0, granule(h));
	stop(h);
}

static void unmap_with_a_start_inside_an_entry_removes_nothing(struct host *h)
{
	start(h);
	for (u64 rest = pt_pgsizes(&h->d); rest; rest &= rest - 1) {
		u64 size = rest & -rest;

		if (!in_width(&h->cfg, h->base, h->base + (size - 1)))
			continue;
		map_ok(h, h->base, 0, size);
		removes_nothing(h, h->base + 1, size - 1);
		removes_nothing(h, h->base + size / 2, size);
		removes_nothing(h, h->base + size - 1, 1);
		removes_nothing(h, h->base + size - granule(h) / 2, granule(h));
		assert_mapped(h, h->base, 0, size);
		unmap_ok(h, h->base, size);
	}
	stop(h);
}

static void unmap_with_an_end_inside_an_entry_removes_all_of_it(struct host *h)
{
	u64 g = granule(h);

	h->cfg.features |= PT_FLUSH_RANGE;
	start(h);
	for (u64 rest = pt_pgsizes(&h->d); rest; rest &= rest - 1) {
		u64 size = rest & -rest, lens[4] = {1, size / 2, size - 1, size};

		if (!in_width(&h->cfg, h->base + size, h->base + size + (size - 1)))
			continue;
		for (unsigned i = 0; i < 4; i++) {
			map_ok(h, h->base + size, 0, size);
			if (size > g)
				map_ok(h, h->base + size - g, OA, g);
			forget(h);
			assert_int_equal(unmap(h, h->base + size - (size > g ? g : 0),
					       lens[i] + (size > g ? g : 0)),
					 size + (size > g ? g : 0));
			sync_now(h);
			assert_int_equal(event(h, EV_SYNC, 0)->first,
					 h->base + size - (size > g ? g : 0));
			assert_int_equal(event(h, EV_SYNC, 0)->last, h->base + 2 * size - 1);
			assert_hole(h, h->base + size, size);
		}
	}
	stop(h);
}

static void unmap_counts_what_an_unaligned_end_touches(struct host *h)
{
	u64 g = granule(h);

	start(h);
	map_ok(h, h->base, OA + g, 4 * g);
	assert_int_equal(unmap(h, h->base, g + 1), 2 * g);
	sync_now(h);
	assert_int_equal(unmap(h, h->base + 2 * g, 2 * g - 1), 2 * g);
	stop(h);
}

static void unmap_of_2_to_64_saturates(struct host *h)
{
	u64 half = UINT64_C(1) << 51, mapped;

	h->cfg.features |= PT_FLUSH_RANGE;
	start(h);
	for (u64 i = 0; i < 4096; i++) {
		mapped = 0;
		expect_ok(map(h, i << 52, 0, 2 * half, RW, &mapped));
		assert_int_equal(mapped, 2 * half);
	}
	forget(h);
	assert_int_equal(unmap(h, 0, UINT64_MAX), UINT64_MAX);
	sync_now(h);
	assert_int_equal(event(h, EV_SYNC, 0)->first, 0);
	assert_int_equal(event(h, EV_SYNC, 0)->last, UINT64_MAX);
	/* The request lacks the last byte of the last table. */
	assert_int_equal(h->count[EV_FREE], 127);
	assert_int_equal(h->held, 2);
	assert_int_equal(lookup(h, UINT64_MAX), PT_OA_NONE);
	stop(h);
}

static void unmap_up_to_the_last_byte_of_2_to_64(struct host *h)
{
	u64 g = granule(h), step = item_size(h, 1);

	start(h);
	if (in_width(&h->cfg, -2 * step, UINT64_MAX)) {
		map_ok(h, -2 * step, OA + g, 2 * step);
		forget(h);
		assert_int_equal(unmap(h, -2 * step, 2 * step), 2 * step);
		sync_now(h);
		assert_int_equal(h->count[EV_FREE], 2);
		assert_hole(h, -2 * step, 2 * step);
		map_ok(h, -g, OA, g);
		assert_int_equal(unmap(h, -g, g), g);
		removes_nothing(h, -g, g);
	}
	stop(h);
}

/* --- tables */

/* Maps a whole level-0 table of granules. */
static void fill(struct host *h, u64 iova)
{
	map_ok(h, iova, OA + granule(h), item_size(h, 1));
}

/* Unmaps and syncs; so many tables come back. */
static void unmap_frees(struct host *h, u64 iova, u64 len, u64 bytes, unsigned tables)
{
	forget(h);
	assert_int_equal(unmap(h, iova, len), bytes);
	assert_int_equal(h->count[EV_FREE], 0);
	sync_now(h);
	assert_int_equal(h->count[EV_FREE], tables);
	assert_no_strays(h);
}

static void unmap_unlinks_a_table_it_covers_and_empties(struct host *h)
{
	u64 step = item_size(h, 1);

	start(h);
	fill(h, h->base);
	unmap_frees(h, h->base, step, step, 1);
	fill(h, h->base + step);
	fill(h, h->base);
	unmap_frees(h, h->base, 2 * step, 2 * step, 2);
	stop(h);
}

static void unmap_in_two_calls_keeps_the_table(struct host *h)
{
	u64 step = item_size(h, 1), g = granule(h);

	start(h);
	fill(h, h->base);
	unmap_frees(h, h->base, step / 2, step / 2, 0);
	unmap_frees(h, h->base + step / 2, step / 2, step / 2, 0);
	fill(h, h->base);
	unmap_frees(h, h->base, g, g, 0);
	unmap_frees(h, h->base + g, step - g, step - g, 0);
	unmap_frees(h, h->base, step, 0, 0);
	/* A later call that empties it in full unlinks it. */
	fill(h, h->base);
	unmap_frees(h, h->base, step, step, 1);
	stop(h);
}

static void unmap_of_less_than_the_table_keeps_it(struct host *h)
{
	u64 step = item_size(h, 1), g = granule(h);

	start(h);
	fill(h, h->base);
	fill(h, h->base + step);
	fill(h, h->base + 2 * step);
	unmap_frees(h, h->base + g, 3 * step - 2 * g, 3 * step - 2 * g, 1);
	assert_mapped(h, h->base, OA + g, g);
	assert_mapped(h, h->base + 3 * step - g, OA + step, g);
	unmap_frees(h, h->base, g, g, 0);
	unmap_frees(h, h->base + 3 * step - g, g, g, 0);
	stop(h);
}

static void unmap_that_meets_a_hole_keeps_the_table_and_all_above(struct host *h)
{
	u64 step = item_size(h, 1), g = granule(h), mapped = 0;

	start(h);
	fill(h, h->base);
	expect_ok(map(h, h->base + step, OA + g, step - g, RW, &mapped));
	unmap_frees(h, h->base, 2 * step, 2 * step - g, 1);
	fill(h, h->base);
	map_ok(h, h->base + step + g, OA, step - g);
	unmap_frees(h, h->base, 2 * step, step, 1);
	unmap_frees(h, h->base + step + g, step - g, step - g, 0);
	stop(h);
}

static void unmap_with_an_end_short_of_the_table_keeps_it(struct host *h)
{
	u64 step = item_size(h, 1), g = granule(h), run = run_size(h, 0);

	start(h);
	map_ok(h, h->base, OA + g, step - run);
	map_ok(h, h->base + step - run, OA, run);
	unmap_frees(h, h->base, step - g, step, 0);
	assert_hole(h, h->base, step);
	stop(h);
}

static void unmap_unlinks_two_levels(struct host *h)
{
	u64 step = item_size(h, 1), big = item_size(h, 2), g = granule(h);

	natural_only(h);
	start(h);
	fill(h, h->base);
	map_ok(h, h->base + step, OA, big - step);
	unmap_frees(h, h->base, big, big, 2);
	/* Filled from two calls, removed by one. */
	map_ok(h, h->base, OA + step, big - step);
	fill(h, h->base + big - step);
	unmap_frees(h, h->base, big, big, 2);
	/* One granule left out: the lower table and the upper stay. */
	fill(h, h->base);
	map_ok(h, h->base + step, OA, big - step);
	unmap_frees(h, h->base + g, big - g, big - g, 0);
	stop(h);
}

static void unmap_that_leaves_a_lower_table_keeps_the_upper(struct host *h)
{
	u64 step = item_size(h, 1), big = item_size(h, 2), g = granule(h);

	natural_only(h);
	start(h);
	fill(h, h->base);
	unmap_frees(h, h->base, g, g, 0);
	map_ok(h, h->base + step, OA, big - step);
	unmap_frees(h, h->base, big, 0, 0);
	unmap_frees(h, h->base + g, big - g, big - g, 0);
	assert_hole(h, h->base, big);
	stop(h);
}

static void unmap_never_unlinks_the_top(struct host *h)
{
	static const struct {
		unsigned width, top;
	} small[] = {{21, 0}, {30, 1}, {39, 2}};

	for (unsigned i = 0; i < 3; i++) {
		u64 all;

		if (!(h->f->start >> small[i].top & 1))
			continue;
		h->cfg.iova_width = small[i].width;
		h->cfg.top_level = small[i].top;
		all = UINT64_C(1) << small[i].width;
		h->cfg.pgsize_bitmap = granule(h) | item_size(h, small[i].top);
		start(h);
		map_ok(h, 0, 0, all);
		unmap_frees(h, 0, all, all, 0);
		if (small[i].top) {
			fill(h, 0);
			map_ok(h, item_size(h, 1), OA + item_size(h, 1), item_size(h, 1) / 2);
			unmap_frees(h, 0, all, item_size(h, 1) * 3 / 2, 1);
		}
		stop(h);
	}
}

static void unmap_leaves_translations_next_to_it(struct host *h)
{
	struct range r = crossing(h);
	u64 g = granule(h), at = 0;

	start(h);
	map_ok(h, r.iova, r.oa, r.len);
	while (at < r.len) {
		u64 size = greedy(h, r.iova + at, r.oa + at, r.len - at);

		assert_int_equal(unmap(h, r.iova + at, 1), size);
		sync_now(h);
		assert_hole(h, r.iova + at, size);
		at += size;
		if (at < r.len)
			assert_int_equal(lookup(h, r.iova + at), r.oa + at);
		if (at + g < r.len)
			assert_int_equal(lookup(h, r.iova + r.len - 1), r.oa + r.len - 1);
	}
	stop(h);
}

int main(void)
{
	static const struct test tests[] = {
		TEST(unmap_of_a_bad_range_or_a_hole_is_0_and_leaves_the_gather),
		TEST(unmap_of_no_bytes_at_iova_0_removes_nothing),
		TEST(unmap_over_both_halves_removes_nothing, .only = PT_SIGN_EXTEND),
		TEST(unmap_of_a_granule_of_a_run_removes_the_run, .needs = NEED_RUN),
		TEST(unmap_stops_at_the_first_hole),
		TEST(unmap_stops_at_a_missing_table),
		TEST(unmap_stops_at_a_hole_of_any_level, .needs = NEED_THREE),
		TEST(unmap_goes_on_over_sizes_and_tables),
		TEST(unmap_with_a_start_inside_an_entry_removes_nothing),
		TEST(unmap_with_an_end_inside_an_entry_removes_all_of_it),
		TEST(unmap_counts_what_an_unaligned_end_touches),
		TEST(unmap_of_2_to_64_saturates, .setup = "amdv1 64 bit"),
		TEST(unmap_up_to_the_last_byte_of_2_to_64),
		TEST(unmap_unlinks_a_table_it_covers_and_empties),
		TEST(unmap_in_two_calls_keeps_the_table),
		TEST(unmap_of_less_than_the_table_keeps_it),
		TEST(unmap_that_meets_a_hole_keeps_the_table_and_all_above),
		TEST(unmap_with_an_end_short_of_the_table_keeps_it, .needs = NEED_RUN),
		TEST(unmap_unlinks_two_levels, .needs = NEED_THREE),
		TEST(unmap_that_leaves_a_lower_table_keeps_the_upper, .needs = NEED_THREE),
		TEST(unmap_never_unlinks_the_top, .setup = "amdv1"),
		TEST(unmap_never_unlinks_the_top, .setup = "vtdss"),
		TEST(unmap_leaves_translations_next_to_it),
	};

	return RUN(tests);
}
