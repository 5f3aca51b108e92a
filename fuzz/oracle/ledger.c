// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/ledger.h"

#include <string.h>

#include "oracle/fault.h"
#include "oracle/oracle.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#if __has_feature(memory_sanitizer)
#define LEDGER_MSAN 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n)	  ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif
#ifdef LEDGER_MSAN
#include <sanitizer/msan_interface.h>
#else
#define __msan_allocated_memory(p, n) ((void)(p), (void)(n))
#define __msan_unpoison(p, n)	      ((void)(p), (void)(n))
#endif

#define ARENA_SIZE ((size_t)LEDGER_MAX_UNITS * LEDGER_UNIT)
#define ALIGN	   65536
#define WIDE_WORDS 4096 /* in the largest table of ARM short descriptors */

typedef uint64_t __attribute__((aligned(8))) word;

/* What the CPU sees and what an incoherent walker sees; there before the first input, like every
 * other. */
static uint8_t memory[2][ARENA_SIZE + ALIGN];

static uint8_t *arena(unsigned i)
{
	return memory[i] + (-(uintptr_t)memory[i] & (ALIGN - 1));
}

__attribute__((constructor)) static void poison_arena(void)
{
	ASAN_POISON_MEMORY_REGION(arena(0), ARENA_SIZE);
}

/* The upper half of the output addresses, so that a table pointer's high bits count. */
static uint64_t phys_base(const struct engine_cfg *cfg, size_t *limit)
{
	unsigned width = cfg->oa_width - 1 < 56 ? cfg->oa_width : 56; /* also where it is illegal */
	uint64_t half = 1ull << (width - 1);

	*limit = ARENA_SIZE;
	if (half >= ARENA_SIZE)
		return half;
	*limit = (size_t)half * 2;
	return 0;
}

void ledger_begin(struct ledger *l, struct run *r, const struct engine_cfg *cfg, bool low)
{
	struct engine_cfg narrow = *cfg;

	l->mem = arena(0);
	l->copy = arena(1);
	l->run = r;
	l->cfg = cfg;
	if (low && narrow.oa_width - 1 >= 32) /* also where it is 0 */
		narrow.oa_width = 32;
	l->phys_base = phys_base(&narrow, &l->limit);
}

void ledger_end(struct ledger *l)
{
	memset(l->of_unit, 0, l->used / LEDGER_UNIT * sizeof(l->of_unit[0]));
	ASAN_POISON_MEMORY_REGION(l->mem, l->used);
	l->used = 0;
	l->n = l->held = l->fresh = l->op_first = l->fail_in = l->failed = 0;
	l->root = l->root_level = l->op = 0;
	l->detached = l->fail_on = false;
}

uint64_t ledger_offset(const struct ledger *l)
{
	return (uintptr_t)l->mem - l->phys_base;
}

static bool incoherent(const struct ledger *l)
{
	return l->cfg->features & F_INCOHERENT;
}

static uint8_t *cpu_at(const struct ledger *l, uint64_t pa)
{
	return l->mem + (size_t)(pa - l->phys_base);
}

static const uint8_t *device_at(const struct ledger *l, uint64_t pa)
{
	return (incoherent(l) ? l->copy : l->mem) + (size_t)(pa - l->phys_base);
}

struct page *ledger_page(struct ledger *l, uint64_t pa)
{
	uint64_t off = pa - l->phys_base;
	struct page *p;

	if (off >= l->used || !l->of_unit[off / LEDGER_UNIT])
		return NULL;
	p = &l->page[l->of_unit[off / LEDGER_UNIT] - 1];
	return p->state == PAGE_FREED ? NULL : p;
}

struct page *ledger_page_at(struct ledger *l, const void *table)
{
	return ledger_page(l, l->phys_base + ((uintptr_t)table - (uintptr_t)l->mem));
}

void *ledger_alloc(struct ledger *l, size_t size)
{
	size_t at = (l->used + size - 1) & ~(size - 1);
	struct page *p = &l->page[l->n];

	if (size < 4096 || (size & (size - 1)))
		fault(l->run, OR_TREE, NO_LEVEL, "a table of %zu bytes asked for", size);
	if (l->fail_in && (--l->fail_in == 0 || l->fail_on)) {
		l->fail_in = l->fail_on;
		l->failed++;
		return NULL;
	}
	if (l->n == LEDGER_MAX_PAGES || at + size > l->limit) {
		l->failed++;
		return NULL;
	}
	*p = (struct page){
		.phys = l->phys_base + at, .size = size, .gather = -1, .op = l->op, .parent = -1};
	l->n++;
	l->held++;
	l->fresh++;
	for (size_t u = l->used / LEDGER_UNIT; u < (at + size) / LEDGER_UNIT; u++)
		l->of_unit[u] = u >= at / LEDGER_UNIT ? (int16_t)l->n : 0;
	l->used = at + size;
	ASAN_UNPOISON_MEMORY_REGION(l->mem + at, size);
	memset(l->mem + at, 0xa5, size);
	__msan_allocated_memory(l->mem + at, size);
	if (incoherent(l))
		memset(l->copy + at, 0xa5, size);
	return l->mem + at;
}

static uint64_t load(const uint8_t *p, unsigned bytes)
{
	if (bytes == 4)
		return __atomic_load_n((const uint32_t *)(const void *)p, __ATOMIC_RELAXED);
	return __atomic_load_n((const word *)(const void *)p, __ATOMIC_RELAXED);
}

static void load_all(const uint8_t *p, unsigned bytes, unsigned n, uint64_t *out)
{
	__msan_unpoison((void *)(uintptr_t)p, (size_t)n * bytes);
	for (unsigned i = 0; i < n; i++)
		out[i] = load(p + (size_t)i * bytes, bytes);
}

static uint64_t device_word(const struct ledger *l, uint64_t pa, unsigned bytes)
{
	uint64_t word;

	load_all(device_at(l, pa), bytes, 1, &word);
	return word;
}

static bool inside(struct ledger *l, uint64_t pa, unsigned bytes, unsigned n)
{
	struct page *p = ledger_page(l, pa);

	return p && !(pa & (bytes - 1)) && pa + (uint64_t)n * bytes <= p->phys + p->size;
}

bool ledger_read(void *arg, uint64_t pa, unsigned bytes, unsigned n, uint64_t *out)
{
	if (!inside(arg, pa, bytes, n))
		return false;
	load_all(device_at(arg, pa), bytes, n, out);
	return true;
}

bool ledger_read_cpu(void *arg, uint64_t pa, unsigned bytes, unsigned n, uint64_t *out)
{
	if (!inside(arg, pa, bytes, n))
		return false;
	load_all(cpu_at(arg, pa), bytes, n, out);
	return true;
}

unsigned ledger_words(struct ledger *l, const struct page *p, const uint64_t **at)
{
	static uint64_t wide[WIDE_WORDS];
	unsigned bytes = hw_format(l->cfg->hw)->word_bytes, n = p->size / bytes;
	const uint8_t *words = device_at(l, p->phys);

	__msan_unpoison((void *)(uintptr_t)words, p->size);
	*at = (const word *)(const void *)words;
	if (bytes == 8)
		return n;
	if (n > WIDE_WORDS)
		n = WIDE_WORDS;
	load_all(words, bytes, n, wide);
	*at = wide;
	return n;
}

void ledger_write(struct ledger *l, uint64_t pa, uint64_t value)
{
	__atomic_store_n((word *)(void *)cpu_at(l, pa), value, __ATOMIC_RELAXED);
}

/* Does the parent's slot, as hardware reads it, still lead to this page? */
static bool slot_leads_to(const struct ledger *l, const struct page *p)
{
	const struct engine_cfg *cfg = l->cfg;
	const struct hw_format *f = hw_format(cfg->hw);
	const struct page *up = &l->page[p->parent];
	struct hw_entry e;

	f->decode(cfg, device_word(l, up->phys + (uint64_t)p->slot * f->word_bytes, f->word_bytes),
		  up->level, p->slot, l->root_level, &e);
	return e.kind == HW_TABLE && e.pa == p->phys;
}

static bool reachable(const struct ledger *l, const struct page *p)
{
	for (unsigned hops = 0; hops < HW_MAX_LEVELS; hops++) {
		if (p->phys == l->root)
			return true;
		if (p->parent < 0 || l->page[p->parent].state != PAGE_LINKED ||
		    !slot_leads_to(l, p))
			return false;
		p = &l->page[p->parent];
	}
	return false;
}

void ledger_free(struct ledger *l, void *table, size_t size)
{
	uint64_t off = (uintptr_t)table - (uintptr_t)l->mem;
	struct page *p = ledger_page(l, l->phys_base + off);

	if (off >= l->used || !p || p->phys != l->phys_base + off || p->size != size) {
		fault(l->run, OR_LEAK, NO_LEVEL,
		      "free of what is no table in use (freed twice, or another size)");
		return;
	}
	if (!l->detached && p->state == PAGE_LINKED)
		fault(l->run, OR_EARLY_FREE, p->level, "a table was freed %s",
		      reachable(l, p) ? "while linked" : "before it was invalidated");
	if (!l->detached && p->state == PAGE_UNLINKED)
		fault(l->run, OR_EARLY_FREE, p->level,
		      "a table was freed while a walk cache may hold it");
	if (p->state == PAGE_NEW)
		l->fresh--;
	p->state = PAGE_FREED;
	l->held--;
	memset(table, 0xdb, size);
	ASAN_POISON_MEMORY_REGION(table, size);
}

/* A link that becomes visible must lead to a table that is. */
static void check_flushed_links(struct ledger *l, const struct page *p, uint64_t pa, size_t len)
{
	const struct engine_cfg *cfg = l->cfg;
	const struct hw_format *f = hw_format(cfg->hw);

	for (; len >= f->word_bytes; pa += f->word_bytes, len -= f->word_bytes) {
		struct page *child;
		struct hw_entry e;

		f->decode(cfg, device_word(l, pa, f->word_bytes), p->level,
			  (pa - p->phys) / f->word_bytes, l->root_level, &e);
		child = e.kind == HW_TABLE ? ledger_page(l, e.pa) : NULL;
		if (child && child->state == PAGE_NEW && !child->flushed)
			fault(l->run, OR_COHERENT, p->level,
			      "hardware can reach a table that was never written back");
	}
}

void ledger_flush(struct ledger *l, const void *ptr, size_t len)
{
	uint64_t off = (uintptr_t)ptr - (uintptr_t)l->mem;
	struct page *p = ledger_page(l, l->phys_base + off);

	if (!incoherent(l))
		return;
	if (!p || l->phys_base + off + len > p->phys + p->size) {
		fault(l->run, OR_COHERENT, NO_LEVEL, "flush of what is no table");
		return;
	}
	__msan_unpoison(ptr, len);
	memcpy(l->copy + off, ptr, len);
	if (len == p->size)
		p->flushed = true;
	if (p->state == PAGE_LINKED && p->level)
		check_flushed_links(l, p, l->phys_base + off, len);
}

void ledger_set_root(struct ledger *l, uint64_t root, unsigned level)
{
	struct page *p = ledger_page(l, root);

	if (!p || p->phys != root)
		fault(l->run, OR_TREE, level, "the root is no table");
	else if (incoherent(l) && !p->flushed)
		fault(l->run, OR_COHERENT, level, "the root was never written back");
	l->root = root;
	l->root_level = level;
}

struct page *ledger_link(struct ledger *l, uint64_t pa, unsigned level, const struct page *parent,
			 unsigned slot, uint64_t iova)
{
	const struct engine_cfg *cfg = l->cfg;
	const struct hw_format *f = hw_format(cfg->hw);
	struct page *p = ledger_page(l, pa);
	int16_t up = parent ? (int16_t)(parent - l->page) : -1;
	uint64_t low;

	if (!p || p->phys != pa)
		return NULL;
	if (p->state == PAGE_LINKED && p->parent >= 0 && (p->parent != up || p->slot != slot))
		fault(l->run, OR_TREE, p->level, "a table is linked from two places");
	low = ((uint64_t)f->slots(cfg, level, l->root_level) << hw_item_lg2(f, level)) - 1;
	if (p->state == PAGE_NEW)
		l->fresh--;
	p->state = PAGE_LINKED;
	p->level = level;
	p->parent = up;
	p->slot = slot;
	p->first = iova & ~low;
	p->last = iova | low;
	return p;
}

void ledger_unlink(struct ledger *l, uint64_t first, uint64_t last, int gather)
{
	for (unsigned i = 0; i < l->n; i++) {
		struct page *p = &l->page[i];

		if (p->state != PAGE_LINKED || p->first > last || p->last < first ||
		    reachable(l, p))
			continue;
		p->state = PAGE_UNLINKED;
		p->gather = (int8_t)gather;
		p->op = l->op;
	}
}

void ledger_invalidate(struct ledger *l, uint64_t first, uint64_t last)
{
	bool enclosed = hw_format(l->cfg->hw)->inv_enclosed;

	for (unsigned i = 0; i < l->n; i++) {
		struct page *p = &l->page[i];

		if (p->state != PAGE_UNLINKED)
			continue;
		if (enclosed ? p->first >= first && p->last <= last
			     : p->first <= last && p->last >= first)
			p->state = PAGE_CLEAN;
	}
}
