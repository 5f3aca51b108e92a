/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RISC-V Sv39, Sv48 and Sv57 for a request without supervisor privilege, and the second stage
 * Sv39x4, Sv48x4, Sv57x4, whose root is four pages. Without Svpbmt; with Svnapot.
 */
#include "oracle/hw_bits.h"

enum {
	V = 0,
	R = 1,
	W = 2,
	X = 3,
	U = 4,
	A = 6,
	D = 7,
	N = 63,
};

#define NAPOT_LG2 16

static unsigned slots_x4(const struct engine_cfg *cfg, unsigned level, unsigned top)
{
	(void)cfg;
	return level == top ? 2048 : 512;
}

/* A store through a leaf that is not dirty faults, unless hardware makes it dirty. */
static unsigned perms_of(const struct engine_cfg *cfg, uint64_t word)
{
	bool store = hw_bit(word, D) || (cfg->features & F_DIRTY);

	if (!hw_bit(word, U))
		return 0;
	return (hw_bit(word, R) ? HW_R : 0) | (hw_bit(word, W) && store ? HW_W : 0) |
	       (hw_bit(word, X) ? HW_X : 0);
}

static void table(const struct engine_cfg *cfg, uint64_t word, unsigned level, uint64_t pa,
		  struct hw_entry *out)
{
	if (level == 0)
		hw_fault(out, "table pointer at level 0");
	else if (word & (1u << D | 1u << A | 1u << U))
		hw_fault(out, "D, A or U in a table pointer");
	else if (hw_bit(word, N))
		hw_fault(out, "N in a table pointer");
	else
		hw_table(cfg, pa, level - 1, HW_RWX, out);
}

static void leaf(const struct engine_cfg *cfg, uint64_t word, unsigned level, uint64_t pa,
		 struct hw_entry *out)
{
	unsigned item = 12 + 9 * level, lg2 = item;

	if (cfg->hw == HW_RISCV_G && !hw_bit(word, U)) {
		hw_fault(out, "U clear in the second stage");
		return;
	}
	if (!hw_bit(word, A) && !(cfg->features & F_DIRTY)) {
		hw_fault(out, "access flag clear");
		return;
	}
	if (hw_bit(word, N)) {
		if (level > 0 || (pa & hw_bits(15, 12)) != 1u << 15) {
			hw_fault(out, "N with a size or level that is reserved");
			return;
		}
		lg2 = NAPOT_LG2;
		pa &= ~hw_bits(15, 12);
	}
	*out = (struct hw_entry){.kind = HW_LEAF,
				 .pa = pa,
				 .lg2 = lg2,
				 .item_lg2 = item,
				 .perms = perms_of(cfg, word),
				 .accessed = hw_bit(word, A),
				 .dirty = hw_bit(word, D)};
	hw_check_leaf(cfg, out);
}

static void decode(const struct engine_cfg *cfg, uint64_t word, unsigned level, unsigned index,
		   unsigned top, struct hw_entry *out)
{
	uint64_t pa = (word & hw_bits(53, 10)) << 2;

	(void)index;
	(void)top;
	if (!hw_bit(word, V))
		hw_none(out);
	else if (word & hw_bits(60, 54))
		hw_fault(out, "reserved bits 60:54");
	else if (word & hw_bits(62, 61))
		hw_fault(out, "memory type without Svpbmt");
	else if (hw_bit(word, W) && !hw_bit(word, R))
		hw_fault(out, "write without read");
	else if (hw_bit(word, R) || hw_bit(word, X))
		leaf(cfg, word, level, pa, out);
	else
		table(cfg, word, level, pa, out);
}

static uint64_t constant(const struct engine_cfg *cfg, enum hw_kind kind, unsigned level,
			 uint64_t *value)
{
	(void)cfg;
	(void)kind;
	(void)level;
	(void)value;
	return hw_bits(5, 5) | hw_bits(9, 8);
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

const struct hw_format hw_riscv = {
	.name = "riscv",
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
};

const struct hw_format hw_riscv_g = {
	.name = "riscv_g",
	.granule_lg2 = 12,
	.index_lg2 = 9,
	.word_bytes = 8,
	.max_level = 4,
	.perms = HW_RWX,
	.slots = slots_x4,
	.accepts = hw_accepts,
	.decode = decode,
	.constant = constant,
	.mark_dirty = mark_dirty,
	.run_ignore = run_ignore,
};
