/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * AMD I/O page tables ("version 1", host tables): one to six levels, a pointer names the level
 * it leads to, and a leaf of any power of two is a run of equal words that carry their size in
 * the low bits of the address.
 */
#include "oracle/hw_bits.h"

enum {
	PR = 0,
	A = 5,
	D = 6,
	NEXT = 9, /* three bits: level of the child plus one, 0 or 7 for a leaf */
	IR = 61,
	IW = 62,
};

static unsigned slots(const struct engine_cfg *cfg, unsigned level, unsigned top)
{
	(void)cfg;
	(void)top;
	return level == 5 ? 128 : 512;
}

static unsigned perms_of(uint64_t word)
{
	return (hw_bit(word, IR) ? HW_R : 0) | (hw_bit(word, IW) ? HW_W : 0) | HW_X;
}

/* Where a leaf with the size in its address ends: log2, or 0 if level and size do not go together.
 */
static unsigned coded_lg2(uint64_t word, unsigned level)
{
	unsigned item = 12 + 9 * level;
	uint64_t field = (word & hw_bits(51, 12)) >> 12;
	unsigned lg2 = 13 + (unsigned)__builtin_ctzll(~field);

	return lg2 > item && lg2 < item + 9 && lg2 <= 51 ? lg2 : 0;
}

static void leaf(const struct engine_cfg *cfg, uint64_t word, unsigned level, struct hw_entry *out)
{
	unsigned item = 12 + 9 * level, lg2 = item;
	uint64_t pa = word & hw_bits(51, 12);

	if (word & hw_bits(58, 52)) {
		hw_fault(out, "reserved bits 58:52 of a leaf");
		return;
	}
	if (level == 5) {
		hw_fault(out, "leaf at the sixth level");
		return;
	}
	if ((word >> NEXT & 7) == 7) {
		lg2 = coded_lg2(word, level);
		if (!lg2) {
			hw_fault(out, "page size in the address does not fit the level");
			return;
		}
		pa &= ~hw_low(lg2);
	}
	*out = (struct hw_entry){.kind = HW_LEAF,
				 .pa = pa,
				 .lg2 = lg2,
				 .item_lg2 = item,
				 .perms = perms_of(word),
				 .accessed = hw_bit(word, A),
				 .dirty = hw_bit(word, D)};
	hw_check_leaf(cfg, out);
}

static void decode(const struct engine_cfg *cfg, uint64_t word, unsigned level, unsigned index,
		   unsigned top, struct hw_entry *out)
{
	unsigned next = word >> NEXT & 7;

	(void)index;
	(void)top;
	if (!hw_bit(word, PR))
		hw_none(out);
	else if (next == 0 || next == 7)
		leaf(cfg, word, level, out);
	else if (word & hw_bits(60, 52))
		hw_fault(out, "reserved bits 60:52 of a table pointer");
	else if (next > level)
		hw_fault(out, "pointer to a table that is not below its own level");
	else
		hw_table(cfg, word & hw_bits(51, 12), next - 1, perms_of(word), out);
}

static uint64_t constant(const struct engine_cfg *cfg, enum hw_kind kind, unsigned level,
			 uint64_t *value)
{
	(void)cfg;
	(void)level;
	if (kind == HW_TABLE)
		return hw_bits(4, 1) | hw_bits(8, 6) | hw_bits(63, 63);
	*value = 1u << A;
	return hw_bits(5, 1) | hw_bits(8, 7) | hw_bits(60, 59) | hw_bits(63, 63);
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

const struct hw_format hw_amdv1 = {
	.name = "amdv1",
	.granule_lg2 = 12,
	.index_lg2 = 9,
	.word_bytes = 8,
	.max_level = 5,
	.perms = HW_R | HW_W,
	.slots = slots,
	.accepts = hw_accepts,
	.decode = decode,
	.constant = constant,
	.mark_dirty = mark_dirty,
	.run_ignore = run_ignore,
	.inv_enclosed = true,
};
