// SPDX-License-Identifier: GPL-2.0-only
/*
 * Property: however calls on disjoint ranges and hardware's walks interleave, each call answers as
 * if it ran alone, a walk ends in the old translation or the new one, and every oracle of the
 * sequential targets holds when all is quiet.
 */
#include "engines/core.h"
#include "race.h"

#define TARGET_MUTATE	race_mutate
#define TARGET_SCHEDULE "-entropic=1"
#include "targets/mutator.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size <= PROG_MAX_SIZE)
		race_input(engine_core(TARGET_HW), TARGET_HW, data, size);
	return 0;
}
