// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine's accesses to what others share: each gives way first, is recorded, and then done as
 * the memory of race_view.c has it. What a table nobody else can reach holds is no event.
 */
#include "fiber/fiber.h"
#include "fiber/uncovered.h"
#include "order.h"
#include "race.h"

#include <string.h>

#ifdef FIBER_TSAN
#include <sanitizer/tsan_interface.h>
#include <sanitizer/tsan_interface_atomic.h>

void __tsan_write8(void *p);
#endif

UNCOVERED_BEGIN

static bool following;
void hook_follow(bool on)
{
	following = on;
}

static unsigned slot_of(int page, const void *at)
{
	const struct ledger *l = &race.run->ledger;
	uintptr_t off = (uintptr_t)at - (uintptr_t)l->mem;

	return (off - (uintptr_t)(l->page[page].phys - l->phys_base)) /
	       hw_format(race.run->cfg.hw)->word_bytes;
}

struct trace *hook_step(enum op_class class, const char *what, int page, const void *at)
{
	sched_event(class);
	return trace_step(class, what, page, at && page >= 0 ? (int)slot_of(page, at) : -1);
}

#ifdef FIBER_TSAN
/*
 * What ThreadSanitizer sees of an access: the engine's, of the order asked for. Stores to a table
 * that nobody can reach are plain to it: a table published or used without order is a race then.
 */
static uint64_t perform(unsigned ev, void *p, uint64_t val, bool private)
{
	int load = ev & PT_EV_ACQUIRE ? __tsan_memory_order_acquire : __tsan_memory_order_relaxed;
	int store = ev & PT_EV_RELEASE ? __tsan_memory_order_release : __tsan_memory_order_relaxed;
	uint64_t old = 0;

	fiber_watch(true);
	switch (ev & 7) {
	case PT_EV_LOAD:
	case PT_EV_TOP_LOAD:
		old = (uint64_t)__tsan_atomic64_load(p, load);
		break;
	case PT_EV_STORE:
	case PT_EV_TOP_STORE:
		if (private) {
			__tsan_write8(p);
			*(uint64_t *)p = val;
		} else {
			__tsan_atomic64_store(p, (__tsan_atomic64)val, store);
		}
		break;
	case PT_EV_CAS:
		old = (uint64_t)__tsan_atomic64_compare_exchange_val(p, 0, (__tsan_atomic64)val,
								     store, load);
		break;
	case PT_EV_AND:
		old = (uint64_t)__tsan_atomic64_fetch_and(p, (__tsan_atomic64)val, store);
		break;
	case PT_EV_OR:
		old = (uint64_t)__tsan_atomic64_fetch_or(p, (__tsan_atomic64)val, store);
		break;
	}
	fiber_watch(false);
	return old;
}
#else
static uint64_t perform(unsigned ev, void *p, uint64_t val, bool private)
{
	uint64_t old = 0;

	(void)private;
	switch (ev & 7) {
	case PT_EV_LOAD:
		return __atomic_load_n((pt_word *)p, __ATOMIC_RELAXED);
	case PT_EV_STORE:
		__atomic_store_n((pt_word *)p, val, __ATOMIC_RELAXED);
		return 0;
	case PT_EV_CAS:
		__atomic_compare_exchange_n((pt_word *)p, &old, val, false, __ATOMIC_SEQ_CST,
					    __ATOMIC_SEQ_CST);
		return old;
	case PT_EV_AND:
		return __atomic_fetch_and((pt_word *)p, val, __ATOMIC_RELAXED);
	case PT_EV_OR:
		return __atomic_fetch_or((pt_word *)p, val, __ATOMIC_RELAXED);
	case PT_EV_TOP_LOAD:
		return __atomic_load_n((uintptr_t *)p, __ATOMIC_RELAXED);
	default:
		__atomic_store_n((uintptr_t *)p, (uintptr_t)val, __ATOMIC_RELAXED);
		return 0;
	}
}
#endif

static uint64_t access_top(unsigned ev, void *p, uint64_t val)
{
	uint64_t word;

	hook_step(CLASS_TOP, (ev & 7) == PT_EV_TOP_STORE ? "store top" : "load top", -1, p);
	if ((ev & 7) == PT_EV_TOP_STORE) {
		view_published(ev & PT_EV_RELEASE);
		host_top_stored();
	}
	word = perform(ev, p, val, false);
	if (ev & PT_EV_ACQUIRE)
		view_acquired(word);
	return word;
}

static uint64_t access_entry(unsigned ev, int page, pt_word *p, uint64_t val)
{
	uint64_t word;

	switch (ev & 7) {
	case PT_EV_LOAD:
		word = view_load(page, p);
		perform(ev, p, val, false);
		break;
	case PT_EV_STORE:
		view_store(page, p);
		if (ev & PT_EV_RELEASE)
			view_published(true);
		word = perform(ev, p, val, false);
		break;
	default:
		view_rmw(page, p);
		word = perform(ev, p, val, false);
		if ((ev & 7) == PT_EV_CAS && !word)
			view_published(ev & PT_EV_RELEASE);
		break;
	}
	if (ev & PT_EV_ACQUIRE)
		view_acquired(word);
	return word;
}

static const struct {
	uint8_t class;
	const char *name;
} events[] = {
	[PT_EV_LOAD] = {CLASS_LOAD, "load"}, [PT_EV_STORE] = {CLASS_STORE, "store"},
	[PT_EV_CAS] = {CLASS_CAS, "cas"},    [PT_EV_AND] = {CLASS_STORE, "and"},
	[PT_EV_OR] = {CLASS_STORE, "or"},
};

static uint64_t hooked(unsigned ev, void *p, uint64_t val)
{
	struct trace *t;
	uint64_t word;
	int page;

	if ((ev & 7) >= PT_EV_TOP_LOAD)
		return access_top(ev, p, val);
	page = view_page(p);
	if (page < 0) {
		fault(race.run, OR_RACE, NO_LEVEL, "an access outside of all tables");
		__builtin_trap();
	}
	if (view_is_private(page))
		return perform(ev, p, val, true);
	t = hook_step(events[ev & 7].class, events[ev & 7].name, page, p);
	view_reach(page);
	word = access_entry(ev, page, p, val);
	if ((ev & 7) == PT_EV_CAS) {
		t->result = word ? "lost" : "won";
		if (word)
			sched_lost();
	}
	return word;
}

uint64_t pt_hook(unsigned ev, void *p, uint64_t val)
{
	uint64_t word;

	fiber_watch(false);
	if (following)
		word = hooked(ev, p, val);
	else
		word = perform(ev, p, val, true);
	fiber_watch(true);
	return word;
}

UNCOVERED_END
