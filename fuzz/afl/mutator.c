// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mutator of programs as AFL++ loads one (AFL_CUSTOM_MUTATOR_LIBRARY): AFL++ 4.04c's libFuzzer
 * driver does not call LLVMFuzzerCustomMutator. IOMMUPT_HW names the format of the programs.
 */
#include <stdlib.h>
#include <string.h>

#include "ops/no_apply.h"
#include "ops/ops.h"
#include "oracle/hw.h"

struct mutator {
	enum hw_id hw;
	unsigned seed;
	uint8_t out[PROG_MAX_SIZE];
};

void *afl_custom_init(void *afl, unsigned seed);
size_t afl_custom_fuzz(void *mutator, uint8_t *data, size_t size, uint8_t **out, uint8_t *other,
		       size_t other_size, size_t max);
void afl_custom_deinit(void *mutator);

void *afl_custom_init(void *afl, unsigned seed)
{
	const char *name = getenv("IOMMUPT_HW");
	struct mutator *m = calloc(1, sizeof(*m));

	(void)afl;
	if (!m)
		return NULL;
	m->seed = seed;
	while (name && m->hw < HW_COUNT - 1 && strcmp(hw_name(m->hw), name))
		m->hw++;
	return m;
}

size_t afl_custom_fuzz(void *mutator, uint8_t *data, size_t size, uint8_t **out, uint8_t *other,
		       size_t other_size, size_t max)
{
	struct mutator *m = mutator;

	if (max > sizeof(m->out))
		max = sizeof(m->out);
	m->seed++;
	*out = m->out;
	if (other && m->seed % 8 == 0)
		return prog_crossover(m->hw, data, size, other, other_size, m->out, max, m->seed);
	size = size < max ? size : max;
	memcpy(m->out, data, size);
	return prog_mutate(m->hw, m->out, size, max, m->seed);
}

void afl_custom_deinit(void *mutator)
{
	free(mutator);
}
