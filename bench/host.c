/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host of every engine: table memory off a free list, last freed first used.
 *
 * All of it is touched before anything is timed, and lies in large host pages where the system
 * gives them, as table memory does in a kernel's linear map. Nobody translates through the
 * tables, so that invalidating does nothing.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench.h"

#define ARENA_SIZE (96ull << 20)
#define ARENA_PHYS (2ull << 20) /* of its first byte */
#define HUGE_PAGE  (2ull << 20)

struct free_page {
	struct free_page *next;
};

static char *fresh, *arena_end;
static struct free_page *freed[64]; /* by log2 of the size */
static size_t in_use;
static struct engine_env env;

void *host_alloc(void *ctx, size_t size)
{
	struct free_page **list = &freed[__builtin_ctzll(size)];
	void *table = *list;

	(void)ctx;
	in_use += size;
	if (table) {
		*list = (*list)->next;
		return table;
	}
	table = (void *)(((uintptr_t)fresh + size - 1) & -size);
	if ((char *)table + size > arena_end)
		return NULL;
	fresh = (char *)table + size;
	return table;
}

void host_free(void *ctx, void *table, size_t size)
{
	struct free_page **list = &freed[__builtin_ctzll(size)];
	struct free_page *page = table;

	(void)ctx;
	in_use -= size;
	page->next = *list;
	*list = page;
}

size_t host_in_use(void)
{
	return in_use;
}

static void iotlb_sync(void *ctx, uint64_t first, uint64_t last, bool tables)
{
	(void)ctx, (void)first, (void)last, (void)tables;
}

static void no_lock(void *ctx)
{
	(void)ctx;
}

static void root_changed(void *ctx, uint64_t root, unsigned level)
{
	(void)ctx, (void)root, (void)level;
}

static void flush_memory(void *ctx, const void *ptr, size_t len)
{
	(void)ctx, (void)ptr, (void)len;
}

static void warn(void *ctx, const char *file, int line, bool fatal)
{
	(void)ctx;
	fprintf(stderr, "bench: warning of an engine: %s:%d\n", file, line);
	if (fatal)
		exit(1);
}

void host_init(void)
{
	char *arena = mmap(NULL, ARENA_SIZE + HUGE_PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (arena == MAP_FAILED) {
		perror("bench: mmap");
		exit(1);
	}
	arena = (char *)(((uintptr_t)arena + HUGE_PAGE - 1) & -HUGE_PAGE);
	madvise(arena, ARENA_SIZE, MADV_HUGEPAGE);
	memset(arena, 0, ARENA_SIZE);
	fresh = arena;
	arena_end = arena + ARENA_SIZE;
	env = (struct engine_env){
		.phys_offset = (uintptr_t)arena - ARENA_PHYS,
		.alloc = host_alloc,
		.free = host_free,
		.iotlb_sync = iotlb_sync,
		.top_lock = no_lock,
		.top_unlock = no_lock,
		.root_changed = root_changed,
		.flush_memory = flush_memory,
		.warn = warn,
	};
}

const struct engine_env *host_env(void)
{
	return &env;
}
