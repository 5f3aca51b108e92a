/* SPDX-License-Identifier: GPL-2.0-only */
/* What the oracles ask of the execution they watch. */
#ifndef FUZZ_ORACLE_ORACLE_H
#define FUZZ_ORACLE_ORACLE_H

/* On loops over whole tables: a fuzzer that counts their branches has no time for the engine's. */
#ifdef __clang__
#define UNCOUNTED __attribute__((no_sanitize("coverage")))
#else
#define UNCOUNTED
#endif

#endif
