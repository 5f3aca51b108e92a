/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The seam between the harness and an engine under test: ours, the kernel's, or yours.
 *
 * An adapter fills one struct engine_ops. What an engine does differently from our contract it
 * says by capability, and the shadow map obeys. Nothing here includes core/.
 */
#ifndef FUZZ_ENGINE_H
#define FUZZ_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What hardware the tables are for. The numbers are kept in saved inputs: append only. */
enum hw_id {
	HW_AMDV1,
	HW_X86_64, /* CPU rules; AMD v2 */
	HW_VTDFS,  /* x86-64 tables under VT-d first-stage rules */
	HW_VTDSS,
	HW_RISCV,
	HW_RISCV_G,
	HW_ARM4K_S1,
	HW_ARM4K_S2,
	HW_ARM16K_S1,
	HW_ARM16K_S2,
	HW_ARM64K_S1,
	HW_ARM64K_S2,
	HW_ARMV7S, /* ARM short descriptors; kernel engines only */
	HW_DART,   /* Apple DART; kernel engines only */
	HW_COUNT,
};

/* Features asked of an engine; the contract's, in its order. */
enum engine_feature {
	F_DYNAMIC_TOP = 1u << 0,
	F_SIGN_EXTEND = 1u << 1,
	F_UPPER_HALF = 1u << 2,
	F_FLUSH_RANGE = 1u << 3,
	F_NO_GAPS = 1u << 4,
	F_INCOHERENT = 1u << 5,
	F_DIRTY = 1u << 6,
};

enum engine_prot {
	P_READ = 1u << 0,
	P_WRITE = 1u << 1,
	P_NOEXEC = 1u << 2,
};

/* What a host may lack: callbacks that only some features need, and memory for the first table. */
enum engine_lack {
	LACKS_TOP_LOCK = 1u << 0,
	LACKS_TOP_UNLOCK = 1u << 1,
	LACKS_ROOT_CHANGED = 1u << 2,
	LACKS_FLUSH = 1u << 3,
	LACKS_MEMORY = 1u << 4,
};

struct engine_cfg {
	enum hw_id hw;
	unsigned iova_width;
	unsigned oa_width;
	unsigned top_level; /* of the top table at start */
	unsigned features;  /* enum engine_feature */
	unsigned lacks;	    /* enum engine_lack; with CAP_FITS_CFG the host has everything */
	uint64_t pgsizes;   /* wanted at create; the adapter writes back the effective ones */
};

/*
 * The host. Tables live in an arena with virt = phys + phys_offset. An adapter calls nothing
 * else of the harness.
 */
struct engine_env {
	void *ctx;
	uint64_t phys_offset;
	void *(*alloc)(void *ctx, size_t size); /* contents undefined; NULL is "no memory" */
	void (*free)(void *ctx, void *table, size_t size);
	/* Invalidate leaves of [first, last] and, if `tables`, cached tables of it. */
	void (*iotlb_sync)(void *ctx, uint64_t first, uint64_t last, bool tables);
	void (*top_lock)(void *ctx);
	void (*top_unlock)(void *ctx);
	void (*root_changed)(void *ctx, uint64_t root, unsigned level);
	void (*flush_memory)(void *ctx, const void *ptr, size_t len);
	/* A WARN or BUG of the engine: its site; fatal does not return. */
	void (*warn)(void *ctx, const char *file, int line, bool fatal);
};

/* How an engine departs from our contract. Zero bits everywhere is our contract. */
enum engine_caps {
	/* create */
	CAP_FITS_CFG = 1u << 0, /* makes any configuration one it can do, and writes it back */
	/* map */
	CAP_ONE_SIZE = 1u << 1,	      /* takes (pgsize, count); sizes are not greedy */
	CAP_REPLACE = 1u << 2,	      /* maps over leaves; asked for one over smaller ones alone */
	CAP_NO_OVERLAP = 1u << 3,     /* what a map over leaves does is undefined; do not ask */
	CAP_NO_PROGRESS = 1u << 4,    /* a failed map reports nothing but may have mapped */
	CAP_KEEP_TABLES = 1u << 5,    /* a larger leaf over empty tables is refused */
	CAP_LAX_ERRORS = 1u << 6,     /* which error a refused call returns is not compared */
	CAP_IGNORES_NOEXEC = 1u << 7, /* leaves stay executable whatever prot says */
	CAP_EARLY_FREE = 1u << 8,     /* known to free tables before it invalidates them */
	/* unmap */
	CAP_UNMAP_EXACT = 1u << 9,  /* is of whole leaves without a hole; ask nothing else */
	CAP_UNMAP_WHOLE = 1u << 10, /* a start inside a leaf removes all of that too */
	CAP_SELF_FLUSH = 1u << 11,  /* invalidates by itself; the gather stays empty */
	CAP_EAGER_FREE = 1u << 12,  /* frees emptied tables also when covered in part */
	CAP_KEEPS_EMPTY = 1u << 13, /* never unlinks a table */
	CAP_LAX_TABLES = 1u << 14,  /* which emptied tables are unlinked is not compared */
	/* Of what NO_OVERLAP and UNMAP_EXACT rule out, two may be asked: a map whose first page is
	 * in a leaf, and is refused; an unmap that comes to a hole, and ends there. */
	CAP_STOPS = 1u << 15,
	/* gather */
	CAP_GATHER_OPAQUE = 1u << 16, /* gather_range is not available */
	CAP_LAX_GATHER = 1u << 17,    /* what it covers is not compared, only what is stale after */
	/* dirty */
	CAP_LAX_DIRTY = 1u << 18,   /* dirty and accessed bits of new leaves are not compared */
	CAP_DIRTY_WHOLE = 1u << 19, /* an entry covered in part is reported, clipped, and cleared */
	CAP_DIRTY_EXACT = 1u << 20, /* is of whole leaves without a hole; ask nothing else */
	/* what not even callers that keep no rule may do: it corrupts memory */
	CAP_UNSAFE_PARTS = 1u << 21, /* a map of parts of pages */
	CAP_UNSAFE_OVER = 1u << 22,  /* a map of a leaf where one of that size is */
	CAP_UNSAFE_LAST = 1u << 23,  /* a lookup of the last byte of 2^64 */
	/* a map or unmap that ends beyond a width below 64 */
	CAP_UNSAFE_BEYOND = 1u << 24,
};

/* A gather as the adapter keeps it; the harness sets it to zero before first use. */
struct engine_gather {
	uint64_t opaque[8];
};

struct engine; /* the adapter's own */

typedef void engine_dirty_fn(void *arg, uint64_t iova, uint64_t len);

struct engine_ops {
	const char *name;
	unsigned caps;
	/*
	 * Makes cfg->oa_width what create() will, so that tables lie as high as it lets them; NULL
	 * and they lie below 4G.
	 */
	void (*fit_oa)(struct engine_cfg *cfg);
	/*
	 * NULL with *err set (negative errno) if the configuration is refused. cfg->pgsizes is
	 * what was wanted and becomes what is effective.
	 */
	struct engine *(*create)(struct engine_cfg *cfg, const struct engine_env *env, int *err);
	void (*destroy)(struct engine *e);
	/* 0 or negative errno; bytes mapped are added to *mapped. */
	int (*map)(struct engine *e, uint64_t iova, uint64_t oa, uint64_t pgsize, uint64_t count,
		   unsigned prot, uint64_t *mapped);
	/* NULL: the harness uses map(pgsize = len, count = 1). */
	int (*map_range)(struct engine *e, uint64_t iova, uint64_t oa, uint64_t len, unsigned prot,
			 uint64_t *mapped);
	uint64_t (*unmap)(struct engine *e, uint64_t iova, uint64_t len, struct engine_gather *g);
	void (*sync)(struct engine *e, struct engine_gather *g);
	/* The range a gather covers now; false if it is empty. NULL with CAP_GATHER_OPAQUE. */
	bool (*gather_range)(struct engine *e, const struct engine_gather *g, uint64_t *first,
			     uint64_t *last);
	bool (*lookup)(struct engine *e, uint64_t iova, uint64_t *oa);
	/* NULL without dirty tracking. */
	int (*dirty)(struct engine *e, uint64_t iova, uint64_t len, bool clear,
		     engine_dirty_fn *record, void *arg, struct engine_gather *g);
	/* Physical address of the top table and its level (0 = the granule's). */
	uint64_t (*root)(struct engine *e, unsigned *level);
};

#endif
