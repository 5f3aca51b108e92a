/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a format (fmt/) answers, once for all of them. Each defines
 *
 *   FMT_OPS, FMT_NAME	the compiled engine's symbol and name
 *   FMT_GRANULE_LG2	log2 of the smallest page
 *   FMT_BITS		index bits of a table below the top
 *   FMT_ROOT_BITS	index bits a root may have beyond those
 *   FMT_MAX_LEVEL	highest level of a top
 *   FMT_MAX_IOVA, FMT_MAX_OA	widest addresses, bits
 *   FMT_FEATURES	of those that not every format has
 *   FMT_ITEM_HAS_OA	each item of a contiguous run carries its own OA
 *   FMT_OA_STEP_LG2	an OA is raised by adding to its word within 2^this bytes
 *   FMT_TRACKS_WRITES	the format may have PT_DIRTY
 *   FMT_BREAK_BEFORE_MAKE	a table is unlinked and invalidated before a leaf replaces it
 *
 *   fmt_sizes(cfg)	page sizes it can map
 *   fmt_has_start(cfg)	may a tree of this width start at cfg->top_level?
 *   fmt_top_size(cfg)	bytes of the top table
 *   fmt_leaf_attrs(cfg, prot)	bits of a leaf other than its OA, or PT_NO_WORD
 *   fmt_kind(word, level)
 *   fmt_leaf_lg2(word, level)	log2 of the entry's size
 *   fmt_translate(word, level, va)	OA of the byte va, whose entry's item holds word
 *   fmt_leaf(oa, lg2, level, attrs)	word of the entry's first item
 *   fmt_oa_bits(bytes)	what raises an OA in a word by `bytes`
 *   fmt_table(phys, level), fmt_table_oa(word)	a table's address, in a slot at `level` and back
 *   fmt_is_dirty(word), fmt_make_clean(slot)	with FMT_TRACKS_WRITES
 */
#ifndef PT_FORMAT_H
#define PT_FORMAT_H

#include "order.h"

enum pt_kind {
	PT_EMPTY, /* hardware takes it as not present */
	PT_LEAF,  /* maps a page, or is one item of a contiguous run */
	PT_TABLE, /* links a table */
};

/* No leaf of any format: what cannot be expressed. */
#define PT_NO_WORD UINT64_MAX

/* Bits hi..lo of a word. */
#define PT_BITS(hi, lo) ((UINT64_MAX >> (63 - (hi))) & (UINT64_MAX << (lo)))

extern const struct pt_format_ops pt_amdv1, pt_x86_64, pt_vtdss, pt_riscv, pt_riscv_g, pt_arm4k_s1,
	pt_arm4k_s2, pt_arm16k_s1, pt_arm16k_s2, pt_arm64k_s1, pt_arm64k_s2;

#endif
