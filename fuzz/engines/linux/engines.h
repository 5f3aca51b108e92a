/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel engines there are. */
#ifndef LINUX_ENGINES_H
#define LINUX_ENGINES_H

#include "engines/engine.h"

/* drivers/iommu/generic_pt, Linux 7.3 */
extern const struct engine_ops engine_linux_amdv1;
extern const struct engine_ops engine_linux_x86_64;
extern const struct engine_ops engine_linux_vtdss;
extern const struct engine_ops engine_linux_riscv;

/* drivers/iommu/io-pgtable-*.c, Linux 7.3 */
extern const struct engine_ops engine_linux_arm4k_s1;
extern const struct engine_ops engine_linux_arm4k_s2;
extern const struct engine_ops engine_linux_arm16k_s1;
extern const struct engine_ops engine_linux_arm16k_s2;
extern const struct engine_ops engine_linux_arm64k_s1;
extern const struct engine_ops engine_linux_arm64k_s2;
extern const struct engine_ops engine_linux_v7s;
extern const struct engine_ops engine_linux_dart;

/* arch/arm64/kvm/hyp/pgtable.c, Linux 7.3 */
extern const struct engine_ops engine_linux_kvm_s2;

/* drivers/iommu/amd, Linux 6.12 */
extern const struct engine_ops engine_linux_amd_v1_612;
extern const struct engine_ops engine_linux_amd_v2_612;

#endif
