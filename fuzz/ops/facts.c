// SPDX-License-Identifier: GPL-2.0-only
/*
 * The numbers of each hardware; the specifications behind them are in docs/formats.md.
 */
#include "ops/facts.h"

#define SIZE(lg2) (1ull << (lg2))

/* The granule comes first: a missing byte then means the smallest useful step. */
static const uint8_t units_4k[16] = {12, 21, 30, 13, 16, 14, 18, 20, 22, 25, 31, 34, 38, 39, 48, 0};
static const uint8_t units_16k[16] = {14, 25, 21, 30, 36, 47, 12, 15,
				      16, 20, 22, 28, 34, 39, 41, 0};
static const uint8_t units_64k[16] = {16, 29, 21, 34, 42, 12, 17, 18,
				      20, 22, 25, 30, 36, 39, 47, 0};
static const uint8_t units_v7s[16] = {12, 20, 16, 24, 10, 13, 14, 15,
				      17, 18, 21, 22, 25, 28, 30, 0};

#define ANY_HW	     (F_FLUSH_RANGE | F_NO_GAPS | F_INCOHERENT)
#define ARM_USUAL    (F_FLUSH_RANGE | F_DIRTY)
#define ARM_FEATURES (ANY_HW | F_DIRTY)
#define ARM_WIDTHS   48, 39, 47, 40, 36, 32, 42, 30, 25, 43, 34, 44, 31, 38, 41, 46
#define ARM_OAS	     48, 44, 42, 40, 36, 32
#define ARM4K_SIZES  (SIZE(12) | SIZE(16) | SIZE(21) | SIZE(25) | SIZE(30) | SIZE(34))
#define ARM16K_SIZES (SIZE(14) | SIZE(21) | SIZE(25) | SIZE(30))
#define ARM64K_SIZES (SIZE(16) | SIZE(21) | SIZE(29) | SIZE(34) | SIZE(42))

/* Every power of two up to 2^51 but 512G. */
static const struct hw_facts amdv1 = {
	.granule_lg2 = 12,
	.index_bits = 9,
	.max_top = 5,
	.max_width = 64,
	.usual = F_DYNAMIC_TOP | F_FLUSH_RANGE | F_DIRTY,
	.features = ANY_HW | F_DYNAMIC_TOP | F_DIRTY,
	.width = {48, 39, 64, 47, 57, 32, 30, 63, 21, 52, 40, 56, 33, 31, 49, 12},
	.oa_width = {52, 48, 40, 36, 46, 32, 39, 44},
	.sizes = (SIZE(52) - SIZE(12)) & ~SIZE(39),
	.units = units_4k,
};

static const struct hw_facts x86_64 = {
	.granule_lg2 = 12,
	.index_bits = 9,
	.min_top = 3,
	.max_top = 4,
	.max_width = 57,
	.usual = F_SIGN_EXTEND | F_FLUSH_RANGE,
	.features = ANY_HW | F_SIGN_EXTEND,
	.width = {48, 57, 47, 39, 56, 30, 40, 52, 49, 32, 46, 31, 22, 21, 38, 13},
	.oa_width = {52, 48, 46, 40, 36, 39, 32, 44},
	.sizes = SIZE(12) | SIZE(21) | SIZE(30),
	.units = units_4k,
};

static const struct hw_facts vtdfs = {
	.granule_lg2 = 12,
	.index_bits = 9,
	.min_top = 3,
	.max_top = 4,
	.max_width = 57,
	.usual = F_SIGN_EXTEND | F_FLUSH_RANGE,
	.features = ANY_HW | F_SIGN_EXTEND,
	.width = {48, 57},
	.oa_width = {52, 48, 46, 40, 36, 39, 32, 44},
	.sizes = SIZE(12) | SIZE(21) | SIZE(30),
	.units = units_4k,
};

static const struct hw_facts vtdss = {
	.granule_lg2 = 12,
	.index_bits = 9,
	.min_top = 2,
	.max_top = 4,
	.max_width = 57,
	.usual = F_FLUSH_RANGE | F_DIRTY,
	.features = ANY_HW | F_DIRTY,
	.width = {48, 39, 57, 47, 40, 30, 32, 56, 38, 49, 31, 52, 36, 46, 42, 21},
	.oa_width = {52, 48, 46, 40, 36, 39, 32, 44},
	.sizes = SIZE(12) | SIZE(21) | SIZE(30),
	.units = units_4k,
};

static const struct hw_facts riscv = {
	.granule_lg2 = 12,
	.index_bits = 9,
	.min_top = 2,
	.max_top = 4,
	.fixed_top = true,
	.max_width = 57,
	.usual = F_SIGN_EXTEND | F_FLUSH_RANGE,
	.features = ANY_HW | F_SIGN_EXTEND,
	.width = {48, 39, 57},
	.oa_width = {56, 50, 44, 40, 36, 32, 48, 52},
	.sizes = SIZE(12) | SIZE(16) | SIZE(21) | SIZE(30) | SIZE(39) | SIZE(48),
	.units = units_4k,
};

static const struct hw_facts riscv_g = {
	.granule_lg2 = 12,
	.index_bits = 9,
	.min_top = 2,
	.max_top = 4,
	.fixed_top = true,
	.wide_root = 2,
	.max_width = 59,
	.usual = F_FLUSH_RANGE,
	.features = ANY_HW,
	.width = {50, 41, 59},
	.oa_width = {56, 50, 44, 40, 36, 32, 48, 52},
	.sizes = SIZE(12) | SIZE(16) | SIZE(21) | SIZE(30) | SIZE(39) | SIZE(48),
	.units = units_4k,
};

static const struct hw_facts arm4k_s1 = {
	.granule_lg2 = 12,
	.index_bits = 9,
	.max_top = 3,
	.tight_top = true,
	.max_width = 48,
	.usual = ARM_USUAL,
	.features = ARM_FEATURES | F_UPPER_HALF,
	.width = {ARM_WIDTHS},
	.oa_width = {ARM_OAS},
	.sizes = ARM4K_SIZES,
	.units = units_4k,
};

static const struct hw_facts arm4k_s2 = {
	.granule_lg2 = 12,
	.index_bits = 9,
	.min_top = 1,
	.max_top = 3,
	.tight_top = true,
	.max_top_oa = 44,
	.wide_root = 4,
	.max_width = 48,
	.usual = ARM_USUAL,
	.features = ARM_FEATURES,
	.width = {ARM_WIDTHS},
	.oa_width = {ARM_OAS},
	.sizes = ARM4K_SIZES,
	.units = units_4k,
};

static const struct hw_facts arm16k_s1 = {
	.granule_lg2 = 14,
	.index_bits = 11,
	.max_top = 3,
	.tight_top = true,
	.max_width = 48,
	.usual = ARM_USUAL,
	.features = ARM_FEATURES | F_UPPER_HALF,
	.width = {ARM_WIDTHS},
	.oa_width = {ARM_OAS},
	.sizes = ARM16K_SIZES,
	.units = units_16k,
};

static const struct hw_facts arm16k_s2 = {
	.granule_lg2 = 14,
	.index_bits = 11,
	.max_top = 2,
	.tight_top = true,
	.max_top_oa = 42,
	.wide_root = 4,
	.max_width = 48,
	.usual = ARM_USUAL,
	.features = ARM_FEATURES,
	.width = {ARM_WIDTHS},
	.oa_width = {ARM_OAS},
	.sizes = ARM16K_SIZES,
	.units = units_16k,
};

static const struct hw_facts arm64k_s1 = {
	.granule_lg2 = 16,
	.index_bits = 13,
	.max_top = 2,
	.tight_top = true,
	.max_width = 48,
	.usual = ARM_USUAL,
	.features = ARM_FEATURES | F_UPPER_HALF,
	.width = {ARM_WIDTHS},
	.oa_width = {52, ARM_OAS},
	.sizes = ARM64K_SIZES,
	.units = units_64k,
};

static const struct hw_facts arm64k_s2 = {
	.granule_lg2 = 16,
	.index_bits = 13,
	.max_top = 2,
	.tight_top = true,
	.max_top_oa = 44,
	.wide_root = 4,
	.max_width = 48,
	.usual = ARM_USUAL,
	.features = ARM_FEATURES,
	.width = {ARM_WIDTHS},
	.oa_width = {52, ARM_OAS},
	.sizes = ARM64K_SIZES,
	.units = units_64k,
};

static const struct hw_facts armv7s = {
	.granule_lg2 = 12,
	.index_bits = 8,
	.min_top = 1,
	.max_top = 1,
	.wide_root = 4,
	.fixed_top = true,
	.max_width = 32,
	.usual = F_FLUSH_RANGE,
	.features = ANY_HW,
	.width = {32},
	.oa_width = {32},
	.sizes = SIZE(12) | SIZE(16) | SIZE(20) | SIZE(24),
	.units = units_v7s,
};

static const struct hw_facts dart = {
	.granule_lg2 = 14,
	.index_bits = 11,
	.max_top = 3,
	.max_width = 48,
	.usual = F_FLUSH_RANGE,
	.features = ANY_HW,
	.width = {36, 32, 42},
	.oa_width = {42, 36},
	.sizes = SIZE(14) | SIZE(25),
	.units = units_16k,
};

static const struct hw_facts *const facts[HW_COUNT] = {
	[HW_AMDV1] = &amdv1,	     [HW_X86_64] = &x86_64,	  [HW_VTDFS] = &vtdfs,
	[HW_VTDSS] = &vtdss,	     [HW_RISCV] = &riscv,	  [HW_RISCV_G] = &riscv_g,
	[HW_ARM4K_S1] = &arm4k_s1,   [HW_ARM4K_S2] = &arm4k_s2,	  [HW_ARM16K_S1] = &arm16k_s1,
	[HW_ARM16K_S2] = &arm16k_s2, [HW_ARM64K_S1] = &arm64k_s1, [HW_ARM64K_S2] = &arm64k_s2,
	[HW_ARMV7S] = &armv7s,	     [HW_DART] = &dart,
};

const struct hw_facts *hw_facts(enum hw_id hw)
{
	return facts[hw];
}

unsigned facts_span_lg2(const struct hw_facts *f, unsigned level)
{
	unsigned lg2 = f->granule_lg2 + f->index_bits * level;

	return lg2 < 64 ? lg2 : 64;
}

unsigned facts_span_level(const struct hw_facts *f, unsigned width)
{
	unsigned level = 0;

	while (level < f->max_top && facts_span_lg2(f, level + 1) + f->wide_root < width)
		level++;
	return level;
}
