// SPDX-License-Identifier: GPL-2.0-only
/*
 * AMD I/O page table of Linux 6.12, from drivers/iommu/amd/io_pgtable.c. It grows by one level at
 * a time and never unlinks a table but to put a larger leaf in its place.
 */
#include "shim/amd.h"

#define amd_iommu_domain_flush_pages linux_amd_v1_flush
#include "amd/io_pgtable.c"

#include "amd.h"

unsigned long amd_iommu_pgsize_bitmap = AMD_IOMMU_PGSIZES;

void amd_iommu_update_and_flush_device_table(struct protection_domain *pdom)
{
	struct engine_env *env = &engine_of(pdom)->host.env;

	env->root_changed(env->ctx, virt_to_phys(pdom->iop.root), pdom->iop.mode - 1);
}

/*
 * It starts with three levels. Sizes that need the whole width are not used, and the last bit of
 * 64 neither: dirty tracking counts past its end.
 */
static int engine_open(struct engine *e, struct engine_cfg *cfg)
{
	int ret = open_amd(e, cfg, &io_pgtable_amd_iommu_v1_init_fns);

	if (ret)
		return ret;
	cfg->iova_width = min(max(cfg->iova_width, 31u), 63u);
	cfg->features |= F_DYNAMIC_TOP;
	cfg->top_level = 2;
	cfg->pgsizes &= (1ull << (cfg->iova_width - 1)) - 1;
	e->wo = true;
	return 0;
}

static uint64_t engine_root(struct engine *e, unsigned *level)
{
	*level = e->pdom.iop.mode - 1;
	return virt_to_phys(e->pdom.iop.root);
}

/*
 * What lies beyond the current top is walked page by page, and a step past 2^64 begins anew,
 * without end: cut both off.
 */
static int dirty(struct engine *e, uint64_t iova, uint64_t len, bool clear, engine_dirty_fn *record,
		 void *arg, struct engine_gather *g)
{
	struct iova_bitmap bitmap = {record, arg, iova, iova + (len - 1)};
	struct iommu_dirty_bitmap dirty = {.bitmap = &bitmap, .gather = gather_of(g)};
	uint64_t top_last = min((uint64_t)PM_LEVEL_SIZE(e->pdom.iop.mode), ULONG_MAX >> 1);
	int ret;

	linux_enter(&e->host);
	ret = linux_check_dirty(&e->cfg, iova, len);
	if (ret || iova > top_last)
		return ret;
	len = min(bitmap.last, top_last) - iova + 1;
	return e->iop->ops.read_and_clear_dirty(&e->iop->ops, iova, len,
						clear ? 0 : IOMMU_DIRTY_NO_CLEAR, &dirty);
}

IO_PGTABLE_ENGINE(linux_amd_v1_612, CAP_KEEPS_EMPTY | CAP_LAX_DIRTY | CAP_DIRTY_EXACT, dirty);
