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

		if (!strncmp(text, "BUG ", 4)) {
			/* a planted fault, of itself */
		} else if (input && input < text + n) {
			printf("%s%.*s", colour ? "\033[1;31m" : "", (int)(input - text), text);
			printf("input=%s %.*s%s\n", path, (int)(text + n - input - 8), input + 8,
			       colour ? "\033[0m" : "");
		} else {
			print_line(text, n, colour);
		}
		text += n + (text[n] == '\n');
	}
}

const char *tree_in(const char *text)
{
	const char *at = strstr(text, "   root 0x");

	return at ? at : "   no table\n";
}

bool fault_op(const char *text, unsigned *op)
{
	const char *at = strstr(text, "FAULT key=");

	at = at ? strstr(at, " op=") : NULL;
	return at && sscanf(at, " op=%u", op) == 1;
}

/* In a race the operations before it are not those that ran before it. */
bool probe_before(const struct input *in, unsigned op, struct probe *out)
{
	static struct prog prog;
	uint8_t data[PROG_MAX_SIZE];

	prog_decode(&prog, in->hw, in->data, in->size);
	if (op >= prog.n || !strncmp(in->target, "race_", 5))
		return false;
	prog.n = op;
	prog.cut = 0;
	prog.tail_len = 0;
	probe_input(in->target, true, data, prog_encode(&prog, data, sizeof(data)), out);
	return true;
}

static void print_trees(const struct input *in, const struct probe *p)
{
	struct probe tree;
	unsigned op;

	if (p->verdict == PROBE_FAULT && fault_op(p->text, &op) && probe_before(in, op, &tree)) {
		printf("\nbefore operation %u:\n", op);
		print_text(tree_in(tree.text), in->path);
	}
	probe_input(in->target, true, in->data, in->size, &tree);
	printf("\nafter:\n");
	print_text(tree_in(tree.text), in->path);
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
	struct probe p;
	int status;

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
	status = p.verdict != PROBE_OK;
	if (opt.tree && in.hw != HW_COUNT)
		print_trees(&in, &p);
	return status;
}
