// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "listing.h"
#include "run.h"

const char *const oracle_names[OR_COUNT] = {
	"shadow", "pagesize", "walk",  "tree",	"leak", "stale", "early-free", "gather",
	"bbm",	  "coherent", "dirty", "nomem", "race", "stuck", "assert",
};

static const char *input_name = "-";

#ifdef FIBER_TSAN
/*
 * libFuzzer's signal handler allocates memory; ThreadSanitizer would report that, and wait for the
 * handler to end. After a race it would go on, and libFuzzer not know the input.
 */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
	return "report_signal_unsafe=0:halt_on_error=1";
}
#endif

void run_set_input_name(const char *name)
{
	input_name = name;
}

bool watching(const struct run *r, unsigned oracles)
{
	return r->oracles & oracles;
}

/*
 * One function per oracle and operation, told apart by a constant in an empty asm so that no
 * linker folds them: the frame above abort() is the key.
 */
#define ABORT(oracle, where)                                                 \
	__attribute__((noinline)) static void fault_##oracle##_##where(void) \
	{                                                                    \
		__asm__ volatile("" ::"i"(__COUNTER__));                     \
		abort();                                                     \
	}
#define PLACES(oracle)                                                                      \
	ABORT(oracle, map)                                                                  \
	ABORT(oracle, map_pages)                                                            \
	ABORT(oracle, unmap)                                                                \
	ABORT(oracle, sync)                                                                 \
	ABORT(oracle, lookup)                                                               \
	ABORT(oracle, nomem)                                                                \
	ABORT(oracle, dread)                                                                \
	ABORT(oracle, dwrite)                                                               \
	ABORT(oracle, dirty)                                                                \
	ABORT(oracle, fiber)                                                                \
	ABORT(oracle, preempt)                                                              \
	ABORT(oracle, init)                                                                 \
	ABORT(oracle, end)                                                                  \
	ABORT(oracle, elsewhere)                                                            \
	static void (*const oracle##_aborts[])(void) = {                                    \
		fault_##oracle##_map,	fault_##oracle##_map_pages, fault_##oracle##_unmap, \
		fault_##oracle##_sync,	fault_##oracle##_lookup,    fault_##oracle##_nomem, \
		fault_##oracle##_dread, fault_##oracle##_dwrite,    fault_##oracle##_dirty, \
		fault_##oracle##_fiber, fault_##oracle##_preempt,   fault_##oracle##_init,  \
		fault_##oracle##_end,	fault_##oracle##_elsewhere,                         \
	};

PLACES(shadow)
PLACES(pagesize)
PLACES(walk)
PLACES(tree)
PLACES(leak)
PLACES(stale)
PLACES(early_free)
PLACES(gather)
PLACES(bbm)
PLACES(coherent)
PLACES(dirty)
PLACES(nomem)
PLACES(race)
PLACES(stuck)
PLACES(assert)

static void (*const *const aborts[OR_COUNT])(void) = {
	shadow_aborts, pagesize_aborts,	  walk_aborts,	 tree_aborts,  leak_aborts,
	stale_aborts,  early_free_aborts, gather_aborts, bbm_aborts,   coherent_aborts,
	dirty_aborts,  nomem_aborts,	  race_aborts,	 stuck_aborts, assert_aborts,
};

static unsigned place(const struct run *r)
{
	if (r->phase == PHASE_OPS)
		return r->prog.op[r->op].code;
	return r->phase == PHASE_INIT ? OP_COUNT : OP_COUNT + 1;
}

static const char *place_name(const struct run *r)
{
	if (r->phase == PHASE_OPS)
		return op_rows[r->prog.op[r->op].code].name;
	return r->phase == PHASE_INIT ? "init" : "end";
}

/* The line that names a fault, and the one that says what it is. */
static void print_head(enum oracle o, const char *where, int level, unsigned op, const char *what,
		       va_list args)
{
	char text[12] = "-";

	if (level != NO_LEVEL)
		snprintf(text, sizeof(text), "%d", level);
	fprintf(stderr, "FAULT key=%s@%s@%s input=%s op=%u\n  ", oracle_names[o], where, text,
		input_name, op);
	vfprintf(stderr, what, args);
	fputc('\n', stderr);
}

void fault(struct run *r, enum oracle o, int level, const char *what, ...)
{
	va_list args;

	if (!(r->oracles & 1u << o))
		return;
	va_start(args, what);
	print_head(o, place_name(r), level, r->op, what, args);
	va_end(args);
	listing_print(r, stderr);
	if (r->listing)
		r->listing(r, stderr);
	if (listing_view() & VIEW_TREE && r->e)
		listing_print_tree(r, stderr);
	fflush(stderr);
	aborts[o][place(r)]();
}

void fault_at(enum oracle o, const char *where, int level, const char *what, ...)
{
	va_list args;

	va_start(args, what);
	print_head(o, where, level, 0, what, args);
	va_end(args);
	aborts[o][OP_COUNT + 2]();
}
