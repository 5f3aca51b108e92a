/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One input, run: an engine, the oracles that watch it, and the program that drives it.
 *
 * run.c begins and ends an input and is the engine's host; run_ops.c has one function per row of
 * the table of operations; check.c compares what the engine did with what the oracles say.
 */
#ifndef FUZZ_RUN_H
#define FUZZ_RUN_H

#include <stdio.h>

#include "engines/engine.h"
#include "ops/ops.h"
#include "oracle/cache.h"
#include "oracle/fault.h"
#include "oracle/ledger.h"
#include "oracle/oracle.h"
#include "oracle/shadow.h"

#define RUN_GATHERS 2  /* of each fiber */
#define RUN_FIBERS  4  /* that call the engine; sequential targets have one */
#define RUN_WRITTEN 64 /* device writes whose report is due */

/* A gather, and what the model says of it. */
struct run_gather {
	struct engine_gather g;
	bool any; /* something was added since the last sync */
	uint64_t first, last;
};

/* What an operation was asked, answered and should have answered; for the listing. */
struct run_result {
	bool done;
	bool has_range;
	uint64_t iova, oa, len;
	int err, model_err;
	uint64_t value, model;
};

/* A leaf the device wrote through since the last report. */
struct written {
	uint64_t iova;
	uint8_t lg2;
};

/* An allocation that fails whatever the program says. */
struct run_failure {
	unsigned nth; /* from 1, counted from the start of the input; 0: none */
	bool rest;    /* and all after it */
	bool retry;   /* a map it stopped goes on from there */
};

struct run {
	const struct engine_ops *ops;
	struct engine *e; /* NULL: no engine */
	struct engine_env env;
	struct engine_cfg cfg;
	struct prog prog;
	struct universe u;
	unsigned oracles; /* rules switched on, bits of enum oracle */
	bool careless;	  /* callers do what the engine asks them not to, and no model looks */

	struct ledger ledger;
	struct shadow shadow;
	struct cache cache;
	unsigned n_gathers, first_gather; /* in use, and of these the first of this fiber */
	struct run_gather gather[RUN_GATHERS * RUN_FIBERS];
	struct map_plan plan;
	unsigned n_written;
	struct written written[RUN_WRITTEN];

	/* the operation in progress */
	unsigned op;
	enum run_phase { PHASE_INIT, PHASE_OPS, PHASE_END } phase;
	int unlinking;	      /* whom ledger_unlink() charges: a gather, or RUN_BY_MAP */
	uint64_t first, last; /* the range it changes */
	const struct run_gather *syncing; /* what the caller has synced, or NULL */
	unsigned syncs;			  /* invalidations so far */
	unsigned locks;			  /* held */
	bool retry, unwind;		  /* what to do after a map that runs out of memory */
	unsigned allocs;		  /* asked for in this input */
	unsigned calls;			  /* begun so far */
	struct run_result result[PROG_MAX_OPS];
	uint64_t digest;      /* of all results so far; the same input gives the same */
	uint64_t last_digest; /* of the input before */
	unsigned last_allocs;
	struct run_failure failure;

	/* Fibers, where there are several: NULL for a sequential target. */
	bool (*settled)(struct run *r, uint64_t iova); /* no other fiber is changing it */
	void (*listing)(const struct run *r, FILE *out);
};

/* How the operations of a program are run. */
struct run_driver {
	void (*prepare)(struct run *r); /* may replace the callbacks and the engine's functions */
	void (*run_ops)(struct run *r);
};

#define RUN_DIGEST_START 0xcbf29ce484222325
#define RUN_BY_MAP	 (-2) /* tables a larger leaf replaced: freed within the call */

/*
 * Runs one input: any bytes. Returns always; a fault does not. `ops` NULL decodes and plans, and
 * drives nothing.
 */
void run_input(const struct engine_ops *ops, enum hw_id hw, const uint8_t *data, size_t size);

/* The same, driven otherwise than one operation after the other. */
void run_driven(const struct run_driver *driver, const struct engine_ops *ops, enum hw_id hw,
		const uint8_t *data, size_t size);

/* For the fault line and the replayer. */
void run_set_input_name(const char *name);
void run_set_oracles(unsigned mask);
void run_set_careless(void); /* with no oracle */
uint64_t run_digest(void);

/* For all inputs from now on; and how many allocations the last one asked for. */
void run_set_failure(struct run_failure failure);
unsigned run_allocations(void);

/* Adds to the digest. */
void run_mix(struct run *r, uint64_t value);

/* run_ops.c */
void run_sync_gather(struct run *r, unsigned gather);
void run_mark_dirty(struct run *r, const struct hw_walk *w);

/* check.c */
void check_config(struct run *r, int err, int model_err, uint64_t pgsizes);
void check_lookup(struct run *r, uint64_t iova);
void check_edges(struct run *r, uint64_t first, uint64_t last);
void check_walk(struct run *r, uint64_t iova, bool whole);
/* NULL if a walk for iova ended as `e` says (NULL: nothing mapped), else what is wrong; *o: the
 * rule. */
const char *check_compare(const struct run *r, const struct extent *e, uint64_t iova,
			  const struct hw_walk *w, enum oracle *o);
void check_map(struct run *r, int err, uint64_t mapped);
void check_unmap(struct run *r, uint64_t iova, uint64_t len, uint64_t removed);
void check_gather(struct run *r, unsigned gather);
void check_synced(struct run *r, unsigned gather, bool within);
void check_tables(struct run *r);
void check_end(struct run *r);
void link_range(struct run *r, uint64_t first, uint64_t last);

#endif
