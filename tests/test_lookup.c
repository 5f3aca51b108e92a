/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Contract, "lookup": the OA of a byte, or PT_OA_NONE; never an error code. And deinit: every
 * table back, in whatever state.
 */
#include <string.h>

#include "host.h"

static void lookup_gives_the_oa_of_each_byte(struct host *h)
{
	start(h);
	for (u64 rest = pt_pgsizes(&h->d); rest; rest &= rest - 1) {
		u64 size = rest & -rest, iova = h->base, oa = 0;

		if (in_width(&h->cfg, iova, iova + (2 * size - 1)))
			iova += size;
		if (!in_width(&h->cfg, iova, iova + (size - 1)))
			continue;
		if (2 * size <= UINT64_C(1) << h->cfg.oa_width)
			oa += size;
		map_ok(h, iova, oa, size);
		for (u64 at = 1; at < size; at *= 2) {
			assert_int_equal(lookup(h, iova + at), oa + at);
			assert_int_equal(lookup(h, iova + at - 1), oa + at - 1);
			assert_int_equal(lookup(h, iova + size - at), oa + size - at);
		}
		if (iova != h->base)
			assert_int_equal(lookup(h, iova - 1), PT_OA_NONE);
		if (iova + size)
			assert_int_equal(lookup(h, iova + size), PT_OA_NONE);
		unmap_ok(h, iova, size);
	}
	stop(h);
}

static void lookup_of_a_hole_is_none(struct host *h)
{
	u64 g = granule(h);

	start(h);
	assert_int_equal(lookup(h, h->base), PT_OA_NONE);
	map_ok(h, h->base + g, OA, g);
	assert_int_equal(lookup(h, h->base), PT_OA_NONE);
	assert_int_equal(lookup(h, h->base + g - 1), PT_OA_NONE);
	assert_int_equal(lookup(h, h->base + 2 * g), PT_OA_NONE);
	assert_int_equal(lookup(h, h->base + item_size(h, 1)), PT_OA_NONE);
	unmap_ok(h, h->base + g, g);
	assert_int_equal(lookup(h, h->base + g), PT_OA_NONE);
	stop(h);
}

static void lookup_beyond_the_width_is_none(struct host *h)
{
	u64 g = granule(h), end = UINT64_C(1) << h->cfg.iova_width % 64;

	start(h);
	map_ok(h, h->base, OA, g);
	if (h->cfg.iova_width < 64) {
		u64 mask = end - 1;

		/* The same low bits under each wrong pattern of high ones. */
		for (unsigned bit = h->cfg.iova_width; bit < 64; bit++)
			assert_int_equal(lookup(h, h->base ^ UINT64_C(1) << bit), PT_OA_NONE);
		if (!(h->cfg.features & PT_UPPER_HALF))
			assert_int_equal(lookup(h, (h->base & mask) | UINT64_C(1) << 63),
					 PT_OA_NONE);
		else
			assert_int_equal(lookup(h, h->base & mask), PT_OA_NONE);
	}
	if (h->cfg.features & PT_SIGN_EXTEND) {
		assert_int_equal(lookup(h, h->base ^ -(end / 2)), PT_OA_NONE);
		assert_int_equal(lookup(h, h->base ^ end / 2), PT_OA_NONE);
	}
	stop(h);
}

static void lookup_of_the_last_byte_of_2_to_64(struct host *h)
{
	u64 g = granule(h);

	start(h);
	assert_int_equal(lookup(h, UINT64_MAX), PT_OA_NONE);
	if (in_width(&h->cfg, -g, UINT64_MAX)) {
		map_ok(h, -g, OA, g);
		assert_int_equal(lookup(h, UINT64_MAX), OA + g - 1);
	}
	stop(h);
}

static void lookup_of_the_highest_oa_is_not_none(struct host *h)
{
	u64 end = UINT64_C(1) << h->cfg.oa_width, g = granule(h);

	start(h);
	map_ok(h, h->base, end - g, g);
	assert_int_equal(lookup(h, h->base + g - 1), end - 1);
	assert_true(end - 1 != PT_OA_NONE);
	stop(h);
}

static void lookup_writes_and_calls_nothing(struct host *h)
{
	u64 before;

	start(h);
	map_ok(h, h->base, OA, 3 * granule(h));
	before = snapshot(h);
	lookup(h, h->base);
	lookup(h, h->base + 5 * granule(h));
	lookup(h, UINT64_MAX);
	assert_int_equal(snapshot(h), before);
	stop(h);
}

/* --- deinit */

static void deinit_gives_back_every_table(struct host *h)
{
	struct range r = crossing(h);
	u64 mapped = 0;

	start(h);
	map_ok(h, r.iova, r.oa, r.len);
	map_ok(h, h->base + 2 * granule(h), 0, granule(h));
	unmap_ok(h, h->base + 2 * granule(h), granule(h));
	expect_error(PT_EADDRINUSE, map(h, r.iova, r.oa, r.len, RW, &mapped));
	assert_true(h->held > 2);
	stop(h);
}

static void deinit_after_each_failed_allocation(struct host *h)
{
	struct range r = crossing(h);
	int err;

	for (unsigned n = 1; n < 40; n++) {
		u64 mapped = 0;

		h->fail_at = n;
		h->fail_forever = n & 1;
		err = try_start(h);
		if (!err)
			err = map(h, r.iova, r.oa, r.len, RW, &mapped);
		h->fail_at = 0;
		if (err)
			expect_error(PT_ENOMEM, err);
		stop(h);
	}
	expect_ok(err);
}

static void deinit_of_a_zeroed_domain_does_nothing(struct host *h)
{
	memset(&h->d, 0, sizeof(h->d));
	pt_deinit(&h->d);
	for (unsigned i = 0; i < EV_KINDS; i++)
		assert_int_equal(h->count[i], 0);
}

static void deinit_needs_no_invalidation(struct host *h)
{
	start(h);
	map_ok(h, h->base, OA, granule(h));
	forget(h);
	stop(h);
	assert_int_equal(h->count[EV_FREE], h->setup->top_level + 1);
	assert_int_equal(h->count[EV_ALLOC], 0);
}

int main(void)
{
	static const struct test tests[] = {
		TEST(lookup_gives_the_oa_of_each_byte),
		TEST(lookup_of_a_hole_is_none),
		TEST(lookup_beyond_the_width_is_none),
		TEST(lookup_of_the_last_byte_of_2_to_64),
		TEST(lookup_of_the_highest_oa_is_not_none),
		TEST(lookup_writes_and_calls_nothing),
		TEST(deinit_gives_back_every_table),
		TEST(deinit_after_each_failed_allocation),
		TEST(deinit_of_a_zeroed_domain_does_nothing),
		TEST(deinit_needs_no_invalidation),
	};

	return RUN(tests);
}
