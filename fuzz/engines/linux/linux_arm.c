// SPDX-License-Identifier: GPL-2.0-only
/* VMSAv8-64, both stages and three granules, from drivers/iommu/io-pgtable-arm.c. */
#include "io-pgtable-arm.c"

#define ENGINE_FIT_OA fit_oa
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

/* Output widths are those a register field can say. */
static void fit_oa(struct engine_cfg *cfg)
{
	static const unsigned char widths[] = {32, 36, 40, 42, 44, 48, 52};
	unsigned i = ARRAY_SIZE(widths) - (granule_of(cfg->hw) == SZ_64K ? 1 : 2);

	while (i && widths[i] > cfg->oa_width)
		i--;
	cfg->oa_width = widths[i];
}

/* The second stage's input is no wider than its output. */
static void fit(struct engine_cfg *cfg, bool second)
{
	fit_oa(cfg);
	cfg->iova_width = min(max(cfg->iova_width, 25u), 48u);
	if (second)
		cfg->iova_width = min(cfg->iova_width, cfg->oa_width);
	cfg->features &= F_INCOHERENT | (second ? 0 : F_UPPER_HALF | F_DIRTY);
	if (cfg->features & (F_INCOHERENT | F_UPPER_HALF))
		cfg->features &= ~F_DIRTY;
	cfg->features |= F_NO_GAPS;
}

/* Leaves are written dirty. Tracking begins, as iommufd has it, when all of them are clean. */
static void clean(struct engine *e, uint64_t iova, uint64_t len)
{
	struct iommu_dirty_bitmap nowhere = {};

	e->iop->ops.read_and_clear_dirty(&e->iop->ops, iova, len, 0, &nowhere);
}

static int engine_open(struct engine *e, struct engine_cfg *cfg)
{
	unsigned long granule = granule_of(cfg->hw);
	bool second = is_second_stage(cfg->hw);
	struct arm_lpae_io_pgtable *data;
	struct io_pgtable_cfg kcfg;
	int ret;

	fit(cfg, second);
	kcfg = (struct io_pgtable_cfg){
		.quirks = IO_PGTABLE_QUIRK_NO_WARN |
			  (cfg->features & F_UPPER_HALF ? IO_PGTABLE_QUIRK_ARM_TTBR1 : 0) |
			  (cfg->features & F_DIRTY ? IO_PGTABLE_QUIRK_ARM_HD : 0),
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
	e->mapped = cfg->features & F_DIRTY ? clean : NULL;
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

static int dirty(struct engine *e, uint64_t iova, uint64_t len, bool clear, engine_dirty_fn *record,
		 void *arg, struct engine_gather *g)
{
	struct iova_bitmap bitmap = {record, arg, iova, iova + (len - 1)};
	struct iommu_dirty_bitmap dirty = {.bitmap = &bitmap, .gather = gather_of(g)};
	int ret;

	linux_enter(&e->host);
	ret = linux_check_dirty(&e->cfg, iova, len);
	if (ret)
		return ret;
	return e->iop->ops.read_and_clear_dirty(&e->iop->ops, iova, len,
						clear ? 0 : IOMMU_DIRTY_NO_CLEAR, &dirty);
}

#define FIRST_STAGE \
	(CAP_LAX_TABLES | CAP_STOPS | CAP_DIRTY_EXACT | CAP_UNSAFE_LAST | CAP_UNSAFE_BEYOND)
#define SECOND_STAGE (CAP_LAX_TABLES | CAP_STOPS | CAP_UNSAFE_BEYOND)

IO_PGTABLE_ENGINE(linux_arm4k_s1, FIRST_STAGE, dirty);
IO_PGTABLE_ENGINE(linux_arm4k_s2, SECOND_STAGE, NULL);
IO_PGTABLE_ENGINE(linux_arm16k_s1, FIRST_STAGE, dirty);
IO_PGTABLE_ENGINE(linux_arm16k_s2, SECOND_STAGE, NULL);
IO_PGTABLE_ENGINE(linux_arm64k_s1, FIRST_STAGE, dirty);
IO_PGTABLE_ENGINE(linux_arm64k_s2, SECOND_STAGE, NULL);
