# SPDX-License-Identifier: GPL-2.0-only
#
# Fuzz targets, a row each: NAME:SOURCE in fuzz/targets/:DEFINES, separated by commas:FAULT built in.
# TARGET_HW names the format whose programs the inputs are; without it inputs are plain bytes.

TARGET_ROWS := \
	ops_amdv1:ops.c:-DTARGET_HW=HW_AMDV1 \
	ops_x86_64:ops.c:-DTARGET_HW=HW_X86_64 \
	ops_vtdfs:ops.c:-DTARGET_HW=HW_VTDFS \
	ops_vtdss:ops.c:-DTARGET_HW=HW_VTDSS \
	ops_riscv:ops.c:-DTARGET_HW=HW_RISCV \
	ops_riscv_g:ops.c:-DTARGET_HW=HW_RISCV_G \
	ops_arm4k_s1:ops.c:-DTARGET_HW=HW_ARM4K_S1 \
	ops_arm4k_s2:ops.c:-DTARGET_HW=HW_ARM4K_S2 \
	ops_arm16k_s1:ops.c:-DTARGET_HW=HW_ARM16K_S1 \
	ops_arm16k_s2:ops.c:-DTARGET_HW=HW_ARM16K_S2 \
	ops_arm64k_s1:ops.c:-DTARGET_HW=HW_ARM64K_S1 \
	ops_arm64k_s2:ops.c:-DTARGET_HW=HW_ARM64K_S2 \
	entry_amdv1:entry.c:-DTARGET_HW=HW_AMDV1,-DENTRY_FORMAT=fmt/amdv1.h \
	entry_x86_64:entry.c:-DTARGET_HW=HW_X86_64,-DENTRY_FORMAT=fmt/x86_64.h \
	entry_vtdfs:entry.c:-DTARGET_HW=HW_VTDFS,-DENTRY_FORMAT=fmt/x86_64.h \
	entry_vtdss:entry.c:-DTARGET_HW=HW_VTDSS,-DENTRY_FORMAT=fmt/vtdss.h \
	entry_riscv:entry.c:-DTARGET_HW=HW_RISCV,-DENTRY_FORMAT=fmt/riscv.h,-DRISCV_STAGE=1 \
	entry_riscv_g:entry.c:-DTARGET_HW=HW_RISCV_G,-DENTRY_FORMAT=fmt/riscv.h,-DRISCV_STAGE=2 \
	entry_arm4k_s1:entry.c:-DTARGET_HW=HW_ARM4K_S1,-DENTRY_FORMAT=fmt/arm64.h,-DARM64_KIB=4,-DARM64_STAGE=1 \
	entry_arm4k_s2:entry.c:-DTARGET_HW=HW_ARM4K_S2,-DENTRY_FORMAT=fmt/arm64.h,-DARM64_KIB=4,-DARM64_STAGE=2 \
	entry_arm16k_s1:entry.c:-DTARGET_HW=HW_ARM16K_S1,-DENTRY_FORMAT=fmt/arm64.h,-DARM64_KIB=16,-DARM64_STAGE=1 \
	entry_arm16k_s2:entry.c:-DTARGET_HW=HW_ARM16K_S2,-DENTRY_FORMAT=fmt/arm64.h,-DARM64_KIB=16,-DARM64_STAGE=2 \
	entry_arm64k_s1:entry.c:-DTARGET_HW=HW_ARM64K_S1,-DENTRY_FORMAT=fmt/arm64.h,-DARM64_KIB=64,-DARM64_STAGE=1 \
	entry_arm64k_s2:entry.c:-DTARGET_HW=HW_ARM64K_S2,-DENTRY_FORMAT=fmt/arm64.h,-DARM64_KIB=64,-DARM64_STAGE=2 \
	race_amdv1:race.c:-DTARGET_HW=HW_AMDV1 \
	race_x86_64:race.c:-DTARGET_HW=HW_X86_64 \
	race_vtdss:race.c:-DTARGET_HW=HW_VTDSS \
	race_riscv:race.c:-DTARGET_HW=HW_RISCV \
	race_riscv_g:race.c:-DTARGET_HW=HW_RISCV_G \
	race_arm4k_s1:race.c:-DTARGET_HW=HW_ARM4K_S1 \
	race_arm4k_s2:race.c:-DTARGET_HW=HW_ARM4K_S2 \
	race_arm16k_s1:race.c:-DTARGET_HW=HW_ARM16K_S1 \
	race_arm64k_s2:race.c:-DTARGET_HW=HW_ARM64K_S2 \
	text:text.c: \
	canary:ops.c:-DTARGET_HW=HW_AMDV1:canary

field = $(word $2,$(subst :, ,$(subst ::,:-:,$1:-)))
row_name = $(call field,$1,1)
row_source = $(call field,$1,2)
row_defines = $(filter-out -,$(subst $(comma), ,$(call field,$1,3)))
row_fault = $(filter-out -,$(call field,$1,4))
row_hw = $(or $(patsubst -DTARGET_HW=%,%,$(filter -DTARGET_HW=%,$(row_defines))),HW_none)

TARGETS := $(foreach r,$(TARGET_ROWS),$(call row_name,$r))

# Targets on the kernel's code, as ENGINE:HW. They need its sources, see mk/kernel.mk, and are built
# only when asked for. lax_<engine> is the same for callers that break what the kernel asks of them.
KERNEL_ENGINES := \
	linux_amdv1:AMDV1 \
	linux_x86_64:X86_64 \
	linux_vtdss:VTDSS \
	linux_riscv:RISCV \
	linux_arm4k_s1:ARM4K_S1 \
	linux_arm4k_s2:ARM4K_S2 \
	linux_arm16k_s1:ARM16K_S1 \
	linux_arm16k_s2:ARM16K_S2 \
	linux_arm64k_s1:ARM64K_S1 \
	linux_arm64k_s2:ARM64K_S2 \
	linux_v7s:ARMV7S \
	linux_dart:DART \
	linux_kvm_s2:ARM4K_S2 \
	linux_amd_v1_612:AMDV1 \
	linux_amd_v2_612:X86_64

kernel_row = $1:linux.c:-DTARGET_HW=HW_$(call field,$2,2),-DTARGET_ENGINE=engine_$(call field,$2,1)
KERNEL_ROWS := $(foreach e,$(KERNEL_ENGINES),\
	$(call kernel_row,$(call field,$e,1),$e) \
	$(call kernel_row,$(patsubst linux_%,lax_%,$(call field,$e,1)),$e)$(comma)-DLAX)
KERNEL_TARGETS := $(foreach r,$(KERNEL_ROWS),$(call row_name,$r))
