/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Adapter of Linux's generic page table (drivers/iommu/generic_pt), whatever the format.
 *
 * A file for a format includes the kernel's source of that format and defines
 *   ENGINE       the adapter's name, as in linux_amdv1
 *   ENGINE_CAPS  what it does differently, besides what all generic page tables do
 *   ENGINE_WO    whether the format can express write without read
 *   ENGINE_FEATURES, ENGINE_FORCED   features of ours it has, and those it cannot do without
 * before it includes this one, and engine_fit() after it.
 */
#include "host.h"
#include "gather.h"

struct engine {
	struct pt_iommu_table table; /* the domain is its first member */
	struct linux_host host;
	struct engine_cfg cfg;
	struct iommu_domain_ops domain_ops;
	struct device device;
	spinlock_t top_lock;
};

/* Makes the configuration one that the format takes, and fills in what only the format knows. */
static void engine_fit(struct engine_cfg *cfg, struct pt_iommu_table_cfg *kcfg);

/* --- what the kernel's driver of the format would supply */

static bool gather_has_tables(const struct iommu_iotlb_gather *gather)
{
#ifdef ENGINE_DETAILED_GATHER
	return gather->pt.table_levels_bitmap;
#else
	return !list_empty(&gather->freelist.pages);
#endif
}

static void domain_sync(struct iommu_domain *domain, struct iommu_iotlb_gather *gather)
{
	struct engine *e = container_of(domain, struct engine, table.iommu.domain);
	struct engine_env *env = &e->host.env;
	bool ranged = e->cfg.features & (F_FLUSH_RANGE | F_NO_GAPS);

	env->iotlb_sync(env->ctx, ranged ? gather->start : 0, ranged ? gather->end : ULONG_MAX,
			gather_has_tables(gather));
	iommu_put_pages_list(&gather->freelist);
}

static spinlock_t *get_top_lock(struct pt_iommu *iommu)
{
	return &container_of(iommu, struct engine, table.iommu)->top_lock;
}

static void change_top(struct pt_iommu *iommu, phys_addr_t top, unsigned int level)
{
	struct engine_env *env = &container_of(iommu, struct engine, table.iommu)->host.env;

	env->root_changed(env->ctx, top, level);
}

static const struct pt_iommu_driver_ops driver_ops = {
	.change_top = change_top,
	.get_top_lock = get_top_lock,
};

/* --- configuration */

static unsigned item_lg2(unsigned level)
{
	return PT_GRANULE_LG2SZ + 9 * level;
}

/*
 * A top table whose slots the width uses, between the levels min and max: the kernel refuses
 * tops that cannot span the width, miscalculates the size of those far above it, and places the
 * upper half of a sign-extended tree where hardware does only if the width fills the top.
 */
static __maybe_unused void fit_top(struct engine_cfg *cfg, unsigned min_level, unsigned max_level)
{
	bool grows = cfg->features & F_DYNAMIC_TOP;

	cfg->top_level = max(min(cfg->top_level, max_level), min_level);
	while (cfg->top_level > min_level && item_lg2(cfg->top_level) >= cfg->iova_width)
		cfg->top_level--;
	while (!grows && cfg->top_level < max_level &&
	       item_lg2(cfg->top_level + 1) < cfg->iova_width)
		cfg->top_level++;
	cfg->iova_width = max(cfg->iova_width, item_lg2(cfg->top_level) + 1);
	if (cfg->features & F_SIGN_EXTEND)
		cfg->iova_width = item_lg2(cfg->top_level + 1);
}

static unsigned kernel_features(unsigned features)
{
	unsigned bits = 0;

	if (features & F_DYNAMIC_TOP)
		bits |= BIT(PT_FEAT_DYNAMIC_TOP);
	if (features & F_SIGN_EXTEND)
		bits |= BIT(PT_FEAT_SIGN_EXTEND);
	if (features & F_FLUSH_RANGE)
		bits |= BIT(PT_FEAT_FLUSH_RANGE);
	if (features & F_NO_GAPS)
		bits |= BIT(PT_FEAT_FLUSH_RANGE_NO_GAPS);
	if (features & F_INCOHERENT)
		bits |= BIT(PT_FEAT_DMA_INCOHERENT);
	return bits | PT_FORCE_ENABLED_FEATURES;
}

static void fit_oa(struct engine_cfg *cfg)
{
	cfg->oa_width = max(min(cfg->oa_width, (unsigned)PT_MAX_OUTPUT_ADDRESS_LG2), 32u);
}

static struct engine *create(struct engine_cfg *cfg, const struct engine_env *env, int *err)
{
	struct pt_iommu_table_cfg kcfg = {};
	const struct iommu_domain_geometry *aperture;
	struct engine *e;

	cfg->iova_width = min(cfg->iova_width, (unsigned)PT_MAX_VA_ADDRESS_LG2);
	fit_oa(cfg);
	cfg->features = (cfg->features & ENGINE_FEATURES) | ENGINE_FORCED;
	if (cfg->features & F_NO_GAPS)
		cfg->features &= ~F_FLUSH_RANGE;
	engine_fit(cfg, &kcfg);
	kcfg.common.features |= kernel_features(cfg->features);
	kcfg.common.hw_max_vasz_lg2 = cfg->iova_width;
	kcfg.common.hw_max_oasz_lg2 = cfg->oa_width;

	*err = -ENOMEM;
	e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	linux_host_init(&e->host, env);
	e->domain_ops.iotlb_sync = domain_sync;
	e->table.iommu.nid = NUMA_NO_NODE;
	e->table.iommu.driver_ops = &driver_ops;
	e->table.iommu.iommu_device = &e->device;
	*err = pt_iommu_init(&e->table, &kcfg, GFP_KERNEL);
	if (!*err) {
		cfg->pgsizes &= e->table.iommu.domain.pgsize_bitmap;
		if (!cfg->pgsizes)
			*err = -EINVAL;
	}
	if (*err) {
		pt_iommu_deinit(&e->table.iommu);
		linux_host_destroy(&e->host);
		free(e);
		return NULL;
	}
	aperture = &e->table.iommu.domain.geometry;
	WARN_ON(linux_refuse_iova(cfg, aperture->aperture_start,
				  aperture->aperture_end - aperture->aperture_start + 1));
	e->table.iommu.domain.ops = &e->domain_ops;
	e->table.iommu.domain.pgsize_bitmap = cfg->pgsizes;
	e->cfg = *cfg;
	return e;
}

static void destroy(struct engine *e)
{
	linux_enter(&e->host);
	pt_iommu_deinit(&e->table.iommu);
	linux_host_destroy(&e->host);
	free(e);
}

/* --- operations */

static int map_range(struct engine *e, uint64_t iova, uint64_t oa, uint64_t len, unsigned prot,
		     uint64_t *mapped)
{
	int kprot = IOMMU_CACHE | (prot & P_READ ? IOMMU_READ : 0) |
		    (prot & P_WRITE ? IOMMU_WRITE : 0) | (prot & P_NOEXEC ? IOMMU_NOEXEC : 0);
	size_t done = 0;
	int ret;

	linux_enter(&e->host);
	ret = linux_check_map(&e->cfg, iova, oa, len, prot, ENGINE_WO);
	/*
	 * A tree that grows builds new tops before it finds that none reaches that far, and one
	 * that is sign extended takes addresses just below its upper half. That no page fits at
	 * the start it finds by itself, and first of all.
	 */
	if (!ret)
		ret = linux_check_iova(&e->cfg, iova, len);
	if (ret && ret != -ENXIO)
		return ret;
	ret = e->table.iommu.ops->map_range(&e->table.iommu, iova, oa, len, kprot, GFP_KERNEL,
					    &done);
	*mapped += done;
	return ret;
}

static int map(struct engine *e, uint64_t iova, uint64_t oa, uint64_t pgsize, uint64_t count,
	       unsigned prot, uint64_t *mapped)
{
	uint64_t len;

	if (__builtin_mul_overflow(pgsize, count, &len))
		return -EOVERFLOW;
	return map_range(e, iova, oa, len, prot, mapped);
}

/*
 * The kernel takes a range beyond the current top for an error, the contract takes it for a
 * hole: cut it off.
 */
static uint64_t below_top(struct engine *e, uint64_t iova, uint64_t len)
{
	uint64_t top_last = pt_top_range(common_from_iommu(&e->table.iommu)).last_va;

	if (!(e->cfg.features & F_DYNAMIC_TOP) || iova + (len - 1) <= top_last)
		return len;
	return iova > top_last ? 0 : top_last - iova + 1;
}

static uint64_t unmap(struct engine *e, uint64_t iova, uint64_t len, struct engine_gather *g)
{
	linux_enter(&e->host);
	if (!len || linux_check_iova(&e->cfg, iova, len))
		return 0;
	len = below_top(e, iova, len);
	if (!len)
		return 0;
	return e->table.iommu.ops->unmap_range(&e->table.iommu, iova, len, gather_of(g));
}

static void sync(struct engine *e, struct engine_gather *g)
{
	linux_enter(&e->host);
	iommu_iotlb_sync(&e->table.iommu.domain, gather_of(g));
}

/*
 * The kernel answers 0 both for a hole and for OA 0. Only the first byte of an entry has OA 0,
 * so that its neighbour tells which it was.
 */
static bool lookup(struct engine *e, uint64_t iova, uint64_t *oa)
{
	struct iommu_domain *domain = &e->table.iommu.domain;

	linux_enter(&e->host);
	if (linux_check_iova(&e->cfg, iova, 1))
		return false;
	*oa = DOMAIN_NS(iova_to_phys)(domain, iova);
	return *oa || (!(iova & 1) && DOMAIN_NS(iova_to_phys)(domain, iova + 1) == 1);
}

static __maybe_unused int dirty(struct engine *e, uint64_t iova, uint64_t len, bool clear,
				engine_dirty_fn *record, void *arg, struct engine_gather *g)
{
	struct iova_bitmap bitmap = {record, arg, iova, iova + (len - 1)};
	struct iommu_dirty_bitmap dirty = {.bitmap = &bitmap};
	int ret;

	linux_enter(&e->host);
	ret = linux_check_dirty(&e->cfg, iova, len);
	if (ret)
		return ret;
	len = below_top(e, iova, len);
	if (!len)
		return 0;
	dirty.gather = gather_of(g);
	return DOMAIN_NS(read_and_clear_dirty)(&e->table.iommu.domain, iova, len,
					       clear ? 0 : IOMMU_DIRTY_NO_CLEAR, &dirty);
}

static uint64_t root(struct engine *e, unsigned *level)
{
	struct pt_range top = pt_top_range(common_from_iommu(&e->table.iommu));

	linux_enter(&e->host);
	*level = top.top_level;
	return virt_to_phys(top.top_table);
}

const struct engine_ops CONCATENATE(engine_, ENGINE) = {
	.name = __stringify(ENGINE),
	.caps = ENGINE_CAPS | CAP_FITS_CFG | CAP_LAX_GATHER | CAP_UNSAFE_PARTS,
	.fit_oa = fit_oa,
	.create = create,
	.destroy = destroy,
	.map = map,
	.map_range = map_range,
	.unmap = unmap,
	.sync = sync,
	.gather_range = gather_range,
	.lookup = lookup,
	.dirty = ENGINE_FEATURES & F_DIRTY ? dirty : NULL,
	.root = root,
};
