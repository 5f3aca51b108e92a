/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Relations that need no model of the engine: a map in two pieces is the map in one, all that was
 * mapped can be taken away again, and two formats that use the same page sizes answer alike. Over
 * random ranges.
 */
#include "host.h"

#define ROUNDS 40
#define SLOTS  2048 /* granules that the ranges lie in */

static u64 at(const struct host *h, u64 slot)
{
	return h->base + slot * granule(h);
}

/* A range within the window, in granules; its start is often one of a larger page. */
static void pick(struct host *h, u64 *first, u64 *n)
{
	*first = dice(h, SLOTS / 2);
	if (dice(h, 2))
		*first &= ~UINT64_C(511);
	*n = dice(h, 2) ? 1 + dice(h, 16) : 1 + dice(h, SLOTS / 2);
}

/* What the window translates to, and by which leaf sizes. */
static u64 picture(struct host *h)
{
	u64 sum = 0xcbf29ce484222325;

	for (u64 slot = 0; slot < SLOTS; slot++) {
		struct found l;

		sum = (sum ^ lookup(h, at(h, slot))) * 0x100000001b3;
		sum = (sum ^ (walk(h, at(h, slot), &l) ? l.size | l.prot : 0)) * 0x100000001b3;
	}
	return sum;
}

/* The end of the leaf that granule `slot` is in. */
static u64 leaf_end(struct host *h, u64 slot)
{
	struct found l;

	assert_true(walk(h, at(h, slot), &l));
	return (l.iova + l.size - h->base) / granule(h);
}

static void two_pieces_are_the_whole(struct host *h)
{
	start(h);
	for (unsigned i = 0; i < ROUNDS; i++) {
		u64 first, n, cut, oa, whole, mapped = 0;

		pick(h, &first, &n);
		oa = OA + (first + dice(h, 2)) * granule(h);
		map_ok(h, at(h, first), oa, n * granule(h));
		whole = picture(h);
		cut = leaf_end(h, first + dice(h, n)) - first;
		unmap_ok(h, at(h, first), n * granule(h));

		expect_ok(map(h, at(h, first), oa, cut * granule(h), RW, &mapped));
		if (cut < n)
			expect_ok(map(h, at(h, first + cut), oa + cut * granule(h),
				      (n - cut) * granule(h), RW, &mapped));
		assert_int_equal(mapped, n * granule(h));
		assert_true(picture(h) == whole);
		unmap_ok(h, at(h, first), n * granule(h));
	}
	stop(h);
}

static void what_was_mapped_can_be_unmapped(struct host *h)
{
	start(h);
	for (unsigned i = 0; i < ROUNDS; i++) {
		u64 total = 0, removed = 0, slot;
		u64 empty = picture(h);

		for (unsigned j = 0; j < 8; j++) {
			u64 first, n;

			pick(h, &first, &n);
			map(h, at(h, first), OA + first * granule(h), n * granule(h), RW, &total);
		}
		for (slot = 0; slot < SLOTS; slot++)
			removed += unmap(h, at(h, slot), (SLOTS - slot) * granule(h));
		sync_now(h);
		assert_int_equal(removed, total);
		assert_true(picture(h) == empty);
		assert_no_strays(h);
	}
	stop(h);
}

/* Errors, bytes and translations of one sequence, in granules. */
static u64 story(struct host *h)
{
	u64 sum = 0;

	for (unsigned i = 0; i < 4 * ROUNDS; i++) {
		u64 first, n, mapped = 0;
		int err = 0;

		pick(h, &first, &n);
		if (dice(h, 2))
			err = map(h, at(h, first), OA + (first + dice(h, 2)) * granule(h),
				  n * granule(h), RW, &mapped);
		else
			mapped = unmap(h, at(h, first), n * granule(h));
		sum = (sum ^ (u64)(unsigned)err ^ mapped / granule(h) << 32) * 0x100000001b3;
	}
	sync_now(h);
	for (u64 slot = 0; slot < SLOTS; slot++)
		sum = (sum ^ lookup(h, at(h, slot))) * 0x100000001b3;
	return sum;
}

/* Formats with the same granule have the same natural sizes, as far as the window goes. */
static void formats_agree(struct host *h)
{
	static u64 agreed[64];
	u64 *first = &agreed[h->f->granule_lg2];

	natural_only(h);
	start(h);
	if (!*first)
		*first = story(h);
	else
		assert_true(story(h) == *first);
	stop(h);
}

static const struct test tests[] = {
	TEST(two_pieces_are_the_whole, .needs = NEED_THREE),
	TEST(what_was_mapped_can_be_unmapped, .needs = NEED_THREE),
	TEST(formats_agree, .needs = NEED_THREE),
};

int main(void)
{
	return RUN(tests);
}
