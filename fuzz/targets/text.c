// SPDX-License-Identifier: GPL-2.0-only
/*
 * Property: any text is a program or an error with its place, and a program printed and read again
 * is the same program.
 */
#include <stdlib.h>
#include <string.h>

#include "ops/ops.h"
#include "run.h"

static void print(const struct prog *p, char **text, size_t *len)
{
	FILE *out = open_memstream(text, len);

	prog_print(p, out);
	fclose(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct prog first, second;
	static uint8_t a[PROG_MAX_SIZE * 2], b[PROG_MAX_SIZE * 2];
	struct text_error err;
	char *text = NULL;
	size_t len, n;

	if (!prog_parse(&first, HW_AMDV1, (const char *)data, size, &err))
		return 0;
	print(&first, &text, &len);
	if (!prog_parse(&second, HW_AMDV1, text, len, &err))
		abort();
	n = prog_encode(&first, a, sizeof(a));
	if (n != prog_encode(&second, b, sizeof(b)) || memcmp(a, b, n) != 0)
		abort();
	free(text);
	return 0;
}
