// SPDX-License-Identifier: GPL-2.0-only
#include "fiber/fiber.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "fiber/switch.h"

#ifdef FIBER_ASAN
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef FIBER_MSAN
#include <sanitizer/msan_interface.h>
#endif
#ifdef FIBER_TSAN
#include <sanitizer/tsan_interface.h>

/* Of the runtime, in no header. */
void AnnotateIgnoreReadsBegin(const char *file, int line);
void AnnotateIgnoreReadsEnd(const char *file, int line);
void AnnotateIgnoreWritesBegin(const char *file, int line);
void AnnotateIgnoreWritesEnd(const char *file, int line);
#endif

#define STACK_SIZE ((size_t)256 << 10)
#define GUARD_SIZE ((size_t)64 << 10) /* a whole page, whatever its size */

void fiber_release(void *lock)
{
#ifdef FIBER_TSAN
	__tsan_release(lock);
#else
	(void)lock;
#endif
}

void fiber_acquire(void *lock)
{
#ifdef FIBER_TSAN
	__tsan_acquire(lock);
#else
	(void)lock;
#endif
}

#ifdef FIBER_TSAN
void fiber_watch(bool on)
{
	if (on) {
		AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
		AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
	} else {
		AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
		AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
	}
}
#endif

static char ended;

/* Inlined: a call that began on one stack must not return on another. */
__attribute__((always_inline)) static inline void leave(struct fiber *from, struct fiber *to,
							int for_good)
{
#ifdef FIBER_ASAN
	__sanitizer_start_switch_fiber(for_good ? NULL : &from->fake, to->stack, to->size);
#endif
#ifdef FIBER_MSAN
	__msan_start_switch_fiber(to->stack, to->size);
#endif
#ifdef FIBER_TSAN
	if (!from->tsan)
		from->tsan = __tsan_get_current_fiber();
	__tsan_switch_to_fiber(to->tsan, __tsan_switch_to_fiber_no_sync);
#endif
	(void)from;
	(void)to;
	(void)for_good;
}

/* The sanitizers know where the stack lies that was left; for the program's own, nobody else does.
 */
static struct fiber *left;

static void arrive(struct fiber *self)
{
#if defined(FIBER_ASAN) || defined(FIBER_MSAN)
	const void *bottom = NULL;
	size_t size = 0;

#ifdef FIBER_ASAN
	__sanitizer_finish_switch_fiber(self->fake, &bottom, &size);
	self->fake = NULL;
#else
	__msan_finish_switch_fiber(&bottom, &size);
#endif
	if (!left->stack) {
		left->stack = (void *)(uintptr_t)bottom;
		left->size = size;
	}
#endif
	(void)self;
}

__attribute__((noreturn)) static void first(void *arg)
{
	struct fiber *f = arg;

	arrive(f);
	fiber_acquire(f);
	fiber_watch(false);
	f->body(f->arg);
	abort();
}

void fiber_make(struct fiber *f)
{
	uint8_t *p = mmap(NULL, GUARD_SIZE + STACK_SIZE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED || mprotect(p, GUARD_SIZE, PROT_NONE))
		abort();
	f->stack = p + GUARD_SIZE;
	f->size = STACK_SIZE;
#ifdef FIBER_TSAN
	f->tsan = __tsan_create_fiber(0);
#endif
}

void fiber_prepare(struct fiber *f, void (*body)(void *), void *arg)
{
	f->body = body;
	f->arg = arg;
	f->sp = fiber_new_stack((uint8_t *)f->stack + f->size, first, f);
	fiber_release(f);
}

void fiber_switch(struct fiber *from, struct fiber *to)
{
	left = from;
	leave(from, to, 0);
	fiber_jump(&from->sp, to->sp);
	arrive(from);
}

void fiber_end(struct fiber *from, struct fiber *to)
{
	fiber_watch(true);
	fiber_release(&ended);
	left = from;
	leave(from, to, 1);
	fiber_jump(&from->sp, to->sp);
	abort();
}

void fiber_join(void)
{
	fiber_acquire(&ended);
}
