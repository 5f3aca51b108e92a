/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VT-d second-stage translation with three, four and five levels: VT-d specification, 3.7 and
 * 9.8.
 *
 * No bit says present: a word that allows neither read nor write is empty. A and D are ignored
 * unless the IOMMU is told to set them; tables carry A, so that it never needs to.
 */
#ifndef PT_FMT_VTDSS_H
#define PT_FMT_VTDSS_H

#include "../format.h"

#define FMT_OPS		      pt_vtdss
#define FMT_NAME	      "vtdss"
#define FMT_GRANULE_LG2	      12
#define FMT_BITS	      9
#define FMT_ROOT_BITS	      0
#define FMT_MAX_LEVEL	      4
#define FMT_MAX_IOVA	      57
#define FMT_MAX_OA	      52
#define FMT_FEATURES	      PT_DIRTY
#define FMT_ITEM_HAS_OA	      false
#define FMT_OA_STEP_LG2	      64
#define FMT_TRACKS_WRITES     1
#define FMT_BREAK_BEFORE_MAKE 0

#define VTDSS_R	 (1ull << 0)
#define VTDSS_W	 (1ull << 1)
#define VTDSS_PS (1ull << 7) /* levels 1 and 2: a leaf */
#define VTDSS_A	 (1ull << 8)
#define VTDSS_D	 (1ull << 9)
#define VTDSS_OA PT_BITS(51, 12)

static inline uint64_t fmt_sizes(const struct pt_config *cfg)
{
	(void)cfg;
	return 1ull << 12 | 1ull << 21 | 1ull << 30;
}

static inline bool fmt_has_start(const struct pt_config *cfg)
{
	return cfg->top_level >= 2 && cfg->top_level <= FMT_MAX_LEVEL;
}

static inline unsigned fmt_top_size(const struct pt_config *cfg)
{
	(void)cfg;
	return 4096;
}

static inline uint64_t fmt_leaf_attrs(const struct pt_config *cfg, unsigned prot)
{
	uint64_t word = VTDSS_A;

	if (prot & PT_READ)
		word |= VTDSS_R;
	if (prot & PT_WRITE)
		word |= VTDSS_W;
	if ((prot & PT_WRITE) && !(cfg->features & PT_DIRTY))
		word |= VTDSS_D;
	return word;
}

static inline enum pt_kind fmt_kind(uint64_t word, unsigned level)
{
	if (!(word & (VTDSS_R | VTDSS_W)))
		return PT_EMPTY;
	return level == 0 || (word & VTDSS_PS) ? PT_LEAF : PT_TABLE;
}

static inline unsigned fmt_leaf_lg2(uint64_t word, unsigned level)
{
	(void)word;
	return FMT_GRANULE_LG2 + level * FMT_BITS;
}

static inline uint64_t fmt_translate(uint64_t word, unsigned level, uint64_t va)
{
	uint64_t offset = (1ull << fmt_leaf_lg2(word, level)) - 1;

	return (word & VTDSS_OA & ~offset) | (va & offset);
}

static inline uint64_t fmt_leaf(uint64_t oa, unsigned lg2, unsigned level, uint64_t attrs)
{
	(void)lg2;
	return oa | attrs | (level ? VTDSS_PS : 0);
}

static inline uint64_t fmt_oa_bits(uint64_t bytes)
{
	return bytes;
}

static inline uint64_t fmt_table(uint64_t phys, unsigned level)
{
	(void)level;
	return phys | VTDSS_R | VTDSS_W | VTDSS_A;
}

static inline uint64_t fmt_table_oa(uint64_t word)
{
	return word & VTDSS_OA;
}

static inline bool fmt_is_dirty(uint64_t word)
{
	return word & VTDSS_D;
}

static inline void fmt_make_clean(pt_word *slot)
{
	pt_and(slot, ~VTDSS_D);
}

#endif
