/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a call costs: our engine, the kernel's if they were built, one that does nothing, and the
 * machine's floor, all in one run.
 *
 * Every round runs every case on every column, in an order that turns from round to round, so
 * that a machine whose speed drifts does so for all of them. Figures are medians over rounds.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engines/core.h"
#include "inputs.h"
#include "report.h"

#define BUDGET 1e6 /* ns for a case on one column in a round */

static const uint64_t growth_bytes[] = {1ull << 20, 16ull << 20, 256ull << 20,
					1ull << 30, 4ull << 30,	 16ull << 30};

#ifdef BENCH_KERNEL
#include "engines/linux/engines.h"
#endif

/* A tree, and the kernel's engines that build such. */
static const struct setup {
	struct bench_tree tree;
	struct column kernel[3];
} setups[] = {
	{
		.tree = {"amdv1", HW_AMDV1, 64, 2, F_DYNAMIC_TOP | F_FLUSH_RANGE},
#ifdef BENCH_KERNEL
		.kernel = {{"kernel", ENGINE, &engine_linux_amdv1},
			   {"6.12", ENGINE, &engine_linux_amd_v1_612}},
#endif
	},
	{
		.tree = {"x86_64", HW_X86_64, 48, 3, F_FLUSH_RANGE},
#ifdef BENCH_KERNEL
		.kernel = {{"kernel", ENGINE, &engine_linux_x86_64},
			   {"6.12", ENGINE, &engine_linux_amd_v2_612}},
#endif
	},
};

static void usage(void)
{
	fprintf(stderr, "bench [-f amdv1|x86_64] [-r ROUNDS] [-o JSON] [-i DIRECTORY [-k]]\n");
	exit(2);
}

static void add_sample(struct row *row, unsigned col, double ns)
{
	struct figure *f = &row->figure[col];

	f->sample[f->n++] = ns;
}

static void measure_case(const struct report *r, struct row *rows, unsigned col)
{
	const struct bench_case *c = rows->c;
	double ns[BENCH_OPS];

	switch (r->column[col].kind) {
	case LOADS:
		ns[0] = floor_loads(c, r->tree, BUDGET);
		for (unsigned op = 0; op < ops_of_case(c); op++)
			add_sample(&rows[op], col, ns[0]);
		break;
	case STORES:
		ns[0] = floor_stores(c, BUDGET);
		add_sample(&rows[BENCH_MAP], col, ns[0]);
		add_sample(&rows[BENCH_UNMAP], col, ns[0]);
		break;
	case ENGINE:
		case_run(c, r->tree, r->column[col].ops, BUDGET, ns);
		for (unsigned op = 0; op < ops_of_case(c); op++)
			add_sample(&rows[op], col, ns[op]);
	}
}

static void measure_growth(const struct report *r, struct row *row, unsigned col)
{
	if (r->column[col].kind == ENGINE)
		add_sample(row, col, growth_run(r->tree, r->column[col].ops, row->bytes, BUDGET));
}

static void run_round(struct report *r, unsigned round)
{
	for (unsigned i = 0; i < r->rows; i += r->row[i].c ? ops_of_case(r->row[i].c) : 1) {
		for (unsigned turn = 0; turn < r->columns; turn++) {
			unsigned col = (turn + round) % r->columns;

			if (r->row[i].c)
				measure_case(r, &r->row[i], col);
			else
				measure_growth(r, &r->row[i], col);
		}
	}
}

static void lay_out(struct report *r, const struct setup *s)
{
	r->tree = &s->tree;
	r->column[r->columns++] = (struct column){"ours", ENGINE, engine_core(s->tree.hw)};
	for (const struct column *k = s->kernel; k->ops; k++)
		r->column[r->columns++] = *k;
	r->column[r->columns++] = (struct column){"empty", ENGINE, &engine_null};
	r->column[r->columns++] = (struct column){"loads", LOADS, NULL};
	r->column[r->columns++] = (struct column){"stores", STORES, NULL};

	for (unsigned i = 0; i < bench_n_cases; i++)
		for (unsigned op = 0; op < ops_of_case(&bench_cases[i]); op++)
			r->row[r->rows++] = (struct row){.c = &bench_cases[i], .op = op};
	for (unsigned i = 0; i < sizeof(growth_bytes) / sizeof(growth_bytes[0]); i++)
		r->row[r->rows++] = (struct row){.op = BENCH_MAP, .bytes = growth_bytes[i]};
}

static const struct setup *find_setup(const char *name)
{
	for (unsigned i = 0; i < sizeof(setups) / sizeof(setups[0]); i++)
		if (!strcmp(name, setups[i].tree.name))
			return &setups[i];
	usage();
	return NULL;
}

static void write_json(const struct report *r, const char *path)
{
	FILE *out = fopen(path, "w");

	if (!out) {
		perror(path);
		exit(1);
	}
	report_json(r, out);
	fclose(out);
}

int main(int argc, char **argv)
{
	static struct report report = {.rounds = 21};
	const char *json = NULL, *inputs = NULL, *format = "amdv1";
	bool kernel = false;
	int opt;

	while ((opt = getopt(argc, argv, "f:r:o:i:k")) != -1) {
		if (opt == 'f')
			format = optarg;
		else if (opt == 'r')
			report.rounds = atoi(optarg);
		else if (opt == 'o')
			json = optarg;
		else if (opt == 'i')
			inputs = optarg;
		else if (opt == 'k')
			kernel = true;
		else
			usage();
	}
	if (optind < argc || !report.rounds || report.rounds > MAX_ROUNDS)
		usage();

	if (inputs) {
		const struct setup *s = find_setup(format);
		const struct engine_ops *ops = kernel ? s->kernel[0].ops : engine_core(s->tree.hw);

		if (!ops)
			usage();
		inputs_run(ops, s->tree.hw, inputs, report.rounds, json);
		return 0;
	}
	host_init();
	lay_out(&report, find_setup(format));
	for (unsigned round = 0; round < report.rounds; round++)
		run_round(&report, round);
	report_sum_up(&report);
	report_table(&report);
	report_goals(&report);
	if (json)
		write_json(&report, json);
	return 0;
}
