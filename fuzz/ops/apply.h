/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the rows of the table do when they run. The table names these functions; fuzz/run*.c
 * defines them, against an engine and the oracles.
 */
#ifndef FUZZ_OPS_APPLY_H
#define FUZZ_OPS_APPLY_H

#include "ops/ops.h"

void run_map(struct run *r, const struct op *op);
void run_map_pages(struct run *r, const struct op *op);
void run_unmap(struct run *r, const struct op *op);
void run_sync(struct run *r, const struct op *op);
void run_lookup(struct run *r, const struct op *op);
void run_nomem(struct run *r, const struct op *op);
void run_dread(struct run *r, const struct op *op);
void run_dwrite(struct run *r, const struct op *op);
void run_dirty(struct run *r, const struct op *op);
void run_fiber(struct run *r, const struct op *op);
void run_preempt(struct run *r, const struct op *op);

#endif
