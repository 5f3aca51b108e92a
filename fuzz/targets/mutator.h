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
 * How often an edge was taken says how long a program is and little of what it does. Without it
 * programs stay short and planted faults are found in half the time (docs/bugs.md). The first flag,
 * so that those of the command line prevail.
 */
static void count_edges_once(int *argc, char ***argv)
{
	static char flag[] = "-use_counters=0", **args;

	args = calloc((size_t)*argc + 2, sizeof(*args));
	if (!args || !*argc)
		return;
	args[0] = (*argv)[0];
	args[1] = flag;
	memcpy(args + 2, *argv + 1, (size_t)(*argc - 1) * sizeof(*args));
	++*argc;
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
		count_edges_once(argc, argv);
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
