// SPDX-License-Identifier: GPL-2.0-only
/* Apple DART with pages of 16K, from drivers/iommu/io-pgtable-dart.c. */
#include "io-pgtable-dart.c"

#include "io_pgtable.h"

/* The first layout is for outputs of 36 bits, the second for 42; input is no wider than output. */
static int engine_open(struct engine *e, struct engine_cfg *cfg)
{
	struct io_pgtable_cfg kcfg;
	int ret;

	cfg->oa_width = cfg->oa_width <= 36 ? 36 : 42;
	cfg->iova_width = min(max(cfg->iova_width, 26u), cfg->oa_width);
	cfg->features = F_NO_GAPS;
	cfg->pgsizes &= SZ_16K;
	kcfg = (struct io_pgtable_cfg){
		.pgsize_bitmap = SZ_16K,
		.ias = cfg->iova_width,
		.oas = cfg->oa_width,
		.coherent_walk = true,
	};
	ret = open_iop(e, &io_pgtable_apple_dart_init_fns,
		       cfg->oa_width == 36 ? APPLE_DART : APPLE_DART2, &kcfg);
	if (ret)
		return ret;
	cfg->top_level = io_pgtable_to_data(e->iop)->levels - 2;
	e->wo = true;
	return 0;
}

static uint64_t engine_root(struct engine *e, unsigned *level)
{
	struct dart_io_pgtable *data = io_pgtable_to_data(e->iop);

	*level = data->levels - 2;
	return virt_to_phys(data->pgd[0]);
}

IO_PGTABLE_ENGINE(linux_dart, CAP_KEEPS_EMPTY | CAP_STOPS, NULL);
