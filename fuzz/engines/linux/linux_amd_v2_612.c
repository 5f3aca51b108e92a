// SPDX-License-Identifier: GPL-2.0-only
/* x86-64 tables of Linux 6.12's AMD driver, from drivers/iommu/amd/io_pgtable_v2.c. */
#include "shim/amd.h"

#define amd_iommu_domain_flush_pages linux_amd_v2_flush

/* The driver's one variable for all its tables; each engine has its own. */
#define amd_iommu_gpt_level (*linux_gpt_level())

#include "amd/io_pgtable_v2.c"

#include "amd.h"

int *linux_gpt_level(void)
{
	return &container_of(linux_host, struct engine, host)->gpt_level;
}

static int engine_open(struct engine *e, struct engine_cfg *cfg)
{
	cfg->top_level = cfg->iova_width <= 48 ? 3 : 4;
	cfg->iova_width = min(max(cfg->iova_width, 40u), 57u);
	cfg->features &= ~F_DYNAMIC_TOP & ~F_DIRTY;
	e->gpt_level = cfg->top_level + 1;
	return open_amd(e, cfg, &io_pgtable_amd_iommu_v2_init_fns);
}

static uint64_t engine_root(struct engine *e, unsigned *level)
{
	*level = e->gpt_level - 1;
	return virt_to_phys(e->pdom.iop.pgd);
}

IO_PGTABLE_ENGINE(linux_amd_v2_612,
		  CAP_KEEPS_EMPTY | CAP_IGNORES_NOEXEC | CAP_LAX_DIRTY | CAP_EARLY_FREE |
			  CAP_UNSAFE_OVER,
		  NULL);
