// SPDX-License-Identifier: GPL-2.0-only
/*
 * Property: the engine reads every word as hardware does, wherever hardware finds it well formed,
 * and hardware reads back what the engine writes.
 *
 * One source for every format: ENTRY_FORMAT names its header in core/fmt/. Bytes: a header as
 * programs have it, then word (8), output address (8), level, index (2), size, protection.
 */
#include <string.h>

#define QUOTE_(x) #x
#define QUOTE(x)  QUOTE_(x)
#include QUOTE(ENTRY_FORMAT)
#include "ops/ops.h"
#include "oracle/fault.h"
#include "oracle/hw.h"
#include "oracle/shadow.h"

struct entry_input {
	uint64_t word, oa;
	uint8_t level, index[2], size, prot;
} __attribute__((packed));

static void wrong(enum oracle o, unsigned level, uint64_t word, const char *what)
{
	fault_at(o, "entry", (int)level, "word 0x%016llx: %s", (unsigned long long)word, what);
}

/* Any word, as both read it. */
static void read_back(const struct engine_cfg *cfg, uint64_t word, unsigned level, unsigned index)
{
	const struct hw_format *f = hw_format(cfg->hw);
	struct hw_entry e;

	f->decode(cfg, word, level, index, cfg->top_level, &e);
	if (e.kind == HW_FAULT)
		return;
	if ((unsigned)fmt_kind(word, level) != (e.kind == HW_NONE   ? PT_EMPTY
						: e.kind == HW_LEAF ? PT_LEAF
								    : PT_TABLE)) {
		wrong(OR_WALK, level, word, "the engine takes it for another kind of entry");
	} else if (e.kind == HW_TABLE) {
		if (fmt_table_oa(word) != e.pa)
			wrong(OR_WALK, level, word, "the engine follows it to another table");
	} else if (e.kind == HW_LEAF) {
		uint64_t va = (uint64_t)index << hw_item_lg2(f, level);

		if (fmt_leaf_lg2(word, level) != e.lg2)
			wrong(OR_PAGESIZE, level, word, "the engine reads another size");
		if (fmt_translate(word, level, va) != (e.pa | (va & ((1ull << e.lg2) - 1))))
			wrong(OR_WALK, level, word, "the engine reads another address");
#if FMT_TRACKS_WRITES
		if ((cfg->features & F_DIRTY) && (e.perms & HW_W) && !e.dirty &&
		    (fmt_is_dirty(word) || !fmt_is_dirty(f->mark_dirty(cfg, word))))
			wrong(OR_DIRTY, level, word, "the engine misses what hardware marks");
#endif
	}
}

/* A table entry of ours, as hardware reads it. */
static void write_table(const struct engine_cfg *cfg, uint64_t phys, unsigned level)
{
	uint64_t word = fmt_table(phys, level);
	struct hw_entry e;

	hw_format(cfg->hw)->decode(cfg, word, level, 0, cfg->top_level, &e);
	if (e.kind != HW_TABLE || e.pa != phys || e.next_level != level - 1)
		wrong(OR_WALK, level, word, "hardware does not follow this table entry");
	else if ((e.perms & hw_format(cfg->hw)->perms) != hw_format(cfg->hw)->perms)
		wrong(OR_WALK, level, word, "a table entry takes permissions away");
	else if (hw_is_odd(cfg, HW_TABLE, level, word))
		wrong(OR_WALK, level, word, "a table entry says what nobody asked for");
	read_back(cfg, word, level, 0);
}

/* Each item of a leaf of ours, as hardware reads it. */
static void write_leaf(const struct engine_cfg *cfg, uint64_t oa, unsigned lg2, unsigned prot,
		       uint64_t attrs)
{
	const struct hw_format *f = hw_format(cfg->hw);
	unsigned level = 0;
	uint64_t word;

	while (level < f->max_level && hw_item_lg2(f, level + 1) <= lg2)
		level++;
	word = fmt_leaf(oa, lg2, level, attrs);
	for (unsigned i = 0; i < 1u << (lg2 - hw_item_lg2(f, level)); i++) {
		struct hw_entry e;
		unsigned want = (prot & P_READ ? HW_R : 0) | (prot & P_WRITE ? HW_W : 0) |
				(prot & P_NOEXEC ? 0 : HW_X);

		f->decode(cfg, word, level, i, cfg->top_level, &e);
		if (e.kind != HW_LEAF || e.pa != oa)
			wrong(OR_WALK, level, word, e.kind == HW_FAULT ? e.why : "another address");
		else if (e.lg2 != lg2)
			wrong(OR_PAGESIZE, level, word, "hardware reads another size");
		else if ((e.perms ^ want) & f->perms)
			wrong(OR_WALK, level, word, "hardware allows other accesses");
		else if (hw_is_odd(cfg, HW_LEAF, level, word))
			wrong(OR_WALK, level, word, "a leaf says what nobody asked for");
		else if ((cfg->features & F_DIRTY) && (prot & P_WRITE) && e.dirty)
			wrong(OR_DIRTY, level, word, "a new leaf is dirty");
		read_back(cfg, word, level, i);
		word += FMT_ITEM_HAS_OA ? fmt_oa_bits(1ull << hw_item_lg2(f, level)) : 0;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct prog p;
	struct pt_config attrs_of;
	struct entry_input in;
	struct engine_cfg cfg;
	uint64_t sizes;
	unsigned lg2;

	if (size < PROG_HEADER + sizeof(in))
		return 0;
	prog_decode(&p, TARGET_HW, data, PROG_HEADER);
	config_decode(&p, &cfg);
	sizes = cfg.pgsizes;
	if (shadow_config(&cfg, &sizes) != 0)
		return 0;
	memcpy(&in, data + PROG_HEADER, sizeof(in));
	in.level %= cfg.top_level + 1;
	read_back(&cfg, in.word, in.level,
		  (in.index[0] | in.index[1] << 8) %
			  hw_format(cfg.hw)->slots(&cfg, in.level, cfg.top_level));

	attrs_of = (struct pt_config){.oa_width = cfg.oa_width, .features = cfg.features};
	for (lg2 = in.size % 64; !(sizes & 1ull << lg2); lg2 = (lg2 + 1) % 64)
		;
	in.oa &= ((1ull << cfg.oa_width) - 1) & ~((1ull << lg2) - 1);
	in.prot &= P_READ | P_WRITE | P_NOEXEC;
	if ((in.prot & (P_READ | P_WRITE)) && fmt_leaf_attrs(&attrs_of, in.prot) != PT_NO_WORD)
		write_leaf(&cfg, in.oa, lg2, in.prot, fmt_leaf_attrs(&attrs_of, in.prot));
	in.oa &= ~((1ull << FMT_GRANULE_LG2) - 1);
	if (in.level)
		write_table(&cfg, in.oa, in.level);
	return 0;
}
