// SPDX-License-Identifier: GPL-2.0-only
/* VMSAv8-64, both stages and three granules, from drivers/iommu/io-pgtable-arm.c. */
#include "io-pgtable-arm.c"

#include "io_pgtable.h"

static bool is_second_stage(enum hw_id hw)
{
	return hw == HW_ARM4K_S2 || hw == HW_ARM16K_S2 || hw == HW_ARM64K_S2;
}

/* Arm counts levels downwards, to 3 for pages. */
static unsigned level_of(int arm_level)
{
	return ARM_LPAE_MAX_LEVELS - 1 - arm_level;
}

static unsigned long granule_of(enum hw_id hw)
{
	if (hw == HW_ARM4K_S1 || hw == HW_ARM4K_S2)
		return SZ_4K;
	return hw == HW_ARM16K_S1 || hw == HW_ARM16K_S2 ? SZ_16K : SZ_64K;
}

/* Output widths are those a register field can say; the second stage's input is no wider. */
static void fit(struct engine_cfg *cfg, bool second, unsigned long granule)
{
	static const unsigned char widths[] = {32, 36, 40, 42, 44, 48, 52};
	unsigned i = granule == SZ_64K ? ARRAY_SIZE(widths) - 1 : ARRAY_SIZE(widths) - 2;

	while (i && widths[i] > cfg->oa_width)
		i--;
	cfg->oa_width = widths[i];
	cfg->iova_width = min(max(cfg->iova_width, 25u), 48u);
	if (second)
		cfg->iova_width = min(cfg->iova_width, cfg->oa_width);
	cfg->features &= F_INCOHERENT | (second ? 0 : F_UPPER_HALF);
	cfg->features |= F_NO_GAPS;
}

static int engine_open(struct engine *e, struct engine_cfg *cfg)
{
	unsigned long granule = granule_of(cfg->hw);
	bool second = is_second_stage(cfg->hw);
	struct arm_lpae_io_pgtable *data;
	struct io_pgtable_cfg kcfg;
	int ret;

	fit(cfg, second, granule);
	kcfg = (struct io_pgtable_cfg){
		.quirks = IO_PGTABLE_QUIRK_NO_WARN |
			  (cfg->features & F_UPPER_HALF ? IO_PGTABLE_QUIRK_ARM_TTBR1 : 0),
		.pgsize_bitmap = granule | (cfg->pgsizes & ~(2 * granule - 1)),
		.ias = cfg->iova_width,
		.oas = cfg->oa_width,
		.coherent_walk = !(cfg->features & F_INCOHERENT),
	};
	ret = open_iop(e,
		       second ? &io_pgtable_arm_64_lpae_s2_init_fns
			      : &io_pgtable_arm_64_lpae_s1_init_fns,
		       second ? ARM_64_LPAE_S2 : ARM_64_LPAE_S1, &kcfg);
	if (ret)
		return ret;
	data = io_pgtable_to_data(e->iop);
	e->wo = second;
	cfg->top_level = level_of(data->start_level);
	cfg->pgsizes &= kcfg.pgsize_bitmap & (2 * ARM_LPAE_BLOCK_SIZE(data->start_level, data) - 1);
	cfg->pgsizes &= (2ull << (min(cfg->iova_width, cfg->oa_width) - 1)) - 1;
	return 0;
}

static uint64_t engine_root(struct engine *e, unsigned *level)
{
	struct arm_lpae_io_pgtable *data = io_pgtable_to_data(e->iop);

	*level = level_of(data->start_level);
	return virt_to_phys(data->pgd);
}

IO_PGTABLE_ENGINE(linux_arm4k_s1, CAP_LAX_TABLES, NULL);
IO_PGTABLE_ENGINE(linux_arm4k_s2, CAP_LAX_TABLES, NULL);
IO_PGTABLE_ENGINE(linux_arm16k_s1, CAP_LAX_TABLES, NULL);
IO_PGTABLE_ENGINE(linux_arm16k_s2, CAP_LAX_TABLES, NULL);
IO_PGTABLE_ENGINE(linux_arm64k_s1, CAP_LAX_TABLES, NULL);
IO_PGTABLE_ENGINE(linux_arm64k_s2, CAP_LAX_TABLES, NULL);
