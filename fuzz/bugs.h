/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a planted fault (bugs/) tells of itself, so that "reached" and "triggered" can be told from
 * "detected". Builds of a fault include this everywhere; no other build has it.
 */
#ifndef FUZZ_BUGS_H
#define FUZZ_BUGS_H

/*
 * A faulty line was reached; `differs`: this time the healthy engine would have acted otherwise.
 * The first of each prints a line.
 */
void bug_probe(int differs);

#endif
