// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM's stage 2 for arm64 with 4K pages, from arch/arm64/kvm/hyp/pgtable.c.
 *
 * It is made for faults of a guest: maps replace what is there, unmaps skip holes and take whole
 * blocks, both invalidate by themselves, and neither says how far it got: the adapter looks.
 * F_FLUSH_RANGE is a machine on which unmap puts its invalidations off until its end.
 */
#include "shim/kvm.h"
#include "pgtable.c"

#include "host.h"

struct engine {
	struct kvm_pgtable pgt;
	struct kvm_s2_mmu mmu;
	struct kvm_pgtable_mm_ops mm_ops;
	struct linux_host host;
	struct engine_cfg cfg;
	struct page *pgd; /* up to 16 tables in one piece */
};

static struct engine *engine_of(struct kvm_s2_mmu *mmu)
{
	return container_of(mmu, struct engine, mmu);
}

bool linux_kvm_has(int feature)
{
	struct engine *e = container_of(linux_host, struct engine, host);

	return feature == ARM64_HAS_STAGE2_FWB && e->cfg.features & F_FLUSH_RANGE;
}

/* --- TLB maintenance. By address it removes what translates that address, tables included. */

static void invalidate(struct kvm_s2_mmu *mmu, uint64_t first, uint64_t last)
{
	struct engine_env *env = &engine_of(mmu)->host.env;

	env->iotlb_sync(env->ctx, first, last, true);
}

void __kvm_tlb_flush_vmid(struct kvm_s2_mmu *mmu)
{
	invalidate(mmu, 0, U64_MAX);
}

void __kvm_tlb_flush_vmid_ipa(struct kvm_s2_mmu *mmu, phys_addr_t ipa, int level)
{
	(void)level;
	invalidate(mmu, ipa, ipa + PAGE_SIZE - 1);
}

void __kvm_tlb_flush_vmid_ipa_nsh(struct kvm_s2_mmu *mmu, phys_addr_t ipa, int level)
{
	__kvm_tlb_flush_vmid_ipa(mmu, ipa, level);
}

void __kvm_tlb_flush_vmid_range(struct kvm_s2_mmu *mmu, phys_addr_t start, unsigned long pages)
{
	invalidate(mmu, start, start + pages * PAGE_SIZE - 1);
}

/* --- memory: a table is counted once for itself and once for each entry in use */

static struct page *table_of(void *addr)
{
	struct page *pgd = container_of(linux_host, struct engine, host)->pgd;

	if (pgd && (uintptr_t)addr - (uintptr_t)pgd->virt < pgd->size)
		return pgd;
	return linux_page_of((void *)((uintptr_t)addr & PAGE_MASK));
}

static void get_page(void *addr)
{
	table_of(addr)->_refcount.counter++;
}

static void put_table(void *addr)
{
	struct page *page = table_of(addr);

	if (!--page->_refcount.counter)
		linux_page_free(page);
}

static int page_count(void *addr)
{
	return table_of(addr)->_refcount.counter;
}

static void *zalloc_page(void *memcache)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 0);

	(void)memcache;
	if (!page)
		return NULL;
	page->_refcount.counter = 1;
	return page->virt;
}

static void *zalloc_pgd(size_t size)
{
	struct engine *e = container_of(linux_host, struct engine, host);

	e->pgd = alloc_pages(GFP_KERNEL | __GFP_ZERO, get_order(size));
	if (!e->pgd)
		return NULL;
	e->pgd->_refcount.counter = 1;
	return e->pgd->virt;
}

static void free_pgd(void *addr, size_t size)
{
	(void)addr;
	(void)size;
	linux_page_free(container_of(linux_host, struct engine, host)->pgd);
}

/* The kernel waits for its own readers first; hardware's walks were waited for before. */
static void free_unlinked(void *table, s8 level)
{
	struct engine *e = container_of(linux_host, struct engine, host);

	kvm_pgtable_stage2_free_unlinked(&e->mm_ops, table, level);
}

static phys_addr_t phys_of(void *addr)
{
	return virt_to_phys(addr);
}

static const struct kvm_pgtable_mm_ops memory = {
	.zalloc_page = zalloc_page,
	.zalloc_pages_exact = zalloc_pgd,
	.free_pages_exact = free_pgd,
	.free_unlinked_table = free_unlinked,
	.get_page = get_page,
	.put_page = put_table,
	.page_count = page_count,
	.phys_to_virt = phys_to_virt,
	.virt_to_phys = phys_of,
};

/* --- life */

static bool only_pages(u64 addr, u64 end, enum kvm_pgtable_prot prot)
{
	(void)addr;
	(void)end;
	(void)prot;
	return true;
}

/* Blocks are of all sizes the start level allows, or of none. */
static void fit(struct engine_cfg *cfg)
{
	uint64_t all;

	cfg->oa_width = min(max(cfg->oa_width, 32u), 48u);
	cfg->iova_width = min(max(cfg->iova_width, 32u), cfg->oa_width);
	cfg->features &= F_FLUSH_RANGE;
	cfg->top_level = max(stage2_pgtable_levels(cfg->iova_width), 2u) - 1;
	all = SZ_4K | SZ_2M | (cfg->top_level > 1 ? SZ_1G : 0);
	cfg->pgsizes &= (cfg->pgsizes & all) == all ? all : SZ_4K;
}

static struct engine *create(struct engine_cfg *cfg, const struct engine_env *env, int *err)
{
	struct engine *e;

	*err = -EINVAL;
	cfg->pgsizes = cfg->pgsizes & SZ_4K ? cfg->pgsizes : 0;
	if (!cfg->pgsizes)
		return NULL;
	fit(cfg);
	*err = -ENOMEM;
	e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	linux_host_init(&e->host, env);
	e->cfg = *cfg;
	e->mm_ops = memory;
	e->mmu.pgt = &e->pgt;
	e->mmu.vtcr = kvm_get_vtcr(ID_AA64MMFR0_EL1_PARANGE_48, 0, cfg->iova_width);
	*err = __kvm_pgtable_stage2_init(&e->pgt, &e->mmu, &e->mm_ops, 0,
					 cfg->pgsizes & SZ_2M ? NULL : only_pages);
	if (*err) {
		linux_host_destroy(&e->host);
		free(e);
		return NULL;
	}
	return e;
}

static void destroy(struct engine *e)
{
	linux_enter(&e->host);
	kvm_pgtable_stage2_destroy(&e->pgt);
	linux_host_destroy(&e->host);
	free(e);
}

/* --- operations */

/* The leaf that translates an address, or the size of the hole it is in. */
static bool leaf_at(struct engine *e, uint64_t iova, uint64_t *oa, uint64_t *size)
{
	kvm_pte_t pte = 0;
	s8 level = KVM_PGTABLE_LAST_LEVEL;

	if (kvm_pgtable_get_leaf(&e->pgt, iova, &pte, &level))
		return false;
	*size = kvm_granule_size(level);
	*oa = kvm_pte_to_phys(pte);
	return kvm_pte_valid(pte);
}

/* How much of a range is mapped from its start on without a hole. */
static uint64_t mapped_from(struct engine *e, uint64_t iova, uint64_t len)
{
	uint64_t at = 0, oa, size;

	while (at < len && leaf_at(e, iova + at, &oa, &size))
		at += size;
	return at;
}

static int map_range(struct engine *e, uint64_t iova, uint64_t oa, uint64_t len, unsigned prot,
		     uint64_t *mapped)
{
	enum kvm_pgtable_prot kprot = (prot & P_READ ? KVM_PGTABLE_PROT_R : 0) |
				      (prot & P_WRITE ? KVM_PGTABLE_PROT_W : 0) |
				      (prot & P_NOEXEC ? 0 : KVM_PGTABLE_PROT_X);
	int ret;

	linux_enter(&e->host);
	ret = linux_check_map(&e->cfg, iova, oa, len, prot, true);
	if (!ret)
		ret = linux_check_iova(&e->cfg, iova, len);
	if (ret)
		return ret;
	/* Some memory cache is wanted, but only passed on to zalloc_page(). */
	ret = kvm_pgtable_stage2_map(&e->pgt, iova, len, oa, kprot, e, 0);
	*mapped += ret ? mapped_from(e, iova, len) : len;
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

/* Bytes in leaves that the range touches. */
static uint64_t touched(struct engine *e, uint64_t iova, uint64_t len)
{
	uint64_t last = iova + (len - 1), end = BIT(e->pgt.ia_bits) - 1, total = 0, oa,
		 size = SZ_4K;

	last = last < end ? last : end;
	for (; iova <= last; iova = (iova & -size) + size)
		if (leaf_at(e, iova, &oa, &size))
			total += size;
	return total;
}

static uint64_t unmap(struct engine *e, uint64_t iova, uint64_t len, struct engine_gather *g)
{
	uint64_t total;

	(void)g;
	linux_enter(&e->host);
	if (!len || linux_check_iova(&e->cfg, iova, len) || ((iova | len) & (SZ_4K - 1)))
		return 0;
	/* What lies beyond the tables would be flushed piece by piece, for minutes. */
	if (iova >> e->pgt.ia_bits || len > BIT(e->pgt.ia_bits) - iova)
		return 0;
	total = touched(e, iova, len);
	kvm_pgtable_stage2_unmap(&e->pgt, iova, len);
	return total;
}

static void sync(struct engine *e, struct engine_gather *g)
{
	(void)e;
	(void)g;
}

static bool lookup(struct engine *e, uint64_t iova, uint64_t *oa)
{
	uint64_t size;

	linux_enter(&e->host);
	if (linux_check_iova(&e->cfg, iova, 1) || !leaf_at(e, iova, oa, &size))
		return false;
	*oa |= iova & (size - 1);
	return true;
}

static uint64_t root(struct engine *e, unsigned *level)
{
	linux_enter(&e->host);
	*level = KVM_PGTABLE_LAST_LEVEL - e->pgt.start_level;
	return virt_to_phys(e->pgd->virt);
}

const struct engine_ops engine_linux_kvm_s2 = {
	.name = "linux_kvm_s2",
	.caps = CAP_FITS_CFG | CAP_REPLACE | CAP_UNMAP_WHOLE | CAP_SELF_FLUSH | CAP_EAGER_FREE |
		CAP_GATHER_OPAQUE,
	.create = create,
	.destroy = destroy,
	.map = map,
	.map_range = map_range,
	.unmap = unmap,
	.sync = sync,
	.lookup = lookup,
	.root = root,
};
