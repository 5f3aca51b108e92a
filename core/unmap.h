/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Unmapping a range: from its start to the first hole.
 *
 * Whole entries are removed, also one that the end of the range cuts. A table that the range
 * covers and this call emptied is unlinked and left to the gather; a lowest-level one is not even
 * cleared, since unlinking it removes all it held.
 */
#ifndef PT_UNMAP_H
#define PT_UNMAP_H

#include "gather.h"

struct unmap {
	struct pt_domain *d;
	uint64_t va;	 /* next byte to remove */
	uint64_t last;	 /* of the request */
	bool hole;	 /* nothing more can be removed */
	bool done;	 /* the request is fulfilled */
	pt_word *tables; /* unlinked */
};

/* Entries up to entry_last are removed: goes on behind them. */
static inline void removed_to(struct unmap *u, uint64_t entry_last)
{
	u->done = entry_last >= u->last;
	u->va = entry_last + 1;
}

/* Is va inside an entry of 2^lg2 bytes, not at its start? */
static inline bool inside(uint64_t va, unsigned lg2)
{
	return va & offset_mask(lg2);
}

static PT_APART void clear_run(pt_word *slot, unsigned items)
{
	pt_clear(slot, items);
}

static inline void clear_entry(struct pt_domain *d, pt_word *slot, unsigned items)
{
	if (items == 1)
		pt_store(slot, 0);
	else
		clear_run(slot, items);
	flush(d, slot, items);
}

/*
 * Removes what the request has in a table of leaves, from `slot` on. `end` is the last byte the
 * table maps. True if the table may be unlinked: the request covers it and every slot is removed.
 */
static PT_APART bool unmap_leaves(struct unmap *u, pt_word *slot, uint64_t end, bool covered)
{
	uint64_t last = (u->last < end ? u->last : end) | offset_mask(FMT_GRANULE_LG2);
	unsigned n = ((last - u->va) >> FMT_GRANULE_LG2) + 1;
	uint64_t first_word = pt_load(slot);
	uint64_t entry_last = last | offset_mask(fmt_leaf_lg2(pt_load(slot + n - 1), 0));
	unsigned used;

	if (!first_word) {
		u->hole = true;
		return false;
	}
	PT_ASSERT(!inside(u->va, fmt_leaf_lg2(first_word, 0)));
	if (covered && pt_count_used(slot, n) == n) {
		removed_to(u, end);
		return true;
	}
	used = pt_clear_used(slot, n);
	if (used < n) {
		u->hole = true;
		last -= (uint64_t)(n - used) << FMT_GRANULE_LG2;
	} else if (entry_last != last) {
		unsigned cut = (entry_last - last) >> FMT_GRANULE_LG2;

		pt_clear(slot + n, cut);
		used += cut;
		last = entry_last;
	}
	flush(u->d, slot, used);
	removed_to(u, last);
	return false;
}

/* The same for a table at any level. */
static bool unmap_table(struct unmap *u, pt_word *slot, unsigned level, uint64_t end, bool covered)
{
	if (level == 0)
		return unmap_leaves(u, slot, end, covered);
	do {
		uint64_t word = pt_load_acquire(slot);
		unsigned lg2 = slot_lg2(level);
		uint64_t slot_last = u->va | offset_mask(lg2);
		unsigned items = 1;
		enum pt_kind kind = fmt_kind(word, level);
		pt_word *child;

		if (kind == PT_EMPTY) {
			u->hole = true;
			return false;
		}
		if (kind == PT_LEAF) {
			PT_ASSERT(!inside(u->va, fmt_leaf_lg2(word, level)));
			items = 1u << (fmt_leaf_lg2(word, level) - lg2);
			clear_entry(u->d, slot, items);
			removed_to(u, u->va | offset_mask(fmt_leaf_lg2(word, level)));
		} else {
			child = child_of(u->d, word);
			if (unmap_table(u, child + slot_index(u->va, level - 1), level - 1,
					slot_last, !inside(u->va, lg2) && u->last >= slot_last)) {
				pt_store(slot, 0);
				flush(u->d, slot, 1);
				u->tables = chain_table(child, u->tables);
			}
			if (u->hole)
				return false;
		}
		slot += items;
	} while (!u->done && u->va - 1 != end);
	return covered;
}

/* The lowest level that has one table for all of [va, last] and more. */
static inline unsigned level_above(uint64_t va, uint64_t last)
{
	unsigned level = level_of(63 - __builtin_clzll((va ^ last) | FMT_GRANULE));

	return level + (last - va == low_mask(slot_lg2(level + 1)));
}

/*
 * More than one entry: from the first, at `slot`, in one table, or else from the top. va is where
 * that one starts; each later one starts where one ended.
 */
static PT_APART uint64_t unmap_many(struct pt_domain *d, uint64_t iova, uint64_t len,
				    struct pt_gather *g, pt_word *slot, unsigned level)
{
	uintptr_t top = pt_top_load(&d->top);
	uint64_t va = iova & d->va_mask;
	struct unmap u = {.d = d, .va = va, .last = va + (len - 1)};
	uint64_t removed;

	if (above_top(d, u.last, top_level(top)))
		u.last = table_last(0, top_level(top));
	if (level < level_above(va, u.last)) {
		level = top_level(top);
		slot = top_table(top) + top_index(va, level);
	}
	unmap_table(&u, slot, level, UINT64_MAX, false);
	gather_add(g, iova, iova + (u.va - 1 - va), u.tables);
	removed = u.va - va;
	return removed - !removed; /* never nothing: 2^64 is meant */
}

static uint64_t unmap_any(struct pt_domain *d, uint64_t iova, uint64_t len, struct pt_gather *g)
{
	uintptr_t top = pt_top_load(&d->top);
	uint64_t va = iova & d->va_mask;
	struct place p = place_in_top(top, va);
	unsigned lg2;
	uint64_t word;

	if (pt_unlikely(!len || iova + (len - 1) < iova || !in_width(d, iova, iova + (len - 1)) ||
			above_top(d, va, p.level)))
		return 0;
	word = go_to_end(d, &p);
	lg2 = fmt_leaf_lg2(word, p.level);
	if (pt_unlikely(fmt_kind(word, p.level) == PT_EMPTY || inside(va, lg2)))
		return 0;
	if (len > 1ull << lg2)
		return unmap_many(d, iova, len, g, p.slot, p.level);
	clear_entry(d, p.slot, 1u << (lg2 - slot_lg2(p.level)));
	gather_range(g, iova, iova + offset_mask(lg2));
	return 1ull << lg2;
}

/* One granule that is a leaf of its own; false: the long way decides. */
static inline bool unmap_one_page(struct pt_domain *d, uint64_t iova, struct pt_gather *g)
{
	uint64_t va = iova & d->va_mask;
	uint64_t word;
	pt_word *slot;

	if (pt_unlikely(!d->one_page || inside(iova, FMT_GRANULE_LG2) || !in_width(d, iova, iova)))
		return false;
	slot = slot_at(d, pt_top_load(&d->top), va, 0);
	if (pt_unlikely(!slot))
		return false;
	word = pt_load(slot);
	if (pt_unlikely(!word || fmt_leaf_lg2(word, 0) != FMT_GRANULE_LG2))
		return false;
	pt_store(slot, 0);
	gather_range(g, iova, iova + offset_mask(FMT_GRANULE_LG2));
	return true;
}

static uint64_t unmap_range(struct pt_domain *d, uint64_t iova, uint64_t len, struct pt_gather *g)
{
	if (pt_likely(len == FMT_GRANULE) && pt_likely(unmap_one_page(d, iova, g)))
		return len;
	return unmap_any(d, iova, len, g);
}

#endif
