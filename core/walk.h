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

/* Whoever counts branches defines them empty: inside a macro a branch has no place of its own. */
#ifndef pt_likely
#define pt_likely(x)   __builtin_expect(!!(x), 1)
#define pt_unlikely(x) __builtin_expect(!!(x), 0)
#endif
/* Not part of its caller, which is short, or is long and leaves no registers to a loop. */
#define PT_APART __attribute__((noinline))

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

/* The same for lg2 below 64, which those of slots and entries are. */
static inline uint64_t offset_mask(unsigned lg2)
{
	return (1ull << lg2) - 1;
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
	return va | offset_mask(slot_lg2(level) + FMT_BITS);
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

/*
 * Is [iova, last] within the width, and in one half? iova <= last, so that it can leave a half
 * only through addresses that are in neither.
 */
static inline bool in_width(const struct pt_domain *d, uint64_t iova, uint64_t last)
{
	uint64_t first = (iova ^ d->va_xor) + d->va_bias;

	return first <= d->va_span && last - iova <= d->va_span - first;
}

/* Is va, within the width, above what a top at this level spans? A tree that may grow has such. */
static inline bool above_top(const struct pt_domain *d, uint64_t va, unsigned level)
{
	bool above = (FMT_FEATURES & PT_DYNAMIC_TOP) && top_index(va, level) >= FMT_SLOTS;

	PT_ASSERT(!above || (d->features & PT_DYNAMIC_TOP));
	return pt_unlikely(above);
}

/* A place on the way down to an address. */
struct place {
	pt_word *slot;
	unsigned level;
	uint64_t rest; /* index bits of the levels below, from bit 63 on */
};

/* Where the way to va begins; va is not above the top. */
static inline struct place place_in_top(uintptr_t top, uint64_t va)
{
	unsigned level = top_level(top);

	return (struct place){
		.slot = top_table(top) + top_index(va, level),
		.level = level,
		.rest = va << (64 - slot_lg2(level)),
	};
}

/* From the slot that holds `word`, which links a table, to the slot in that table. */
static inline void go_down(const struct pt_domain *d, struct place *p, uint64_t word)
{
	p->slot = child_of(d, word) + (p->rest >> (64 - FMT_BITS));
	p->rest <<= FMT_BITS;
	p->level--;
}

/* Goes down to the leaf or the empty slot that the way ends at; its word. */
static inline uint64_t go_to_end(const struct pt_domain *d, struct place *p)
{
	uint64_t word = pt_load_acquire(p->slot);

	while (fmt_kind(word, p->level) == PT_TABLE) {
		go_down(d, p, word);
		word = pt_load_acquire(p->slot);
	}
	return word;
}

/* The slot at `level` that resolves va, if the way to it is all tables; else NULL. */
static inline pt_word *slot_at(const struct pt_domain *d, uintptr_t top, uint64_t va,
			       unsigned level)
{
	struct place p = place_in_top(top, va);

	if (above_top(d, va, p.level) || pt_unlikely(level > p.level))
		return NULL;
	while (p.level != level) {
		uint64_t word = pt_load_acquire(p.slot);

		if (pt_unlikely(fmt_kind(word, p.level) != PT_TABLE))
			return NULL;
		go_down(d, &p, word);
	}
	return p.slot;
}

#endif
