/* SPDX-License-Identifier: GPL-2.0-only */
/* What the oracles ask of the execution they watch. */
#ifndef FUZZ_ORACLE_ORACLE_H
#define FUZZ_ORACLE_ORACLE_H

#include "engines/engine.h"

struct run;

/* The effective configuration. */
const struct engine_cfg *run_cfg(const struct run *r);

#endif
