/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Contract, read_and_clear_dirty: what is reported, what is cleared, what goes to the gather.
 */
#include "host.h"

#define MAX_RECORDS 64

struct records {
	unsigned n;
	struct {
		u64 iova, len;
	} at[MAX_RECORDS];
};

static void record(void *arg, u64 iova, u64 len)
{
	struct records *r = arg;

	assert_true(r->n < MAX_RECORDS);
	r->at[r->n].iova = iova;
	r->at[r->n++].len = len;
}

static struct records read_dirty(struct host *h, u64 iova, u64 len, unsigned flags)
{
	struct records r = {.n = 0};

	expect_ok(clear_dirty(h, iova, len, flags, record, &r));
	return r;
}

static void reported(const struct records *r, unsigned nth, u64 iova, u64 len)
{
	assert_true(nth < r->n);
	assert_int_equal(r->at[nth].iova, iova);
	assert_int_equal(r->at[nth].len, len);
}

static void nothing_dirty(struct host *h, u64 iova, u64 len)
{
	assert_int_equal(read_dirty(h, iova, len, 0).n, 0);
}

static void start_dirty(struct host *h, unsigned more)
{
	h->cfg.features |= PT_DIRTY | more;
	start(h);
}

static void dirty_without_the_feature_is_eopnotsupp(struct host *h)
{
	struct records r = {.n = 0};

	start(h);
	map_ok(h, h->base, OA, granule(h));
	expect_error(PT_EOPNOTSUPP, clear_dirty(h, h->base, granule(h), 0, record, &r));
	assert_int_equal(r.n, 0);
	stop(h);
}

static void dirty_range_errors_are_those_of_map(struct host *h)
{
	u64 g = granule(h), end = UINT64_C(1) << h->cfg.iova_width % 64;
	struct records r = {.n = 0};

	start_dirty(h, 0);
	map_ok(h, h->base, OA, g);
	write_through(h, h->base);
	expect_error(PT_EINVAL, clear_dirty(h, h->base, 0, 0, record, &r));
	expect_error(PT_EINVAL, clear_dirty(h, h->base + 1, 0, 0, record, &r));
	expect_error(PT_EOVERFLOW, clear_dirty(h, -g, 2 * g, 0, record, &r));
	expect_error(PT_EOVERFLOW, clear_dirty(h, UINT64_MAX, 2, 0, record, &r));
	expect_error(PT_ENXIO, clear_dirty(h, h->base + 1, g, 0, record, &r));
	expect_error(PT_ENXIO, clear_dirty(h, h->base, g + 1, 0, record, &r));
	expect_error(PT_ENXIO, clear_dirty(h, h->base, g / 2, 0, record, &r));
	if (h->cfg.features & PT_UPPER_HALF) {
		expect_error(PT_ERANGE, clear_dirty(h, 0, g, 0, record, &r));
		expect_error(PT_ERANGE, clear_dirty(h, -end - g, 2 * g, 0, record, &r));
	} else if (h->cfg.iova_width < 64) {
		expect_error(PT_ERANGE, clear_dirty(h, end, g, 0, record, &r));
		expect_error(PT_ERANGE, clear_dirty(h, end - g, 2 * g, 0, record, &r));
		expect_error(PT_ERANGE, clear_dirty(h, h->base, end + g, 0, record, &r));
	}
	assert_true(pt_gather_empty(&h->g));
	assert_int_equal(r.n, 0);
	stop(h);
}

static void dirty_leaves_are_written_clean_and_accessed(struct host *h)
{
	struct range r = crossing(h);
	struct found l;

	start_dirty(h, 0);
	map_ok(h, r.iova, r.oa, r.len);
	nothing_dirty(h, r.iova, r.len);
	for (u64 at = 0; at < r.len; at += l.size) {
		assert_true(walk(h, r.iova + at, &l));
		assert_true(l.accessed);
		assert_false(any_dirty(h, &l));
		assert_int_equal(l.prot & RW, RW);
	}
	stop(h);
}

static void dirty_a_write_is_reported_once(struct host *h)
{
	struct records r;

	start_dirty(h, PT_FLUSH_RANGE);
	for (u64 rest = pt_pgsizes(&h->d); rest; rest &= rest - 1) {
		u64 size = rest & -rest;

		if (!in_width(&h->cfg, h->base, h->base + (size - 1)))
			continue;
		map_ok(h, h->base, 0, size);
		write_through(h, h->base);
		forget(h);
		r = read_dirty(h, h->base, size, 0);
		assert_int_equal(r.n, 1);
		reported(&r, 0, h->base, size);
		nothing_dirty(h, h->base, size);
		assert_mapped(h, h->base, 0, size);
		sync_now(h);
		assert_int_equal(event(h, EV_SYNC, 0)->first, h->base);
		assert_int_equal(event(h, EV_SYNC, 0)->last, h->base + size - 1);
		unmap_ok(h, h->base, size);
	}
	stop(h);
}

static void dirty_any_item_makes_the_entry_dirty_and_all_are_cleared(struct host *h)
{
	struct records r;
	struct found l;

	start_dirty(h, 0);
	for (unsigned level = 0; level < 2; level++) {
		u64 item = item_size(h, level), run = run_size(h, level);

		map_ok(h, h->base + run, OA, run);
		assert_true(walk(h, h->base + run, &l));
		assert_true(l.items == run / item);
		for (u64 at = 0; at < run; at += item) {
			write_through(h, h->base + run + at);
			write_through(h, h->base + 2 * run - item);
			r = read_dirty(h, h->base + run, run, 0);
			assert_int_equal(r.n, 1);
			reported(&r, 0, h->base + run, run);
			assert_false(any_dirty(h, &l));
			assert_mapped(h, h->base + run, OA, run);
		}
		sync_now(h);
		unmap_ok(h, h->base + run, run);
	}
	stop(h);
}

static void dirty_clears_the_dirty_bit_and_no_other(struct host *h)
{
	struct found l;
	u64 before;

	start_dirty(h, 0);
	map_ok(h, h->base, OA + granule(h), granule(h));
	assert_true(walk(h, h->base, &l));
	before = word_of(&l, 0);
	write_through(h, h->base);
	assert_true(word_of(&l, 0) != before);
	assert_int_equal(read_dirty(h, h->base, granule(h), 0).n, 1);
	assert_int_equal(word_of(&l, 0), before);
	stop(h);
}

static void dirty_in_part_of_an_entry_is_clipped_and_stays(struct host *h)
{
	u64 size = item_size(h, 1), g = granule(h);
	struct records r;
	struct found l;

	h->cfg.pgsize_bitmap = size | g;
	start_dirty(h, 0);
	map_ok(h, h->base + size, OA, size);
	write_through(h, h->base + size);
	r = read_dirty(h, h->base + size + g, g, 0);
	assert_int_equal(r.n, 1);
	reported(&r, 0, h->base + size + g, g);
	r = read_dirty(h, h->base + size, size - g, 0);
	reported(&r, 0, h->base + size, size - g);
	r = read_dirty(h, h->base + size + g, size - g, 0);
	reported(&r, 0, h->base + size + g, size - g);
	r = read_dirty(h, h->base, size + g, 0);
	reported(&r, 0, h->base + size, g);
	assert_true(pt_gather_empty(&h->g));
	assert_true(walk(h, h->base + size, &l));
	assert_true(any_dirty(h, &l));
	r = read_dirty(h, h->base, 3 * size, 0);
	assert_int_equal(r.n, 1);
	reported(&r, 0, h->base + size, size);
	assert_false(pt_gather_empty(&h->g));
	assert_false(any_dirty(h, &l));
	stop(h);
}

static void dirty_in_part_of_a_run_sees_every_item(struct host *h)
{
	struct records r;
	struct found l;

	start_dirty(h, 0);
	for (unsigned level = 0; level < 2; level++) {
		u64 item = item_size(h, level), run = run_size(h, level), iova = h->base + run;

		map_ok(h, iova, OA, run);
		map_ok(h, iova + run, 0, item);
		assert_true(walk(h, iova, &l));
		for (u64 at = 0; at < run; at += item) {
			write_through(h, iova + at);
			r = read_dirty(h, iova + run - item, 2 * item, 0);
			assert_int_equal(r.n, 1);
			reported(&r, 0, iova + run - item, item);
			r = read_dirty(h, iova, item, 0);
			assert_int_equal(r.n, 1);
			reported(&r, 0, iova, item);
			assert_true(any_dirty(h, &l));
			assert_true(pt_gather_empty(&h->g));
			r = read_dirty(h, iova, run, 0);
			assert_int_equal(r.n, 1);
			sync_now(h);
		}
		unmap_ok(h, iova, run);
		unmap_ok(h, iova + run, item);
	}
	stop(h);
}

static void dirty_no_clear_clears_nothing(struct host *h)
{
	u64 g = granule(h);
	struct records r;
	u64 before;

	start_dirty(h, 0);
	map_ok(h, h->base, OA + g, 2 * g);
	write_through(h, h->base + g);
	before = snapshot(h);
	for (unsigned i = 0; i < 2; i++) {
		r = read_dirty(h, h->base, 2 * g, PT_DIRTY_NO_CLEAR);
		assert_int_equal(r.n, 1);
		reported(&r, 0, h->base + g, g);
		assert_int_equal(snapshot(h), before);
	}
	r = read_dirty(h, h->base, 2 * g, 0);
	assert_int_equal(r.n, 1);
	nothing_dirty(h, h->base, 2 * g);
	stop(h);
}

static void dirty_skips_holes(struct host *h)
{
	u64 g = granule(h), step = item_size(h, 1);
	u64 at[5] = {g, 3 * g, 3 * step - g, 3 * step, 6 * step + 5 * g};
	struct records r;

	natural_only(h);
	start_dirty(h, PT_FLUSH_RANGE);
	for (unsigned i = 0; i < 5; i++) {
		map_ok(h, h->base + at[i], OA, at[i] == 3 * step ? step : g);
		write_through(h, h->base + at[i]);
	}
	map_ok(h, h->base + 10 * g, OA, g);
	nothing_dirty(h, h->base, g);
	nothing_dirty(h, h->base + 2 * g, g);
	nothing_dirty(h, h->base + 4 * step, step);
	forget(h);
	r = read_dirty(h, h->base, 8 * step, 0);
	assert_int_equal(r.n, 5);
	for (unsigned i = 0; i < 5; i++)
		reported(&r, i, h->base + at[i], at[i] == 3 * step ? step : g);
	sync_now(h);
	assert_int_equal(h->count[EV_SYNC], 1);
	assert_int_equal(event(h, EV_SYNC, 0)->first, h->base + g);
	assert_int_equal(event(h, EV_SYNC, 0)->last, h->base + 6 * step + 6 * g - 1);
	assert_int_equal(h->count[EV_FREE], 0);
	stop(h);
}

static void dirty_of_a_hole_leaves_the_gather(struct host *h)
{
	u64 before;

	start_dirty(h, 0);
	map_ok(h, h->base, OA, granule(h));
	before = snapshot(h);
	nothing_dirty(h, h->base, 2 * item_size(h, 1));
	nothing_dirty(h, h->base + item_size(h, 1), granule(h));
	assert_int_equal(snapshot(h), before);
	stop(h);
}

static void dirty_with_no_gaps_syncs_between_entries_that_do_not_touch(struct host *h)
{
	u64 g = granule(h);

	start_dirty(h, PT_FLUSH_RANGE_NO_GAPS);
	for (unsigned i = 0; i < 6; i++)
		map_ok(h, h->base + i * g, OA + g, g);
	write_through(h, h->base);
	write_through(h, h->base + 3 * g);
	write_through(h, h->base + 4 * g);
	forget(h);
	assert_int_equal(read_dirty(h, h->base, 6 * g, 0).n, 3);
	assert_int_equal(h->count[EV_SYNC], 1);
	assert_int_equal(event(h, EV_SYNC, 0)->first, h->base);
	assert_int_equal(event(h, EV_SYNC, 0)->last, h->base + g - 1);
	/* Cleared, then unmapped: the ranges overlap. */
	assert_int_equal(unmap(h, h->base + 3 * g, 3 * g), 3 * g);
	assert_int_equal(h->count[EV_SYNC], 1);
	sync_now(h);
	assert_int_equal(event(h, EV_SYNC, 1)->first, h->base + 3 * g);
	assert_int_equal(event(h, EV_SYNC, 1)->last, h->base + 6 * g - 1);
	stop(h);
}

static void dirty_read_only_leaves_never_are(struct host *h)
{
	u64 mapped = 0;

	start_dirty(h, 0);
	for (u64 rest = pt_pgsizes(&h->d); rest; rest &= rest - 1) {
		u64 size = rest & -rest;

		if (!in_width(&h->cfg, h->base, h->base + (size - 1)))
			continue;
		expect_ok(map(h, h->base, 0, size, PT_READ, &mapped));
		assert_leaves(h, h->base, 0, size, size, PT_READ);
		nothing_dirty(h, h->base, size);
		unmap_ok(h, h->base, size);
	}
	stop(h);
}

static void dirty_up_to_the_last_byte_of_2_to_64(struct host *h)
{
	u64 g = granule(h);
	struct records r;

	start_dirty(h, 0);
	if (in_width(&h->cfg, -g, UINT64_MAX)) {
		map_ok(h, -g, OA, g);
		write_through(h, -g);
		r = read_dirty(h, -3 * g, 3 * g, 0);
		assert_int_equal(r.n, 1);
		reported(&r, 0, -g, g);
	}
	stop(h);
}

static void dirty_above_the_top_is_a_hole(struct host *h)
{
	u64 g = granule(h), span = item_size(h, 3);
	struct records r;

	start_dirty(h, 0);
	assert_int_equal(top_level(h), 2);
	map_ok(h, 0, OA, g);
	write_through(h, 0);
	map_ok(h, span - g, OA, g);
	write_through(h, span - g);
	nothing_dirty(h, span, g);
	nothing_dirty(h, span, item_size(h, 4));
	r = read_dirty(h, 0, -g, 0);
	assert_int_equal(r.n, 2);
	reported(&r, 0, 0, g);
	reported(&r, 1, span - g, g);
	assert_int_equal(top_level(h), 2);
	stop(h);
}

static void dirty_after_unmap_is_gone(struct host *h)
{
	u64 g = granule(h);

	start_dirty(h, 0);
	map_ok(h, h->base, OA + g, 2 * g);
	write_through(h, h->base);
	unmap_ok(h, h->base, g);
	map_ok(h, h->base, OA, g);
	nothing_dirty(h, h->base, 2 * g);
	stop(h);
}

/* A page in which hardware writes while software reads and clears: each edge is seen once. */
struct writer {
	struct host *h;
	u64 *slot;
	u64 edges;
	bool stop;
};

static void *hardware(void *arg)
{
	struct writer *w = arg;
	const u64 set = w->h->f->dirty_set, clear = w->h->f->dirty_clear;

	while (!__atomic_load_n(&w->stop, __ATOMIC_RELAXED)) {
		u64 word = __atomic_load_n(w->slot, __ATOMIC_RELAXED);
		u64 dirty = (word | set) & ~clear;

		if (word != dirty &&
		    __atomic_compare_exchange_n(w->slot, &word, dirty, false, __ATOMIC_RELAXED,
						__ATOMIC_RELAXED))
			w->edges++;
	}
	return NULL;
}

static void count_record(void *arg, u64 iova, u64 len)
{
	(void)iova;
	(void)len;
	++*(u64 *)arg;
}

static void dirty_no_write_is_ever_lost(struct host *h)
{
	struct writer w = {.h = h};
	pthread_t thread;
	struct found l;
	u64 seen = 0;

	start_dirty(h, 0);
	h->threads = true;
	map_ok(h, h->base, OA + granule(h), 4 * granule(h));
	assert_true(walk(h, h->base + granule(h), &l));
	w.slot = l.slot;
	assert_int_equal(pthread_create(&thread, NULL, hardware, &w), 0);
	for (unsigned i = 0; i < 20000; i++)
		clear_dirty(h, h->base, 4 * granule(h), 0, count_record, &seen);
	__atomic_store_n(&w.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	clear_dirty(h, h->base, 4 * granule(h), 0, count_record, &seen);
	assert_int_equal(seen, w.edges);
	stop(h);
}

int main(void)
{
	static const struct test tests[] = {
		TEST(dirty_without_the_feature_is_eopnotsupp),
		TEST(dirty_range_errors_are_those_of_map, .needs = PT_DIRTY),
		TEST(dirty_leaves_are_written_clean_and_accessed, .needs = PT_DIRTY),
		TEST(dirty_a_write_is_reported_once, .needs = PT_DIRTY),
		TEST(dirty_any_item_makes_the_entry_dirty_and_all_are_cleared,
		     .needs = PT_DIRTY | NEED_RUN),
		TEST(dirty_clears_the_dirty_bit_and_no_other, .needs = PT_DIRTY),
		TEST(dirty_in_part_of_an_entry_is_clipped_and_stays, .needs = PT_DIRTY),
		TEST(dirty_in_part_of_a_run_sees_every_item, .needs = PT_DIRTY | NEED_RUN),
		TEST(dirty_no_clear_clears_nothing, .needs = PT_DIRTY),
		TEST(dirty_skips_holes, .needs = PT_DIRTY),
		TEST(dirty_of_a_hole_leaves_the_gather, .needs = PT_DIRTY),
		TEST(dirty_with_no_gaps_syncs_between_entries_that_do_not_touch, .needs = PT_DIRTY),
		TEST(dirty_read_only_leaves_never_are, .needs = PT_DIRTY),
		TEST(dirty_up_to_the_last_byte_of_2_to_64, .needs = PT_DIRTY),
		TEST(dirty_above_the_top_is_a_hole, .only = PT_DYNAMIC_TOP),
		TEST(dirty_after_unmap_is_gone, .needs = PT_DIRTY),
		TEST(dirty_no_write_is_ever_lost, .needs = PT_DIRTY),
	};

	return RUN(tests);
}
