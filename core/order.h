/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every access to memory that other threads or hardware may access at the same time.
 *
 * A walker reads entries at any moment, so each aligned eight bytes must change at once. Nothing
 * here calls memset, which promises no such thing. Loads that descend are acquire; a table is
 * published with release; entries that hardware alone reads need no order of their own.
 *
 * With PT_HOOK defined each access goes through pt_hook(), which performs it: that is how
 * interleavings are driven. Without it this file is a handful of single instructions.
 */
#ifndef PT_ORDER_H
#define PT_ORDER_H

#include "iommu_pt.h"

enum pt_event {
	PT_EV_LOAD,
	PT_EV_STORE,
	PT_EV_CAS, /* expects zero; returns what was there */
	PT_EV_AND,
	PT_EV_OR,
	PT_EV_TOP_LOAD, /* of a uintptr_t */
	PT_EV_TOP_STORE,
	/* added to those; without, relaxed */
	PT_EV_ACQUIRE = 8, /* a compare-and-swap acquires when it fails, */
	PT_EV_RELEASE = 16 /* and releases when it does not */
};

#ifdef PT_HOOK
/* Supplied by the harness: does the access and returns the value loaded or replaced. */
uint64_t pt_hook(unsigned ev, void *p, uint64_t val);
#endif

static inline uint64_t pt_load(const pt_word *p)
{
#ifdef PT_HOOK
	return pt_hook(PT_EV_LOAD, (void *)p, 0);
#else
	return __atomic_load_n(p, __ATOMIC_RELAXED);
#endif
}

static inline uint64_t pt_load_acquire(const pt_word *p)
{
#ifdef PT_HOOK
	return pt_hook(PT_EV_LOAD | PT_EV_ACQUIRE, (void *)p, 0);
#else
	return __atomic_load_n(p, __ATOMIC_ACQUIRE);
#endif
}

static inline void pt_store(pt_word *p, uint64_t word)
{
#ifdef PT_HOOK
	pt_hook(PT_EV_STORE, p, word);
#else
	__atomic_store_n(p, word, __ATOMIC_RELAXED);
#endif
}

/* Publishes a table in an empty slot; 0 if it did, else the word that was there first. */
static inline uint64_t pt_install(pt_word *p, uint64_t word)
{
#ifdef PT_HOOK
	return pt_hook(PT_EV_CAS | PT_EV_RELEASE | PT_EV_ACQUIRE, p, word);
#else
	uint64_t old = 0;

	__atomic_compare_exchange_n(p, &old, word, false, __ATOMIC_RELEASE, __ATOMIC_ACQUIRE);
	return old;
#endif
}

static inline void pt_and(pt_word *p, uint64_t mask)
{
#ifdef PT_HOOK
	pt_hook(PT_EV_AND, p, mask);
#else
	__atomic_and_fetch(p, mask, __ATOMIC_RELAXED);
#endif
}

static inline void pt_or(pt_word *p, uint64_t bits)
{
#ifdef PT_HOOK
	pt_hook(PT_EV_OR, p, bits);
#else
	__atomic_or_fetch(p, bits, __ATOMIC_RELAXED);
#endif
}

static inline uintptr_t pt_top_load(const uintptr_t *top)
{
#ifdef PT_HOOK
	return (uintptr_t)pt_hook(PT_EV_TOP_LOAD | PT_EV_ACQUIRE, (void *)top, 0);
#else
	return __atomic_load_n(top, __ATOMIC_ACQUIRE);
#endif
}

static inline void pt_top_store(uintptr_t *top, uintptr_t word)
{
#ifdef PT_HOOK
	pt_hook(PT_EV_TOP_STORE | PT_EV_RELEASE, top, word);
#else
	__atomic_store_n(top, word, __ATOMIC_RELEASE);
#endif
}

/*
 * Eight slots at once, from an even one on. An aligned 16-byte access is documented atomic on CPUs
 * with AVX and was never seen to tear within eight bytes on older ones. ThreadSanitizer, MSan and
 * driven interleavings get eight bytes at a time.
 */
#define PT_BLOCK 8u

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define PT_NO_PAIRS
#endif
#endif
#if defined(__SSE2__) && !defined(PT_HOOK) && !defined(__SANITIZE_THREAD__) && !defined(PT_NO_PAIRS)
typedef uint64_t pt_pair __attribute__((vector_size(16), may_alias));

/* Is no slot used? */
static inline bool pt_block_empty(const pt_word *p)
{
	const volatile pt_pair *pair = (const volatile pt_pair *)p;
	pt_pair any = pair[0] | pair[1] | pair[2] | pair[3];

	return !(any[0] | any[1]);
}

/* Do all slots have a bit in common? Then none is empty; leaves usually have. */
static inline bool pt_block_alike(const pt_word *p)
{
	const volatile pt_pair *pair = (const volatile pt_pair *)p;
	pt_pair all = pair[0] & pair[1] & pair[2] & pair[3];

	return all[0] & all[1];
}

/* Stores word, word + step, word + 2 * step ... */
static inline void pt_block_put(pt_word *p, uint64_t word, uint64_t step)
{
	volatile pt_pair *pair = (volatile pt_pair *)p;
	pt_pair words = {word, word + step};

	pair[0] = words;
	pair[1] = words += 2 * step;
	pair[2] = words += 2 * step;
	pair[3] = words += 2 * step;
}
#else
static inline bool pt_block_empty(const pt_word *p)
{
	uint64_t any = 0;

	for (unsigned i = 0; i < PT_BLOCK; i++)
		any |= pt_load(p + i);
	return !any;
}

static inline bool pt_block_alike(const pt_word *p)
{
	uint64_t all = UINT64_MAX;

	for (unsigned i = 0; i < PT_BLOCK; i++)
		all &= pt_load(p + i);
	return all;
}

static inline void pt_block_put(pt_word *p, uint64_t word, uint64_t step)
{
	for (unsigned i = 0; i < PT_BLOCK; i++)
		pt_store(p + i, word + i * step);
}
#endif

static inline bool pt_is_odd_slot(const pt_word *p)
{
	return (uintptr_t)p & sizeof(*p);
}

/* Stores n words: word, word + step, word + 2 * step ... */
static inline void pt_put(pt_word *p, unsigned n, uint64_t word, uint64_t step)
{
	size_t i = 0;

	if (n && pt_is_odd_slot(p)) {
		pt_store(p, word);
		i = 1;
	}
	for (; i + PT_BLOCK <= n; i += PT_BLOCK)
		pt_block_put(p + i, word + i * step, step);
	for (; i < n; i++)
		pt_store(p + i, word + i * step);
}

static inline void pt_clear(pt_word *p, unsigned n)
{
	pt_put(p, n, 0, 0);
}

/* As pt_put(), up to the first slot that is not empty; n > 0. Returns the words stored. */
static inline unsigned pt_put_empty(pt_word *p, unsigned n, uint64_t word, uint64_t step)
{
	size_t i = 0;

	if (pt_is_odd_slot(p)) {
		if (pt_load(p))
			return 0;
		pt_store(p, word);
		i = 1;
	}
	for (; i + PT_BLOCK <= n && pt_block_empty(p + i); i += PT_BLOCK)
		pt_block_put(p + i, word + i * step, step);
	for (; i < n && !pt_load(p + i); i++)
		pt_store(p + i, word + i * step);
	return i;
}

/* Empties slots, the first of which is used, up to one that is empty. Returns how many. */
static inline unsigned pt_clear_used(pt_word *p, unsigned n)
{
	size_t i = 0;

	if (pt_is_odd_slot(p)) {
		pt_store(p, 0);
		i = 1;
	}
	for (; i + PT_BLOCK <= n && pt_block_alike(p + i); i += PT_BLOCK)
		pt_block_put(p + i, 0, 0);
	for (; i < n && pt_load(p + i); i++)
		pt_store(p + i, 0);
	return i;
}

/* How many slots from p on, an even one, are used, at most n. */
static inline unsigned pt_count_used(const pt_word *p, unsigned n)
{
	size_t i = 0;

	while (i + PT_BLOCK <= n && pt_block_alike(p + i))
		i += PT_BLOCK;
	while (i < n && pt_load(p + i))
		i++;
	return i;
}

/* How many slots from p on are empty, at most n. */
static inline unsigned pt_count_empty(const pt_word *p, unsigned n)
{
	size_t i = 0;

	if (n && pt_is_odd_slot(p)) {
		if (pt_load(p))
			return 0;
		i = 1;
	}
	while (i + PT_BLOCK <= n && pt_block_empty(p + i))
		i += PT_BLOCK;
	while (i < n && !pt_load(p + i))
		i++;
	return i;
}

#endif
