/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a call costs: our engine, the kernel's if it was built, one that does nothing, and the
 * machine's floor, all in one run.
 *
 * Every round runs every case on every column, in an order that turns from round to round, so
 * that a machine whose speed drifts does so for all of them. Figures are medians over rounds.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engines/core.h"
#include "report.h"

#define BUDGET 1e6 /* ns for a case on one column in a round */

#ifdef BENCH_KERNEL
extern const struct engine_ops engine_linux_amdv1, engine_linux_x86_64;
#define KERNEL(name) (&engine_linux_##name)
#else
#define KERNEL(name) NULL
#endif

static const uint64_t growth_bytes[] = {1ull << 20, 16ull << 20, 256ull << 20,
					1ull << 30, 4ull << 30,	 16ull << 30};

static const struct {
	struct bench_tree tree;
	const struct engine_ops *kernel;
} trees[] = {
	{{"amdv1", HW_AMDV1, 64, 2, F_DYNAMIC_TOP | F_FLUSH_RANGE}, KERNEL(amdv1)},
	{{"x86_64", HW_X86_64, 48, 3, F_FLUSH_RANGE}, KERNEL(x86_64)},
};

static void usage(void)
{
	fprintf(stderr, "bench [-f amdv1|x86_64] [-r ROUNDS] [-o JSON]\n");
	exit(2);
}

static void measure_case(struct row *rows, const struct bench_tree *tree,
			 const struct engine_ops *const *engines, enum column col)
{
	const struct bench_case *c = rows->c;
	double ns[BENCH_OPS];

	switch (col) {
	case COL_LOADS:
		ns[0] = floor_loads(c, tree, BUDGET);
		for (unsigned op = 0; op < BENCH_OPS; op++)
			report_add(&rows[op], col, ns[0]);
		break;
	case COL_STORES:
		ns[0] = floor_stores(c, BUDGET);
		report_add(&rows[BENCH_MAP], col, ns[0]);
		report_add(&rows[BENCH_UNMAP], col, ns[0]);
		break;
	default:
		if (!engines[col])
			break;
		case_run(c, tree, engines[col], BUDGET, ns);
		for (unsigned op = 0; op < BENCH_OPS; op++)
			report_add(&rows[op], col, ns[op]);
	}
}

static void measure_growth(struct row *row, const struct bench_tree *tree,
			   const struct engine_ops *const *engines, enum column col)
{
	if (col <= COL_NULL && engines[col])
		report_add(row, col, growth_run(tree, engines[col], row->bytes, BUDGET));
}

static void lay_out(struct report *r)
{
	for (unsigned i = 0; i < bench_n_cases; i++)
		for (unsigned op = 0; op < BENCH_OPS; op++)
			r->row[r->n++] = (struct row){.c = &bench_cases[i], .op = op};
	for (unsigned i = 0; i < sizeof(growth_bytes) / sizeof(growth_bytes[0]); i++)
		r->row[r->n++] = (struct row){.op = BENCH_MAP, .bytes = growth_bytes[i]};
}

static void run_round(struct report *r, const struct engine_ops *const *engines, unsigned round)
{
	for (unsigned i = 0; i < r->n; i += r->row[i].c ? BENCH_OPS : 1) {
		for (unsigned turn = 0; turn < COLUMNS; turn++) {
			enum column col = (turn + round) % COLUMNS;

			if (r->row[i].c)
				measure_case(&r->row[i], r->tree, engines, col);
			else
				measure_growth(&r->row[i], r->tree, engines, col);
		}
	}
}

int main(int argc, char **argv)
{
	static struct report report = {.rounds = 21};
	const struct engine_ops *engines[COLUMNS] = {[COL_NULL] = &engine_null};
	const char *json = NULL, *format = "amdv1";
	int opt;

	while ((opt = getopt(argc, argv, "f:r:o:")) != -1) {
		if (opt == 'f')
			format = optarg;
		else if (opt == 'r')
			report.rounds = atoi(optarg);
		else if (opt == 'o')
			json = optarg;
		else
			usage();
	}
	for (unsigned i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		if (strcmp(format, trees[i].tree.name))
			continue;
		report.tree = &trees[i].tree;
		engines[COL_KERNEL] = trees[i].kernel;
		engines[COL_CORE] = engine_core(report.tree->hw);
	}
	if (optind < argc || !report.tree || !report.rounds || report.rounds > MAX_ROUNDS)
		usage();

	host_init();
	lay_out(&report);
	for (unsigned round = 0; round < report.rounds; round++)
		run_round(&report, engines, round);
	report_sum_up(&report);
	report_table(&report);
	report_goals(&report);
	if (json) {
		FILE *out = fopen(json, "w");

		if (!out) {
			perror(json);
			return 1;
		}
		report_json(&report, out);
		fclose(out);
	}
	return 0;
}
