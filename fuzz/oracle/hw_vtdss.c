/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VT-d second-stage tables: three to five levels; no present bit, a word that allows neither
 * read nor write is empty whatever else it holds.
 */
#include "oracle/hw_bits.h"

enum {
	R = 0,
	W = 1,
	A = 8,
	D = 9,
	SNP = 11,
	PS = 7,
};

static void decode(const struct engine_cfg *cfg, uint64_t word, unsigned level, unsigned index,
		   unsigned top, struct hw_entry *out)
{
	unsigned item = 12 + 9 * level;
	unsigned perms = (hw_bit(word, R) ? HW_R : 0) | (hw_bit(word, W) ? HW_W : 0);
	uint64_t pa = word & hw_bits(51, 12);

	(void)index;
	(void)top;
	if (!perms) {
		hw_none(out);
	} else if (hw_bit(word, SNP)) {
		hw_fault(out, "snoop bit without snoop control, or in a table pointer");
	} else if (hw_bit(word, 62)) {
		hw_fault(out, "reserved bit 62");
	} else if (level > 2 && hw_bit(word, PS)) {
		hw_fault(out, "page size bit above level 2");
	} else if (level > 0 && !hw_bit(word, PS)) {
		hw_table(cfg, pa, level - 1, perms | HW_X, out);
	} else {
		*out = (struct hw_entry){.kind = HW_LEAF,
					 .pa = pa,
					 .lg2 = item,
					 .item_lg2 = item,
					 .perms = perms | HW_X,
					 .accessed = hw_bit(word, A),
					 .dirty = hw_bit(word, D)};
		hw_check_leaf(cfg, out);
	}
}

static uint64_t constant(const struct engine_cfg *cfg, enum hw_kind kind, unsigned level,
			 uint64_t *value)
{
	uint64_t both =
		hw_bits(6, 2) | hw_bits(8, 8) | hw_bits(10, 10) | hw_bits(61, 52) | hw_bits(63, 63);

	(void)cfg;
	*value = 1u << A;
	if (kind == HW_TABLE)
		return both | hw_bits(9, 9);
	return both | (level ? 0 : hw_bits(7, 7));
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

const struct hw_format hw_vtdss = {
	.name = "vtdss",
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
