// SPDX-License-Identifier: GPL-2.0-only
/* ARM short descriptors, from drivers/iommu/io-pgtable-arm-v7s.c. */
#include "io-pgtable-arm-v7s.c"

#include "io_pgtable.h"

#define ALL_SIZES (SZ_4K | SZ_64K | SZ_1M | SZ_16M)

/* The top table has a slot for each megabyte, and is never smaller than a page. */
static int engine_open(struct engine *e, struct engine_cfg *cfg)
{
	struct io_pgtable_cfg kcfg;

	cfg->iova_width = min(max(cfg->iova_width, 24u), 32u);
	cfg->oa_width = 32;
	cfg->top_level = 1;
	cfg->features = (cfg->features & F_INCOHERENT) | F_NO_GAPS;
	cfg->pgsizes &= ALL_SIZES & ((2ull << (cfg->iova_width - 1)) - 1);
	kcfg = (struct io_pgtable_cfg){
		.pgsize_bitmap = ALL_SIZES,
		.ias = cfg->iova_width,
		.oas = cfg->oa_width,
		.coherent_walk = !(cfg->features & F_INCOHERENT),
	};
	return open_iop(e, &io_pgtable_arm_v7s_init_fns, ARM_V7S, &kcfg);
}

static uint64_t engine_root(struct engine *e, unsigned *level)
{
	*level = 1;
	return virt_to_phys(io_pgtable_to_data(e->iop)->pgd);
}

IO_PGTABLE_ENGINE(linux_v7s, CAP_LAX_TABLES | CAP_STOPS, NULL);
