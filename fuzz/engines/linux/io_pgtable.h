/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Adapter of Linux's io-pgtable engines: what the IOMMU core and a driver do around them.
 *
 * The core splits a range into runs of one page size; the engine maps or unmaps some of such a
 * run and says how much. These engines want their caller to map over nothing and to unmap whole
 * mappings: of anything else they make what they like, some with a warning.
 *
 * A file for an engine includes the kernel's source, then this, and defines engine_open() and
 * engine_root().
 */
#include "host.h"
#include "gather.h"

struct engine {
	struct iommu_domain domain;
	struct io_pgtable *iop;
	const struct io_pgtable_init_fns *fns;
	struct linux_host host;
	struct engine_cfg cfg;
	struct iommu_domain_ops domain_ops;
	struct device device;
	bool wo; /* write without read can be expressed */
	/* What is to be done about new leaves; NULL if nothing. */
	void (*mapped)(struct engine *e, uint64_t iova, uint64_t len);
	/* What a driver adds to the gather of its own accord; NULL if the engine does it. */
	void (*unmapped)(struct engine *e, struct iommu_iotlb_gather *gather, uint64_t iova,
			 uint64_t len);
#ifdef ENGINE_PRIVATE
	ENGINE_PRIVATE
#endif
};

/*
 * Makes the configuration one the engine takes, cfg->pgsizes what is effective, and sets e->iop.
 * 0 or a negative errno.
 */
static int engine_open(struct engine *e, struct engine_cfg *cfg);
static uint64_t engine_root(struct engine *e, unsigned *level);
#ifndef ENGINE_FIT_OA
#define ENGINE_FIT_OA NULL
#endif

/* --- invalidation, as drivers do it */

static void invalidate(struct engine *e, uint64_t first, uint64_t last, bool tables)
{
	e->host.env.iotlb_sync(e->host.env.ctx, first, last, tables);
}

/* The core of Linux 6.12 asks for it also when there is nothing to invalidate. */
static void domain_sync(struct iommu_domain *domain, struct iommu_iotlb_gather *gather)
{
	struct engine *e = container_of(domain, struct engine, domain);

	if (gather->start < gather->end)
		invalidate(e, gather->start, gather->end, false);
}

static __maybe_unused void tlb_flush_all(void *cookie)
{
	invalidate(cookie, 0, ULONG_MAX, true);
}

static __maybe_unused void tlb_flush_walk(unsigned long iova, size_t size, size_t granule,
					  void *cookie)
{
	(void)granule;
	invalidate(cookie, iova, iova + (size - 1), true);
}

static __maybe_unused void tlb_add_page(struct iommu_iotlb_gather *gather, unsigned long iova,
					size_t granule, void *cookie)
{
	iommu_iotlb_gather_add_page(&((struct engine *)cookie)->domain, gather, iova, granule);
}

static __maybe_unused const struct iommu_flush_ops tlb_ops = {
	.tlb_flush_all = tlb_flush_all,
	.tlb_flush_walk = tlb_flush_walk,
	.tlb_add_page = tlb_add_page,
};

/* --- life */

/* What alloc_io_pgtable_ops() does for a driver. */
static __maybe_unused int open_iop(struct engine *e, const struct io_pgtable_init_fns *fns,
				   enum io_pgtable_fmt fmt, struct io_pgtable_cfg *kcfg)
{
	kcfg->tlb = &tlb_ops;
	kcfg->iommu_dev = &e->device;
	e->fns = fns;
	e->iop = fns->alloc(kcfg, e);
	if (!e->iop)
		return -ENOMEM;
	e->iop->fmt = fmt;
	e->iop->cookie = e;
	e->iop->cfg = *kcfg;
	return 0;
}

static void close_iop(struct engine *e)
{
	if (e->iop)
		e->fns->free(e->iop);
	linux_host_destroy(&e->host);
	free(e);
}

static struct engine *create(struct engine_cfg *cfg, const struct engine_env *env, int *err)
{
	struct engine *e = calloc(1, sizeof(*e));

	*err = -ENOMEM;
	if (!e)
		return NULL;
	linux_host_init(&e->host, env);
	*err = engine_open(e, cfg);
	if (!*err && !cfg->pgsizes)
		*err = -EINVAL;
	if (*err) {
		close_iop(e);
		return NULL;
	}
	e->domain_ops.iotlb_sync = domain_sync;
	e->domain.ops = &e->domain_ops;
	e->cfg = *cfg;
	return e;
}

static void destroy(struct engine *e)
{
	linux_enter(&e->host);
	close_iop(e);
}

static uint64_t root(struct engine *e, unsigned *level)
{
	linux_enter(&e->host);
	return engine_root(e, level);
}

/* --- the core's part: runs of one size */

struct run {
	size_t size, count;
};

/*
 * The largest page size that divides both addresses and fits, and how many of that size come
 * before a larger one does. Lengths are multiples of the smallest size. Engines take the count for
 * an int, where the core bounds it by nothing: a negative one goes back below the start.
 */
static struct run next_run(uint64_t sizes, uint64_t iova, uint64_t oa, uint64_t len)
{
	uint64_t fits = sizes & ((2ull << (fls64(len) - 1)) - 1);
	uint64_t larger, align, until;
	struct run run;

	if (iova | oa)
		fits &= (2ull << __ffs64(iova | oa)) - 1;
	run.size = 1ull << (fls64(fits) - 1);
	larger = sizes & ~(2 * run.size - 1);
	align = larger & -larger;
	if (align && !((iova ^ oa) & (align - 1))) {
		until = align - (iova & (align - 1));
		if (len > until && len - until >= align)
			len = until;
	}
	run.count = min(len / run.size, (uint64_t)INT_MAX);
	return run;
}

/* What the core refuses by itself, with the same error for all. */
static bool unaligned(const struct engine *e, uint64_t bits)
{
	return bits & ((e->cfg.pgsizes & -e->cfg.pgsizes) - 1);
}

static int map_range(struct engine *e, uint64_t iova, uint64_t oa, uint64_t len, unsigned prot,
		     uint64_t *mapped)
{
	int kprot = IOMMU_CACHE | (prot & P_READ ? IOMMU_READ : 0) |
		    (prot & P_WRITE ? IOMMU_WRITE : 0) | (prot & P_NOEXEC ? IOMMU_NOEXEC : 0);
	int ret;

	linux_enter(&e->host);
	ret = unaligned(e, iova | oa | len) ? -EINVAL : 0;
	if (!ret)
		ret = linux_check_map(&e->cfg, iova, oa, len, prot, e->wo);
	if (!ret)
		ret = linux_check_iova(&e->cfg, iova, len);
	linux_hold_warnings();
	while (!ret && len) {
		struct run run = next_run(e->cfg.pgsizes, iova, oa, len);
		size_t done = 0;

		ret = e->iop->ops.map_pages(&e->iop->ops, iova, oa, run.size, run.count, kprot,
					    GFP_KERNEL, &done);
		if (done && e->mapped)
			e->mapped(e, iova, done);
		iova += done;
		oa += done;
		len -= done;
		*mapped += done;
		/* A length that overflows maps nothing, and that is no error. */
		if (!done)
			break;
	}
	linux_release_warnings(ret && ret != -ENOMEM);
	return ret == -EEXIST ? -EADDRINUSE : ret;
}

static int map(struct engine *e, uint64_t iova, uint64_t oa, uint64_t pgsize, uint64_t count,
	       unsigned prot, uint64_t *mapped)
{
	uint64_t len;

	if (__builtin_mul_overflow(pgsize, count, &len))
		return -EOVERFLOW;
	return map_range(e, iova, oa, len, prot, mapped);
}

static uint64_t unmap(struct engine *e, uint64_t iova, uint64_t len, struct engine_gather *g)
{
	struct iommu_iotlb_gather *gather = gather_of(g);
	uint64_t total = 0;

	linux_enter(&e->host);
	if (!len || linux_check_iova(&e->cfg, iova, len) || unaligned(e, iova | len))
		return 0;
	linux_hold_warnings();
	while (total < len) {
		struct run run = next_run(e->cfg.pgsizes, iova, iova, len - total);
		size_t done =
			e->iop->ops.unmap_pages(&e->iop->ops, iova, run.size, run.count, gather);

		if (!done)
			break;
		if (e->unmapped)
			e->unmapped(e, gather, iova, done);
		iova += done;
		total += done;
	}
	linux_release_warnings(total < len);
	return total;
}

static void sync(struct engine *e, struct engine_gather *g)
{
	linux_enter(&e->host);
	iommu_iotlb_sync(&e->domain, gather_of(g));
}

/*
 * The kernel answers 0 both for a hole and for OA 0. Only the first byte of an entry has OA 0,
 * so that its neighbour tells which it was. Addresses beyond the width alias others.
 */
static bool lookup(struct engine *e, uint64_t iova, uint64_t *oa)
{
	struct io_pgtable_ops *ops = &e->iop->ops;

	linux_enter(&e->host);
	if (linux_check_iova(&e->cfg, iova, 1))
		return false;
	*oa = ops->iova_to_phys(ops, iova);
	return *oa ||
	       (!(iova & 1) && iova + 1 != ULONG_MAX && ops->iova_to_phys(ops, iova + 1) == 1);
}

#define IO_PGTABLE_ENGINE(engine, capabilities, dirty_op)                                  \
	const struct engine_ops engine_##engine = {                                        \
		.name = #engine,                                                           \
		.caps = (capabilities) | CAP_FITS_CFG | CAP_NO_OVERLAP | CAP_UNMAP_EXACT | \
			CAP_LAX_GATHER,                                                    \
		.fit_oa = ENGINE_FIT_OA,                                                   \
		.create = create,                                                          \
		.destroy = destroy,                                                        \
		.map = map,                                                                \
		.map_range = map_range,                                                    \
		.unmap = unmap,                                                            \
		.sync = sync,                                                              \
		.gather_range = gather_range,                                              \
		.lookup = lookup,                                                          \
		.dirty = dirty_op,                                                         \
		.root = root,                                                              \
	}
