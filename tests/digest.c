// SPDX-License-Identifier: GPL-2.0-only
/* Linked with --wrap=LLVMFuzzerTestOneInput: prints the digest of each input that libFuzzer runs.
 */
#include <stdio.h>

#include "run.h"

int __real_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int __wrap_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int __wrap_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int result = __real_LLVMFuzzerTestOneInput(data, size);

	printf("%016llx\n", (unsigned long long)run_digest());
	return result;
}
