/* SPDX-License-Identifier: GPL-2.0-only */
/* Translating one IOVA in software, and the queries. */
#ifndef PT_LOOKUP_H
#define PT_LOOKUP_H

#include "walk.h"

static uint64_t iova_to_phys(struct pt_domain *d, uint64_t iova)
{
	uintptr_t top = pt_top_load(&d->top);
	unsigned level = top_level(top);
	uint64_t va = iova & d->va_mask;
	pt_word *slot;

	if (!in_width(d, iova, iova) || above_top(d, va, level))
		return PT_OA_NONE;
	slot = top_table(top) + top_index(va, level);
	for (;;) {
		uint64_t word = pt_load_acquire(slot);

		switch (fmt_kind(word, level)) {
		case PT_EMPTY:
			return PT_OA_NONE;
		case PT_LEAF:
			return fmt_translate(word, level, va);
		case PT_TABLE:
			break;
		}
		level--;
		slot = child_of(d, word) + slot_index(va, level);
	}
}

static uint64_t root(struct pt_domain *d, unsigned *level)
{
	uintptr_t top = pt_top_load(&d->top);

	*level = top_level(top);
	return table_phys(d, top_table(top));
}

#endif
