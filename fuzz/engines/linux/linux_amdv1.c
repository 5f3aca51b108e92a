// SPDX-License-Identifier: GPL-2.0-only
/* AMD I/O page table, from drivers/iommu/generic_pt. The tree always grows on demand. */
#include "iommu_amdv1.c"

#define ENGINE		linux_amdv1
#define ENGINE_CAPS	(CAP_LAX_DIRTY | CAP_DIRTY_WHOLE)
#define ENGINE_WO	true
#define ENGINE_FEATURES (F_DYNAMIC_TOP | F_FLUSH_RANGE | F_NO_GAPS | F_DIRTY)
#define ENGINE_FORCED	F_DYNAMIC_TOP

#include "generic_pt.h"

static void engine_fit(struct engine_cfg *cfg, struct pt_iommu_amdv1_cfg *kcfg)
{
	fit_top(cfg, 1, 5);
	kcfg->starting_level = cfg->top_level;
}
