/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The shadow map: what should be mapped, as a sorted list of extents of equal leaves.
 *
 * It predicts every call from the contract alone. It knows addresses and page sizes, no tables.
 */
#ifndef FUZZ_ORACLE_SHADOW_H
#define FUZZ_ORACLE_SHADOW_H

#include <stdbool.h>
#include <stdint.h>

#include "engines/engine.h"

/* Errors the contract names, as positive errno values. */
enum {
	E_NXIO = 6,
	E_NOMEM = 12,
	E_INVAL = 22,
	E_RANGE = 34,
	E_OVERFLOW = 75,
	E_OPNOTSUPP = 95,
	E_ADDRINUSE = 98,
};

#define SHADOW_MAX_EXTENTS 4096
#define SHADOW_MAX_RUNS	   96	/* of one call */
#define SHADOW_MAX_ITEMS   2048 /* table slots one call may fill */

/* Leaves of 2^lg2 bytes, side by side, in IOVA and OA. */
struct extent {
	uint64_t iova;
	uint64_t last;
	uint64_t oa;
	uint8_t lg2;
	uint8_t prot; /* enum engine_prot */
};

struct shadow {
	const struct engine_cfg *cfg;
	unsigned n;
	struct extent e[SHADOW_MAX_EXTENTS];
};

/* What a map should do. */
struct map_plan {
	int err;	 /* 0, or the negative error of the call when memory does not fail */
	bool refused;	 /* err came from the checks: nothing may change, nothing be allocated */
	uint64_t len;	 /* of the call, cut where it would fill more than SHADOW_MAX_ITEMS */
	uint64_t mapped; /* bytes before the failure, or len */
	unsigned n;
	struct extent run[SHADOW_MAX_RUNS]; /* of all of len */
};

/*
 * The configuration by the contract's rules: 0 or the negative error of init. *pgsizes is the
 * wanted bitmap and becomes the effective one.
 */
int shadow_config(const struct engine_cfg *cfg, uint64_t *pgsizes);

void shadow_plan_map(const struct shadow *s, uint64_t iova, uint64_t oa, uint64_t len,
		     unsigned prot, struct map_plan *plan);

/* Is `bytes` from the start of the plan the end of a leaf, or its start? */
bool plan_is_boundary(const struct map_plan *plan, uint64_t bytes);

/* Maps the first `bytes` of a plan. */
void shadow_map(struct shadow *s, const struct map_plan *plan, uint64_t bytes);

/* Bytes an unmap should remove, saturated at 2^64 - 1; *last is the last byte removed. */
uint64_t shadow_plan_unmap(const struct shadow *s, uint64_t iova, uint64_t len, uint64_t *last);

/* Forgets [first, last], which ends and begins at leaves; each piece goes to `gone` first. */
void shadow_unmap(struct shadow *s, uint64_t first, uint64_t last,
		  void (*gone)(void *arg, const struct extent *piece), void *arg);

/* The extent that has iova, or NULL. */
const struct extent *shadow_find(const struct shadow *s, uint64_t iova);

/* Index of the first extent that ends at iova or later. */
unsigned shadow_index(const struct shadow *s, uint64_t iova);

static inline uint64_t extent_oa(const struct extent *e, uint64_t iova)
{
	return e->oa + (iova - e->iova);
}

/* The smallest page that is enabled; 0 if none is. */
uint64_t shadow_page(const struct engine_cfg *cfg);

/* The errors of a range that is only looked at: length, wrap, alignment, width. 0 if none. */
int shadow_check_range(const struct engine_cfg *cfg, uint64_t iova, uint64_t len);

/* Is iova canonical and within the width? */
bool shadow_in_width(const struct engine_cfg *cfg, uint64_t iova);

#endif
