// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mutations towards races: an operation gets a neighbour in another fiber, and is interrupted to
 * let that one run. What a fuzzer that knows no fibers would find one piece at a time.
 */
#include <string.h>

#include "ops/invent.h"
#include "race.h"

#define SHORT 12 /* operations; races need few */

static struct op make(const struct prog *p, enum op_code code, unsigned mod)
{
	return (struct op){.code = code, .slot = op_first_slot(prog_version(p), code), .mod = mod};
}

/* How many events of a class a call has, about; one that grows the tree looks at the top often. */
static unsigned often(unsigned class)
{
	if (class == CLASS_ANY || class <= CLASS_STORE)
		return 16;
	return class == CLASS_TOP ? 8 : 3;
}

static struct op preemption(struct rng *r, const struct prog *p, unsigned target)
{
	static const uint8_t classes[16] = {
		CLASS_ANY,  CLASS_ANY,	      CLASS_ANY,   CLASS_LOAD,	CLASS_STORE, CLASS_STORE,
		CLASS_CAS,  CLASS_CAS,	      CLASS_ALLOC, CLASS_LOCK,	CLASS_TOP,   CLASS_TOP,
		CLASS_FREE, CLASS_INVALIDATE, CLASS_WALK,  CLASS_UNLOCK};
	struct op op = make(p, OP_PREEMPT, target);

	op.arg[0] = classes[below(r, 16)];
	op.arg[1] = below(r, often(op.arg[0]));
	return op;
}

static void insert(struct prog *p, unsigned at, struct op op)
{
	if (p->n == PROG_MAX_OPS)
		p->n--;
	if (at > p->n)
		at = p->n;
	memmove(&p->op[at + 1], &p->op[at], (p->n - at) * sizeof(op));
	p->op[at] = op;
	p->n++;
}

/* The fiber an operation belongs to. */
static unsigned fiber_at(const struct prog *p, unsigned at)
{
	for (unsigned i = at; i-- > 0;)
		if (p->op[i].code == OP_FIBER)
			return op_fiber(&p->op[i]);
	return 0;
}

static bool has_range(const struct op *op)
{
	return op_rows[op->code].arg[0] == ARG_IOVA;
}

/* What another fiber could do meanwhile: the same or something else, there, next to it or anywhere.
 */
static struct op rival(struct rng *r, const struct prog *p, const struct op *of)
{
	struct op op = *of;

	if (below(r, 2)) {
		if (below(r, 4))
			op.arg[1] += below(r, 2) ? 1 : -1;
		return op;
	}
	do
		op = invent_op(r, p);
	while (!has_range(&op));
	if (below(r, 2))
		aim(r, &op, of);
	op.slot = op_first_slot(prog_version(p), op.code);
	return op;
}

/* A rival of this operation in another fiber; and when to go there. */
static void pair(struct rng *r, struct prog *p)
{
	unsigned at = below(r, p->n), fiber = fiber_at(p, at), other = (fiber + 1) % RUN_FIBERS;
	struct op op;

	if (!has_range(&p->op[at]))
		return;
	op = rival(r, p, &p->op[at]);
	insert(p, p->n, make(p, OP_FIBER, other));
	if (below(r, 4) == 0)
		insert(p, p->n, preemption(r, p, fiber));
	insert(p, p->n, op);
	insert(p, at, preemption(r, p, other));
}

/* A walk to where this operation works, begun in the middle of it, perhaps ended after it. */
static void walk(struct rng *r, struct prog *p)
{
	unsigned at = below(r, p->n), fiber = fiber_at(p, at);
	unsigned walker = RUN_FIBERS + below(r, RACE_WALKERS);
	struct op op = p->op[at], stop = preemption(r, p, fiber);

	if (!has_range(&op))
		return;
	if (below(r, 2)) {
		insert(p, p->n, make(p, OP_FIBER, walker));
		stop.arg[0] = CLASS_WALK;
		stop.arg[1] = below(r, 4);
		if (below(r, 4))
			insert(p, p->n, stop);
		op.code = OP_DREAD;
		op.slot = op_first_slot(prog_version(p), OP_DREAD);
		op.mod = 0;
		insert(p, p->n, op);
	}
	insert(p, at, preemption(r, p, walker));
}

static void interrupt(struct rng *r, struct prog *p)
{
	insert(p, below(r, p->n), preemption(r, p, below(r, 8)));
}

static void divide(struct rng *r, struct prog *p)
{
	insert(p, below(r, p->n), make(p, OP_FIBER, below(r, 4) ? below(r, 3) : below(r, 8)));
}

/* Memory ends soon: what a call has built by then must go away again. */
static void starve(struct rng *r, struct prog *p)
{
	struct op op = make(p, OP_NOMEM, below(r, 8));

	op.arg[0] = below(r, 4);
	insert(p, below(r, p->n), op);
}

/* A configuration, some operations that belong together, and one or two that meet them. */
static void invent_race(struct rng *r, struct prog *p)
{
	invent_config(r, p);
	p->n = invent_phrase(r, p, p->op);
	for (unsigned i = 0; i < p->n; i++)
		p->op[i].slot = op_first_slot(prog_version(p), p->op[i].code);
	for (unsigned more = 1 + below(r, 2); more--;)
		if (below(r, 4))
			pair(r, p);
		else
			walk(r, p);
}

static void shorten(struct rng *r, struct prog *p)
{
	while (p->n > SHORT && below(r, 4)) {
		unsigned at = below(r, p->n);

		memmove(&p->op[at], &p->op[at + 1], (p->n - at - 1) * sizeof(*p->op));
		p->n--;
	}
}

size_t race_mutate(enum hw_id hw, uint8_t *data, size_t size, size_t max, unsigned seed)
{
	struct rng r = rng_start(seed);
	struct prog p;

	prog_decode(&p, hw, data, size);
	p.cut = 0;
	p.tail_len = 0;
	if (below(&r, 2))
		return prog_mutate(hw, data, size, max, seed);
	if (!p.n || !below(&r, 4))
		invent_race(&r, &p);
	switch (below(&r, 8)) {
	case 0:
		interrupt(&r, &p);
		break;
	case 1:
		divide(&r, &p);
		break;
	case 2:
		starve(&r, &p);
		break;
	case 3:
	case 4:
		walk(&r, &p);
		break;
	default:
		pair(&r, &p);
	}
	shorten(&r, &p);
	while (p.n && prog_size(&p) > max)
		p.n--;
	return prog_encode(&p, data, max);
}
