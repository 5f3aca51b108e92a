// SPDX-License-Identifier: GPL-2.0-only
/* x86-64 page table with 4 and 5 levels, from drivers/iommu/generic_pt. */
#include "iommu_x86_64.c"

#define ENGINE		linux_x86_64
#define ENGINE_CAPS	CAP_IGNORES_NOEXEC
#define ENGINE_WO	false
#define ENGINE_FEATURES (F_SIGN_EXTEND | F_FLUSH_RANGE | F_NO_GAPS | F_INCOHERENT)
#define ENGINE_FORCED	0

#include "generic_pt.h"

static void engine_fit(struct engine_cfg *cfg, struct pt_iommu_x86_64_cfg *kcfg)
{
	fit_top(cfg, 3, 4);
	kcfg->top_level = cfg->top_level;
}
