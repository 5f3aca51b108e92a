// SPDX-License-Identifier: GPL-2.0-only
/* Which configurations are legal, and which page sizes they leave: the contract's Init. */
#include "oracle/hw.h"
#include "oracle/shadow.h"

struct limits {
	unsigned iova, oa;  /* widest, bits */
	unsigned features;  /* of those not every format has */
	unsigned low, high; /* starting levels */
	unsigned root_bits; /* index bits of a root beyond an ordinary table's */
	uint64_t sizes;
};

#define K(n) (1ull << (10 + (n)))
#define M(n) (1ull << (20 + (n)))
#define G(n) (1ull << (30 + (n)))
#define T(n) (1ull << (40 + (n)))

static const struct limits limits[HW_COUNT] = {
	[HW_AMDV1] = {64, 52, F_DYNAMIC_TOP | F_DIRTY, 0, 5, 0, ((1ull << 52) - K(2)) & ~G(9)},
	[HW_X86_64] = {57, 52, F_SIGN_EXTEND, 3, 4, 0, K(2) | M(1) | G(0)},
	[HW_VTDFS] = {57, 52, F_SIGN_EXTEND, 3, 4, 0, K(2) | M(1) | G(0)},
	[HW_VTDSS] = {57, 52, F_DIRTY, 2, 4, 0, K(2) | M(1) | G(0)},
	[HW_RISCV] = {57, 56, F_SIGN_EXTEND, 2, 4, 0, K(2) | K(6) | M(1) | G(0) | G(9) | T(8)},
	[HW_RISCV_G] = {59, 56, 0, 2, 4, 2, K(2) | K(6) | M(1) | G(0) | G(9) | T(8)},
	[HW_ARM4K_S1] = {48, 48, F_UPPER_HALF | F_DIRTY, 0, 3, 0,
			 K(2) | K(6) | M(1) | M(5) | G(0) | G(4)},
	[HW_ARM4K_S2] = {48, 48, F_DIRTY, 0, 3, 4, K(2) | K(6) | M(1) | M(5) | G(0) | G(4)},
	[HW_ARM16K_S1] = {48, 48, F_UPPER_HALF | F_DIRTY, 0, 3, 0, K(4) | M(1) | M(5) | G(0)},
	[HW_ARM16K_S2] = {48, 48, F_DIRTY, 0, 2, 4, K(4) | M(1) | M(5) | G(0)},
	[HW_ARM64K_S1] = {48, 52, F_UPPER_HALF | F_DIRTY, 0, 2, 0, K(6) | M(1) | M(9) | G(4)},
	[HW_ARM64K_S2] = {48, 52, F_DIRTY, 0, 2, 4, K(6) | M(1) | M(9) | G(4)},
};

/* log2 of what all slots of a table at `level` span; a root may have more. */
static unsigned table_lg2(const struct engine_cfg *cfg, unsigned level)
{
	return hw_item_lg2(hw_format(cfg->hw), level + 1);
}

static uint64_t usable(const struct engine_cfg *cfg, uint64_t wanted)
{
	const struct limits *l = &limits[cfg->hw];
	uint64_t sizes = wanted & l->sizes;
	unsigned half = cfg->iova_width - (cfg->features & F_SIGN_EXTEND ? 1 : 0), spans = 0;
	unsigned largest;

	if ((cfg->hw == HW_ARM64K_S1 || cfg->hw == HW_ARM64K_S2) && cfg->oa_width > 48)
		sizes |= wanted & T(2);
	while (spans < l->high && table_lg2(cfg, spans) + l->root_bits < cfg->iova_width)
		spans++;
	largest = table_lg2(cfg, spans) - 1;
	if (largest > half)
		largest = half;
	if (largest > cfg->oa_width)
		largest = cfg->oa_width;
	return largest < 63 ? sizes & ((2ull << largest) - 1) : sizes;
}

/*
 * VMSAv8-64: the start level follows from the input size; at stage 2 up to 16 tables side by
 * side may save a level. Bounds are input sizes for which a tree may start at our level, for one
 * table and then for concatenated ones (Arm ARM D8.2, T0SZ tables).
 */
static bool arm_starts(const struct engine_cfg *cfg)
{
	static const struct {
		uint8_t low, high, concat; /* widths low..high, at stage 2 also high+1..concat */
	} start[3][4] = {
		{{25, 0, 0}, {25, 30, 34}, {31, 39, 43}, {40, 48, 48}},
		{{25, 25, 29}, {26, 36, 40}, {37, 47, 48}, {48, 48, 48}},
		{{25, 29, 33}, {30, 42, 46}, {43, 48, 48}, {0, 0, 0}},
	};
	unsigned granule = (cfg->hw - HW_ARM4K_S1) / 2;
	bool stage2 = (cfg->hw - HW_ARM4K_S1) & 1;
	unsigned top = cfg->top_level, width = cfg->iova_width;

	if (width < 25 || top > 3 || !start[granule][top].high || width < start[granule][top].low)
		return false;
	if (stage2 && ((granule == 0 && top == 3) || (granule == 2 && top == 2)) &&
	    cfg->oa_width < 44)
		return false;
	if (stage2 && granule == 1 && top == 2 && cfg->oa_width < 42)
		return false;
	return width <= (stage2 ? start[granule][top].concat : start[granule][top].high);
}

static bool starts(const struct engine_cfg *cfg)
{
	const struct limits *l = &limits[cfg->hw];
	unsigned width = cfg->iova_width, extra = l->root_bits;

	if (cfg->top_level < l->low || cfg->top_level > l->high)
		return false;
	if (cfg->hw == HW_RISCV || cfg->hw == HW_RISCV_G)
		if (width != 39 + extra && width != 48 + extra && width != 57 + extra)
			return false;
	if (cfg->hw >= HW_ARM4K_S1 && cfg->hw <= HW_ARM64K_S2 && !arm_starts(cfg))
		return false;
	return (cfg->features & F_DYNAMIC_TOP) || table_lg2(cfg, cfg->top_level) + extra >= width;
}

int shadow_config(const struct engine_cfg *cfg, uint64_t *pgsizes)
{
	const struct limits *l = &limits[cfg->hw];
	unsigned every = F_FLUSH_RANGE | F_NO_GAPS | F_INCOHERENT, f = cfg->features;

	if (!cfg->iova_width || cfg->iova_width > l->iova || !cfg->oa_width ||
	    cfg->oa_width > l->oa)
		return -E_INVAL;
	if ((f & F_SIGN_EXTEND) && ((f & F_DYNAMIC_TOP) || cfg->iova_width == 64))
		return -E_INVAL;
	if ((f & F_DYNAMIC_TOP) &&
	    (cfg->lacks & (LACKS_TOP_LOCK | LACKS_TOP_UNLOCK | LACKS_ROOT_CHANGED)))
		return -E_INVAL;
	if ((f & F_INCOHERENT) && (cfg->lacks & LACKS_FLUSH))
		return -E_INVAL;
	if ((f & F_FLUSH_RANGE) && (f & F_NO_GAPS))
		return -E_INVAL;
	if ((f & F_DIRTY) && (f & F_INCOHERENT))
		return -E_INVAL;
	*pgsizes = usable(cfg, *pgsizes);
	if (!*pgsizes)
		return -E_INVAL;
	if ((f & ~(l->features | every)) || !starts(cfg))
		return -E_OPNOTSUPP;
	return cfg->lacks & LACKS_MEMORY ? -E_NOMEM : 0;
}
