/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The test host: memory, callbacks that check, a raw walk, and the runner. See host.h.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "host.h"
#include "formats.h"

#define ARENA_ALIGN (2u << 20)

/* The engine's call this thread is in; an older table is freed only after its invalidation. */
struct call {
	struct call *outer;
	u64 id;
	bool synced; /* iotlb_sync() with tables */
};
static _Thread_local struct call *current;

void pt_assert_failed(const char *expr, const char *file, int line);
void pt_assert_failed(const char *expr, const char *file, int line)
{
	fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, expr);
	abort();
}

/* A callback broke the contract: ends the test, or the process if other threads run. */
__attribute__((noreturn, format(printf, 2, 3))) static void broken(const struct host *h,
								   const char *fmt, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (h->threads) {
		fprintf(stderr, "%s\n", text);
		abort();
	}
	print_error("%s\n", text);
	fail();
	abort();
}

/* --- the tree, read raw */

static unsigned page_of(const struct host *h, const void *ptr)
{
	return (unsigned)(((const uint8_t *)ptr - h->arena) >> 12);
}

/* A walking thread reads it while others allocate. */
static size_t table_size(const struct host *h, u64 page)
{
	return __atomic_load_n(&h->page[page].size, __ATOMIC_RELAXED);
}

static void set_table(struct host *h, unsigned at, unsigned pages, size_t size)
{
	for (unsigned i = at; i < at + pages; i++) {
		h->page[i].born = ++h->clock;
		h->page[i].unlinked = 0;
		__atomic_store_n(&h->page[i].size, size, __ATOMIC_RELAXED);
	}
}

static void *table_at(const struct host *h, u64 pa)
{
	u64 offset = pa - h->phys;

	if (offset >= ARENA_SIZE || !table_size(h, offset >> 12))
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

static bool reached[PAGES];

static void mark(struct host *h, void *table, unsigned page)
{
	(void)table;
	if (reached[page])
		broken(h, "a table has two parents");
	reached[page] = true;
}

static unsigned find_linked(struct host *h)
{
	unsigned level, n = 0;
	u64 root = pt_root(&h->d, &level);

	memset(reached, 0, h->used * sizeof(reached[0]));
	visit(h, root, level, mark);
	for (unsigned i = 0; i < h->used; i++)
		n += reached[i];
	return n;
}

unsigned tables_linked(struct host *h)
{
	return find_linked(h);
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

/* --- callbacks */

static void note(struct host *h, struct event ev)
{
	h->count[ev.kind]++;
	if (h->logged < LOG_MAX)
		h->log[h->logged++] = ev;
}

static void enter(struct host *h, enum event_kind kind)
{
	if (!h->threads && !h->hooked && h->top_locked && kind != EV_TOP && kind != EV_UNLOCK)
		broken(h, "a callback under the top lock");
	if (h->hook && !h->hooked) {
		h->hooked = true;
		h->hook(h, kind);
		h->hooked = false;
	}
	if (!h->hooked)
		check_device(h, device_is_initialised);
	pthread_mutex_lock(&h->lock);
}

static void leave(struct host *h)
{
	pthread_mutex_unlock(&h->lock);
}

static unsigned find_free(struct host *h, unsigned pages)
{
	for (unsigned tried = 0; tried < PAGES; tried++, h->ring++) {
		unsigned at = h->ring % PAGES, n = 0;

		if (at % pages || at + pages > PAGES)
			continue;
		while (n < pages && !h->page[at + n].size)
			n++;
		if (n == pages)
			return at;
	}
	broken(h, "the test needs more tables than the arena has");
}

static void poison(uint8_t *memory, size_t size)
{
	memset(memory, POISON & 0xff, size);
}

static void *host_alloc(void *ctx, size_t size)
{
	struct host *h = ctx;
	unsigned at, pages = (unsigned)(size >> 12);
	void *table = NULL;

	enter(h, EV_ALLOC);
	if (size < 4096 || (size & (size - 1)))
		broken(h, "alloc_table of %zu bytes", size);
	if (h->fail_at && --h->fail_at == 0) {
		h->fail_at = h->fail_forever;
	} else {
		at = find_free(h, pages);
		h->ring = at + pages;
		if (h->used < h->ring)
			h->used = h->ring;
		set_table(h, at, pages, size);
		h->held++;
		table = h->arena + ((size_t)at << 12);
		poison(table, size);
		poison(h->device + ((size_t)at << 12), size);
	}
	note(h, (struct event){.kind = EV_ALLOC, .ptr = table, .size = size});
	leave(h);
	return table;
}

/* A table that is older than the call was linked; has its unlinking been invalidated? */
static void check_free(struct host *h, void *table, size_t size)
{
	unsigned at = page_of(h, table);

	if ((uint8_t *)table < h->arena || at >= PAGES || !h->page[at].size)
		broken(h, "a table is freed that is not held");
	if (h->page[at].size != size)
		broken(h, "a table of %zu bytes is freed as %zu", h->page[at].size, size);
	if (h->ending || h->page[at].born > current->id)
		return;
	if (!current->synced)
		broken(h, "a table is freed before an invalidation of tables");
	if (!h->threads && h->page[at].unlinked != current->id)
		broken(h, "a table is freed that was linked at the last invalidation");
}

static void host_free(void *ctx, void *table, size_t size)
{
	struct host *h = ctx;

	enter(h, EV_FREE);
	check_free(h, table, size);
	set_table(h, page_of(h, table), (unsigned)(size >> 12), 0);
	h->held--;
	poison(table, size);
	poison(h->device + ((uint8_t *)table - h->arena), size);
	note(h, (struct event){.kind = EV_FREE, .ptr = table, .size = size});
	leave(h);
}

/* Waits until the walk that the walking thread is in, if any, has ended. */
static void walks_end(struct host *h)
{
	unsigned now = __atomic_load_n(&h->walks, __ATOMIC_SEQ_CST);

	while ((now & 1) && __atomic_load_n(&h->walks, __ATOMIC_SEQ_CST) == now)
		sched_yield();
}

static void host_sync(void *ctx, u64 first, u64 last, bool tables)
{
	struct host *h = ctx;

	enter(h, EV_SYNC);
	if (first > last)
		broken(h, "iotlb_sync of nothing");
	check_device(h, device_is_current);
	current->synced |= tables;
	if (tables && !h->threads) {
		find_linked(h);
		for (unsigned i = 0; i < h->used; i++)
			if (!reached[i])
				h->page[i].unlinked = current->id;
	}
	walks_end(h);
	note(h, (struct event){.kind = EV_SYNC, .first = first, .last = last, .tables = tables});
	leave(h);
}

static void host_top_lock(void *ctx)
{
	struct host *h = ctx;

	enter(h, EV_LOCK);
	note(h, (struct event){.kind = EV_LOCK});
	leave(h);
	pthread_mutex_lock(&h->top_mutex);
	h->top_locked = true;
}

static void host_top_unlock(void *ctx)
{
	struct host *h = ctx;

	if (!h->top_locked)
		broken(h, "top_unlock without top_lock");
	h->top_locked = false;
	pthread_mutex_unlock(&h->top_mutex);
	enter(h, EV_UNLOCK);
	note(h, (struct event){.kind = EV_UNLOCK});
	leave(h);
}

static void host_change_top(void *ctx, u64 root, unsigned level)
{
	struct host *h = ctx;

	if (!h->top_locked)
		broken(h, "change_top without the top lock");
	enter(h, EV_TOP);
	__atomic_store_n(&h->hw_root, root | level, __ATOMIC_RELEASE);
	check_device(h, device_is_current);
	note(h, (struct event){.kind = EV_TOP, .root = root, .level = level});
	leave(h);
}

static void host_flush(void *ctx, const void *ptr, size_t len)
{
	struct host *h = ctx;
	size_t offset;

	enter(h, EV_FLUSH);
	if ((const uint8_t *)ptr < h->arena || (const uint8_t *)ptr + len > h->arena + ARENA_SIZE ||
	    !h->page[page_of(h, ptr)].size || !len)
		broken(h, "flush_memory of what is no table");
	offset = (size_t)((const uint8_t *)ptr - h->arena);
	memcpy(h->device + offset, ptr, len);
	note(h, (struct event){.kind = EV_FLUSH, .ptr = ptr, .size = len});
	leave(h);
}

/* --- calls */

static void begin(struct host *h, struct call *c)
{
	*c = (struct call){.outer = current};
	pthread_mutex_lock(&h->lock);
	c->id = ++h->clock;
	pthread_mutex_unlock(&h->lock);
	current = c;
}

static void end(struct host *h, struct call *c)
{
	current = c->outer;
	if (!h->hooked)
		check_device(h, device_is_current);
}

int try_start(struct host *h)
{
	unsigned level;
	struct call c;
	int err;

	h->cfg.host = &h->ops;
	h->cfg.ctx = h;
	h->phys = 0;
	if (h->cfg.oa_width < 64 && BIT(h->cfg.oa_width) > ARENA_SIZE)
		h->phys = BIT(h->cfg.oa_width) - ARENA_SIZE;
	h->cfg.phys_offset = (u64)(uintptr_t)h->arena - h->phys;
	begin(h, &c);
	err = pt_init(&h->d, h->setup->fmt, &h->cfg);
	h->started = err == 0;
	if (!err)
		h->hw_root = pt_root(&h->d, &level);
	h->hw_root |= err ? 0 : level;
	pt_gather_init(&h->g, &h->d);
	end(h, &c);
	return err;
}

void start(struct host *h)
{
	expect_ok(try_start(h));
}

void stop(struct host *h)
{
	struct call c;

	h->hook = NULL;
	if (h->started) {
		sync_now(h);
		assert_no_strays(h);
	}
	begin(h, &c);
	h->ending = true;
	h->hw_root = 0;
	pt_deinit(&h->d);
	h->ending = h->started = false;
	end(h, &c);
	assert_int_equal(h->held, 0);
}

int map(struct host *h, u64 iova, u64 oa, u64 len, unsigned prot, u64 *mapped)
{
	struct call c;
	int err;

	begin(h, &c);
	err = pt_map_range(&h->d, iova, oa, len, prot, mapped);
	end(h, &c);
	return err;
}

int map_pages(struct host *h, u64 iova, u64 oa, u64 pgsize, u64 count, unsigned prot, u64 *mapped)
{
	struct call c;
	int err;

	begin(h, &c);
	err = pt_map_pages(&h->d, iova, oa, pgsize, count, prot, mapped);
	end(h, &c);
	return err;
}

u64 unmap_into(struct host *h, u64 iova, u64 len, struct pt_gather *g)
{
	struct call c;
	u64 n;

	begin(h, &c);
	n = pt_unmap_range(&h->d, iova, len, g);
	end(h, &c);
	return n;
}

void sync_gather(struct host *h, struct pt_gather *g)
{
	struct call c;

	begin(h, &c);
	pt_gather_sync(g);
	end(h, &c);
}

u64 unmap(struct host *h, u64 iova, u64 len)
{
	return unmap_into(h, iova, len, &h->g);
}

void sync_now(struct host *h)
{
	sync_gather(h, &h->g);
}

u64 lookup(struct host *h, u64 iova)
{
	return pt_iova_to_phys(&h->d, iova);
}

int clear_dirty(struct host *h, u64 iova, u64 len, unsigned flags, pt_dirty_fn *record, void *arg)
{
	struct call c;
	int err;

	begin(h, &c);
	err = pt_read_and_clear_dirty(&h->d, iova, len, flags, record, arg, &h->g);
	end(h, &c);
	return err;
}

void map_ok(struct host *h, u64 iova, u64 oa, u64 len)
{
	u64 mapped = 0;

	expect_ok(map(h, iova, oa, len, RW, &mapped));
	assert_int_equal(mapped, len);
	assert_mapped(h, iova, oa, len);
}

void unmap_ok(struct host *h, u64 iova, u64 len)
{
	assert_int_equal(unmap(h, iova, len), len);
	sync_now(h);
	assert_hole(h, iova, len);
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

/* --- events */

void forget(struct host *h)
{
	memset(h->count, 0, sizeof(h->count));
	h->logged = 0;
}

unsigned position(struct host *h, enum event_kind kind, unsigned nth)
{
	for (unsigned i = 0; i < h->logged; i++)
		if (h->log[i].kind == kind && nth-- == 0)
			return i;
	broken(h, "no such event");
}

const struct event *event(struct host *h, enum event_kind kind, unsigned nth)
{
	return &h->log[position(h, kind, nth)];
}

/* --- the runner */

struct job {
	const struct test *test;
	const struct setup *setup;
	struct host *host;
};

static struct host the_host;
static uint8_t *memory;

static int prepare(void **state)
{
	const struct setup *s = ((struct job *)*state)->setup;
	struct host *h = &the_host;

	memset(h, 0, sizeof(*h));
	h->setup = s;
	h->f = &formats[s->fmt];
	h->base = s->base;
	h->arena = memory;
	h->device = memory + ARENA_SIZE;
	h->seed = 1;
	h->ops = (struct pt_host_ops){
		.alloc_table = host_alloc,
		.free_table = host_free,
		.iotlb_sync = host_sync,
		.top_lock = host_top_lock,
		.top_unlock = host_top_unlock,
		.change_top = host_change_top,
		.flush_memory = host_flush,
	};
	h->cfg = (struct pt_config){
		.pgsize_bitmap = ~UINT64_C(0),
		.iova_width = s->iova_width,
		.oa_width = s->oa_width,
		.top_level = s->top_level,
		.features = s->features,
	};
	pthread_mutex_init(&h->lock, NULL);
	pthread_mutex_init(&h->top_mutex, NULL);
	current = NULL;
	((struct job *)*state)->host = h;
	return 0;
}

static void perform(void **state)
{
	struct job *job = *state;

	job->test->run(job->host);
}

static bool fits(const struct test *t, const struct setup *s)
{
	const struct format *f = &formats[s->fmt];
	struct pt_config cfg = {.pgsize_bitmap = ~UINT64_C(0),
				.iova_width = s->iova_width,
				.oa_width = s->oa_width,
				.features = s->features};
	struct host h = {.f = f, .cfg = cfg};
	u64 sizes = expected_pgsizes(&cfg, f), level2 = item_size(&h, 2);

	if (t->setup && strcmp(t->setup, s->name))
		return false;
	if (!pt_format_ops(s->fmt) || (t->fmt && strcmp(t->fmt, f->name)))
		return false;
	if ((t->needs & 0xffff & ~f->features) || (t->skips & s->features) ||
	    (t->only & ~s->features))
		return false;
	if ((t->needs & NEED_RUN) && !(run_size(&h, 0) && run_size(&h, 1)))
		return false;
	if ((t->needs & NEED_LEVEL2) && !(sizes & level2))
		return false;
	if ((t->needs & NEED_THREE) && s->top_level < 2)
		return false;
	return !(t->needs & (f->bbm ? NEED_NO_BBM : NEED_BBM));
}

int run_in_setups(const char *group, const struct test *tests, size_t n)
{
	static struct job jobs[1024];
	static struct CMUnitTest units[1024];
	static char names[1024][128];
	size_t made = 0;

	memory = mmap(NULL, 2 * ARENA_SIZE + ARENA_ALIGN, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED)
		return 1;
	memory += -(uintptr_t)memory & (ARENA_ALIGN - 1);
	for (size_t t = 0; t < n; t++) {
		for (unsigned s = 0; s < setups_n; s++) {
			if (!fits(&tests[t], &setups[s]) || made == 1024)
				continue;
			snprintf(names[made], sizeof(names[0]), "%s[%s]", tests[t].name,
				 setups[s].name);
			jobs[made] = (struct job){.test = &tests[t], .setup = &setups[s]};
			units[made] = (struct CMUnitTest){
				.name = names[made],
				.test_func = perform,
				.setup_func = prepare,
				.initial_state = &jobs[made],
			};
			made++;
		}
	}
	return _cmocka_run_group_tests(group, units, made, NULL, NULL);
}
