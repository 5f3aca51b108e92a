/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables as hardware finds them: raw walks, counts, facts of the configuration, and the checks
 * that tests share. Nothing here asks the engine but for its root and page sizes.
 */
#include <string.h>

#include "host.h"

/* --- the tree, read raw */

unsigned page_of(const struct host *h, const void *ptr)
{
	return (unsigned)(((const uint8_t *)ptr - h->arena) >> 12);
}

/* A walking thread reads it while others allocate. */
static size_t table_size(const struct host *h, u64 page)
{
	return __atomic_load_n(&h->page[page].size, __ATOMIC_RELAXED);
}

static void *table_at(const struct host *h, u64 pa)
{
	u64 offset = pa - h->phys;

	if (offset >= ARENA_SIZE || !table_size(h, offset >> 12) ||
	    (offset & (table_size(h, offset >> 12) - 1)))
		broken(h, "an entry points to 0x%llx, no table", (unsigned long long)pa);
	return h->arena + offset;
}

static u64 *seen_by(const struct host *h, void *table, bool device)
{
	return (u64 *)(device ? h->device + ((uint8_t *)table - h->arena) : table);
}

static struct entry read_entry(const struct host *h, const u64 *slot, unsigned level)
{
	u64 word = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
	struct entry e = {.kind = ENTRY_EMPTY};

	if (word == POISON)
		e.kind = ENTRY_BAD;
	else
		h->f->read(h->f, word, level, &e);
	if (e.kind == ENTRY_BAD)
		broken(h, "bad word 0x%llx at level %u", (unsigned long long)word, level);
	return e;
}

/* Calls fn for every table that can be reached from (root, level). */
static void visit(struct host *h, u64 root, unsigned level,
		  void (*fn)(struct host *h, void *table, unsigned page))
{
	uint8_t *table = table_at(h, root);
	unsigned page = page_of(h, table);

	fn(h, table, page);
	for (size_t i = 0; i < h->page[page].size / 8; i++) {
		struct entry e = read_entry(h, (u64 *)table + i, level);

		if (e.kind == ENTRY_TABLE)
			visit(h, e.pa, e.level, fn);
	}
}

static bool reached[PAGES]; /* by tables_linked() */

static void mark(struct host *h, void *table, unsigned page)
{
	(void)table;
	if (reached[page])
		broken(h, "a table has two parents");
	reached[page] = true;
}

unsigned tables_linked(struct host *h)
{
	unsigned level, n = 0;
	u64 root = pt_root(&h->d, &level);

	memset(reached, 0, h->used * sizeof(reached[0]));
	visit(h, root, level, mark);
	for (unsigned i = 0; i < h->used; i++)
		n += reached[i];
	return n;
}

bool was_linked(unsigned page)
{
	return reached[page];
}

static void device_is_initialised(struct host *h, void *table, unsigned page)
{
	const u64 *seen = seen_by(h, table, true);

	for (size_t i = 0; i < h->page[page].size / 8; i++)
		if (seen[i] == POISON)
			broken(h, "hardware can reach table memory that was not flushed");
}

static void device_is_current(struct host *h, void *table, unsigned page)
{
	if (memcmp(table, seen_by(h, table, true), h->page[page].size))
		broken(h, "an entry was written or cleared and not flushed");
}

static void check_device(struct host *h, void (*fn)(struct host *h, void *table, unsigned page))
{
	if ((h->cfg.features & PT_DMA_INCOHERENT) && h->hw_root && !h->threads)
		visit(h, h->hw_root & ~UINT64_C(7), h->hw_root & 7, fn);
}

void device_must_be_initialised(struct host *h)
{
	check_device(h, device_is_initialised);
}

void device_must_be_current(struct host *h)
{
	check_device(h, device_is_current);
}

/* --- facts of the setup */

u64 granule(const struct host *h)
{
	return BIT(h->f->granule_lg2);
}

u64 item_size(const struct host *h, unsigned level)
{
	unsigned lg2 = h->f->granule_lg2 + h->f->index_lg2 * level;

	return lg2 < 64 ? BIT(lg2) : 0;
}

/*
 * May a domain start there? VMSAv8 derives the level from the width: the root has at least two
 * slots, and in stage 2 the highest level needs an OA width that makes use of it (D8.2).
 */
bool has_start(const struct pt_config *cfg, const struct format *f, unsigned level)
{
	if (level > 31 || !(f->start >> level & 1))
		return false;
	if (!f->bbm)
		return true;
	if (cfg->iova_width <= f->granule_lg2 + f->index_lg2 * level)
		return false;
	if (f->stage2 && !(f->start >> level >> 1))
		return cfg->oa_width >= (f->granule_lg2 == 14 ? 42 : 44);
	return true;
}

unsigned span_level(const struct pt_config *cfg, const struct format *f)
{
	unsigned level = 0;

	while (f->granule_lg2 + f->index_lg2 * (level + 1) + f->root_extra < cfg->iova_width)
		level++;
	return level;
}

u64 expected_pgsizes(const struct pt_config *cfg, const struct format *f)
{
	unsigned half = cfg->features & PT_SIGN_EXTEND ? 1 : 0;
	u64 sizes = (f->sizes | (cfg->oa_width > 48 ? f->wide_size : 0)) & cfg->pgsize_bitmap;

	for (unsigned n = 0; n < 64; n++)
		if (n > cfg->iova_width - half || n > cfg->oa_width ||
		    (n >= f->granule_lg2 &&
		     (n - f->granule_lg2) / f->index_lg2 > span_level(cfg, f)))
			sizes &= ~BIT(n);
	return sizes;
}

bool in_width(const struct pt_config *cfg, u64 iova, u64 last)
{
	unsigned w = cfg->iova_width;

	if (iova > last)
		return false;
	if (w == 64)
		return true;
	if (cfg->features & PT_UPPER_HALF)
		return iova >= ~UINT64_C(0) << w;
	if (cfg->features & PT_SIGN_EXTEND)
		return last < BIT(w - 1) || iova >= ~UINT64_C(0) << (w - 1);
	return last < BIT(w);
}

u64 run_size(const struct host *h, unsigned level)
{
	unsigned item = h->f->granule_lg2 + h->f->index_lg2 * level;

	for (unsigned n = item + 1; n < item + h->f->index_lg2; n++)
		if (h->f->sizes & BIT(n))
			return BIT(n);
	return 0;
}

u64 largest_size(const struct host *h)
{
	u64 size = BIT(63 - __builtin_clzll(pt_pgsizes(&h->d)));

	while (!(size & pt_pgsizes(&h->d)) || !in_width(&h->cfg, h->base, h->base + (size - 1)))
		size /= 2;
	return size;
}

u64 greedy(const struct host *h, u64 iova, u64 oa, u64 left)
{
	u64 fits = 0;

	for (u64 sizes = pt_pgsizes(&h->d); sizes; sizes &= sizes - 1) {
		u64 size = sizes & -sizes;

		if (!((iova | oa) & (size - 1)) && size <= left)
			fits = size;
	}
	return fits;
}

void natural_only(struct host *h)
{
	u64 natural = granule(h) | item_size(h, 1);

	if (item_size(h, 2) & (h->f->sizes | h->f->wide_size))
		natural |= item_size(h, 2);
	h->cfg.pgsize_bitmap = natural;
}

struct range crossing(const struct host *h)
{
	u64 g = granule(h), step = item_size(h, 1), edge = item_size(h, 2);
	u64 below = 2 * step + 3 * g, above = step + 2 * g;

	if (!in_width(&h->cfg, h->base, h->base + edge + above - 1))
		edge = 4 * step;
	return (struct range){h->base + edge - below, OA + edge - below, below + above};
}

unsigned dice(struct host *h, unsigned sides)
{
	h->seed = h->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(h->seed >> 33) % sides;
}

/* --- looking at the tables */

u64 resolved(const struct host *h, u64 iova, unsigned top)
{
	unsigned w = h->cfg.iova_width;

	if (h->cfg.features & PT_SIGN_EXTEND)
		w = h->f->granule_lg2 + h->f->index_lg2 * (top + 1);
	return w < 64 ? iova & (BIT(w) - 1) : iova;
}

bool walk_from(struct host *h, u64 root, unsigned level, bool device, u64 iova, struct found *out)
{
	const struct format *f = h->f;
	unsigned prot = RW, lg2;
	void *table = table_at(h, root);
	u64 va, slots, index;
	struct entry e;

	if (!in_width(&h->cfg, iova, iova))
		return false;
	va = resolved(h, iova, level);
	for (;; level = e.level, table = table_at(h, e.pa)) {
		lg2 = f->granule_lg2 + f->index_lg2 * level;
		slots = table_size(h, page_of(h, table)) / 8;
		index = lg2 < 64 ? va >> lg2 : 0;
		if (index >= slots)
			return false;
		e = read_entry(h, seen_by(h, table, device) + index, level);
		if (e.kind == ENTRY_EMPTY)
			return false;
		prot &= e.prot | ~(unsigned)RW;
		if (e.kind == ENTRY_LEAF)
			break;
		va &= BIT(lg2) - 1;
	}
	index &= ~(BIT(e.lg2 - lg2) - 1);
	*out = (struct found){
		.iova = iova & ~(BIT(e.lg2) - 1),
		.oa = e.pa,
		.size = BIT(e.lg2),
		.level = level,
		.prot = prot | (e.prot & PT_NOEXEC),
		.items = (unsigned)BIT(e.lg2 - lg2),
		.accessed = e.accessed,
		.dirty = e.dirty,
		.slot = seen_by(h, table, device) + index,
	};
	return true;
}

bool walk(struct host *h, u64 iova, struct found *out)
{
	bool device = h->cfg.features & PT_DMA_INCOHERENT;
	unsigned level;
	u64 root = pt_root(&h->d, &level);

	if (device)
		return walk_from(h, h->hw_root & ~UINT64_C(7), h->hw_root & 7, true, iova, out);
	return walk_from(h, root, level, false, iova, out);
}

u64 word_of(const struct found *l, unsigned item)
{
	return __atomic_load_n(l->slot + item, __ATOMIC_RELAXED);
}

bool any_dirty(const struct host *h, const struct found *l)
{
	bool dirty = false;

	for (unsigned i = 0; i < l->items; i++)
		dirty |= read_entry(h, l->slot + i, l->level).dirty;
	return dirty;
}

void write_through(struct host *h, u64 iova)
{
	struct found l;
	u64 *slot;

	assert_true(walk(h, iova, &l));
	slot = l.slot + (iova - l.iova) / (l.size / l.items);
	__atomic_fetch_or(slot, h->f->dirty_set, __ATOMIC_RELAXED);
	__atomic_fetch_and(slot, ~h->f->dirty_clear, __ATOMIC_RELAXED);
}

u64 snapshot(struct host *h)
{
	unsigned level;
	u64 hash = pt_root(&h->d, &level);

	hash += level;
	for (unsigned i = 0; i < h->used; i++) {
		const u64 *word = (const u64 *)(h->arena + ((size_t)i << 12));

		if (!h->page[i].size)
			continue;
		for (unsigned n = 0; n < 512; n++)
			hash += word[n] * (2 * (i * 512 + n) + 1);
	}
	for (unsigned i = 0; i < EV_KINDS; i++)
		hash += h->count[i] * (BIT(32) + 2 * i + 1);
	return hash ^ h->g.first ^ h->g.last << 1 ^ (uintptr_t)h->g.tables;
}

unsigned top_level(struct host *h)
{
	unsigned level;

	pt_root(&h->d, &level);
	return level;
}

/* --- checks that end the test */

static void leaf_is(struct host *h, u64 iova, u64 oa, u64 size, unsigned prot)
{
	unsigned expected = h->f->noexec ? prot : prot & RW;
	struct found l, last;

	if (!walk(h, iova, &l))
		broken(h, "0x%llx is not mapped", (unsigned long long)iova);
	if (l.iova != iova || l.oa != oa || l.size != size || l.prot != expected)
		broken(h,
		       "0x%llx: leaf 0x%llx -> 0x%llx size 0x%llx prot %u, expected 0x%llx size "
		       "0x%llx prot %u",
		       (unsigned long long)iova, (unsigned long long)l.iova,
		       (unsigned long long)l.oa, (unsigned long long)l.size, l.prot,
		       (unsigned long long)oa, (unsigned long long)size, expected);
	for (unsigned i = 1; i < l.items; i++) {
		u64 step = h->f->own_oa ? i * item_size(h, l.level) : 0;

		if (word_of(&l, i) != (word_of(&l, 0) | step))
			broken(h, "0x%llx: item %u of the run differs", (unsigned long long)iova,
			       i);
	}
	if (!walk(h, iova + size - 1, &last) || last.slot != l.slot)
		broken(h, "0x%llx: the entry's end is not its own", (unsigned long long)iova);
	assert_int_equal(lookup(h, iova), oa);
	assert_int_equal(lookup(h, iova + size - 1), oa + size - 1);
}

void assert_leaves(struct host *h, u64 iova, u64 oa, u64 len, u64 done, unsigned prot)
{
	u64 at = 0;

	while (at < done) {
		u64 size = greedy(h, iova + at, oa + at, len - at);

		leaf_is(h, iova + at, oa + at, size, prot);
		at += size;
	}
	assert_int_equal(at, done);
}

void assert_mapped(struct host *h, u64 iova, u64 oa, u64 len)
{
	assert_leaves(h, iova, oa, len, len, RW);
}

void assert_hole(struct host *h, u64 iova, u64 len)
{
	u64 g = granule(h), step = len / g > 4096 ? len / 4096 / g * g : g;
	struct found l;

	for (u64 at = 0; at < len; at += step)
		if (walk(h, iova + at, &l) || lookup(h, iova + at) != PT_OA_NONE)
			broken(h, "0x%llx is mapped", (unsigned long long)(iova + at));
	assert_false(walk(h, iova + len - 1, &l));
	assert_int_equal(lookup(h, iova + len - 1), PT_OA_NONE);
}

void assert_no_strays(struct host *h)
{
	unsigned linked = tables_linked(h);

	if (pt_gather_empty(&h->g))
		assert_int_equal(linked, h->held);
	else
		assert_true(linked <= h->held);
}
