/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Contract, "Concurrency": real threads on disjoint ranges of one domain, and a walker that
 * holds nothing and must end in the old translation, the new one, or a fault.
 */
#include <stdio.h>
#include <stdlib.h>

#include "host.h"

#define THREADS 4

/* cmocka's checks may only end the thread that runs the test. */
#define must(cond)                                                                 \
	do {                                                                       \
		if (!(cond)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #cond); \
			abort();                                                   \
		}                                                                  \
	} while (0)

struct worker {
	struct host *h;
	pthread_t thread;
	unsigned id, rounds;
	u64 base, stride; /* granules base + (THREADS * i + id) * stride */
};

/* Granules of all threads alternate, so that they share every table. */
static void *alternate(void *arg)
{
	struct worker *w = arg;
	struct host *h = w->h;
	u64 g = granule(h), n = 24;
	struct pt_gather gather;

	pt_gather_init(&gather, &h->d);
	for (unsigned round = 0; round < w->rounds; round++) {
		for (u64 i = 0; i < n; i++) {
			u64 iova = w->base + (THREADS * i + w->id) * w->stride, mapped = 0;

			must(map(h, iova, OA + i * g, g, RW, &mapped) == 0 && mapped == g);
			must(map(h, iova, OA, g, RW, &mapped) == -PT_EADDRINUSE);
		}
		for (u64 i = 0; i < n; i++) {
			u64 iova = w->base + (THREADS * i + w->id) * w->stride;

			must(lookup(h, iova + 5) == OA + i * g + 5);
			must(unmap_into(h, iova, g, &gather) == g);
			must(lookup(h, iova) == PT_OA_NONE);
		}
		sync_gather(h, &gather);
	}
	return NULL;
}

/* Each thread has whole tables of its own, and the tables above in common. */
static void *whole_tables(void *arg)
{
	struct worker *w = arg;
	struct host *h = w->h;
	u64 step = item_size(h, 1), iova = w->base + w->id * step, g = granule(h);
	struct pt_gather gather;

	pt_gather_init(&gather, &h->d);
	for (unsigned round = 0; round < w->rounds; round++) {
		u64 mapped = 0, size = round & 1 ? step : g, off = round & 1 ? 0 : g;

		must(map(h, iova, OA + off, step, RW, &mapped) == 0 && mapped == step);
		must(lookup(h, iova + step - 1) == OA + off + step - 1);
		must(unmap_into(h, iova, size, &gather) >= size);
		unmap_into(h, iova + size, step - size, &gather);
		sync_gather(h, &gather);
		must(lookup(h, iova + step - 1) == PT_OA_NONE);
	}
	return NULL;
}

static void run_threads(struct host *h, void *(*fn)(void *), unsigned rounds, u64 stride)
{
	struct worker w[THREADS];

	h->threads = true;
	for (unsigned i = 0; i < THREADS; i++) {
		w[i] = (struct worker){.h = h, .id = i, .rounds = rounds};
		w[i].base = h->base;
		w[i].stride = stride;
		assert_int_equal(pthread_create(&w[i].thread, NULL, fn, &w[i]), 0);
	}
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(w[i].thread, NULL);
	h->threads = false;
	assert_no_strays(h);
}

static void threads_share_one_table(struct host *h)
{
	for (unsigned i = 0; i < 8; i++) {
		start(h);
		run_threads(h, alternate, 8, granule(h));
		stop(h);
	}
}

static void threads_share_the_tables_above(struct host *h)
{
	for (unsigned i = 0; i < 8; i++) {
		start(h);
		run_threads(h, alternate, 4, item_size(h, 1));
		stop(h);
	}
}

static void threads_link_and_unlink_whole_tables(struct host *h)
{
	natural_only(h);
	start(h);
	run_threads(h, whole_tables, 40, 0);
	stop(h);
}

static void threads_grow_at_once(struct host *h)
{
	for (unsigned i = 0; i < 40; i++) {
		h->cfg.top_level = i % 3;
		start(h);
		run_threads(h, alternate, 1, item_size(h, 4 - i % 3));
		assert_int_equal(h->hw_root & 7, top_level(h));
		stop(h);
	}
}

/* --- a walker */

struct walker {
	struct host *h;
	pthread_t thread;
	u64 iova, n, step; /* addresses iova + i * step, i < n */
	u64 oa[2];	   /* the two translations that iova may have */
	u64 found;
	bool stop;
};

static void *walking(void *arg)
{
	struct walker *w = arg;
	struct host *h = w->h;

	for (u64 i = 0; !__atomic_load_n(&w->stop, __ATOMIC_RELAXED); i = (i + 1) % w->n) {
		u64 iova = w->iova + i * w->step, root;
		struct found l;
		bool hit;

		__atomic_fetch_add(&h->walks, 1, __ATOMIC_SEQ_CST);
		root = __atomic_load_n(&h->hw_root, __ATOMIC_ACQUIRE);
		hit = walk_from(h, root & ~UINT64_C(7), root & 7, false, iova, &l);
		__atomic_fetch_add(&h->walks, 1, __ATOMIC_SEQ_CST);
		if (!hit)
			continue;
		w->found++;
		l.oa += iova - l.iova;
		must(l.oa == w->oa[0] + i * w->step || l.oa == w->oa[1] + i * w->step);
	}
	return NULL;
}

/* Maps a range by granules, then by larger leaves that replace the tables, and so on. */
static void remap_under_a_walker(struct host *h)
{
	u64 step = item_size(h, 1), g = granule(h), len = 3 * step;
	struct walker w = {.h = h, .iova = h->base, .n = 3 * 16, .step = step / 16};

	w.oa[0] = OA + g;
	w.oa[1] = OA;
	start(h);
	h->threads = true;
	assert_int_equal(pthread_create(&w.thread, NULL, walking, &w), 0);
	for (unsigned i = 0; i < 150; i++) {
		u64 mapped = 0;

		must(map(h, h->base, w.oa[i % 2], len, RW, &mapped) == 0 && mapped == len);
		if (i % 4 == 0) {
			must(unmap(h, h->base, len / 2) >= len / 2);
			must(unmap(h, h->base + len / 2, len / 2) == len / 2);
		} else {
			must(unmap(h, h->base, len) == len);
		}
		sync_now(h);
	}
	__atomic_store_n(&w.stop, true, __ATOMIC_RELAXED);
	pthread_join(w.thread, NULL);
	h->threads = false;
	stop(h);
}

static void walker_sees_old_new_or_fault(struct host *h)
{
	natural_only(h);
	remap_under_a_walker(h);
}

static void walker_sees_old_new_or_fault_in_runs(struct host *h)
{
	remap_under_a_walker(h);
}

static void walker_meets_a_growing_top(struct host *h)
{
	u64 g = granule(h);

	for (unsigned i = 0; i < 60; i++) {
		struct walker w = {.h = h, .iova = 0, .n = 1, .step = g};
		u64 mapped = 0;

		w.oa[0] = w.oa[1] = OA;
		h->cfg.top_level = 0;
		start(h);
		map_ok(h, 0, OA, g);
		h->threads = true;
		assert_int_equal(pthread_create(&w.thread, NULL, walking, &w), 0);
		for (unsigned level = 1; level < 6; level++)
			must(map(h, item_size(h, level), OA, g, RW, &mapped) == 0);
		__atomic_store_n(&w.stop, true, __ATOMIC_RELAXED);
		pthread_join(w.thread, NULL);
		h->threads = false;
		stop(h);
	}
}

int main(void)
{
	static const struct test tests[] = {
		TEST(threads_share_one_table),
		TEST(threads_share_the_tables_above),
		TEST(threads_link_and_unlink_whole_tables),
		TEST(threads_grow_at_once, .only = PT_DYNAMIC_TOP),
		TEST(walker_sees_old_new_or_fault),
		TEST(walker_sees_old_new_or_fault_in_runs, .needs = NEED_RUN),
		TEST(walker_meets_a_growing_top, .only = PT_DYNAMIC_TOP),
	};

	return RUN(tests);
}
