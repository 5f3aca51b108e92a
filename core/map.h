/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mapping a range.
 *
 * The range is cut into runs: leaves of one size in one table. For each run the tables on the
 * way are installed, then its slots are checked and written in one pass. A slot that holds a
 * table is the rare case: if all below it is empty, the table gives way to the leaf.
 */
#ifndef PT_MAP_H
#define PT_MAP_H

#include "gather.h"
#include "top.h"

struct map {
	struct pt_domain *d;
	uint64_t iova;		 /* of the next leaf */
	uint64_t va;		 /* its bits that the tables resolve */
	uint64_t oa;		 /* where it goes */
	uint64_t left;		 /* bytes yet to be mapped */
	uint64_t attrs;		 /* of every leaf */
	struct pt_gather gather; /* tables that larger leaves replaced */
};

/* Leaves of one size in one table. */
struct run {
	unsigned lg2;	/* size of a leaf */
	unsigned level; /* of the table they are in */
	unsigned items; /* slots a leaf takes */
	unsigned n;	/* leaves */
};

/* The largest enabled size that divides addr (both addresses ORed) and is at most len. */
static inline unsigned best_lg2(uint64_t pgsizes, uint64_t addr, uint64_t len)
{
	return 63 - __builtin_clzll(pgsizes & (addr ^ (addr - 1)) &
				    (UINT64_MAX >> __builtin_clzll(len)));
}

/* Bytes from here to the first leaf of a size above lg2, or all that is left. */
static inline uint64_t bytes_of_size(const struct map *m, unsigned lg2)
{
	uint64_t larger = m->d->pgsizes & (-2ull << lg2);
	uint64_t next = larger & -larger;
	uint64_t skip = -m->va & (next - 1);

	if (!larger || ((m->va ^ m->oa) & (next - 1)) || !skip || m->left < skip ||
	    m->left - skip < next)
		return m->left;
	return skip;
}

/* The run that starts here, in a tree whose top is at level `top`. */
static inline struct run next_run(const struct map *m, unsigned top)
{
	unsigned lg2 = best_lg2(m->d->pgsizes, m->va | m->oa, m->left);
	struct run r = {.lg2 = lg2, .level = level_of(lg2)};
	uint64_t bytes = bytes_of_size(m, lg2);

	if (r.level < top) {
		uint64_t room = table_last(m->va, r.level) - m->va;

		if (bytes - 1 > room)
			bytes = room + 1;
	}
#if FMT_OA_STEP_LG2 < 64
	if (bytes - 1 > (~m->oa & low_mask(FMT_OA_STEP_LG2)))
		bytes = (~m->oa & low_mask(FMT_OA_STEP_LG2)) + 1;
#endif
	r.items = 1u << (lg2 - slot_lg2(r.level));
	r.n = bytes >> lg2;
	return r;
}

/* What is added to a word from one leaf to the next, and from one slot of a leaf to the next. */
static inline uint64_t leaf_step(struct run r)
{
	return fmt_oa_bits(1ull << r.lg2);
}

static inline uint64_t item_step(struct run r)
{
	return FMT_ITEM_HAS_OA ? fmt_oa_bits(1ull << slot_lg2(r.level)) : 0;
}

/* Writes n leaves into empty slots. */
static PT_APART void put_leaves(pt_word *slot, struct run r, uint64_t word)
{
	if (r.items == 1) {
		pt_put(slot, r.n, word, leaf_step(r));
		return;
	}
	for (unsigned i = 0; i < r.n; i++, slot += r.items, word += leaf_step(r))
		pt_put(slot, r.items, word, item_step(r));
}

/* As put_leaves(), up to the first leaf whose slots are not all empty. Returns the leaves written.
 */
static PT_APART unsigned put_leaves_empty(pt_word *slot, struct run r, uint64_t word)
{
	if (r.items == 1)
		return pt_put_empty(slot, r.n, word, leaf_step(r));
	for (unsigned i = 0; i < r.n; i++, slot += r.items, word += leaf_step(r)) {
		if (pt_count_empty(slot, r.items) < r.items)
			return i;
		pt_put(slot, r.items, word, item_step(r));
	}
	return r.n;
}

/* Does nothing at or below these slots map anything? */
static bool all_empty(const struct pt_domain *d, const pt_word *slot, unsigned n, unsigned level)
{
	for (unsigned i = 0; i < n; i++) {
		uint64_t word = pt_load_acquire(slot + i);
		enum pt_kind kind = fmt_kind(word, level);

		if (kind == PT_LEAF)
			return false;
		if (kind == PT_TABLE && !all_empty(d, child_of(d, word), FMT_SLOTS, level - 1))
			return false;
	}
	return true;
}

/* Chains every table below these slots, lower ones first, before `chain`. */
static pt_word *collect_tables(const struct pt_domain *d, pt_word *slot, unsigned n, unsigned level,
			       pt_word *chain)
{
	for (unsigned i = 0; i < n; i++) {
		uint64_t word = pt_load(slot + i);
		pt_word *child;

		if (fmt_kind(word, level) != PT_TABLE)
			continue;
		child = child_of(d, word);
		chain = collect_tables(d, child, FMT_SLOTS, level - 1, chain);
		chain = chain_table(child, chain);
	}
	return chain;
}

/*
 * Writes one leaf over slots of which some hold tables. All or nothing: the tables are first
 * seen to be empty, and the caller's lock keeps them so.
 */
static int replace_tables(struct map *m, pt_word *slot, struct run r, uint64_t word)
{
	struct pt_domain *d = m->d;
	uint64_t last = m->iova + offset_mask(r.lg2);
	pt_word *chain;

	if (r.level == 0 || !all_empty(d, slot, r.items, r.level))
		return -PT_EADDRINUSE;
	chain = collect_tables(d, slot, r.items, r.level, NULL);
	if (FMT_BREAK_BEFORE_MAKE) {
		pt_clear(slot, r.items);
		flush(d, slot, r.items);
		gather_add(&m->gather, m->iova, last, chain);
		gather_sync(&m->gather);
	}
	r.n = 1;
	put_leaves(slot, r, word);
	flush(d, slot, r.items);
	if (!FMT_BREAK_BEFORE_MAKE)
		gather_add(&m->gather, m->iova, last, chain);
	return 0;
}

static inline void advance(struct map *m, uint64_t bytes)
{
	m->iova += bytes;
	m->va += bytes;
	m->oa += bytes;
	m->left -= bytes;
}

/* Writes a run into a table that hardware can reach. */
static int map_run(struct map *m, pt_word *slot, struct run r)
{
	while (r.n) {
		uint64_t word = fmt_leaf(m->oa, r.lg2, r.level, m->attrs);
		unsigned done = put_leaves_empty(slot, r, word);

		flush(m->d, slot, done * r.items);
		if (done < r.n) {
			int err;

			advance(m, (uint64_t)done << r.lg2);
			slot += done * r.items;
			r.n -= done;
			err = replace_tables(m, slot, r, word + done * leaf_step(r));
			if (err)
				return err;
			done = 1;
		}
		advance(m, (uint64_t)done << r.lg2);
		slot += done * r.items;
		r.n -= done;
	}
	return 0;
}

/* A table for `level`, empty, or holding run `r` if that is where the run goes. */
static pt_word *new_table(struct map *m, unsigned level, struct run r)
{
	pt_word *table = alloc_table(m->d, FMT_TABLE_SIZE);

	if (!table)
		return NULL;
	if (level > r.level) {
		pt_clear(table, FMT_SLOTS);
	} else {
		unsigned first = slot_index(m->va, level);
		unsigned end = first + r.n * r.items;

		pt_clear(table, first);
		put_leaves(table + first, r, fmt_leaf(m->oa, r.lg2, level, m->attrs));
		pt_clear(table + end, FMT_SLOTS - end);
	}
	flush(m->d, table, FMT_SLOTS);
	return table;
}

/* Maps one run: goes down to its table, installing what is missing. */
static int map_one_run(struct map *m)
{
	struct pt_domain *d = m->d;
	uintptr_t top = pt_top_load(&d->top);
	unsigned level = top_level(top);
	struct run r = next_run(m, level);
	pt_word *slot = top_table(top) + top_index(m->va, level);

	PT_ASSERT(r.level <= level);
	while (level > r.level) {
		uint64_t word = pt_load_acquire(slot);

		if (fmt_kind(word, level) == PT_EMPTY) {
			pt_word *table = new_table(m, level - 1, r);

			if (!table)
				return -PT_ENOMEM;
			word = pt_install(slot, link_word(d, table, level));
			if (!word) {
				flush(d, slot, 1);
				if (level - 1 == r.level) {
					advance(m, (uint64_t)r.n << r.lg2);
					return 0;
				}
				slot = table + slot_index(m->va, --level);
				continue;
			}
			free_table(d, table);
		}
		if (fmt_kind(word, level) == PT_LEAF)
			return -PT_EADDRINUSE;
		flush(d, slot, 1); /* another thread may have linked it and not flushed it yet */
		slot = child_of(d, word) + slot_index(m->va, --level);
	}
	return map_run(m, slot, r);
}

/* The level of the largest leaf the range will have. */
static unsigned highest_leaf_level(const struct map *m)
{
	uint64_t apart = m->va ^ m->oa;
	uint64_t sizes = m->d->pgsizes;

	for (;;) {
		unsigned lg2 = best_lg2(sizes, apart, m->left);
		uint64_t skip = -m->va & offset_mask(lg2);

		if (m->left - skip >= 1ull << lg2)
			return level_of(lg2);
		sizes &= offset_mask(lg2);
	}
}

/* The checks, in the order the contract gives them. */
static int check_map(const struct pt_domain *d, uint64_t iova, uint64_t oa, uint64_t len,
		     unsigned prot)
{
	uint64_t granule_mask = (d->pgsizes & -d->pgsizes) - 1;

	if ((prot & ~(PT_READ | PT_WRITE | PT_NOEXEC)) || !(prot & (PT_READ | PT_WRITE)))
		return -PT_EINVAL;
	if (d->leaf_word[prot] == PT_NO_WORD)
		return -PT_EOPNOTSUPP;
	if (!len)
		return -PT_EINVAL;
	if (iova + (len - 1) < iova || oa + (len - 1) < oa)
		return -PT_EOVERFLOW;
	if (oa + (len - 1) > d->oa_last)
		return -PT_ERANGE;
	if ((iova | oa | len) & granule_mask)
		return -PT_ENXIO;
	if (!in_width(d, iova, iova + (len - 1)))
		return -PT_ERANGE;
	return 0;
}

/* The common case: all of the request is one run, and the table for it is there. */
static inline void map_if_one_run(struct map *m)
{
	struct pt_domain *d = m->d;
	uintptr_t top = pt_top_load(&d->top);
	struct run r = next_run(m, top_level(top));
	unsigned done;
	pt_word *slot;

	if ((uint64_t)r.n << r.lg2 != m->left || (d->features & PT_DMA_INCOHERENT))
		return;
	slot = slot_at(d, top, m->va, r.level);
	if (!slot || above_top(d, m->va + (m->left - 1), top_level(top)))
		return;
	done = put_leaves_empty(slot, r, fmt_leaf(m->oa, r.lg2, r.level, m->attrs));
	advance(m, (uint64_t)done << r.lg2);
}

/* Every other: run by run, after the top is high enough for all of them. */
static PT_APART int map_runs(struct map *m)
{
	struct pt_domain *d = m->d;
	int err = 0;

	if (d->features & PT_DYNAMIC_TOP)
		err = grow_top(d, m->va + (m->left - 1), highest_leaf_level(m));
	pt_gather_init(&m->gather, d);
	while (!err && m->left)
		err = map_one_run(m);
	gather_sync(&m->gather);
	return err;
}

static int map_any(struct pt_domain *d, uint64_t iova, uint64_t oa, uint64_t len, unsigned prot,
		   uint64_t *mapped)
{
	struct map m;
	int err = check_map(d, iova, oa, len, prot);

	if (err)
		return err;
	m.d = d;
	m.iova = iova;
	m.va = iova & d->va_mask;
	m.oa = oa;
	m.left = len;
	m.attrs = d->leaf_word[prot];
	map_if_one_run(&m);
	if (m.left)
		err = map_runs(&m);
	*mapped += len - m.left;
	return err;
}

/* One granule whose table is there: a check and a store. False: the long way decides. */
static inline bool map_one_page(struct pt_domain *d, uint64_t iova, uint64_t oa, unsigned prot)
{
	uint64_t va = iova & d->va_mask;
	pt_word *slot;

	if (pt_unlikely(!d->one_page || prot > 7 || d->leaf_word[prot] == PT_NO_WORD ||
			oa > d->oa_last || ((iova | oa) & offset_mask(FMT_GRANULE_LG2)) ||
			!in_width(d, iova, iova)))
		return false;
	slot = slot_at(d, pt_top_load(&d->top), va, 0);
	if (pt_unlikely(!slot || pt_load(slot)))
		return false;
	pt_store(slot, fmt_leaf(oa, FMT_GRANULE_LG2, 0, d->leaf_word[prot]));
	return true;
}

static int map_range(struct pt_domain *d, uint64_t iova, uint64_t oa, uint64_t len, unsigned prot,
		     uint64_t *mapped)
{
	if (pt_likely(len == FMT_GRANULE) && pt_likely(map_one_page(d, iova, oa, prot))) {
		*mapped += len;
		return 0;
	}
	return map_any(d, iova, oa, len, prot, mapped);
}

#endif
