/* SPDX-License-Identifier: GPL-2.0-only */
/* For what never runs a program (tests, tools): the functions of the table do nothing. */
#ifndef FUZZ_OPS_NO_APPLY_H
#define FUZZ_OPS_NO_APPLY_H

#include "ops/apply.h"

#define NO_APPLY(name)                                \
	void name(struct run *r, const struct op *op) \
	{                                             \
		(void)r;                              \
		(void)op;                             \
	}
NO_APPLY(run_map)
NO_APPLY(run_map_pages)
NO_APPLY(run_unmap)
NO_APPLY(run_sync)
NO_APPLY(run_lookup)
NO_APPLY(run_nomem)
NO_APPLY(run_dread)
NO_APPLY(run_dwrite)
NO_APPLY(run_dirty)
NO_APPLY(run_fiber)
NO_APPLY(run_preempt)

#endif
