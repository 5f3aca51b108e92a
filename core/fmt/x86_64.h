/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * x86-64 paging with four and five levels: Intel SDM volume 3, 4.5; AMD IOMMU v2 page tables and
 * VT-d first-stage translation (VT-d specification, 3.6) read the same words.
 *
 * Every level allows everything but for execution; leaves decide. VT-d requires U/S at all levels.
 */
#ifndef PT_FMT_X86_64_H
#define PT_FMT_X86_64_H

#include "../format.h"

#define FMT_OPS		      pt_x86_64
#define FMT_NAME	      "x86_64"
#define FMT_GRANULE_LG2	      12
#define FMT_BITS	      9
#define FMT_ROOT_BITS	      0
#define FMT_MAX_LEVEL	      4
#define FMT_MAX_IOVA	      57
#define FMT_MAX_OA	      52
#define FMT_FEATURES	      PT_SIGN_EXTEND
#define FMT_ITEM_HAS_OA	      false
#define FMT_OA_STEP_LG2	      64
#define FMT_TRACKS_WRITES     0
#define FMT_BREAK_BEFORE_MAKE 0

#define X86_P  (1ull << 0)
#define X86_RW (1ull << 1)
#define X86_US (1ull << 2)
#define X86_A  (1ull << 5)
#define X86_D  (1ull << 6)
#define X86_PS (1ull << 7) /* levels 1 and 2: a leaf; level 0: PAT, which we leave zero */
#define X86_OA PT_BITS(51, 12)
#define X86_XD (1ull << 63)

static inline uint64_t fmt_sizes(const struct pt_config *cfg)
{
	(void)cfg;
	return 1ull << 12 | 1ull << 21 | 1ull << 30;
}

static inline bool fmt_has_start(const struct pt_config *cfg)
{
	return cfg->top_level == 3 || cfg->top_level == 4;
}

static inline unsigned fmt_top_size(const struct pt_config *cfg)
{
	(void)cfg;
	return 4096;
}

static inline uint64_t fmt_leaf_attrs(const struct pt_config *cfg, unsigned prot)
{
	uint64_t word = X86_P | X86_US | X86_A;

	(void)cfg;
	if (!(prot & PT_READ))
		return PT_NO_WORD;
	if (prot & PT_WRITE)
		word |= X86_RW | X86_D;
	if (prot & PT_NOEXEC)
		word |= X86_XD;
	return word;
}

static inline enum pt_kind fmt_kind(uint64_t word, unsigned level)
{
	if (!(word & X86_P))
		return PT_EMPTY;
	return level == 0 || (word & X86_PS) ? PT_LEAF : PT_TABLE;
}

static inline unsigned fmt_leaf_lg2(uint64_t word, unsigned level)
{
	(void)word;
	return FMT_GRANULE_LG2 + level * FMT_BITS;
}

static inline uint64_t fmt_translate(uint64_t word, unsigned level, uint64_t va)
{
	uint64_t offset = (1ull << fmt_leaf_lg2(word, level)) - 1;

	return (word & X86_OA & ~offset) | (va & offset);
}

static inline uint64_t fmt_leaf(uint64_t oa, unsigned lg2, unsigned level, uint64_t attrs)
{
	(void)lg2;
	return oa | attrs | (level ? X86_PS : 0);
}

static inline uint64_t fmt_oa_bits(uint64_t bytes)
{
	return bytes;
}

static inline uint64_t fmt_table(uint64_t phys, unsigned level)
{
	(void)level;
	return phys | X86_P | X86_RW | X86_US | X86_A;
}

static inline uint64_t fmt_table_oa(uint64_t word)
{
	return word & X86_OA;
}

#endif
