/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Our engine behind the seam: one adapter for all formats, since the contract is one.
 *
 * Features, permissions and callbacks have the same values and shapes on both sides, so that a
 * call costs no translation.
 */
#include <errno.h>
#include <stdlib.h>

#include "engines/core.h"
#include "iommu_pt.h"

_Static_assert((int)F_DYNAMIC_TOP == PT_DYNAMIC_TOP && (int)F_SIGN_EXTEND == PT_SIGN_EXTEND &&
		       (int)F_UPPER_HALF == PT_UPPER_HALF && (int)F_FLUSH_RANGE == PT_FLUSH_RANGE &&
		       (int)F_NO_GAPS == PT_FLUSH_RANGE_NO_GAPS &&
		       (int)F_INCOHERENT == PT_DMA_INCOHERENT && (int)F_DIRTY == PT_DIRTY,
	       "features are the engine's");
_Static_assert((int)P_READ == PT_READ && (int)P_WRITE == PT_WRITE && (int)P_NOEXEC == PT_NOEXEC,
	       "permissions are the engine's");

struct engine {
	struct pt_domain d;
	struct pt_host_ops host;
};

/* A struct engine_gather as this adapter uses it. */
struct core_gather {
	struct pt_gather g;
	bool used; /* false: all zero, not set up yet */
};

_Static_assert(sizeof(struct core_gather) <= sizeof(struct engine_gather), "a gather fits");
_Static_assert(_Alignof(struct core_gather) <= _Alignof(struct engine_gather), "a gather fits");

static const enum pt_format formats[HW_COUNT] = {
	[HW_AMDV1] = PT_FMT_AMDV1,	   [HW_X86_64] = PT_FMT_X86_64,
	[HW_VTDFS] = PT_FMT_X86_64,	   [HW_VTDSS] = PT_FMT_VTDSS,
	[HW_RISCV] = PT_FMT_RISCV,	   [HW_RISCV_G] = PT_FMT_RISCV_G,
	[HW_ARM4K_S1] = PT_FMT_ARM4K_S1,   [HW_ARM4K_S2] = PT_FMT_ARM4K_S2,
	[HW_ARM16K_S1] = PT_FMT_ARM16K_S1, [HW_ARM16K_S2] = PT_FMT_ARM16K_S2,
	[HW_ARM64K_S1] = PT_FMT_ARM64K_S1, [HW_ARM64K_S2] = PT_FMT_ARM64K_S2,
	[HW_ARMV7S] = PT_FMT_COUNT,	   [HW_DART] = PT_FMT_COUNT,
};

static struct engine *core_create(struct engine_cfg *cfg, const struct engine_env *env, int *err)
{
	struct engine *e = malloc(sizeof(*e));

	if (!e) {
		*err = -ENOMEM;
		return NULL;
	}
	e->host = (struct pt_host_ops){
		.alloc_table = env->alloc,
		.free_table = env->free,
		.iotlb_sync = env->iotlb_sync,
		.top_lock = env->top_lock,
		.top_unlock = env->top_unlock,
		.change_top = env->root_changed,
		.flush_memory = env->flush_memory,
	};
	*err = pt_init(&e->d, formats[cfg->hw],
		       &(struct pt_config){
			       .host = &e->host,
			       .ctx = env->ctx,
			       .phys_offset = env->phys_offset,
			       .pgsize_bitmap = cfg->pgsizes,
			       .iova_width = cfg->iova_width,
			       .oa_width = cfg->oa_width,
			       .top_level = cfg->top_level,
			       .features = cfg->features,
		       });
	if (*err) {
		pt_deinit(&e->d);
		free(e);
		return NULL;
	}
	cfg->pgsizes = pt_pgsizes(&e->d);
	return e;
}

static void core_destroy(struct engine *e)
{
	pt_deinit(&e->d);
	free(e);
}

static int core_map(struct engine *e, uint64_t iova, uint64_t oa, uint64_t pgsize, uint64_t count,
		    unsigned prot, uint64_t *mapped)
{
	return pt_map_pages(&e->d, iova, oa, pgsize, count, prot, mapped);
}

static int core_map_range(struct engine *e, uint64_t iova, uint64_t oa, uint64_t len, unsigned prot,
			  uint64_t *mapped)
{
	return pt_map_range(&e->d, iova, oa, len, prot, mapped);
}

static struct pt_gather *gather_of(struct engine *e, struct engine_gather *opaque)
{
	struct core_gather *g = (struct core_gather *)opaque;

	if (!g->used) {
		pt_gather_init(&g->g, &e->d);
		g->used = true;
	}
	return &g->g;
}

static uint64_t core_unmap(struct engine *e, uint64_t iova, uint64_t len, struct engine_gather *g)
{
	return pt_unmap_range(&e->d, iova, len, gather_of(e, g));
}

static void core_sync(struct engine *e, struct engine_gather *g)
{
	pt_gather_sync(gather_of(e, g));
}

static bool core_gather_range(struct engine *e, const struct engine_gather *opaque, uint64_t *first,
			      uint64_t *last)
{
	const struct core_gather *g = (const struct core_gather *)opaque;

	(void)e;
	if (!g->used || pt_gather_empty(&g->g))
		return false;
	*first = g->g.first;
	*last = g->g.last;
	return true;
}

static bool core_lookup(struct engine *e, uint64_t iova, uint64_t *oa)
{
	*oa = pt_iova_to_phys(&e->d, iova);
	return *oa != PT_OA_NONE;
}

static int core_dirty(struct engine *e, uint64_t iova, uint64_t len, bool clear,
		      engine_dirty_fn *record, void *arg, struct engine_gather *g)
{
	return pt_read_and_clear_dirty(&e->d, iova, len, clear ? 0 : PT_DIRTY_NO_CLEAR, record, arg,
				       gather_of(e, g));
}

static uint64_t core_root(struct engine *e, unsigned *level)
{
	return pt_root(&e->d, level);
}

static const struct engine_ops core_ops = {
	.name = "core",
	.caps = 0,
	.create = core_create,
	.destroy = core_destroy,
	.map = core_map,
	.map_range = core_map_range,
	.unmap = core_unmap,
	.sync = core_sync,
	.gather_range = core_gather_range,
	.lookup = core_lookup,
	.dirty = core_dirty,
	.root = core_root,
};

const struct engine_ops *engine_core(enum hw_id hw)
{
	if (hw >= HW_COUNT || !pt_format_ops(formats[hw]))
		return NULL;
	return &core_ops;
}
