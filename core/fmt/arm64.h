/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VMSAv8-64 with granules of 4K, 16K and 64K, as an SMMUv3 walks it: Arm Architecture Reference
 * Manual, D8 "The AArch64 Virtual Memory System Architecture"; SMMUv3 specification, 3.4.
 *
 * Levels here count up from the granule, Arm's count down to 3. A contiguous run is one entry of
 * which each item holds its own OA. The root is only as large as the width needs; in stage 2 it
 * may be up to sixteen tables side by side, which buys a level less. The file that includes this
 * has defined ARM64_KIB, the granule, and ARM64_STAGE, 1 or 2.
 */
#ifndef PT_FMT_ARM64_H
#define PT_FMT_ARM64_H

#include "../format.h"

#define ARM64_JOIN(kib, stage)	pt_arm##kib##k_s##stage
#define ARM64_OPS(kib, stage)	ARM64_JOIN(kib, stage)
#define ARM64_QUOTE(kib, stage) "arm" #kib "k_s" #stage
#define ARM64_NAME(kib, stage)	ARM64_QUOTE(kib, stage)

#define FMT_OPS		      ARM64_OPS(ARM64_KIB, ARM64_STAGE)
#define FMT_NAME	      ARM64_NAME(ARM64_KIB, ARM64_STAGE)
#define FMT_GRANULE_LG2	      (ARM64_KIB == 4 ? 12 : ARM64_KIB == 16 ? 14 : 16)
#define FMT_BITS	      (FMT_GRANULE_LG2 - 3)
#define FMT_ROOT_BITS	      (ARM64_STAGE == 1 ? 0 : 4)
#define FMT_MAX_LEVEL	      (ARM64_KIB == 4 || (ARM64_KIB == 16 && ARM64_STAGE == 1) ? 3 : 2)
#define FMT_MAX_IOVA	      48
#define FMT_MAX_OA	      (ARM64_KIB == 64 ? 52 : 48)
#define FMT_FEATURES	      (PT_DIRTY | (ARM64_STAGE == 1 ? PT_UPPER_HALF : 0))
#define FMT_ITEM_HAS_OA	      true
#define FMT_OA_STEP_LG2	      (ARM64_KIB == 64 ? 48 : 64)
#define FMT_TRACKS_WRITES     1
#define FMT_BREAK_BEFORE_MAKE 1

#define ARM64_MIN_IOVA 25 /* narrower needs small translation tables */

#define ARM64_VALID  (1ull << 0)
#define ARM64_TYPE   (1ull << 1) /* a table above level 0, a page at level 0 */
#define ARM64_ISH    (3ull << 8)
#define ARM64_AF     (1ull << 10)
#define ARM64_OA     PT_BITS(47, FMT_GRANULE_LG2)
#define ARM64_OA_LPA PT_BITS(15, 12) /* 64K: OA[51:48], zero unless the OA width exceeds 48 */
#define ARM64_DBM    (1ull << 51)
#define ARM64_CONT   (1ull << 52)
#define ARM64_XN     (1ull << 54)

#define ARM64_S1_ATTR  (0ull << 2) /* MAIR attribute 0: normal write-back memory */
#define ARM64_S1_AP1   (1ull << 6) /* unprivileged access; one where there is one privilege */
#define ARM64_S1_RO    (1ull << 7)
#define ARM64_S1_NG    (1ull << 11) /* not for all ASIDs; ignored where there are none */
#define ARM64_S2_ATTR  (15ull << 2) /* normal memory, inner and outer write-back */
#define ARM64_S2_READ  (1ull << 6)
#define ARM64_S2_WRITE (1ull << 7)

static inline uint64_t fmt_sizes(const struct pt_config *cfg)
{
	if (ARM64_KIB == 4)
		return 1ull << 12 | 1ull << 16 | 1ull << 21 | 1ull << 25 | 1ull << 30 | 1ull << 34;
	if (ARM64_KIB == 16)
		return 1ull << 14 | 1ull << 21 | 1ull << 25 | 1ull << 30;
	return 1ull << 16 | 1ull << 21 | 1ull << 29 | 1ull << 34 |
	       (cfg->oa_width > 48 ? 1ull << 42 : 0);
}

/* log2 of the items in a contiguous run. */
static inline unsigned arm64_run_lg2(unsigned level)
{
	if (ARM64_KIB == 4)
		return 4;
	return ARM64_KIB == 16 && level == 0 ? 7 : 5;
}

static inline unsigned arm64_slot_lg2(unsigned level)
{
	return FMT_GRANULE_LG2 + level * FMT_BITS;
}

/*
 * Stage 1 starts at the one level whose table spans the width and needs two slots or more.
 * Stage 2 may also start lower, up to the sixteen tables that the caller checks; its 4K granule
 * never at level 0. The highest level of a stage 2 needs an OA width that makes use of it.
 */
static inline bool fmt_has_start(const struct pt_config *cfg)
{
	if (cfg->iova_width < ARM64_MIN_IOVA || cfg->top_level > FMT_MAX_LEVEL ||
	    cfg->iova_width <= arm64_slot_lg2(cfg->top_level))
		return false;
	if (ARM64_STAGE == 1)
		return true;
	if (ARM64_KIB == 4 && cfg->top_level == 0)
		return false;
	return cfg->top_level < FMT_MAX_LEVEL || cfg->oa_width >= (ARM64_KIB == 16 ? 42 : 44);
}

static inline unsigned fmt_top_size(const struct pt_config *cfg)
{
	unsigned size = 8u << (cfg->iova_width - arm64_slot_lg2(cfg->top_level));

	return size < 4096 ? 4096 : size;
}

static inline uint64_t fmt_leaf_attrs(const struct pt_config *cfg, unsigned prot)
{
	bool managed = (prot & PT_WRITE) && (cfg->features & PT_DIRTY);
	uint64_t word = ARM64_VALID | ARM64_ISH | ARM64_AF;

	if (prot & PT_NOEXEC)
		word |= ARM64_XN;
	if (managed)
		word |= ARM64_DBM;
	if (ARM64_STAGE == 2) {
		word |= ARM64_S2_ATTR;
		if (prot & PT_READ)
			word |= ARM64_S2_READ;
		if ((prot & PT_WRITE) && !managed)
			word |= ARM64_S2_WRITE;
		return word;
	}
	if (!(prot & PT_READ))
		return PT_NO_WORD;
	word |= ARM64_S1_ATTR | ARM64_S1_AP1 | ARM64_S1_NG;
	if (!(prot & PT_WRITE) || managed)
		word |= ARM64_S1_RO;
	return word;
}

static inline enum pt_kind fmt_kind(uint64_t word, unsigned level)
{
	if (!(word & ARM64_VALID))
		return PT_EMPTY;
	return level == 0 || !(word & ARM64_TYPE) ? PT_LEAF : PT_TABLE;
}

static inline unsigned fmt_leaf_lg2(uint64_t word, unsigned level)
{
	return arm64_slot_lg2(level) + (word & ARM64_CONT ? arm64_run_lg2(level) : 0);
}

/* The address field of a word and back: OA[51:48] go where a 64K granule leaves room. */
static inline uint64_t arm64_field(uint64_t oa)
{
	return ARM64_KIB == 64 ? (oa & ARM64_OA) | (oa >> 36 & ARM64_OA_LPA) : oa;
}

static inline uint64_t fmt_table_oa(uint64_t word)
{
	return (word & ARM64_OA) | (ARM64_KIB == 64 ? (word & ARM64_OA_LPA) << 36 : 0);
}

static inline uint64_t fmt_translate(uint64_t word, unsigned level, uint64_t va)
{
	return fmt_table_oa(word) | (va & ((1ull << arm64_slot_lg2(level)) - 1));
}

static inline uint64_t fmt_leaf(uint64_t oa, unsigned lg2, unsigned level, uint64_t attrs)
{
	return arm64_field(oa) | attrs | (level ? 0 : ARM64_TYPE) |
	       (lg2 == arm64_slot_lg2(level) ? 0 : ARM64_CONT);
}

static inline uint64_t fmt_oa_bits(uint64_t bytes)
{
	return bytes;
}

static inline uint64_t fmt_table(uint64_t phys, unsigned level)
{
	(void)level;
	return arm64_field(phys) | ARM64_VALID | ARM64_TYPE;
}

/* With PT_DIRTY hardware turns a leaf with DBM from read only to writable. */
static inline bool fmt_is_dirty(uint64_t word)
{
	bool writable = ARM64_STAGE == 1 ? !(word & ARM64_S1_RO) : word & ARM64_S2_WRITE;

	return (word & ARM64_DBM) && writable;
}

static inline void fmt_make_clean(pt_word *slot)
{
	if (ARM64_STAGE == 1)
		pt_or(slot, ARM64_S1_RO);
	else
		pt_and(slot, ~ARM64_S2_WRITE);
}

#endif
