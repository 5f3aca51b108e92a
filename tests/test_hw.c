/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hardware's decoders and their walk.
 *
 * Rules come in pairs: a word that breaks exactly one, and its neighbour that does not. Walks go
 * through a sparse memory written by hand, with words spelled out as the specifications do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "oracle/hw.h"

#define BIT(n)	   (1ull << (n))
#define COUNT(a)   (sizeof(a) / sizeof((a)[0]))
#define RWX	   (HW_R | HW_W | HW_X)
#define MAX_WORDS  8192
#define MAX_RANGES 8

/* Table memory: what is not written reads as zero, what is in no range is no table. */
static struct {
	unsigned words, ranges;
	struct {
		uint64_t pa, value;
	} word[MAX_WORDS];
	struct {
		uint64_t pa, size;
	} range[MAX_RANGES];
} mem;

static void add_table(uint64_t pa, uint64_t size)
{
	assert_true(mem.ranges < MAX_RANGES);
	mem.range[mem.ranges].pa = pa;
	mem.range[mem.ranges].size = size;
	mem.ranges++;
}

static void put(uint64_t pa, uint64_t value)
{
	for (unsigned i = 0; i < mem.words; i++)
		if (mem.word[i].pa == pa) {
			mem.word[i].value = value;
			return;
		}
	assert_true(mem.words < MAX_WORDS);
	mem.word[mem.words].pa = pa;
	mem.word[mem.words].value = value;
	mem.words++;
}

static bool read_mem(void *arg, uint64_t pa, unsigned bytes, unsigned n, uint64_t *word)
{
	uint64_t len = (uint64_t)n * bytes;
	bool inside = false;

	(void)arg;
	for (unsigned i = 0; i < mem.ranges; i++)
		inside |= pa >= mem.range[i].pa && pa + len <= mem.range[i].pa + mem.range[i].size;
	memset(word, 0, n * sizeof(*word));
	for (unsigned i = 0; i < mem.words; i++)
		if (mem.word[i].pa - pa < len && (mem.word[i].pa - pa) % bytes == 0)
			word[(mem.word[i].pa - pa) / bytes] = mem.word[i].value;
	return inside;
}

static int clear_mem(void **state)
{
	(void)state;
	mem.words = 0;
	mem.ranges = 0;
	return 0;
}

static struct engine_cfg config(enum hw_id hw, unsigned width, unsigned oa, unsigned features)
{
	return (struct engine_cfg){
		.hw = hw, .iova_width = width, .oa_width = oa, .features = features};
}

static struct hw_entry decode(const struct engine_cfg *cfg, uint64_t word, unsigned level,
			      unsigned index, unsigned top)
{
	struct hw_entry e;

	memset(&e, 0x5a, sizeof(e));
	hw_format(cfg->hw)->decode(cfg, word, level, index, top, &e);
	return e;
}

static struct hw_walk walk(const struct engine_cfg *cfg, uint64_t root, unsigned top, uint64_t iova)
{
	struct hw_walk w;

	hw_walk(cfg, root, top, iova, true, read_mem, NULL, &w);
	return w;
}

static void expect_leaf(const struct hw_walk *w, uint64_t oa, unsigned lg2, unsigned perms)
{
	if (w->why)
		print_error("%s\n", w->why);
	assert_int_equal(w->kind, HW_LEAF);
	assert_int_equal(w->oa, oa);
	assert_int_equal(w->lg2, lg2);
	assert_int_equal(w->perms, perms);
}

static void expect_fault(const struct hw_walk *w, const char *why)
{
	assert_int_equal(w->kind, HW_FAULT);
	assert_string_equal(w->why, why);
}

/* Names and shapes. */

static void test_names(void **state)
{
	static const char *const names[] = {"amdv1",	 "x86_64",    "vtdfs",	   "vtdss",
					    "riscv",	 "riscv_g",   "arm4k_s1",  "arm4k_s2",
					    "arm16k_s1", "arm16k_s2", "arm64k_s1", "arm64k_s2",
					    "armv7s",	 "dart"};

	(void)state;
	assert_int_equal(COUNT(names), HW_COUNT);
	for (unsigned i = 0; i < HW_COUNT; i++)
		assert_string_equal(hw_name(i), names[i]);
}

static void test_shapes(void **state)
{
	static const struct {
		enum hw_id hw;
		unsigned width, level, top, item_lg2, slots;
	} rows[] = {
		{HW_AMDV1, 64, 5, 5, 57, 128},	    {HW_AMDV1, 64, 4, 5, 48, 512},
		{HW_X86_64, 57, 4, 4, 48, 512},	    {HW_RISCV_G, 41, 2, 2, 30, 2048},
		{HW_RISCV_G, 59, 3, 4, 39, 512},    {HW_ARM4K_S1, 48, 3, 3, 39, 512},
		{HW_ARM4K_S1, 40, 3, 3, 39, 2},	    {HW_ARM4K_S2, 43, 2, 2, 30, 8192},
		{HW_ARM4K_S1, 25, 1, 1, 21, 16},    {HW_ARM16K_S1, 48, 3, 3, 47, 2},
		{HW_ARM16K_S2, 40, 2, 2, 36, 16},   {HW_ARM16K_S1, 47, 1, 2, 25, 2048},
		{HW_ARM64K_S1, 52, 2, 2, 42, 1024}, {HW_ARM64K_S2, 46, 1, 1, 29, 131072},
		{HW_ARM64K_S1, 48, 0, 2, 16, 8192}, {HW_ARMV7S, 32, 1, 1, 20, 4096},
		{HW_ARMV7S, 32, 0, 1, 12, 256},	    {HW_ARM4K_S1, 20, 0, 3, 12, 512},
		{HW_ARM4K_S1, 20, 3, 3, 39, 1},	    {HW_ARMV7S, 20, 1, 1, 20, 1},
		{HW_DART, 36, 1, 1, 25, 2048},
	};

	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct engine_cfg cfg = config(rows[i].hw, rows[i].width, 48, 0);
		const struct hw_format *f = hw_format(rows[i].hw);

		assert_int_equal(hw_item_lg2(f, rows[i].level), rows[i].item_lg2);
		assert_int_equal(f->slots(&cfg, rows[i].level, rows[i].top), rows[i].slots);
	}
}

/* Which addresses a root takes. */

static void test_accepts(void **state)
{
	static const struct {
		enum hw_id hw;
		unsigned width, features, top;
		uint64_t iova;
		bool ok;
		uint64_t va;
	} rows[] = {
		{HW_AMDV1, 64, 0, 5, UINT64_MAX, true, UINT64_MAX},
		{HW_AMDV1, 64, 0, 2, BIT(39) - 1, true, BIT(39) - 1},
		{HW_AMDV1, 64, 0, 2, BIT(39), false, 0},
		{HW_AMDV1, 32, 0, 2, BIT(32) - 1, true, BIT(32) - 1},
		{HW_AMDV1, 32, 0, 2, BIT(32), false, 0},
		{HW_X86_64, 48, F_SIGN_EXTEND, 3, BIT(47) - 1, true, BIT(47) - 1},
		{HW_X86_64, 48, F_SIGN_EXTEND, 3, BIT(47), false, 0},
		{HW_X86_64, 48, F_SIGN_EXTEND, 3, -BIT(47), true, -BIT(47)},
		{HW_X86_64, 48, F_SIGN_EXTEND, 3, -BIT(47) - 1, false, 0},
		{HW_X86_64, 48, F_SIGN_EXTEND, 4, -BIT(47), true, -BIT(47)},
		{HW_X86_64, 48, F_SIGN_EXTEND, 4, -BIT(47) ^ BIT(50), false, 0},
		{HW_X86_64, 48, 0, 3, BIT(47), true, BIT(47)},
		{HW_X86_64, 48, 0, 3, BIT(48), false, 0},
		{HW_RISCV, 39, F_SIGN_EXTEND, 2, BIT(38) - 1, true, BIT(38) - 1},
		{HW_RISCV, 39, F_SIGN_EXTEND, 2, BIT(38), false, 0},
		{HW_RISCV_G, 41, 0, 2, BIT(41) - 1, true, BIT(41) - 1},
		{HW_RISCV_G, 41, 0, 2, BIT(41), false, 0},
		{HW_ARM4K_S1, 39, F_UPPER_HALF, 2, -BIT(39), true, 0},
		{HW_ARM4K_S1, 39, F_UPPER_HALF, 2, UINT64_MAX, true, BIT(39) - 1},
		{HW_ARM4K_S1, 39, F_UPPER_HALF, 2, -BIT(39) - 1, false, 0},
		{HW_ARM4K_S1, 39, F_UPPER_HALF, 2, 0, false, 0},
		{HW_ARM4K_S1, 39, F_UPPER_HALF, 2, UINT64_MAX ^ BIT(63), false, 0},
		{HW_ARM4K_S1, 39, 0, 2, BIT(39) - 1, true, BIT(39) - 1},
		{HW_ARM4K_S1, 39, 0, 2, BIT(39), false, 0},
		{HW_ARM4K_S2, 43, 0, 2, BIT(43) - 1, true, BIT(43) - 1},
		{HW_ARM4K_S2, 44, 0, 2, BIT(43), false, 0},
	};

	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct engine_cfg cfg = config(rows[i].hw, rows[i].width, 48, rows[i].features);
		uint64_t va;
		bool ok = hw_format(rows[i].hw)->accepts(&cfg, rows[i].top, rows[i].iova, &va);

		assert_int_equal(ok, rows[i].ok);
		if (ok)
			assert_int_equal(va, rows[i].va);
	}
}

/* Rules on single words. */

struct rule {
	unsigned level, index, oa, features;
	uint64_t bad, good;
	enum hw_kind good_kind;
	const char *why;
};

static void check_rules(enum hw_id hw, unsigned width, unsigned top, const struct rule *rules,
			unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		const struct rule *r = &rules[i];
		struct engine_cfg cfg = config(hw, width, r->oa, r->features);
		struct hw_entry bad = decode(&cfg, r->bad, r->level, r->index, top);
		struct hw_entry good = decode(&cfg, r->good, r->level, r->index, top);

		if (bad.kind != HW_FAULT || good.kind != r->good_kind)
			print_error("%s rule %u: %s\n", hw_name(hw), i, r->why);
		assert_int_equal(bad.kind, HW_FAULT);
		assert_string_equal(bad.why, r->why);
		assert_int_equal(good.kind, r->good_kind);
		assert_null(good.why);
	}
}

static const char far_leaf[] = "leaf address beyond the output width";
static const char far_table[] = "table address beyond the output width";
static const char askew[] = "leaf address not aligned to its size";

static void test_amdv1_rules(void **state)
{
	static const char leaf58[] = "reserved bits 58:52 of a leaf";
	static const char table60[] = "reserved bits 60:52 of a table pointer";
	static const char size[] = "page size in the address does not fit the level";
	static const char up[] = "pointer to a table that is not below its own level";
	static const struct rule rules[] = {
		{0, 0, 52, 0, 0x1001 | BIT(52), 0x1001, HW_LEAF, leaf58},
		{0, 0, 52, 0, 0x1001 | BIT(58), 0x1001 | BIT(59) | BIT(60) | BIT(63), HW_LEAF,
		 leaf58},
		{1, 0, 52, 0, 0x1201 | BIT(52), 0x1201, HW_TABLE, table60},
		{1, 0, 52, 0, 0x1201 | BIT(59), 0x1201 | BIT(63), HW_TABLE, table60},
		{1, 0, 52, 0, 0x1201 | BIT(60), 0x1201 | 0x1fe, HW_TABLE, table60},
		{0, 0, 52, 0, 0x1201, 0x1001, HW_LEAF, up},
		{0, 0, 52, 0, 0x1c01, 0x1e01, HW_LEAF, up},
		{2, 0, 52, 0, 0x1601, 0x1401, HW_TABLE, up},
		{5, 0, 52, 0, 0x1c01, 0x1a01, HW_TABLE, up},
		{1, 0, 52, 0, 0x1001, 0x200001, HW_LEAF, askew},
		{2, 0, 52, 0, BIT(29) | 1, BIT(30) | 1, HW_LEAF, askew},
		{4, 0, 52, 0, BIT(47) | 1, BIT(48) | 1, HW_LEAF, askew},
		{5, 0, 52, 0, 1, 0xa01, HW_TABLE, "leaf at the sixth level"},
		{5, 0, 52, 0, 0xe01, 0xa01, HW_TABLE, "leaf at the sixth level"},
		{0, 0, 52, 0, 0xffe01, 0x7fe01, HW_LEAF, size},
		{1, 0, 52, 0, 0xffe01, 0x1ffe01, HW_LEAF, size},
		{1, 0, 52, 0, 0x7fe01, 0x1ffe01, HW_LEAF, size},
		{1, 0, 52, 0, 0x1ffffe01, 0xffffe01, HW_LEAF, size},
		{2, 0, 52, 0, 0x1ffffe01, 0x3ffffe01, HW_LEAF, size},
		{2, 0, 52, 0, 0x3ffffffe01, 0x1ffffffe01, HW_LEAF, size},
		{4, 0, 52, 0, 0xfffffffffffffe01 & ~(0x1ffull << 52), 0x3fffffffffe01, HW_LEAF,
		 size},
		{4, 0, 52, 0, 0x7fffffffffe01, 0x3fffffffffe01, HW_LEAF, size},
		{0, 0, 48, 0, BIT(48) | 1, BIT(47) | 1, HW_LEAF, far_leaf},
		{1, 0, 48, 0, BIT(48) | 0x201, BIT(47) | 0x201, HW_TABLE, far_table},
		{1, 0, 20, 0, 1, 0x1201, HW_TABLE, far_leaf},
	};

	(void)state;
	check_rules(HW_AMDV1, 64, 5, rules, COUNT(rules));
}

static void test_x86_64_rules(void **state)
{
	static const char ps[] = "page size bit above level 2";
	static const struct rule rules[] = {
		{3, 0, 52, 0, 0x1087, 0x1007, HW_TABLE, ps},
		{4, 0, 52, 0, 0x1087, 0x1007, HW_TABLE, ps},
		{1, 0, 52, 0, 0x2087, 0x1087, HW_LEAF, askew},
		{1, 0, 52, 0, BIT(20) | 0x87, BIT(21) | 0x87, HW_LEAF, askew},
		{2, 0, 52, 0, BIT(29) | 0x87, BIT(30) | 0x1087, HW_LEAF, askew},
		{2, 0, 52, 0, 0x2087, 0x1087, HW_LEAF, askew},
		{0, 0, 40, 0, BIT(40) | 7, BIT(39) | 7 | 0xf80, HW_LEAF, far_leaf},
		{0, 0, 51, 0, BIT(51) | 7, BIT(52) | 7, HW_LEAF, far_leaf},
		{1, 0, 40, 0, BIT(40) | 7, BIT(39) | 7, HW_TABLE, far_table},
		{4, 0, 51, 0, BIT(51) | 7, BIT(50) | 7, HW_TABLE, far_table},
	};

	(void)state;
	check_rules(HW_X86_64, 57, 4, rules, COUNT(rules));
	check_rules(HW_VTDFS, 57, 4, rules, COUNT(rules));
}

static void test_vtdss_rules(void **state)
{
	static const char snp[] = "snoop bit without snoop control, or in a table pointer";
	static const char ps[] = "page size bit above level 2";
	static const struct rule rules[] = {
		{0, 0, 52, 0, 0x1803, 0x1403, HW_LEAF, snp},
		{1, 0, 52, 0, 0x1803, 0x1003 | BIT(9), HW_TABLE, snp},
		{1, 0, 52, 0, 0x883, 0x483, HW_LEAF, snp},
		{0, 0, 52, 0, 0x1003 | BIT(62), 0x1003 | BIT(63) | BIT(60), HW_LEAF,
		 "reserved bit 62"},
		{2, 0, 52, 0, 0x1003 | BIT(62), 0x1003 | BIT(52), HW_TABLE, "reserved bit 62"},
		{3, 0, 52, 0, 0x1083, 0x1003, HW_TABLE, ps},
		{4, 0, 52, 0, 0x1083, 0x1003, HW_TABLE, ps},
		{1, 0, 52, 0, 0x1083, 0x200083, HW_LEAF, askew},
		{2, 0, 52, 0, BIT(29) | 0x83, BIT(30) | 0x83, HW_LEAF, askew},
		{2, 0, 52, 0, 0x1083, 0x83, HW_LEAF, askew},
		{0, 0, 39, 0, BIT(39) | 1, BIT(38) | 1 | 0x7c | BIT(7), HW_LEAF, far_leaf},
		{1, 0, 39, 0, BIT(39) | 1, BIT(38) | 1, HW_TABLE, far_table},
	};

	(void)state;
	check_rules(HW_VTDSS, 57, 4, rules, COUNT(rules));
}

static void test_riscv_rules(void **state)
{
	static const char napot[] = "N with a size or level that is reserved";
	static const char dau[] = "D, A or U in a table pointer";
	static const char reserved[] = "reserved bits 60:54";
	static const char pbmt[] = "memory type without Svpbmt";
	static const struct rule rules[] = {
		{0, 0, 56, 0, 0x4d5, 0x4d7, HW_LEAF, "write without read"},
		{1, 0, 56, 0, 0x4d5, 0x401, HW_TABLE, "write without read"},
		{0, 0, 56, 0, 0x401, 0x4d3, HW_LEAF, "table pointer at level 0"},
		{1, 0, 56, 0, 0x481, 0x421, HW_TABLE, dau},
		{1, 0, 56, 0, 0x441, 0x501, HW_TABLE, dau},
		{1, 0, 56, 0, 0x411, 0x601, HW_TABLE, dau},
		{1, 0, 56, 0, 0x401 | BIT(63), 0x401, HW_TABLE, "N in a table pointer"},
		{0, 0, 56, 0, 0x4d7 | BIT(54), 0x4d7 | BIT(53), HW_LEAF, reserved},
		{0, 0, 56, 0, 0x4d7 | BIT(58), 0x7f7, HW_LEAF, reserved},
		{1, 0, 56, 0, 0x401 | BIT(59), 0x701, HW_TABLE, reserved},
		{0, 0, 56, 0, 0x4d7 | BIT(60), 0x4d7, HW_LEAF, reserved},
		{0, 0, 56, 0, 0x4d7 | BIT(61), 0x4d7, HW_LEAF, pbmt},
		{0, 0, 56, 0, 0x4d7 | BIT(62), 0x4d7, HW_LEAF, pbmt},
		{2, 0, 56, 0, 0x401 | BIT(61) | BIT(62), 0x401, HW_TABLE, pbmt},
		{1, 0, 56, 0, 0x4d7, 0x800d7, HW_LEAF, askew},
		{4, 0, 56, 0, BIT(45) | 0xd7, BIT(46) | 0xd7, HW_LEAF, askew},
		{0, 0, 56, 0, 0x2000d7 | BIT(63), 0x20d7 | BIT(63), HW_LEAF, napot},
		{0, 0, 56, 0, 0x10d7 | BIT(63), 0x10d7, HW_LEAF, napot},
		{0, 0, 56, 0, 0x24d7 | BIT(63), 0x20d7 | BIT(63), HW_LEAF, napot},
		{1, 0, 56, 0, 0x800d7 | BIT(63), 0x800d7, HW_LEAF, napot},
		{1, 0, 56, 0, 0x20d7 | BIT(63), 0x800d7, HW_LEAF, napot},
		{0, 0, 56, 0, 0x497, 0x4d7, HW_LEAF, "access flag clear"},
		{0, 0, 48, 0, BIT(46) | 0xd7, BIT(45) | 0xd7, HW_LEAF, far_leaf},
		{1, 0, 48, 0, BIT(46) | 1, BIT(45) | 1, HW_TABLE, far_table},
	};
	static const struct rule second[] = {
		{0, 0, 56, 0, 0x4c7, 0x4d7, HW_LEAF, "U clear in the second stage"},
		{2, 0, 56, 0, 0xc7, 0xf7, HW_LEAF, "U clear in the second stage"},
	};

	(void)state;
	check_rules(HW_RISCV, 57, 4, rules, COUNT(rules));
	check_rules(HW_RISCV_G, 59, 4, rules, COUNT(rules));
	check_rules(HW_RISCV_G, 59, 4, second, COUNT(second));
}

#define S1_PAGE	 0x743ull /* AF, inner shareable, AP[1], page */
#define S1_BLOCK 0x741ull
#define S2_PAGE	 0x7ffull /* AF, inner shareable, read and write, write-back, page */
#define S2_BLOCK 0x7fdull
#define CONT	 BIT(52)

static const char high_oa[] = "reserved address bits";
static const char no_block[] = "block at a level that has none";
static const char run_askew[] = "contiguous run not aligned alike in IOVA and OA";
static const char no_af[] = "access flag clear";

static void test_arm4k_rules(void **state)
{
	static const struct rule s1[] = {
		{0, 0, 48, 0, S1_BLOCK, S1_PAGE, HW_LEAF, "block at level 0"},
		{3, 0, 48, 0, S1_BLOCK, 0x1003, HW_TABLE, no_block},
		{1, 0, 48, 0, S1_BLOCK | 0x1000, S1_BLOCK | BIT(21), HW_LEAF, askew},
		{2, 0, 48, 0, S1_BLOCK | BIT(21), S1_BLOCK | BIT(30), HW_LEAF, askew},
		{1, 0, 48, 0, S1_BLOCK | BIT(16), S1_BLOCK, HW_LEAF, askew},
		{1, 0, 48, 0, S1_BLOCK | CONT | BIT(16), S1_BLOCK | CONT, HW_LEAF, askew},
		{0, 0, 48, 0, S1_PAGE | BIT(48), S1_PAGE | BIT(47), HW_LEAF, high_oa},
		{0, 0, 48, 0, S1_PAGE | BIT(50), S1_PAGE | BIT(51), HW_LEAF, high_oa},
		{1, 0, 48, 0, 0x1003 | BIT(49), 0x1003 | BIT(51) | BIT(58), HW_TABLE, high_oa},
		{0, 0, 40, 0, S1_PAGE | BIT(40), S1_PAGE | BIT(39), HW_LEAF, far_leaf},
		{1, 0, 40, 0, 0x1003 | BIT(40), 0x1003 | BIT(39), HW_TABLE, far_table},
		{0, 0, 48, 0, S1_PAGE & ~BIT(10), S1_PAGE, HW_LEAF, no_af},
		{0, 0, 48, 0, S1_PAGE & ~BIT(9), S1_PAGE & ~BIT(8), HW_LEAF,
		 "reserved shareability"},
		{0, 1, 48, 0, S1_PAGE | CONT, S1_PAGE | CONT | 0x1000, HW_LEAF, run_askew},
		{0, 0, 48, 0, S1_PAGE | CONT | 0x1000, S1_PAGE | CONT | 0x10000, HW_LEAF,
		 run_askew},
		{1, 3, 48, 0, S1_BLOCK | CONT | BIT(21), S1_BLOCK | CONT | 3 * BIT(21), HW_LEAF,
		 run_askew},
		{0, 15, 16, 0, S1_PAGE | CONT | 0x1f000, S1_PAGE | CONT | 0xf000, HW_LEAF,
		 far_leaf},
	};
	static const struct rule s2[] = {
		{0, 0, 48, 0, S2_BLOCK, S2_PAGE, HW_LEAF, "block at level 0"},
		{3, 0, 48, 0, S2_BLOCK, 0x1003, HW_TABLE, no_block},
		{1, 0, 48, 0, 0x1003 | BIT(59), 0x1003 | BIT(58), HW_TABLE,
		 "reserved bits 63:59 of a second-stage table pointer"},
		{1, 0, 48, 0, 0x1003 | BIT(63), 0x1003, HW_TABLE,
		 "reserved bits 63:59 of a second-stage table pointer"},
		{0, 0, 48, 0, S2_PAGE | BIT(11), S2_PAGE, HW_LEAF,
		 "reserved bit 11 of a second-stage leaf"},
		{0, 0, 48, 0, S2_PAGE & ~0xcull, S2_PAGE & ~0x3cull, HW_LEAF,
		 "reserved memory type of the second stage"},
		{0, 0, 48, 0, (S2_PAGE & ~0x3cull) | 0x10, (S2_PAGE & ~0x3cull) | 0x14, HW_LEAF,
		 "reserved memory type of the second stage"},
		{0, 0, 48, 0, S2_PAGE & ~BIT(10), S2_PAGE, HW_LEAF, no_af},
		{0, 0, 48, 0, S2_PAGE & ~BIT(9), S2_PAGE & ~BIT(8), HW_LEAF,
		 "reserved shareability"},
	};
	static const struct rule small_top[] = {
		{1, 0, 48, 0, S1_BLOCK | CONT, S1_BLOCK, HW_LEAF,
		 "contiguous run larger than its table"},
	};
	static const struct rule enough_top[] = {
		{1, 1, 48, 0, S1_BLOCK | CONT, S1_BLOCK | CONT | BIT(21), HW_LEAF, run_askew},
	};

	(void)state;
	check_rules(HW_ARM4K_S1, 48, 3, s1, COUNT(s1));
	check_rules(HW_ARM4K_S2, 48, 3, s2, COUNT(s2));
	check_rules(HW_ARM4K_S1, 24, 1, small_top, COUNT(small_top));
	check_rules(HW_ARM4K_S1, 25, 1, enough_top, COUNT(enough_top));
}

static void test_arm16k_rules(void **state)
{
	static const struct rule rules[] = {
		{0, 0, 48, 0, S1_PAGE | 0x1000, S1_PAGE | 0x4000, HW_LEAF, high_oa},
		{1, 0, 48, 0, 0x4003 | 0x2000, 0x4003, HW_TABLE, high_oa},
		{2, 0, 48, 0, S1_BLOCK, 0x4003, HW_TABLE, no_block},
		{1, 0, 48, 0, S1_BLOCK | BIT(24), S1_BLOCK | BIT(25), HW_LEAF, askew},
		{0, 127, 48, 0, S1_PAGE | CONT | 126 * 0x4000, S1_PAGE | CONT | 127 * 0x4000,
		 HW_LEAF, run_askew},
		{1, 32, 48, 0, S1_BLOCK | CONT | BIT(25), S1_BLOCK | CONT | BIT(30), HW_LEAF,
		 run_askew},
	};

	(void)state;
	check_rules(HW_ARM16K_S1, 48, 3, rules, COUNT(rules));
}

static void test_arm64k_rules(void **state)
{
	static const struct rule rules[] = {
		{0, 0, 48, 0, S1_PAGE | 0x1000, S1_PAGE | 0x10000, HW_LEAF, high_oa},
		{0, 0, 52, 0, S1_PAGE | BIT(48), S1_PAGE | 0xf000, HW_LEAF, high_oa},
		{1, 0, 52, 0, 0x10003 | BIT(48), 0x1f003, HW_TABLE, high_oa},
		{0, 0, 50, 0, S1_PAGE | 0x4000, S1_PAGE | 0x3000, HW_LEAF, far_leaf},
		{1, 0, 50, 0, 0x18003, 0x11003, HW_TABLE, far_table},
		{2, 0, 48, 0, S1_BLOCK, 0x10003, HW_TABLE, no_block},
		{1, 0, 48, 0, S1_BLOCK | BIT(28), S1_BLOCK | BIT(29), HW_LEAF, askew},
		{2, 0, 52, 0, S1_BLOCK | BIT(41), S1_BLOCK | BIT(42), HW_LEAF, askew},
		{2, 0, 52, 0, S1_BLOCK | CONT, S1_BLOCK, HW_LEAF,
		 "contiguous bit at a level without runs"},
		{0, 31, 48, 0, S1_PAGE | CONT, S1_PAGE | CONT | 31 * 0x10000, HW_LEAF, run_askew},
	};

	(void)state;
	check_rules(HW_ARM64K_S1, 48, 2, rules, COUNT(rules));
}

static void test_armv7s_rules(void **state)
{
	static const struct rule rules[] = {
		{1, 0, 32, 0, 0x411, 0x401, HW_TABLE, "reserved bits of a table pointer"},
		{1, 0, 32, 0, 0x601, 0x5e9, HW_TABLE, "reserved bits of a table pointer"},
		{1, 0, 32, 0, 0xc03, 0xc02, HW_LEAF, "reserved descriptor type"},
		{1, 0, 32, 0, 0xe02, 0xc02, HW_LEAF, "reserved bit 9 of a section"},
		{1, 0, 32, 0, 0x802, 0xc02, HW_LEAF, no_af},
		{0, 0, 32, 0, 0x22, 0x32, HW_LEAF, no_af},
		{0, 0, 32, 0, 0x71, 0x31, HW_LEAF, "reserved bits 8:6 of a large page"},
		{1, 0, 32, 0, 0x140c02, 0x40c02, HW_LEAF, far_leaf},
		{1, 0, 30, 0, 0x40000c02, 0x20000c02, HW_LEAF, far_leaf},
	};
	static const struct rule enough_top[] = {
		{1, 0, 32, 0, 0x40802, 0x40c02, HW_LEAF, no_af},
	};
	static const struct rule small_top[] = {
		{1, 0, 32, 0, 0x40c02, 0xc02, HW_LEAF, "supersection larger than its table"},
	};

	(void)state;
	check_rules(HW_ARMV7S, 32, 1, rules, COUNT(rules));
	check_rules(HW_ARMV7S, 23, 1, small_top, COUNT(small_top));
	check_rules(HW_ARMV7S, 24, 1, enough_top, COUNT(enough_top));
}

static void test_dart_rules(void **state)
{
	static const char subpage[] = "subpages of the page are not covered";
	static const char align[] = "address not aligned to the page";
	static const uint64_t all = 0xfffull << 40;
	static const struct rule rules[] = {
		{0, 0, 36, 0, all | 0x1001, all | 0x4001, HW_LEAF, align},
		{1, 0, 36, 0, 0x2001, 0x4001, HW_TABLE, align},
		{0, 0, 36, 0, 0x4001, 0x4003, HW_LEAF, subpage},
		{0, 0, 36, 0, all | BIT(52) | 0x4001, all | 0x4001, HW_LEAF, subpage},
		{0, 0, 42, 0, 0x403, all | 0x403, HW_LEAF, subpage},
		{0, 0, 42, 0, all | BIT(51) * 2 | 0x401, all | 0x401, HW_LEAF, subpage},
		{0, 0, 35, 0, all | BIT(35) | 1, all | BIT(34) | 1, HW_LEAF, far_leaf},
		{0, 0, 40, 0, all | BIT(36) | 1, all | BIT(35) | 1, HW_LEAF, far_leaf},
		{1, 0, 40, 0, BIT(37) | 1, BIT(35) | 1, HW_TABLE, far_table},
	};

	(void)state;
	check_rules(HW_DART, 36, 1, rules, COUNT(rules));
}

/*
 * Every bit of a word, one at a time: it moves the address, is refused, changes what is allowed,
 * changes the kind or size of the entry, or is ignored. Ranges are written as in a specification.
 */

struct bit_range {
	unsigned hi, lo;
	int shift; /* where it lands in the address */
};

#define RANGE(hi, lo)	((UINT64_MAX >> (63 - (hi))) & (UINT64_MAX << (lo)))
#define MAX_ADDR_RANGES 3

static void test_every_bit(void **state)
{
	static const struct {
		enum hw_id hw;
		unsigned level, oa;
		uint64_t base;
		struct bit_range addr[MAX_ADDR_RANGES];
		uint64_t fault, perms, shape;
	} rows[] = {
		/* clang-format off */
		{HW_AMDV1, 0, 52, 1, {{51, 12, 0}}, RANGE(58, 52) | 0xe00, RANGE(62, 61), 1},
		{HW_AMDV1, 1, 52, 1, {{51, 21, 0}},
		 RANGE(58, 52) | RANGE(20, 12) | 0xc00, RANGE(62, 61), 0x201},
		{HW_AMDV1, 0, 52, 0xe01, {{51, 13, 0}},
		 RANGE(58, 52) | 0xe00, RANGE(62, 61), 0x1001},
		{HW_AMDV1, 4, 52, 0x801, {{51, 12, 0}}, RANGE(60, 52), RANGE(62, 61), 0xe01},
		{HW_AMDV1, 1, 52, 0x201, {{51, 12, 0}},
		 RANGE(60, 52) | 0xc00, RANGE(62, 61), 0x201},
		{HW_X86_64, 0, 52, 7, {{51, 12, 0}}, 0, BIT(63) | 6, 1},
		{HW_X86_64, 1, 52, 0x87, {{51, 21, 0}}, RANGE(20, 13), BIT(63) | 6, 0x81},
		{HW_X86_64, 2, 52, 0x87, {{51, 30, 0}}, RANGE(29, 13), BIT(63) | 6, 0x81},
		{HW_X86_64, 3, 52, 7, {{51, 12, 0}}, 0x80, BIT(63) | 6, 1},
		{HW_VTDFS, 0, 52, 7, {{51, 12, 0}}, 0, 6, 1},
		{HW_VTDFS, 1, 52, 7, {{51, 12, 0}}, 0, 6, 0x81},
		{HW_VTDSS, 0, 52, 3, {{51, 12, 0}}, BIT(62) | 0x800, 3, 0},
		{HW_VTDSS, 1, 52, 0x83, {{51, 21, 0}}, BIT(62) | 0x800 | RANGE(20, 12), 3, 0x80},
		{HW_VTDSS, 3, 52, 3, {{51, 12, 0}}, BIT(62) | 0x880, 3, 0},
		{HW_RISCV, 0, 56, 0xdf, {{53, 10, 2}}, RANGE(63, 54) | 0x42, 0x9c, 1},
		{HW_RISCV, 1, 56, 0xdf, {{53, 19, 2}},
		 RANGE(63, 54) | RANGE(18, 10) | 0x42, 0x9c, 1},
		{HW_RISCV, 1, 56, 1, {{53, 10, 2}}, RANGE(63, 54) | 0xd4, 0, 0xb},
		{HW_RISCV, 0, 56, BIT(63) | 0x20df, {{53, 14, 2}},
		 RANGE(62, 54) | RANGE(13, 10) | 0x42, 0x9c, BIT(63) | 1},
		{HW_RISCV_G, 0, 56, 0xdf, {{53, 10, 2}}, RANGE(63, 54) | 0x52, 0x8c, 1},
		{HW_ARM4K_S1, 0, 48, S1_PAGE, {{47, 12, 0}},
		 RANGE(50, 48) | 0x602, BIT(54) | 0xc0, CONT | 1},
		{HW_ARM4K_S1, 1, 48, S1_BLOCK, {{47, 21, 0}},
		 RANGE(50, 48) | RANGE(20, 12) | 0x600, BIT(54) | 0xc0, CONT | 3},
		{HW_ARM4K_S1, 1, 48, 3, {{47, 12, 0}}, RANGE(50, 48), RANGE(62, 60), 3},
		{HW_ARM4K_S2, 0, 48, S2_PAGE, {{47, 12, 0}},
		 RANGE(50, 48) | 0xe02, BIT(54) | 0xc0, CONT | 1},
		{HW_ARM4K_S2, 2, 48, 3, {{47, 12, 0}}, RANGE(50, 48) | RANGE(63, 59), 0, 3},
		{HW_ARM16K_S1, 0, 48, S1_PAGE, {{47, 14, 0}},
		 RANGE(50, 48) | 0x3602, BIT(54) | 0xc0, CONT | 1},
		{HW_ARM16K_S2, 1, 48, 3, {{47, 14, 0}},
		 RANGE(50, 48) | RANGE(63, 59) | 0x3000, 0, 3},
		{HW_ARM64K_S1, 0, 48, S1_PAGE, {{47, 16, 0}},
		 RANGE(50, 48) | 0xf602, BIT(54) | 0xc0, CONT | 1},
		{HW_ARM64K_S1, 0, 52, S1_PAGE, {{47, 16, 0}, {15, 12, 36}},
		 RANGE(50, 48) | 0x602, BIT(54) | 0xc0, CONT | 1},
		{HW_ARM64K_S2, 1, 52, 3, {{47, 16, 0}, {15, 12, 36}},
		 RANGE(50, 48) | RANGE(63, 59), 0, 3},
		{HW_ARMV7S, 0, 40, 0x32, {{31, 12, 0}}, 0x10, 0x221, 2},
		{HW_ARMV7S, 0, 40, 0x31, {{31, 16, 0}}, 0x1d0, 0x8220, 3},
		{HW_ARMV7S, 1, 40, 0xc02, {{31, 20, 0}}, 0x601, 0x8810, 0x40002},
		{HW_ARMV7S, 1, 40, 0x40c02, {{31, 24, 0}, {23, 20, 12}, {8, 5, 31}},
		 0x601, 0x8810, 0x40002},
		{HW_ARMV7S, 1, 40, 1, {{31, 10, 0}}, 0x212, 0, 1},
		{HW_DART, 0, 36, 3 | RANGE(51, 40), {{35, 14, 0}}, 0x3000, 0x180, 1},
		{HW_DART, 0, 36, 1 | RANGE(51, 40), {{35, 14, 0}},
		 RANGE(63, 40) | 0x3000, 0x180, 1},
		{HW_DART, 0, 42, 1 | RANGE(51, 40), {{37, 10, 4}}, RANGE(63, 40), 0xc, 1},
		{HW_DART, 1, 36, 1, {{35, 14, 0}}, 0x3000, 0, 1},
		{HW_DART, 1, 42, 1, {{37, 10, 4}}, 0, 0, 1},
		/* clang-format on */
	};

	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct engine_cfg cfg = config(rows[i].hw, 48, rows[i].oa, 0);
		struct hw_entry base = decode(&cfg, rows[i].base, rows[i].level, 0, 3);

		assert_true(base.kind == HW_LEAF || base.kind == HW_TABLE);
		assert_int_equal(base.pa, 0);
		for (unsigned n = 0; n < 64; n++) {
			struct hw_entry e =
				decode(&cfg, rows[i].base ^ BIT(n), rows[i].level, 0, 3);
			uint64_t moved = 0;

			for (unsigned k = 0; k < MAX_ADDR_RANGES && rows[i].addr[k].hi; k++)
				if (n <= rows[i].addr[k].hi && n >= rows[i].addr[k].lo)
					moved = BIT(n + rows[i].addr[k].shift);
			if (rows[i].shape & BIT(n))
				continue;
			if ((e.kind == HW_FAULT) != !!(rows[i].fault & BIT(n)))
				print_error("%s row %u bit %u\n", hw_name(rows[i].hw), i, n);
			assert_int_equal(e.kind == HW_FAULT, !!(rows[i].fault & BIT(n)));
			if (e.kind == HW_FAULT)
				continue;
			assert_int_equal(e.kind, base.kind);
			assert_int_equal(e.pa, moved);
			assert_int_equal(e.lg2, base.lg2);
			assert_int_equal(e.perms != base.perms, !!(rows[i].perms & BIT(n)));
		}
	}
}

/* What one leaf allows and says of dirt. */

static void test_leaf_attributes(void **state)
{
	static const struct {
		enum hw_id hw;
		unsigned features;
		uint64_t word;
		unsigned perms;
		bool dirty, accessed;
	} rows[] = {
		{HW_AMDV1, 0, 0x1001, HW_X, false, false},
		{HW_AMDV1, 0, 0x1001 | BIT(61), HW_R | HW_X, false, false},
		{HW_AMDV1, 0, 0x1041 | BIT(62), HW_W | HW_X, true, false},
		{HW_AMDV1, 0, 0x1021 | BIT(61) | BIT(62), RWX, false, true},
		{HW_X86_64, 0, 0x1005, HW_R | HW_X, false, false},
		{HW_X86_64, 0, 0x1067, RWX, true, true},
		{HW_X86_64, 0, 0x1027 | BIT(63), HW_R | HW_W, false, true},
		{HW_X86_64, 0, 0x1003, 0, false, false},
		{HW_VTDFS, 0, 0x1067 | BIT(63), RWX, true, true},
		{HW_VTDFS, 0, 0x1063, 0, true, true},
		{HW_VTDSS, 0, 0x1001, HW_R | HW_X, false, false},
		{HW_VTDSS, 0, 0x1302, HW_W | HW_X, true, true},
		{HW_RISCV, 0, 0x4d7, HW_R | HW_W, true, true},
		{HW_RISCV, 0, 0x457, HW_R, false, true},
		{HW_RISCV, 0, 0x459, HW_X, false, true},
		{HW_RISCV, 0, 0x4cf, 0, true, true},
		{HW_RISCV, F_DIRTY, 0x41f, RWX, false, false},
		{HW_RISCV_G, 0, 0x4df, RWX, true, true},
		{HW_ARM4K_S1, 0, S1_PAGE, RWX, true, true},
		{HW_ARM4K_S1, 0, S1_PAGE | BIT(7), HW_R | HW_X, false, true},
		{HW_ARM4K_S1, 0, S1_PAGE | BIT(7) | BIT(51), HW_R | HW_X, false, true},
		{HW_ARM4K_S1, F_DIRTY, S1_PAGE | BIT(7) | BIT(51), RWX, false, true},
		{HW_ARM4K_S1, F_DIRTY, S1_PAGE | BIT(7), HW_R | HW_X, false, true},
		{HW_ARM4K_S1, F_DIRTY, S1_PAGE & ~BIT(10), RWX, true, false},
		{HW_ARM4K_S1, 0, S1_PAGE & ~BIT(6), HW_X, true, true},
		{HW_ARM4K_S1, 0, S1_PAGE | BIT(54), HW_R | HW_W, true, true},
		{HW_ARM4K_S1, 0, S1_PAGE | BIT(53), RWX, true, true},
		{HW_ARM4K_S2, 0, S2_PAGE, RWX, true, true},
		{HW_ARM4K_S2, 0, S2_PAGE & ~BIT(7), HW_R | HW_X, false, true},
		{HW_ARM4K_S2, 0, S2_PAGE & ~BIT(6), HW_W | HW_X, true, true},
		{HW_ARM4K_S2, 0, S2_PAGE & ~0xc0ull, HW_X, false, true},
		{HW_ARM4K_S2, F_DIRTY, (S2_PAGE & ~BIT(7)) | BIT(51), RWX, false, true},
		{HW_ARM4K_S2, 0, (S2_PAGE & ~BIT(7)) | BIT(51), HW_R | HW_X, false, true},
		{HW_ARM4K_S2, 0, S2_PAGE | BIT(54), HW_R | HW_W, true, true},
		{HW_ARMV7S, 0, 0x1032, RWX, true, true},
		{HW_ARMV7S, 0, 0x1033, HW_R | HW_W, true, true},
		{HW_ARMV7S, 0, 0x1232, HW_R | HW_X, true, true},
		{HW_ARMV7S, 0, 0x1012, HW_X, true, true},
		{HW_DART, 0, 0x4003, RWX, true, true},
		{HW_DART, 0, 0x4083, HW_R | HW_X, true, true},
		{HW_DART, 0, 0x4103, HW_W | HW_X, true, true},
	};

	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct engine_cfg cfg = config(rows[i].hw, 32, 32, rows[i].features);
		struct hw_entry e = decode(&cfg, rows[i].word, 0, 0, 1);

		assert_int_equal(e.kind, HW_LEAF);
		assert_int_equal(e.perms, rows[i].perms);
		assert_int_equal(e.dirty, rows[i].dirty);
		assert_int_equal(e.accessed, rows[i].accessed);
	}
}

static void test_dart_second_layout(void **state)
{
	struct engine_cfg cfg = config(HW_DART, 36, 42, 0);
	uint64_t all = 0xfffull << 40;
	struct hw_entry e = decode(&cfg, all | BIT(37) | 0x401, 0, 0, 1);

	(void)state;
	assert_int_equal(e.pa, BIT(41) | 0x4000);
	assert_int_equal(e.perms, RWX);
	assert_int_equal(decode(&cfg, all | 0x405, 0, 0, 1).perms, HW_R | HW_X);
	assert_int_equal(decode(&cfg, all | 0x409, 0, 0, 1).perms, HW_W | HW_X);
}

/* What plain memory looks like, and the bits in which an engine has no choice. */
static void test_constant_bits(void **state)
{
	static const struct {
		enum hw_id hw;
		enum hw_kind kind;
		unsigned level, features;
		uint64_t word, constant;
	} rows[] = {
		/* clang-format off */
		{HW_AMDV1, HW_LEAF, 0, 0, 0x6000000000000061, RANGE(5, 1) | RANGE(8, 7) | RANGE(60, 59) | BIT(63)},
		{HW_AMDV1, HW_TABLE, 1, 0, 0x6000000000000201, RANGE(4, 1) | RANGE(8, 6) | BIT(63)},
		{HW_X86_64, HW_LEAF, 0, 0, 0x67, RANGE(5, 3) | RANGE(11, 7) | RANGE(62, 52)},
		{HW_X86_64, HW_LEAF, 1, 0, 0xe7, RANGE(5, 3) | RANGE(12, 8) | RANGE(62, 52)},
		{HW_X86_64, HW_TABLE, 1, 0, 0x27, RANGE(6, 3) | RANGE(11, 8) | RANGE(62, 52)},
		{HW_VTDSS, HW_LEAF, 0, 0, 0x303, RANGE(8, 2) | BIT(10) | RANGE(61, 52) | BIT(63)},
		{HW_VTDSS, HW_LEAF, 1, 0, 0x383, RANGE(6, 2) | BIT(8) | BIT(10) | RANGE(61, 52) | BIT(63)},
		{HW_VTDSS, HW_TABLE, 1, 0, 0x103, RANGE(6, 2) | RANGE(10, 8) | RANGE(61, 52) | BIT(63)},
		{HW_RISCV, HW_LEAF, 0, 0, 0xd7, BIT(5) | RANGE(9, 8)},
		{HW_RISCV_G, HW_TABLE, 1, 0, 0x01, BIT(5) | RANGE(9, 8)},
		{HW_ARM4K_S1, HW_LEAF, 0, 0, S1_PAGE | BIT(11), RANGE(5, 2) | RANGE(11, 8) | BIT(51) | BIT(53) | RANGE(63, 55)},
		{HW_ARM64K_S1, HW_LEAF, 0, F_DIRTY, S1_PAGE | BIT(11) | BIT(51), RANGE(5, 2) | RANGE(11, 8) | BIT(53) | RANGE(63, 55)},
		{HW_ARM16K_S2, HW_LEAF, 0, 0, 0x7ff, RANGE(5, 2) | RANGE(11, 8) | BIT(51) | BIT(53) | RANGE(63, 55)},
		{HW_ARM4K_S2, HW_TABLE, 1, 0, 3, RANGE(11, 2) | RANGE(58, 51) | BIT(63)},
		/* clang-format on */
	};

	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct engine_cfg cfg = config(rows[i].hw, 48, 48, rows[i].features);

		assert_false(hw_is_odd(&cfg, rows[i].kind, rows[i].level, rows[i].word));
		for (unsigned n = 0; n < 64; n++)
			if (hw_is_odd(&cfg, rows[i].kind, rows[i].level, rows[i].word ^ BIT(n)) !=
			    !!(rows[i].constant & BIT(n)))
				fail_msg("%s row %u bit %u", hw_name(rows[i].hw), i, n);
	}
}

static void test_mark_dirty(void **state)
{
	static const struct {
		enum hw_id hw;
		uint64_t clean, dirty;
	} rows[] = {
		{HW_AMDV1, 0x1001 | BIT(62), 0x1061 | BIT(62)},
		{HW_X86_64, 0x1007, 0x1067},
		{HW_VTDSS, 0x1003, 0x1303},
		{HW_RISCV, 0x417, 0x4d7},
		{HW_ARM4K_S1, S1_PAGE | BIT(7) | BIT(51), S1_PAGE | BIT(51)},
		{HW_ARM4K_S1, S1_PAGE & ~BIT(10), S1_PAGE},
		{HW_ARM4K_S1, S1_PAGE | BIT(7), S1_PAGE | BIT(7)},
		{HW_ARM4K_S2, (S2_PAGE & ~BIT(7)) | BIT(51), S2_PAGE | BIT(51)},
		{HW_ARM4K_S2, S2_PAGE & ~BIT(7), S2_PAGE & ~BIT(7)},
		{HW_ARMV7S, 0x1032, 0x1032},
		{HW_DART, 0x4003, 0x4003},
	};

	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct engine_cfg cfg = config(rows[i].hw, 32, 32, F_DIRTY);
		const struct hw_format *f = hw_format(rows[i].hw);

		assert_int_equal(f->mark_dirty(&cfg, rows[i].clean), rows[i].dirty);
		assert_int_equal(f->mark_dirty(&cfg, rows[i].dirty), rows[i].dirty);
		cfg.features = 0;
		assert_int_equal(f->mark_dirty(&cfg, rows[i].clean), rows[i].clean);
	}
}

/* A word that is not present says nothing, whatever else it holds. */
static void test_empty(void **state)
{
	(void)state;
	for (unsigned hw = 0; hw < HW_COUNT; hw++) {
		struct engine_cfg cfg = config(hw, 32, 32, 0);
		uint64_t present = hw == HW_VTDSS || hw == HW_ARMV7S ? 3 : 1;

		for (unsigned level = 0; level <= hw_format(hw)->max_level; level++)
			assert_int_equal(decode(&cfg, ~present, level, 0, level).kind, HW_NONE);
	}
}

/* Walks. */

static void test_walk_amdv1(void **state)
{
	struct engine_cfg cfg = config(HW_AMDV1, 64, 52, 0);
	uint64_t rw = BIT(61) | BIT(62);
	struct hw_walk w;

	(void)state;
	add_table(0x10000, 0x3000);
	put(0x10000 + 8 * 3, 0x11401 | rw);	 /* level 2, slot 3 */
	put(0x11000 + 8 * 5, 0x12201 | BIT(61)); /* level 1, slot 5 */
	put(0x12000 + 8 * 7, 0xabc001 | rw);	 /* level 0, slot 7 */
	put(0x11000 + 8 * 6, 0x200001 | rw);

	w = walk(&cfg, 0x10000, 2, 3 * BIT(30) + 5 * BIT(21) + 7 * 0x1000 + 0x123);
	expect_leaf(&w, 0xabc123, 12, HW_R | HW_X);
	assert_int_equal(w.n, 3);
	assert_int_equal(w.level, 0);
	assert_int_equal(w.iova, 3 * BIT(30) + 5 * BIT(21) + 7 * 0x1000);
	assert_int_equal(w.step[0].table, 0x10000);
	assert_int_equal(w.step[0].iova, 0);
	assert_int_equal(w.step[1].index, 5);
	assert_int_equal(w.step[1].iova, 3 * BIT(30));
	assert_int_equal(w.step[2].level, 0);
	assert_int_equal(w.step[2].iova, 3 * BIT(30) + 5 * BIT(21));
	assert_int_equal(w.step[2].word, 0xabc001 | rw);

	w = walk(&cfg, 0x10000, 2, 3 * BIT(30) + 6 * BIT(21) + 0x54321);
	expect_leaf(&w, 0x254321, 21, RWX);
	w = walk(&cfg, 0x10000, 2, 3 * BIT(30) + 4 * BIT(21) + 0x54321);
	assert_int_equal(w.kind, HW_NONE);
	assert_int_equal(w.iova, 3 * BIT(30) + 4 * BIT(21));
	assert_int_equal(w.lg2, 21);
	w = walk(&cfg, 0x10000, 2, BIT(39));
	assert_int_equal(w.kind, HW_NONE);
	assert_int_equal(w.n, 0);
}

/* A pointer may skip levels, if the address bits it skips are zero. */
static void test_walk_amdv1_skip(void **state)
{
	struct engine_cfg cfg = config(HW_AMDV1, 64, 52, 0);
	struct hw_walk w;

	(void)state;
	add_table(0x10000, 0x2000);
	put(0x10000 + 8, 0x11201 | BIT(61)); /* level 3 to level 0 */
	put(0x11000 + 8 * 2, 0x5001 | BIT(61));

	w = walk(&cfg, 0x10000, 3, BIT(39) + 0x2fff);
	expect_leaf(&w, 0x5fff, 12, HW_R | HW_X);
	assert_int_equal(w.n, 2);
	w = walk(&cfg, 0x10000, 3, BIT(39) + BIT(21) + 0x2fff);
	assert_int_equal(w.kind, HW_NONE);
	assert_int_equal(w.n, 1);
	assert_int_equal(w.iova, BIT(39) + BIT(21));
	assert_int_equal(w.lg2, 21);
	w = walk(&cfg, 0x10000, 3, BIT(39) + BIT(38) + 0x2fff);
	assert_int_equal(w.kind, HW_NONE);
}

/* Every size of AMDv1, at its place and with one item gone or different. */
static void test_walk_amdv1_sizes(void **state)
{
	struct engine_cfg cfg = config(HW_AMDV1, 64, 52, F_DIRTY);

	for (unsigned lg2 = 12; lg2 <= 51; lg2++) {
		unsigned level = (lg2 - 12) / 9, item = 12 + 9 * level, run = 1u << (lg2 - item);
		uint64_t oa = lg2 < 51 ? BIT(51) : 0, root = 0x10000,
			 last = root + 8 * (2 * run - 1);
		uint64_t word = oa | 1 | BIT(61) | BIT(62);
		struct hw_walk w;

		if (lg2 > item)
			word |= 0xe00 | ((BIT(lg2 - 13) - 1) << 12);
		clear_mem(state);
		add_table(root, 0x1000);
		for (unsigned i = run; i < 2 * run; i++)
			put(root + 8 * i, word);
		w = walk(&cfg, root, level, BIT(lg2) + BIT(lg2 - 1) + 0x7);
		expect_leaf(&w, oa + BIT(lg2 - 1) + 7, lg2, RWX);
		assert_int_equal(w.iova, BIT(lg2));
		assert_false(w.dirty);
		if (lg2 == item)
			continue;

		put(last, word | BIT(5) | BIT(6));
		w = walk(&cfg, root, level, BIT(lg2));
		expect_leaf(&w, oa, lg2, RWX);
		assert_true(w.dirty);
		hw_walk(&cfg, root, level, BIT(lg2), false, read_mem, NULL, &w);
		assert_false(w.dirty);

		put(last, 0);
		w = walk(&cfg, root, level, BIT(lg2));
		expect_fault(&w, "items of a contiguous run differ");
		hw_walk(&cfg, root, level, BIT(lg2), false, read_mem, NULL, &w);
		expect_leaf(&w, oa, lg2, RWX);
		put(last, word ^ BIT(61));
		w = walk(&cfg, root, level, BIT(lg2));
		expect_fault(&w, "items of a contiguous run differ");
	}
}

static void test_walk_root(void **state)
{
	struct engine_cfg cfg = config(HW_RISCV_G, 41, 56, 0);
	struct hw_walk w;

	(void)state;
	add_table(0x11000, 0x7000);
	w = walk(&cfg, 0x11000, 2, 0);
	expect_fault(&w, "root not aligned to its size");
	w = walk(&cfg, 0x14000, 2, 0);
	assert_int_equal(w.kind, HW_NONE);
	w = walk(&cfg, 0x14000, 5, 0);
	expect_fault(&w, "root of an impossible level");
	w = walk(&cfg, 0x18000, 2, 0);
	expect_fault(&w, "table pointer to memory that is no table");
	put(0x14000 + 8 * 2047, (0x20000 >> 2) | 1);
	w = walk(&cfg, 0x14000, 2, BIT(41) - 1);
	expect_fault(&w, "table pointer to memory that is no table");
	assert_int_equal(w.n, 2);
	assert_int_equal(w.step[0].index, 2047);
}

static void test_walk_x86_64(void **state)
{
	struct engine_cfg cfg = config(HW_X86_64, 48, 46, F_SIGN_EXTEND);
	uint64_t iova = -BIT(47) + BIT(30);
	struct hw_walk w;

	(void)state;
	add_table(0x10000, 0x3000);
	put(0x10000 + 8 * 256, 0x11007);
	put(0x11000 + 8 * 1, BIT(30) | 0x87);
	put(0x11000 + 8 * 2, BIT(31) | 0x87 | BIT(63));
	put(0x10000 + 8 * 257, 0x11005 | BIT(63));
	put(0x10000 + 8 * 258, 0x11003);

	w = walk(&cfg, 0x10000, 3, iova + 0x12345);
	expect_leaf(&w, BIT(30) + 0x12345, 30, RWX);
	assert_int_equal(w.iova, iova);
	assert_int_equal(w.step[0].iova, -BIT(48));
	assert_int_equal(w.step[1].iova, -BIT(47));
	w = walk(&cfg, 0x10000, 3, iova + BIT(30));
	expect_leaf(&w, BIT(31), 30, HW_R | HW_W);
	w = walk(&cfg, 0x10000, 3, iova + BIT(39));
	expect_leaf(&w, BIT(30), 30, HW_R);
	w = walk(&cfg, 0x10000, 3, iova + 2 * BIT(39));
	expect_leaf(&w, BIT(30), 30, 0);
	w = walk(&cfg, 0x10000, 3, iova & (BIT(48) - 1));
	assert_int_equal(w.n, 0);

	/* Five levels above a width of 48 take the sign in their top index. */
	put(0x12000 + 8 * 511, 0x10007);
	w = walk(&cfg, 0x12000, 4, iova);
	expect_leaf(&w, BIT(30), 30, RWX);
	assert_int_equal(w.step[0].index, 511);
}

static void test_walk_vtdss(void **state)
{
	struct engine_cfg cfg = config(HW_VTDSS, 39, 39, F_DIRTY);
	struct hw_walk w;

	(void)state;
	add_table(0x10000, 0x3000);
	put(0x10000, 0x11003);
	put(0x11000, 0x12001);
	put(0x12000, 0x7003);
	put(0x12008, 0x7002);
	put(0x12010, 0x7000);
	w = walk(&cfg, 0x10000, 2, 0x10);
	expect_leaf(&w, 0x7010, 12, HW_R | HW_X);
	w = walk(&cfg, 0x10000, 2, 0x1000);
	expect_leaf(&w, 0x7000, 12, HW_X);
	w = walk(&cfg, 0x10000, 2, 0x2000);
	assert_int_equal(w.kind, HW_NONE);
}

static void test_walk_riscv_napot(void **state)
{
	struct engine_cfg cfg = config(HW_RISCV, 39, 56, F_SIGN_EXTEND);
	uint64_t word = BIT(63) | ((BIT(40) | 0x8000) >> 2) | 0xd7;
	struct hw_walk w;

	(void)state;
	add_table(0x10000, 0x1000);
	for (unsigned i = 0; i < 16; i++)
		put(0x10000 + 8 * (16 + i), word);
	w = walk(&cfg, 0x10000, 0, 0x1abcd);
	expect_leaf(&w, BIT(40) + 0xabcd, 16, HW_R | HW_W);
	put(0x10000 + 8 * 31, word & ~BIT(63));
	w = walk(&cfg, 0x10000, 0, 0x1abcd);
	expect_fault(&w, "items of a contiguous run differ");
	put(0x10000 + 8 * 31, word ^ BIT(8));
	w = walk(&cfg, 0x10000, 0, 0x1abcd);
	expect_fault(&w, "items of a contiguous run differ");
	put(0x10000 + 8 * 31, word & ~BIT(7));
	w = walk(&cfg, 0x10000, 0, 0x1abcd);
	expect_fault(&w, "items of a contiguous run differ");
	cfg.features |= F_DIRTY;
	w = walk(&cfg, 0x10000, 0, 0x1f000);
	expect_leaf(&w, BIT(40) + 0xf000, 16, HW_R | HW_W);
	assert_true(w.dirty);
}

/* Runs of VMSAv8-64 at each granule and level: every item has its own OA. */
static void test_walk_arm_runs(void **state)
{
	static const struct {
		enum hw_id hw;
		unsigned level, item_lg2, run_lg2;
	} rows[] = {
		{HW_ARM4K_S1, 0, 12, 4},  {HW_ARM4K_S1, 1, 21, 4},  {HW_ARM4K_S1, 2, 30, 4},
		{HW_ARM16K_S1, 0, 14, 7}, {HW_ARM16K_S1, 1, 25, 5}, {HW_ARM64K_S1, 0, 16, 5},
		{HW_ARM64K_S1, 1, 29, 5}, {HW_ARM4K_S2, 0, 12, 4},  {HW_ARM64K_S2, 1, 29, 5},
	};

	for (unsigned i = 0; i < COUNT(rows); i++) {
		unsigned item = rows[i].item_lg2, run = 1u << rows[i].run_lg2;
		unsigned lg2 = item + rows[i].run_lg2, stride = 3;
		struct engine_cfg cfg = config(rows[i].hw, lg2 + stride, 48, F_DIRTY);
		bool s2 = rows[i].hw == HW_ARM4K_S2 || rows[i].hw == HW_ARM64K_S2;
		uint64_t root = 0x100000, last = root + 8 * (2 * run - 1);
		uint64_t attr = (s2 ? S2_BLOCK : S1_BLOCK) | CONT | (rows[i].level ? 0 : 2);
		uint64_t end = attr | 3 * BIT(lg2) | (uint64_t)(run - 1) << item;
		struct hw_walk w;

		clear_mem(state);
		add_table(root, 0x10000);
		for (unsigned k = 0; k < run; k++)
			put(root + 8 * (run + k), attr | 3 * BIT(lg2) | (uint64_t)k << item);
		w = walk(&cfg, root, rows[i].level, BIT(lg2) + 5 * BIT(item) + 0x77);
		expect_leaf(&w, 3 * BIT(lg2) + 5 * BIT(item) + 0x77, lg2, RWX);
		assert_int_equal(w.iova, BIT(lg2));

		put(last, end ^ BIT(item));
		w = walk(&cfg, root, rows[i].level, BIT(lg2));
		expect_fault(&w, "items of a contiguous run differ");
		put(last, end & ~CONT);
		w = walk(&cfg, root, rows[i].level, BIT(lg2));
		expect_fault(&w, "items of a contiguous run differ");
		put(last, end ^ BIT(54));
		w = walk(&cfg, root, rows[i].level, BIT(lg2));
		expect_fault(&w, "items of a contiguous run differ");
		put(last, end ^ BIT(7));
		w = walk(&cfg, root, rows[i].level, BIT(lg2));
		expect_fault(&w, "items of a contiguous run differ");
		put(last, end & ~BIT(10));
		w = walk(&cfg, root, rows[i].level, BIT(lg2));
		expect_leaf(&w, 3 * BIT(lg2), lg2, RWX);
	}
}

/* With hardware managing it, the dirty state is the one thing items may differ in. */
static void test_walk_arm_dirty_run(void **state)
{
	struct engine_cfg cfg = config(HW_ARM4K_S1, 30, 40, F_DIRTY);
	uint64_t clean = S1_PAGE | BIT(7) | BIT(51) | CONT;
	struct hw_walk w;

	(void)state;
	add_table(0x10000, 0x1000);
	for (unsigned i = 0; i < 16; i++)
		put(0x10000 + 8 * i, clean | i << 12);
	w = walk(&cfg, 0x10000, 0, 0);
	expect_leaf(&w, 0, 16, RWX);
	assert_false(w.dirty);
	put(0x10000 + 8 * 9, (clean | 9 << 12) & ~BIT(7));
	w = walk(&cfg, 0x10000, 0, 0x5000);
	expect_leaf(&w, 0x5000, 16, RWX);
	assert_true(w.dirty);
}

static void test_walk_arm_tables(void **state)
{
	struct engine_cfg cfg = config(HW_ARM4K_S1, 40, 48, F_UPPER_HALF);
	uint64_t high = -BIT(40);
	struct hw_walk w;

	(void)state;
	add_table(0x10000, 16);
	add_table(0x11000, 0x3000);
	put(0x10008, 0x11003);
	put(0x11000, 0x12003);
	put(0x11008, 0x12003 | BIT(61)); /* no unprivileged access */
	put(0x11010, 0x12003 | BIT(62)); /* read only */
	put(0x11018, 0x12003 | BIT(60)); /* no execution */
	put(0x12000, 0x13003);
	put(0x13000, S1_PAGE | 0x9000);
	w = walk(&cfg, 0x10000, 3, high + BIT(39));
	expect_leaf(&w, 0x9000, 12, RWX);
	assert_int_equal(w.iova, high + BIT(39));
	assert_int_equal(w.step[0].iova, high);
	w = walk(&cfg, 0x10000, 3, high + BIT(39) + BIT(30));
	expect_leaf(&w, 0x9000, 12, HW_X);
	w = walk(&cfg, 0x10000, 3, high + BIT(39) + 2 * BIT(30));
	expect_leaf(&w, 0x9000, 12, HW_R | HW_X);
	w = walk(&cfg, 0x10000, 3, high + BIT(39) + 3 * BIT(30));
	expect_leaf(&w, 0x9000, 12, HW_R | HW_W);
}

static void test_walk_arm_concatenated(void **state)
{
	struct engine_cfg cfg = config(HW_ARM4K_S2, 43, 48, 0);
	struct hw_walk w;

	(void)state;
	add_table(0x10000, 0x10000);
	put(0x10000 + 8 * 8191, S2_BLOCK | BIT(30));
	w = walk(&cfg, 0x10000, 2, BIT(43) - 1);
	expect_leaf(&w, BIT(31) - 1, 30, RWX);
	w = walk(&cfg, 0x18000, 2, 0);
	expect_fault(&w, "root not aligned to its size");
	cfg.iova_width = 42;
	w = walk(&cfg, 0x18000, 2, 0);
	assert_int_equal(w.kind, HW_NONE);
}

static void test_walk_arm64k_lpa(void **state)
{
	struct engine_cfg cfg = config(HW_ARM64K_S1, 52, 52, 0);
	struct hw_walk w;

	(void)state;
	add_table(0x8000000010000, 0x10000);
	add_table(0xf000000020000, 0x20000);
	put(0x8000000010000, 0x2f003);
	put(0x8000000010008, S1_BLOCK | BIT(42) | 0x3000);
	put(0xf000000020000, 0x3f003);
	put(0xf000000030008, S1_PAGE | 0x5a000);
	w = walk(&cfg, 0x8000000010000, 2, 0x1ffff);
	expect_leaf(&w, 0xa00000005ffff, 16, RWX);
	w = walk(&cfg, 0x8000000010000, 2, BIT(42) + 0x123);
	expect_leaf(&w, 0x3040000000123, 42, RWX);
}

static void test_walk_armv7s(void **state)
{
	struct engine_cfg cfg = config(HW_ARMV7S, 32, 40, 0);
	struct hw_walk w;

	(void)state;
	add_table(0x10000, 0x4000);
	add_table(0x20400, 0x400);
	put(0x10000 + 4 * 4095, 0x20401);
	put(0x10000 + 4 * 1, 0x300c02);
	for (unsigned i = 16; i < 32; i++) {
		put(0x10000 + 4 * i, 0x9a540c22); /* PA 0x15_9a000000 */
		put(0x20400 + 4 * i, 0x77700031);
	}
	put(0x20400 + 4 * 255, 0x88888232);
	w = walk(&cfg, 0x10000, 1, 0xfffff123);
	expect_leaf(&w, 0x88888123, 12, HW_R | HW_X);
	w = walk(&cfg, 0x10000, 1, 0xfff1abcd);
	expect_leaf(&w, 0x7770abcd, 16, RWX);
	w = walk(&cfg, 0x10000, 1, 0x1abcde);
	expect_leaf(&w, 0x3abcde, 20, RWX);
	w = walk(&cfg, 0x10000, 1, 0x1fabcde);
	expect_leaf(&w, 0x159afabcde, 24, RWX);
	put(0x20400 + 4 * 20, 0);
	w = walk(&cfg, 0x10000, 1, 0xfff1abcd);
	expect_fault(&w, "items of a contiguous run differ");
	put(0x10000 + 4 * 31, 0x9a540c02);
	w = walk(&cfg, 0x10000, 1, 0x1000000);
	expect_fault(&w, "items of a contiguous run differ");
}

static void test_walk_dart(void **state)
{
	struct engine_cfg cfg = config(HW_DART, 36, 36, 0);
	struct hw_walk w;

	(void)state;
	add_table(0x10000, 0x8000);
	put(0x10000 + 8 * 2047, 0x14001);
	put(0x14000 + 8 * 1, 0x800000083 | BIT(40));
	w = walk(&cfg, 0x10000, 1, 2047 * BIT(25) + 0x4567);
	expect_leaf(&w, 0x800000567, 14, HW_R | HW_X);
	w = walk(&cfg, 0x10000, 1, 2047 * BIT(25));
	assert_int_equal(w.kind, HW_NONE);
	assert_int_equal(w.lg2, 14);
}

/* Any word in any slot has one defined and sane answer. */

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static void check_sane(const struct engine_cfg *cfg, uint64_t word, unsigned level, unsigned index,
		       unsigned top)
{
	const struct hw_format *f = hw_format(cfg->hw);
	struct hw_entry e = decode(cfg, word, level, index, top);
	struct hw_entry again = decode(cfg, word, level, index, top);

	assert_int_equal(e.kind, again.kind);
	assert_int_equal(e.pa, again.pa);
	assert_ptr_equal(e.why, again.why);
	assert_true((e.kind == HW_FAULT) == (e.why != NULL));
	assert_true(e.kind != HW_TABLE || e.next_level < level);
	assert_int_equal(e.perms & ~(unsigned)RWX, 0);
	assert_int_equal((e.pa >> (cfg->oa_width - 1)) >> 1, 0);
	if (e.kind != HW_LEAF)
		return;
	assert_int_equal(e.item_lg2, hw_item_lg2(f, level));
	assert_true(e.lg2 >= e.item_lg2 && e.lg2 <= cfg->oa_width);
	assert_true(BIT(e.lg2 - e.item_lg2) <= f->slots(cfg, level, top));
	assert_int_equal(e.pa & (BIT(e.lg2) - 1), 0);
	if ((cfg->features & F_DIRTY) && (e.perms & HW_W)) {
		struct hw_entry d = decode(cfg, f->mark_dirty(cfg, word), level, index, top);

		assert_int_equal(d.kind, HW_LEAF);
		assert_true(d.dirty && d.accessed);
		assert_int_equal(d.perms, e.perms);
		assert_int_equal(d.pa, e.pa);
		assert_int_equal((word ^ f->mark_dirty(cfg, word)) & ~f->run_ignore(cfg), 0);
	}
}

static void test_any_word(void **state)
{
	static const unsigned feature_sets[] = {0, F_DIRTY};
	static const unsigned oa_widths[] = {32, 40, 48, 52};
	uint64_t seed = 0x9e3779b97f4a7c15;

	(void)state;
	for (unsigned hw = 0; hw < HW_COUNT; hw++) {
		const struct hw_format *f = hw_format(hw);

		for (unsigned i = 0; i < 100000; i++) {
			struct engine_cfg cfg = config(hw, 20 + next_random(&seed) % 45,
						       oa_widths[next_random(&seed) % 4],
						       feature_sets[next_random(&seed) % 2]);
			unsigned level = next_random(&seed) % (f->max_level + 1);
			unsigned top = level + next_random(&seed) % (f->max_level + 1 - level);
			unsigned index = next_random(&seed) % f->slots(&cfg, level, top);
			uint64_t word = next_random(&seed);

			if (i % 4 > 0)
				word &= next_random(&seed) & next_random(&seed);
			if (i % 4 > 1)
				word |= 0x403;
			if (i % 4 > 2)
				word &= ~(0x1ffull << 52);
			check_sane(&cfg, word, level, index, top);
		}
	}
}

/* Any memory: a walk ends, with an answer for the address that was asked. */
static bool read_noise(void *arg, uint64_t pa, unsigned bytes, unsigned n, uint64_t *word)
{
	for (unsigned i = 0; i < n; i++) {
		uint64_t *salt = arg, h = ((pa + i * bytes) ^ *salt) * 0x9e3779b97f4a7c15;

		h ^= h >> 29;
		word[i] = h * 0xbf58476d1ce4e5b9 & (h >> 7 | 0x7ff) & ~(0x1full << 54);
		if (bytes == 4)
			word[i] &= UINT32_MAX;
	}
	return pa % 5 != 4;
}

static void test_any_memory(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (unsigned hw = 0; hw < HW_COUNT; hw++)
		for (unsigned i = 0; i < 20000; i++) {
			struct engine_cfg cfg = config(hw, 39, 40, i & F_DIRTY);
			uint64_t salt = next_random(&seed);
			uint64_t iova = next_random(&seed) & (BIT(39) - 1);
			unsigned top = hw_format(hw)->max_level;
			struct hw_walk w;

			hw_walk(&cfg, 0, top, iova, i & 1, read_noise, &salt, &w);
			assert_true(w.kind != HW_TABLE && w.n <= top + 1);
			assert_true((w.kind == HW_FAULT) == (w.why != NULL));
			if (w.n)
				assert_int_equal(w.iova, iova >> w.lg2 << w.lg2);
			if (w.kind == HW_LEAF)
				assert_int_equal((w.oa ^ iova) & (BIT(w.lg2) - 1), 0);
		}
}

#define walk_test(f) cmocka_unit_test_setup(f, clear_mem)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_accepts),
		cmocka_unit_test(test_amdv1_rules),
		cmocka_unit_test(test_x86_64_rules),
		cmocka_unit_test(test_vtdss_rules),
		cmocka_unit_test(test_riscv_rules),
		cmocka_unit_test(test_arm4k_rules),
		cmocka_unit_test(test_arm16k_rules),
		cmocka_unit_test(test_arm64k_rules),
		cmocka_unit_test(test_armv7s_rules),
		cmocka_unit_test(test_dart_rules),
		cmocka_unit_test(test_every_bit),
		cmocka_unit_test(test_leaf_attributes),
		cmocka_unit_test(test_dart_second_layout),
		cmocka_unit_test(test_constant_bits),
		cmocka_unit_test(test_mark_dirty),
		cmocka_unit_test(test_empty),
		walk_test(test_walk_amdv1),
		walk_test(test_walk_amdv1_skip),
		walk_test(test_walk_amdv1_sizes),
		walk_test(test_walk_root),
		walk_test(test_walk_x86_64),
		walk_test(test_walk_vtdss),
		walk_test(test_walk_riscv_napot),
		walk_test(test_walk_arm_runs),
		walk_test(test_walk_arm_dirty_run),
		walk_test(test_walk_arm_tables),
		walk_test(test_walk_arm_concatenated),
		walk_test(test_walk_arm64k_lpa),
		walk_test(test_walk_armv7s),
		walk_test(test_walk_dart),
		cmocka_unit_test(test_any_word),
		cmocka_unit_test(test_any_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
