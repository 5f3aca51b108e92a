// SPDX-License-Identifier: GPL-2.0-only
#include "fiber/schedule.h"

#include <stddef.h>
#include <string.h>

#include "fiber/fiber.h"
#include "fiber/uncovered.h"

UNCOVERED_BEGIN

enum state {
	ABSENT,
	READY,
	WAITING,
	PARKED,
	ENDED,
};

struct preemption {
	unsigned class, left, target;
};

struct task {
	struct fiber fiber;
	enum state state;
	void (*body)(void *);
	void *arg;
	struct sched_wait wait;
	unsigned n_armed;
	struct preemption armed[SCHED_PREEMPTIONS];
	unsigned lost; /* compare-and-swaps of this call */
	bool woken;    /* from parking, by a preemption */
};

struct sched_state sched = {.running = SCHED_MAIN};

static struct task task[SCHED_FIBERS];
static struct fiber main_fiber;
static const struct sched_ops *ops;
static bool closing;			    /* nobody is left to call those who are parked */
static unsigned n_line, line[SCHED_FIBERS]; /* first in line runs */

/* Before the first input, which is to be as every other. */
__attribute__((constructor)) static void make_fibers(void)
{
	for (unsigned f = 0; f < SCHED_FIBERS; f++)
		fiber_make(&task[f].fiber);
}

static struct task *self(void)
{
	return &task[sched.running];
}

static struct fiber *fiber_of(unsigned f)
{
	return f == SCHED_MAIN ? &main_fiber : &task[f].fiber;
}

/* Preemptions of the running fiber have to be counted at each event. */
static void set_alarm(void)
{
	sched.alarm = SCHED_FAIR;
	if (sched.running != SCHED_MAIN && self()->n_armed)
		sched.alarm = 0;
}

static bool can_run(unsigned f)
{
	return task[f].state == READY ||
	       (task[f].state == WAITING && task[f].wait.ready(task[f].wait.arg));
}

static unsigned first_in_line(void)
{
	bool waiting = false;

	for (unsigned i = 0; i < n_line; i++) {
		if (can_run(line[i]))
			return line[i];
		waiting |= task[line[i]].state == WAITING;
	}
	if (waiting)
		ops->stuck("no fiber can go on");
	return SCHED_MAIN;
}

static void take_out(unsigned f)
{
	unsigned i = 0;

	while (line[i] != f)
		i++;
	memmove(&line[i], &line[i + 1], (--n_line - i) * sizeof(line[0]));
}

static void to_front(unsigned f)
{
	take_out(f);
	memmove(&line[1], &line[0], n_line++ * sizeof(line[0]));
	line[0] = f;
}

static void to_end(unsigned f)
{
	take_out(f);
	line[n_line++] = f;
}

/* Gives way to the first in line, which may be the running fiber itself. */
static void give_way(void)
{
	unsigned from = sched.running, to = first_in_line();

	if (to == from)
		return;
	sched.running = to;
	sched.switches++;
	set_alarm();
	ops->switched(from, to);
	if (from != SCHED_MAIN && task[from].state == ENDED)
		fiber_end(fiber_of(from), fiber_of(to));
	fiber_switch(fiber_of(from), fiber_of(to));
}

static void run_task(void *arg)
{
	struct task *t = arg;

	t->body(t->arg);
	t->state = ENDED;
	t->n_armed = 0;
	give_way();
}

void sched_begin(const struct sched_ops *o)
{
	ops = o;
	n_line = 0;
	closing = false;
	for (unsigned f = 0; f < SCHED_FIBERS; f++)
		task[f].state = ABSENT;
	sched = (struct sched_state){.running = SCHED_MAIN, .alarm = SCHED_FAIR};
}

void sched_add(unsigned f, void (*body)(void *), void *arg, bool parked)
{
	struct task *t = &task[f];

	t->state = parked ? PARKED : READY;
	t->body = body;
	t->arg = arg;
	t->n_armed = t->lost = 0;
	t->woken = false;
	line[n_line++] = f;
	fiber_prepare(&t->fiber, run_task, t);
}

void sched_run(void)
{
	give_way();
	closing = true;
	for (unsigned f = 0; f < SCHED_FIBERS; f++) {
		if (task[f].state != PARKED)
			continue;
		task[f].state = READY;
		give_way();
	}
	fiber_join();
}

void sched_arm(unsigned class, unsigned n, unsigned target)
{
	struct task *t = self();

	if (t->n_armed == SCHED_PREEMPTIONS)
		return;
	t->armed[t->n_armed++] = (struct preemption){class, n, target};
	set_alarm();
}

/* The fiber named, or the next one that can run; `self` if none can. */
static unsigned runnable_from(unsigned f)
{
	for (unsigned i = 0; i < SCHED_FIBERS; i++) {
		unsigned next = (f + i) % SCHED_FIBERS;

		if (next != sched.running && (can_run(next) || (i == 0 && task[f].state == PARKED)))
			return next;
	}
	return sched.running;
}

static void preempt(const struct preemption *p)
{
	unsigned next = runnable_from(p->target % SCHED_FIBERS);

	if (next == sched.running)
		return;
	ops->preempted(p->class, next);
	if (task[next].state == PARKED) {
		task[next].state = READY;
		task[next].woken = true;
	}
	to_front(next);
	give_way();
}

/* Counts an event for each armed preemption and takes out those that are due. */
static unsigned take_due(struct task *t, unsigned class, struct preemption *due)
{
	unsigned kept = 0, n = 0;

	for (unsigned i = 0; i < t->n_armed; i++) {
		struct preemption p = t->armed[i];

		if (p.class != class && p.class != ops->any)
			t->armed[kept++] = p;
		else if (p.left-- == 0)
			due[n++] = p;
		else
			t->armed[kept++] = p;
	}
	t->n_armed = kept;
	return n;
}

void sched_slow(unsigned class)
{
	struct preemption due[SCHED_PREEMPTIONS];
	unsigned n = take_due(self(), class, due);

	set_alarm();
	for (unsigned i = 0; i < n; i++)
		preempt(&due[i]);
	if (sched.steps >= SCHED_STUCK)
		ops->stuck("the fibers get nowhere");
	if (sched.steps >= SCHED_FAIR)
		sched_defer();
}

void sched_wait(const struct sched_wait *wait)
{
	struct task *t = self();

	if (wait->ready(wait->arg))
		return;
	t->wait = *wait;
	t->state = WAITING;
	give_way();
	t->state = READY;
}

void sched_new_call(void)
{
	self()->lost = 0;
}

void sched_lost(void)
{
	if (++self()->lost > 1)
		sched_defer();
}

void sched_defer(void)
{
	to_end(sched.running);
	give_way();
}

bool sched_park(void)
{
	struct task *t = self();
	bool woken;

	if (!t->woken && !closing) {
		t->state = PARKED;
		give_way();
	}
	woken = t->woken;
	t->woken = false;
	return woken;
}

const char *sched_waits_for(unsigned f, unsigned *of)
{
	const struct sched_wait *w = &task[f].wait;

	if (task[f].state != WAITING)
		return NULL;
	*of = w->of ? w->of(w->arg) : 0;
	return w->what;
}

UNCOVERED_END
