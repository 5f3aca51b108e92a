/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Races that replay: several streams of operations, interleaved as the input says.
 *
 * The operations of a program belong to fibers: up to four that call the engine on ranges that
 * never overlap, as callers hold locks, and two that walk the tables as hardware does, holding
 * nothing. The engine is compiled with PT_HOOK, so that it gives way before each access to what
 * others share. Everything the sequential targets check is checked for each call; walks must end
 * in the old translation or the new one, and never in memory that was freed.
 *
 * race.c drives, race_host.c stands between engine and run, race_view.c is the memory as other
 * processors see it, race_hook.c the engine's accesses, race_walk.c the walkers, race_trace.c
 * who ran when.
 */
#ifndef FUZZ_RACE_H
#define FUZZ_RACE_H

#include "fiber/schedule.h"
#include "run.h"

#define RACE_WALKERS 2
#define RACE_HANDS   (RUN_FIBERS + RACE_WALKERS)
#define RACE_LEGAL   8

/* Runs one input, any bytes. `ops` drives an engine whose accesses go through pt_hook(). */
void race_input(const struct engine_ops *ops, enum hw_id hw, const uint8_t *data, size_t size);

/* One mutation towards a race; size of the result. */
size_t race_mutate(enum hw_id hw, uint8_t *data, size_t size, size_t max, unsigned seed);

/* What a struct run says of the operation in progress; each fiber has its own. */
struct race_now {
	unsigned op;
	int unlinking;
	uint64_t first, last;
	const struct run_gather *syncing;
	unsigned syncs, locks, first_gather;
	bool retry, unwind;
	struct map_plan plan;
	uint64_t prev, next; /* of the universe */
	uint8_t number;	     /* of the ledger, as what follows */
	unsigned op_first, fail_in, failed;
	bool fail_on;
};

/* What a call in progress does to translations. */
enum race_call {
	CALL_NONE,
	CALL_OTHER, /* nothing */
	CALL_MAP,   /* what the plan says */
	CALL_UNMAP, /* removes first..last */
};

/* A fiber's own. */
struct hand {
	unsigned n; /* its stream */
	uint8_t stream[PROG_MAX_OPS];
	struct race_now now; /* while another fiber runs */

	/* one that calls the engine */
	bool locked; /* holds the lock of first..last */
	uint64_t first, last;
	bool in_engine;
	enum race_call call;
	uint64_t call_first, call_last;
	int gather; /* that the call works on, -1 for none */

	/* a walker */
	bool walking;
	unsigned walks; /* begun */
	uint64_t iova;
	int page;			       /* of the ledger, that it reads next; -1 for none */
	bool none_is_legal, anything_is_legal; /* how the walk may end */
	unsigned n_legal;
	struct extent legal[RACE_LEGAL];
};

struct race {
	struct run *run;
	const struct engine_ops *real;
	struct engine_ops ops;	/* what the run calls instead */
	struct engine_env host; /* what the run would be called by */
	struct hand hand[RACE_HANDS];
	struct race_now outside;		   /* before and after the fibers */
	int top_holder;				   /* fiber that holds the top lock, -1 for none */
	int gather_user[RUN_GATHERS * RUN_FIBERS]; /* who used it last */
	unsigned interrupted;			   /* fiber that was preempted last */
	struct page *old_root;			   /* that the newest root took the place of */
};
extern struct race race;

static inline struct hand *race_me(void)
{
	return &race.hand[sched.running];
}

static inline bool is_walker(unsigned f)
{
	return f >= RUN_FIBERS;
}

/* race_host.c */
void host_wrap(struct run *r);
/* The engine's own calls go by the new top now. */
void host_top_stored(void);
/* Waits until no call on an address of op's range is in progress, and keeps others out. */
void host_lock_range(struct run *r, const struct op *op);

/* race_walk.c: the body of a walker's fiber; what a call that begins makes legal; who is in a page
 */
void walker_body(void *hand);
void walk_call_begins(const struct hand *h);
bool walk_stands_in(int page);

/* race_view.c: memory as each fiber sees it; pages are the ledger's */
struct page_view {
	uint8_t writer; /* fiber + 1 whose stores to it nobody else can see yet */
	bool reachable; /* by others, perhaps */
	bool released;	/* with all its contents */
	uint8_t users;	/* mask of the fibers that may use it */
	uint8_t late;	/* late stores to it */
};
extern struct page_view view[LEDGER_MAX_PAGES];

/* The page that has this address, or -1. */
static inline int view_page(const void *p)
{
	const struct ledger *l = &race.run->ledger;
	uintptr_t off = (uintptr_t)p - (uintptr_t)l->mem;

	return off < l->used ? l->of_unit[off / LEDGER_UNIT] - 1 : -1;
}

/* Is it the running fiber's alone? */
static inline bool view_is_private(int page)
{
	return view[page].writer == sched.running + 1 && !view[page].reachable;
}

void view_begin(struct run *r);
void view_end(void);
void view_new(int page);    /* allocated by the running fiber */
void view_forget(int page); /* freed */
uint64_t view_load(int page, const uint64_t *p);
void view_store(int page, uint64_t *p); /* before it */
void view_rmw(int page, uint64_t *p);	/* before it: the word is what it is everywhere */
void view_published(bool release);	/* the running fiber stored a word that others can reach */
void view_barrier(void);		/* all that it stored is visible now */
void view_leave(void);			/* its call has ended */
void view_acquired(uint64_t word);	/* loaded with acquire by the running fiber */
void view_reach(int page);		/* the running fiber may use this page, or it is a fault */
void view_hand_over(unsigned from);	/* all that was acquired by a fiber, by the running one */

/* race_hook.c: accesses are followed while a fiber is in the engine */
void hook_follow(bool on);
/*
 * The running fiber is about to do something; gives way if it is time. `page` is the table it does
 * it to, `at` the word, -1 and NULL if none.
 */
struct trace *hook_step(enum op_class class, const char *what, int page, const void *at);

/* race_trace.c */
enum trace_kind {
	TRACE_STEP,
	TRACE_BEGINS, /* an operation */
	TRACE_ENDS,
	TRACE_WALK, /* ended */
	TRACE_PREEMPTED,
	TRACE_WAITS,
};

struct trace {
	uint8_t kind, fiber, class, op;
	int16_t page;	    /* -1 for none */
	int16_t slot;	    /* of the page, -1 for none */
	uint16_t n;	    /* slots from there on */
	uint64_t value;	    /* TRACE_WALK: address; TRACE_PREEMPTED: who goes on */
	const char *what;   /* is done, or is waited for */
	const char *result; /* NULL if none is worth telling */
};

void trace_begin(void);
struct trace *trace_add(enum trace_kind kind);
/* A step; one that goes on where the one before ended is the same. */
struct trace *trace_step(enum op_class class, const char *what, int page, int slot);
void trace_print(const struct run *r, FILE *out);

#endif
