# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel's page-table code, compiled for userspace behind fuzz/engines/engine.h.
#
# $(eval $(call kernel_rules,DIR,CC AND FLAGS)) gives rules for DIR/linux_<engine>.o, for
# DIR/libkernel.a, which holds them all, and for DIR/smoke, which tries each. By itself:
#   make -f mk/kernel.mk CC=clang-14 CFLAGS="-O1 -DPT_ASSERTS" O=build/kernel build/kernel/smoke
# Sources are fetched when first needed, see scripts/kernel-source.sh. 64 bit only.

KSRC := build/kernel-src
KSHIM := fuzz/engines/linux
K73 := $(KSRC)/linux-7.3
K612 := $(KSRC)/linux-6.12

KOBJS73 := linux_amdv1 linux_x86_64 linux_vtdss linux_riscv linux_arm linux_v7s linux_dart \
	linux_kvm_s2
KOBJS612 := linux_amd_v1_612 linux_amd_v2_612
KOBJS := host iommu-pages $(KOBJS73) $(KOBJS612)
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
	-I$1/arch/arm64/include -I$1/arch/arm64/kvm/hyp -fmacro-prefix-map=$1/=

$(KSRC)/.fetched: scripts/kernel-source.sh mk/kernel.mk
	scripts/kernel-source.sh $(KSRC)
	@for h in $(KSTUBS); do mkdir -p $(KSRC)/stubs/$${h%/*} && : > $(KSRC)/stubs/$$h; done
	@touch $@

define kernel_rules
$1/host.o $(KOBJS73:%=$1/%.o): $1/%.o: $(KSHIM)/%.c
	@mkdir -p $$(@D)
	$2 $(call kflags,$(K73)) -c -o $$@ $$<
$(KOBJS612:%=$1/%.o): $1/%.o: $(KSHIM)/%.c
	@mkdir -p $$(@D)
	$2 $(call kflags,$(K612)) -c -o $$@ $$<
$1/iommu-pages.o:
	@mkdir -p $$(@D)
	$2 $(call kflags,$(K73)) -c -o $$@ $(K73)/drivers/iommu/iommu-pages.c
$(KOBJS:%=$1/%.o): $(KHEADERS) $(KSRC)/.fetched
$1/libkernel.a: $(KOBJS:%=$1/%.o)
	@rm -f $$@
	ar rcs $$@ $$^
$1/smoke: $(KSHIM)/smoke.c $1/libkernel.a
	$2 -std=gnu11 -Wall -Wextra -Ifuzz -o $$@ $$^
endef

ifdef FLAVOURS
$(foreach f,$(FLAVOURS),$(eval $(call kernel_rules,build/$f/kernel,$($f_CC) $($f_FLAGS))))
else
O ?= build/kernel
$(eval $(call kernel_rules,$(O),$(CC) $(CFLAGS)))
.DEFAULT_GOAL := $(O)/libkernel.a
endif
