// SPDX-License-Identifier: GPL-2.0-only
/*
 * `matrix`: who catches it. The same input under other sanitizers, compilers, widths and levels of
 * optimisation, one of them varied at a time.
 */
#include "triage.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TIMES 100

const struct build builds[BUILDS] = {
	{"replay", "gcc -O2", NULL},
	{"quick", "gcc -O0", NULL},
	{"replay32", "gcc -O2 -m32", NULL},
	{"replay-none", "clang -O1", "none"},
	{"replay-clang32", "clang -O1 -m32", NULL},
	{"replay-address-undefined", "clang -O1, ASan and UBSan", NULL},
	{"replay-memory", "clang -O1, MSan", "memory"},
	{"replay-thread", "clang -O1, TSan", "thread"},
};

static char *path_of(const struct input *in, const struct build *b)
{
	return text_of("build/%s%s%s%s/fuzz_%s", opt.fault ? "bugs/" : "",
		       opt.fault ? opt.fault : "", opt.fault ? "/" : "", b->flavour, in->target);
}

static void build_it(const struct build *b, const char *path)
{
	const char *argv[9] = {"make", "-s", "-C", project_directory(), path};
	unsigned n = 5;

	if (b->sanitizers)
		argv[n++] = text_of("SAN=%s", b->sanitizers);
	if (opt.fault) {
		argv[n++] = text_of("B=%s", opt.fault);
		argv[n++] = text_of("B_FLAVOURS=%s", b->flavour);
	}
	unsetenv("MAKEFLAGS");
	run_status(argv);
}

void matrix_try(const struct input *in, const struct build *b, bool make, unsigned times,
		struct build_result *out)
{
	const char *was = opt.replayer, *below = path_of(in, b);
	char *path = text_of("%s/%s", project_directory(), below);
	const char *const help[] = {path, "--help", NULL};

	*out = (struct build_result){.of = times};
	if (make)
		build_it(b, below);
	out->built = !access(path, X_OK);
	out->runs = out->built && !run_status(help);
	opt.replayer = path;
	probe_stop();
	for (unsigned i = 0; out->runs && i < times && !stopped; i++) {
		struct probe p;

		probe_input(in->target, false, in->data, in->size, &p);
		if (p.verdict == PROBE_OK)
			continue;
		out->caught++;
		snprintf(out->key, sizeof(out->key), "%s", p.key);
	}
	probe_stop();
	opt.replayer = was;
	free(path);
}

static void print_row(const struct build *b, const struct build_result *r)
{
	if (!r->runs)
		printf("%-26s %s\n", b->what, r->built ? "does not run here" : "does not build");
	else
		printf("%-26s %3u of %u  %s\n", b->what, r->caught, r->of, r->key);
	fflush(stdout);
}

static void add_json(cJSON *list, const struct build *b, const struct build_result *r)
{
	cJSON *row = cJSON_CreateObject();

	cJSON_AddStringToObject(row, "build", b->flavour);
	cJSON_AddStringToObject(row, "flags", b->what);
	cJSON_AddBoolToObject(row, "runs", r->runs);
	cJSON_AddNumberToObject(row, "caught", r->caught);
	cJSON_AddNumberToObject(row, "of", r->of);
	cJSON_AddStringToObject(row, "key", r->key);
	cJSON_AddItemToArray(list, row);
}

int cmd_matrix(void)
{
	static struct input in;
	cJSON *list = cJSON_CreateArray();
	bool any = false;
	char *text;

	if (opt.argc != 1)
		die("matrix takes one file; matrix --help");
	if (opt.replayer)
		die("--replayer: no option of matrix, which takes all of them");
	input_read(&in, opt.argv[0]);
	stop_on_signals();
	for (unsigned i = 0; i < BUILDS && !stopped; i++) {
		struct build_result r;

		matrix_try(&in, &builds[i], true, TIMES, &r);
		any |= r.caught;
		if (opt.json)
			add_json(list, &builds[i], &r);
		else
			print_row(&builds[i], &r);
	}
	if (opt.json) {
		text = cJSON_Print(list);
		puts(text);
		free(text);
	}
	cJSON_Delete(list);
	return stopped ? 130 : any;
}
