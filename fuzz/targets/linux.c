// SPDX-License-Identifier: GPL-2.0-only
/*
 * Property: the kernel's engine does what the contract says, as far as its capabilities promise
 * it, and its tables tell hardware the same. With LAX callers break what the kernel asks of them,
 * and only memory safety is watched.
 */
#include "engines/linux/engines.h"
#include "run.h"
#include "targets/mutator.h"

#ifdef LAX
#define RULES 0
#else
#define RULES OR_ALL
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	run_set_oracles(TARGET_ENGINE.caps & CAP_EARLY_FREE ? RULES & ~(1u << OR_EARLY_FREE)
							    : RULES);
	if (size <= PROG_MAX_SIZE)
		run_input(&TARGET_ENGINE, TARGET_HW, data, size);
	return 0;
}
