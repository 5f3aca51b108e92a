/* SPDX-License-Identifier: GPL-2.0-only */
/* The list of compiled formats. */
#include "format.h"

static const struct pt_format_ops *const formats[PT_FMT_COUNT] = {
	[PT_FMT_AMDV1] = &pt_amdv1,	    [PT_FMT_X86_64] = &pt_x86_64,
	[PT_FMT_VTDSS] = &pt_vtdss,	    [PT_FMT_RISCV] = &pt_riscv,
	[PT_FMT_RISCV_G] = &pt_riscv_g,	    [PT_FMT_ARM4K_S1] = &pt_arm4k_s1,
	[PT_FMT_ARM4K_S2] = &pt_arm4k_s2,   [PT_FMT_ARM16K_S1] = &pt_arm16k_s1,
	[PT_FMT_ARM16K_S2] = &pt_arm16k_s2, [PT_FMT_ARM64K_S1] = &pt_arm64k_s1,
	[PT_FMT_ARM64K_S2] = &pt_arm64k_s2,
};

const struct pt_format_ops *pt_format_ops(enum pt_format fmt)
{
	return (unsigned)fmt < PT_FMT_COUNT ? formats[fmt] : NULL;
}
