/* SPDX-License-Identifier: GPL-2.0-only */
/* What the oracles cost: saved inputs run with all of them, and with none. */
#ifndef BENCH_INPUTS_H
#define BENCH_INPUTS_H

#include "bench.h"

/*
 * Runs the inputs of a directory `rounds` times each way, and prints how many a second. Times of a
 * run go to the file `json`, if not NULL.
 */
void inputs_run(const struct engine_ops *ops, enum hw_id hw, const char *directory, unsigned rounds,
		const char *json);

#endif
