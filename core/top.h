/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Growing the tree upwards, under readers that hold no lock.
 *
 * A chain of new tops is built unlinked, the old tree at index 0 of the lowest. Address and level
 * change in one store, so that every reader has a consistent pair; a reader with the old pair
 * still finds everything that was there. Hardware gets the new root before any thread can map
 * into it. No invalidation is needed: cached translations stay right and misses walk again.
 */
#ifndef PT_TOP_H
#define PT_TOP_H

#include "walk.h"

/* Must a top at this level grow before a leaf at `leaf_level` can end at va_last? */
static inline bool top_is_low(const struct pt_domain *d, unsigned level, uint64_t va_last,
			      unsigned leaf_level)
{
	return above_top(d, va_last, level) || leaf_level > level;
}

/* Frees the new tops above `old`. */
static void free_chain(struct pt_domain *d, pt_word *table, const pt_word *old)
{
	while (table != old) {
		pt_word *below = child_of(d, pt_load(table));

		free_table(d, table);
		table = below;
	}
}

/* Makes the top reach va_last and leaf_level. 0 or -PT_ENOMEM with nothing changed. */
static int grow_top(struct pt_domain *d, uint64_t va_last, unsigned leaf_level)
{
	for (;;) {
		uintptr_t top = pt_top_load(&d->top);
		unsigned level = top_level(top);
		pt_word *table = top_table(top);
		bool grown;

		if (!top_is_low(d, level, va_last, leaf_level))
			return 0;
		do {
			pt_word *above = alloc_table(d, FMT_TABLE_SIZE);

			if (!above) {
				free_chain(d, table, top_table(top));
				return -PT_ENOMEM;
			}
			level++;
			PT_ASSERT(level <= FMT_MAX_LEVEL);
			pt_store(above, link_word(d, table, level));
			pt_clear(above + 1, FMT_SLOTS - 1);
			flush(d, above, FMT_SLOTS);
			table = above;
		} while (top_is_low(d, level, va_last, leaf_level));

		d->host->top_lock(d->ctx);
		grown = pt_top_load(&d->top) == top;
		if (grown) {
			d->host->change_top(d->ctx, table_phys(d, table), level);
			pt_top_store(&d->top, top_word(table, level));
		}
		d->host->top_unlock(d->ctx);
		if (grown)
			return 0;
		free_chain(d, table, top_table(top));
	}
}

#endif
