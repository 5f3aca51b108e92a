// SPDX-License-Identifier: GPL-2.0-only
/*
 * Drives every kernel engine through map, lookup, overlap, unmap, sync, growth and failing
 * allocations with the most trivial of hosts, and prints a line for each. It checks that an
 * adapter and its shim work at all; whether the engine is right is for the oracles.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/linux/engines.h"

#define ARENA_PAGES 4096
#define PAGE	    4096ull
#define POISON	    0x5a

static const struct smoke_case {
	const struct engine_ops *ops;
	struct engine_cfg cfg;
} smoke_cases[] = {
	{&engine_linux_amdv1, {HW_AMDV1, 64, 52, 2, F_DYNAMIC_TOP | F_NO_GAPS, 0}},
	{&engine_linux_x86_64, {HW_X86_64, 48, 48, 3, F_SIGN_EXTEND | F_FLUSH_RANGE, 0}},
	{&engine_linux_x86_64, {HW_X86_64, 57, 52, 4, F_INCOHERENT, 0}},
	{&engine_linux_vtdss, {HW_VTDSS, 39, 52, 2, F_DIRTY, 0}},
	{&engine_linux_vtdss, {HW_VTDSS, 48, 46, 3, F_INCOHERENT | F_FLUSH_RANGE, 0}},
	{&engine_linux_riscv, {HW_RISCV, 39, 56, 2, F_SIGN_EXTEND | F_FLUSH_RANGE, 0}},
	{&engine_linux_arm4k_s1, {HW_ARM4K_S1, 48, 48, 3, 0, 0}},
	{&engine_linux_arm4k_s2, {HW_ARM4K_S2, 40, 40, 2, 0, 0}},
	{&engine_linux_arm16k_s1, {HW_ARM16K_S1, 39, 44, 2, F_INCOHERENT, 0}},
	{&engine_linux_arm16k_s2, {HW_ARM16K_S2, 48, 48, 2, 0, 0}},
	{&engine_linux_arm64k_s1, {HW_ARM64K_S1, 48, 52, 2, 0, 0}},
	{&engine_linux_arm64k_s2, {HW_ARM64K_S2, 36, 40, 1, F_INCOHERENT, 0}},
	{&engine_linux_v7s, {HW_ARMV7S, 32, 32, 1, F_INCOHERENT, 0}},
	{&engine_linux_dart, {HW_DART, 36, 36, 1, 0, 0}},
	{&engine_linux_dart, {HW_DART, 42, 42, 2, 0, 0}},
	{&engine_linux_amd_v1_612, {HW_AMDV1, 64, 52, 2, F_DYNAMIC_TOP, 0}},
	{&engine_linux_amd_v2_612, {HW_X86_64, 48, 52, 3, F_FLUSH_RANGE, 0}},
	{&engine_linux_amd_v2_612, {HW_X86_64, 57, 52, 4, F_NO_GAPS, 0}},
	{&engine_linux_kvm_s2, {HW_ARM4K_S2, 40, 44, 2, 0, 0}},
	{&engine_linux_kvm_s2, {HW_ARM4K_S2, 48, 48, 3, F_FLUSH_RANGE, 0}},
	{NULL, {0}},
};

/* A host whose tables are pages of one arena, and which counts what it is told. */
struct host {
	unsigned char *arena, *end;
	unsigned tables, allocs, frees, syncs, flushes, roots, warns;
	unsigned fail_at; /* the allocation that fails, counted from 1; 0 is none */
	bool locked;
};

static void die(const char *engine, const char *what)
{
	printf("%-16s FAILED: %s\n", engine, what);
	exit(1);
}

static void *host_alloc(void *ctx, size_t size)
{
	struct host *h = ctx;
	uintptr_t at = ((uintptr_t)h->end + size - 1) & ~(uintptr_t)(size - 1);

	if (++h->allocs == h->fail_at || at + size > (uintptr_t)h->arena + ARENA_PAGES * PAGE)
		return NULL;
	h->end = (unsigned char *)at + size;
	h->tables++;
	return memset((void *)at, POISON, size);
}

static void host_free(void *ctx, void *table, size_t size)
{
	struct host *h = ctx;

	memset(table, POISON, size);
	h->tables--;
	h->frees++;
}

static void host_sync(void *ctx, uint64_t first, uint64_t last, bool tables)
{
	struct host *h = ctx;

	(void)tables;
	if (first > last)
		die("host", "an empty invalidation");
	h->syncs++;
}

static void host_lock(void *ctx)
{
	struct host *h = ctx;

	if (h->locked)
		die("host", "locked twice");
	h->locked = true;
}

static void host_unlock(void *ctx)
{
	((struct host *)ctx)->locked = false;
}

static void host_root(void *ctx, uint64_t root, unsigned level)
{
	(void)root;
	(void)level;
	((struct host *)ctx)->roots++;
}

static void host_flush(void *ctx, const void *ptr, size_t len)
{
	(void)ptr;
	(void)len;
	((struct host *)ctx)->flushes++;
}

static void host_warn(void *ctx, const char *file, int line, bool fatal)
{
	printf("%s at %s:%d\n", fatal ? "BUG" : "WARN", file, line);
	((struct host *)ctx)->warns++;
	if (fatal)
		exit(1);
}

static void check(const struct engine_ops *ops, bool ok, const char *what)
{
	if (!ok)
		die(ops->name, what);
}

static int map(const struct engine_ops *ops, struct engine *e, uint64_t iova, uint64_t oa,
	       uint64_t len, uint64_t *mapped)
{
	if (ops->map_range)
		return ops->map_range(e, iova, oa, len, P_READ | P_WRITE, mapped);
	return ops->map(e, iova, oa, len, 1, P_READ | P_WRITE, mapped);
}

/* Every byte at a page's start and end translates where it should. */
static void check_mapped(const struct engine_ops *ops, struct engine *e, uint64_t iova, uint64_t oa,
			 uint64_t len)
{
	for (uint64_t at = 0; at < len; at += PAGE) {
		uint64_t got;

		check(ops, ops->lookup(e, iova + at, &got) && got == oa + at, "lookup");
		check(ops, ops->lookup(e, iova + at + PAGE - 1, &got) && got == oa + at + PAGE - 1,
		      "lookup of a last byte");
	}
}

/* Maps, overlaps, unmaps and syncs one range. */
static void cycle(const struct engine_ops *ops, struct engine *e, uint64_t iova, uint64_t oa,
		  uint64_t len)
{
	struct engine_gather gather = {0};
	uint64_t mapped = 0, none;

	check(ops, !ops->lookup(e, iova, &none), "lookup of a hole");
	check(ops, map(ops, e, iova, oa, len, &mapped) == 0 && mapped == len, "map");
	check_mapped(ops, e, iova, oa, len);
	if (!(ops->caps & (CAP_NO_OVERLAP | CAP_REPLACE))) {
		mapped = 0;
		check(ops, map(ops, e, iova, oa, len, &mapped) < 0 && mapped == 0, "overlap");
	}
	check(ops, ops->unmap(e, iova, len, &gather) == len, "unmap");
	check(ops, !ops->lookup(e, iova, &none), "lookup after unmap");
	if (!(ops->caps & CAP_UNMAP_EXACT))
		check(ops, ops->unmap(e, iova, len, &gather) == 0, "unmap of a hole");
	ops->sync(e, &gather);
}

/* The first allocation that fails, then the second, and so on until none does. */
static void run_out(const struct engine_ops *ops, struct engine *e, struct host *h, uint64_t iova,
		    uint64_t granule)
{
	int ret;

	for (unsigned n = 1;; n++) {
		struct engine_gather gather = {0};
		uint64_t mapped = 0;

		h->fail_at = h->allocs + n;
		ret = map(ops, e, iova, granule, 4 * granule, &mapped);
		if (mapped)
			check(ops, ops->unmap(e, iova, mapped, &gather) == mapped, "unwinding");
		ops->sync(e, &gather);
		if (!ret)
			break;
	}
	h->fail_at = 0;
}

static void run(const struct smoke_case *c)
{
	const struct engine_ops *ops = c->ops;
	struct host h = {0};
	struct engine_env env = {
		.ctx = &h,
		.alloc = host_alloc,
		.free = host_free,
		.iotlb_sync = host_sync,
		.top_lock = host_lock,
		.top_unlock = host_unlock,
		.root_changed = host_root,
		.flush_memory = host_flush,
		.warn = host_warn,
	};
	struct engine_cfg cfg = c->cfg;
	struct engine *e;
	uint64_t granule, big = 1ull << 22;
	unsigned level;
	int err = 0;

	/* Physical addresses begin at 1 MiB. */
	h.arena = h.end = aligned_alloc(1 << 20, ARENA_PAGES * PAGE);
	env.phys_offset = (uintptr_t)h.arena - (1 << 20);
	cfg.pgsizes = UINT64_MAX;
	e = ops->create(&cfg, &env, &err);
	if (!e)
		printf("create: %d\n", err);
	check(ops, e, "create");
	granule = cfg.pgsizes & -cfg.pgsizes;

	check(ops, ops->root(e, &level) >= 1 << 20 && level == cfg.top_level, "root");
	cycle(ops, e, 0, 0, granule);
	cycle(ops, e, granule, 0x3000000, granule);
	cycle(ops, e, big, big, big);
	cycle(ops, e, 3 * granule, 0x1000000, 600 * granule);
	if (cfg.features & F_DYNAMIC_TOP) {
		cycle(ops, e, 1ull << 40, 0, granule);
		check(ops, h.roots, "growth");
	}
	run_out(ops, e, &h, 1ull << 28, granule);

	ops->destroy(e);
	check(ops, h.tables == 0, "tables left after destroy");
	check(ops, h.warns == 0, "warnings");
	printf("%-16s ok: width %u/%u, top %u, sizes %#llx, features %#x; %u tables, %u syncs, %u "
	       "flushes\n",
	       ops->name, cfg.iova_width, cfg.oa_width, cfg.top_level,
	       (unsigned long long)cfg.pgsizes, cfg.features, h.frees, h.syncs, h.flushes);
	free(h.arena);
}

int main(int argc, char **argv)
{
	for (const struct smoke_case *c = smoke_cases; c->ops; c++)
		if (argc < 2 || !strcmp(argv[1], c->ops->name))
			run(c);
	return 0;
}
