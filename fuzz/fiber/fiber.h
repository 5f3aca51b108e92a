/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fibers: stacks of their own in one thread, switched by hand.
 *
 * Stacks have a guard page below them and are kept from one use to the next. The sanitizers are
 * told of each switch. To ThreadSanitizer each fiber is a thread that no switch synchronises with
 * another: only what the program under test does orders their accesses. The harness would be full
 * of races then: builds with ThreadSanitizer instrument the engine alone, and define FIBER_TSAN.
 */
#ifndef FUZZ_FIBER_FIBER_H
#define FUZZ_FIBER_FIBER_H

#include <stdbool.h>
#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FIBER_ASAN 1
#endif
#if __has_feature(memory_sanitizer)
#define FIBER_MSAN 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define FIBER_ASAN 1
#endif

/* All zero for the stack the program began on. */
struct fiber {
	void *sp;
	void (*body)(void *);
	void *arg;
	void *stack; /* lowest address; kept */
	size_t size;
	void *fake; /* AddressSanitizer's */
	void *tsan;
};

/* Gives a fiber its stack, once. */
void fiber_make(struct fiber *f);

/* Makes the fiber begin with body(arg) at its next switch. It must have ended, or be new. */
void fiber_prepare(struct fiber *f, void (*body)(void *), void *arg);

/* Goes on with `to`; returns when something switches back to `from`. */
void fiber_switch(struct fiber *from, struct fiber *to);

/* The last thing a body does. */
void fiber_end(struct fiber *from, struct fiber *to) __attribute__((noreturn));

/* What all ended fibers did comes before what follows. */
void fiber_join(void);

/* Order between fibers that a lock gives: what came before a release, and what after an acquire. */
void fiber_release(void *lock);
void fiber_acquire(void *lock);

/* ThreadSanitizer watches the running fiber, which it does not from the start. Calls nest. */
#ifdef FIBER_TSAN
void fiber_watch(bool on);
#else
static inline void fiber_watch(bool on)
{
	(void)on;
}
#endif

#endif
