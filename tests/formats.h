/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests know of each hardware format: its facts, how to read one of its words, and the
 * setups (widths, starting level, features) the tests run in. A format is added by a row in
 * formats[] and at least one in setups[]; one that is not compiled is skipped.
 */
#ifndef TESTS_FORMATS_H
#define TESTS_FORMATS_H

#include "host.h"

#define BITS(hi, lo)  ((~UINT64_C(0) >> (63 - (hi))) & (~UINT64_C(0) << (lo)))
#define HAS(word, n)  (((word) >> (n)) & 1)
#define PROT(r, w, n) (((r) ? PT_READ : 0) | ((w) ? PT_WRITE : 0) | ((n) ? PT_NOEXEC : 0))

static void leaf(struct entry *e, uint64_t pa, unsigned lg2)
{
	e->kind = ENTRY_LEAF;
	e->lg2 = lg2;
	e->pa = pa & ~(BIT(lg2) - 1);
}

static void table(struct entry *e, uint64_t pa, unsigned level)
{
	e->kind = ENTRY_TABLE;
	e->pa = pa;
	e->level = level;
}

static void amdv1_read(const struct format *f, uint64_t word, unsigned level, struct entry *e)
{
	unsigned next = word >> 9 & 7, item = f->granule_lg2 + f->index_lg2 * level;
	uint64_t pa = word & BITS(51, 12);
	unsigned run = 13 + __builtin_ctzll(~(pa >> 12));

	if (!HAS(word, 0))
		return;
	e->prot = PROT(HAS(word, 61), HAS(word, 62), false);
	e->accessed = HAS(word, 5);
	e->dirty = HAS(word, 6);
	if (next == 0)
		leaf(e, pa, item);
	else if (next == 7 && run > item && run < item + f->index_lg2)
		leaf(e, pa, run);
	else if (next <= level)
		table(e, pa, next - 1);
	else
		e->kind = ENTRY_BAD;
	if (word & (e->kind == ENTRY_TABLE ? BITS(60, 52) : BITS(58, 52)))
		e->kind = ENTRY_BAD;
}

static void x86_64_read(const struct format *f, uint64_t word, unsigned level, struct entry *e)
{
	unsigned item = f->granule_lg2 + f->index_lg2 * level;
	uint64_t pa = word & BITS(51, 12);

	if (!HAS(word, 0))
		return;
	e->prot = PROT(true, HAS(word, 1), HAS(word, 63));
	e->accessed = HAS(word, 5);
	e->dirty = HAS(word, 6);
	if (level && !HAS(word, 7))
		table(e, pa, level - 1);
	else if (level <= 2 && !(pa & (BIT(item) - 1)))
		leaf(e, pa, item);
	else
		e->kind = ENTRY_BAD;
}

static void vtdss_read(const struct format *f, uint64_t word, unsigned level, struct entry *e)
{
	unsigned item = f->granule_lg2 + f->index_lg2 * level;
	uint64_t pa = word & BITS(51, 12);

	if (!(word & 3))
		return;
	e->prot = PROT(HAS(word, 0), HAS(word, 1), false);
	e->accessed = HAS(word, 8);
	e->dirty = HAS(word, 9);
	if (level && !HAS(word, 7))
		table(e, pa, level - 1);
	else if (level <= 2 && !(pa & (BIT(item) - 1)))
		leaf(e, pa, item);
	else
		e->kind = ENTRY_BAD;
	if (HAS(word, 62))
		e->kind = ENTRY_BAD;
}

static void riscv_read(const struct format *f, uint64_t word, unsigned level, struct entry *e)
{
	unsigned item = f->granule_lg2 + f->index_lg2 * level;
	uint64_t pa = (word & BITS(53, 10)) << 2;

	if (!HAS(word, 0))
		return;
	e->prot = PROT(HAS(word, 1), HAS(word, 2), !HAS(word, 3));
	e->accessed = HAS(word, 6);
	e->dirty = HAS(word, 7);
	if (HAS(word, 63) && level == 0 && (pa >> 12 & 15) == 8) {
		leaf(e, pa, 16);
	} else if (word & (BIT(1) | BIT(3))) {
		leaf(e, pa, item);
		if (pa & (BIT(item) - 1))
			e->kind = ENTRY_BAD;
	} else if (level && !HAS(word, 2) && !(word & (BIT(4) | BIT(6) | BIT(7)))) {
		e->prot = PROT(true, true, false);
		table(e, pa, level - 1);
	} else {
		e->kind = ENTRY_BAD;
	}
}

static void arm_read(const struct format *f, uint64_t word, unsigned level, struct entry *e)
{
	unsigned item = f->granule_lg2 + f->index_lg2 * level;
	uint64_t pa = word & BITS(47, f->granule_lg2);

	if (!HAS(word, 0))
		return;
	if (f->wide_size)
		pa |= (word & BITS(15, 12)) << 36;
	e->accessed = HAS(word, 10);
	if (f->stage2)
		e->prot = PROT(HAS(word, 6), HAS(word, 7) || HAS(word, 51), HAS(word, 54));
	else
		e->prot = PROT(true, !HAS(word, 7) || HAS(word, 51), HAS(word, 54));
	e->dirty = f->stage2 ? HAS(word, 7) : !HAS(word, 7);
	if (level && HAS(word, 1)) {
		e->prot = PROT(true, true, false);
		table(e, pa, level - 1);
	} else if (level == 0 && !HAS(word, 1)) {
		e->kind = ENTRY_BAD;
	} else {
		leaf(e, pa, item + (HAS(word, 52) ? f->run_lg2[level] : 0));
	}
}

#define EVERY		 (PT_FLUSH_RANGE | PT_FLUSH_RANGE_NO_GAPS | PT_DMA_INCOHERENT)
#define LEVELS(from, to) (unsigned)BITS(to, from)

/* Facts of the hardware, in the order of enum pt_format. */
const struct format formats[] = {
	{
		.name = "amdv1",
		.fmt = PT_FMT_AMDV1,
		.granule_lg2 = 12,
		.index_lg2 = 9,
		.max_iova = 64,
		.max_oa = 52,
		.start = LEVELS(0, 5),
		.write_only = true,
		.sizes = BITS(51, 12) & ~BIT(39),
		.features = EVERY | PT_DYNAMIC_TOP | PT_DIRTY,
		.dirty_set = BIT(6),
		.read = amdv1_read,
	},
	{
		.name = "x86_64",
		.fmt = PT_FMT_X86_64,
		.granule_lg2 = 12,
		.index_lg2 = 9,
		.max_iova = 57,
		.max_oa = 52,
		.start = LEVELS(3, 4),
		.noexec = true,
		.sizes = BIT(12) | BIT(21) | BIT(30),
		.features = EVERY | PT_SIGN_EXTEND,
		.dirty_set = BIT(6),
		.read = x86_64_read,
	},
	{
		.name = "vtdss",
		.fmt = PT_FMT_VTDSS,
		.granule_lg2 = 12,
		.index_lg2 = 9,
		.max_iova = 57,
		.max_oa = 52,
		.start = LEVELS(2, 4),
		.write_only = true,
		.sizes = BIT(12) | BIT(21) | BIT(30),
		.features = EVERY | PT_DIRTY,
		.dirty_set = BIT(9),
		.read = vtdss_read,
	},
	{
		.name = "riscv",
		.fmt = PT_FMT_RISCV,
		.granule_lg2 = 12,
		.index_lg2 = 9,
		.max_iova = 57,
		.max_oa = 56,
		.start = LEVELS(2, 4),
		.noexec = true,
		.sizes = BIT(12) | BIT(16) | BIT(21) | BIT(30) | BIT(39) | BIT(48),
		.features = EVERY | PT_SIGN_EXTEND,
		.iova_widths = BIT(39) | BIT(48) | BIT(57),
		.dirty_set = BIT(7),
		.read = riscv_read,
	},
	{
		.name = "riscv_g",
		.fmt = PT_FMT_RISCV_G,
		.granule_lg2 = 12,
		.index_lg2 = 9,
		.max_iova = 59,
		.max_oa = 56,
		.start = LEVELS(2, 4),
		.noexec = true,
		.root_extra = 2,
		.sizes = BIT(12) | BIT(16) | BIT(21) | BIT(30) | BIT(39) | BIT(48),
		.features = EVERY,
		.iova_widths = BIT(41) | BIT(50) | BIT(59),
		.dirty_set = BIT(7),
		.read = riscv_read,
	},
	{
		.name = "arm4k_s1",
		.fmt = PT_FMT_ARM4K_S1,
		.granule_lg2 = 12,
		.index_lg2 = 9,
		.max_iova = 48,
		.max_oa = 48,
		.start = LEVELS(1, 3),
		.noexec = true,
		.bbm = true,
		.sizes = BIT(12) | BIT(16) | BIT(21) | BIT(25) | BIT(30) | BIT(34),
		.features = EVERY | PT_UPPER_HALF | PT_DIRTY,
		.run_lg2 = {4, 4, 4},
		.dirty_clear = BIT(7),
		.read = arm_read,
		.own_oa = true,
	},
	{
		.name = "arm4k_s2",
		.fmt = PT_FMT_ARM4K_S2,
		.granule_lg2 = 12,
		.index_lg2 = 9,
		.max_iova = 48,
		.max_oa = 48,
		.start = LEVELS(1, 3),
		.noexec = true,
		.bbm = true,
		.sizes = BIT(12) | BIT(16) | BIT(21) | BIT(25) | BIT(30) | BIT(34),
		.features = EVERY | PT_DIRTY,
		.run_lg2 = {4, 4, 4},
		.stage2 = true,
		.root_extra = 4,
		.write_only = true,
		.dirty_set = BIT(7),
		.read = arm_read,
		.own_oa = true,
	},
	{
		.name = "arm16k_s1",
		.fmt = PT_FMT_ARM16K_S1,
		.granule_lg2 = 14,
		.index_lg2 = 11,
		.max_iova = 48,
		.max_oa = 48,
		.start = LEVELS(1, 3),
		.noexec = true,
		.bbm = true,
		.sizes = BIT(14) | BIT(21) | BIT(25) | BIT(30),
		.features = EVERY | PT_UPPER_HALF | PT_DIRTY,
		.run_lg2 = {7, 5},
		.dirty_clear = BIT(7),
		.read = arm_read,
		.own_oa = true,
	},
	{
		.name = "arm16k_s2",
		.fmt = PT_FMT_ARM16K_S2,
		.granule_lg2 = 14,
		.index_lg2 = 11,
		.max_iova = 48,
		.max_oa = 48,
		.start = LEVELS(1, 2),
		.noexec = true,
		.bbm = true,
		.sizes = BIT(14) | BIT(21) | BIT(25) | BIT(30),
		.features = EVERY | PT_DIRTY,
		.run_lg2 = {7, 5},
		.stage2 = true,
		.root_extra = 4,
		.write_only = true,
		.dirty_set = BIT(7),
		.read = arm_read,
		.own_oa = true,
	},
	{
		.name = "arm64k_s1",
		.fmt = PT_FMT_ARM64K_S1,
		.granule_lg2 = 16,
		.index_lg2 = 13,
		.max_iova = 48,
		.max_oa = 52,
		.wide_size = BIT(42),
		.start = LEVELS(1, 2),
		.noexec = true,
		.bbm = true,
		.sizes = BIT(16) | BIT(21) | BIT(29) | BIT(34),
		.features = EVERY | PT_UPPER_HALF | PT_DIRTY,
		.run_lg2 = {5, 5},
		.dirty_clear = BIT(7),
		.read = arm_read,
		.own_oa = true,
	},
	{
		.name = "arm64k_s2",
		.fmt = PT_FMT_ARM64K_S2,
		.granule_lg2 = 16,
		.index_lg2 = 13,
		.max_iova = 48,
		.max_oa = 52,
		.wide_size = BIT(42),
		.start = LEVELS(1, 2),
		.noexec = true,
		.bbm = true,
		.sizes = BIT(16) | BIT(21) | BIT(29) | BIT(34),
		.features = EVERY | PT_DIRTY,
		.run_lg2 = {5, 5},
		.stage2 = true,
		.root_extra = 4,
		.write_only = true,
		.dirty_set = BIT(7),
		.read = arm_read,
		.own_oa = true,
	},
};
_Static_assert(sizeof(formats) / sizeof(formats[0]) == PT_FMT_COUNT, "a row for each format");

/* name, format, IOVA width, OA width, top level, features, base: where tests map */
const struct setup setups[] = {
	{"amdv1", PT_FMT_AMDV1, 48, 52, 3, 0, 0},
	{"amdv1 64 bit", PT_FMT_AMDV1, 64, 52, 5, 0, ~BITS(55, 0)},
	{"amdv1 32 bit", PT_FMT_AMDV1, 32, 40, 3, 0, 0},
	{"amdv1 growing", PT_FMT_AMDV1, 64, 52, 2, PT_DYNAMIC_TOP, 0},
	{"x86_64", PT_FMT_X86_64, 48, 46, 3, 0, 0},
	{"x86_64 57 bit", PT_FMT_X86_64, 57, 52, 4, 0, BIT(56)},
	{"x86_64 lower half", PT_FMT_X86_64, 48, 52, 3, PT_SIGN_EXTEND, 0},
	{"x86_64 39 bit upper half", PT_FMT_X86_64, 39, 46, 3, PT_SIGN_EXTEND, ~BITS(37, 0)},
	{"x86_64 upper half", PT_FMT_X86_64, 48, 52, 3, PT_SIGN_EXTEND, ~BITS(46, 0)},
	{"vtdss", PT_FMT_VTDSS, 48, 52, 3, 0, 0},
	{"vtdss 39 bit", PT_FMT_VTDSS, 39, 46, 2, 0, 0},
	{"vtdss 57 bit", PT_FMT_VTDSS, 57, 52, 4, 0, BIT(56)},
	{"riscv", PT_FMT_RISCV, 39, 56, 2, PT_SIGN_EXTEND, 0},
	{"riscv upper half", PT_FMT_RISCV, 48, 56, 3, PT_SIGN_EXTEND, ~BITS(46, 0)},
	{"riscv 57 bit", PT_FMT_RISCV, 57, 56, 4, 0, 0},
	{"riscv_g", PT_FMT_RISCV_G, 41, 56, 2, 0, BIT(40)},
	{"riscv_g 50 bit", PT_FMT_RISCV_G, 50, 56, 3, 0, 0},
	{"arm4k_s1", PT_FMT_ARM4K_S1, 48, 48, 3, 0, 0},
	{"arm4k_s1 upper half", PT_FMT_ARM4K_S1, 39, 40, 2, PT_UPPER_HALF, ~BITS(38, 0)},
	{"arm4k_s2", PT_FMT_ARM4K_S2, 40, 40, 2, 0, BIT(39)},
	{"arm16k_s1", PT_FMT_ARM16K_S1, 47, 48, 2, 0, 0},
	{"arm16k_s2", PT_FMT_ARM16K_S2, 40, 40, 1, 0, BIT(39)},
	{"arm64k_s1", PT_FMT_ARM64K_S1, 48, 48, 2, 0, 0},
	{"arm64k_s1 upper half", PT_FMT_ARM64K_S1, 42, 48, 1, PT_UPPER_HALF, ~BITS(41, 0)},
	{"arm64k_s1 52 bit", PT_FMT_ARM64K_S1, 48, 52, 2, 0, 0},
	{"arm64k_s2", PT_FMT_ARM64K_S2, 46, 48, 1, 0, BIT(45)},
};
const unsigned setups_n = sizeof(setups) / sizeof(setups[0]);

#endif
