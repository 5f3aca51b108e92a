// SPDX-License-Identifier: GPL-2.0-only
/*
 * opsdict: a dictionary for libFuzzer and AFL, made from the table of operations.
 *
 *	opsdict amdv1 > build/dict/amdv1.dict
 *
 * An entry is one operation, complete in bytes, with ordinary arguments: the mods that matter
 * once each, and the bases and units of addresses and lengths in turn. The comment is its text.
 */
#include <string.h>

#include "ops/no_apply.h"
#include "ops/ops.h"
#include "oracle/hw.h"

static void print_entry(const struct prog *p, const struct op *op)
{
	uint8_t bytes[1 + OP_MAX_BYTES];
	size_t n = op_encode(op, bytes);
	char text[128];

	printf("# %s\n\"", op_print(p, op, text, sizeof(text)));
	for (size_t i = 0; i < n; i++)
		printf("\\x%02x", bytes[i]);
	printf("\"\n");
}

/* Each value of the high and the low half of an argument's first byte, the others ordinary. */
static void vary_argument(const struct prog *p, struct op op, unsigned at, enum arg_kind kind)
{
	bool counted = arg_bytes(kind) == 2;

	for (unsigned i = 1; i < 16; i++) {
		op.arg[at] = i << (counted ? 4 : 0);
		print_entry(p, &op);
	}
	for (unsigned i = 0; counted && i < 16; i++) {
		op.arg[at] = i;
		op.arg[at + 1] = 1;
		print_entry(p, &op);
	}
}

static void print_row(const struct prog *p, enum op_code code)
{
	struct op op = {.code = code, .slot = op_first_slot(PROG_VERSION, code)};
	unsigned at = 0;

	for (unsigned mod = 0; mod < 8; mod++) {
		op.mod = mod;
		if (!strchr(op_rows[code].mods[mod], '\''))
			print_entry(p, &op);
	}
	op.mod = 0;
	for (const uint8_t *kind = op_rows[code].arg; *kind != ARG_END; kind++) {
		vary_argument(p, op, at, *kind);
		at += arg_bytes(*kind);
	}
}

int main(int argc, char **argv)
{
	static struct prog p;
	unsigned hw = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: opsdict HARDWARE\n");
		return 2;
	}
	while (hw < HW_COUNT && strcmp(hw_name(hw), argv[1]))
		hw++;
	if (hw == HW_COUNT) {
		fprintf(stderr, "opsdict: %s: no such hardware\n", argv[1]);
		return 2;
	}
	prog_decode(&p, hw, NULL, 0);
	printf("# Operations of %s; see fuzz/ops/dict.c.\n", argv[1]);
	for (unsigned c = 0; c < OP_COUNT; c++)
		print_row(&p, c);
	return 0;
}
