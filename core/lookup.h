/* SPDX-License-Identifier: GPL-2.0-only */
/* Translating one IOVA in software, and the queries. */
#ifndef PT_LOOKUP_H
#define PT_LOOKUP_H

#include "walk.h"

static uint64_t iova_to_phys(struct pt_domain *d, uint64_t iova)
{
	uintptr_t top = pt_top_load(&d->top);
	uint64_t va = iova & d->va_mask;
	struct place p = place_in_top(top, va);
	uint64_t word;

	if (pt_unlikely(!in_width(d, iova, iova) || above_top(d, va, p.level)))
		return PT_OA_NONE;
	word = go_to_end(d, &p);
	return fmt_kind(word, p.level) == PT_LEAF ? fmt_translate(word, p.level, va) : PT_OA_NONE;
}

static uint64_t root(struct pt_domain *d, unsigned *level)
{
	uintptr_t top = pt_top_load(&d->top);

	*level = top_level(top);
	return table_phys(d, top_table(top));
}

#endif
