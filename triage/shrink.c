// SPDX-License-Identifier: GPL-2.0-only
/*
 * `shrink`: the shortest program that still raises the same key. Operations go first, in halves,
 * quarters and so on to single ones (ddmin); preemptions are operations too. Then each byte of the
 * configuration and of the arguments is tried at its simplest.
 */
#include "triage.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define TRIED_MAX 4096

static struct {
	const struct input *in;
	struct shrunk *out;
	struct prog best, next;
	unsigned n_tried; /* programs that do not keep the key, by their hash */
	uint64_t tried[TRIED_MAX];
} s;

static uint64_t hash(const uint8_t *data, size_t size)
{
	uint64_t h = 0xcbf29ce484222325;

	while (size--)
		h = (h ^ *data++) * 0x100000001b3;
	return h;
}

static bool was_tried(uint64_t h)
{
	for (unsigned i = 0; i < s.n_tried; i++)
		if (s.tried[i] == h)
			return true;
	return false;
}

/* Is the key still raised? Then `next` is the best. Once stopped, nothing is tried any more. */
static bool keeps(void)
{
	uint8_t data[PROG_MAX_SIZE];
	struct probe p;
	uint64_t h;
	size_t n;

	if (stopped)
		return false;
	s.next.cut = 0;
	s.next.tail_len = 0;
	n = prog_encode(&s.next, data, sizeof(data));
	h = hash(data, n);
	if (was_tried(h))
		return false;
	probe_input(s.in->target, false, data, n, &p);
	s.out->probes++;
	if (p.verdict == PROBE_OK || strcmp(p.key, s.out->key)) {
		if (s.n_tried < TRIED_MAX)
			s.tried[s.n_tried++] = h;
		return false;
	}
	s.best = s.next;
	return true;
}

static void drop(unsigned from, unsigned n)
{
	s.next = s.best;
	memmove(&s.next.op[from], &s.next.op[from + n],
		(s.next.n - from - n) * sizeof(s.next.op[0]));
	s.next.n -= n;
}

static bool fewer_operations(void)
{
	bool any = false;

	for (unsigned n = (s.best.n + 1) / 2; n; n /= 2) {
		for (unsigned end = s.best.n; end >= n && s.best.n;) {
			drop(end - n, n);
			if (keeps())
				any = true;
			end = end - n < s.best.n ? end - n : s.best.n;
		}
	}
	return any;
}

/* Tries values for one byte of the best program, the simplest first; *at points into `next`. */
static bool simpler_byte(uint8_t *at, const uint8_t *best)
{
	uint8_t was = *best;
	const uint8_t tries[] = {0, was & 0xf0, was & 0x0f, 1, was / 16, was / 2, was - 1};

	for (unsigned i = 0; i < sizeof(tries); i++) {
		if (tries[i] == was || (i > 2 && tries[i] > was))
			continue;
		s.next = s.best;
		*at = tries[i];
		if (keeps())
			return true;
	}
	return false;
}

static bool simpler_operation(unsigned i)
{
	unsigned bytes = op_arg_bytes((enum op_code)s.best.op[i].code);
	uint8_t first = op_first_slot(prog_version(&s.best), (enum op_code)s.best.op[i].code);
	bool any = false;

	if (s.best.op[i].slot != first) {
		s.next = s.best;
		s.next.op[i].slot = first;
		any |= keeps();
	}
	if (s.best.op[i].mod) {
		s.next = s.best;
		s.next.op[i].mod = 0;
		any |= keeps();
	}
	for (unsigned b = 0; b < bytes; b++)
		if (s.best.op[i].arg[b])
			any |= simpler_byte(&s.next.op[i].arg[b], &s.best.op[i].arg[b]);
	return any;
}

static bool simpler_arguments(void)
{
	bool any = false;

	for (unsigned b = 0; b < PROG_HEADER; b++)
		if (s.best.header[b])
			any |= simpler_byte(&s.next.header[b], &s.best.header[b]);
	for (unsigned i = 0; i < s.best.n; i++)
		any |= simpler_operation(i);
	return any;
}

/* Inputs that are no programs lose bytes instead, from the end. */
static void fewer_bytes(struct shrunk *out)
{
	for (size_t n = (out->size + 1) / 2; n; n /= 2) {
		for (size_t end = out->size; end >= n && out->size;) {
			uint8_t data[PROG_MAX_SIZE];
			struct probe p;

			if (stopped)
				return;
			memcpy(data, out->data, end - n);
			memcpy(data + end - n, out->data + end, out->size - end);
			probe_input(s.in->target, false, data, out->size - n, &p);
			out->probes++;
			if (p.verdict != PROBE_OK && !strcmp(p.key, out->key)) {
				out->size -= n;
				memcpy(out->data, data, out->size);
			}
			end = end - n < out->size ? end - n : out->size;
		}
	}
}

bool shrink_input(const struct input *in, struct shrunk *out)
{
	struct probe p;

	memset(out, 0, sizeof(*out));
	probe_input(in->target, false, in->data, in->size, &p);
	if (p.verdict == PROBE_OK)
		return false;
	snprintf(out->key, sizeof(out->key), "%s", p.key);
	memcpy(out->data, in->data, in->size);
	out->size = in->size;
	s.in = in;
	s.out = out;
	s.n_tried = 0;
	if (in->hw == HW_COUNT) {
		fewer_bytes(out);
		return true;
	}
	prog_decode(&s.best, in->hw, in->data, in->size);
	out->ops_before = s.best.n;
	s.next = s.best;
	keeps();
	fewer_operations();
	for (unsigned round = 0; round < 8 && simpler_arguments(); round++)
		fewer_operations();
	out->ops = s.best.n;
	out->size = prog_encode(&s.best, out->data, sizeof(out->data));
	return true;
}

static void print_json(const struct input *in, const struct shrunk *r, const char *path)
{
	cJSON *o = cJSON_CreateObject();
	char *text;

	cJSON_AddStringToObject(o, "file", in->path);
	cJSON_AddStringToObject(o, "key", r->key);
	cJSON_AddNumberToObject(o, "operations_before", r->ops_before);
	cJSON_AddNumberToObject(o, "operations", r->ops);
	cJSON_AddNumberToObject(o, "probes", r->probes);
	cJSON_AddStringToObject(o, "output", path);
	text = cJSON_Print(o);
	puts(text);
	free(text);
	cJSON_Delete(o);
}

void shrunk_write(const struct input *in, const struct shrunk *r, FILE *f)
{
	if (in->hw == HW_COUNT) {
		fwrite(r->data, 1, r->size, f);
		return;
	}
	fprintf(f, "# Key: %s\n# Target: %s\n", r->key, in->target);
	input_print(in->hw, r->data, r->size, f);
}

int cmd_shrink(void)
{
	static struct input in;
	static struct shrunk r;
	char path[4200];
	FILE *f;

	if (opt.argc != 1)
		die("shrink takes one file; shrink --help");
	input_read(&in, opt.argv[0]);
	snprintf(path, sizeof(path), "%s%s", opt.out ? opt.out : in.path,
		 opt.out	     ? ""
		 : in.hw == HW_COUNT ? ".min"
				     : ".min.ops");
	output_check(path);
	stop_on_signals();
	if (!shrink_input(&in, &r)) {
		printf("%s: no fault, nothing to shrink\n", in.path);
		return 1;
	}
	f = output_open(path);
	shrunk_write(&in, &r, f);
	output_close(f, path);
	if (opt.json)
		print_json(&in, &r, path);
	else if (strcmp(path, "-"))
		printf("%s: %u operations became %u in %u tries, key %s: %s\n", in.path,
		       r.ops_before, r.ops, r.probes, r.key, path);
	return stopped ? 130 : 0;
}
