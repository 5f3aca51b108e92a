// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fibers and their schedule: who runs when, what a switch preserves, and how being stuck is told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fiber/fiber.h"
#include "fiber/schedule.h"

enum { LOAD, STORE, ANY };

static char said[256];
static unsigned held; /* a lock: 0, or its holder plus one */

static void say(const char *word)
{
	strcat(said, word);
	strcat(said, " ");
}

static void switched(unsigned from, unsigned to)
{
	(void)from;
	(void)to;
}

static void preempted(unsigned class, unsigned target)
{
	(void)class;
	(void)target;
}

static void stuck(const char *why)
{
	unsigned of = 0;

	for (unsigned f = 0; f < SCHED_FIBERS; f++) {
		const char *what = sched_waits_for(f, &of);

		if (what)
			fprintf(stderr, "f%u waits for %s, which mask 0x%x has\n", f, what, of);
	}
	fprintf(stderr, "stuck: %s\n", why);
	exit(7);
}

static const struct sched_ops ops = {
	.switched = switched, .preempted = preempted, .stuck = stuck, .any = ANY};

static int begin(void **state)
{
	(void)state;
	said[0] = 0;
	held = 0;
	sched_begin(&ops);
	return 0;
}

/* Three steps, each said. */
static void three(void *arg)
{
	char word[3] = {*(const char *)arg, '0', 0};

	for (; word[1] < '3'; word[1]++) {
		sched_event(STORE);
		say(word);
	}
}

static void to_completion(void **state)
{
	(void)state;
	sched_add(0, three, "a", false);
	sched_add(1, three, "b", false);
	sched_run();
	assert_string_equal(said, "a0 a1 a2 b0 b1 b2 ");
}

static void armed(void *arg)
{
	sched_arm(STORE, 1, 1);
	sched_arm(LOAD, 0, 2);
	three(arg);
}

static void preemption(void **state)
{
	(void)state;
	sched_add(0, armed, "a", false);
	sched_add(1, three, "b", false);
	sched_add(2, three, "c", false);
	sched_run();
	assert_string_equal(said, "a0 b0 b1 b2 a1 a2 c0 c1 c2 ");
}

static void armed_any(void *arg)
{
	sched_arm(ANY, 0, 1);
	sched_arm(ANY, 0, 2);
	three(arg);
}

/* Two at one event: the second follows when its fiber goes on. */
static void two_preemptions(void **state)
{
	(void)state;
	sched_add(0, armed_any, "a", false);
	sched_add(1, three, "b", false);
	sched_add(2, three, "c", false);
	sched_run();
	assert_string_equal(said, "b0 b1 b2 c0 c1 c2 a0 a1 a2 ");
}

static bool is_free(void *arg)
{
	(void)arg;
	return !held;
}

static unsigned holder(void *arg)
{
	(void)arg;
	return held ? 1u << (held - 1) : 0;
}

static void lock(void)
{
	sched_wait(&(struct sched_wait){.ready = is_free, .what = "the lock", .of = holder});
	held = sched.running + 1;
}

static void locked(void *arg)
{
	lock();
	three(arg);
	held = 0;
}

static void locked_armed(void *arg)
{
	lock();
	armed(arg);
	held = 0;
}

/* Who has to wait lets others go on, also the one it waits for. */
static void waiting(void **state)
{
	(void)state;
	sched_add(0, locked_armed, "a", false);
	sched_add(1, locked, "b", false);
	sched_add(2, three, "c", false);
	sched_run();
	assert_string_equal(said, "a0 a1 a2 b0 b1 b2 c0 c1 c2 ");
}

static void parked(void *arg)
{
	while (sched_park()) {
		three(arg);
		sched_defer();
	}
	say("end");
}

static void parking(void **state)
{
	(void)state;
	sched_add(0, armed, "a", false);
	sched_add(1, parked, "w", true);
	sched_run();
	assert_string_equal(said, "a0 w0 w1 w2 a1 a2 end ");
}

static double in_fiber;
static void arithmetic(void *arg)
{
	double x = *(double *)arg;

	for (int i = 0; i < 100; i++) {
		sched_event(LOAD);
		x = x * 1.5 - i;
		sched_defer();
	}
	in_fiber += x;
}

/* Registers survive, the floating-point ones too. */
static void registers(void **state)
{
	double a = 1.25, b = -7.5, x = a, y = b;

	(void)state;
	for (int i = 0; i < 100; i++) {
		x = x * 1.5 - i;
		y = y * 1.5 - i;
	}
	in_fiber = 0;
	sched_add(0, arithmetic, &a, false);
	sched_add(1, arithmetic, &b, false);
	sched_run();
	assert_true(in_fiber == x + y || in_fiber == y + x);
	assert_true(sched.switches > 200);
}

static void deep(void *arg)
{
	volatile char frame[1024];

	memset((void *)frame, *(int *)arg, sizeof(frame));
	if (--*(int *)arg > 0)
		deep(arg);
	sched_event(STORE);
	assert_int_equal(frame[0], frame[sizeof(frame) - 1]);
}

/* Stacks hold what an input needs, from one use to the next. */
static void stacks(void **state)
{
	for (int i = 0; i < 3; i++) {
		int depth = 100, depth2 = 50;

		begin(state);
		sched_add(0, deep, &depth, false);
		sched_add(1, deep, &depth2, false);
		sched_run();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(to_completion, begin),
		cmocka_unit_test_setup(preemption, begin),
		cmocka_unit_test_setup(two_preemptions, begin),
		cmocka_unit_test_setup(waiting, begin),
		cmocka_unit_test_setup(parking, begin),
		cmocka_unit_test_setup(registers, begin),
		cmocka_unit_test_setup(stacks, begin),
	};

	return cmocka_run_group_tests_name("fiber", tests, NULL, NULL);
}
