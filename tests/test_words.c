/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words the engine writes, bit by bit, where the specification leaves no choice: present,
 * type, size, OA, permissions, accessed and dirty. AMDv1 is known in full.
 */
#include "host.h"

#define AMD_RW (BIT(61) | BIT(62))
#define AMD_A  BIT(5)
#define AMD_D  BIT(6)

/* The word of the leaf at iova, which must be the same in all slots of a run. */
static u64 leaf_word(struct host *h, u64 iova)
{
	struct found l;

	assert_true(walk(h, iova, &l));
	for (unsigned i = 1; i < l.items && !h->f->own_oa; i++)
		assert_int_equal(word_of(&l, i), word_of(&l, 0));
	return word_of(&l, 0);
}

static u64 mapped_word(struct host *h, u64 oa, u64 size, unsigned prot)
{
	u64 mapped = 0, word;

	expect_ok(map(h, h->base, oa, size, prot, &mapped));
	assert_int_equal(mapped, size);
	word = leaf_word(h, h->base);
	unmap_ok(h, h->base, size);
	return word;
}

static void amdv1_leaf_words(struct host *h)
{
	static const struct {
		unsigned lg2;
		u64 code; /* with P and OA 0 */
	} known[] = {
		{12, 0x1},	{13, 0xe01}, {14, 0x1e01},     {20, 0x7fe01},	   {21, 0x1},
		{22, 0x1ffe01}, {30, 0x1},   {31, 0x3ffffe01}, {38, 0x1ffffffe01},
	};

	start(h);
	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		u64 size = BIT(known[i].lg2), code = known[i].code;

		if (!(pt_pgsizes(&h->d) & size))
			continue;
		assert_int_equal(mapped_word(h, 0, size, RW), code | AMD_A | AMD_D | AMD_RW);
		assert_int_equal(mapped_word(h, 0, size, PT_READ), code | AMD_A | BIT(61));
		assert_int_equal(mapped_word(h, 0, size, PT_WRITE), code | AMD_A | AMD_D | BIT(62));
		assert_int_equal(mapped_word(h, size, size, RW | PT_NOEXEC),
				 size | code | AMD_A | AMD_D | AMD_RW);
	}
	stop(h);
}

static void amdv1_leaf_words_with_dirty_are_clean(struct host *h)
{
	h->cfg.features |= PT_DIRTY;
	start(h);
	assert_int_equal(mapped_word(h, 0, BIT(12), RW), 0x1 | AMD_A | AMD_RW);
	assert_int_equal(mapped_word(h, 0, BIT(13), RW), 0xe01 | AMD_A | AMD_RW);
	assert_int_equal(mapped_word(h, 0, BIT(12), PT_READ), 0x1 | AMD_A | BIT(61));
	stop(h);
}

/* The chain of words from the root to the leaf at iova; returns how many. */
static unsigned chain(struct host *h, u64 iova, u64 word[8])
{
	unsigned level, n = 0;
	u64 pa = pt_root(&h->d, &level), va = resolved(h, iova, level);

	for (;; level--) {
		struct entry e = {.kind = ENTRY_EMPTY};
		unsigned lg2 = h->f->granule_lg2 + h->f->index_lg2 * level;
		u64 index = lg2 < 64 ? va >> lg2 : 0;

		if (n)
			index &= BIT(h->f->index_lg2) - 1;
		word[n] = ((u64 *)(uintptr_t)(pa + h->cfg.phys_offset))[index];
		h->f->read(h->f, word[n++], level, &e);
		if (e.kind != ENTRY_TABLE)
			return n;
		assert_int_equal(e.level, level - 1);
		pa = e.pa;
	}
}

static void amdv1_table_words(struct host *h)
{
	u64 word[8];
	unsigned n;

	start(h);
	map_ok(h, h->base, OA, granule(h));
	n = chain(h, h->base, word);
	assert_int_equal(n, h->cfg.top_level + 1);
	for (unsigned i = 0; i + 1 < n; i++) {
		u64 level = h->cfg.top_level - i;

		assert_int_equal(word[i] & ~AMD_A & ~UINT64_C(0x000ffffffffff000),
				 BIT(0) | level << 9 | AMD_RW);
	}
	stop(h);
}

static void x86_64_words(struct host *h)
{
	const u64 user = BIT(2), accessed = BIT(5), dirty = BIT(6), large = BIT(7), xd = BIT(63);
	u64 word[8];
	unsigned n;

	start(h);
	for (unsigned level = 0; level <= 2; level++) {
		u64 size = item_size(h, level), ps = level ? large : 0, oa = 3 * size;

		assert_int_equal(mapped_word(h, oa, size, RW),
				 oa | ps | 3 | user | accessed | dirty);
		assert_int_equal(mapped_word(h, oa, size, PT_READ), oa | ps | 1 | user | accessed);
		assert_int_equal(mapped_word(h, oa, size, RW | PT_NOEXEC),
				 oa | ps | 3 | user | accessed | dirty | xd);
	}
	map_ok(h, h->base, OA, granule(h));
	n = chain(h, h->base, word);
	assert_int_equal(n, h->cfg.top_level + 1);
	for (unsigned i = 0; i + 1 < n; i++)
		assert_int_equal(word[i] & ~accessed & ~UINT64_C(0x000ffffffffff000), 3 | user);
	stop(h);
}

static void vtdss_words(struct host *h)
{
	const u64 accessed = BIT(8), dirty = BIT(9), large = BIT(7);
	u64 word[8];
	unsigned n;

	start(h);
	for (unsigned level = 0; level <= 2; level++) {
		u64 size = item_size(h, level), ps = level ? large : 0, oa = 3 * size;

		assert_int_equal(mapped_word(h, oa, size, RW), oa | ps | 3 | accessed | dirty);
		assert_int_equal(mapped_word(h, oa, size, PT_READ), oa | ps | 1 | accessed);
		assert_int_equal(mapped_word(h, oa, size, PT_WRITE),
				 oa | ps | 2 | accessed | dirty);
	}
	map_ok(h, h->base, OA, granule(h));
	n = chain(h, h->base, word);
	for (unsigned i = 0; i + 1 < n; i++)
		assert_int_equal(word[i] & ~accessed & ~UINT64_C(0x000ffffffffff000), 3);
	stop(h);
}

static void riscv_words(struct host *h)
{
	const u64 v = BIT(0), r = BIT(1), w = BIT(2), x = BIT(3), u = BIT(4), a = BIT(6);
	const u64 d = BIT(7), n = BIT(63), second = h->f->fmt == PT_FMT_RISCV_G ? u : 0;
	u64 word[8];
	unsigned steps;

	start(h);
	for (u64 rest = pt_pgsizes(&h->d); rest; rest &= rest - 1) {
		u64 size = rest & -rest, oa = 3 * size, ppn = oa >> 2,
		    ignore = BIT(5) | (u ^ second);

		if (!in_width(&h->cfg, h->base, h->base + size - 1))
			continue;
		if (size == BIT(16))
			ppn |= n | UINT64_C(8) << 10;
		assert_int_equal(mapped_word(h, oa, size, RW) & ~ignore,
				 ppn | v | r | w | x | a | d | second);
		assert_int_equal(mapped_word(h, oa, size, PT_READ | PT_NOEXEC) & ~ignore,
				 ppn | v | r | a | second);
	}
	map_ok(h, h->base, OA, granule(h));
	steps = chain(h, h->base, word);
	for (unsigned i = 0; i + 1 < steps; i++)
		assert_int_equal(word[i] & ~UINT64_C(0x003ffffffffffc00), v);
	stop(h);
}

static void arm_words(struct host *h)
{
	const u64 valid = BIT(0), af = BIT(10), contiguous = BIT(52), uxn = BIT(54);
	u64 fixed = 3 | BIT(6) | BIT(7) | af | BIT(51) | contiguous | uxn | UINT64_C(0xffffffff000);

	fixed |= UINT64_C(0xf00000000000);
	start(h);
	for (u64 rest = pt_pgsizes(&h->d); rest; rest &= rest - 1) {
		u64 size = rest & -rest, oa = size, mapped = 0, expected;
		struct found l;

		if (!in_width(&h->cfg, h->base, h->base + size - 1) ||
		    2 * size > BIT(h->cfg.oa_width))
			continue;
		for (unsigned prot = PT_READ; prot <= (RW | PT_NOEXEC); prot += 2) {
			expect_ok(map(h, h->base, oa, size, prot, &mapped));
			assert_true(walk(h, h->base, &l));
			expected = valid | af | (l.level ? 0 : 2) | (l.items > 1 ? contiguous : 0);
			if (h->f->stage2)
				expected |= BIT(6) | (prot & PT_WRITE ? BIT(7) : 0);
			else
				expected |= prot & PT_WRITE ? 0 : BIT(7);
			expected |= prot & PT_NOEXEC ? uxn : 0;
			for (unsigned i = 0; i < l.items; i++)
				assert_int_equal(word_of(&l, i) & fixed &
							 ~(h->f->stage2 ? 0 : BIT(6)) & ~BIT(51),
						 expected | (oa + i * (size / l.items)));
			unmap_ok(h, h->base, size);
		}
	}
	stop(h);
}

static void words_of_a_hole_are_zero(struct host *h)
{
	struct range r = crossing(h);
	struct found l;

	start(h);
	map_ok(h, r.iova, r.oa, r.len);
	for (u64 at = 0; at < r.len; at += l.size) {
		assert_true(walk(h, r.iova + at, &l));
		unmap_ok(h, l.iova, l.size);
		for (unsigned n = 0; n < l.items; n++)
			assert_int_equal(word_of(&l, n), 0);
	}
	stop(h);
}

/* Leaves are written accessed; without PT_DIRTY writable ones also dirty, read-only ones not. */
static void words_are_accessed_and_writable_ones_dirty(struct host *h)
{
	struct found l;
	u64 mapped = 0;

	start(h);
	for (u64 rest = pt_pgsizes(&h->d); rest; rest &= rest - 1) {
		u64 size = rest & -rest;

		if (!in_width(&h->cfg, h->base, h->base + (size - 1)))
			continue;
		for (unsigned prot = PT_READ; prot <= RW; prot += PT_WRITE) {
			expect_ok(map(h, h->base, 0, size, prot, &mapped));
			for (u64 at = 0; at < size; at += size / 4) {
				assert_true(walk(h, h->base + at, &l));
				assert_true(l.accessed);
				assert_int_equal(l.dirty, prot == RW);
			}
			unmap_ok(h, h->base, size);
		}
	}
	stop(h);
}

int main(void)
{
	static const struct test tests[] = {
		TEST(amdv1_leaf_words, .fmt = "amdv1"),
		TEST(amdv1_leaf_words_with_dirty_are_clean, .fmt = "amdv1"),
		TEST(amdv1_table_words, .fmt = "amdv1"),
		TEST(x86_64_words, .fmt = "x86_64"),
		TEST(vtdss_words, .fmt = "vtdss"),
		TEST(riscv_words, .fmt = "riscv"),
		TEST(riscv_words, .fmt = "riscv_g"),
		TEST(arm_words, .needs = NEED_BBM),
		TEST(words_of_a_hole_are_zero),
		TEST(words_are_accessed_and_writable_ones_dirty),
	};

	return RUN(tests);
}
