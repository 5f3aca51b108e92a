/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Gathers: what was removed, until it is invalidated.
 *
 * Unlinked tables are chained through their first word. Hardware may still read it: the address
 * of a table has its low bits clear, so every format reads it as not present.
 */
#ifndef PT_GATHER_H
#define PT_GATHER_H

#include "walk.h"

static PT_APART void gather_sync(struct pt_gather *g)
{
	struct pt_domain *d = g->domain;
	bool by_range = d->features & (PT_FLUSH_RANGE | PT_FLUSH_RANGE_NO_GAPS);
	pt_word *table = g->tables;

	if (pt_gather_empty(g))
		return;
	d->host->iotlb_sync(d->ctx, by_range ? g->first : 0, by_range ? g->last : UINT64_MAX,
			    table != NULL);
	pt_gather_init(g, d);
	while (table) {
		pt_word *next = (pt_word *)(uintptr_t)pt_load(table);

		free_table(d, table);
		table = next;
	}
}

/* Puts an unlinked table before a chain. */
static inline pt_word *chain_table(pt_word *table, pt_word *chain)
{
	pt_store(table, (uintptr_t)chain);
	return table;
}

/* Is there an address between the two ranges that is in neither? */
static inline bool ranges_apart(uint64_t first, uint64_t last, uint64_t first2, uint64_t last2)
{
	return first > last2 ? first - last2 > 1 : first2 > last && first2 - last > 1;
}

/* Adds [first, last]. */
static inline void gather_range(struct pt_gather *g, uint64_t first, uint64_t last)
{
	if (pt_unlikely(g->domain->features & PT_FLUSH_RANGE_NO_GAPS) && !pt_gather_empty(g) &&
	    ranges_apart(first, last, g->first, g->last))
		gather_sync(g);
	if (first < g->first)
		g->first = first;
	if (last > g->last)
		g->last = last;
}

/* Adds [first, last] and a chain of tables unlinked from within it. */
static inline void gather_add(struct pt_gather *g, uint64_t first, uint64_t last, pt_word *tables)
{
	gather_range(g, first, last);
	while (pt_unlikely(tables)) {
		pt_word *next = (pt_word *)(uintptr_t)pt_load(tables);

		g->tables = chain_table(tables, g->tables);
		tables = next;
	}
}

#endif
