// SPDX-License-Identifier: GPL-2.0-only
/*
 * Property: however calls on disjoint ranges and hardware's walks interleave, each call answers as
 * if it ran alone, a walk ends in the old translation or the new one, and every oracle of the
 * sequential targets holds when all is quiet.
 */
#include "engines/core.h"
#include "race.h"
#include "targets/mutator.h"

#define BYTES_OF_4 1 /* mutations in four that know nothing of programs */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max) __attribute__((weak));

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	if (LLVMFuzzerMutate && seed % 4 < BYTES_OF_4)
		return LLVMFuzzerMutate(data, size, max);
	return race_mutate(TARGET_HW, data, size, max, seed / 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size <= PROG_MAX_SIZE)
		race_input(engine_core(TARGET_HW), TARGET_HW, data, size);
	return 0;
}
