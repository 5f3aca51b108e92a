/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What AMD's two page-table engines of Linux 6.12 share: the protection domain around the table,
 * and the driver's notifications. Included after either of them.
 */
#define ENGINE_PRIVATE                 \
	struct protection_domain pdom; \
	int gpt_level; /* tables of the second version have 4 or 5 */
#include "io_pgtable.h"

static struct engine *engine_of(struct protection_domain *pdom)
{
	return container_of(pdom, struct engine, pdom);
}

/*
 * An invalidation of the driver's always includes cached tables. The driver waits for it with its
 * lock held; the harness wants its own released.
 */
void amd_iommu_domain_flush_pages(struct protection_domain *pdom, u64 address, size_t size)
{
	linux_unlock();
	invalidate(engine_of(pdom), address, address + (size - 1), true);
	linux_lock();
}

static void amd_unmapped(struct engine *e, struct iommu_iotlb_gather *gather, uint64_t iova,
			 uint64_t len)
{
	if (e->cfg.features & F_NO_GAPS && iommu_iotlb_gather_is_disjoint(gather, iova, len))
		iommu_iotlb_sync(&e->domain, gather);
	iommu_iotlb_gather_add_range(gather, iova, len);
}

static int open_amd(struct engine *e, struct engine_cfg *cfg, const struct io_pgtable_init_fns *fns)
{
	struct amd_io_pgtable *table = &e->pdom.iop;

	cfg->features &= F_DYNAMIC_TOP | F_NO_GAPS | F_DIRTY;
	if (!(cfg->features & F_NO_GAPS))
		cfg->features |= F_FLUSH_RANGE;
	spin_lock_init(&e->pdom.lock);
	table->pgtbl.cfg.amd.nid = NUMA_NO_NODE;
	e->unmapped = amd_unmapped;
	e->fns = fns;
	e->iop = fns->alloc(&table->pgtbl.cfg, e);
	if (!e->iop)
		return -ENOMEM;
	cfg->oa_width = max(min(cfg->oa_width, 52u), 12u);
	cfg->pgsizes &= table->pgtbl.cfg.pgsize_bitmap & ((2ull << (cfg->oa_width - 1)) - 1);
	return 0;
}
