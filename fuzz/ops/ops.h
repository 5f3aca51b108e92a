/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs: what an input is once its bytes are read.
 *
 * A program is a configuration and a list of operations. Everything that speaks of operations
 * (byte decoder, text form, dictionary, mutator, shrinker, listing, emitter) goes through the
 * one table, op_rows[]. Arguments stay in the pooled form the bytes have ("end-1*2M"), so that
 * bytes, program and text convert into each other without loss; they become addresses only
 * when the program runs, through a struct universe.
 *
 * Bytes:
 *   0       format version; a value that is no known version reads as version 0
 *   1       swarm: bit n switches off the operations of group n (they stay in the program)
 *   2..7    configuration, see config.c
 *   8..     operations: one byte (slot in bits 4:0, mod in bits 7:5), then the row's arguments
 * Any bytes are a program: missing bytes read as zero, bytes past the last operation allowed
 * are kept but do nothing.
 */
#ifndef FUZZ_OPS_H
#define FUZZ_OPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "engines/engine.h"

#define PROG_HEADER   8
#define PROG_MAX_OPS  64
#define PROG_MAX_SIZE 4096 /* bytes a target looks at */
#define PROG_VERSION  0

/* Rows of the table; the numbers are kept in saved inputs: append only. */
enum op_code {
	OP_MAP,	      /* iova oa len; mod: prot */
	OP_MAP_PAGES, /* iova oa pgsize count; mod: prot */
	OP_UNMAP,     /* iova len; mod: which gather, and whether it is synced at once */
	OP_SYNC,      /* mod: which gather, or both */
	OP_LOOKUP,    /* iova; mod: byte within */
	OP_NOMEM,     /* n: after n more an allocation fails; mod: all then, retry, unwind */
	OP_DREAD,     /* iova: the device reads; mod: byte within */
	OP_DWRITE,    /* iova: the device writes; mod: byte within */
	OP_DIRTY,     /* iova len: read and clear dirty; mod: gather, no-clear, sync */
	OP_FIBER,     /* mod: what follows belongs to this fiber; race targets only */
	OP_PREEMPT,   /* class nth: at that event, go to fiber mod; race targets only */
	OP_COUNT,
};

enum arg_kind {
	ARG_END,
	ARG_IOVA,   /* two bytes: base << 4 | unit, steps of that unit, see universe.c */
	ARG_OA,	    /* two bytes: the same */
	ARG_LEN,    /* two bytes: form << 4 | unit, count or steps, see facts.h */
	ARG_PGSIZE, /* one byte: unit */
	ARG_COUNT,  /* one byte: how many pages, see op_count() */
	ARG_NUM,    /* one byte: 0..15 in the low half */
	ARG_CLASS,  /* one byte: enum op_class in the low half */
	ARG_NTH,    /* one byte: 0..255 */
	ARG_KINDS,
};

/* Classes of events that a preemption can wait for; kept in saved inputs: append only. */
enum op_class {
	CLASS_LOAD, /* of a table entry; so are STORE and CAS */
	CLASS_STORE,
	CLASS_CAS,
	CLASS_TOP, /* the top word */
	CLASS_LOCK,
	CLASS_UNLOCK,
	CLASS_ALLOC,
	CLASS_FREE,
	CLASS_GATHER,
	CLASS_INVALIDATE,
	CLASS_WALK, /* one step of a walker */
	CLASS_ANY,
	CLASS_SPARE, /* these never happen */
	CLASS_COUNT = 16,
};

#define OP_MAX_ARGS  4
#define OP_MAX_BYTES 8
#define OP_SLOTS     32 /* opcode values a format version gives to its rows */
#define OP_GROUPS    8	/* swarm bits */

struct op {
	uint8_t code;		   /* enum op_code */
	uint8_t slot;		   /* bits 4:0 of the opcode byte; one of those that name the row */
	uint8_t mod;		   /* 0..7 */
	uint8_t arg[OP_MAX_BYTES]; /* argument bytes in row order */
};

struct prog {
	enum hw_id hw;
	uint8_t header[PROG_HEADER];
	unsigned n;
	struct op op[PROG_MAX_OPS];
	/* What makes the conversion lossless: */
	unsigned cut;		     /* argument or header bytes the input lacked at its end */
	size_t tail_len;	     /* bytes past the last operation ... */
	uint8_t tail[PROG_MAX_SIZE]; /* ... kept */
};

/* What the pooled arguments mean under a configuration, and after the operations so far. */
struct universe {
	struct engine_cfg cfg;
	uint64_t iova_base[16];
	uint64_t oa_base[16];
	uint8_t unit_lg2[16]; /* unit 0 is the granule */
	uint8_t level_lg2[8]; /* what one slot of a table at each level spans */
	uint64_t prev, next;  /* start and end of the range of the operation before */
};

struct run; /* an execution, fuzz/run.h */

struct op_row {
	const char *name;
	uint8_t since;		      /* first format version that has it */
	uint8_t group;		      /* swarm bit */
	uint8_t weight;		      /* slots it takes of the 32 */
	uint8_t arg[OP_MAX_ARGS + 1]; /* enum arg_kind, ends with ARG_END */
	const char *const *mods;      /* 8: how text spells each mod */
	/* Runs it against the engine and the oracles. Defined in fuzz/run*.c. */
	void (*apply)(struct run *r, const struct op *op);
};

extern const struct op_row op_rows[OP_COUNT];
extern const char *const op_groups[OP_GROUPS];
extern const char *const op_classes[CLASS_COUNT];

/* table.c: what a mod or a plain argument means */
unsigned op_prot(const struct op *op);	  /* map, map_pages: enum engine_prot, or an invalid one */
unsigned op_gather(const struct op *op);  /* unmap, dirty: 0 or 1 */
unsigned op_gathers(const struct op *op); /* sync: mask of gathers */
bool op_syncs(const struct op *op);	  /* unmap, dirty: sync the gather right after */
bool op_no_clear(const struct op *op);	  /* dirty */
bool op_keeps_failing(const struct op *op); /* nomem */
bool op_retries(const struct op *op); /* nomem: the map that failed goes on from where it stopped */
bool op_unwinds(const struct op *op); /* nomem: what it had mapped is unmapped (before a retry) */
uint64_t op_count(const struct op *op);	     /* map_pages: pages, also 0 and ones that overflow */
unsigned op_num(const struct op *op);	     /* nomem: allocations that still succeed, 0..15 */
unsigned op_fiber(const struct op *op);	     /* fiber, preempt: 0..7 */
enum op_class op_class(const struct op *op); /* preempt */
unsigned op_nth(const struct op *op);	     /* preempt: 0 is the next such event */
/* lookup, dread, dwrite: what to add to the address, in bytes. */
int64_t op_byte_offset(const struct universe *u, const struct op *op);
/* The slots of a format version: row of each opcode value. */
const uint8_t *op_layout(unsigned version);
uint8_t op_first_slot(unsigned version, enum op_code code);

/* decode.c: bytes <-> program. Encoding a decoded program gives the same bytes. */
void prog_decode(struct prog *p, enum hw_id hw, const uint8_t *data, size_t size);
size_t prog_encode(const struct prog *p, uint8_t *out, size_t max);
size_t prog_size(const struct prog *p);		     /* bytes that prog_encode() needs */
size_t op_encode(const struct op *op, uint8_t *out); /* at most 1 + OP_MAX_BYTES */
unsigned op_arg_bytes(enum op_code code);
unsigned arg_bytes(enum arg_kind kind);
bool op_is_off(const struct prog *p, const struct op *op); /* by the swarm byte */
unsigned prog_version(const struct prog *p);		   /* the one that applies */

/* config.c: header -> configuration, and back to text */
void config_decode(const struct prog *p, struct engine_cfg *cfg);
void universe_init(struct universe *u, const struct engine_cfg *cfg);
void universe_hot(struct universe *u, uint8_t byte); /* places hot0, hot1; byte: header[7] */
uint64_t universe_iova(const struct universe *u, const uint8_t arg[2]);
uint64_t universe_oa(const struct universe *u, const uint8_t arg[2], uint64_t iova);
uint64_t universe_len(const struct universe *u, const uint8_t arg[2], uint64_t iova);
uint64_t universe_pgsize(const struct universe *u, uint8_t arg);

/* text.c: program <-> text, without loss up to comments and spelling */
struct text_error {
	unsigned line, column; /* from 1 */
	char what[96];
};
void prog_print(const struct prog *p, FILE *out);
/* One operation as text prints it, without a newline; returns out. */
char *op_print(const struct prog *p, const struct op *op, char *out, size_t max);
bool prog_parse(struct prog *p, enum hw_id hw, const char *text, size_t len,
		struct text_error *err);

/* A size as people write it: 2M, 1G, 0x1800; returns out. */
char *size_print(uint64_t bytes, char *out, size_t max);

/* mutate.c: one structure-aware mutation; size of the result */
size_t prog_mutate(enum hw_id hw, uint8_t *data, size_t size, size_t max, unsigned seed);
size_t prog_crossover(enum hw_id hw, const uint8_t *a, size_t an, const uint8_t *b, size_t bn,
		      uint8_t *out, size_t max, unsigned seed);

#endif
