/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ledger of table memory: what the host gave out, what hardware can still reach, and what
 * came back.
 *
 * Tables live in an arena, at physical addresses that depend on the configuration alone. A page
 * is never used twice within an input. Its state goes one way:
 *
 *   NEW -> LINKED -> UNLINKED -> CLEAN -> FREED
 *
 * LINKED: a walk from the root came through it. UNLINKED: no longer, but walk caches may hold
 * it; the strictest lawful cache holds every table that was ever linked. CLEAN: an invalidation
 * of tables covered it since. Only NEW and CLEAN pages may be freed while hardware is attached.
 */
#ifndef FUZZ_ORACLE_LEDGER_H
#define FUZZ_ORACLE_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "oracle/hw.h"

#define LEDGER_MAX_PAGES 512 /* tables one input may allocate */
#define LEDGER_UNIT	 4096
#define LEDGER_MAX_UNITS (LEDGER_MAX_PAGES * 16) /* 64K tables */

enum page_state {
	PAGE_NEW,
	PAGE_LINKED,
	PAGE_UNLINKED,
	PAGE_CLEAN,
	PAGE_FREED,
};

struct page {
	uint64_t phys;
	uint32_t size;
	uint8_t state;
	uint8_t level;
	int8_t gather; /* UNLINKED: the gather that must free it, -1 for none */
	bool flushed;  /* incoherent: wholly written back since it was allocated */
	uint8_t op;    /* number of the call that allocated it, then of that which unlinked it */
	uint8_t root_until; /* number of the newest call that may have begun while it was the root
			     */
	int16_t parent;	    /* LINKED: page that links it, -1 for the root */
	uint32_t slot;	    /* in the parent */
	uint64_t first;	    /* IOVAs it maps */
	uint64_t last;
};

struct ledger {
	struct run *run;
	const struct engine_cfg *cfg; /* as the engine left it */
	uint8_t *mem;		      /* what the CPU sees */
	uint8_t *copy;		      /* what an incoherent walker sees */
	uint64_t phys_base;
	size_t used, limit; /* bytes */
	unsigned n;
	unsigned held;
	unsigned fresh;	   /* pages that are NEW */
	uint8_t op;	   /* number of this operation */
	unsigned op_first; /* first page allocated in it */
	uint64_t root;	   /* as hardware knows it */
	unsigned root_level;
	bool detached; /* hardware is gone: anything may be freed */
	/* allocations made to fail */
	unsigned fail_in; /* the n-th from now fails; 0: none */
	bool fail_on;	  /* and all after it */
	unsigned failed;  /* in this operation */
	struct page page[LEDGER_MAX_PAGES];
	int16_t of_unit[LEDGER_MAX_UNITS];
};

/*
 * Prepares an empty ledger for a configuration; `l` keeps its memory from input to input. `low`:
 * tables below 4G, for engines that may narrow the configuration.
 */
void ledger_begin(struct ledger *l, struct run *r, const struct engine_cfg *cfg, bool low);
void ledger_end(struct ledger *l);

/* virt - phys of every table. */
uint64_t ledger_offset(const struct ledger *l);

void *ledger_alloc(struct ledger *l, size_t size);
void ledger_free(struct ledger *l, void *table, size_t size);
void ledger_flush(struct ledger *l, const void *ptr, size_t len);
void ledger_set_root(struct ledger *l, uint64_t root, unsigned level);

/* The page that has physical address pa, or NULL; never a freed one. */
struct page *ledger_page(struct ledger *l, uint64_t pa);
/* The same by the address the CPU uses. */
struct page *ledger_page_at(struct ledger *l, const void *table);

/* Reading table memory as hardware does (hw_read_fn, arg is the ledger), and as the CPU does. */
bool ledger_read(void *l, uint64_t pa, unsigned bytes, unsigned n, uint64_t *word);
bool ledger_read_cpu(void *l, uint64_t pa, unsigned bytes, unsigned n, uint64_t *word);

/* All words of a page as hardware reads them, and how many; shorter ones until the next call. */
unsigned ledger_words(struct ledger *l, const struct page *p, const uint64_t **at);

/* Hardware replaces a word it has read (dirty bits). */
void ledger_write(struct ledger *l, uint64_t pa, uint64_t word);

/*
 * Marks the table at pa, which resolves iova, as linked from a slot of `parent` (NULL: as the
 * root). The page, or NULL if no table begins there.
 */
struct page *ledger_link(struct ledger *l, uint64_t pa, unsigned level, const struct page *parent,
			 unsigned slot, uint64_t iova);

/* Looks which linked tables within [first, last] no walk can reach any more. */
void ledger_unlink(struct ledger *l, uint64_t first, uint64_t last, int gather);

/* An invalidation of tables. */
void ledger_invalidate(struct ledger *l, uint64_t first, uint64_t last);

#endif
