/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Contract, "map": the checks and their order, and sentences 1 to 4 and 6. Sentence 5, growing,
 * is in test_growth.c.
 */
#include "host.h"

/* --- the table of checks */

/* The first row of the table that refuses, read as it stands. */
static int refusal(const struct host *h, u64 iova, u64 oa, u64 len, unsigned prot)
{
	u64 sizes = pt_pgsizes(&h->d), smallest = sizes & -sizes;

	if ((prot & ~(unsigned)(PT_READ | PT_WRITE | PT_NOEXEC)) || !(prot & RW))
		return -PT_EINVAL;
	if (!(prot & PT_READ) && !h->f->write_only)
		return -PT_EOPNOTSUPP;
	if (len == 0)
		return -PT_EINVAL;
	if (iova + len - 1 < iova || oa + len - 1 < oa)
		return -PT_EOVERFLOW;
	if (oa + len - 1 >= BIT(h->cfg.oa_width))
		return -PT_ERANGE;
	if ((iova | oa | len) & (smallest - 1))
		return -PT_ENXIO;
	if (!in_width(&h->cfg, iova, iova + len - 1))
		return -PT_ERANGE;
	return 0;
}

/* Refused with this error, nothing allocated or changed. */
static void refuses(struct host *h, int error, u64 iova, u64 oa, u64 len, unsigned prot)
{
	u64 before = snapshot(h), mapped = 77;

	expect_error(error, map(h, iova, oa, len, prot, &mapped));
	assert_int_equal(mapped, 77);
	assert_int_equal(snapshot(h), before);
}

static void map_check_einval_unknown_flag_or_no_access(struct host *h)
{
	u64 g = granule(h);

	start(h);
	refuses(h, PT_EINVAL, h->base, OA, g, 0);
	refuses(h, PT_EINVAL, h->base, OA, g, PT_NOEXEC);
	refuses(h, PT_EINVAL, h->base, OA, g, RW | PT_NOEXEC << 1);
	refuses(h, PT_EINVAL, h->base, OA, g, RW | 1u << 31);
	stop(h);
}

static void map_check_eopnotsupp_write_without_read(struct host *h)
{
	u64 g = granule(h), mapped = 0;

	start(h);
	if (h->f->write_only) {
		expect_ok(map(h, h->base, OA, g, PT_WRITE, &mapped));
		assert_leaves(h, h->base, OA, g, g, PT_WRITE);
	} else {
		refuses(h, PT_EOPNOTSUPP, h->base, OA, g, PT_WRITE);
		refuses(h, PT_EOPNOTSUPP, h->base, OA, g, PT_WRITE | PT_NOEXEC);
	}
	stop(h);
}

static void map_every_expressible_prot_is_written(struct host *h)
{
	static const unsigned prots[] = {PT_READ, RW, PT_READ | PT_NOEXEC, RW | PT_NOEXEC};
	u64 mapped = 0;

	start(h);
	for (unsigned i = 0; i < 4; i++) {
		struct range r = crossing(h);

		expect_ok(map(h, r.iova, r.oa, r.len, prots[i], &mapped));
		assert_leaves(h, r.iova, r.oa, r.len, r.len, prots[i]);
		unmap_ok(h, r.iova, r.len);
	}
	stop(h);
}

static void map_check_einval_length_0(struct host *h)
{
	start(h);
	refuses(h, PT_EINVAL, h->base, OA, 0, RW);
	stop(h);
}

static void map_check_eoverflow_a_range_that_wraps(struct host *h)
{
	u64 g = granule(h);

	start(h);
	refuses(h, PT_EOVERFLOW, -g, 0, 2 * g, RW);
	refuses(h, PT_EOVERFLOW, h->base, -g, 2 * g, RW);
	refuses(h, PT_EOVERFLOW, UINT64_MAX, 0, 2, RW);
	stop(h);
}

static void map_check_the_last_byte_of_2_to_64_is_legal(struct host *h)
{
	u64 g = granule(h), mapped = 0;

	start(h);
	if (in_width(&h->cfg, -g, UINT64_MAX)) {
		map_ok(h, -g, OA, g);
		expect_error(PT_EADDRINUSE, map(h, -g, OA, g, RW, &mapped));
		unmap_ok(h, -g, g);
		map_ok(h, -3 * g, OA + g, 3 * g);
		unmap_ok(h, -3 * g, 3 * g);
	} else {
		refuses(h, PT_ERANGE, -g, OA, g, RW);
	}
	stop(h);
}

static void map_check_erange_last_byte_beyond_the_oa_width(struct host *h)
{
	u64 g = granule(h), end = BIT(h->cfg.oa_width);

	start(h);
	refuses(h, PT_ERANGE, h->base, end, g, RW);
	refuses(h, PT_ERANGE, h->base, end - g, 2 * g, RW);
	refuses(h, PT_ERANGE, h->base, BIT(63), g, RW);
	map_ok(h, h->base, end - g, g);
	stop(h);
}

static void map_check_enxio_not_a_multiple_of_the_smallest_size(struct host *h)
{
	u64 g = granule(h);

	start(h);
	refuses(h, PT_ENXIO, h->base + g / 2, OA, g, RW);
	refuses(h, PT_ENXIO, h->base, OA + g / 2, g, RW);
	refuses(h, PT_ENXIO, h->base, OA, g + 1, RW);
	refuses(h, PT_ENXIO, h->base, OA, 1, RW);
	stop(h);
	h->cfg.pgsize_bitmap = ~g;
	start(h);
	refuses(h, PT_ENXIO, h->base + g, OA, item_size(h, 1), RW);
	refuses(h, PT_ENXIO, h->base, OA + g, item_size(h, 1), RW);
	refuses(h, PT_ENXIO, h->base, OA, g, RW);
	stop(h);
}

static void map_check_erange_iova_beyond_the_width_or_in_both_halves(struct host *h)
{
	u64 g = granule(h), end = BIT(h->cfg.iova_width % 64);
	unsigned f = h->cfg.features;

	start(h);
	if (f & PT_SIGN_EXTEND) {
		refuses(h, PT_ERANGE, end / 2, OA, g, RW);
		refuses(h, PT_ERANGE, end / 2 - g, OA, 2 * g, RW);
		refuses(h, PT_ERANGE, -(end / 2) - g, OA, g, RW);
		refuses(h, PT_ERANGE, -(end / 2) - g, OA, 2 * g, RW);
		refuses(h, PT_ERANGE, BIT(63), OA, g, RW);
	} else if (f & PT_UPPER_HALF) {
		refuses(h, PT_ERANGE, 0, OA, g, RW);
		refuses(h, PT_ERANGE, end - g, OA, g, RW);
		refuses(h, PT_ERANGE, -end - g, OA, g, RW);
		refuses(h, PT_ERANGE, -end - g, OA, 2 * g, RW);
		map_ok(h, -end, OA, g);
	} else if (h->cfg.iova_width < 64) {
		refuses(h, PT_ERANGE, end, OA, g, RW);
		refuses(h, PT_ERANGE, end - g, OA, 2 * g, RW);
		refuses(h, PT_ERANGE, BIT(63), OA, g, RW);
		map_ok(h, end - g, OA, g);
	}
	stop(h);
}

static void map_check_erange_one_range_over_both_halves(struct host *h)
{
	u64 half = BIT(h->cfg.iova_width - 1);

	h->cfg.oa_width = h->f->max_oa;
	start(h);
	refuses(h, PT_ERANGE, half - granule(h), 0, BIT(h->cfg.oa_width), RW);
	map_ok(h, half - granule(h), OA, granule(h));
	map_ok(h, -half, OA + granule(h), granule(h));
	unmap_ok(h, half - granule(h), granule(h));
	unmap_ok(h, -half, granule(h));
	stop(h);
}

static void map_checks_are_made_in_the_order_of_the_table(struct host *h)
{
	const u64 g = granule(h), w = BIT(h->cfg.iova_width % 64), oa_end = BIT(h->cfg.oa_width);
	const u64 iovas[] = {h->base, h->base + g / 2, w, -w, w / 2, -g, UINT64_MAX, BIT(63)};
	const u64 oas[] = {OA, OA + g / 2, oa_end, oa_end - g, -g, UINT64_MAX - 1};
	const u64 lens[] = {g, 0, 2 * g, g + 1, -g, oa_end};
	const unsigned prots[] = {RW, 0, PT_NOEXEC, 8, 8 | RW, PT_WRITE, PT_READ};

	start(h);
	for (unsigned i = 0; i < 8 * 6 * 6 * 7; i++) {
		u64 iova = iovas[i % 8], oa = oas[i / 8 % 6], len = lens[i / 48 % 6], mapped = 0;
		unsigned prot = prots[i / 288];
		int error = refusal(h, iova, oa, len, prot);

		if (error) {
			refuses(h, -error, iova, oa, len, prot);
			continue;
		}
		expect_ok(map(h, iova, oa, len, prot, &mapped));
		assert_leaves(h, iova, oa, len, len, prot);
		unmap_ok(h, iova, len);
	}
	stop(h);
}

static void map_pages_is_map_range_of_the_product(struct host *h)
{
	u64 g = granule(h), step = item_size(h, 1), mapped = 0, before;

	start(h);
	expect_ok(map_pages(h, h->base, OA, g, step / g, RW, &mapped));
	assert_int_equal(mapped, step);
	assert_mapped(h, h->base, OA, step);
	unmap_ok(h, h->base, step);
	expect_ok(map_pages(h, h->base, OA, 1, 3 * g, RW, &mapped));
	assert_mapped(h, h->base, OA, 3 * g);
	unmap_ok(h, h->base, 3 * g);
	expect_ok(map_pages(h, h->base, OA, 3 * g, 2, RW, &mapped));
	assert_mapped(h, h->base, OA, 6 * g);
	unmap_ok(h, h->base, 6 * g);
	before = snapshot(h);
	expect_error(PT_EINVAL, map_pages(h, h->base, OA, 0, 5, RW, &mapped));
	expect_error(PT_EINVAL, map_pages(h, h->base, OA, g, 0, RW, &mapped));
	expect_error(PT_ENXIO, map_pages(h, h->base, OA, 3, 5, RW, &mapped));
	assert_int_equal(snapshot(h), before);
	stop(h);
}

static void map_pages_product_that_wraps_is_eoverflow_before_all_else(struct host *h)
{
	u64 mapped = 5, before;

	start(h);
	before = snapshot(h);
	expect_error(PT_EOVERFLOW, map_pages(h, 1, 1, BIT(32), BIT(32), 0, &mapped));
	expect_error(PT_EOVERFLOW, map_pages(h, 1, 1, BIT(63), 3, 8, &mapped));
	expect_error(PT_EOVERFLOW, map_pages(h, h->base, OA, UINT64_MAX, 2, RW, &mapped));
	assert_int_equal(mapped, 5);
	assert_int_equal(snapshot(h), before);
	stop(h);
}

/* --- 1: sizes are greedy */

static void map_1_every_size_alone_is_one_leaf(struct host *h)
{
	u64 usable = expected_pgsizes(&h->cfg, h->f);

	for (u64 rest = usable; rest; rest &= rest - 1) {
		u64 size = rest & -rest;
		struct found l;

		if (!in_width(&h->cfg, h->base, h->base + size - 1))
			continue;
		for (unsigned only = 0; only < 2; only++) {
			h->cfg.pgsize_bitmap = only ? size : ~UINT64_C(0);
			start(h);
			map_ok(h, h->base, 0, size);
			assert_true(walk(h, h->base, &l));
			assert_int_equal(l.size, size);
			unmap_ok(h, h->base, size);
			stop(h);
		}
	}
}

/* How many leaves a map takes, if not too many. */
static bool few_leaves(const struct host *h, const struct range *r)
{
	u64 at = 0;

	for (unsigned n = 0; at < r->len; n++) {
		if (n == 3000)
			return false;
		at += greedy(h, r->iova + at, r->oa + at, r->len - at);
	}
	return true;
}

static struct range random_range(struct host *h)
{
	u64 smallest = pt_pgsizes(&h->d) & -pt_pgsizes(&h->d);
	unsigned g = (unsigned)__builtin_ctzll(smallest);
	unsigned big = g + dice(h, 2 * h->f->index_lg2 + 8), small = g + dice(h, big - g + 1);

	return (struct range){
		.iova = h->base + ((u64)dice(h, 4) << big) + ((u64)dice(h, 4) << small),
		.oa = ((u64)dice(h, 4) << big) + ((u64)dice(h, 4) << small),
		.len = ((u64)dice(h, 3) << big) + ((u64)dice(h, 4) << small) +
		       dice(h, 3) * smallest,
	};
}

static void map_1_sizes_are_greedy(struct host *h)
{
	u64 usable = expected_pgsizes(&h->cfg, h->f);
	unsigned tried = 0;

	for (unsigned round = 0; round < 8; round++) {
		u64 some = ((u64)dice(h, 1u << 31) << 31 | dice(h, 1u << 31)) & usable;

		h->cfg.pgsize_bitmap = round && some ? some : usable;
		start(h);
		for (unsigned i = 0; i < 40; i++) {
			struct range r = random_range(h);

			if (refusal(h, r.iova, r.oa, r.len, RW) || !few_leaves(h, &r))
				continue;
			map_ok(h, r.iova, r.oa, r.len);
			assert_no_strays(h);
			unmap_ok(h, r.iova, r.len);
			tried++;
		}
		stop(h);
	}
	assert_true(tried >= 20);
}

static void map_1_sizes_do_not_depend_on_what_the_tables_hold(struct host *h)
{
	u64 g = granule(h), step = item_size(h, 1), mapped = 0;

	natural_only(h);
	start(h);
	map_ok(h, h->base + step + 3 * g, OA, g);
	unmap_ok(h, h->base + step + 3 * g, g);
	map_ok(h, h->base, OA, 2 * step);
	unmap_ok(h, h->base, 2 * step);
	map_ok(h, h->base + step - g, OA, g);
	expect_error(PT_EADDRINUSE, map(h, h->base, OA, step, RW, &mapped));
	assert_int_equal(mapped, 0);
	assert_hole(h, h->base, step - g);
	stop(h);
}

/* --- 2: what is in the way */

static void map_2_the_same_leaf_again_is_eaddrinuse(struct host *h)
{
	u64 usable;

	start(h);
	usable = pt_pgsizes(&h->d);
	for (u64 rest = usable; rest; rest &= rest - 1) {
		u64 size = rest & -rest;

		if (!in_width(&h->cfg, h->base, h->base + size - 1))
			continue;
		map_ok(h, h->base, 0, size);
		refuses(h, PT_EADDRINUSE, h->base, 0, size, RW);
		refuses(h, PT_EADDRINUSE, h->base, 0, size, PT_READ);
		assert_mapped(h, h->base, 0, size);
		unmap_ok(h, h->base, size);
	}
	stop(h);
}

static void map_2_a_smaller_leaf_inside_a_larger_is_eaddrinuse(struct host *h)
{
	u64 usable, g = granule(h);

	start(h);
	usable = pt_pgsizes(&h->d);
	for (u64 rest = usable & ~g; rest; rest &= rest - 1) {
		u64 size = rest & -rest;

		if (!in_width(&h->cfg, h->base, h->base + size - 1))
			continue;
		map_ok(h, h->base, 0, size);
		refuses(h, PT_EADDRINUSE, h->base, OA, g, RW);
		refuses(h, PT_EADDRINUSE, h->base + size - g, OA, g, RW);
		refuses(h, PT_EADDRINUSE, h->base + size / 2, OA, 2 * g, RW);
		assert_mapped(h, h->base, 0, size);
		unmap_ok(h, h->base, size);
	}
	stop(h);
}

static void map_2_a_larger_leaf_over_a_smaller_changes_nothing(struct host *h)
{
	u64 usable, g = granule(h);

	start(h);
	usable = pt_pgsizes(&h->d);
	map_ok(h, h->base, 0, largest_size(h));
	unmap_ok(h, h->base, largest_size(h));
	for (u64 rest = usable & ~g; rest; rest &= rest - 1) {
		u64 size = rest & -rest, at[3] = {h->base, h->base + size / 2, h->base + size - g};

		if (!in_width(&h->cfg, h->base, h->base + size - 1))
			continue;
		for (unsigned i = 0; i < 3; i++) {
			map_ok(h, at[i], OA, g);
			refuses(h, PT_EADDRINUSE, h->base, 0, size, RW);
			assert_mapped(h, at[i], OA, g);
			unmap_ok(h, at[i], g);
		}
	}
	stop(h);
}

/* Leaves an empty level-0 table at iova. */
static void empty_table(struct host *h, u64 iova)
{
	map_ok(h, iova, OA, granule(h));
	unmap_ok(h, iova, granule(h));
}

/* Frees since forget(), each after an invalidation with tables. */
static void freed_after_sync(struct host *h, unsigned n)
{
	assert_int_equal(h->count[EV_FREE], n);
	if (!n)
		return;
	assert_true(event(h, EV_SYNC, 0)->tables);
	assert_true(position(h, EV_SYNC, 0) < position(h, EV_FREE, 0));
}

static void map_2_an_empty_table_is_replaced(struct host *h)
{
	u64 step = item_size(h, 1);

	natural_only(h);
	start(h);
	empty_table(h, h->base + 5 * granule(h));
	forget(h);
	map_ok(h, h->base, OA, step);
	freed_after_sync(h, 1);
	assert_no_strays(h);
	unmap_ok(h, h->base, step);
	stop(h);
}

static void map_2_empty_tables_of_a_range_of_leaves_are_replaced(struct host *h)
{
	u64 step = item_size(h, 1);

	natural_only(h);
	start(h);
	for (unsigned i = 0; i < 6; i += 2)
		empty_table(h, h->base + i * step);
	forget(h);
	map_ok(h, h->base, OA, 7 * step);
	freed_after_sync(h, 3);
	assert_no_strays(h);
	stop(h);
}

static void map_2_empty_tables_of_two_levels_are_replaced(struct host *h)
{
	u64 step = item_size(h, 1), big = item_size(h, 2);

	natural_only(h);
	start(h);
	empty_table(h, h->base);
	empty_table(h, h->base + 7 * step);
	empty_table(h, h->base + big - step);
	forget(h);
	map_ok(h, h->base, 0, big);
	freed_after_sync(h, 4);
	assert_no_strays(h);
	stop(h);
}

static void map_2_one_leaf_deep_below_keeps_every_table(struct host *h)
{
	u64 step = item_size(h, 1), big = item_size(h, 2), g = granule(h);

	natural_only(h);
	start(h);
	empty_table(h, h->base);
	empty_table(h, h->base + 7 * step);
	map_ok(h, h->base + big - g, OA, g);
	refuses(h, PT_EADDRINUSE, h->base, 0, big, RW);
	unmap_ok(h, h->base + big - g, g);
	map_ok(h, h->base + 3 * step, OA, step);
	refuses(h, PT_EADDRINUSE, h->base, 0, big, RW);
	unmap_ok(h, h->base + 3 * step, step);
	map_ok(h, h->base, 0, big);
	stop(h);
}

static void map_2_a_run_with_one_item_taken_stays_as_it_was(struct host *h)
{
	start(h);
	for (unsigned level = 0; level < 2; level++) {
		u64 item = item_size(h, level), run = run_size(h, level);

		for (u64 at = 0; at < run; at += item) {
			map_ok(h, h->base + at, OA + run, item);
			refuses(h, PT_EADDRINUSE, h->base, OA, run, RW);
			unmap_ok(h, h->base + at, item);
		}
		map_ok(h, h->base, OA, run);
		unmap_ok(h, h->base, run);
	}
	stop(h);
}

static void map_2_a_run_replaces_the_empty_tables_below_it(struct host *h)
{
	u64 item = item_size(h, 1), run = run_size(h, 1);

	start(h);
	for (u64 at = item; at < run; at += item)
		empty_table(h, h->base + at);
	forget(h);
	map_ok(h, h->base, OA, run);
	freed_after_sync(h, (unsigned)(run / item) - 1);
	assert_no_strays(h);
	stop(h);
}

static void map_2_a_run_over_one_full_table_frees_nothing(struct host *h)
{
	u64 item = item_size(h, 1), run = run_size(h, 1), g = granule(h);

	start(h);
	for (u64 at = 0; at < run; at += item)
		empty_table(h, h->base + at);
	for (u64 at = 0; at < run; at += item) {
		map_ok(h, h->base + at + item - g, OA, g);
		refuses(h, PT_EADDRINUSE, h->base, OA, run, RW);
		unmap_ok(h, h->base + at + item - g, g);
	}
	stop(h);
}

static void map_2_eaddrinuse_invalidates_before_it_frees(struct host *h)
{
	u64 step = item_size(h, 1), mapped = 0;

	natural_only(h);
	start(h);
	empty_table(h, h->base);
	map_ok(h, h->base + step, OA, granule(h));
	forget(h);
	expect_error(PT_EADDRINUSE, map(h, h->base, OA, 2 * step, RW, &mapped));
	assert_int_equal(mapped, step);
	freed_after_sync(h, 1);
	assert_leaves(h, h->base, OA, 2 * step, step, RW);
	assert_no_strays(h);
	stop(h);
}

static void map_2_enomem_invalidates_before_it_frees(struct host *h)
{
	u64 step = item_size(h, 1), mapped = 0;

	natural_only(h);
	start(h);
	empty_table(h, h->base);
	forget(h);
	h->fail_at = 1;
	expect_error(PT_ENOMEM, map(h, h->base, OA, step + granule(h), RW, &mapped));
	assert_int_equal(mapped, step);
	freed_after_sync(h, 1);
	assert_leaves(h, h->base, OA, step + granule(h), step, RW);
	assert_no_strays(h);
	stop(h);
}

static void sees_nothing_at(struct host *h, enum event_kind kind)
{
	struct found l;

	if (kind == EV_SYNC)
		for (u64 at = 0; at < *(u64 *)h->arg; at += item_size(h, 1))
			assert_false(walk(h, h->base + at, &l));
}

static void map_2_breaks_before_it_makes(struct host *h)
{
	u64 sizes[2] = {item_size(h, 1), run_size(h, 1)};

	start(h);
	for (unsigned i = 0; i < 2; i++) {
		empty_table(h, h->base);
		if (i)
			empty_table(h, h->base + item_size(h, 1));
		forget(h);
		h->arg = &sizes[i];
		h->hook = sees_nothing_at;
		map_ok(h, h->base, OA, sizes[i]);
		h->hook = NULL;
		freed_after_sync(h, i + 1);
		unmap_ok(h, h->base, sizes[i]);
	}
	stop(h);
}

/* --- 3: progress */

/* After a failure at `mapped`: state, way back, way on. */
static void check_progress(struct host *h, const struct range *r, u64 mapped)
{
	assert_true(mapped < r->len);
	assert_leaves(h, r->iova, r->oa, r->len, mapped, RW);
	assert_no_strays(h);
	if (mapped) {
		assert_int_equal(unmap(h, r->iova, mapped), mapped);
		sync_now(h);
		assert_hole(h, r->iova, mapped);
	}
}

static void map_3_progress_is_exactly_the_leaves_before_the_failure(struct host *h)
{
	struct range r;
	u64 g = granule(h);

	start(h);
	r = crossing(h);
	for (u64 at = 0; at < r.len; at += greedy(h, r.iova + at, r.oa + at, r.len - at)) {
		u64 size = greedy(h, r.iova + at, r.oa + at, r.len - at), mapped = 0;

		for (unsigned end = 0; end < 2; end++, mapped = 0) {
			u64 obstacle = r.iova + at + (end ? size - g : 0);

			map_ok(h, obstacle, 0, g);
			expect_error(PT_EADDRINUSE, map(h, r.iova, r.oa, r.len, RW, &mapped));
			assert_int_equal(mapped, at);
			if (at + size < r.len)
				assert_hole(h, r.iova + at + size, r.len - at - size);
			check_progress(h, &r, mapped);
			assert_mapped(h, obstacle, 0, g);
			unmap_ok(h, obstacle, g);
		}
	}
	stop(h);
}

static void map_3_mapped_is_added_to(struct host *h)
{
	struct range r = crossing(h);
	u64 g = granule(h), mapped = 1000;

	start(h);
	expect_ok(map(h, r.iova, r.oa, r.len, RW, &mapped));
	assert_int_equal(mapped, 1000 + r.len);
	unmap_ok(h, r.iova, r.len);
	expect_ok(map(h, r.iova, r.oa, g, RW, &mapped));
	assert_int_equal(mapped, 1000 + r.len + g);
	expect_error(PT_EADDRINUSE, map(h, r.iova, r.oa, g, RW, &mapped));
	assert_int_equal(mapped, 1000 + r.len + g);
	expect_ok(map(h, r.iova + g, r.oa + g, g, RW, &mapped));
	expect_error(PT_EADDRINUSE, map(h, r.iova + g, r.oa, 2 * g, RW, &mapped));
	assert_int_equal(mapped, 1000 + r.len + 2 * g);
	stop(h);
}

static void map_3_enomem_at_each_allocation_keeps_what_was_mapped(struct host *h)
{
	struct range r = crossing(h);
	unsigned n = 0;
	u64 mapped;
	int err;

	do {
		start(h);
		mapped = 0;
		h->fail_at = ++n;
		err = map(h, r.iova, r.oa, r.len, RW, &mapped);
		h->fail_at = 0;
		if (err) {
			expect_error(PT_ENOMEM, err);
			assert_hole(h, r.iova + mapped, r.len - mapped);
			check_progress(h, &r, mapped);
			map_ok(h, r.iova, r.oa, r.len);
		} else {
			assert_mapped(h, r.iova, r.oa, r.len);
		}
		unmap_ok(h, r.iova, r.len);
		stop(h);
	} while (err);
	assert_true(n > 2);
}

static void map_3_enomem_retry_goes_on_from_the_progress(struct host *h)
{
	struct range r = crossing(h);
	unsigned n = 0;
	u64 mapped;
	int err;

	h->fail_forever = true;
	do {
		start(h);
		mapped = 0;
		h->fail_at = ++n;
		err = map(h, r.iova, r.oa, r.len, RW, &mapped);
		h->fail_at = 0;
		if (err) {
			expect_error(PT_ENOMEM, err);
			expect_ok(map(h, r.iova + mapped, r.oa + mapped, r.len - mapped, RW,
				      &mapped));
		}
		assert_int_equal(mapped, r.len);
		for (u64 at = 0; at < r.len; at += granule(h))
			if (lookup(h, r.iova + at) != r.oa + at)
				fail();
		assert_no_strays(h);
		stop(h);
	} while (err);
}

/* --- 4: two calls install the same table */

struct neighbour {
	struct range inner;
	unsigned nth; /* allocation during which it runs */
	bool done;
};

static void map_neighbour(struct host *h, enum event_kind kind)
{
	struct neighbour *n = h->arg;
	u64 mapped = 0;

	if (kind != EV_ALLOC || --n->nth)
		return;
	expect_ok(map(h, n->inner.iova, n->inner.oa, n->inner.len, RW, &mapped));
	n->done = true;
}

/* Maps `outer`; a neighbour maps `inner` during each of its allocations in turn. */
static void race(struct host *h, struct range outer, struct range inner)
{
	struct neighbour n = {.done = true};

	for (unsigned nth = 1; n.done; nth++) {
		start(h);
		n = (struct neighbour){.inner = inner, .nth = nth};
		h->arg = &n;
		h->hook = map_neighbour;
		map_ok(h, outer.iova, outer.oa, outer.len);
		h->hook = NULL;
		assert_no_strays(h);
		if (n.done) {
			assert_mapped(h, inner.iova, inner.oa, inner.len);
			unmap_ok(h, inner.iova, inner.len);
			assert_mapped(h, outer.iova, outer.oa, outer.len);
		}
		unmap_ok(h, outer.iova, outer.len);
		stop(h);
	}
}

static void map_4_the_loser_frees_its_table_and_uses_the_winners(struct host *h)
{
	u64 g = granule(h), slots = item_size(h, 1) / g;
	struct range one = {h->base + g, OA, g}, next = {h->base, OA + 9 * g, g};
	struct range half = {h->base + slots / 2 * g, OA + g, slots / 2 * g};

	race(h, one, next);
	race(h, half, next);
	race(h, next, half);
	race(h, crossing(h), (struct range){crossing(h).iova - g, OA, g});
}

static void map_4_a_neighbour_may_put_a_leaf_next_to_the_table(struct host *h)
{
	u64 g = granule(h), step = item_size(h, 1);
	struct range one = {h->base + g, OA, g}, leaf = {h->base + step, OA, step};
	struct range full = {h->base, OA + g, step};

	natural_only(h);
	race(h, one, leaf);
	race(h, leaf, one);
	race(h, full, leaf);
	race(h, leaf, full);
}

static void map_4_a_table_is_initialised_before_it_is_installed(struct host *h)
{
	struct range r = crossing(h);
	struct found l;

	start(h);
	map_ok(h, r.iova, r.oa, r.len);
	assert_false(walk(h, r.iova - granule(h), &l));
	assert_false(walk(h, r.iova + r.len, &l));
	tables_linked(h);
	stop(h);
}

/* --- 6: one granule */

static void map_6_one_granule_gives_the_results_of_the_general_path(struct host *h)
{
	u64 g = granule(h), step = item_size(h, 1), mapped = 0;

	natural_only(h);
	start(h);
	map_ok(h, h->base, OA + 5 * g, g);
	map_ok(h, h->base + g, OA + 3 * g, g);
	map_ok(h, h->base + step - g, OA, g);
	map_ok(h, h->base + step, 0, g);
	refuses(h, PT_EADDRINUSE, h->base, OA, g, RW);
	map_ok(h, h->base + 2 * step, OA, step);
	refuses(h, PT_EADDRINUSE, h->base + 2 * step, OA, g, RW);
	refuses(h, PT_EADDRINUSE, h->base + 3 * step - g, OA, g, RW);
	expect_ok(map(h, h->base + 2 * g, OA, g, PT_READ, &mapped));
	assert_leaves(h, h->base + 2 * g, OA, g, g, PT_READ);
	assert_no_strays(h);
	stop(h);
}

static void map_6_one_granule_enomem_at_each_table(struct host *h)
{
	for (unsigned n = 1; n <= h->cfg.top_level; n++) {
		u64 mapped = 3;

		start(h);
		h->fail_at = n;
		expect_error(PT_ENOMEM, map(h, h->base, OA, granule(h), RW, &mapped));
		assert_int_equal(mapped, 3);
		assert_hole(h, h->base, granule(h));
		assert_no_strays(h);
		map_ok(h, h->base, OA, granule(h));
		stop(h);
	}
}

static void map_6_one_granule_is_refused_where_the_bitmap_lacks_it(struct host *h)
{
	u64 g = granule(h), step = item_size(h, 1);

	h->cfg.pgsize_bitmap = step;
	start(h);
	refuses(h, PT_ENXIO, h->base, OA, g, RW);
	map_ok(h, h->base, OA, step);
	refuses(h, PT_ENXIO, h->base + step, OA, g, RW);
	stop(h);
}

static void map_6_only_the_granule_enabled_maps_granules_alone(struct host *h)
{
	u64 step = item_size(h, 1);

	h->cfg.pgsize_bitmap = granule(h);
	start(h);
	map_ok(h, h->base, OA, 2 * step + 3 * granule(h));
	unmap_ok(h, h->base, 2 * step + 3 * granule(h));
	stop(h);
}

int main(void)
{
	static const struct test tests[] = {
		TEST(map_check_einval_unknown_flag_or_no_access),
		TEST(map_check_eopnotsupp_write_without_read),
		TEST(map_every_expressible_prot_is_written),
		TEST(map_check_einval_length_0),
		TEST(map_check_eoverflow_a_range_that_wraps),
		TEST(map_check_the_last_byte_of_2_to_64_is_legal),
		TEST(map_check_erange_last_byte_beyond_the_oa_width),
		TEST(map_check_enxio_not_a_multiple_of_the_smallest_size),
		TEST(map_check_erange_iova_beyond_the_width_or_in_both_halves),
		TEST(map_check_erange_one_range_over_both_halves, .only = PT_SIGN_EXTEND),
		TEST(map_checks_are_made_in_the_order_of_the_table),
		TEST(map_pages_is_map_range_of_the_product),
		TEST(map_pages_product_that_wraps_is_eoverflow_before_all_else),
		TEST(map_1_every_size_alone_is_one_leaf),
		TEST(map_1_sizes_are_greedy),
		TEST(map_1_sizes_do_not_depend_on_what_the_tables_hold),
		TEST(map_2_the_same_leaf_again_is_eaddrinuse),
		TEST(map_2_a_smaller_leaf_inside_a_larger_is_eaddrinuse),
		TEST(map_2_a_larger_leaf_over_a_smaller_changes_nothing),
		TEST(map_2_an_empty_table_is_replaced),
		TEST(map_2_empty_tables_of_a_range_of_leaves_are_replaced),
		TEST(map_2_empty_tables_of_two_levels_are_replaced, .needs = NEED_LEVEL2),
		TEST(map_2_one_leaf_deep_below_keeps_every_table, .needs = NEED_LEVEL2),
		TEST(map_2_a_run_with_one_item_taken_stays_as_it_was, .needs = NEED_RUN),
		TEST(map_2_a_run_replaces_the_empty_tables_below_it, .needs = NEED_RUN),
		TEST(map_2_a_run_over_one_full_table_frees_nothing, .needs = NEED_RUN),
		TEST(map_2_eaddrinuse_invalidates_before_it_frees),
		TEST(map_2_enomem_invalidates_before_it_frees),
		TEST(map_2_breaks_before_it_makes, .needs = NEED_BBM),
		TEST(map_3_progress_is_exactly_the_leaves_before_the_failure),
		TEST(map_3_mapped_is_added_to),
		TEST(map_3_enomem_at_each_allocation_keeps_what_was_mapped),
		TEST(map_3_enomem_retry_goes_on_from_the_progress),
		TEST(map_4_the_loser_frees_its_table_and_uses_the_winners),
		TEST(map_4_a_neighbour_may_put_a_leaf_next_to_the_table),
		TEST(map_4_a_table_is_initialised_before_it_is_installed),
		TEST(map_6_one_granule_gives_the_results_of_the_general_path),
		TEST(map_6_one_granule_enomem_at_each_table),
		TEST(map_6_one_granule_is_refused_where_the_bitmap_lacks_it),
		TEST(map_6_only_the_granule_enabled_maps_granules_alone),
	};

	return RUN(tests);
}
