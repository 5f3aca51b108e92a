// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mutations of whole operations: what a fuzzer that flips bytes rarely does.
 *
 * A mutation decodes, changes one thing that has a meaning and encodes again, a function of the
 * input and the seed alone. Results are canonical: no missing end, no tail. Most changes keep an
 * operation sensible, as addresses that meet earlier ones find more than arbitrary ones.
 */
#include "ops/invent.h"

#include <string.h>

/* Makes an operation go where an earlier one went, best a map. */
static void retarget(struct rng *r, struct prog *p, unsigned i)
{
	const struct op *from = &p->op[below(r, i + 1)];

	for (unsigned tries = 0; tries < 4 && from->code > OP_MAP_PAGES; tries++)
		from = &p->op[below(r, i + 1)];
	if (from != &p->op[i])
		aim(r, &p->op[i], from);
}

/* Puts operations before the i-th; the last ones fall off a full program. */
static void insert_ops(struct prog *p, unsigned i, const struct op *ops, unsigned n)
{
	if (n > PROG_MAX_OPS - i)
		n = PROG_MAX_OPS - i;
	if (p->n + n > PROG_MAX_OPS)
		p->n = PROG_MAX_OPS - n;
	memmove(p->op + i + n, p->op + i, (p->n - i) * sizeof(*p->op));
	memcpy(p->op + i, ops, n * sizeof(*p->op));
	p->n += n;
}

static void remove_ops(struct prog *p, unsigned i, unsigned n)
{
	memmove(p->op + i, p->op + i + n, (p->n - i - n) * sizeof(*p->op));
	p->n -= n;
}

static void mutate_insert(struct rng *r, struct prog *p)
{
	struct op op = invent_op(r, p);
	unsigned i = below(r, p->n < PROG_MAX_OPS ? p->n + 1 : p->n);

	insert_ops(p, i, &op, 1);
	if (below(r, 8) < (op.code <= OP_MAP_PAGES ? 2 : 7))
		retarget(r, p, i);
}

static void mutate_phrase(struct rng *r, struct prog *p)
{
	struct op ops[PHRASE_MAX];
	unsigned n = invent_phrase(r, p, ops);

	insert_ops(p, below(r, p->n + 1), ops, n);
}

static void mutate_delete(struct rng *r, struct prog *p)
{
	unsigned i = below(r, p->n);

	remove_ops(p, i, below(r, 4) ? 1 : 1 + below(r, p->n - i));
}

static void mutate_duplicate(struct rng *r, struct prog *p)
{
	struct op ops[8];
	unsigned from = below(r, p->n), n = 1 + below(r, 8);

	if (n > p->n - from)
		n = p->n - from;
	memcpy(ops, p->op + from, n * sizeof(*ops));
	insert_ops(p, below(r, p->n + 1), ops, n);
}

static void mutate_swap(struct rng *r, struct prog *p)
{
	unsigned a = below(r, p->n), b = below(r, p->n);
	struct op op = p->op[a];

	p->op[a] = p->op[b];
	p->op[b] = op;
}

/* One argument byte: one step on, another unit, another base, or a new value. */
static void mutate_argument(struct rng *r, struct prog *p)
{
	struct op *op = &p->op[below(r, p->n)];
	unsigned n = op_arg_bytes(op->code);
	uint8_t *byte;

	if (!n)
		return;
	byte = &op->arg[below(r, n)];
	switch (below(r, 5)) {
	case 0:
		++*byte;
		break;
	case 1:
		--*byte;
		break;
	case 2:
		*byte = (*byte & 0xf0) | below(r, 16);
		break;
	case 3:
		*byte = (*byte & 0x0f) | below(r, 16) << 4;
		break;
	default:
		*byte = invent_steps(r);
	}
}

static void mutate_target(struct rng *r, struct prog *p)
{
	retarget(r, p, below(r, p->n));
}

static void mutate_seam(struct rng *r, struct prog *p)
{
	abut(r, &p->op[below(r, p->n)]);
}

static void mutate_mod(struct rng *r, struct prog *p)
{
	struct op *op = &p->op[below(r, p->n)];

	op->mod = invent_mod(r, op);
}

/* A configuration or swarm byte; often back to the usual. */
static void mutate_header(struct rng *r, struct prog *p)
{
	unsigned i = 1 + below(r, PROG_HEADER - 1);

	p->header[i] = below(r, 3) ? below(r, 256) : 0;
}

/* Another moment for a preemption, or another fiber. */
static void mutate_preemption(struct rng *r, struct prog *p)
{
	unsigned start = below(r, p->n);

	for (unsigned i = 0; i < p->n; i++) {
		struct op *op = &p->op[(start + i) % p->n];

		if (op->code != OP_PREEMPT)
			continue;
		if (below(r, 4))
			op->arg[1] += below(r, 9) - 4;
		else
			invent_args(r, op);
		return;
	}
	mutate_insert(r, p);
}

static const struct {
	uint8_t weight; /* of 32 */
	void (*apply)(struct rng *r, struct prog *p);
} mutations[] = {
	{5, mutate_insert}, {3, mutate_phrase},	  {3, mutate_delete}, {2, mutate_duplicate},
	{1, mutate_swap},   {5, mutate_argument}, {3, mutate_target}, {1, mutate_seam},
	{2, mutate_mod},    {2, mutate_header},	  {4, invent_prog},   {1, mutate_preemption},
};

static void mutate_once(struct rng *r, struct prog *p)
{
	unsigned point = below(r, 32), i = 0;

	while (point >= mutations[i].weight)
		point -= mutations[i++].weight;
	if (p->n)
		mutations[i].apply(r, p);
	else
		invent_prog(r, p);
}

static void canonical_len(uint8_t arg[2])
{
	unsigned form = arg[0] >> 4;

	if (form >= LEN_SMALL && form < LEN_TO_WRAP) {
		arg[0] &= 7;
		arg[1] %= 4;
	} else if (len_is_steps(form) && step_alias(arg[1])) {
		arg[1] = 0;
	}
}

/* Of the bytes that mean the same, the first. */
static void canonical_args(struct op *op)
{
	uint8_t *arg = op->arg;

	for (const uint8_t *kind = op_rows[op->code].arg; *kind != ARG_END; kind++) {
		if ((*kind == ARG_IOVA || *kind == ARG_OA) && step_alias(arg[1]))
			arg[1] = 0;
		if (*kind == ARG_LEN)
			canonical_len(arg);
		if (*kind == ARG_PGSIZE || *kind == ARG_NUM || *kind == ARG_CLASS)
			arg[0] &= 15;
		arg += arg_bytes(*kind);
	}
}

/* What does not fit is left out from the end, whole operations first. */
static size_t store(struct prog *p, uint8_t *out, size_t max)
{
	unsigned version = prog_version(p);

	for (unsigned i = 0; i < p->n; i++) {
		p->op[i].slot = op_first_slot(version, p->op[i].code);
		canonical_args(&p->op[i]);
	}
	while (p->n && prog_size(p) > max)
		p->n--;
	return prog_encode(p, out, max);
}

static void load(struct prog *p, enum hw_id hw, const uint8_t *data, size_t size)
{
	prog_decode(p, hw, data, size);
	p->cut = 0;
	p->tail_len = 0;
}

size_t prog_mutate(enum hw_id hw, uint8_t *data, size_t size, size_t max, unsigned seed)
{
	struct rng r = rng_start(seed);
	struct prog p;

	load(&p, hw, data, size);
	do
		mutate_once(&r, &p);
	while (below(&r, 2));
	return store(&p, data, max);
}

/* The header and some first operations of one, then some of the other. */
size_t prog_crossover(enum hw_id hw, const uint8_t *a, size_t an, const uint8_t *b, size_t bn,
		      uint8_t *out, size_t max, unsigned seed)
{
	struct rng r = rng_start(seed);
	struct prog p, q;
	unsigned at, from;

	load(&p, hw, a, an);
	load(&q, hw, b, bn);
	at = below(&r, p.n + 1);
	from = below(&r, q.n + 1);
	if (below(&r, 2))
		p.n = at;
	insert_ops(&p, at, q.op + from, q.n - from);
	return store(&p, out, max);
}
