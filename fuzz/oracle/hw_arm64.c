/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VMSAv8-64 with granules of 4K, 16K and 64K, as an SMMUv3 reads it for an unprivileged request.
 *
 * Stage 1 takes permissions away on the way down, stage 2 says all in the leaf. An item of a
 * contiguous run carries its own OA. The top table is only as large as the input size needs;
 * stage 2 may put up to 16 tables side by side at the top.
 */
#include "oracle/hw_bits.h"

enum {
	VALID = 0,
	TYPE = 1, /* table above level 0, page at level 0 */
	AP1 = 6,  /* stage 1: unprivileged access; stage 2: read */
	AP2 = 7,  /* stage 1: read only; stage 2: write */
	AF = 10,
	FNXS = 11, /* stage 2 */
	DBM = 51,
	CONT = 52,
	XN = 54,
	UXN_TABLE = 60,
	AP_TABLE_UNPRIV = 61,
	AP_TABLE_RO = 62,
};

static bool second_stage(const struct engine_cfg *cfg)
{
	return cfg->hw == HW_ARM4K_S2 || cfg->hw == HW_ARM16K_S2 || cfg->hw == HW_ARM64K_S2;
}

static unsigned granule(const struct engine_cfg *cfg)
{
	return hw_format(cfg->hw)->granule_lg2;
}

/* 52-bit output addresses: bits 51:48 live in 15:12 of the 64K granule's words. */
static bool has_lpa(const struct engine_cfg *cfg)
{
	return granule(cfg) == 16 && cfg->oa_width > 48;
}

static unsigned slots(const struct engine_cfg *cfg, unsigned level, unsigned top)
{
	unsigned full = granule(cfg) - 3, item = hw_item_lg2(hw_format(cfg->hw), level), lg2;

	if (level < top)
		return 1u << full;
	lg2 = cfg->iova_width > item ? cfg->iova_width - item : 0;
	if (second_stage(cfg))
		full += 4;
	return 1u << (lg2 < full ? lg2 : full);
}

static unsigned max_leaf_level(const struct engine_cfg *cfg)
{
	return granule(cfg) == 12 || has_lpa(cfg) ? 2 : 1;
}

/* log2 of the items a contiguous run has. */
static unsigned run_lg2(const struct engine_cfg *cfg, unsigned level)
{
	if (granule(cfg) == 12)
		return 4;
	return granule(cfg) == 14 && level == 0 ? 7 : 5;
}

static uint64_t address(const struct engine_cfg *cfg, uint64_t word)
{
	uint64_t pa = word & hw_bits(47, granule(cfg));

	return has_lpa(cfg) ? pa | (word & hw_bits(15, 12)) << 36 : pa;
}

/* Address bits the granule or the output size leaves no room for. */
static uint64_t reserved(const struct engine_cfg *cfg)
{
	uint64_t low = granule(cfg) > 12 && !has_lpa(cfg) ? hw_bits(granule(cfg) - 1, 12) : 0;

	return hw_bits(50, 48) | low;
}

static unsigned leaf_perms(const struct engine_cfg *cfg, uint64_t word)
{
	bool managed = (cfg->features & F_DIRTY) && hw_bit(word, DBM);
	unsigned perms = hw_bit(word, XN) ? 0 : HW_X;

	if (second_stage(cfg))
		return perms | (hw_bit(word, AP1) ? HW_R : 0) |
		       (hw_bit(word, AP2) || managed ? HW_W : 0);
	if (hw_bit(word, AP1))
		perms |= HW_R | (!hw_bit(word, AP2) || managed ? HW_W : 0);
	return perms;
}

static void table(const struct engine_cfg *cfg, uint64_t word, unsigned level, struct hw_entry *out)
{
	unsigned perms = HW_RWX;

	if (second_stage(cfg) && word & hw_bits(63, 59)) {
		hw_fault(out, "reserved bits 63:59 of a second-stage table pointer");
		return;
	}
	if (!second_stage(cfg)) {
		if (hw_bit(word, AP_TABLE_UNPRIV))
			perms &= ~(unsigned)(HW_R | HW_W);
		if (hw_bit(word, AP_TABLE_RO))
			perms &= ~(unsigned)HW_W;
		if (hw_bit(word, UXN_TABLE))
			perms &= ~(unsigned)HW_X;
	}
	hw_table(cfg, address(cfg, word), level - 1, perms, out);
}

/* Which attribute of a leaf has an encoding that nothing may use; NULL if none. */
static const char *leaf_reserved(const struct engine_cfg *cfg, uint64_t word)
{
	unsigned memattr = word >> 2 & 15;

	if ((word >> 8 & 3) == 1)
		return "reserved shareability";
	if (!second_stage(cfg))
		return NULL;
	if (memattr > 3 && (memattr & 3) == 0)
		return "reserved memory type of the second stage";
	return hw_bit(word, FNXS) ? "reserved bit 11 of a second-stage leaf" : NULL;
}

/* What is wrong with a contiguous bit in this place; NULL if nothing is. */
static const char *run_reserved(const struct engine_cfg *cfg, uint64_t pa, unsigned level,
				unsigned index, unsigned top)
{
	unsigned run = 1u << run_lg2(cfg, level);

	if (granule(cfg) == 16 && level > 1)
		return "contiguous bit at a level without runs";
	if (run > slots(cfg, level, top))
		return "contiguous run larger than its table";
	if ((pa >> hw_item_lg2(hw_format(cfg->hw), level)) % run != index % run)
		return "contiguous run not aligned alike in IOVA and OA";
	return NULL;
}

static void leaf(const struct engine_cfg *cfg, uint64_t word, unsigned level, unsigned index,
		 unsigned top, struct hw_entry *out)
{
	unsigned item = hw_item_lg2(hw_format(cfg->hw), level), lg2 = item;
	uint64_t pa = address(cfg, word);
	const char *why = leaf_reserved(cfg, word);

	if (!why && pa & hw_low(item))
		why = "leaf address not aligned to its size";
	if (!why && hw_bit(word, CONT)) {
		why = run_reserved(cfg, pa, level, index, top);
		lg2 += run_lg2(cfg, level);
		pa &= ~hw_low(lg2);
	}
	if (why) {
		hw_fault(out, why);
		return;
	}
	*out = (struct hw_entry){.kind = HW_LEAF,
				 .pa = pa,
				 .lg2 = lg2,
				 .item_lg2 = item,
				 .perms = leaf_perms(cfg, word),
				 .accessed = hw_bit(word, AF),
				 .dirty = hw_bit(word, AP2) == second_stage(cfg)};
	hw_check_leaf(cfg, out);
	if (out->kind == HW_LEAF && !out->accessed && !(cfg->features & F_DIRTY))
		hw_fault(out, "access flag clear");
}

static void decode(const struct engine_cfg *cfg, uint64_t word, unsigned level, unsigned index,
		   unsigned top, struct hw_entry *out)
{
	if (!hw_bit(word, VALID))
		hw_none(out);
	else if (word & reserved(cfg))
		hw_fault(out, "reserved address bits");
	else if (hw_bit(word, TYPE) && level > 0)
		table(cfg, word, level, out);
	else if (!hw_bit(word, TYPE) && level == 0)
		hw_fault(out, "block at level 0");
	else if (level > max_leaf_level(cfg))
		hw_fault(out, "block at a level that has none");
	else
		leaf(cfg, word, level, index, top, out);
}

/* Plain memory: inner shareable and write-back, of attribute 0 in stage 1; not global. */
static uint64_t constant(const struct engine_cfg *cfg, enum hw_kind kind, unsigned level,
			 uint64_t *value)
{
	uint64_t managed = cfg->features & F_DIRTY ? 0 : hw_bits(51, 51);

	(void)level;
	if (kind == HW_TABLE)
		return hw_bits(11, 2) | hw_bits(58, 51) | hw_bits(63, 63);
	*value = 3u << 8 | 1u << AF | (second_stage(cfg) ? 15u << 2 : 1u << 11);
	return hw_bits(5, 2) | hw_bits(11, 8) | hw_bits(53, 53) | hw_bits(63, 55) | managed;
}

static uint64_t mark_dirty(const struct engine_cfg *cfg, uint64_t word)
{
	if (!(cfg->features & F_DIRTY))
		return word;
	word |= 1u << AF;
	if (!hw_bit(word, DBM))
		return word;
	return second_stage(cfg) ? word | 1u << AP2 : word & ~(uint64_t)(1u << AP2);
}

static uint64_t run_ignore(const struct engine_cfg *cfg)
{
	return cfg->features & F_DIRTY ? 1u << AF | 1u << AP2 : 0;
}

#define ARM64(var, label, lg2, top)        \
	const struct hw_format var = {     \
		.name = label,             \
		.granule_lg2 = lg2,        \
		.index_lg2 = lg2 - 3,      \
		.word_bytes = 8,           \
		.max_level = top,          \
		.perms = HW_RWX,           \
		.slots = slots,            \
		.accepts = hw_accepts,     \
		.decode = decode,          \
		.constant = constant,      \
		.mark_dirty = mark_dirty,  \
		.run_ignore = run_ignore,  \
		.own_oa = true,            \
		.break_before_make = true, \
	}

ARM64(hw_arm4k_s1, "arm4k_s1", 12, 3);
ARM64(hw_arm4k_s2, "arm4k_s2", 12, 3);
ARM64(hw_arm16k_s1, "arm16k_s1", 14, 3);
ARM64(hw_arm16k_s2, "arm16k_s2", 14, 2);
ARM64(hw_arm64k_s1, "arm64k_s1", 16, 2);
ARM64(hw_arm64k_s2, "arm64k_s2", 16, 2);
