/* SPDX-License-Identifier: GPL-2.0-only */
/* Domains: what configuration is legal, the empty tree, and giving everything back. */
#ifndef PT_INIT_H
#define PT_INIT_H

#include "walk.h"

/* Lowest level whose table, as a root, spans the width. */
static unsigned span_level(unsigned width)
{
	unsigned level = 0;

	while (level < FMT_MAX_LEVEL && slot_lg2(level) + FMT_BITS + FMT_ROOT_BITS < width)
		level++;
	return level;
}

/* What is left of the wanted page sizes in this configuration. */
static uint64_t usable_sizes(const struct pt_config *cfg)
{
	unsigned half = cfg->iova_width - !!(cfg->features & PT_SIGN_EXTEND);
	unsigned max_lg2 = half < cfg->oa_width ? half : cfg->oa_width;
	unsigned above = slot_lg2(span_level(cfg->iova_width) + 1);

	if (max_lg2 >= above)
		max_lg2 = above - 1;
	return cfg->pgsize_bitmap & fmt_sizes(cfg) & low_mask(max_lg2 + 1);
}

/* Does the configuration make sense in any format? */
static bool config_is_valid(const struct pt_config *cfg)
{
	const struct pt_host_ops *h = cfg->host;
	unsigned f = cfg->features;

	if (!cfg->iova_width || cfg->iova_width > FMT_MAX_IOVA || !cfg->oa_width ||
	    cfg->oa_width > FMT_MAX_OA)
		return false;
	if ((f & PT_SIGN_EXTEND) && ((f & PT_DYNAMIC_TOP) || cfg->iova_width == 64))
		return false;
	if ((f & PT_DYNAMIC_TOP) && (!h->top_lock || !h->top_unlock || !h->change_top))
		return false;
	if ((f & PT_FLUSH_RANGE) && (f & PT_FLUSH_RANGE_NO_GAPS))
		return false;
	if ((f & PT_DMA_INCOHERENT) && ((f & PT_DIRTY) || !h->flush_memory))
		return false;
	return usable_sizes(cfg) != 0;
}

/* Does this format have it? */
static bool config_is_supported(const struct pt_config *cfg)
{
	return !(cfg->features &
		 ~(FMT_FEATURES | PT_FLUSH_RANGE | PT_FLUSH_RANGE_NO_GAPS | PT_DMA_INCOHERENT)) &&
	       fmt_has_start(cfg) &&
	       ((cfg->features & PT_DYNAMIC_TOP) ||
		slot_lg2(cfg->top_level) + FMT_BITS + FMT_ROOT_BITS >= cfg->iova_width);
}

static int init(struct pt_domain *d, const struct pt_config *cfg)
{
	uint64_t width = low_mask(cfg->iova_width);
	pt_word *table;

	*d = (struct pt_domain){.ops = NULL};
	if (!config_is_valid(cfg))
		return -PT_EINVAL;
	if (!config_is_supported(cfg))
		return -PT_EOPNOTSUPP;
	d->va_mask = UINT64_MAX;
	d->va_span = width;
	if (cfg->features & PT_SIGN_EXTEND) {
		d->va_mask = low_mask(slot_lg2(cfg->top_level) + FMT_BITS);
		d->va_bias = 1ull << (cfg->iova_width - 1);
	}
	if (cfg->features & PT_UPPER_HALF) {
		d->va_mask = width;
		d->va_xor = ~width;
	}
	d->oa_last = low_mask(cfg->oa_width);
	d->pgsizes = usable_sizes(cfg);
	d->phys_offset = cfg->phys_offset;
	for (unsigned prot = 0; prot < 8; prot++)
		d->leaf_word[prot] =
			prot & (PT_READ | PT_WRITE) ? fmt_leaf_attrs(cfg, prot) : PT_NO_WORD;
	d->host = cfg->host;
	d->ctx = cfg->ctx;
	d->features = cfg->features;
	d->top_size = fmt_top_size(cfg);
	d->one_page = (d->pgsizes & FMT_GRANULE) && !(cfg->features & PT_DMA_INCOHERENT);

	table = alloc_table(d, d->top_size);
	if (!table)
		return -PT_ENOMEM;
	pt_clear(table, d->top_size / sizeof(*table));
	flush(d, table, d->top_size / sizeof(*table));
	d->ops = &FMT_OPS;
	d->top = top_word(table, cfg->top_level);
	return 0;
}

static void free_below(struct pt_domain *d, pt_word *table, unsigned slots, unsigned level)
{
	for (unsigned i = 0; level && i < slots; i++) {
		uint64_t word = pt_load(table + i);

		if (!word) {
			i += pt_count_empty(table + i, slots - i) - 1;
		} else if (fmt_kind(word, level) == PT_TABLE) {
			free_below(d, child_of(d, word), FMT_SLOTS, level - 1);
			free_table(d, child_of(d, word));
		}
	}
}

static void deinit(struct pt_domain *d)
{
	pt_word *table = top_table(d->top);

	free_below(d, table, d->top_size / sizeof(*table), top_level(d->top));
	d->host->free_table(d->ctx, table, d->top_size);
	d->ops = NULL;
}

#endif
