/* SPDX-License-Identifier: GPL-2.0-only */
/* Medians, the table, the bounds, and JSON. */
#include <string.h>

#include "report.h"

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

static const char *const op_names[BENCH_OPS] = {"map", "unmap", "lookup"};

void report_sum_up(struct report *r)
{
	for (unsigned i = 0; i < r->rows; i++) {
		for (unsigned col = 0; col < r->columns; col++) {
			struct figure *f = &r->row[i].figure[col];

			if (!f->n)
				continue;
			f->median = sample_median(f->sample, f->n);
			f->min = f->sample[0];
			f->max = f->sample[f->n - 1];
		}
	}
}

/* Columns by what they are; the second is the kernel's if it does not come last but two. */
static double ours(const struct row *row)
{
	return row->figure[0].median;
}

static double kernel(const struct report *r, const struct row *row)
{
	return r->columns > 4 ? row->figure[1].median : 0;
}

static double empty(const struct report *r, const struct row *row)
{
	return row->figure[r->columns - 3].median;
}

static double loads(const struct report *r, const struct row *row)
{
	return row->figure[r->columns - 2].median;
}

static double stores(const struct report *r, const struct row *row)
{
	return row->figure[r->columns - 1].median;
}

static void print_ratio(double a, double b)
{
	if (a > 0 && b > 0)
		printf(" %8.2f", a / b);
	else
		printf(" %8s", "-");
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

static void print_head(const struct report *r)
{
	char line[256];

	printf("%s, %u levels, %s, %s, medians of %u rounds, ns\n\n", r->tree->name,
	       r->tree->top_level + 1, COMPILER, cpu_model(line, sizeof(line)), r->rounds);
	printf("%-25s", "");
	for (unsigned col = 0; col < r->columns; col++)
		printf(" %8s", r->column[col].name);
	printf(" %8s %8s\n", "/floor", r->columns > 4 ? "/kernel" : "");
}

void report_table(const struct report *r)
{
	print_head(r);
	for (unsigned i = 0; i < r->rows; i++) {
		const struct row *row = &r->row[i];

		if (row->c)
			printf("%-18s %-6s", row->c->name, op_names[row->op]);
		else
			printf("4K one by one, %5lluM map", (unsigned long long)row->bytes >> 20);
		for (unsigned col = 0; col < r->columns; col++) {
			if (row->figure[col].n)
				printf(" %8.2f", row->figure[col].median);
			else
				printf(" %8s", "-");
		}
		print_ratio(ours(row), loads(r, row) + stores(r, row));
		print_ratio(ours(row), kernel(r, row));
		printf("\n");
	}
}

void report_goal(const char *what, const char *op, double value, double bound)
{
	printf("%-46s %-6s %6.2f of at most %5.2f  %s\n", what, op, value, bound,
	       value <= bound ? "met" : "MISSED");
}

/* Does a call of the case write many slots? */
static bool is_batched(const struct bench_case *c)
{
	return c->count > 1 || c->pgsize == 64 << 10 || c->pgsize == 256 << 10;
}

static void goals_of_row(const struct report *r, const struct row *row)
{
	const char *op = op_names[row->op];
	char what[64];

	if (!strcmp(row->c->name, "4K"))
		report_goal("4K / (load chain + empty call)", op,
			    ours(row) / (loads(r, row) + empty(r, row)), 2);
	if (!strcmp(row->c->name, "256x4K") && row->op != BENCH_LOOKUP)
		report_goal("256x4K / 256 eight-byte stores", op, ours(row) / stores(r, row), 4);
	if (kernel(r, row) > 0) {
		snprintf(what, sizeof(what), "%s / kernel", row->c->name);
		report_goal(what, op, ours(row) / kernel(r, row),
			    is_batched(row->c) && row->op != BENCH_LOOKUP ? 0.5 : 1);
	}
}

void report_goals(const struct report *r)
{
	const struct row *first = NULL, *last = NULL;

	printf("\n");
	for (unsigned i = 0; i < r->rows; i++) {
		const struct row *row = &r->row[i];

		if (row->c) {
			goals_of_row(r, row);
			continue;
		}
		first = first ? first : row;
		last = row;
	}
	report_goal("4K one by one, a page: largest / smallest", "map", ours(last) / ours(first),
		    1.3);
}

static void json_figures(const struct report *r, const struct row *row, FILE *out)
{
	for (unsigned col = 0; col < r->columns; col++) {
		const struct figure *f = &row->figure[col];

		if (f->n)
			fprintf(out, ", \"%s\": {\"min\": %.3f, \"median\": %.3f, \"max\": %.3f}",
				r->column[col].name, f->min, f->median, f->max);
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
	for (unsigned i = 0; i < r->rows; i++) {
		const struct row *row = &r->row[i];

		fprintf(out, "%s\n  {\"op\": \"%s\", ", i ? "," : "", op_names[row->op]);
		if (row->c)
			fprintf(out, "\"case\": \"%s\", \"per\": \"%s\"", row->c->name,
				row->c->per_page ? "page" : "call");
		else
			fprintf(out,
				"\"case\": \"4K one by one\", \"bytes\": %llu, \"per\": \"page\"",
				(unsigned long long)row->bytes);
		json_figures(r, row, out);
		fprintf(out, "}");
	}
	fprintf(out, "\n ]\n}\n");
}
