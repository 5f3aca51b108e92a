// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/shadow.h"

#include <string.h>

#include "oracle/hw.h"

bool shadow_in_width(const struct engine_cfg *cfg, uint64_t iova)
{
	unsigned width = cfg->iova_width;
	uint64_t high, ones;

	if (cfg->features & F_SIGN_EXTEND)
		width--;
	if (width >= 64)
		return true;
	high = iova >> width;
	ones = UINT64_MAX >> width;
	if (cfg->features & F_UPPER_HALF)
		return high == ones;
	return high == 0 || ((cfg->features & F_SIGN_EXTEND) && high == ones);
}

static bool range_in_width(const struct engine_cfg *cfg, uint64_t first, uint64_t last)
{
	if (!shadow_in_width(cfg, first) || !shadow_in_width(cfg, last))
		return false;
	return !(cfg->features & F_SIGN_EXTEND) || (first >> 63) == (last >> 63);
}

uint64_t shadow_page(const struct engine_cfg *cfg)
{
	return cfg->pgsizes & (~cfg->pgsizes + 1);
}

int shadow_check_range(const struct engine_cfg *cfg, uint64_t iova, uint64_t len)
{
	if (len == 0)
		return -E_INVAL;
	if (iova + (len - 1) < iova)
		return -E_OVERFLOW;
	if (iova % shadow_page(cfg) || len % shadow_page(cfg))
		return -E_NXIO;
	if (!range_in_width(cfg, iova, iova + (len - 1)))
		return -E_RANGE;
	return 0;
}

/* Can the format say this protection? */
static bool expressible(enum hw_id hw, unsigned prot)
{
	switch (hw) {
	case HW_X86_64:
	case HW_VTDFS:
	case HW_RISCV:
	case HW_RISCV_G:
	case HW_ARM4K_S1:
	case HW_ARM16K_S1:
	case HW_ARM64K_S1:
	case HW_ARMV7S:
		return prot & P_READ;
	default:
		return true;
	}
}

static int check_map(const struct engine_cfg *cfg, uint64_t iova, uint64_t oa, uint64_t len,
		     unsigned prot)
{
	int err;

	if (prot & ~(unsigned)(P_READ | P_WRITE | P_NOEXEC))
		return -E_INVAL;
	if (!(prot & (P_READ | P_WRITE)))
		return -E_INVAL;
	if (!expressible(cfg->hw, prot))
		return -E_OPNOTSUPP;
	err = shadow_check_range(cfg, iova, len);
	if (err == -E_INVAL || err == -E_OVERFLOW)
		return err;
	if (oa + (len - 1) < oa)
		return -E_OVERFLOW;
	if ((oa + (len - 1)) >> cfg->oa_width)
		return -E_RANGE;
	if (oa % shadow_page(cfg))
		return -E_NXIO;
	return err;
}

/* The largest enabled size that divides both addresses and fits the rest. */
static unsigned greedy_lg2(uint64_t sizes, uint64_t iova, uint64_t oa, uint64_t rest)
{
	unsigned best = 0;

	for (; sizes; sizes &= sizes - 1) {
		unsigned lg2 = __builtin_ctzll(sizes);
		uint64_t size = 1ull << lg2;

		if (size > rest || ((iova | oa) & (size - 1)))
			break;
		best = lg2;
	}
	return best;
}

/* Slots of a table that a leaf of this size takes. */
static unsigned items_of(const struct engine_cfg *cfg, unsigned lg2)
{
	const struct hw_format *f = hw_format(cfg->hw);
	unsigned level = 0;

	while (level < f->max_level && hw_item_lg2(f, level + 1) <= lg2)
		level++;
	return 1u << (lg2 - hw_item_lg2(f, level));
}

/* How many leaves from here are sure to have this size: none larger can start before. */
static uint64_t leaves_alike(const struct engine_cfg *cfg, uint64_t iova, uint64_t oa,
			     uint64_t rest, unsigned lg2)
{
	uint64_t larger = cfg->pgsizes >> lg2 >> 1;
	uint64_t size = 1ull << lg2, next, fit = rest / size;

	if (!larger)
		return fit;
	next = size << 1 << __builtin_ctzll(larger);
	if ((iova ^ oa) & (next - 1))
		return fit;
	next = (next - (iova & (next - 1))) / size;
	return next < fit ? next : fit;
}

static void plan_runs(const struct shadow *s, uint64_t iova, uint64_t oa, unsigned prot,
		      struct map_plan *plan)
{
	uint64_t rest = plan->len, items = SHADOW_MAX_ITEMS;

	while (rest) {
		unsigned lg2 = greedy_lg2(s->cfg->pgsizes, iova, oa, rest);
		uint64_t n = leaves_alike(s->cfg, iova, oa, rest, lg2);
		struct extent *run = plan->n ? &plan->run[plan->n - 1] : NULL;
		unsigned each = items_of(s->cfg, lg2);

		if (n > items / each)
			n = items / each;
		if (n == 0 || (plan->n == SHADOW_MAX_RUNS && run->lg2 != lg2)) {
			plan->len -= rest;
			return;
		}
		if (!run || run->lg2 != lg2) {
			run = &plan->run[plan->n++];
			*run = (struct extent){.iova = iova, .oa = oa, .lg2 = lg2, .prot = prot};
		}
		items -= n * each;
		iova += n << lg2;
		oa += n << lg2;
		rest -= n << lg2;
		run->last = iova - 1;
	}
}

/* Bytes of the plan before the leaf that has address `at`. */
static uint64_t bytes_before_leaf(const struct map_plan *plan, uint64_t at)
{
	for (unsigned i = 0; i < plan->n; i++) {
		const struct extent *run = &plan->run[i];

		if (at <= run->last)
			return ((at - run->iova) >> run->lg2 << run->lg2) +
			       (run->iova - plan->run[0].iova);
	}
	return plan->len;
}

void shadow_plan_map(const struct shadow *s, uint64_t iova, uint64_t oa, uint64_t len,
		     unsigned prot, struct map_plan *plan)
{
	unsigned i;

	plan->n = 0;
	plan->len = len;
	plan->mapped = 0;
	plan->err = check_map(s->cfg, iova, oa, len, prot);
	plan->refused = plan->err != 0;
	if (plan->err)
		return;
	plan_runs(s, iova, oa, prot, plan);
	plan->mapped = plan->len;
	i = shadow_index(s, iova);
	if (i < s->n && s->e[i].iova <= iova + (plan->len - 1)) {
		plan->err = -E_ADDRINUSE;
		plan->mapped = bytes_before_leaf(plan, s->e[i].iova > iova ? s->e[i].iova : iova);
	}
}

bool plan_is_boundary(const struct map_plan *plan, uint64_t bytes)
{
	return bytes <= plan->len &&
	       (bytes == plan->len || bytes_before_leaf(plan, plan->run[0].iova + bytes) == bytes);
}

unsigned shadow_index(const struct shadow *s, uint64_t iova)
{
	unsigned low = 0, high = s->n;

	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (s->e[mid].last < iova)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct extent *shadow_find(const struct shadow *s, uint64_t iova)
{
	unsigned i = shadow_index(s, iova);

	return i < s->n && s->e[i].iova <= iova ? &s->e[i] : NULL;
}

static void insert(struct shadow *s, unsigned at, const struct extent *e)
{
	memmove(&s->e[at + 1], &s->e[at], (s->n - at) * sizeof(*e));
	s->e[at] = *e;
	s->n++;
}

void shadow_map(struct shadow *s, const struct map_plan *plan, uint64_t bytes)
{
	for (unsigned i = 0; i < plan->n && bytes; i++) {
		struct extent e = plan->run[i];

		if (e.last - e.iova > bytes - 1)
			e.last = e.iova + (bytes - 1);
		bytes -= e.last - e.iova + 1;
		insert(s, shadow_index(s, e.iova), &e);
	}
}

uint64_t shadow_plan_unmap(const struct shadow *s, uint64_t iova, uint64_t len, uint64_t *last)
{
	unsigned i = shadow_index(s, iova);
	uint64_t at = iova, end = iova + (len - 1), leaf;
	bool any = false;

	if (len == 0 || end < iova || !range_in_width(s->cfg, iova, end))
		return 0;
	for (; i < s->n && s->e[i].iova <= at; i++) {
		const struct extent *e = &s->e[i];

		leaf = 1ull << e->lg2;
		if ((at - e->iova) & (leaf - 1))
			return 0; /* only the start can be inside a leaf */
		any = true;
		*last = e->last < end ? e->last : e->iova + ((end - e->iova) | (leaf - 1));
		at = *last + 1;
		if (*last >= end)
			break;
	}
	if (!any)
		return 0;
	return at == iova ? UINT64_MAX : at - iova;
}

void shadow_unmap(struct shadow *s, uint64_t first, uint64_t last,
		  void (*gone)(void *arg, const struct extent *piece), void *arg)
{
	unsigned from = shadow_index(s, first), to = from, kept = 0;
	struct extent keep[2];

	for (; to < s->n && s->e[to].iova <= last; to++) {
		struct extent e = s->e[to], piece = e;

		if (piece.iova < first) {
			keep[kept] = e;
			keep[kept++].last = first - 1;
			piece.iova = first;
			piece.oa = extent_oa(&e, first);
		}
		if (piece.last > last) {
			piece.last = last;
			keep[kept] = e;
			keep[kept].oa = extent_oa(&e, last + 1);
			keep[kept++].iova = last + 1;
		}
		gone(arg, &piece);
	}
	memmove(&s->e[from], &s->e[to], (s->n - to) * sizeof(s->e[0]));
	s->n -= to - from;
	for (unsigned i = kept; i-- > 0;)
		insert(s, from, &keep[i]);
}
