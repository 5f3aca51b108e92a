/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared memory as kernel code spells it, done with the compiler's atomics: what the kernel calls
 * once is one access here, and a compare-and-swap is one.
 */
#ifndef SHIM_ATOMIC_H
#define SHIM_ATOMIC_H

#include "kernel.h"

#define READ_ONCE(x)	 __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v) __atomic_store_n(&(x), v, __ATOMIC_RELAXED)

#define shim_cas(p, old, new, order) \
	__atomic_compare_exchange_n(p, old, new, false, order, __ATOMIC_RELAXED)
#define try_cmpxchg(p, old, new)	   shim_cas(p, old, new, __ATOMIC_SEQ_CST)
#define try_cmpxchg64(p, old, new)	   shim_cas(p, old, new, __ATOMIC_SEQ_CST)
#define try_cmpxchg_release(p, old, new)   shim_cas(p, old, new, __ATOMIC_RELEASE)
#define try_cmpxchg64_release(p, old, new) shim_cas(p, old, new, __ATOMIC_RELEASE)

#define shim_swap(p, expect, new, order)            \
	({                                          \
		typeof(*(p)) swap_old = (expect);   \
		shim_cas(p, &swap_old, new, order); \
		swap_old;                           \
	})
#define cmpxchg(p, old, new)	       shim_swap(p, old, new, __ATOMIC_SEQ_CST)
#define cmpxchg64(p, old, new)	       shim_swap(p, old, new, __ATOMIC_SEQ_CST)
#define cmpxchg_relaxed(p, old, new)   shim_swap(p, old, new, __ATOMIC_RELAXED)
#define cmpxchg64_relaxed(p, old, new) shim_swap(p, old, new, __ATOMIC_RELAXED)

#define smp_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)

#define smp_mb()  __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#define wmb()	  __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define dma_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)

static inline void set_bit(long nr, unsigned long *p)
{
	__atomic_or_fetch(p + nr / BITS_PER_LONG, 1ul << nr % BITS_PER_LONG, __ATOMIC_RELAXED);
}

static inline bool test_bit(long nr, const unsigned long *p)
{
	return __atomic_load_n(p + nr / BITS_PER_LONG, __ATOMIC_RELAXED) >> nr % BITS_PER_LONG & 1;
}

static inline bool test_and_clear_bit(long nr, unsigned long *p)
{
	unsigned long bit = 1ul << nr % BITS_PER_LONG;

	return __atomic_fetch_and(p + nr / BITS_PER_LONG, ~bit, __ATOMIC_SEQ_CST) & bit;
}

/* A walker may read any of these words at any time, so they are stored one by one. */
static inline void memset64(u64 *p, u64 v, size_t n)
{
	while (n--)
		WRITE_ONCE(*p++, v);
}

/* --- locks: there is one, the harness's */

typedef struct {
	char unused;
} spinlock_t;

void linux_lock(void);
void linux_unlock(void);

#define spin_lock_init(l)		 ((void)(l))
#define spin_lock_irqsave(l, flags)	 ((void)(l), (flags) = 0, linux_lock())
#define spin_unlock_irqrestore(l, flags) ((void)(l), (void)(flags), linux_unlock())

struct mutex {
	char unused;
};

#endif
