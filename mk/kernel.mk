# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel's page-table code, compiled for userspace behind fuzz/engines/engine.h.
#
# build/<flavour>/kernel/ holds an object for each adapter with the kernel's source that it is for,
# libkernel.a with all of them, and smoke, which tries each; build/<flavour>/lax/ the same without
# assertions. Sources are fetched when first needed, see scripts/kernel-source.sh; KERNEL= names a
# tree to take instead. 64 bit only. By itself:
#   make -f mk/kernel.mk CC=clang-14 CFLAGS="-O1 -DPT_ASSERTS" O=build/kernel build/kernel/smoke

KSRC := build/kernel-src
KSHIM := fuzz/engines/linux
K73 := $(KSRC)/linux-7.3
K612 := $(KSRC)/linux-6.12
KERNEL_FETCH := 7.3 6.12

# A tree of the user's takes the place of the one that is like it.
ifneq ($(KERNEL),)
ifeq ($(wildcard $(KERNEL)/drivers/iommu/io-pgtable.c),)
$(error KERNEL=$(KERNEL): no kernel tree)
else ifneq ($(wildcard $(KERNEL)/drivers/iommu/generic_pt),)
K73 := $(abspath $(KERNEL))
KERNEL_FETCH := 6.12
else
K612 := $(abspath $(KERNEL))
KERNEL_FETCH := 7.3
endif
endif

KOBJS73 := linux_amdv1 linux_x86_64 linux_vtdss linux_riscv linux_arm linux_v7s linux_dart \
	linux_kvm_s2
KOBJS612 := linux_amd_v1_612 linux_amd_v2_612
KHOST := host iommu-pages
KOBJS := $(KHOST) $(KOBJS73) $(KOBJS612)
KHEADERS := $(wildcard $(KSHIM)/*.h $(KSHIM)/shim/*.h) fuzz/engines/engine.h

# Headers that kernel sources include by name; what they would declare is in the shim.
KSTUBS := $(addprefix linux/,args.h atomic.h bitfield.h bitops.h bits.h bug.h build_bug.h \
	cacheflush.h cleanup.h container_of.h device.h dma-mapping.h err.h errno.h export.h gfp.h \
	irqreturn.h kconfig.h kernel.h kmemleak.h kvm_host.h limits.h list.h log2.h mem_encrypt.h minmax.h \
	mm.h mm_types.h mmu_notifier.h msi.h mutex.h of.h pci.h pgtable.h scatterlist.h seqlock.h sizes.h \
	slab.h spinlock.h string.h stringify.h types.h vmstat.h) \
	asm/barrier.h asm/memory.h asm/page.h uapi/linux/iommufd.h

# As the kernel compiles itself, and with its debugging assertions where -DPT_ASSERTS turns ours
# on. Of what its authors do not want to be warned about, nothing is warned about here.
KFLAGS := -std=gnu11 -fno-strict-aliasing -fwrapv \
	-Wall -Wno-unknown-warning-option -Wno-unused-function -Wno-unused-variable \
	-Wno-unused-but-set-variable -Wno-maybe-uninitialized \
	-include $(KSHIM)/shim/mm.h -I$(KSRC)/stubs -I$(KSHIM) -Ifuzz
kflags = $(KFLAGS) -I$1/include -I$1/drivers/iommu -I$1/drivers/iommu/generic_pt/fmt \
	-I$1/arch/arm64/include -I$1/arch/arm64/kvm/hyp -fmacro-prefix-map=$1/= -MMD -MP

# One after the other: they share apt's lists.
$(KSRC)/linux-%/Makefile:
	@scripts/kernel-source.sh $(KSRC) $*
$(KSRC)/linux-6.12/Makefile: | $(K73)/Makefile

$(KSRC)/stubs/.made: mk/kernel.mk
	@for h in $(KSTUBS); do mkdir -p $(@D)/$${h%/*} && : > $(@D)/$$h; done
	@touch $@

# $(eval $(call kernel_rules,DIRECTORY,COMPILER AND FLAGS))
define kernel_rules
$1/flags: FORCE
	@mkdir -p $$(@D)
	@echo '$2 $(call kflags,$(K73)) $(K612)' | cmp -s - $$@ || \
		echo '$2 $(call kflags,$(K73)) $(K612)' > $$@
$1/host.o $(KOBJS73:%=$1/%.o): $1/%.o: $(KSHIM)/%.c $(K73)/Makefile
	$2 $(call kflags,$(K73)) -c -o $$@ $$<
$(KOBJS612:%=$1/%.o): $1/%.o: $(KSHIM)/%.c $(K612)/Makefile
	$2 $(call kflags,$(K612)) -c -o $$@ $$<
$1/iommu-pages.o: $(K73)/Makefile
	$2 $(call kflags,$(K73)) -c -o $$@ $(K73)/drivers/iommu/iommu-pages.c
$(KOBJS:%=$1/%.o): $1/flags $(KSRC)/stubs/.made
$1/libkernel.a: $(KOBJS:%=$1/%.o)
	@rm -f $$@
	$$(AR) rcs $$@ $$^
$1/smoke: $(KSHIM)/smoke.c $1/libkernel.a
	$2 -std=gnu11 -Wall -Wextra -Ifuzz -o $$@ $$^
-include $$(wildcard $1/*.d)
endef

# $(eval $(call kernel_program_rules,FLAVOUR,ROW)): a target has its own adapter alone.
kernel_objects = $(KHOST) $(if $(filter %_arm4k_s1 %_arm4k_s2 %_arm16k_s1 %_arm16k_s2 %_arm64k_s1 \
	%_arm64k_s2,$1),linux_arm,$(patsubst lax_%,linux_%,$1))
define kernel_program_rules
build/$1/fuzz_$(call row_name,$2): fuzz/targets/$(call row_source,$2) $(if $($1_MAIN),,fuzz/replay.c) $$(HEADERS) \
		$(KSHIM)/engines.h build/$1/libharness.a \
		$(patsubst %,build/$1/$(if $(filter lax_%,$2),lax,kernel)/%.o,$(call kernel_objects,$(call row_name,$2)))
	$$(call cc,$1) $(FUZZ_FLAGS) $(call row_defines,$2) -o $$@ $$(filter %.c %.o,$$^) build/$1/libharness.a $($1_MAIN)
endef

# $(eval $(call kernel_bench_rules,FLAVOUR)): the benchmark with the kernel's engines as columns.
define kernel_bench_rules
build/$1/bench_kernel: $$(wildcard bench/*.[ch]) $(KSHIM)/engines.h build/$1/libharness.a build/$1/libcore.a \
		build/$1/kernel/libkernel.a
	$$(call cc,$1) -DBENCH_KERNEL $(FUZZ_FLAGS) -o $$@ $$(filter %.c %.a,$$^)
endef

ifdef FLAVOURS
KFLAVOURS := $(filter-out %32 coverage,$(FLAVOURS))
$(foreach f,$(KFLAVOURS),\
	$(eval $(call kernel_rules,build/$f/kernel,$($f_CC) $($f_FLAGS)))\
	$(eval $(call kernel_bench_rules,$f))\
	$(eval $(call kernel_rules,build/$f/lax,$($f_CC) $(filter-out -DPT_ASSERTS,$($f_FLAGS))))\
	$(foreach r,$(KERNEL_ROWS),$(eval $(call kernel_program_rules,$f,$r))))
else
O ?= build/kernel
$(eval $(call kernel_rules,$(O),$(CC) $(CFLAGS)))
.DEFAULT_GOAL := $(O)/libkernel.a
endif

.PHONY: FORCE
FORCE:
