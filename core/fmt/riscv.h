/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RISC-V Sv39, Sv48 and Sv57 with Svnapot, and the second stage Sv39x4, Sv48x4, Sv57x4:
 * privileged specification, "Supervisor-Level ISA" and "Hypervisor Extension"; IOMMU
 * specification, "Data Structures".
 *
 * A word without R, W and X links a table; any level may hold a leaf. A second-stage root has two
 * index bits more. N with PPN[3:0] = 1000b makes 64K of sixteen equal words. Leaves are for
 * requests without privilege (U), as every second-stage request is. The file that includes this
 * has defined RISCV_STAGE, 1 or 2.
 */
#ifndef PT_FMT_RISCV_H
#define PT_FMT_RISCV_H

#include "../format.h"

#if RISCV_STAGE == 1
#define FMT_OPS	      pt_riscv
#define FMT_NAME      "riscv"
#define FMT_ROOT_BITS 0
#define FMT_FEATURES  PT_SIGN_EXTEND
#else
#define FMT_OPS	      pt_riscv_g
#define FMT_NAME      "riscv_g"
#define FMT_ROOT_BITS 2
#define FMT_FEATURES  0
#endif
#define FMT_GRANULE_LG2	      12
#define FMT_BITS	      9
#define FMT_MAX_LEVEL	      4
#define FMT_MAX_IOVA	      (57 + FMT_ROOT_BITS)
#define FMT_MAX_OA	      56
#define FMT_ITEM_HAS_OA	      false
#define FMT_OA_STEP_LG2	      64
#define FMT_TRACKS_WRITES     0
#define FMT_BREAK_BEFORE_MAKE 0

#define RISCV_V		(1ull << 0)
#define RISCV_R		(1ull << 1)
#define RISCV_W		(1ull << 2)
#define RISCV_X		(1ull << 3)
#define RISCV_U		(1ull << 4)
#define RISCV_A		(1ull << 6)
#define RISCV_D		(1ull << 7)
#define RISCV_PPN	PT_BITS(53, 10)
#define RISCV_PPN_SHIFT 2 /* from an address to its place in a word */
#define RISCV_N		(1ull << 63)
#define RISCV_NAPOT_LG2 16
#define RISCV_NAPOT_PPN (8ull << 10) /* PPN[3:0] = 1000b */

static inline uint64_t fmt_sizes(const struct pt_config *cfg)
{
	(void)cfg;
	return 1ull << 12 | 1ull << RISCV_NAPOT_LG2 | 1ull << 21 | 1ull << 30 | 1ull << 39 |
	       1ull << 48;
}

static inline bool fmt_has_start(const struct pt_config *cfg)
{
	unsigned width = cfg->iova_width - FMT_ROOT_BITS;

	return (width == 39 || width == 48 || width == 57) && cfg->top_level >= 2 &&
	       cfg->top_level <= FMT_MAX_LEVEL;
}

static inline unsigned fmt_top_size(const struct pt_config *cfg)
{
	(void)cfg;
	return 4096 << FMT_ROOT_BITS;
}

static inline uint64_t fmt_leaf_attrs(const struct pt_config *cfg, unsigned prot)
{
	uint64_t word = RISCV_V | RISCV_R | RISCV_U | RISCV_A;

	(void)cfg;
	if (!(prot & PT_READ))
		return PT_NO_WORD;
	if (prot & PT_WRITE)
		word |= RISCV_W | RISCV_D;
	if (!(prot & PT_NOEXEC))
		word |= RISCV_X;
	return word;
}

static inline enum pt_kind fmt_kind(uint64_t word, unsigned level)
{
	(void)level;
	if (!(word & RISCV_V))
		return PT_EMPTY;
	return word & (RISCV_R | RISCV_W | RISCV_X) ? PT_LEAF : PT_TABLE;
}

static inline unsigned fmt_leaf_lg2(uint64_t word, unsigned level)
{
	return word & RISCV_N ? RISCV_NAPOT_LG2 : FMT_GRANULE_LG2 + level * FMT_BITS;
}

static inline uint64_t fmt_translate(uint64_t word, unsigned level, uint64_t va)
{
	uint64_t offset = (1ull << fmt_leaf_lg2(word, level)) - 1;

	return ((word & RISCV_PPN) << RISCV_PPN_SHIFT & ~offset) | (va & offset);
}

static inline uint64_t fmt_leaf(uint64_t oa, unsigned lg2, unsigned level, uint64_t attrs)
{
	uint64_t word = oa >> RISCV_PPN_SHIFT | attrs;

	(void)level;
	return lg2 == RISCV_NAPOT_LG2 ? word | RISCV_N | RISCV_NAPOT_PPN : word;
}

static inline uint64_t fmt_oa_bits(uint64_t bytes)
{
	return bytes >> RISCV_PPN_SHIFT;
}

static inline uint64_t fmt_table(uint64_t phys, unsigned level)
{
	(void)level;
	return phys >> RISCV_PPN_SHIFT | RISCV_V;
}

static inline uint64_t fmt_table_oa(uint64_t word)
{
	return (word & RISCV_PPN) << RISCV_PPN_SHIFT;
}

#endif
