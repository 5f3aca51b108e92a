/* SPDX-License-Identifier: GPL-2.0-only */
/* The figures of a run, and how they are shown. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <stdio.h>

#include "bench.h"

#define MAX_ROUNDS  99
#define MAX_ROWS    64
#define MAX_COLUMNS 8

/* What a row is measured on: an engine, or the machine's floor for the row's loads or stores. */
struct column {
	const char *name;
	enum { ENGINE, LOADS, STORES } kind;
	const struct engine_ops *ops; /* ENGINE */
};

struct figure {
	unsigned n;
	double sample[MAX_ROUNDS];
	double min, median, max; /* after report_sum_up() */
};

/* One operation of a case, or one size of the growing domain. */
struct row {
	const struct bench_case *c; /* NULL: growth */
	enum bench_op op;
	uint64_t bytes; /* growth */
	struct figure figure[MAX_COLUMNS];
};

struct report {
	const struct bench_tree *tree;
	unsigned rounds;
	unsigned columns; /* ours, then the kernel's, the empty engine, loads, stores */
	struct column column[MAX_COLUMNS];
	unsigned rows;
	struct row row[MAX_ROWS];
};

void report_sum_up(struct report *r);
void report_table(const struct report *r);
/* A line on a bound, and whether it is kept. */
void report_goal(const char *what, const char *op, double value, double bound);
/* The same for each bound the engine is held to. */
void report_goals(const struct report *r);
void report_json(const struct report *r, FILE *out);

#endif
