/* SPDX-License-Identifier: GPL-2.0-only */
/* Time, and the middle of many: what else runs on the machine disturbs only a few. */
#include <stdlib.h>
#include <time.h>

#include "bench.h"

static double read_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

double clock_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

double clock_cpu_ns(void)
{
	return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double sample_median(double *sample, unsigned n)
{
	qsort(sample, n, sizeof(*sample), compare);
	return n % 2 ? sample[n / 2] : (sample[n / 2 - 1] + sample[n / 2]) / 2;
}

void times_add(struct times *t, double ns)
{
	if (t->n < MAX_TIMES)
		t->ns[t->n++] = ns;
}

/* The mean of the middle half: finer than the clock's steps, and blind to what stands out. */
static double middle(struct times *t)
{
	unsigned first = t->n / 4, n = t->n - 2 * first;
	double sum = 0;

	qsort(t->ns, t->n, sizeof(*t->ns), compare);
	for (unsigned i = first; i < first + n; i++)
		sum += t->ns[i];
	return sum / n;
}

double times_middle(struct times *t, double (*clock)(void))
{
	struct times empty = {.n = 0};

	while (empty.n < 401) {
		double start = clock();

		times_add(&empty, clock() - start);
	}
	return middle(t) - middle(&empty);
}
