/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * AMD I/O page table, version 1: AMD I/O Virtualization Technology (IOMMU) Specification,
 * 2.2.3 "I/O Page Tables for Host Translations".
 *
 * An entry names the level of the table it points to, so that a table may be reached over
 * skipped levels (we never do). Next level 7 marks a leaf larger than its slot, whose size is
 * the number of trailing ones of its address; all items of it hold the same word.
 */
#ifndef PT_FMT_AMDV1_H
#define PT_FMT_AMDV1_H

#include "../format.h"

#define FMT_OPS		      pt_amdv1
#define FMT_NAME	      "amdv1"
#define FMT_GRANULE_LG2	      12
#define FMT_BITS	      9
#define FMT_ROOT_BITS	      0
#define FMT_MAX_LEVEL	      5
#define FMT_MAX_IOVA	      64
#define FMT_MAX_OA	      52
#define FMT_FEATURES	      (PT_DYNAMIC_TOP | PT_DIRTY)
#define FMT_ITEM_HAS_OA	      false
#define FMT_OA_STEP_LG2	      64
#define FMT_TRACKS_WRITES     1
#define FMT_BREAK_BEFORE_MAKE 0

#define AMDV1_PR	 (1ull << 0)
#define AMDV1_A		 (1ull << 5)
#define AMDV1_D		 (1ull << 6)
#define AMDV1_NEXT_LEVEL PT_BITS(11, 9)
#define AMDV1_OA	 PT_BITS(51, 12)
#define AMDV1_IR	 (1ull << 61)
#define AMDV1_IW	 (1ull << 62)
#define AMDV1_CONTIG	 7u /* next level of a leaf larger than its slot */

static inline unsigned amdv1_next_level(uint64_t word)
{
	return (word & AMDV1_NEXT_LEVEL) >> 9;
}

static inline uint64_t fmt_sizes(const struct pt_config *cfg)
{
	(void)cfg;
	return PT_BITS(51, 12) & ~(1ull << 39); /* 512G meets a hardware bug */
}

static inline bool fmt_has_start(const struct pt_config *cfg)
{
	return cfg->top_level <= FMT_MAX_LEVEL;
}

static inline unsigned fmt_top_size(const struct pt_config *cfg)
{
	(void)cfg;
	return 4096;
}

static inline uint64_t fmt_leaf_attrs(const struct pt_config *cfg, unsigned prot)
{
	uint64_t word = AMDV1_PR | AMDV1_A;

	if (prot & PT_READ)
		word |= AMDV1_IR;
	if (prot & PT_WRITE)
		word |= AMDV1_IW;
	if ((prot & PT_WRITE) && !(cfg->features & PT_DIRTY))
		word |= AMDV1_D;
	return word;
}

static inline enum pt_kind fmt_kind(uint64_t word, unsigned level)
{
	unsigned next = amdv1_next_level(word);

	if (!(word & AMDV1_PR))
		return PT_EMPTY;
	return level == 0 || next == 0 || next == AMDV1_CONTIG ? PT_LEAF : PT_TABLE;
}

static inline unsigned fmt_leaf_lg2(uint64_t word, unsigned level)
{
	if (amdv1_next_level(word) != AMDV1_CONTIG)
		return FMT_GRANULE_LG2 + level * FMT_BITS;
	return __builtin_ctzll(~(word >> 12)) + 13;
}

static inline uint64_t fmt_translate(uint64_t word, unsigned level, uint64_t va)
{
	uint64_t offset = (1ull << fmt_leaf_lg2(word, level)) - 1;

	return (word & AMDV1_OA & ~offset) | (va & offset);
}

static inline uint64_t fmt_leaf(uint64_t oa, unsigned lg2, unsigned level, uint64_t attrs)
{
	if (lg2 == FMT_GRANULE_LG2 + level * FMT_BITS)
		return oa | attrs;
	return oa | ((1ull << (lg2 - 1)) - 4096) | ((uint64_t)AMDV1_CONTIG << 9) | attrs;
}

static inline uint64_t fmt_oa_bits(uint64_t bytes)
{
	return bytes;
}

static inline uint64_t fmt_table(uint64_t phys, unsigned level)
{
	return phys | (uint64_t)level << 9 | AMDV1_PR | AMDV1_IR | AMDV1_IW;
}

static inline uint64_t fmt_table_oa(uint64_t word)
{
	return word & AMDV1_OA;
}

static inline bool fmt_is_dirty(uint64_t word)
{
	return word & AMDV1_D;
}

static inline void fmt_make_clean(pt_word *slot)
{
	pt_and(slot, ~AMDV1_D);
}

#endif
