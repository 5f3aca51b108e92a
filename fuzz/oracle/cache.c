// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/cache.h"

#include <stddef.h>

bool cache_is_full(const struct cache *c)
{
	return c->n > CACHE_MAX / 2;
}

void cache_add(struct cache *c, const struct cached *e)
{
	if (c->n < CACHE_MAX)
		c->e[c->n++] = *e;
}

/* Narrows a range to the whole leaves in it; false if there are none. */
static bool whole_leaves(uint64_t *first, uint64_t *last, uint64_t mask)
{
	if (*last < mask || *first > UINT64_MAX - mask)
		return false;
	*first = (*first + mask) & ~mask;
	*last = (*last - mask) | mask;
	return *first <= *last;
}

/* Takes [first, last] out of one entry, which may leave a piece before and one behind. */
static void cut(struct cache *c, unsigned i, uint64_t first, uint64_t last)
{
	struct cached old = c->e[i];

	c->e[i] = c->e[--c->n];
	if (old.first < first) {
		struct cached before = old;

		before.last = first - 1;
		cache_add(c, &before);
	}
	if (old.last > last) {
		old.oa += last + 1 - old.first;
		old.first = last + 1;
		cache_add(c, &old);
	}
}

void cache_invalidate(struct cache *c, uint64_t first, uint64_t last, bool enclosed)
{
	for (unsigned i = c->n; i-- > 0;) {
		uint64_t mask = (1ull << c->e[i].lg2) - 1, lo = first & ~mask, hi = last | mask;

		if (enclosed) {
			lo = first;
			hi = last;
			if (!whole_leaves(&lo, &hi, mask))
				continue;
		}
		if (c->e[i].first <= hi && c->e[i].last >= lo)
			cut(c, i, lo, hi);
	}
}

const struct cached *cache_find(const struct cache *c, enum cached_as as, uint64_t first,
				uint64_t last)
{
	for (unsigned i = 0; i < c->n; i++)
		if (c->e[i].as == as && c->e[i].first <= last && c->e[i].last >= first)
			return &c->e[i];
	return NULL;
}

const struct cached *cache_of_gather(const struct cache *c, unsigned gather)
{
	for (unsigned i = 0; i < c->n; i++)
		if (c->e[i].gather == gather)
			return &c->e[i];
	return NULL;
}
