/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Contract, "Domain and host": what init accepts, what it refuses and in which order, what it
 * masks out of the page sizes, and that it allocates the top table or nothing.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"

/* init refuses with this error, and the host never notices. */
static void refused(struct host *h, int error)
{
	assert_int_equal(try_start(h), -error);
	for (unsigned i = 0; i < EV_KINDS; i++)
		assert_int_equal(h->count[i], 0);
	pt_deinit(&h->d);
	for (unsigned i = 0; i < EV_KINDS; i++)
		assert_int_equal(h->count[i], 0);
}

static void accepted(struct host *h)
{
	start(h);
	assert_int_equal(h->held, 1);
	stop(h);
	forget(h);
}

static void init_allocates_the_top_table_and_calls_nothing_else(struct host *h)
{
	unsigned level;
	u64 root;

	start(h);
	assert_int_equal(h->count[EV_ALLOC], 1);
	for (unsigned i = EV_ALLOC + 1; i < EV_FLUSH; i++)
		assert_int_equal(h->count[i], 0);
	root = pt_root(&h->d, &level);
	assert_int_equal(level, h->cfg.top_level);
	assert_int_equal(root + h->cfg.phys_offset, (uintptr_t)event(h, EV_ALLOC, 0)->ptr);
	stop(h);
}

static void init_overwrites_what_the_top_table_contained(struct host *h)
{
	struct found l;

	start(h);
	assert_false(walk(h, h->base, &l));
	assert_false(walk(h, h->base + granule(h), &l));
	assert_int_equal(tables_linked(h), 1);
	stop(h);
}

static void init_enomem_when_there_is_no_top_table(struct host *h)
{
	h->fail_at = 1;
	assert_int_equal(try_start(h), -PT_ENOMEM);
	assert_int_equal(h->held, 0);
	forget(h);
	pt_deinit(&h->d);
	for (unsigned i = 0; i < EV_KINDS; i++)
		assert_int_equal(h->count[i], 0);
}

static void init_einval_iova_width_0_or_wider_than_the_format(struct host *h)
{
	h->cfg.iova_width = 0;
	refused(h, PT_EINVAL);
	h->cfg.iova_width = h->f->max_iova + 1;
	refused(h, PT_EINVAL);
	h->cfg.iova_width = 65;
	refused(h, PT_EINVAL);
	h->cfg.iova_width = UINT32_MAX;
	refused(h, PT_EINVAL);
}

static void init_einval_oa_width_0_or_wider_than_the_format(struct host *h)
{
	h->cfg.oa_width = 0;
	refused(h, PT_EINVAL);
	h->cfg.oa_width = h->f->max_oa + 1;
	refused(h, PT_EINVAL);
	h->cfg.oa_width = 64;
	refused(h, PT_EINVAL);
	h->cfg.oa_width = UINT32_MAX;
	refused(h, PT_EINVAL);
	h->cfg.oa_width = h->f->max_oa;
	accepted(h);
}

static void init_einval_sign_extend_with_dynamic_top(struct host *h)
{
	h->cfg.features |= PT_SIGN_EXTEND | PT_DYNAMIC_TOP;
	refused(h, PT_EINVAL);
}

static void init_einval_sign_extend_with_width_64(struct host *h)
{
	h->cfg.features |= PT_SIGN_EXTEND;
	h->cfg.iova_width = 64;
	refused(h, PT_EINVAL);
}

static void init_einval_dynamic_top_without_its_callbacks(struct host *h)
{
	struct pt_host_ops whole = h->ops;

	h->cfg.features |= PT_DYNAMIC_TOP;
	h->ops.top_lock = NULL;
	refused(h, PT_EINVAL);
	h->ops = whole;
	h->ops.top_unlock = NULL;
	refused(h, PT_EINVAL);
	h->ops = whole;
	h->ops.change_top = NULL;
	refused(h, PT_EINVAL);
}

static void init_needs_no_top_callbacks_without_dynamic_top(struct host *h)
{
	h->ops.top_lock = NULL;
	h->ops.top_unlock = NULL;
	h->ops.change_top = NULL;
	accepted(h);
}

static void init_einval_both_flush_features(struct host *h)
{
	h->cfg.features |= PT_FLUSH_RANGE | PT_FLUSH_RANGE_NO_GAPS;
	refused(h, PT_EINVAL);
}

static void init_einval_dirty_with_dma_incoherent(struct host *h)
{
	h->cfg.features |= PT_DIRTY | PT_DMA_INCOHERENT;
	refused(h, PT_EINVAL);
}

static void init_einval_no_usable_page_size(struct host *h)
{
	u64 usable = expected_pgsizes(&h->cfg, h->f);

	h->cfg.pgsize_bitmap = 0;
	refused(h, PT_EINVAL);
	h->cfg.pgsize_bitmap = ~(h->f->sizes | h->f->wide_size);
	refused(h, PT_EINVAL);
	h->cfg.pgsize_bitmap = h->f->sizes & ~usable;
	refused(h, PT_EINVAL);
}

static void init_einval_comes_before_eopnotsupp(struct host *h)
{
	const struct pt_config good = h->cfg;

	h->cfg.top_level = 17;
	refused(h, PT_EOPNOTSUPP);
	h->cfg.oa_width = 0;
	refused(h, PT_EINVAL);
	h->cfg = good;
	h->cfg.top_level = 17;
	h->cfg.pgsize_bitmap = 0;
	refused(h, PT_EINVAL);
	h->cfg.pgsize_bitmap = ~UINT64_C(0);
	h->cfg.features |= PT_DIRTY | PT_DMA_INCOHERENT;
	refused(h, PT_EINVAL);
}

static void init_eopnotsupp_a_feature_the_format_lacks(struct host *h)
{
	const unsigned setup = h->cfg.features;

	for (unsigned feature = 1; feature <= PT_DIRTY; feature <<= 1) {
		if (h->f->features & feature)
			continue;
		if (feature == PT_DYNAMIC_TOP && (setup & PT_SIGN_EXTEND))
			continue;
		h->cfg.features = setup | feature;
		if (feature == PT_SIGN_EXTEND && (setup & PT_DYNAMIC_TOP))
			continue;
		if (feature == PT_SIGN_EXTEND && h->cfg.iova_width == 64)
			continue;
		refused(h, PT_EOPNOTSUPP);
	}
	h->cfg.features = setup | PT_DIRTY << 1;
	if (setup == 0)
		refused(h, PT_EOPNOTSUPP);
}

static void init_accepts_every_feature_of_the_format(struct host *h)
{
	for (unsigned feature = 1; feature <= PT_DIRTY; feature <<= 1) {
		if (!(h->f->features & feature) || feature == PT_SIGN_EXTEND)
			continue;
		h->cfg.features |= feature;
		accepted(h);
		h->cfg.features = h->setup->features;
	}
}

static void init_eopnotsupp_a_start_level_the_format_lacks(struct host *h)
{
	for (unsigned level = 0; level < 32; level++) {
		h->cfg.top_level = level;
		if (!has_start(&h->cfg, h->f, level))
			refused(h, PT_EOPNOTSUPP);
	}
	h->cfg.top_level = UINT32_MAX;
	refused(h, PT_EOPNOTSUPP);
}

static void init_accepts_every_start_level_that_spans_the_width(struct host *h)
{
	for (unsigned level = span_level(&h->cfg, h->f); level < 32; level++) {
		h->cfg.top_level = level;
		if (has_start(&h->cfg, h->f, level))
			accepted(h);
	}
}

static void init_eopnotsupp_a_top_that_cannot_span_the_width(struct host *h)
{
	for (unsigned level = 0; level < span_level(&h->cfg, h->f); level++) {
		h->cfg.top_level = level;
		refused(h, PT_EOPNOTSUPP);
	}
}

static void init_dynamic_top_may_start_anywhere(struct host *h)
{
	h->cfg.features |= PT_DYNAMIC_TOP;
	for (unsigned level = 0; level < 6; level++) {
		h->cfg.top_level = level;
		accepted(h);
	}
}

static void init_eopnotsupp_a_width_risc_v_has_not(struct host *h)
{
	u64 legal = h->f->iova_widths;

	if (!legal)
		return;
	h->cfg.top_level = 4;
	for (unsigned width = 13; width <= h->f->max_iova; width++) {
		h->cfg.iova_width = width;
		if (legal >> width & 1)
			accepted(h);
		else
			refused(h, PT_EOPNOTSUPP);
	}
}

static void init_masks_sizes_that_width_oa_or_levels_exclude(struct host *h)
{
	for (unsigned width = h->f->bbm ? 25 : 13; width <= h->f->max_iova; width++) {
		h->cfg.iova_width = width;
		if (h->f->iova_widths && !(h->f->iova_widths >> width & 1))
			continue;
		if (width == 64 && (h->cfg.features & PT_SIGN_EXTEND))
			continue;
		for (unsigned oa = 25; oa <= h->f->max_oa; oa++) {
			h->cfg.oa_width = oa;
			h->cfg.top_level = span_level(&h->cfg, h->f);
			while (h->cfg.top_level < 6 && !has_start(&h->cfg, h->f, h->cfg.top_level))
				h->cfg.top_level++;
			if (h->cfg.top_level == 6)
				continue;
			start(h);
			assert_int_equal(pt_pgsizes(&h->d), expected_pgsizes(&h->cfg, h->f));
			stop(h);
		}
	}
}

static void init_keeps_only_the_sizes_wanted(struct host *h)
{
	u64 usable = expected_pgsizes(&h->cfg, h->f);

	for (u64 rest = usable; rest; rest &= rest - 1) {
		h->cfg.pgsize_bitmap = (rest & -rest) | ~(h->f->sizes | h->f->wide_size);
		start(h);
		assert_int_equal(pt_pgsizes(&h->d), rest & -rest);
		stop(h);
	}
}

static void init_span_counts_and_not_the_starting_level(struct host *h)
{
	h->cfg.iova_width = 30;
	h->cfg.top_level = 3;
	start(h);
	assert_int_equal(pt_pgsizes(&h->d) & (UINT64_C(1) << 30), 0);
	stop(h);
	h->cfg.iova_width = 31;
	start(h);
	assert_true(pt_pgsizes(&h->d) & (UINT64_C(1) << 30));
	stop(h);
}

#ifdef PT_ASSERTS
/* A table whose physical address no entry can hold is caught before it is linked. */
static void assertions_check_that_a_tables_address_survives_its_entry(struct host *h)
{
	u64 mapped = 0;
	int status;
	pid_t child;

	start(h);
	stop(h);
	h->cfg.phys_offset -= UINT64_C(1) << 58;
	child = fork();
	if (!child) {
		if (!freopen("/dev/null", "w", stderr))
			_exit(1);
		pt_init(&h->d, h->setup->fmt, &h->cfg);
		pt_map_range(&h->d, h->base, OA, granule(h), RW, &mapped);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}
#endif

int main(void)
{
	static const struct test tests[] = {
		TEST(init_allocates_the_top_table_and_calls_nothing_else),
		TEST(init_overwrites_what_the_top_table_contained),
		TEST(init_enomem_when_there_is_no_top_table),
		TEST(init_einval_iova_width_0_or_wider_than_the_format),
		TEST(init_einval_oa_width_0_or_wider_than_the_format),
		TEST(init_einval_sign_extend_with_dynamic_top),
		TEST(init_einval_sign_extend_with_width_64),
		TEST(init_einval_dynamic_top_without_its_callbacks),
		TEST(init_needs_no_top_callbacks_without_dynamic_top, .skips = PT_DYNAMIC_TOP),
		TEST(init_einval_both_flush_features),
		TEST(init_einval_dirty_with_dma_incoherent),
		TEST(init_einval_no_usable_page_size),
		TEST(init_einval_comes_before_eopnotsupp),
		TEST(init_eopnotsupp_a_feature_the_format_lacks),
		TEST(init_accepts_every_feature_of_the_format, .skips = PT_SIGN_EXTEND),
		TEST(init_eopnotsupp_a_start_level_the_format_lacks),
		TEST(init_accepts_every_start_level_that_spans_the_width),
		TEST(init_eopnotsupp_a_top_that_cannot_span_the_width, .skips = PT_DYNAMIC_TOP),
		TEST(init_dynamic_top_may_start_anywhere, .needs = PT_DYNAMIC_TOP),
		TEST(init_eopnotsupp_a_width_risc_v_has_not),
		TEST(init_masks_sizes_that_width_oa_or_levels_exclude),
		TEST(init_keeps_only_the_sizes_wanted),
		TEST(init_span_counts_and_not_the_starting_level, .fmt = "x86_64"),
#ifdef PT_ASSERTS
		TEST(assertions_check_that_a_tables_address_survives_its_entry),
#endif
	};

	return RUN(tests);
}
