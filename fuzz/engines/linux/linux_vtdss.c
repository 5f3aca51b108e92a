// SPDX-License-Identifier: GPL-2.0-only
/* VT-d second stage with 3 to 5 levels, from drivers/iommu/generic_pt. */
#include "iommu_vtdss.c"

#define ENGINE		linux_vtdss
#define ENGINE_CAPS	(CAP_LAX_DIRTY | CAP_DIRTY_WHOLE)
#define ENGINE_WO	true
#define ENGINE_FEATURES (F_FLUSH_RANGE | F_INCOHERENT | F_DIRTY)
#define ENGINE_FORCED	0

#include "generic_pt.h"

static void engine_fit(struct engine_cfg *cfg, struct pt_iommu_vtdss_cfg *kcfg)
{
	if (cfg->features & F_DIRTY)
		cfg->features &= ~F_INCOHERENT;
	fit_top(cfg, 2, 4);
	kcfg->top_level = cfg->top_level;
}
