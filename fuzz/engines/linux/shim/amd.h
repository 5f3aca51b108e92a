/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What drivers/iommu/amd of Linux 6.12 needs besides: its headers describe a whole driver, of
 * which the page-table code uses a lock, a sequence counter and two notifications.
 */
#ifndef SHIM_AMD_H
#define SHIM_AMD_H

#include "mm.h"

typedef unsigned __int128 u128;
typedef int irqreturn_t;
typedef spinlock_t raw_spinlock_t;

struct xarray {
	char unused;
};
struct mmu_notifier {
	char unused;
};
struct llist_head {
	char unused;
};
struct llist_node {
	char unused;
};
struct ratelimit_state {
	char unused;
};
struct msi_msg {
	char unused;
};
struct irq_cfg;
struct pci_bus;
struct pci_dev {
	unsigned int vendor, device;
	struct pci_bus *bus;
};

#define SZ_8K			  0x2000u
#define SZ_512K			  0x80000u
#define PCI_VENDOR_ID_ATI	  0x1002
#define PCI_DEVICE_ID_RD890_IOMMU 0x5a23
#define pci_domain_nr(bus)	  ((void)(bus), 0)
#define pci_dev_id(dev)		  ((void)(dev), 0)

/* Writers are serialised by the lock; a reader tries again while the count is odd or changed. */
typedef struct {
	unsigned int count;
} seqcount_t;

#define seqcount_init(s) ((s)->count = 0)

static inline unsigned int read_seqcount_begin(const seqcount_t *s)
{
	unsigned int count;

	do {
		count = smp_load_acquire(&s->count);
	} while (count & 1);
	return count;
}

static inline bool read_seqcount_retry(const seqcount_t *s, unsigned int count)
{
	smp_rmb();
	return READ_ONCE(s->count) != count;
}

static inline void write_seqcount_begin(seqcount_t *s)
{
	WRITE_ONCE(s->count, s->count + 1);
	smp_wmb();
}

static inline void write_seqcount_end(seqcount_t *s)
{
	smp_store_release(&s->count, s->count + 1);
}

#endif
