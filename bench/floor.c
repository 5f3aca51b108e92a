/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the machine itself takes: the loads of a walk, each needing the one before, and the
 * stores of an entry's words, eight bytes each. Nothing that builds page tables one call after
 * another can do with less, unless walks overlap or stores are wider.
 */
#include <stdlib.h>

#include "bench.h"

#define SLOTS 512

/* Level of the slots that hold the leaves of the case, and slots they take in a call. */
static unsigned leaf_level(const struct bench_case *c)
{
	return (__builtin_ctzll(c->pgsize) - 12) / 9;
}

static uint64_t slots_of_call(const struct bench_case *c)
{
	return (c->pgsize >> (12 + 9 * leaf_level(c))) * c->count;
}

static unsigned index_of(uint64_t iova, unsigned level)
{
	return (iova >> (12 + 9 * level)) % SLOTS;
}

static uint64_t *new_array(uint64_t n)
{
	uint64_t *array = calloc(n, sizeof(*array));

	if (!array)
		exit(1);
	return array;
}

static void **new_table(void)
{
	void **table = host_alloc(NULL, SLOTS * sizeof(*table));

	if (!table)
		exit(1);
	for (unsigned i = 0; i < SLOTS; i++)
		table[i] = NULL;
	return table;
}

static void free_tables(void **table, unsigned level, unsigned lowest)
{
	for (unsigned i = 0; level > lowest && i < SLOTS; i++)
		if (table[i])
			free_tables(table[i], level - 1, lowest);
	host_free(NULL, table, SLOTS * sizeof(*table));
}

/* Links the tables that lead to iova. */
static void link_tables(void **table, uint64_t iova, unsigned level, unsigned lowest)
{
	for (; level > lowest; level--) {
		void **slot = &table[index_of(iova, level)];

		if (!*slot)
			*slot = new_table();
		table = *slot;
	}
}

/*
 * The walks of a pass. What a walk ends with is zero, and where the next one starts, so that it
 * cannot begin earlier.
 */
static void walks(const struct bench_case *c, void **top, unsigned depth, const uint64_t *iova)
{
	uintptr_t end = 0;

	for (unsigned i = 0; i < c->calls; i++) {
		void **table = (void **)((uintptr_t)top + end);

		for (unsigned level = depth; level--;)
			table = table[index_of(iova[i], level)];
		end = (uintptr_t)table;
	}
	__asm__ volatile("" : : "r"(end));
}

double floor_loads(const struct bench_case *c, const struct bench_tree *tree, double budget)
{
	unsigned lowest = leaf_level(c);
	uint64_t *iova = new_array(c->calls);
	void **top = new_table();
	struct times t = {.n = 0};
	double start = clock_ns(), before;

	for (unsigned i = 0; i < c->calls; i++) {
		link_tables(top, case_iova(c, i), tree->top_level, lowest);
		iova[i] = case_iova(c, i) >> (9 * lowest);
	}
	do {
		before = clock_ns();
		walks(c, top, tree->top_level - lowest + 1, iova);
		times_add(&t, clock_ns() - before);
	} while (clock_ns() - start < budget);
	free_tables(top, tree->top_level, lowest);
	free(iova);
	return times_middle(&t, clock_ns) / units_of_pass(c);
}

/* Eight-byte stores that the compiler neither joins nor drops. */
static void store_words(uint64_t *p, uint64_t n, uint64_t word)
{
	for (uint64_t i = 0; i < n; i++)
		__atomic_store_n(&p[i], word + i, __ATOMIC_RELAXED);
	__asm__ volatile("" : : "r"(p) : "memory");
}

double floor_stores(const struct bench_case *c, double budget)
{
	uint64_t n = slots_of_call(c), call_len = c->pgsize * c->count;
	uint64_t *mem = new_array(case_span(c) / call_len * n), *at = new_array(c->calls);
	struct times t = {.n = 0};
	double start = clock_ns(), before;

	for (unsigned i = 0; i < c->calls; i++)
		at[i] = case_iova(c, i) / call_len * n;
	do {
		before = clock_ns();
		for (unsigned i = 0; i < c->calls; i++)
			store_words(mem + at[i], n, i);
		times_add(&t, clock_ns() - before);
	} while (clock_ns() - start < budget);
	free(mem);
	free(at);
	return times_middle(&t, clock_ns) / units_of_pass(c);
}
