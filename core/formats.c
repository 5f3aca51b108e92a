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
	case PT_FMT_VTDSS:
		return &pt_vtdss;
	case PT_FMT_RISCV:
		return &pt_riscv;
	case PT_FMT_RISCV_G:
		return &pt_riscv_g;
	case PT_FMT_ARM4K_S1:
		return &pt_arm4k_s1;
	case PT_FMT_ARM4K_S2:
		return &pt_arm4k_s2;
	case PT_FMT_ARM16K_S1:
		return &pt_arm16k_s1;
	case PT_FMT_ARM16K_S2:
		return &pt_arm16k_s2;
	case PT_FMT_ARM64K_S1:
		return &pt_arm64k_s1;
	case PT_FMT_ARM64K_S2:
		return &pt_arm64k_s2;
	default:
		return NULL;
	}
}
