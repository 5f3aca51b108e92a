/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the oracles cost: saved inputs run with all of them, and with none.
 *
 * Inputs are read before anything is timed. Without oracles an input is still decoded, its
 * addresses computed and the engine called.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inputs.h"
#include "report.h"
#include "run.h"

struct input {
	size_t size;
	uint8_t data[PROG_MAX_SIZE];
};

struct inputs {
	const struct engine_ops *ops;
	enum hw_id hw;
	unsigned n, steps; /* operations in all inputs */
	struct input *input;
};

static void *checked(void *p)
{
	if (!p) {
		perror("bench");
		exit(1);
	}
	return p;
}

static void add_input(struct inputs *in, const char *directory, const char *name)
{
	static struct prog p;
	struct input *i;
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	f = checked(fopen(path, "rb"));
	in->input = checked(realloc(in->input, (in->n + 1) * sizeof(*in->input)));
	i = &in->input[in->n++];
	i->size = fread(i->data, 1, sizeof(i->data), f);
	fclose(f);
	prog_decode(&p, in->hw, i->data, i->size);
	in->steps += p.n;
}

static void load(struct inputs *in, const char *directory)
{
	DIR *d = checked(opendir(directory));
	struct dirent *entry;

	while ((entry = readdir(d)))
		if (entry->d_name[0] != '.')
			add_input(in, directory, entry->d_name);
	closedir(d);
	if (!in->n) {
		fprintf(stderr, "bench: %s: no inputs\n", directory);
		exit(1);
	}
}

/* Time of one pass over all inputs. */
static double pass(const struct inputs *in, unsigned oracles)
{
	double start = clock_cpu_ns();

	run_set_oracles(oracles);
	for (unsigned i = 0; i < in->n; i++)
		run_input(in->ops, in->hw, in->input[i].data, in->input[i].size);
	return clock_cpu_ns() - start;
}

static void print(const struct inputs *in, const char *what, double s)
{
	printf("%-24s %9.0f inputs/s %11.0f operations/s\n", what, in->n / s, in->steps / s);
}

static void write_json(const struct inputs *in, double on_s, double off_s, const char *path)
{
	FILE *out = checked(fopen(path, "w"));

	fprintf(out,
		"{\"engine\": \"%s\", \"format\": \"%s\", \"inputs\": %u, \"operations\": %u, "
		"\"unit\": "
		"\"s\", \"oracles on\": %.6f, \"oracles off\": %.6f}\n",
		in->ops->name, hw_name(in->hw), in->n, in->steps, on_s, off_s);
	fclose(out);
}

void inputs_run(const struct engine_ops *ops, enum hw_id hw, const char *directory, unsigned rounds,
		const char *json)
{
	struct inputs in = {.ops = ops, .hw = hw};
	static double on[MAX_TIMES], off[MAX_TIMES], ratio[MAX_TIMES];
	double on_s, off_s;

	load(&in, directory);
	pass(&in, OR_ALL);
	for (unsigned i = 0; i < rounds; i++) {
		on[i] = pass(&in, OR_ALL);
		off[i] = pass(&in, 0);
		ratio[i] = on[i] / off[i];
	}
	on_s = sample_median(on, rounds) / 1e9;
	off_s = sample_median(off, rounds) / 1e9;
	printf("%s, %s: %u inputs, %u operations, medians of %u rounds\n", ops->name, directory,
	       in.n, in.steps, rounds);
	print(&in, "oracles on", on_s);
	print(&in, "oracles off", off_s);
	report_goal("oracles on / off", "time", sample_median(ratio, rounds), 4);
	if (json)
		write_json(&in, on_s, off_s, json);
	free(in.input);
}
