/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the mutator invents: arguments, operations, phrases of operations and whole programs, each
 * a function of the generator's state alone.
 */
#ifndef FUZZ_OPS_INVENT_H
#define FUZZ_OPS_INVENT_H

#include "ops/facts.h"

struct rng {
	uint64_t state;
};

struct rng rng_start(unsigned seed);
unsigned below(struct rng *r, unsigned n); /* 0..n-1 */

/* A count of steps at or next to a boundary, mostly. */
uint8_t invent_steps(struct rng *r);
void invent_args(struct rng *r, struct op *op);
uint8_t invent_mod(struct rng *r, const struct op *op);
/* An operation of a group that the program's swarm byte leaves on. */
struct op invent_op(struct rng *r, const struct prog *p);

/* Makes `op` go where `from` goes: exactly, to a part of it, or to what is next to it. */
void aim(struct rng *r, struct op *op, const struct op *from);
/* Makes the range of `op` end or begin where a base is; its OA sometimes ends with the OA width. */
void abut(struct rng *r, struct op *op);

/* Writes up to PHRASE_MAX operations that belong together; returns how many. */
#define PHRASE_MAX 6
unsigned invent_phrase(struct rng *r, const struct prog *p, struct op *out);
/* Replaces the header: a configuration and a swarm. */
void invent_config(struct rng *r, struct prog *p);
/* Replaces all of `p`: a configuration, a swarm, and some phrases. */
void invent_prog(struct rng *r, struct prog *p);

#endif
