/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages, lists, devices and DMA as kernel code spells them. Table memory is the harness's; each
 * piece of it has a struct page found by its address (host.c).
 */
#ifndef SHIM_MM_H
#define SHIM_MM_H

#include "atomic.h"

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1ul << PAGE_SHIFT)
#define PAGE_MASK  (~(PAGE_SIZE - 1))

/* --- lists */

struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD_INIT(name)     \
	{                        \
		&(name), &(name) \
	}
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list->prev = list;
}

static inline bool list_empty(const struct list_head *list)
{
	return list->next == list;
}

static inline void list_add_tail(struct list_head *item, struct list_head *list)
{
	item->next = list;
	item->prev = list->prev;
	item->prev->next = list->prev = item;
}

static inline void list_del(struct list_head *item)
{
	item->next->prev = item->prev;
	item->prev->next = item->next;
}

/* Moves all of `from` to the front of `to`; `from` is left as it was. */
static inline void list_splice(const struct list_head *from, struct list_head *to)
{
	if (list_empty(from))
		return;
	from->next->prev = to;
	from->prev->next = to->next;
	to->next->prev = from->prev;
	to->next = from->next;
}

#define list_entry(p, t, m) container_of(p, t, m)
#define list_for_each_entry(pos, list, m)                                        \
	for (pos = list_entry((list)->next, typeof(*pos), m); &pos->m != (list); \
	     pos = list_entry(pos->m.next, typeof(*pos), m))
#define list_for_each_entry_safe(pos, n, list, m)             \
	for (pos = list_entry((list)->next, typeof(*pos), m), \
	    n = list_entry(pos->m.next, typeof(*pos), m);     \
	     &pos->m != (list); pos = n, n = list_entry(n->m.next, typeof(*n), m))

/* --- pages */

#define GFP_KERNEL    0x1u
#define GFP_ATOMIC    0x2u
#define GFP_DMA	      0x4u
#define __GFP_ZERO    0x8u
#define __GFP_HIGHMEM 0x10u
#define NUMA_NO_NODE  (-1)

/* Kernel code overlays the first fields with structures of its own. */
struct page {
	unsigned long flags;
	struct list_head lru;
	unsigned long mapping;
	unsigned long index;
	void *private;
	unsigned int page_type;
	atomic_t _refcount;
	void *virt;
	size_t size;
	struct page *next; /* in host.c's table */
};

struct folio {
	struct page page;
};

/* host.c; NULL if the harness says there is no memory. Contents undefined. */
struct page *linux_page_alloc(size_t size);
void linux_page_free(struct page *page);
struct page *linux_page_of(const void *virt);

static inline int get_order(unsigned long size)
{
	return size <= PAGE_SIZE ? 0 : (int)fls64(size - 1) - PAGE_SHIFT;
}

static inline struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = linux_page_alloc(PAGE_SIZE << order);

	if (page && (gfp & __GFP_ZERO))
		memset(page->virt, 0, page->size);
	return page;
}

#define alloc_pages_node(nid, gfp, order) ((void)(nid), alloc_pages(gfp, order))
#define __free_pages(page, order)	  ((void)(order), linux_page_free(page))
#define page_address(page)		  ((page)->virt)
#define virt_to_page(virt)		  linux_page_of(virt)

static inline void put_page(struct page *page)
{
	linux_page_free(page);
}

static inline unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp, order);

	return page ? (unsigned long)page->virt : 0;
}

#define free_pages(addr, order) __free_pages(linux_page_of((void *)(addr)), order)

#define virt_to_folio(virt)		    ((struct folio *)linux_page_of(virt))
#define folio_address(folio)		    ((folio)->page.virt)
#define folio_order(folio)		    get_order((folio)->page.size)
#define folio_nr_pages(folio)		    ((folio)->page.size >> PAGE_SHIFT)
#define folio_put(folio)		    linux_page_free(&(folio)->page)
#define numa_mem_id()			    0
#define dev_to_node(dev)		    ((void)(dev), NUMA_NO_NODE)
#define __folio_alloc_node(gfp, order, nid) ((void)(nid), (struct folio *)alloc_pages(gfp, order))

/* Statistics nobody reads. */
#define folio_pgdat(folio)		      ((void)(folio), 0)
#define page_pgdat(page)		      ((void)(page), 0)
#define mod_node_page_state(node, item, n)    ((void)(node), (void)(n))
#define lruvec_stat_mod_folio(folio, item, n) ((void)(folio), (void)(n))
#define mod_lruvec_page_state(page, item, n)  ((void)(page), (void)(n))

/* --- addresses */

/* host.c: virt - phys, of the engine entered last. */
extern __thread u64 linux_phys_offset;

static inline phys_addr_t virt_to_phys(const void *virt)
{
	return (uintptr_t)virt - linux_phys_offset;
}

static inline void *phys_to_virt(phys_addr_t phys)
{
	return (void *)(uintptr_t)(phys + linux_phys_offset);
}

#define __pa(virt) virt_to_phys(virt)
#define __va(phys) phys_to_virt(phys)

/* Memory is not encrypted. */
#define __sme_set(x) (x)
#define __sme_clr(x) (x)

/*
 * --- DMA: a transfer of table memory to where hardware reads it. A table smaller than the page it
 * is in is transferred with that page.
 */

enum dma_data_direction { DMA_TO_DEVICE };

void linux_flush(const void *virt, size_t size);
#define clflush_cache_range(virt, size) linux_flush(virt, size)

static inline dma_addr_t dma_map_single(void *dev, void *virt, size_t size,
					enum dma_data_direction dir)
{
	(void)dev;
	(void)size;
	(void)dir;
	linux_flush(virt, linux_page_of(virt)->size);
	return virt_to_phys(virt);
}

#define dma_mapping_error(dev, dma)	      ((void)(dev), (void)(dma), 0)
#define dma_unmap_single(dev, dma, size, dir) ((void)(dev), (void)(dma), (void)(size))
#define dma_sync_single_for_device(dev, dma, size, dir) \
	((void)(dev), linux_flush(phys_to_virt(dma), size))

/* --- small allocations */

void *malloc(size_t size);
void *calloc(size_t n, size_t size);
void free(void *p);

#define kfree(p)       free(p)
#define kmalloc_obj(x) ((typeof(x) *)malloc(sizeof(x)))
#define kzalloc_obj(x) ((typeof(x) *)calloc(1, sizeof(x)))
#define kzalloc(n, g)  calloc(1, n)

/* A cache of objects that are page tables smaller than a page: each gets a page. */
struct kmem_cache {
	size_t size;
};

#define SLAB_CACHE_DMA	   0
#define SLAB_CACHE_DMA32   0
#define kmemleak_ignore(p) ((void)(p))

static inline struct kmem_cache *kmem_cache_create(const char *name, unsigned int size,
						   unsigned int align, slab_flags_t flags,
						   void (*ctor)(void *))
{
	struct kmem_cache *cache = malloc(sizeof(*cache));

	(void)name, (void)align, (void)flags, (void)ctor;
	if (cache)
		cache->size = size;
	return cache;
}

static inline void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp)
{
	return (void *)__get_free_pages(gfp | __GFP_ZERO, get_order(cache->size));
}

static inline void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	free_pages((unsigned long)object, get_order(cache->size));
}

static inline void kmem_cache_destroy(struct kmem_cache *cache)
{
	free(cache);
}

/* --- what <linux/iommu.h> mentions */

struct work_struct {
	char unused;
};
struct rcu_head {
	char unused;
};
struct device {
	struct dev_iommu *iommu;
};
struct scatterlist;
struct sg_table {
	struct scatterlist *sgl;
	unsigned int orig_nents;
};
struct attribute_group;
struct of_phandle_args;
struct workqueue_struct;
struct fwnode_handle;
struct mm_struct;
struct module;
struct pci_dev;
struct fsl_mc_device;
struct io_pgtable;
enum iommu_hw_info_type { IOMMU_HW_INFO_TYPE_NONE };
enum iommu_viommu_type { IOMMU_VIOMMU_TYPE_DEFAULT };
enum iommufd_viommu_type { IOMMUFD_VIOMMU_TYPE_DEFAULT };

#define dev_get_drvdata(dev) ((void)(dev), NULL)

/* There is no user space to copy from or to. */
#define copy_from_user(to, from, n) ((void)(to), (void)(from), (void)(n), 1)
#define copy_struct_from_user(to, n, from, m) \
	((void)(to), (void)(n), (void)(from), (void)(m), -E2BIG)
#define copy_struct_to_user(to, n, from, m, ignored) \
	((void)(to), (void)(n), (void)(from), (void)(m), -E2BIG)

#endif
