// SPDX-License-Identifier: GPL-2.0-only
/* `show`: what an input does, and where engine and model part. */
#include "triage.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bold where it went wrong, on a terminal only. */
static void print_line(const char *line, size_t n, bool colour)
{
	bool marked = n > 2 && (!memcmp(line, ">>", 2) || !memcmp(line, "FAU", 3));

	printf(marked && colour ? "\033[1;31m%.*s\033[0m\n" : "%.*s\n", (int)n, line);
}

static void print_text(const char *text, const char *path)
{
	bool colour = isatty(STDOUT_FILENO);

	while (*text) {
		size_t n = strcspn(text, "\n");
		const char *input = strstr(text, "input=- ");

		if (input && input < text + n) {
			printf("%s%.*s", colour ? "\033[1;31m" : "", (int)(input - text), text);
			printf("input=%s %.*s%s\n", path, (int)(text + n - input - 8), input + 8,
			       colour ? "\033[0m" : "");
		} else {
			print_line(text, n, colour);
		}
		text += n + (text[n] == '\n');
	}
}

/* The page table in what a target printed: from the line of the root on. */
static const char *tree_in(const char *text)
{
	const char *at = strstr(text, "   root 0x");

	return at ? at : "   no table\n";
}

/* The same input up to the operation at fault, for the state before it. */
static void print_tree_before(const struct input *in, unsigned op)
{
	static struct prog prog;
	uint8_t data[PROG_MAX_SIZE];
	struct probe p;
	size_t n;

	prog_decode(&prog, in->hw, in->data, in->size);
	if (op < prog.n) {
		prog.n = op;
		prog.cut = 0;
		prog.tail_len = 0;
	}
	n = prog_encode(&prog, data, sizeof(data));
	probe_input(in->target, true, data, n, &p);
	printf("\nbefore operation %u:\n", op);
	print_text(tree_in(p.text), in->path);
}

static void print_json(const struct input *in, const struct probe *p)
{
	cJSON *o = cJSON_CreateObject();
	char *text;

	cJSON_AddStringToObject(o, "file", in->path);
	cJSON_AddStringToObject(o, "target", in->target);
	cJSON_AddBoolToObject(o, "fault", p->verdict != PROBE_OK);
	if (p->verdict != PROBE_OK)
		cJSON_AddStringToObject(o, "key", p->key);
	cJSON_AddStringToObject(o, "listing", p->text);
	text = cJSON_Print(o);
	puts(text);
	free(text);
	cJSON_Delete(o);
}

int cmd_show(void)
{
	static struct input in;
	const char *at;
	struct probe p;
	unsigned op;

	if (opt.argc != 1)
		die("show takes one file; show --help");
	input_read(&in, opt.argv[0]);
	probe_input(in.target, false, in.data, in.size, &p);
	if (opt.json) {
		print_json(&in, &p);
		return p.verdict != PROBE_OK;
	}
	printf("%s, %zu bytes: %s\n", in.target, in.size,
	       p.verdict == PROBE_OK ? "no fault" : p.key);
	if (!p.text_len && in.hw != HW_COUNT)
		input_print(in.hw, in.data, in.size, stdout);
	print_text(p.text, in.path);
	if (opt.tree && in.hw != HW_COUNT) {
		at = strstr(p.text, " op=");
		if (at && sscanf(at, " op=%u", &op) == 1 && p.verdict == PROBE_FAULT)
			print_tree_before(&in, op);
		probe_input(in.target, true, in.data, in.size, &p);
		printf("\nafter:\n");
		print_text(tree_in(p.text), in.path);
	}
	return p.verdict != PROBE_OK;
}
