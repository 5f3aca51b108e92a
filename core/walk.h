/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The geometry of the tree and the way from a word to the table it points to: what every
 * operation uses. A format has been included before (fmt/), and answers with FMT_ and fmt_ names.
 */
#ifndef PT_WALK_H
#define PT_WALK_H

#include "order.h"

#ifdef PT_ASSERTS
/* Supplied by the host of a test or fuzz build; does not return. */
void pt_assert_failed(const char *expr, const char *file, int line);
#define PT_ASSERT(expr) ((expr) ? (void)0 : pt_assert_failed(#expr, __FILE__, __LINE__))
#else
#define PT_ASSERT(expr) ((void)sizeof(expr))
#endif

#define pt_likely(x)   __builtin_expect(!!(x), 1)
#define pt_unlikely(x) __builtin_expect(!!(x), 0)

#define FMT_GRANULE    (1ull << FMT_GRANULE_LG2)
#define FMT_SLOTS      (1u << FMT_BITS)
#define FMT_TABLE_SIZE (FMT_SLOTS * sizeof(pt_word))

/* The top word: the table's address, at least 4096-aligned, and its level in the low bits. */
#define PT_TOP_LEVEL 7u

static inline pt_word *top_table(uintptr_t top)
{
	return (pt_word *)(top & ~(uintptr_t)PT_TOP_LEVEL);
}

static inline unsigned top_level(uintptr_t top)
{
	return top & PT_TOP_LEVEL;
}

static inline uintptr_t top_word(pt_word *table, unsigned level)
{
	return (uintptr_t)table | level;
}

/* 2^lg2 - 1, for lg2 up to 64. */
static inline uint64_t low_mask(unsigned lg2)
{
	return lg2 >= 64 ? UINT64_MAX : (1ull << lg2) - 1;
}

/* log2 of what one slot of a table at this level maps. */
static inline unsigned slot_lg2(unsigned level)
{
	return FMT_GRANULE_LG2 + level * FMT_BITS;
}

/* Level whose slots, alone or in a run, make leaves of this size. */
static inline unsigned level_of(unsigned lg2)
{
	return (lg2 - FMT_GRANULE_LG2) / FMT_BITS;
}

/* The last byte that the table at this level which resolves va, and is not the top, maps. */
static inline uint64_t table_last(uint64_t va, unsigned level)
{
	return va | low_mask(slot_lg2(level) + FMT_BITS);
}

/* The slot of a table below the top. */
static inline unsigned slot_index(uint64_t va, unsigned level)
{
	return (va >> slot_lg2(level)) & (FMT_SLOTS - 1);
}

/* The slot of the top, which may have more slots than other tables. va is masked. */
static inline uint64_t top_index(uint64_t va, unsigned level)
{
	return va >> slot_lg2(level);
}

static inline uint64_t table_phys(const struct pt_domain *d, const pt_word *table)
{
	return (uintptr_t)table - d->phys_offset;
}

static inline pt_word *table_at(const struct pt_domain *d, uint64_t phys)
{
	return (pt_word *)(uintptr_t)(phys + d->phys_offset);
}

static inline pt_word *child_of(const struct pt_domain *d, uint64_t word)
{
	return table_at(d, fmt_table_oa(word));
}

/* The word that links `table`, one level below `level`. */
static inline uint64_t link_word(const struct pt_domain *d, const pt_word *table, unsigned level)
{
	uint64_t word = fmt_table(table_phys(d, table), level);

	PT_ASSERT(fmt_table_oa(word) == table_phys(d, table));
	return word;
}

static inline pt_word *alloc_table(struct pt_domain *d, size_t size)
{
	return d->host->alloc_table(d->ctx, size);
}

static inline void free_table(struct pt_domain *d, pt_word *table)
{
	d->host->free_table(d->ctx, table, FMT_TABLE_SIZE);
}

static inline void flush(struct pt_domain *d, const pt_word *p, size_t slots)
{
	if ((d->features & PT_DMA_INCOHERENT) && slots)
		d->host->flush_memory(d->ctx, p, slots * sizeof(*p));
}

/* Is [iova, last] within the width, and in one half? */
static inline bool in_width(const struct pt_domain *d, uint64_t iova, uint64_t last)
{
	return ((iova ^ d->va_xor) + d->va_bias) <= d->va_span &&
	       ((last ^ d->va_xor) + d->va_bias) <= d->va_span &&
	       !(d->va_bias && (iova ^ last) >> 63);
}

/* Is va above what a top at this level spans? Only a tree that has yet to grow has such. */
static inline bool above_top(const struct pt_domain *d, uint64_t va, unsigned level)
{
	return (FMT_FEATURES & d->features & PT_DYNAMIC_TOP) &&
	       va > low_mask(slot_lg2(level) + FMT_BITS);
}

/* The slot at level 0 that resolves va, if its table is linked and no leaf ends the way above. */
static inline pt_word *leaf_slot(const struct pt_domain *d, uintptr_t top, uint64_t va)
{
	unsigned level = top_level(top);
	pt_word *slot;

	if (above_top(d, va, level))
		return NULL;
	slot = top_table(top) + top_index(va, level);
	while (level) {
		uint64_t word = pt_load_acquire(slot);

		if (fmt_kind(word, level) != PT_TABLE)
			return NULL;
		level--;
		slot = child_of(d, word) + slot_index(va, level);
	}
	return slot;
}

#endif
