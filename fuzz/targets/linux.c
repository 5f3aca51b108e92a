// SPDX-License-Identifier: GPL-2.0-only
/*
 * Property: the kernel's engine does what the contract says, as far as its capabilities promise
 * it, and its tables tell hardware the same. With LAX callers break what the kernel asks of them,
 * and only memory safety is watched.
 *
 * Some capabilities are there to go past a known fault of the kernel. FINDING in the environment
 * names one, of docs/findings/, to run into again.
 */
#include "engines/linux/engines.h"
#include "run.h"
#include "targets/mutator.h"

#include <stdlib.h>
#include <string.h>

static const struct finding {
	const char *name;
	unsigned hides; /* the capability that goes past it */
	unsigned shows; /* what the engine promises instead */
} findings[] = {
	{"amd-v1-dirty-skips-pages", CAP_DIRTY_EXACT, CAP_DIRTY_WHOLE},
	{"amd-v2-frees-before-flush", CAP_EARLY_FREE, 0},
	{"amd-v2-map-over-frees-data", CAP_UNSAFE_OVER, 0},
	{"arm-dirty-skips-pages", CAP_DIRTY_EXACT, CAP_DIRTY_WHOLE},
	{"arm-lookup-of-last-byte", CAP_UNSAFE_LAST, 0},
	{"generic-pt-part-of-page", CAP_UNSAFE_PARTS, 0},
};

static struct engine_ops engine;

static void provoke(const char *name)
{
	for (const struct finding *f = findings;
	     f < findings + sizeof(findings) / sizeof(findings[0]); f++) {
		if (strcmp(f->name, name))
			continue;
		engine.caps &= ~f->hides;
		engine.caps |= f->shows;
		return;
	}
	fprintf(stderr, "FINDING=%s: no such finding\n", name);
	exit(2);
}

/* What is watched if the replayer is not told otherwise. */
__attribute__((constructor)) static void choose(void)
{
	const char *finding = getenv("FINDING");
	unsigned rules = OR_ALL;

	engine = TARGET_ENGINE;
	if (finding && *finding)
		provoke(finding);
	if (engine.caps & CAP_EARLY_FREE)
		rules &= ~(1u << OR_EARLY_FREE);
	run_set_oracles(rules);
#ifdef LAX
	run_set_careless();
#endif
}

#ifdef LAX
/* For LeakSanitizer: tables that a careless caller loses are his loss. */
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
	return 1;
}
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size <= PROG_MAX_SIZE)
		run_input(&engine, TARGET_HW, data, size);
	return 0;
}
