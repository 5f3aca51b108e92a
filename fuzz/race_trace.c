// SPDX-License-Identifier: GPL-2.0-only
/* Who ran when, and what each step touched: a column per fiber, as far back as is kept. */
#include "race.h"

#include <inttypes.h>
#include <string.h>

#include "fiber/uncovered.h"

#define KEPT  1024
#define WIDTH 34
#define FEW   6

UNCOVERED_BEGIN

static struct trace ring[KEPT];
static unsigned total;

void trace_begin(void)
{
	total = 0;
}

struct trace *trace_add(enum trace_kind kind)
{
	struct trace *t = &ring[total++ % KEPT];

	t->kind = kind;
	t->fiber = (uint8_t)sched.running;
	t->op = (uint8_t)race.run->op;
	t->what = t->result = NULL;
	t->page = t->slot = -1;
	t->n = 1;
	return t;
}

struct trace *trace_step(enum op_class class, const char *what, int page, int slot)
{
	struct trace *t = &ring[(total - 1) % KEPT];

	if (total && slot >= 0 && t->kind == TRACE_STEP && t->fiber == sched.running &&
	    t->what == what && t->page == page && t->slot + t->n == slot && !t->result) {
		t->n++;
		return t;
	}
	t = trace_add(TRACE_STEP);
	t->class = class;
	t->what = what;
	t->page = (int16_t)page;
	t->slot = (int16_t)slot;
	return t;
}

static const char *fiber_name(unsigned f)
{
	static const char *const names[RACE_HANDS] = {"f0", "f1",	 "f2",
						      "f3", "walker f4", "walker f5"};

	return f < RACE_HANDS ? names[f] : "?";
}

/* Tn[slots] */
static void print_step(const struct trace *t, char *out, size_t max)
{
	char place[32] = "";

	if (t->slot >= 0 && t->n > 1)
		snprintf(place, sizeof(place), " T%d[%d..%d]", t->page, t->slot,
			 t->slot + t->n - 1);
	else if (t->slot >= 0)
		snprintf(place, sizeof(place), " T%d[%d]", t->page, t->slot);
	else if (t->page >= 0)
		snprintf(place, sizeof(place), " T%d", t->page);
	snprintf(out, max, "%s%s%s%s", t->what, place, t->result ? ", " : "",
		 t->result ? t->result : "");
}

static void print_cell(const struct run *r, const struct trace *t, char *out, size_t max)
{
	char text[160];

	switch (t->kind) {
	case TRACE_BEGINS:
		snprintf(out, max, "%u: %s", t->op,
			 op_print(&r->prog, &r->prog.op[t->op], text, sizeof(text)));
		break;
	case TRACE_ENDS:
		snprintf(out, max, "%u done: %d", t->op, r->result[t->op].err);
		break;
	case TRACE_WALK:
		snprintf(out, max, "walk of 0x%" PRIx64 ": %s", t->value, t->what);
		break;
	case TRACE_PREEMPTED:
		snprintf(out, max, "! at %s, go to %s", op_classes[t->class],
			 fiber_name((unsigned)t->value));
		break;
	case TRACE_WAITS:
		snprintf(out, max, "! waits for %s", t->what);
		break;
	default:
		print_step(t, out, max);
	}
}

static void print_waits(FILE *out)
{
	for (unsigned f = 0; f < RACE_HANDS; f++) {
		unsigned of;
		const char *what = sched_waits_for(f, &of);

		if (!what)
			continue;
		fprintf(out, "  %s waits for %s", fiber_name(f), what);
		for (unsigned g = 0; g < RACE_HANDS; g++)
			if (of >> g & 1)
				fprintf(out, ", which %s has", fiber_name(g));
		fputc('\n', out);
	}
}

static bool is_step_of(unsigned at, unsigned fiber)
{
	return ring[at % KEPT].kind == TRACE_STEP && ring[at % KEPT].fiber == fiber;
}

/* How many steps from here are neither the first nor the last few of a fiber that goes on and on.
 */
static unsigned inner_steps(unsigned at, unsigned first)
{
	unsigned fiber = ring[at % KEPT].fiber, before = 0, n = 0;

	while (before < FEW && at - before > first && is_step_of(at - before - 1, fiber))
		before++;
	while (at + n < total && is_step_of(at + n, fiber))
		n++;
	return before == FEW && n > 2 * FEW ? n - FEW : 0;
}

void trace_print(const struct run *r, FILE *out)
{
	unsigned column[RACE_HANDS + 1], n = 0, used = 0;
	unsigned first = total > KEPT ? total - KEPT : 0;

	for (unsigned i = first; i < total; i++)
		used |= 1u << ring[i % KEPT].fiber;
	fprintf(out, "  who ran when; Tn is the n-th table that was allocated\n  ");
	for (unsigned f = 0; f < RACE_HANDS; f++) {
		column[f] = n;
		if (!(used >> f & 1))
			continue;
		n++;
		fprintf(out, "%-*s", WIDTH, fiber_name(f));
	}
	fputc('\n', out);
	for (unsigned i = first; i < total; i++) {
		const struct trace *t = &ring[i % KEPT];
		unsigned skip = inner_steps(i, first);
		char cell[200];

		print_cell(r, t, cell, sizeof(cell));
		if (skip) {
			snprintf(cell, sizeof(cell), "... %u more", skip);
			i += skip - 1;
		}
		fprintf(out, "  %*s%s\n", (int)(column[t->fiber % RACE_HANDS] * WIDTH), "", cell);
	}
	print_waits(out);
}

UNCOVERED_END
