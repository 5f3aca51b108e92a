/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the benchmark share.
 *
 * A case is a shape of call, repeated over tables that stay warm. Each engine runs it through
 * the seam of fuzz/engines/engine.h, with one allocator for all, and so pays the same for every
 * call. All times are nanoseconds.
 */
#ifndef BENCH_H
#define BENCH_H

#include "engines/engine.h"

enum bench_op {
	BENCH_MAP,
	BENCH_UNMAP, /* and the sync of its gather */
	BENCH_LOOKUP,
	BENCH_OPS,
};

struct bench_case {
	const char *name;
	uint64_t pgsize;
	uint64_t count;	    /* pages of a call */
	unsigned calls;	    /* of each operation in a pass */
	uint64_t random_in; /* bytes the calls are scattered over; 0: one follows another */
	bool per_page;	    /* times are of a page, not of a call */
};

/* The tree under test, of a format with 4K pages and 512 slots a table. */
struct bench_tree {
	const char *name;
	enum hw_id hw;
	unsigned iova_width;
	unsigned top_level;
	unsigned features;
};

/* host.c: table memory from a free list, the same for all engines; nothing else does anything. */
void host_init(void);
const struct engine_env *host_env(void);
void *host_alloc(void *ctx, size_t size);
void host_free(void *ctx, void *table, size_t size);
/* Bytes of table memory in use; 0 after an engine has been destroyed. */
size_t host_in_use(void);

/* clock.c */
#define MAX_TIMES 4096 /* more are dropped */
struct times {
	unsigned n;
	double ns[MAX_TIMES];
};
double clock_ns(void);
double clock_cpu_ns(void);			  /* while this thread runs; itself slow to read */
double sample_median(double *sample, unsigned n); /* sorts them */
void times_add(struct times *t, double ns);
/* The middle of them, less what the clock they were taken with adds. */
double times_middle(struct times *t, double (*clock)(void));

/* null.c: an engine that says yes and does nothing. */
extern const struct engine_ops engine_null;

/* cases.c */
extern const struct bench_case bench_cases[];
extern const unsigned bench_n_cases;
/* Address of the i-th call of a case, and the bytes all of them lie in. */
uint64_t case_iova(const struct bench_case *c, unsigned i);
uint64_t case_span(const struct bench_case *c);
/* Calls of an operation in a pass, or pages, whichever the times are of. */
double units_of_pass(const struct bench_case *c);
/* Operations worth a row: a lookup of a page says nothing of 1G in one call. */
unsigned ops_of_case(const struct bench_case *c);
/* Runs passes for about `budget` ns; times per call, or page, of each operation. */
void case_run(const struct bench_case *c, const struct bench_tree *tree,
	      const struct engine_ops *ops, double budget, double ns[BENCH_OPS]);
/* Maps `bytes` one page a call in a new domain; time per page. */
double growth_run(const struct bench_tree *tree, const struct engine_ops *ops, uint64_t bytes,
		  double budget);

/* floor.c: what the machine needs for the case's memory accesses alone, per call or page. */
double floor_loads(const struct bench_case *c, const struct bench_tree *tree, double budget);
double floor_stores(const struct bench_case *c, double budget);

#endif
