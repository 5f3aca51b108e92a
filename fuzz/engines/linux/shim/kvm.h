/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What arch/arm64/kvm/hyp/pgtable.c needs besides: a machine with 4K pages and no options but
 * those an engine chooses, and TLB maintenance, which the adapter supplies.
 */
#ifndef SHIM_KVM_H
#define SHIM_KVM_H

#include "mm.h"
#include "asm/pgtable-hwdef.h"

#define CONFIG_ARM64_4K_PAGES 1

#define EPERM	      1
#define UL(n)	      n##ul
#define PAGE_ALIGN(x) ALIGN(x, PAGE_SIZE)

typedef u64 kvm_pfn_t;
#define __phys_to_pfn(phys) ((phys) >> PAGE_SHIFT)

/* Nothing below is there but what linux_kvm_has() says of the engine. */
enum { ARM64_KVM_HVHE, ARM64_HAS_XNX, ARM64_HAS_STAGE2_FWB };
bool linux_kvm_has(int feature);
#define cpus_have_final_cap(feature) linux_kvm_has(feature)
#define system_supports_tlb_range()  linux_kvm_has(ARM64_HAS_STAGE2_FWB)
#define system_supports_lpa2()	     0
#define system_supports_bti_kernel() 0

#define ID_AA64MMFR0_EL1_PARANGE_SHIFT			 0
#define ID_AA64MMFR0_EL1_PARANGE_48			 5
#define ID_AA64MMFR0_EL1_PARANGE_52			 6
#define cpuid_feature_extract_unsigned_field(reg, shift) ((reg) >> (shift)&15)
#define get_vmid_bits(mmfr1)				 ((void)(mmfr1), 8)

/* VTCR_EL2, of the fields that describe the table. */
#define VTCR_EL2_T0SZ		     GENMASK(5, 0)
#define VTCR_EL2_SL0		     GENMASK(7, 6)
#define VTCR_EL2_SL0_MASK	     VTCR_EL2_SL0
#define VTCR_EL2_PS		     GENMASK(18, 16)
#define VTCR_EL2_VS		     BIT(19)
#define VTCR_EL2_DS		     BIT_ULL(32)
#define VTCR_EL2_FLAGS		     0
#define VTCR_EL2_IPA(vtcr)	     (64 - (u32)FIELD_GET(VTCR_EL2_T0SZ, vtcr))
#define VTCR_EL2_TGRAN_SL0_BASE	     2
#define VTCR_EL2_LVLS_TO_SL0(levels) FIELD_PREP(VTCR_EL2_SL0, (levels)-2)

/* Memory types: write-back, with and without "force write-back", and the others. */
#define MT_DEVICE_nGnRE	      4
#define MT_NORMAL	      0
#define SHIM_MT_NORMAL	      (linux_kvm_has(ARM64_HAS_STAGE2_FWB) ? 6ul : 15ul)
#define SHIM_MT_NORMAL_NC     5ul
#define SHIM_MT_DEVICE_nGnRE  1ul
#define SHIM_MT_AS_S1	      7ul
#define PAGE_S2_MEMATTR(type) (SHIM_MT_##type << 2)

struct rb_root_cached {
	char unused;
};
struct kvm_mmu_memory_cache {
	int nobjs;
};
struct kvm_s2_mmu {
	u64 vtcr;
	struct kvm_pgtable *pgt;
	struct kvm_mmu_memory_cache split_page_cache;
};

#define rcu_dereference_check(p, cond) ((void)(cond), smp_load_acquire(&(p)))
#define rcu_dereference_raw(p)	       (p)
#define rcu_read_lock()		       ((void)0)
#define rcu_read_unlock()	       ((void)0)
#define rcu_read_lock_held()	       true

#define dsb(scope) smp_mb()
#define isb()	   ((void)0)

#define TLBI_TTL_UNKNOWN     (-128)
#define MAX_TLBI_RANGE_PAGES (1ul << 21)
#define kvm_call_hyp(f, ...) f(__VA_ARGS__)
void __kvm_tlb_flush_vmid(struct kvm_s2_mmu *mmu);
void __kvm_tlb_flush_vmid_ipa(struct kvm_s2_mmu *mmu, phys_addr_t ipa, int level);
void __kvm_tlb_flush_vmid_ipa_nsh(struct kvm_s2_mmu *mmu, phys_addr_t ipa, int level);
void __kvm_tlb_flush_vmid_range(struct kvm_s2_mmu *mmu, phys_addr_t start, unsigned long pages);

/* The hypervisor's own tables are not driven. */
#define __tlbi_level(op, addr, level) ((void)(addr), (void)(level))
#define __tlbi_sync_s1ish_hyp()	      ((void)0)

#endif
