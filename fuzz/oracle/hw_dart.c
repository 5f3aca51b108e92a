/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Apple DART with pages of 16K: no block at any level, permissions that withhold, and a range of
 * subpages in each leaf. Two layouts: the first for outputs of up to 36 bits, the second beyond.
 */
#include "oracle/hw_bits.h"

enum {
	VALID = 0,
	NO_SUBPAGES = 1, /* first layout; no cache in the second */
	NO_WRITE_1 = 7,
	NO_READ_1 = 8,
	NO_WRITE_2 = 2,
	NO_READ_2 = 3,
};

#define GRANULE	      14
#define INDEX_BITS    11
#define SUBPAGE_FIRST hw_bits(63, 52)
#define SUBPAGE_LAST  hw_bits(51, 40)

static bool second_layout(const struct engine_cfg *cfg)
{
	return cfg->oa_width > 36;
}

static unsigned slots(const struct engine_cfg *cfg, unsigned level, unsigned top)
{
	(void)cfg;
	(void)level;
	(void)top;
	return 1u << INDEX_BITS;
}

static uint64_t address(const struct engine_cfg *cfg, uint64_t word)
{
	return second_layout(cfg) ? (word & hw_bits(37, 10)) << 4 : word & hw_bits(35, 12);
}

static unsigned perms_of(const struct engine_cfg *cfg, uint64_t word)
{
	bool second = second_layout(cfg);

	return HW_X | (hw_bit(word, second ? NO_READ_2 : NO_READ_1) ? 0 : HW_R) |
	       (hw_bit(word, second ? NO_WRITE_2 : NO_WRITE_1) ? 0 : HW_W);
}

static bool whole_page(const struct engine_cfg *cfg, uint64_t word)
{
	if (!second_layout(cfg) && hw_bit(word, NO_SUBPAGES))
		return true;
	return (word & (SUBPAGE_FIRST | SUBPAGE_LAST)) == SUBPAGE_LAST;
}

static void decode(const struct engine_cfg *cfg, uint64_t word, unsigned level, unsigned index,
		   unsigned top, struct hw_entry *out)
{
	uint64_t pa = address(cfg, word);

	(void)index;
	(void)top;
	if (!hw_bit(word, VALID)) {
		hw_none(out);
	} else if (pa & hw_low(GRANULE)) {
		hw_fault(out, "address not aligned to the page");
	} else if (level > 0) {
		hw_table(cfg, pa, level - 1, HW_RWX, out);
	} else if (!whole_page(cfg, word)) {
		hw_fault(out, "subpages of the page are not covered");
	} else {
		*out = (struct hw_entry){.kind = HW_LEAF,
					 .pa = pa,
					 .lg2 = GRANULE,
					 .item_lg2 = GRANULE,
					 .perms = perms_of(cfg, word),
					 .accessed = true,
					 .dirty = true};
		hw_check_leaf(cfg, out);
	}
}

static uint64_t mark_dirty(const struct engine_cfg *cfg, uint64_t word)
{
	(void)cfg;
	return word;
}

static uint64_t run_ignore(const struct engine_cfg *cfg)
{
	(void)cfg;
	return 0;
}

const struct hw_format hw_dart = {
	.name = "dart",
	.granule_lg2 = GRANULE,
	.index_lg2 = INDEX_BITS,
	.word_bytes = 8,
	.max_level = 2,
	.perms = HW_R | HW_W,
	.slots = slots,
	.accepts = hw_accepts,
	.decode = decode,
	.mark_dirty = mark_dirty,
	.run_ignore = run_ignore,
};
