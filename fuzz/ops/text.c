// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs as text: corpus, log and reproducer in one form that people can write.
 *
 *	# what this is for
 *	config width=48 level=+1 feat=dynamic,range
 *	swarm off=sync,race
 *	map end-1*2M same 2M*3 rw
 *	unmap prev 4K g0+sync
 *
 * An operation is its row's name, its arguments and its mod (the first one if it is left out):
 *	an address	a base, and steps from it: end, end-1*2M or end-2M (universe.c lists the
 *bases) a length	2M, 2M*3 or 6M, 2M*3*16, and a granule or a byte more or less: 2M*3+4K,
 *4K-1; or up to a place, and steps: ..lv1, ..lv2, ..end, ..wrap-1*4K What is left out of the
 *configuration is usual. Text keeps every byte of the input: `~n` tells apart bytes that mean the
 *same, `version`, `cut` and `tail` keep the rest.
 */
#include <string.h>

#include "ops/facts.h"

#define TAIL_LINE 32 /* bytes of the tail on one line */

/* Text that grows in a buffer and is cut at its end; ends with NUL once finished. */
struct buffer {
	char *at, *end;
};

static struct buffer buffer_start(char *out, size_t max)
{
	struct buffer b = {out, out + (max ? max - 1 : 0)};

	return b;
}

static void put_char(struct buffer *b, char c)
{
	if (b->at < b->end)
		*b->at++ = c;
}

static void put(struct buffer *b, const char *s)
{
	while (*s)
		put_char(b, *s++);
}

static void put_number(struct buffer *b, uint64_t n, unsigned base)
{
	char digits[20];
	unsigned len = 0;

	do {
		digits[len++] = "0123456789abcdef"[n % base];
		n /= base;
	} while (n);
	while (len)
		put_char(b, digits[--len]);
}

static void put_size(struct buffer *b, uint64_t bytes)
{
	unsigned unit = 0;

	while (unit < 6 && bytes && !(bytes & ((1ull << (10 * (unit + 1))) - 1)))
		unit++;
	if (bytes >> (10 * unit) >= 10000 || (!unit && bytes >= 1024)) {
		put(b, "0x");
		put_number(b, bytes, 16);
		return;
	}
	put_number(b, bytes >> (10 * unit), 10);
	if (unit)
		put_char(b, "KMGTPE"[unit - 1]);
}

char *size_print(uint64_t bytes, char *out, size_t max)
{
	struct buffer b = buffer_start(out, max);

	put_size(&b, bytes);
	if (max)
		*b.at = 0;
	return out;
}

/* Printing */

static void put_unit(struct buffer *b, enum hw_id hw, unsigned unit)
{
	put_size(b, 1ull << hw_facts(hw)->units[unit & 15]);
}

static void print_alias(struct buffer *b, unsigned alias)
{
	if (!alias)
		return;
	put_char(b, '~');
	put_number(b, alias, 10);
}

/* `+3*4K`, and nothing for no step of the first unit */
static void print_steps(struct buffer *b, enum hw_id hw, const uint8_t arg[2])
{
	unsigned unit = arg[0] & 15;
	int k = step_count(arg[1]);

	if (unit || k) {
		put_char(b, k < 0 ? '-' : '+');
		put_number(b, k < 0 ? -k : k, 10);
		put_char(b, '*');
		put_unit(b, hw, unit);
	}
	print_alias(b, step_alias(arg[1]));
}

static void print_address(struct buffer *b, enum hw_id hw, const char *const *bases,
			  const uint8_t arg[2])
{
	put(b, bases[arg[0] >> 4]);
	print_steps(b, hw, arg);
}

const char *const len_to_names[4] = {"..lv1", "..lv2", "..end", "..wrap"};

/* `2M*3`; the first count is left out */
static void print_product(struct buffer *b, enum hw_id hw, unsigned unit, unsigned count,
			  bool first)
{
	put_unit(b, hw, unit);
	if (count == 1 && first)
		return;
	put_char(b, '*');
	put_number(b, count, 10);
}

static void print_len(struct buffer *b, enum hw_id hw, const uint8_t arg[2])
{
	unsigned form = arg[0] >> 4, unit = arg[0] & 15, count = (uint8_t)(arg[1] + 1);

	switch (form) {
	case LEN_TO_LV1:
	case LEN_TO_LV2:
	case LEN_TO_END:
	case LEN_TO_WRAP:
		put(b, len_to_names[form == LEN_TO_WRAP ? 3 : form - LEN_TO_LV1]);
		print_steps(b, hw, arg);
		return;
	case LEN_EXACT:
	case LEN_LESS_GRANULE:
	case LEN_MORE_GRANULE:
	case LEN_LESS_BYTE:
	case LEN_MORE_BYTE:
		print_product(b, hw, unit, count, true);
		break;
	case LEN_TIMES_16:
		print_product(b, hw, unit, count, false);
		put(b, "*16");
		return;
	default:
		print_product(b, hw, unit & 7, arg[1] % 4 + 1, true);
		print_alias(b, 1 + (form - LEN_SMALL) * 128 + (unit >> 3) * 64 + arg[1] / 4);
		return;
	}
	if (form == LEN_EXACT)
		return;
	put_char(b, form == LEN_LESS_GRANULE || form == LEN_LESS_BYTE ? '-' : '+');
	if (form <= LEN_MORE_GRANULE)
		put_unit(b, hw, 0);
	else
		put_char(b, '1');
}

static void print_arg(struct buffer *b, enum hw_id hw, enum arg_kind kind, const struct op *op,
		      const uint8_t *arg)
{
	switch (kind) {
	case ARG_IOVA:
		print_address(b, hw, iova_base_names, arg);
		return;
	case ARG_OA:
		print_address(b, hw, oa_base_names, arg);
		return;
	case ARG_LEN:
		print_len(b, hw, arg);
		return;
	case ARG_COUNT:
		put_number(b, op_count(op), 10);
		return;
	case ARG_PGSIZE:
		put_unit(b, hw, *arg);
		break;
	case ARG_NUM:
		put_number(b, *arg & 15, 10);
		break;
	case ARG_CLASS:
		put(b, op_classes[*arg & 15]);
		break;
	default:
		put_number(b, *arg, 10);
		return;
	}
	print_alias(b, *arg >> 4);
}

/* Which of the slots that name its row an operation used. */
static unsigned slot_alias(unsigned version, const struct op *op)
{
	const uint8_t *code = op_layout(version);
	unsigned alias = 0;

	for (unsigned slot = 0; slot < op->slot; slot++)
		alias += code[slot] == op->code;
	return alias;
}

char *op_print(const struct prog *p, const struct op *op, char *out, size_t max)
{
	const struct op_row *row = &op_rows[op->code];
	struct buffer b = buffer_start(out, max);
	const uint8_t *arg = op->arg;

	put(&b, row->name);
	print_alias(&b, slot_alias(prog_version(p), op));
	for (unsigned i = 0; row->arg[i] != ARG_END; i++) {
		put_char(&b, ' ');
		print_arg(&b, p->hw, row->arg[i], op, arg);
		arg += arg_bytes(row->arg[i]);
	}
	put_char(&b, ' ');
	put(&b, row->mods[op->mod]);
	if (max)
		*b.at = 0;
	return out;
}

static void print_header(const struct prog *p, FILE *out)
{
	const char *before = "swarm off=";
	char value[64];

	if (p->header[0])
		fprintf(out, "version %u\n", p->header[0]);
	fprintf(out, "config");
	for (unsigned i = 0; i < CONFIG_FIELDS; i++)
		fprintf(out, " %s=%s", config_field_names[i],
			config_field_print(p, i, value, sizeof(value)));
	fprintf(out, "\n");
	for (unsigned i = 0; i < OP_GROUPS; i++) {
		if (p->header[1] >> i & 1) {
			fprintf(out, "%s%s", before, op_groups[i]);
			before = ",";
		}
	}
	if (p->header[1])
		fprintf(out, "\n");
}

void prog_print(const struct prog *p, FILE *out)
{
	static const char digits[] = "0123456789abcdef";
	char line[128];

	print_header(p, out);
	for (unsigned i = 0; i < p->n; i++)
		fprintf(out, "%s%s\n", op_print(p, &p->op[i], line, sizeof(line)),
			op_is_off(p, &p->op[i]) ? " # off" : "");
	if (p->cut)
		fprintf(out, "cut %u\n", p->cut);
	for (size_t i = 0; i < p->tail_len; i++) {
		if (i % TAIL_LINE == 0)
			fputs(i ? "\ntail " : "tail ", out);
		fputc(digits[p->tail[i] >> 4], out);
		fputc(digits[p->tail[i] & 15], out);
	}
	if (p->tail_len)
		fputc('\n', out);
}
