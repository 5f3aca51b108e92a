/* SPDX-License-Identifier: GPL-2.0-only */
/* Medians, the table, the bounds, and JSON. */
#include <string.h>

#include "report.h"

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

static const char *const column_names[COLUMNS] = {"core", "kernel", "null", "loads", "stores"};
static const char *const op_names[BENCH_OPS] = {"map", "lookup", "unmap"};

void report_add(struct row *row, enum column col, double ns)
{
	struct figure *f = &row->figure[col];

	f->sample[f->n++] = ns;
}

void report_sum_up(struct report *r)
{
	for (unsigned i = 0; i < r->n; i++) {
		for (unsigned col = 0; col < COLUMNS; col++) {
			struct figure *f = &r->row[i].figure[col];

			if (!f->n)
				continue;
			f->median = sample_median(f->sample, f->n);
			f->min = f->sample[0];
			f->max = f->sample[f->n - 1];
		}
	}
}

static double median(const struct row *row, enum column col)
{
	return row->figure[col].median;
}

/* The machine's own time for what the row does. */
static double floor_of(const struct row *row)
{
	return median(row, COL_LOADS) + median(row, COL_STORES);
}

static void print_cell(const struct row *row, enum column col)
{
	if (row->figure[col].n)
		printf(" %8.2f", median(row, col));
	else
		printf(" %8s", "-");
}

static void print_ratio(double a, double b)
{
	if (a > 0 && b > 0)
		printf(" %7.2f", a / b);
	else
		printf(" %7s", "-");
}

static const char *cpu_model(char *line, size_t size)
{
	FILE *f = fopen("/proc/cpuinfo", "r");
	const char *model = "unknown";

	while (f && fgets(line, size, f)) {
		char *colon = strchr(line, ':');

		if (!strncmp(line, "model name", 10) && colon) {
			colon[strcspn(colon, "\n")] = 0;
			model = colon + 2;
			break;
		}
	}
	if (f)
		fclose(f);
	return model;
}

void report_table(const struct report *r)
{
	char line[256];

	printf("%s, %u levels, %s, %s, medians of %u rounds, ns\n\n", r->tree->name,
	       r->tree->top_level + 1, COMPILER, cpu_model(line, sizeof(line)), r->rounds);
	printf("%-17s %-6s %8s %8s %8s %8s %8s %7s %7s\n", "case", "", "ours", "kernel", "null",
	       "loads", "stores", "/floor", "/kernel");
	for (unsigned i = 0; i < r->n; i++) {
		const struct row *row = &r->row[i];

		if (row->c)
			printf("%-17s %-6s", row->c->name, op_names[row->op]);
		else
			printf("one by one, %5lluM page  ", (unsigned long long)row->bytes >> 20);
		for (unsigned col = 0; col < COLUMNS; col++)
			print_cell(row, col);
		print_ratio(median(row, COL_CORE), floor_of(row));
		print_ratio(median(row, COL_CORE), median(row, COL_KERNEL));
		printf("\n");
	}
}

static void print_goal(const char *what, const char *op, double value, double bound)
{
	printf("%-44s %-6s %6.2f of at most %5.2f  %s\n", what, op, value, bound,
	       value <= bound ? "met" : "MISSED");
}

static void goals_of_row(const struct row *row)
{
	double core = median(row, COL_CORE), kernel = median(row, COL_KERNEL);
	const char *op = op_names[row->op];
	bool batched =
		row->c->count > 1 || row->c->pgsize == 64 << 10 || row->c->pgsize == 256 << 10;
	char what[64];

	if (!strcmp(row->c->name, "4K"))
		print_goal("4K / (load chain + empty call)", op,
			   core / (median(row, COL_LOADS) + median(row, COL_NULL)), 2);
	if (!strcmp(row->c->name, "256x4K") && row->op != BENCH_LOOKUP)
		print_goal("256x4K / 256 eight-byte stores", op, core / median(row, COL_STORES), 4);
	if (kernel > 0) {
		snprintf(what, sizeof(what), "%s / kernel", row->c->name);
		print_goal(what, op, core / kernel, batched && row->op != BENCH_LOOKUP ? 0.5 : 1);
	}
}

void report_goals(const struct report *r)
{
	const struct row *first = NULL, *last = NULL;

	printf("\n");
	for (unsigned i = 0; i < r->n; i++) {
		const struct row *row = &r->row[i];

		if (row->c) {
			goals_of_row(row);
			continue;
		}
		first = first ? first : row;
		last = row;
	}
	if (first)
		print_goal("one by one, a page: largest / smallest domain", "map",
			   median(last, COL_CORE) / median(first, COL_CORE), 1.3);
}

static void json_figures(const struct row *row, FILE *out)
{
	const char *comma = "";

	for (unsigned col = 0; col < COLUMNS; col++) {
		const struct figure *f = &row->figure[col];

		if (!f->n)
			continue;
		fprintf(out, "%s\"%s\": {\"min\": %.3f, \"median\": %.3f, \"max\": %.3f}", comma,
			column_names[col], f->min, f->median, f->max);
		comma = ", ";
	}
}

void report_json(const struct report *r, FILE *out)
{
	char line[256];

	fprintf(out,
		"{\n \"format\": \"%s\",\n \"levels\": %u,\n \"compiler\": \"%s\",\n"
		" \"cpu\": \"%s\",\n \"rounds\": %u,\n \"unit\": \"ns\",\n \"rows\": [",
		r->tree->name, r->tree->top_level + 1, COMPILER, cpu_model(line, sizeof(line)),
		r->rounds);
	for (unsigned i = 0; i < r->n; i++) {
		const struct row *row = &r->row[i];

		fprintf(out, "%s\n  {", i ? "," : "");
		if (row->c)
			fprintf(out, "\"case\": \"%s\", \"per\": \"%s\", ", row->c->name,
				row->c->per_page ? "page" : "call");
		else
			fprintf(out,
				"\"case\": \"one by one\", \"bytes\": %llu, \"per\": \"page\", ",
				(unsigned long long)row->bytes);
		fprintf(out, "\"op\": \"%s\", ", op_names[row->op]);
		json_figures(row, out);
		fprintf(out, "}");
	}
	fprintf(out, "\n ]\n}\n");
}
