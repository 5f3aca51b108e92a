// SPDX-License-Identifier: GPL-2.0-only
#include "bugs.h"

#include <stdio.h>

void bug_probe(int differs)
{
	static int reached, triggered;

	if (!reached)
		fputs("BUG reached\n", stderr);
	reached = 1;
	if (differs && !triggered)
		fputs("BUG triggered\n", stderr);
	triggered |= differs;
}
