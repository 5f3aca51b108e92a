/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libFuzzer's hooks on the mutator of programs (fuzz/ops/mutate.c). A quarter of the mutations
 * stays with libFuzzer: bytes that no operation would choose, and what it learned from comparisons.
 */
#ifndef FUZZ_TARGETS_MUTATOR_H
#define FUZZ_TARGETS_MUTATOR_H

#include <stdlib.h>
#include <string.h>

#include "ops/ops.h"

/* What a target puts in its place. */
#ifndef TARGET_MUTATE
#define TARGET_MUTATE prog_mutate
#endif
#ifndef TARGET_SCHEDULE
#define TARGET_SCHEDULE "-entropic=0"
#endif

/* Set by the build where libFuzzer is what reads the command line. */
#ifndef DRIVEN_BY_LIBFUZZER
#define DRIVEN_BY_LIBFUZZER 0
#endif

/* libFuzzer's own; absent where something else drives the target. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max) __attribute__((weak));

/* Switched off by `--without=PART`, to measure what they are worth; libFuzzer skips the word. */
static struct {
	bool mutator, swarm;
} without;

/*
 * How often an edge was taken says how long a program is and little of what it does: without it
 * programs stay short. Bookkeeping of how rare each edge is (-entropic) costs a fifth of the
 * executions of a sequential program, and finds nothing sooner; races cost more than that and are
 * found sooner with it (docs/bugs.md). First among the flags, so that the command line prevails.
 */
static void set_flags(int *argc, char ***argv)
{
	static char edges_once[] = "-use_counters=0", schedule[] = TARGET_SCHEDULE, **args;

	args = calloc((size_t)*argc + 3, sizeof(*args));
	if (!args || !*argc)
		return;
	args[0] = (*argv)[0];
	args[1] = edges_once;
	args[2] = schedule;
	memcpy(args + 3, *argv + 1, (size_t)(*argc - 1) * sizeof(*args));
	*argc += 2;
	*argv = args;
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	for (int i = 1; i < *argc; i++) {
		without.mutator |= !strcmp((*argv)[i], "--without=mutator");
		without.swarm |= !strcmp((*argv)[i], "--without=swarm");
	}
	if (DRIVEN_BY_LIBFUZZER)
		set_flags(argc, argv);
	return 0;
}

/* The byte that switches operations off is 0 again. */
static size_t no_swarm(uint8_t *data, size_t size)
{
	if (without.swarm && size > 1)
		data[1] = 0;
	return size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	if (LLVMFuzzerMutate && (without.mutator || seed % 4 == 0))
		return no_swarm(data, LLVMFuzzerMutate(data, size, max));
	return no_swarm(data, TARGET_MUTATE(TARGET_HW, data, size, max, seed / 4));
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t an, const uint8_t *b, size_t bn,
				 uint8_t *out, size_t max, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t an, const uint8_t *b, size_t bn,
				 uint8_t *out, size_t max, unsigned seed)
{
	if (without.mutator)
		return 0;
	return prog_crossover(TARGET_HW, a, an, b, bn, out, max, seed);
}

#endif
