// SPDX-License-Identifier: GPL-2.0-only
/* x86-64 page table with 4 and 5 levels, from drivers/iommu/generic_pt. */
#include "iommu_x86_64.c"
#include "engines/engine.h"

#define ENGINE		linux_x86_64
#define ENGINE_CAPS	0
#define ENGINE_WO	false
#define ENGINE_FEATURES (F_SIGN_EXTEND | F_FLUSH_RANGE | F_NO_GAPS | F_INCOHERENT)
#define ENGINE_FORCED	0

static void fit_top(struct engine_cfg *cfg, unsigned min_level, unsigned max_level);

static void engine_fit(struct engine_cfg *cfg, struct pt_iommu_x86_64_cfg *kcfg)
{
	fit_top(cfg, 3, 4);
	kcfg->top_level = cfg->top_level;
}

#include "generic_pt.h"
