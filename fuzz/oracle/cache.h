/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The leaf cache of the strictest lawful walker: any translation valid at any time since the last
 * invalidation that covers it may still be used. So what matters is only what memory no longer
 * says: entries removed, or cleaned of their dirty bit, and not yet invalidated.
 */
#ifndef FUZZ_ORACLE_CACHE_H
#define FUZZ_ORACLE_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#define CACHE_MAX 256

enum cached_as {
	CACHED_REMOVED, /* memory has no such entry any more */
	CACHED_DIRTY,	/* memory says clean: a write through the cache marks nothing */
};

/* Leaves of 2^lg2 bytes that a cache may hold though memory disagrees. */
struct cached {
	uint64_t first, last;
	uint64_t oa;
	uint8_t lg2;
	uint8_t as;	/* enum cached_as */
	uint8_t gather; /* the gather that has to invalidate them */
};

struct cache {
	unsigned n;
	struct cached e[CACHE_MAX + 2];
};

/* Is there so little room that everything should be synced first? */
bool cache_is_full(const struct cache *c);

void cache_add(struct cache *c, const struct cached *e);

/* An invalidation of [first, last]; `enclosed`: it removes only leaves that it encloses. */
void cache_invalidate(struct cache *c, uint64_t first, uint64_t last, bool enclosed);

/* Something of this kind that overlaps [first, last], or NULL. */
const struct cached *cache_find(const struct cache *c, enum cached_as as, uint64_t first,
				uint64_t last);

/* Something left to this gather, or NULL. */
const struct cached *cache_of_gather(const struct cache *c, unsigned gather);

#endif
