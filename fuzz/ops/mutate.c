// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mutations of whole operations: what a fuzzer that flips bytes rarely does.
 *
 * A mutation decodes, changes one thing that has a meaning and encodes again, a function of the
 * input and the seed alone. Results are canonical: no missing end, no tail. Most changes keep an
 * operation sensible, as addresses that meet earlier ones find more than arbitrary ones.
 */
#include <string.h>

#include "ops/facts.h"

struct rng {
	uint64_t state;
};

static struct rng rng_start(unsigned seed)
{
	struct rng r = {(seed + 1) * 0x9e3779b97f4a7c15};

	return r;
}

/* 0..n-1 */
static unsigned below(struct rng *r, unsigned n)
{
	r->state ^= r->state << 13;
	r->state ^= r->state >> 7;
	r->state ^= r->state << 17;
	return (unsigned)(r->state * 0x2545f4914f6cdd1d >> 33) % n;
}

/* A multiple near a boundary, mostly. */
static uint8_t near(struct rng *r)
{
	static const int8_t steps[16] = {0, 0, 0, 0, 1, 1, -1, -1, 2, -2, 3, 7, 8, 15, 16, 63};

	return below(r, 16) ? steps[below(r, 16)] : (int)below(r, 128) - 64;
}

/* Base and unit, or form and unit: three in four from where calls succeed. */
static uint8_t first_byte(struct rng *r, enum arg_kind kind)
{
	static const uint8_t inside[8] = {0, 5, 6, 9, 11, 12, 14, 15};
	bool plain = below(r, 4);
	unsigned unit = below(r, 4) ? below(r, 4) : below(r, 16);

	switch (kind) {
	case ARG_IOVA:
		return (plain ? inside[below(r, 8)] : below(r, 16)) << 4 | unit;
	case ARG_OA:
	case ARG_LEN:
		return (plain ? 0 : below(r, 16)) << 4 | unit;
	case ARG_PGSIZE:
		return unit;
	case ARG_COUNT:
		return plain ? near(r) & 31 : 224 + below(r, 32);
	case ARG_NTH:
		return plain ? below(r, 16) : below(r, 256);
	default:
		return below(r, 16);
	}
}

static bool is_steps(enum len_form form)
{
	return (form >= LEN_TO_LV1 && form <= LEN_TO_END) || form == LEN_TO_WRAP;
}

/* Steps near a boundary, or a count that is rarely large and rarely none. */
static uint8_t second_byte(struct rng *r, enum arg_kind kind, uint8_t first)
{
	if (kind == ARG_LEN && !is_steps(first >> 4))
		return below(r, 8) ? near(r) & 15 : below(r, 256);
	return near(r);
}

static void new_args(struct rng *r, struct op *op)
{
	uint8_t *arg = op->arg;

	memset(arg, 0, OP_MAX_BYTES);
	for (const uint8_t *kind = op_rows[op->code].arg; *kind != ARG_END; kind++) {
		arg[0] = first_byte(r, *kind);
		if (arg_bytes(*kind) == 2)
			arg[1] = second_byte(r, *kind, arg[0]);
		arg += arg_bytes(*kind);
	}
}

/* Rights that every format has, but for one in eight. */
static uint8_t new_mod(struct rng *r, const struct op *op)
{
	bool maps = op->code == OP_MAP || op->code == OP_MAP_PAGES;

	return maps && below(r, 8) ? below(r, 2) : below(r, 8);
}

static bool has_range(const struct op *op)
{
	return op_rows[op->code].arg[0] == ARG_IOVA;
}

/* Byte at which the length begins; 0 if the row has none. */
static unsigned len_at(const struct op *op)
{
	unsigned at = 0;

	for (const uint8_t *kind = op_rows[op->code].arg; *kind != ARG_END; kind++) {
		if (*kind == ARG_LEN)
			return at;
		at += arg_bytes(*kind);
	}
	return 0;
}

/* Makes an operation go where an earlier one went, best a map, exactly or by one step. */
static void retarget(struct rng *r, struct prog *p, unsigned i)
{
	struct op *op = &p->op[i];
	const struct op *from = &p->op[below(r, i + 1)];
	unsigned to_len = len_at(op), from_len;

	for (unsigned tries = 0; tries < 4 && from->code > OP_MAP_PAGES; tries++)
		from = &p->op[below(r, i + 1)];
	from_len = len_at(from);

	if (!has_range(op) || !has_range(from) || op == from)
		return;
	memcpy(op->arg, from->arg, 2);
	if (to_len && from_len)
		memcpy(op->arg + to_len, from->arg + from_len, 2);
	if (!below(r, 3))
		op->arg[1] += below(r, 2) ? 1 : -1;
}

static struct op new_op(struct rng *r, const struct prog *p)
{
	uint8_t code[OP_SLOTS];
	struct op op = {.code = 0};

	op_layout(prog_version(p), code);
	op.code = code[below(r, OP_SLOTS)];
	op.slot = op_first_slot(prog_version(p), op.code);
	op.mod = new_mod(r, &op);
	new_args(r, &op);
	return op;
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
	struct op op = new_op(r, p);
	unsigned i = below(r, p->n < PROG_MAX_OPS ? p->n + 1 : p->n);

	insert_ops(p, i, &op, 1);
	if (below(r, 8) < (op.code <= OP_MAP_PAGES ? 2 : 7))
		retarget(r, p, i);
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
		*byte = near(r);
	}
}

static void mutate_target(struct rng *r, struct prog *p)
{
	retarget(r, p, below(r, p->n));
}

static void mutate_mod(struct rng *r, struct prog *p)
{
	struct op *op = &p->op[below(r, p->n)];

	op->mod = new_mod(r, op);
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
			new_args(r, op);
		return;
	}
	mutate_insert(r, p);
}

static const struct {
	uint8_t weight; /* of 32 */
	void (*apply)(struct rng *r, struct prog *p);
} mutations[] = {
	{8, mutate_insert}, {4, mutate_delete},	  {2, mutate_duplicate},
	{2, mutate_swap},   {6, mutate_argument}, {4, mutate_target},
	{3, mutate_mod},    {2, mutate_header},	  {1, mutate_preemption},
};

static void mutate_once(struct rng *r, struct prog *p)
{
	unsigned point = below(r, 32), i = 0;

	while (point >= mutations[i].weight)
		point -= mutations[i++].weight;
	if (p->n)
		mutations[i].apply(r, p);
	else
		mutate_insert(r, p);
}

static void canonical_len(uint8_t arg[2])
{
	unsigned form = arg[0] >> 4;

	if (form >= LEN_SMALL && form < LEN_TO_WRAP) {
		arg[0] &= 7;
		arg[1] %= 4;
	} else if (is_steps(form) && step_alias(arg[1])) {
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
	uint8_t slot[OP_COUNT];

	for (unsigned c = 0; c < OP_COUNT; c++)
		slot[c] = op_first_slot(prog_version(p), c);
	for (unsigned i = 0; i < p->n; i++) {
		p->op[i].slot = slot[p->op[i].code];
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
