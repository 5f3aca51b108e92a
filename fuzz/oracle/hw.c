/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The walk: from the root one word a level, as hardware does it, whatever the format.
 */
#include "oracle/hw_bits.h"

#define MAX_RUN 256 /* items; a leaf of AMD may fill half of its table */

const struct hw_format *const hw_formats[HW_COUNT] = {
	[HW_AMDV1] = &hw_amdv1,		[HW_X86_64] = &hw_x86_64,
	[HW_VTDFS] = &hw_vtdfs,		[HW_VTDSS] = &hw_vtdss,
	[HW_RISCV] = &hw_riscv,		[HW_RISCV_G] = &hw_riscv_g,
	[HW_ARM4K_S1] = &hw_arm4k_s1,	[HW_ARM4K_S2] = &hw_arm4k_s2,
	[HW_ARM16K_S1] = &hw_arm16k_s1, [HW_ARM16K_S2] = &hw_arm16k_s2,
	[HW_ARM64K_S1] = &hw_arm64k_s1, [HW_ARM64K_S2] = &hw_arm64k_s2,
	[HW_ARMV7S] = &hw_armv7s,	[HW_DART] = &hw_dart,
};

const char *hw_name(enum hw_id hw)
{
	return hw_format(hw)->name;
}

unsigned hw_slots_512(const struct engine_cfg *cfg, unsigned level, unsigned top)
{
	(void)cfg;
	(void)level;
	(void)top;
	return 512;
}

bool hw_is_odd(const struct engine_cfg *cfg, enum hw_kind kind, unsigned level, uint64_t word)
{
	const struct hw_format *f = hw_format(cfg->hw);
	uint64_t mask, value = 0;

	if (!f->constant)
		return false;
	mask = f->constant(cfg, kind, level, &value);
	return (word & mask) != value;
}

/* log2 of what all slots of a table span. */
static unsigned span_lg2(const struct hw_format *f, const struct engine_cfg *cfg, unsigned level,
			 unsigned top)
{
	return hw_item_lg2(f, level) + (unsigned)__builtin_ctz(f->slots(cfg, level, top));
}

bool hw_accepts(const struct engine_cfg *cfg, unsigned top, uint64_t iova, uint64_t *va)
{
	unsigned span = span_lg2(hw_format(cfg->hw), cfg, top, top);
	unsigned width = cfg->iova_width < span ? cfg->iova_width : span;

	*va = iova;
	if (cfg->features & F_SIGN_EXTEND) {
		uint64_t sign = ~hw_low(width - 1);

		return (iova & sign) == 0 || (iova & sign) == sign;
	}
	if (cfg->features & F_UPPER_HALF) {
		*va &= hw_low(cfg->iova_width);
		return iova >= ~hw_low(cfg->iova_width) && !(*va & ~hw_low(width));
	}
	return !(iova & ~hw_low(width));
}

/*
 * Reads every item of the contiguous run a leaf is part of: all must say the same, but for the
 * bits hardware may set in one of them alone.
 */
static void check_run(const struct hw_format *f, const struct engine_cfg *cfg, unsigned top,
		      const struct hw_entry *e, hw_read_fn *read, void *arg, struct hw_walk *out)
{
	unsigned bytes = f->word_bytes, last = out->n - 1;
	unsigned index = out->step[last].index, count = 1u << (e->lg2 - e->item_lg2);
	unsigned first = index & ~(count - 1);
	uint64_t word[MAX_RUN];

	if (!read(arg, out->step[last].table + (uint64_t)first * bytes, bytes, count, word)) {
		out->kind = HW_FAULT;
		out->why = "contiguous run leaves its table";
		return;
	}
	for (unsigned i = 0; i < count; i++) {
		uint64_t want = out->step[last].word;
		struct hw_entry item;

		if (f->own_oa)
			want ^= (uint64_t)(i ^ (index - first)) << e->item_lg2;
		if (word[i] == want)
			continue;
		f->decode(cfg, word[i], out->level, first + i, top, &item);
		if ((word[i] ^ want) & ~f->run_ignore(cfg) || item.kind != HW_LEAF ||
		    item.perms != e->perms) {
			out->kind = HW_FAULT;
			out->why = "items of a contiguous run differ";
			return;
		}
		out->dirty |= item.dirty;
	}
}

/* Reads the word for `va` in one table and decodes it. */
static void step(const struct hw_format *f, const struct engine_cfg *cfg, uint64_t table,
		 unsigned level, unsigned top, uint64_t va, hw_read_fn *read, void *arg,
		 struct hw_walk *out, struct hw_entry *e)
{
	unsigned item = hw_item_lg2(f, level), slots = f->slots(cfg, level, top);
	unsigned index = (va >> item) & (slots - 1);
	uint64_t word = 0;
	bool ok = read(arg, table + (uint64_t)index * f->word_bytes, f->word_bytes, 1, &word);

	out->step[out->n].table = table;
	out->step[out->n].level = level;
	out->step[out->n].index = index;
	out->step[out->n].word = word;
	out->step[out->n].iova = out->iova & ~(((uint64_t)slots << item) - 1);
	out->n++;
	out->level = level;
	out->lg2 = item;
	if (ok)
		f->decode(cfg, word, level, index, top, e);
	else
		hw_fault(e, "table pointer to memory that is no table");
}

/* A pointer may skip levels; an address with a skipped bit set has no translation then. */
static bool skips_over(const struct hw_format *f, const struct hw_entry *e, uint64_t va,
		       struct hw_walk *out)
{
	unsigned below = hw_item_lg2(f, e->next_level + 1);

	if (!(va & hw_low(hw_item_lg2(f, out->level)) & ~hw_low(below)))
		return false;
	out->lg2 = below;
	return true;
}

void hw_walk(const struct engine_cfg *cfg, uint64_t root, unsigned top, uint64_t iova, bool whole,
	     hw_read_fn *read, void *arg, struct hw_walk *out)
{
	const struct hw_format *f = hw_format(cfg->hw);
	struct hw_entry e = {.kind = HW_TABLE, .pa = root, .next_level = top, .perms = HW_RWX};
	unsigned perms = HW_RWX;
	uint64_t va;

	out->kind = HW_NONE;
	out->why = NULL;
	out->n = out->lg2 = out->perms = 0;
	out->level = top;
	out->iova = iova;
	out->oa = 0;
	out->dirty = false;
	if (top > f->max_level) {
		out->kind = HW_FAULT;
		out->why = "root of an impossible level";
		return;
	}
	if (!f->accepts(cfg, top, iova, &va))
		return;
	if (root & ((uint64_t)f->slots(cfg, top, top) * f->word_bytes - 1)) {
		out->kind = HW_FAULT;
		out->why = "root not aligned to its size";
		return;
	}
	do {
		if (out->n && skips_over(f, &e, va, out)) {
			hw_none(&e);
			break;
		}
		step(f, cfg, e.pa, e.next_level, top, va, read, arg, out, &e);
		perms &= e.perms;
	} while (e.kind == HW_TABLE);

	out->kind = e.kind;
	out->why = e.why;
	if (e.kind == HW_LEAF) {
		out->lg2 = e.lg2;
		out->oa = e.pa + (va & hw_low(e.lg2));
		out->perms = perms;
		out->dirty = e.dirty;
		if (whole && e.lg2 > e.item_lg2)
			check_run(f, cfg, top, &e, read, arg, out);
	}
	out->iova = iova & ~hw_low(out->lg2);
}
