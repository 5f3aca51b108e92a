/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * x86-64 tables of four and five levels, for a request without supervisor privilege: as the CPU
 * and AMD's version 2 read them, and as VT-d does in its first stage, which has no execute
 * disable.
 */
#include "oracle/hw_bits.h"

enum {
	P = 0,
	RW = 1,
	US = 2,
	A = 5,
	D = 6,
	PS = 7,
	XD = 63,
};

static unsigned perms_of(uint64_t word, bool has_xd)
{
	if (!hw_bit(word, US))
		return 0;
	return HW_R | (hw_bit(word, RW) ? HW_W : 0) | (has_xd && hw_bit(word, XD) ? 0 : HW_X);
}

static void decode(const struct engine_cfg *cfg, uint64_t word, unsigned level, unsigned index,
		   unsigned top, struct hw_entry *out)
{
	unsigned item = 12 + 9 * level, perms = perms_of(word, cfg->hw == HW_X86_64);
	uint64_t pa = word & hw_bits(51, 12);

	(void)index;
	(void)top;
	if (!hw_bit(word, P)) {
		hw_none(out);
		return;
	}
	if (level > 2 && hw_bit(word, PS)) {
		hw_fault(out, "page size bit above level 2");
		return;
	}
	if (level > 0 && !hw_bit(word, PS)) {
		hw_table(cfg, pa, level - 1, perms, out);
		return;
	}
	if (level > 0)
		pa &= ~hw_bits(12, 12); /* a memory type bit in large pages */
	*out = (struct hw_entry){.kind = HW_LEAF,
				 .pa = pa,
				 .lg2 = item,
				 .item_lg2 = item,
				 .perms = perms,
				 .accessed = hw_bit(word, A),
				 .dirty = hw_bit(word, D)};
	hw_check_leaf(cfg, out);
}

static uint64_t constant(const struct engine_cfg *cfg, enum hw_kind kind, unsigned level,
			 uint64_t *value)
{
	uint64_t both = hw_bits(5, 3) | hw_bits(11, 8) | hw_bits(62, 52);

	(void)cfg;
	*value = 1u << A;
	if (kind == HW_TABLE)
		return both | hw_bits(6, 6);
	return both | (level ? hw_bits(12, 12) : hw_bits(7, 7));
}

static uint64_t mark_dirty(const struct engine_cfg *cfg, uint64_t word)
{
	return cfg->features & F_DIRTY ? word | 1u << A | 1u << D : word;
}

static uint64_t run_ignore(const struct engine_cfg *cfg)
{
	(void)cfg;
	return 1u << A | 1u << D;
}

const struct hw_format hw_x86_64 = {
	.name = "x86_64",
	.granule_lg2 = 12,
	.index_lg2 = 9,
	.word_bytes = 8,
	.max_level = 4,
	.perms = HW_RWX,
	.slots = hw_slots_512,
	.accepts = hw_accepts,
	.decode = decode,
	.constant = constant,
	.mark_dirty = mark_dirty,
	.run_ignore = run_ignore,
	.inv_enclosed = true,
};

const struct hw_format hw_vtdfs = {
	.name = "vtdfs",
	.granule_lg2 = 12,
	.index_lg2 = 9,
	.word_bytes = 8,
	.max_level = 4,
	.perms = HW_R | HW_W,
	.slots = hw_slots_512,
	.accepts = hw_accepts,
	.decode = decode,
	.constant = constant,
	.mark_dirty = mark_dirty,
	.run_ignore = run_ignore,
};
