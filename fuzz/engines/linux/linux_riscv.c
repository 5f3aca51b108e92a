// SPDX-License-Identifier: GPL-2.0-only
/* RISC-V Sv39, Sv48 and Sv57 with Svnapot, from drivers/iommu/generic_pt. */
#include "iommu_riscv64.c"

#define ENGINE		       linux_riscv
#define ENGINE_CAPS	       0
#define ENGINE_WO	       false
#define ENGINE_FEATURES	       (F_SIGN_EXTEND | F_FLUSH_RANGE)
#define ENGINE_FORCED	       0
#define ENGINE_DETAILED_GATHER 1

#include "generic_pt.h"

static void engine_fit(struct engine_cfg *cfg, struct pt_iommu_riscv_64_cfg *kcfg)
{
	cfg->top_level = cfg->iova_width <= 39 ? 2 : cfg->iova_width <= 48 ? 3 : 4;
	cfg->iova_width = 12 + 9 * (cfg->top_level + 1);
	kcfg->common.features = BIT(PT_FEAT_RISCV_SVNAPOT_64K);
}
