// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a switch between fibers costs, beside a function call: the shortest of many rounds of each.
 */
#include <stdio.h>
#include <time.h>

#include "fiber/fiber.h"

#define ROUNDS 200
#define TIMES  20000

static struct fiber here, there;

static void back(void *arg)
{
	(void)arg;
	for (;;)
		fiber_switch(&there, &here);
}

__attribute__((noinline)) static void callee(struct fiber *from, struct fiber *to)
{
	__asm__ volatile("" ::"r"(from), "r"(to) : "memory");
}

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* ns of one call */
static double shortest(void (*what)(struct fiber *, struct fiber *))
{
	double best = 1e9;

	for (int round = 0; round < ROUNDS; round++) {
		double began = now_ns(), ns;

		for (int i = 0; i < TIMES; i++)
			what(&here, &there);
		ns = (now_ns() - began) / TIMES;
		best = ns < best ? ns : best;
	}
	return best;
}

int main(void)
{
	double call = shortest(callee), there_and_back;

	fiber_make(&there);
	fiber_prepare(&there, back, NULL);
	there_and_back = shortest(fiber_switch);
	printf("call %.2f ns, switch %.2f ns: %.1f calls\n", call, there_and_back / 2,
	       there_and_back / 2 / call);
	return 0;
}
