/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * IOMMU page tables: the contract as an API.
 *
 * A domain maps I/O virtual addresses (IOVA) to output addresses (OA) with a radix tree that
 * hardware walks by itself at any moment. This engine edits such trees, in the format of several
 * IOMMUs, from several threads at once, and calls nothing but the callbacks its host gives it.
 *
 * All addresses and lengths are bytes. A range is [iova, iova + len - 1], so that the last byte
 * of 2^64 can be named. Levels count from 0, the granule, upwards. Errors are negative pt_error.
 *
 * Locking: the caller holds a lock on the IOVA range of each call, widened to every entry the
 * call touches. Calls on disjoint ranges may run at once on the same domain; the tables they
 * share are the engine's business. Hardware holds no lock at all.
 */
#ifndef IOMMU_PT_H
#define IOMMU_PT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Values are those of Linux's errno, which a freestanding engine cannot include. */
enum pt_error {
	PT_ENXIO = 6,	    /* an address or length is no multiple of the smallest page size */
	PT_ENOMEM = 12,	    /* alloc_table() returned NULL */
	PT_EINVAL = 22,	    /* the argument makes no sense in any format */
	PT_ERANGE = 34,	    /* beyond the IOVA or OA width, not canonical, or in both halves */
	PT_EOVERFLOW = 75,  /* the range wraps around 2^64 */
	PT_EOPNOTSUPP = 95, /* sensible, but not expressible in this format or configuration */
	PT_EADDRINUSE = 98, /* a leaf is in the way */
};

/* Access a mapping allows. Write without read is legal where the format can say so. */
enum pt_prot {
	PT_READ = 1u << 0,
	PT_WRITE = 1u << 1,
	PT_NOEXEC = 1u << 2, /* ignored where the format has no execute bit */
};

enum pt_feature {
	PT_DYNAMIC_TOP = 1u << 0,	  /* the tree grows upwards on demand; AMDv1 */
	PT_SIGN_EXTEND = 1u << 1,	  /* bits 63..width-1 equal; x86-64, RISC-V first stage */
	PT_UPPER_HALF = 1u << 2,	  /* bits 63..width one (TTBR1); VMSAv8 stage 1 */
	PT_FLUSH_RANGE = 1u << 3,	  /* a gather is one range, gaps allowed */
	PT_FLUSH_RANGE_NO_GAPS = 1u << 4, /* a gather is one range of what changed and no more */
	PT_DMA_INCOHERENT = 1u << 5,	  /* the walker does not snoop CPU caches */
	PT_DIRTY = 1u << 6,		  /* hardware tracks writes; AMDv1, VT-d, VMSAv8 */
};

/* Formats; each is compiled from one file of its own. */
enum pt_format {
	PT_FMT_AMDV1,	  /* AMD I/O page table, 1-6 levels */
	PT_FMT_X86_64,	  /* x86-64 4 and 5 levels: CPU, AMD v2, VT-d first stage */
	PT_FMT_VTDSS,	  /* VT-d second stage, 3-5 levels */
	PT_FMT_RISCV,	  /* RISC-V Sv39, Sv48, Sv57 with Svnapot */
	PT_FMT_RISCV_G,	  /* RISC-V second stage Sv39x4, Sv48x4, Sv57x4 */
	PT_FMT_ARM4K_S1,  /* VMSAv8-64, 4K granule, stage 1 */
	PT_FMT_ARM4K_S2,  /* VMSAv8-64, 4K granule, stage 2 */
	PT_FMT_ARM16K_S1, /* VMSAv8-64, 16K granule, stage 1 */
	PT_FMT_ARM16K_S2, /* VMSAv8-64, 16K granule, stage 2 */
	PT_FMT_ARM64K_S1, /* VMSAv8-64, 64K granule, stage 1 */
	PT_FMT_ARM64K_S2, /* VMSAv8-64, 64K granule, stage 2 */
	PT_FMT_COUNT,
};

/*
 * What iova_to_phys() returns where nothing is mapped; no valid OA equals it, as OAs have at
 * most 56 bits.
 */
#define PT_OA_NONE UINT64_MAX

/*
 * One slot of a table. Eight-byte aligned on every platform: 64-bit atomics on 32-bit targets
 * need it.
 */
typedef uint64_t pt_word __attribute__((aligned(8), may_alias));

/*
 * The host's side. `ctx` is pt_config.ctx. Callbacks may be called from any thread that calls
 * into the domain; the engine holds no lock of its own but top_lock() while it calls change_top().
 */
struct pt_host_ops {
	/*
	 * Memory for a table: `size` bytes (a power of two, at least 4096), naturally aligned,
	 * physical address within the OA width. Contents are undefined. NULL is -PT_ENOMEM.
	 */
	void *(*alloc_table)(void *ctx, size_t size);
	void (*free_table)(void *ctx, void *table, size_t size);
	/*
	 * Invalidate cached leaves of [first, last] and, if `tables`, cached tables of it.
	 * Returns only after walks that began before it have ended.
	 */
	void (*iotlb_sync)(void *ctx, uint64_t first, uint64_t last, bool tables);
	/* PT_DYNAMIC_TOP: a lock that orders changes of the top; never held over a callback but
	 * change_top(). */
	void (*top_lock)(void *ctx);
	void (*top_unlock)(void *ctx);
	/* PT_DYNAMIC_TOP: when it returns hardware can translate through the new root. */
	void (*change_top)(void *ctx, uint64_t root, unsigned level);
	/* PT_DMA_INCOHERENT: write `len` bytes of table memory back to where hardware reads them.
	 */
	void (*flush_memory)(void *ctx, const void *ptr, size_t len);
};

struct pt_config {
	const struct pt_host_ops *host;
	void *ctx;
	uint64_t phys_offset;	/* tables live in a linear map: virt = phys + phys_offset */
	uint64_t pgsize_bitmap; /* page sizes wanted, bit n is 2^n; masked to what is usable */
	unsigned iova_width;	/* bits */
	unsigned oa_width;	/* bits */
	unsigned top_level;	/* level of the top table at start */
	unsigned features;	/* of enum pt_feature */
};

/*
 * What an unmap leaves to be done: IOVAs to invalidate, and unlinked tables that may be freed
 * only after that. One gather serves any number of calls on one domain. Fields are the engine's.
 */
struct pt_domain;
struct pt_gather {
	struct pt_domain *domain;
	uint64_t first; /* empty: first > last */
	uint64_t last;
	pt_word *tables; /* chained through their first word */
};

/* Called for each dirty range found: IOVA and bytes, clipped to the request. */
typedef void pt_dirty_fn(void *arg, uint64_t iova, uint64_t len);

enum pt_dirty_flags {
	PT_DIRTY_NO_CLEAR = 1u << 0, /* report only */
};

struct pt_format_ops;

/*
 * A page table. The caller provides the memory, pt_init() the contents; no field is for callers.
 * `top` holds the top table's address with its level in the low bits, so that one load reads both.
 */
struct pt_domain {
	const struct pt_format_ops *ops;
	uintptr_t top;
	uint64_t va_mask; /* IOVA bits the tables resolve */
	uint64_t va_xor;  /* an IOVA is in width if ((iova ^ va_xor) + va_bias) <= va_span */
	uint64_t va_bias;
	uint64_t va_span;
	uint64_t oa_last;      /* highest OA */
	uint64_t pgsizes;      /* effective bitmap */
	uint64_t phys_offset;  /* see pt_config */
	uint64_t leaf_word[8]; /* leaf attributes for each pt_prot; PT_NO_WORD if not expressible */
	const struct pt_host_ops *host;
	void *ctx;
	unsigned features;
	unsigned top_size; /* bytes of the top table */
	bool one_page;	   /* the one-page path may be taken */
};

/* One compiled format: the operations below, for callers that want no indirection. */
struct pt_format_ops {
	const char *name;
	int (*init)(struct pt_domain *d, const struct pt_config *cfg);
	void (*deinit)(struct pt_domain *d);
	int (*map_range)(struct pt_domain *d, uint64_t iova, uint64_t oa, uint64_t len,
			 unsigned prot, uint64_t *mapped);
	uint64_t (*unmap_range)(struct pt_domain *d, uint64_t iova, uint64_t len,
				struct pt_gather *g);
	uint64_t (*iova_to_phys)(struct pt_domain *d, uint64_t iova);
	int (*read_and_clear_dirty)(struct pt_domain *d, uint64_t iova, uint64_t len,
				    unsigned flags, pt_dirty_fn *record, void *arg,
				    struct pt_gather *g);
	void (*gather_sync)(struct pt_gather *g);
	uint64_t (*root)(struct pt_domain *d, unsigned *level);
};

/* The compiled formats, NULL for one that is not. */
const struct pt_format_ops *pt_format_ops(enum pt_format fmt);

/*
 * Prepares an empty domain and allocates its top table, or nothing. Of several errors the first
 * in this order is returned:
 *   -PT_EINVAL      IOVA or OA width 0 or wider than the format; features that exclude each
 *                   other or lack their callbacks; no usable page size
 *   -PT_EOPNOTSUPP  a feature, width or starting level the format lacks, or a top that cannot
 *                   span the width without PT_DYNAMIC_TOP
 *   -PT_ENOMEM
 * After a failure pt_deinit() is allowed and does nothing.
 */
static inline int pt_init(struct pt_domain *d, enum pt_format fmt, const struct pt_config *cfg)
{
	return pt_format_ops(fmt)->init(d, cfg);
}

/* Gives every table back. Hardware has been detached and every gather synced before. */
static inline void pt_deinit(struct pt_domain *d)
{
	if (d->ops)
		d->ops->deinit(d);
}

/*
 * Maps [iova, iova + len - 1] to [oa, oa + len - 1] with the largest enabled page size that
 * divides both addresses and fits the rest, at each position. Adds the bytes mapped to *mapped.
 * Checks before anything is allocated or changed, in this order: prot (-PT_EINVAL,
 * -PT_EOPNOTSUPP), len 0 (-PT_EINVAL), wrapping ranges (-PT_EOVERFLOW), OA width (-PT_ERANGE),
 * alignment to the smallest page size (-PT_ENXIO), IOVA width and halves (-PT_ERANGE).
 * -PT_EADDRINUSE and -PT_ENOMEM may come after progress: what *mapped counts is mapped and the
 * rest is as before; tables and a grown top may stay.
 * Entries are stored with relaxed order; whoever tells a device to use them orders that.
 */
static inline int pt_map_range(struct pt_domain *d, uint64_t iova, uint64_t oa, uint64_t len,
			       unsigned prot, uint64_t *mapped)
{
	return d->ops->map_range(d, iova, oa, len, prot, mapped);
}

/* As pt_map_range() with len = pgsize * pgcount; -PT_EOVERFLOW, before all else, if that wraps. */
static inline int pt_map_pages(struct pt_domain *d, uint64_t iova, uint64_t oa, uint64_t pgsize,
			       uint64_t pgcount, unsigned prot, uint64_t *mapped)
{
	uint64_t len;

	if (__builtin_mul_overflow(pgsize, pgcount, &len))
		return -PT_EOVERFLOW;
	return pt_map_range(d, iova, oa, len, prot, mapped);
}

/*
 * Removes entries from iova on, up to the first hole or the end of the range. A start inside an
 * entry removes nothing; an end inside an entry removes all of that entry. Returns the bytes
 * removed (2^64 - 1 stands for 2^64), 0 for a range that is empty, wraps or is out of width.
 * What was removed, and tables the range covers and this call emptied, are added to the gather.
 */
static inline uint64_t pt_unmap_range(struct pt_domain *d, uint64_t iova, uint64_t len,
				      struct pt_gather *g)
{
	return d->ops->unmap_range(d, iova, len, g);
}

/* The OA that byte `iova` translates to, or PT_OA_NONE. */
static inline uint64_t pt_iova_to_phys(struct pt_domain *d, uint64_t iova)
{
	return d->ops->iova_to_phys(d, iova);
}

/*
 * Reports each entry of the range that hardware wrote through, and makes it clean, adding it to
 * the gather, if the range covers all of it and flags lack PT_DIRTY_NO_CLEAR. Holes are skipped.
 * Errors: for the range as pt_map_range(), then -PT_EOPNOTSUPP without PT_DIRTY.
 */
static inline int pt_read_and_clear_dirty(struct pt_domain *d, uint64_t iova, uint64_t len,
					  unsigned flags, pt_dirty_fn *record, void *arg,
					  struct pt_gather *g)
{
	return d->ops->read_and_clear_dirty(d, iova, len, flags, record, arg, g);
}

/* An empty gather for calls on `d`. */
static inline void pt_gather_init(struct pt_gather *g, struct pt_domain *d)
{
	*g = (struct pt_gather){.domain = d, .first = UINT64_MAX, .last = 0, .tables = NULL};
}

static inline bool pt_gather_empty(const struct pt_gather *g)
{
	return g->first > g->last;
}

/* Invalidates what was gathered, then frees its tables, then empties it; if empty, nothing. */
static inline void pt_gather_sync(struct pt_gather *g)
{
	g->domain->ops->gather_sync(g);
}

/* Effective page sizes, bit n is 2^n. */
static inline uint64_t pt_pgsizes(const struct pt_domain *d)
{
	return d->pgsizes;
}

/* Physical address of the top table, as hardware wants it, and its level. */
static inline uint64_t pt_root(struct pt_domain *d, unsigned *level)
{
	return d->ops->root(d, level);
}

#ifdef __cplusplus
}
#endif
#endif
