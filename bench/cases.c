/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cases, and running one of them on one engine.
 *
 * A pass maps every address of the case, looks each up, and unmaps each, and times the three
 * apart. OAs differ from IOVAs in the bit of the page size, so that no larger page fits. Calls
 * of a pass use few enough tables to stay in the first-level cache, but for the random case.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

#define K 1024ull
#define M (K * K)
#define G (K * M)

const struct bench_case bench_cases[] = {
	{"4K", 4 * K, 1, 512, 0, false},
	{"64K", 64 * K, 1, 128, 0, false},
	{"256K", 256 * K, 1, 32, 0, false},
	{"2M", 2 * M, 1, 512, 0, false},
	{"1G", G, 1, 256, 0, false},
	{"256x4K", 4 * K, 256, 16, 0, false},
	{"512x4K, table", 4 * K, 512, 8, 0, false},
	{"4K random in 1G", 4 * K, 1, 8192, G, false},
	{"1G as 4K, a page", 4 * K, 262144, 1, 0, true},
};
const unsigned bench_n_cases = sizeof(bench_cases) / sizeof(bench_cases[0]);

/* A permutation of the numbers below n, a power of two. */
static uint64_t scatter(uint64_t i, uint64_t n)
{
	for (unsigned round = 0; round < 3; round++) {
		i = (i * 0x9e3779b1 + round) & (n - 1);
		i ^= i >> 7;
	}
	return i;
}

uint64_t case_iova(const struct bench_case *c, unsigned i)
{
	uint64_t len = c->pgsize * c->count;

	return c->random_in ? scatter(i, c->random_in / len) * len : i * len;
}

uint64_t case_span(const struct bench_case *c)
{
	return c->random_in ? c->random_in : c->pgsize * c->count * c->calls;
}

double units_of_pass(const struct bench_case *c)
{
	return c->calls * (c->per_page ? (double)c->count : 1);
}

unsigned ops_of_case(const struct bench_case *c)
{
	return c->per_page ? BENCH_LOOKUP : BENCH_OPS;
}

static void fail(const struct engine_ops *ops, const char *what)
{
	fprintf(stderr, "bench: engine %s: %s\n", ops->name, what);
	exit(1);
}

static struct engine *create(const struct bench_tree *tree, const struct engine_ops *ops)
{
	struct engine_cfg cfg = {
		.hw = tree->hw,
		.iova_width = tree->iova_width,
		.oa_width = 48,
		.top_level = tree->top_level,
		.features = tree->features,
		.pgsizes = UINT64_MAX,
	};
	int err;
	struct engine *e = ops->create(&cfg, host_env(), &err);

	if (!e)
		fail(ops, "create");
	return e;
}

static void destroy(const struct engine_ops *ops, struct engine *e)
{
	ops->destroy(e);
	if (host_in_use())
		fail(ops, "tables left after destroy");
}

static void map_pass(const struct engine_ops *ops, struct engine *e, const struct bench_case *c,
		     const uint64_t *iova)
{
	uint64_t mapped = 0;
	int err = 0;

	for (unsigned i = 0; i < c->calls; i++)
		err |= ops->map(e, iova[i], iova[i] + c->pgsize, c->pgsize, c->count,
				P_READ | P_WRITE, &mapped);
	if (err || mapped != c->calls * c->count * c->pgsize)
		fail(ops, "map");
}

static void lookup_pass(const struct engine_ops *ops, struct engine *e, const struct bench_case *c,
			const uint64_t *iova)
{
	bool found = true;

	for (unsigned i = 0; i < c->calls; i++) {
		uint64_t oa;

		found &= ops->lookup(e, iova[i], &oa);
	}
	if (!found)
		fail(ops, "lookup");
}

static void unmap_pass(const struct engine_ops *ops, struct engine *e, const struct bench_case *c,
		       const uint64_t *iova)
{
	struct engine_gather g = {0};
	uint64_t len = c->pgsize * c->count, unmapped = 0;

	for (unsigned i = 0; i < c->calls; i++) {
		unmapped += ops->unmap(e, iova[i], len, &g);
		ops->sync(e, &g);
	}
	if (unmapped != c->calls * len)
		fail(ops, "unmap");
}

/* Times a pass looks everything up: few calls make a poor figure. */
static unsigned lookups_of_pass(const struct bench_case *c)
{
	return c->calls < 256 ? 256 / c->calls : 1;
}

static void pass(const struct engine_ops *ops, struct engine *e, const struct bench_case *c,
		 const uint64_t *iova, struct times t[BENCH_OPS])
{
	double start = clock_ns(), mapped, found, unmapped;

	map_pass(ops, e, c, iova);
	mapped = clock_ns();
	for (unsigned i = 0; i < lookups_of_pass(c); i++)
		lookup_pass(ops, e, c, iova);
	found = clock_ns();
	unmap_pass(ops, e, c, iova);
	unmapped = clock_ns();
	times_add(&t[BENCH_MAP], mapped - start);
	times_add(&t[BENCH_LOOKUP], found - mapped);
	times_add(&t[BENCH_UNMAP], unmapped - found);
}

void case_run(const struct bench_case *c, const struct bench_tree *tree,
	      const struct engine_ops *ops, double budget, double ns[BENCH_OPS])
{
	static struct times t[BENCH_OPS];
	struct engine *e = create(tree, ops);
	uint64_t *iova = malloc(c->calls * sizeof(*iova));
	double start = clock_ns();

	if (!iova)
		fail(ops, "memory");
	for (unsigned i = 0; i < c->calls; i++)
		iova[i] = case_iova(c, i);
	pass(ops, e, c, iova, t);
	t[BENCH_MAP].n = t[BENCH_LOOKUP].n = t[BENCH_UNMAP].n = 0;
	do
		pass(ops, e, c, iova, t);
	while (clock_ns() - start < budget);
	for (unsigned op = 0; op < BENCH_OPS; op++)
		ns[op] = times_middle(&t[op], clock_ns) / units_of_pass(c);
	ns[BENCH_LOOKUP] /= lookups_of_pass(c);
	free(iova);
	destroy(ops, e);
}

double growth_run(const struct bench_tree *tree, const struct engine_ops *ops, uint64_t bytes,
		  double budget)
{
	struct times t = {.n = 0};
	double start = clock_ns();

	do {
		struct engine *e = create(tree, ops);
		double before = clock_cpu_ns();
		uint64_t mapped = 0;

		for (uint64_t iova = 0; iova < bytes; iova += 4 * K)
			ops->map(e, iova, iova + 4 * K, 4 * K, 1, P_READ | P_WRITE, &mapped);
		times_add(&t, clock_cpu_ns() - before);
		if (mapped != bytes)
			fail(ops, "map");
		destroy(ops, e);
	} while (clock_ns() - start < budget);
	return times_middle(&t, clock_cpu_ns) / (double)(bytes / (4 * K));
}
