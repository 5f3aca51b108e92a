// SPDX-License-Identifier: GPL-2.0-only
/*
 * Property: whatever sequence of calls the bytes say, the engine answers as the contract does, and
 * its tables tell hardware the same. Every oracle watches.
 */
#include "engines/core.h"
#include "run.h"
#include "targets/mutator.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size <= PROG_MAX_SIZE)
		run_input(engine_core(TARGET_HW), TARGET_HW, data, size);
	return 0;
}
