/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's gather inside a struct engine_gather, set up at first use. */
#ifndef LINUX_GATHER_H
#define LINUX_GATHER_H

struct gather {
	struct iommu_iotlb_gather gather;
	bool ready;
};
static_assert(sizeof(struct gather) <= sizeof(struct engine_gather));

static struct iommu_iotlb_gather *gather_of(struct engine_gather *g)
{
	struct gather *gather = (struct gather *)g->opaque;

	if (!gather->ready)
		iommu_iotlb_gather_init(&gather->gather);
	gather->ready = true;
	return &gather->gather;
}

static bool gather_range(struct engine *e, const struct engine_gather *g, uint64_t *first,
			 uint64_t *last)
{
	const struct gather *gather = (const struct gather *)g->opaque;

	(void)e;
	*first = gather->gather.start;
	*last = gather->gather.end;
	return gather->ready && *first < *last;
}

#endif
