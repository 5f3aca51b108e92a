/* SPDX-License-Identifier: GPL-2.0-only */
/* An engine that says yes and does nothing: what the calls themselves cost. */
#include "bench.h"

struct engine {
	uint64_t pgsizes;
};

static struct engine *null_create(struct engine_cfg *cfg, const struct engine_env *env, int *err)
{
	static struct engine engine;

	(void)env;
	engine.pgsizes = cfg->pgsizes;
	*err = 0;
	return &engine;
}

static void null_destroy(struct engine *e)
{
	(void)e;
}

static int null_map(struct engine *e, uint64_t iova, uint64_t oa, uint64_t pgsize, uint64_t count,
		    unsigned prot, uint64_t *mapped)
{
	(void)e, (void)iova, (void)oa, (void)prot;
	*mapped += pgsize * count;
	return 0;
}

static uint64_t null_unmap(struct engine *e, uint64_t iova, uint64_t len, struct engine_gather *g)
{
	(void)e, (void)iova, (void)g;
	return len;
}

static void null_sync(struct engine *e, struct engine_gather *g)
{
	(void)e, (void)g;
}

static bool null_lookup(struct engine *e, uint64_t iova, uint64_t *oa)
{
	(void)e;
	*oa = iova;
	return true;
}

static uint64_t null_root(struct engine *e, unsigned *level)
{
	(void)e;
	*level = 0;
	return 0;
}

const struct engine_ops engine_null = {
	.name = "null",
	.create = null_create,
	.destroy = null_destroy,
	.map = null_map,
	.unmap = null_unmap,
	.sync = null_sync,
	.lookup = null_lookup,
	.root = null_root,
};
