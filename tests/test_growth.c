/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Contract, map 5 and DYNAMIC_TOP: the tree grows upwards when the range or a leaf's level needs
 * it, before the first leaf is written, all or nothing, and never shrinks.
 */
#include "host.h"

#define HIGHEST 5 /* level that spans 2^64 */

/* A domain that starts at this level. */
static void start_at(struct host *h, unsigned level)
{
	h->cfg.top_level = level;
	start(h);
	forget(h);
}

/* The one growth since forget() was to this level, and hardware was told. */
static void grew_once_to(struct host *h, unsigned level)
{
	unsigned now;
	u64 root = pt_root(&h->d, &now);

	assert_int_equal(now, level);
	assert_int_equal(h->count[EV_TOP], 1);
	assert_int_equal(event(h, EV_TOP, 0)->level, level);
	assert_int_equal(event(h, EV_TOP, 0)->root, root);
	assert_int_equal(h->count[EV_LOCK], h->count[EV_UNLOCK]);
}

static void did_not_grow(struct host *h, unsigned level)
{
	assert_int_equal(top_level(h), level);
	assert_int_equal(h->count[EV_TOP], 0);
}

static void map_5_grows_when_the_range_needs_it(struct host *h)
{
	u64 g = granule(h);

	for (unsigned from = 0; from < HIGHEST; from++) {
		for (unsigned to = from + 1; to <= HIGHEST; to++) {
			start_at(h, from);
			map_ok(h, item_size(h, to), OA, g);
			grew_once_to(h, to);
			stop(h);
			start_at(h, from);
			map_ok(h, item_size(h, to + 1) - g, OA, g);
			grew_once_to(h, to);
			stop(h);
		}
	}
}

static void map_5_grows_for_the_end_of_the_range(struct host *h)
{
	u64 g = granule(h);

	for (unsigned from = 0; from < HIGHEST; from++) {
		u64 end = item_size(h, from + 1);

		start_at(h, from);
		map_ok(h, end - 2 * g, OA + g, 2 * g);
		did_not_grow(h, from);
		unmap_ok(h, end - 2 * g, 2 * g);
		map_ok(h, end - 2 * g, OA + g, 3 * g);
		grew_once_to(h, from + 1);
		stop(h);
	}
}

static void map_5_grows_to_the_last_byte_of_2_to_64(struct host *h)
{
	u64 g = granule(h);

	start_at(h, 0);
	map_ok(h, -g, OA, g);
	grew_once_to(h, HIGHEST);
	assert_int_equal(lookup(h, UINT64_MAX), OA + g - 1);
	stop(h);
}

/* A leaf that fills the top table's span exactly is one level above it. */
static void map_5_grows_for_the_level_of_a_leaf(struct host *h)
{
	for (unsigned level = 1; level <= 4; level++) {
		u64 size = item_size(h, level);

		start_at(h, level - 1);
		map_ok(h, 0, 0, size);
		if (h->f->sizes & size)
			grew_once_to(h, level);
		else
			did_not_grow(h, level - 1);
		stop(h);
	}
}

static void map_5_grows_for_a_leaf_in_the_middle_of_a_range(struct host *h)
{
	u64 step = item_size(h, 1), big = item_size(h, 2), g = granule(h);

	start_at(h, 0);
	map_ok(h, step - g, OA + step - g, g + step + g);
	grew_once_to(h, 1);
	stop(h);
	start_at(h, 1);
	map_ok(h, big - g, OA + big - g, g + big + g);
	grew_once_to(h, 2);
	stop(h);
}

static void map_5_does_not_grow_for_leaves_the_bitmap_lacks(struct host *h)
{
	h->cfg.pgsize_bitmap = granule(h) | item_size(h, 1);
	start_at(h, 1);
	map_ok(h, 0, 0, item_size(h, 2));
	did_not_grow(h, 1);
	stop(h);
}

/* In the middle of growing nothing of the range is mapped, from either root. */
static void nothing_is_mapped_yet(struct host *h, enum event_kind kind)
{
	u64 first = *(u64 *)h->arg;
	struct found l;

	if (kind != EV_TOP && kind != EV_UNLOCK && kind != EV_LOCK)
		return;
	assert_false(walk(h, first, &l));
	assert_int_equal(top_level(h), kind == EV_UNLOCK ? 3 : 2);
}

static void map_5_grows_before_the_first_leaf_and_tells_hardware_first(struct host *h)
{
	u64 g = granule(h), first = item_size(h, 3) - 2 * g;

	start_at(h, 2);
	map_ok(h, first - 2 * g, OA, g);
	h->arg = &first;
	h->hook = nothing_is_mapped_yet;
	map_ok(h, first, OA + g, 4 * g);
	h->hook = NULL;
	grew_once_to(h, 3);
	stop(h);
}

static void map_5_keeps_the_old_tree_at_index_0(struct host *h)
{
	struct range r = crossing(h);
	struct found l;
	unsigned level;
	u64 old;

	start_at(h, 2);
	map_ok(h, r.iova, r.oa, r.len);
	old = pt_root(&h->d, &level);
	map_ok(h, item_size(h, 5), OA, granule(h));
	assert_mapped(h, r.iova, r.oa, r.len);
	/* Hardware that still walks from the old root sees the same. */
	assert_true(walk_from(h, old, level, false, r.iova, &l));
	assert_int_equal(l.oa, r.oa);
	unmap_ok(h, r.iova, r.len);
	assert_mapped(h, item_size(h, 5), OA, granule(h));
	stop(h);
}

static void map_5_a_failed_check_does_not_grow(struct host *h)
{
	u64 far = item_size(h, 4), g = granule(h), mapped = 0;

	start_at(h, 2);
	expect_error(PT_EINVAL, map(h, far, OA, g, 0, &mapped));
	expect_error(PT_EINVAL, map(h, far, OA, 0, RW, &mapped));
	expect_error(PT_ENXIO, map(h, far + 1, OA, g, RW, &mapped));
	expect_error(PT_ERANGE, map(h, far, UINT64_C(1) << 52, g, RW, &mapped));
	expect_error(PT_EOVERFLOW, map(h, -g, OA, 2 * g, RW, &mapped));
	did_not_grow(h, 2);
	assert_int_equal(h->count[EV_ALLOC], 0);
	stop(h);
	h->cfg.iova_width = 48;
	start_at(h, 2);
	expect_error(PT_ERANGE, map(h, UINT64_C(1) << 48, OA, g, RW, &mapped));
	expect_error(PT_ERANGE, map(h, (UINT64_C(1) << 48) - g, OA, 2 * g, RW, &mapped));
	did_not_grow(h, 2);
	map_ok(h, (UINT64_C(1) << 48) - g, OA, g);
	grew_once_to(h, 3);
	stop(h);
}

static void map_5_enomem_frees_the_whole_chain(struct host *h)
{
	u64 far = item_size(h, 5), g = granule(h), mapped = 0;

	for (unsigned from = 0; from < HIGHEST; from++) {
		for (unsigned n = 1; n <= HIGHEST - from; n++) {
			unsigned held;

			start_at(h, from);
			map_ok(h, 0, OA, g);
			forget(h);
			held = h->held;
			h->fail_at = n;
			expect_error(PT_ENOMEM, map(h, far, OA, g, RW, &mapped));
			assert_int_equal(mapped, 0);
			assert_int_equal(h->held, held);
			did_not_grow(h, from);
			assert_mapped(h, 0, OA, g);
			map_ok(h, far, OA, g);
			grew_once_to(h, HIGHEST);
			stop(h);
		}
	}
}

static void map_5_enomem_later_keeps_the_grown_top(struct host *h)
{
	u64 far = item_size(h, 4), g = granule(h), mapped = 0;

	for (unsigned n = 3; n < 3 + 4; n++) {
		start_at(h, 2);
		h->fail_at = n;
		expect_error(PT_ENOMEM, map(h, far, OA, g, RW, &mapped));
		assert_int_equal(mapped, 0);
		grew_once_to(h, 4);
		assert_no_strays(h);
		map_ok(h, far, OA, g);
		assert_int_equal(h->count[EV_TOP], 1);
		stop(h);
	}
}

static void dynamic_top_never_shrinks(struct host *h)
{
	u64 far = item_size(h, 3), g = granule(h), mapped = 0;

	start_at(h, 2);
	map_ok(h, far, OA, g);
	unmap_ok(h, far, g);
	assert_int_equal(top_level(h), 3);
	stop(h);
	/* Nor when the map that grew it fails. */
	start_at(h, 2);
	map_ok(h, far - g, OA, g);
	forget(h);
	expect_error(PT_EADDRINUSE, map(h, far - g, OA, 2 * g, RW, &mapped));
	assert_int_equal(mapped, 0);
	grew_once_to(h, 3);
	assert_mapped(h, far - g, OA, g);
	assert_hole(h, far, g);
	stop(h);
}

static void above_the_top_is_a_hole(struct host *h)
{
	u64 far = item_size(h, 3), g = granule(h);

	h->cfg.features |= PT_FLUSH_RANGE;
	start_at(h, 2);
	map_ok(h, 0, OA, g);
	map_ok(h, far - g, OA, g);
	forget(h);
	for (unsigned i = 0; i < 3; i++, far <<= 9) {
		assert_int_equal(lookup(h, far), PT_OA_NONE);
		assert_int_equal(unmap(h, far, g), 0);
		assert_int_equal(unmap(h, far, UINT64_MAX - far), 0);
	}
	assert_int_equal(lookup(h, UINT64_MAX), PT_OA_NONE);
	assert_int_equal(lookup(h, UINT64_C(1) << 63), PT_OA_NONE);
	assert_true(pt_gather_empty(&h->g));
	far = item_size(h, 3);
	assert_int_equal(unmap(h, far - g, 100 * g), g);
	sync_now(h);
	assert_int_equal(event(h, EV_SYNC, 0)->last, far - 1);
	did_not_grow(h, 2);
	stop(h);
}

/* --- two calls grow at once */

struct other {
	enum event_kind when;
	unsigned nth;
	u64 iova;
	bool done;
};

static void other_grows(struct host *h, enum event_kind kind)
{
	struct other *o = h->arg;
	u64 mapped = 0;

	if (kind != o->when || o->nth-- != 1)
		return;
	expect_ok(map(h, o->iova, OA + item_size(h, 1), granule(h), RW, &mapped));
	o->done = true;
}

/* `other` grows to one level while the map under test grows to another. */
static void race(struct host *h, enum event_kind when, unsigned mine, unsigned others)
{
	u64 g = granule(h), iova = item_size(h, mine), level = mine > others ? mine : others;
	struct other o = {.done = true};

	for (unsigned nth = 1; o.done; nth++) {
		start_at(h, 1);
		map_ok(h, 0, OA, g);
		o = (struct other){when, nth, item_size(h, others) + 7 * g, false};
		h->arg = &o;
		h->hook = other_grows;
		map_ok(h, iova, OA, g);
		h->hook = NULL;
		assert_no_strays(h);
		assert_mapped(h, 0, OA, g);
		if (o.done) {
			assert_mapped(h, o.iova, OA + item_size(h, 1), g);
			assert_int_equal(top_level(h), level);
		}
		assert_int_equal(h->hw_root & 7, top_level(h));
		for (unsigned i = 1; i < h->count[EV_TOP]; i++)
			assert_true(event(h, EV_TOP, i)->level > event(h, EV_TOP, i - 1)->level);
		stop(h);
	}
}

static void map_5_a_top_that_changed_frees_the_chain_and_walks_again(struct host *h)
{
	for (unsigned mine = 2; mine <= HIGHEST; mine++) {
		for (unsigned others = 2; others <= HIGHEST; others++) {
			race(h, EV_LOCK, mine, others);
			race(h, EV_ALLOC, mine, others);
		}
	}
}

static void map_5_a_map_without_growth_meets_one_that_grows(struct host *h)
{
	struct other o;
	u64 g = granule(h);

	for (unsigned nth = 1; nth <= 2; nth++) {
		start_at(h, 2);
		o = (struct other){EV_ALLOC, nth, item_size(h, 4), false};
		h->arg = &o;
		h->hook = other_grows;
		map_ok(h, 0, OA, 2 * g);
		h->hook = NULL;
		assert_true(o.done);
		assert_mapped(h, o.iova, OA + item_size(h, 1), g);
		assert_mapped(h, 0, OA, 2 * g);
		assert_no_strays(h);
		stop(h);
	}
}

static void every_level_grows_from_the_one_below(struct host *h)
{
	u64 g = granule(h);

	start_at(h, 0);
	for (unsigned level = 0; level <= HIGHEST; level++) {
		forget(h);
		map_ok(h, item_size(h, level), OA + g, g);
		assert_int_equal(top_level(h), level);
	}
	for (unsigned level = 0; level <= HIGHEST; level++)
		unmap_ok(h, item_size(h, level), g);
	assert_int_equal(top_level(h), HIGHEST);
	stop(h);
}

int main(void)
{
	static const struct test tests[] = {
		TEST(map_5_grows_when_the_range_needs_it, .only = PT_DYNAMIC_TOP),
		TEST(map_5_grows_for_the_end_of_the_range, .only = PT_DYNAMIC_TOP),
		TEST(map_5_grows_to_the_last_byte_of_2_to_64, .only = PT_DYNAMIC_TOP),
		TEST(map_5_grows_for_the_level_of_a_leaf, .only = PT_DYNAMIC_TOP),
		TEST(map_5_grows_for_a_leaf_in_the_middle_of_a_range, .only = PT_DYNAMIC_TOP),
		TEST(map_5_does_not_grow_for_leaves_the_bitmap_lacks, .only = PT_DYNAMIC_TOP),
		TEST(map_5_grows_before_the_first_leaf_and_tells_hardware_first,
		     .only = PT_DYNAMIC_TOP),
		TEST(map_5_keeps_the_old_tree_at_index_0, .only = PT_DYNAMIC_TOP),
		TEST(map_5_a_failed_check_does_not_grow, .only = PT_DYNAMIC_TOP),
		TEST(map_5_enomem_frees_the_whole_chain, .only = PT_DYNAMIC_TOP),
		TEST(map_5_enomem_later_keeps_the_grown_top, .only = PT_DYNAMIC_TOP),
		TEST(dynamic_top_never_shrinks, .only = PT_DYNAMIC_TOP),
		TEST(above_the_top_is_a_hole, .only = PT_DYNAMIC_TOP),
		TEST(map_5_a_top_that_changed_frees_the_chain_and_walks_again,
		     .only = PT_DYNAMIC_TOP),
		TEST(map_5_a_map_without_growth_meets_one_that_grows, .only = PT_DYNAMIC_TOP),
		TEST(every_level_grows_from_the_one_below, .only = PT_DYNAMIC_TOP),
	};

	return RUN(tests);
}
