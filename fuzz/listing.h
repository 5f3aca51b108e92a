/* SPDX-License-Identifier: GPL-2.0-only */
/* What a person reads of an execution: the operations with their answers, and the page table. */
#ifndef FUZZ_LISTING_H
#define FUZZ_LISTING_H

#include <stdio.h>

struct run;

enum listing_view {
	VIEW_LISTING = 1u << 0, /* also of an input without a fault */
	VIEW_TREE = 1u << 1,	/* the page table at the fault, or after the last operation */
};

/* Which of them the replayer asks for. */
void listing_set_view(unsigned views);
unsigned listing_view(void);

/* Operations run so far, the one at fault marked. */
void listing_print(const struct run *r, FILE *out);

/*
 * The page table as hardware reads it, entries of the operation in progress marked; then what its
 * caches may hold that memory no longer has.
 */
void listing_print_tree(struct run *r, FILE *out);

#endif
