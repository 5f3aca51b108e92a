// SPDX-License-Identifier: GPL-2.0-only
/*
 * Inventing operations: addresses where trees have their seams, and ranges that meet earlier ones.
 *
 * Coverage of the engine does not tell one range from another, so that what makes a state rare has
 * to be likely here: ends of the width, a last leaf that fills its table, the same range again in
 * other pieces, little memory, a configuration with several departures at once.
 */
#include "ops/invent.h"

#include <string.h>

struct rng rng_start(unsigned seed)
{
	struct rng r = {(seed + 1) * 0x9e3779b97f4a7c15};

	return r;
}

unsigned below(struct rng *r, unsigned n)
{
	r->state ^= r->state << 13;
	r->state ^= r->state >> 7;
	r->state ^= r->state << 17;
	return (unsigned)(r->state * 0x2545f4914f6cdd1d >> 33) % n;
}

uint8_t invent_steps(struct rng *r)
{
	static const int8_t steps[16] = {0, 0, 0, 0, 1, 1, -1, -1, 2, -2, 3, 7, 8, 15, 16, 63};

	return below(r, 16) ? steps[below(r, 16)] : (int)below(r, 128) - 64;
}

static unsigned invent_unit(struct rng *r)
{
	return below(r, 4) ? below(r, 4) : below(r, 16);
}

/* Base and unit, or form and unit: three in four from where calls succeed. */
static uint8_t first_byte(struct rng *r, enum arg_kind kind)
{
	static const uint8_t inside[8] = {0, 5, 6, 9, 11, 12, 14, 15};
	bool plain = below(r, 4);
	unsigned unit = invent_unit(r);

	switch (kind) {
	case ARG_IOVA:
		return (plain ? inside[below(r, 8)] : below(r, 16)) << 4 | unit;
	case ARG_OA:
	case ARG_LEN:
		return (plain ? 0 : below(r, 16)) << 4 | unit;
	case ARG_PGSIZE:
		return unit;
	case ARG_COUNT:
		return plain ? invent_steps(r) & 31 : 224 + below(r, 32);
	case ARG_NTH:
		return plain ? below(r, 16) : below(r, 256);
	default:
		return below(r, 16);
	}
}

/* Steps near a boundary, or a count that is rarely large and rarely none. */
static uint8_t second_byte(struct rng *r, enum arg_kind kind, uint8_t first)
{
	if (kind == ARG_LEN && !len_is_steps(first >> 4))
		return below(r, 8) ? invent_steps(r) & 15 : below(r, 256);
	return invent_steps(r);
}

void invent_args(struct rng *r, struct op *op)
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
uint8_t invent_mod(struct rng *r, const struct op *op)
{
	bool maps = op->code == OP_MAP || op->code == OP_MAP_PAGES;

	return maps && below(r, 8) ? below(r, 2) : below(r, 8);
}

/* Its slot is what mutations settle last. */
static struct op op_of(struct rng *r, enum op_code code)
{
	struct op op = {.code = code};

	op.mod = invent_mod(r, &op);
	invent_args(r, &op);
	if (!below(r, 4))
		abut(r, &op);
	return op;
}

struct op invent_op(struct rng *r, const struct prog *p)
{
	const uint8_t *code = op_layout(prog_version(p));
	struct op op;

	for (unsigned tries = 0; tries < 8; tries++) {
		op.code = code[below(r, OP_SLOTS)];
		if (!op_is_off(p, &op))
			break;
	}
	return op_of(r, op.code);
}

/* Where the argument of this kind begins, OP_MAX_BYTES if the row has none. */
static unsigned arg_at(const struct op *op, enum arg_kind wanted)
{
	unsigned at = 0;

	for (const uint8_t *kind = op_rows[op->code].arg; *kind != ARG_END; kind++) {
		if (*kind == wanted)
			return at;
		at += arg_bytes(*kind);
	}
	return OP_MAX_BYTES;
}

static bool has_iova(const struct op *op)
{
	return arg_at(op, ARG_IOVA) == 0;
}

/* `count` units long, if the operation has a length; 1..240. */
static void set_len(struct op *op, unsigned unit, unsigned count)
{
	unsigned len = arg_at(op, ARG_LEN), pages = arg_at(op, ARG_PGSIZE);

	if (len < OP_MAX_BYTES) {
		op->arg[len] = LEN_EXACT << 4 | unit;
		op->arg[len + 1] = count - 1;
	} else if (pages < OP_MAX_BYTES) {
		op->arg[pages] = unit;
		op->arg[pages + 1] = count - 1;
	}
}

/* The count of units that a length is a plain multiple of, 0 if it is none. */
static unsigned get_len(const struct op *op, unsigned *unit)
{
	unsigned len = arg_at(op, ARG_LEN), pages = arg_at(op, ARG_PGSIZE), at;

	*unit = 0;
	at = pages < OP_MAX_BYTES ? pages : len;
	if (at == OP_MAX_BYTES || (at == len && op->arg[at] >> 4 != LEN_EXACT))
		return 0;
	*unit = op->arg[at] & 15;
	return op->arg[at + 1] < 240 ? op->arg[at + 1] + 1u : 0;
}

/* A part of a range of whole units, or the unit behind it. */
static void aim_inside(struct rng *r, struct op *op, unsigned unit, unsigned count)
{
	unsigned first = below(r, 2) ? below(r, count + 1) : count - 1;

	if (!step_count(op->arg[1]))
		op->arg[0] = (op->arg[0] & 0xf0) | unit;
	if ((op->arg[0] & 15) != unit)
		return;
	op->arg[1] += first < 64 ? first : 63;
	set_len(op, unit, first < count ? 1 + below(r, count - first) : 1);
}

/* The same start, another end. */
static void aim_end(struct rng *r, struct op *op)
{
	static const uint8_t forms[8] = {LEN_LESS_GRANULE, LEN_MORE_GRANULE, LEN_TO_LV1, LEN_TO_LV2,
					 LEN_TO_END,	   LEN_TIMES_16,     LEN_EXACT,	 LEN_EXACT};
	unsigned len = arg_at(op, ARG_LEN), form = forms[below(r, 8)];

	if (len == OP_MAX_BYTES)
		return;
	op->arg[len] = form << 4 | (op->arg[len] & 15);
	if (len_is_steps(form))
		op->arg[len + 1] = below(r, 2) ? 0 : invent_steps(r);
	else if (form == LEN_EXACT)
		op->arg[len + 1] += below(r, 2) ? 1 : -1;
}

void aim(struct rng *r, struct op *op, const struct op *from)
{
	unsigned len = arg_at(op, ARG_LEN), from_len = arg_at(from, ARG_LEN), unit;
	unsigned count = get_len(from, &unit);

	if (!has_iova(op) || !has_iova(from))
		return;
	memcpy(op->arg, from->arg, 2);
	if (count)
		set_len(op, unit, count);
	else if (len < OP_MAX_BYTES && from_len < OP_MAX_BYTES)
		memcpy(op->arg + len, from->arg + from_len, 2);
	switch (below(r, 8)) {
	case 0:
		op->arg[1] += below(r, 2) ? 1 : -1;
		break;
	case 1:
	case 2:
		if (count)
			aim_inside(r, op, unit, count);
		break;
	case 3:
		aim_end(r, op);
		break;
	}
}

void abut(struct rng *r, struct op *op)
{
	unsigned unit = invent_unit(r), count = 1 + (below(r, 4) ? below(r, 3) : below(r, 32));
	unsigned oa = arg_at(op, ARG_OA);

	if (!has_iova(op))
		return;
	op->arg[0] = (below(r, 4) ? below(r, IOVA_WRAP + 1) : below(r, 16)) << 4 | unit;
	op->arg[1] = below(r, 4) ? -count : 0;
	if (!below(r, 8))
		op->arg[1]++;
	set_len(op, unit, count);
	if (oa < OP_MAX_BYTES && !below(r, 4)) {
		op->arg[oa] = OA_END << 4 | unit;
		op->arg[oa + 1] = -count;
	}
}

/*
 * Phrases: something is mapped, something happens to it. All that has a range goes to the first's.
 */
#define ANY OP_COUNT
static const struct {
	uint8_t n;
	uint8_t code[PHRASE_MAX];
} phrases[] = {
	{2, {OP_MAP, OP_UNMAP}},
	{3, {OP_MAP, OP_UNMAP, OP_SYNC}},
	{4, {OP_MAP, OP_UNMAP, OP_MAP, OP_UNMAP}},
	{3, {OP_MAP, OP_MAP, OP_UNMAP}},
	{5, {OP_MAP, OP_MAP, OP_UNMAP, OP_MAP, OP_SYNC}},
	{5, {OP_MAP, OP_UNMAP, OP_UNMAP, OP_SYNC, OP_SYNC}},
	{3, {OP_MAP, OP_DWRITE, OP_DIRTY}},
	{5, {OP_MAP, OP_DWRITE, OP_DWRITE, OP_DIRTY, OP_DIRTY}},
	{6, {OP_MAP, OP_DWRITE, OP_DIRTY, OP_UNMAP, OP_MAP, OP_DIRTY}},
	{2, {OP_NOMEM, OP_MAP}},
	{3, {OP_NOMEM, OP_MAP, OP_UNMAP}},
	{4, {OP_MAP, OP_NOMEM, OP_MAP, OP_UNMAP}},
	{5, {OP_MAP, OP_UNMAP, OP_NOMEM, OP_MAP, OP_MAP}},
	{2, {OP_MAP_PAGES, OP_UNMAP}},
	{3, {OP_MAP_PAGES, OP_MAP, OP_UNMAP}},
	{3, {ANY, ANY, OP_UNMAP}},
};

unsigned invent_phrase(struct rng *r, const struct prog *p, struct op *out)
{
	unsigned which = below(r, sizeof(phrases) / sizeof(phrases[0])), n = phrases[which].n;
	const struct op *about = NULL;

	for (unsigned i = 0; i < n; i++) {
		unsigned code = phrases[which].code[i];

		out[i] = code == ANY ? invent_op(r, p) : op_of(r, code);
		if (code == OP_NOMEM && below(r, 4))
			out[i].arg[0] = below(r, 4);
		if (about)
			aim(r, &out[i], about);
		else if (has_iova(&out[i]))
			about = &out[i];
	}
	return n;
}

/* Half of the bytes stay with the usual; one header in sixteen asks for what init may refuse. */
void invent_config(struct rng *r, struct prog *p)
{
	bool raw = !below(r, 16);

	memset(p->header, 0, PROG_HEADER);
	for (unsigned i = 2; i < PROG_HEADER; i++)
		if (raw || below(r, 2))
			p->header[i] = below(r, 256);
	if (raw)
		p->header[5] |= 0xf0;
	if (below(r, 2))
		p->header[1] = below(r, 256) & below(r, 256);
}

void invent_prog(struct rng *r, struct prog *p)
{
	unsigned wanted = 2 + below(r, 16);

	invent_config(r, p);
	p->n = 0;
	while (p->n < wanted)
		p->n += invent_phrase(r, p, p->op + p->n);
}
