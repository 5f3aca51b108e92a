/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARM short descriptors (VMSAv7) with the access flag enabled, for an unprivileged request: a
 * table of 1M sections above tables of 4K pages. Sixteen equal words make a supersection of 16M
 * or a large page of 64K.
 */
#include "oracle/hw_bits.h"

enum {
	TABLE_RESERVED = 1u << 4 | 1u << 9,
	SECTION_XN = 4,
	SECTION_AP = 10,
	SUPERSECTION = 18,
	LARGE_XN = 15,
	SMALL_XN = 0,
	PAGE_AP = 4,
};

static unsigned slots(const struct engine_cfg *cfg, unsigned level, unsigned top)
{
	unsigned lg2 = cfg->iova_width > 20 ? cfg->iova_width - 20 : 0;

	(void)top;
	if (level == 0)
		return 256;
	return 1u << (lg2 < 12 ? lg2 : 12);
}

/* AP[2:0] at bits shift+5, shift+1, shift: read only, unprivileged, access flag. */
static void leaf(const struct engine_cfg *cfg, uint32_t word, uint64_t pa, unsigned lg2,
		 unsigned item, unsigned ap, bool xn, struct hw_entry *out)
{
	unsigned perms = xn ? 0 : HW_X;

	if (hw_bit(word, ap + 1))
		perms |= HW_R | (hw_bit(word, ap + 5) ? 0 : HW_W);
	*out = (struct hw_entry){.kind = HW_LEAF,
				 .pa = pa,
				 .lg2 = lg2,
				 .item_lg2 = item,
				 .perms = perms,
				 .accessed = hw_bit(word, ap),
				 .dirty = true};
	hw_check_leaf(cfg, out);
	if (!hw_bit(word, ap))
		hw_fault(out, "access flag clear");
}

static void decode_section(const struct engine_cfg *cfg, uint32_t word, unsigned top,
			   struct hw_entry *out)
{
	uint64_t pa = word & hw_bits(31, 20);
	bool xn = hw_bit(word, SECTION_XN);

	if (hw_bit(word, 9)) {
		hw_fault(out, "reserved bit 9 of a section");
		return;
	}
	if (!hw_bit(word, SUPERSECTION)) {
		leaf(cfg, word, pa, 20, 20, SECTION_AP, xn, out);
		return;
	}
	if (slots(cfg, 1, top) < 16) {
		hw_fault(out, "supersection larger than its table");
		return;
	}
	pa = (word & hw_bits(31, 24)) | (word & hw_bits(23, 20)) << 12 |
	     (word & hw_bits(8, 5)) << 31;
	leaf(cfg, word, pa, 24, 20, SECTION_AP, xn, out);
}

static void decode_page(const struct engine_cfg *cfg, uint32_t word, struct hw_entry *out)
{
	if (hw_bit(word, 1))
		leaf(cfg, word, word & hw_bits(31, 12), 12, 12, PAGE_AP, hw_bit(word, SMALL_XN),
		     out);
	else if (word & hw_bits(8, 6))
		hw_fault(out, "reserved bits 8:6 of a large page");
	else
		leaf(cfg, word, word & hw_bits(31, 16), 16, 12, PAGE_AP, hw_bit(word, LARGE_XN),
		     out);
}

static void decode(const struct engine_cfg *cfg, uint64_t word64, unsigned level, unsigned index,
		   unsigned top, struct hw_entry *out)
{
	uint32_t word = (uint32_t)word64;
	unsigned type = word & 3;

	(void)index;
	if (type == 0)
		hw_none(out);
	else if (level == 0)
		decode_page(cfg, word, out);
	else if (type == 2)
		decode_section(cfg, word, top, out);
	else if (type == 3)
		hw_fault(out, "reserved descriptor type");
	else if (word & TABLE_RESERVED)
		hw_fault(out, "reserved bits of a table pointer");
	else
		hw_table(cfg, word & hw_bits(31, 10), 0, HW_RWX, out);
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

const struct hw_format hw_armv7s = {
	.name = "armv7s",
	.granule_lg2 = 12,
	.index_lg2 = 8,
	.word_bytes = 4,
	.max_level = 1,
	.perms = HW_RWX,
	.slots = slots,
	.accepts = hw_accepts,
	.decode = decode,
	.mark_dirty = mark_dirty,
	.run_ignore = run_ignore,
	.break_before_make = true,
};
