/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the decoders share: bit ranges as specifications write them, and the four answers.
 */
#ifndef FUZZ_ORACLE_HW_BITS_H
#define FUZZ_ORACLE_HW_BITS_H

#include "oracle/hw.h"

#define HW_RWX (HW_R | HW_W | HW_X)

/* The decoders, one struct for each enum hw_id. */
extern const struct hw_format hw_amdv1, hw_x86_64, hw_vtdfs, hw_vtdss, hw_riscv, hw_riscv_g,
	hw_arm4k_s1, hw_arm4k_s2, hw_arm16k_s1, hw_arm16k_s2, hw_arm64k_s1, hw_arm64k_s2, hw_armv7s,
	hw_dart;

/* Is the address one the root's tables resolve: canonical, within the width and their span? */
bool hw_accepts(const struct engine_cfg *cfg, unsigned top, uint64_t iova, uint64_t *va);

/* Tables of 512 eight-byte words above pages of 4K, as most formats have them. */
unsigned hw_slots_512(const struct engine_cfg *cfg, unsigned level, unsigned top);

/* Bits hi..lo. */
static inline uint64_t hw_bits(unsigned hi, unsigned lo)
{
	return (UINT64_MAX >> (63 - hi)) & (UINT64_MAX << lo);
}

static inline bool hw_bit(uint64_t word, unsigned n)
{
	return word >> n & 1;
}

/* The low n bits, for n up to 64. */
static inline uint64_t hw_low(unsigned n)
{
	return n ? UINT64_MAX >> (64 - n) : 0;
}

static inline void hw_none(struct hw_entry *out)
{
	*out = (struct hw_entry){.kind = HW_NONE};
}

static inline void hw_fault(struct hw_entry *out, const char *why)
{
	*out = (struct hw_entry){.kind = HW_FAULT, .why = why};
}

static inline void hw_table(const struct engine_cfg *cfg, uint64_t pa, unsigned next_level,
			    unsigned perms, struct hw_entry *out)
{
	*out = (struct hw_entry){
		.kind = HW_TABLE, .pa = pa, .next_level = next_level, .perms = perms};
	if (pa & ~hw_low(cfg->oa_width))
		hw_fault(out, "table address beyond the output width");
}

/* A leaf hardware cannot use becomes a fault. */
static inline void hw_check_leaf(const struct engine_cfg *cfg, struct hw_entry *out)
{
	if (out->pa & hw_low(out->lg2))
		hw_fault(out, "leaf address not aligned to its size");
	else if ((out->pa | hw_low(out->lg2)) & ~hw_low(cfg->oa_width))
		hw_fault(out, "leaf address beyond the output width");
}

#endif
