/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which entries hardware wrote through, and making them clean again.
 *
 * Hardware may mark an item dirty at any moment: an entry is cleaned item by item with atomic
 * operations, and only after it was found dirty and so reported. Cached entries stay dirty
 * until the caller syncs the gather.
 */
#ifndef PT_DIRTY_H
#define PT_DIRTY_H

#include "gather.h"

#if FMT_TRACKS_WRITES
struct dirty {
	struct pt_domain *d;
	uint64_t iova; /* of the next byte to look at */
	uint64_t last; /* of the request, as iova */
	bool clear;
	pt_dirty_fn *record;
	void *arg;
	struct pt_gather *gather;
};

static bool any_dirty(const pt_word *slot, unsigned items)
{
	for (unsigned i = 0; i < items; i++)
		if (fmt_is_dirty(pt_load(slot + i)))
			return true;
	return false;
}

/* One entry of 2^lg2 bytes whose first item is at `slot`. */
static void dirty_entry(struct dirty *q, pt_word *slot, unsigned items, unsigned lg2)
{
	uint64_t first = q->iova & ~low_mask(lg2);
	uint64_t last = q->iova | low_mask(lg2);
	uint64_t clipped = last < q->last ? last : q->last;

	if (!any_dirty(slot, items))
		return;
	if (q->clear && first == q->iova && last == clipped) {
		for (unsigned i = 0; i < items; i++)
			fmt_make_clean(slot + i);
		gather_add(q->gather, first, last, NULL);
	}
	q->record(q->arg, q->iova, clipped - q->iova + 1);
}

/* How many slots are empty like the one at `slot`, up to the end of the table or of the request. */
static unsigned empty_after(const struct dirty *q, const pt_word *slot, unsigned level,
			    uint64_t slot_first, uint64_t end)
{
	uint64_t last = q->last < end ? q->last : end;

	return pt_count_empty(slot + 1, (unsigned)((last - slot_first) >> slot_lg2(level)));
}

/* The part of a table from `slot` on; `end` is the last IOVA the table maps. */
static void dirty_table(struct dirty *q, pt_word *slot, unsigned level, uint64_t end)
{
	for (;;) {
		uint64_t word = pt_load_acquire(slot);
		uint64_t slot_first = q->iova & ~low_mask(slot_lg2(level));
		unsigned lg2 = slot_lg2(level);
		enum pt_kind kind = fmt_kind(word, level);
		unsigned items, item, more;

		if (kind == PT_LEAF) {
			lg2 = fmt_leaf_lg2(word, level);
			items = 1u << (lg2 - slot_lg2(level));
			item = (q->iova & low_mask(lg2)) >> slot_lg2(level);
			dirty_entry(q, slot - item, items, lg2);
		} else if (kind == PT_TABLE) {
			dirty_table(q, child_of(q->d, word) + slot_index(q->iova, level - 1),
				    level - 1, q->iova | low_mask(lg2));
		} else {
			more = empty_after(q, slot, level, slot_first, end);
			slot += more;
			slot_first += (uint64_t)more << lg2;
		}
		/* What the entry covers lies behind us, also if a lower table went on to its end.
		 */
		q->iova = slot_first | low_mask(lg2);
		if (q->iova >= q->last || q->iova == end)
			return;
		q->iova++;
		slot += (q->iova - slot_first) >> slot_lg2(level);
	}
}

static void dirty_range(struct dirty *q, uint64_t va)
{
	uintptr_t top = pt_top_load(&q->d->top);
	unsigned level = top_level(top);

	if (above_top(q->d, va, level))
		return;
	if (above_top(q->d, q->last, level))
		q->last = table_last(0, level);
	dirty_table(q, top_table(top) + top_index(va, level), level, UINT64_MAX);
}
#endif

static int read_and_clear_dirty(struct pt_domain *d, uint64_t iova, uint64_t len, unsigned flags,
				pt_dirty_fn *record, void *arg, struct pt_gather *g)
{
	uint64_t last = iova + (len - 1);

	if (!len)
		return -PT_EINVAL;
	if (last < iova)
		return -PT_EOVERFLOW;
	if ((iova | len) & ((d->pgsizes & -d->pgsizes) - 1))
		return -PT_ENXIO;
	if (!in_width(d, iova, last))
		return -PT_ERANGE;
#if FMT_TRACKS_WRITES
	if (d->features & PT_DIRTY) {
		struct dirty q = {
			.d = d,
			.iova = iova,
			.last = last,
			.clear = !(flags & PT_DIRTY_NO_CLEAR),
			.record = record,
			.arg = arg,
			.gather = g,
		};

		dirty_range(&q, iova & d->va_mask);
		return 0;
	}
#else
	(void)flags, (void)record, (void)arg, (void)g;
#endif
	return -PT_EOPNOTSUPP;
}

#endif
