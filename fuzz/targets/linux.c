// SPDX-License-Identifier: GPL-2.0-only
/*
 * Property: the kernel's engine does what the contract says, as far as its capabilities promise
 * it, and its tables tell hardware the same. With LAX callers break what the kernel asks of them,
 * and only memory safety is watched.
 */
#include "engines/linux/engines.h"
#include "run.h"
#include "targets/mutator.h"

static struct engine_ops engine;

/* What is watched if the replayer is not told otherwise. */
__attribute__((constructor)) static void choose(void)
{
	unsigned rules = OR_ALL;

	engine = TARGET_ENGINE;
	if (engine.caps & CAP_EARLY_FREE)
		rules &= ~(1u << OR_EARLY_FREE);
#ifdef LAX
	rules = 0;
#endif
	run_set_oracles(rules);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size <= PROG_MAX_SIZE)
		run_input(&engine, TARGET_HW, data, size);
	return 0;
}
