/* SPDX-License-Identifier: GPL-2.0-only */
/* What the oracles ask of the execution they watch. */
#ifndef FUZZ_ORACLE_ORACLE_H
#define FUZZ_ORACLE_ORACLE_H

#include "engines/engine.h"

struct run;

/* On loops over whole tables: a fuzzer that counts their branches has no time for the engine's. */
#ifdef __clang__
#define UNCOUNTED __attribute__((no_sanitize("coverage")))
#else
#define UNCOUNTED
#endif

/* The effective configuration. */
const struct engine_cfg *run_cfg(const struct run *r);

#endif
