/* SPDX-License-Identifier: GPL-2.0-only */
/* The list of compiled formats. */
#include "format.h"

const struct pt_format_ops *pt_format_ops(enum pt_format fmt)
{
	switch (fmt) {
	case PT_FMT_AMDV1:
		return &pt_amdv1;
	case PT_FMT_X86_64:
		return &pt_x86_64;
	default:
		return NULL;
	}
}
