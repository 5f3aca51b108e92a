// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes to program and back. Any bytes decode, and encode to themselves again: what a program
 * has no use for (a missing end, bytes after the last operation) it remembers.
 */
#include <string.h>

#include "ops/ops.h"

unsigned arg_bytes(enum arg_kind kind)
{
	static const uint8_t bytes[ARG_KINDS] = {
		[ARG_IOVA] = 2,	 [ARG_OA] = 2,	[ARG_LEN] = 2,	 [ARG_PGSIZE] = 1,
		[ARG_COUNT] = 1, [ARG_NUM] = 1, [ARG_CLASS] = 1, [ARG_NTH] = 1,
	};

	return bytes[kind];
}

unsigned op_arg_bytes(enum op_code code)
{
	unsigned sum = 0;

	for (const uint8_t *arg = op_rows[code].arg; *arg != ARG_END; arg++)
		sum += arg_bytes(*arg);
	return sum;
}

unsigned prog_version(const struct prog *p)
{
	return p->header[0] <= PROG_VERSION ? p->header[0] : 0;
}

/* With both ways to map switched off an input could do nothing: plain maps stay. */
bool op_is_off(const struct prog *p, const struct op *op)
{
	unsigned off = p->header[1];
	unsigned maps = 1u << op_rows[OP_MAP].group | 1u << op_rows[OP_MAP_PAGES].group;

	if ((off & maps) == maps)
		off &= ~(1u << op_rows[OP_MAP].group);
	return off >> op_rows[op->code].group & 1;
}

void prog_decode(struct prog *p, enum hw_id hw, const uint8_t *data, size_t size)
{
	const uint8_t *code;
	size_t at = size < PROG_HEADER ? size : PROG_HEADER;

	if (size > PROG_MAX_SIZE)
		size = PROG_MAX_SIZE;
	p->hw = hw;
	p->n = 0;
	p->cut = PROG_HEADER - at;
	memset(p->header, 0, PROG_HEADER);
	if (at)
		memcpy(p->header, data, at);
	code = op_layout(prog_version(p));
	while (at < size && p->n < PROG_MAX_OPS) {
		struct op *op = &p->op[p->n++];
		unsigned want, have;

		op->slot = data[at] % OP_SLOTS;
		op->mod = data[at++] / OP_SLOTS;
		op->code = code[op->slot];
		want = op_arg_bytes(op->code);
		have = size - at < want ? size - at : want;
		for (unsigned i = 0; i < OP_MAX_BYTES; i++)
			op->arg[i] = i < have ? data[at + i] : 0;
		at += have;
		p->cut = want - have;
	}
	p->tail_len = size - at;
	if (p->tail_len)
		memcpy(p->tail, data + at, p->tail_len);
}

size_t op_encode(const struct op *op, uint8_t *out)
{
	unsigned n = op_arg_bytes(op->code);

	out[0] = op->slot | op->mod * OP_SLOTS;
	memcpy(out + 1, op->arg, n);
	return 1 + n;
}

size_t prog_size(const struct prog *p)
{
	size_t size = PROG_HEADER + p->tail_len - p->cut;

	for (unsigned i = 0; i < p->n; i++)
		size += 1 + op_arg_bytes(p->op[i].code);
	return size;
}

static size_t append(uint8_t *out, size_t at, size_t max, const uint8_t *from, size_t n)
{
	if (n > max - at)
		n = max - at;
	if (n)
		memcpy(out + at, from, n);
	return at + n;
}

/* With too little room the result is a prefix: again a program. */
size_t prog_encode(const struct prog *p, uint8_t *out, size_t max)
{
	size_t size = append(out, 0, max, p->header, PROG_HEADER - (p->n ? 0 : p->cut));

	for (unsigned i = 0; i < p->n; i++) {
		uint8_t buf[1 + OP_MAX_BYTES];
		size_t n = op_encode(&p->op[i], buf);

		size = append(out, size, max, buf, n - (i + 1 == p->n ? p->cut : 0));
	}
	return append(out, size, max, p->tail, p->tail_len);
}
