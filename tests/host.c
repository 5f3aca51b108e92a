/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The test host: memory for tables, callbacks that check how they are called, and the calls of
 * the engine as tests make them. See host.h.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

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

void broken(const struct host *h, const char *fmt, ...)
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

/* --- callbacks */

/* Relaxed, so that the host orders no calls of different threads. */
static u64 tick(struct host *h)
{
	return __atomic_add_fetch(&h->clock, 1, __ATOMIC_RELAXED);
}

static void set_table(struct host *h, unsigned at, unsigned pages, size_t size)
{
	for (unsigned i = at; i < at + pages; i++) {
		h->page[i].born = tick(h);
		h->page[i].unlinked = 0;
		__atomic_store_n(&h->page[i].size, size, __ATOMIC_RELAXED);
	}
}

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
		device_must_be_initialised(h);
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
	device_must_be_current(h);
	current->synced |= tables;
	if (tables && !h->threads) {
		tables_linked(h);
		for (unsigned i = 0; i < h->used; i++)
			if (!was_linked(i))
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
	device_must_be_current(h);
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

const struct pt_host_ops host_ops = {
	.alloc_table = host_alloc,
	.free_table = host_free,
	.iotlb_sync = host_sync,
	.top_lock = host_top_lock,
	.top_unlock = host_top_unlock,
	.change_top = host_change_top,
	.flush_memory = host_flush,
};

/* --- calls */

static void begin(struct host *h, struct call *c)
{
	*c = (struct call){.outer = current};
	c->id = tick(h);
	current = c;
}

static void end(struct host *h, struct call *c)
{
	current = c->outer;
	if (!h->hooked)
		device_must_be_current(h);
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
	current = NULL; /* a test before may have ended inside a call */
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
