/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a fault is named and told: one line `FAULT key=<oracle>@<operation>@<level> ...`, the
 * listing, then an abort in a function of its own per oracle and operation, so that clusters
 * which fold crashes by stack fold them as the key does.
 */
#ifndef FUZZ_ORACLE_FAULT_H
#define FUZZ_ORACLE_FAULT_H

#include <stdbool.h>

/* The rules, see docs/oracles.md. */
enum oracle {
	OR_SHADOW,
	OR_PAGESIZE,
	OR_WALK,
	OR_TREE,
	OR_LEAK,
	OR_STALE,
	OR_EARLY_FREE,
	OR_GATHER,
	OR_BBM,
	OR_COHERENT,
	OR_DIRTY,
	OR_NOMEM,
	OR_RACE,
	OR_STUCK,
	OR_ASSERT, /* a precondition inside the engine, or a WARN of the kernel's */
	OR_COUNT,
};

#define OR_ALL	 ((1u << OR_COUNT) - 1)
#define NO_LEVEL (-1)

extern const char *const oracle_names[OR_COUNT];

struct run;

/*
 * Reports a fault unless the rule is switched off (then it returns). `level` is that of the entry
 * or table at fault, NO_LEVEL where none is.
 */
void fault(struct run *r, enum oracle o, int level, const char *what, ...)
	__attribute__((format(printf, 4, 5)));

/* The same where no program runs: `where` stands for the operation. */
void fault_at(enum oracle o, const char *where, int level, const char *what, ...)
	__attribute__((format(printf, 4, 5)));

/* Is any rule of the set switched on? */
bool watching(const struct run *r, unsigned oracles);

#endif
