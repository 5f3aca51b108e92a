// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one table of operations, and what the mods of its rows mean.
 *
 * An opcode byte is slot (bits 4:0) and mod (bits 7:5). A row takes as many of the 32 slots as
 * its weight says, so that random bytes find the operations in useful proportion. All eight mods
 * of a row have a spelling; those that mean the same differ by apostrophes, so that text keeps
 * the byte.
 */
#include "ops/ops.h"
#include "ops/apply.h"

enum {
	GROUP_MAP,
	GROUP_PAGES,
	GROUP_UNMAP,
	GROUP_SYNC,
	GROUP_ACCESS,
	GROUP_NOMEM,
	GROUP_DIRTY,
	GROUP_RACE,
};

const char *const op_groups[OP_GROUPS] = {
	"map", "pages", "unmap", "sync", "access", "nomem", "dirty", "race",
};

static const char *const range_prots[8] = {"rw", "r", "w", "rw+nx", "r+nx", "rw'", "w+nx", "bad"};
static const char *const page_prots[8] = {"rw", "r", "w", "rw+nx", "r+nx", "none", "w+nx", "rw'"};
static const char *const gathers[8] = {"g0",  "g1",  "g0+sync",	 "g1+sync",
				       "g0'", "g1'", "g0+sync'", "g1+sync'"};
static const char *const cleanings[8] = {"g0",	    "g1",      "g0+keep",      "g1+keep",
					 "g0+sync", "g1+sync", "g0+keep+sync", "g1+keep+sync"};
static const char *const syncs[8] = {"g0", "g1", "all", "all'", "g0'", "g1'", "all''", "all'''"};
static const char *const offsets[8] = {"+0", "+1", "+7", "+0xfff", "-1", "last", "middle", "next"};
static const char *const failures[8] = {
	"once",	       "all",	     "once+retry",	  "all+retry",
	"once+unwind", "all+unwind", "once+unwind+retry", "all+unwind+retry"};
static const char *const fibers[8] = {"f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7"};

const struct op_row op_rows[OP_COUNT] = {
	[OP_MAP] =
		{
			.name = "map",
			.group = GROUP_MAP,
			.weight = 9,
			.arg = {ARG_IOVA, ARG_OA, ARG_LEN},
			.mods = range_prots,
			.apply = run_map,
		},
	[OP_MAP_PAGES] =
		{
			.name = "map_pages",
			.group = GROUP_PAGES,
			.weight = 2,
			.arg = {ARG_IOVA, ARG_OA, ARG_PGSIZE, ARG_COUNT},
			.mods = page_prots,
			.apply = run_map_pages,
		},
	[OP_UNMAP] =
		{
			.name = "unmap",
			.group = GROUP_UNMAP,
			.weight = 6,
			.arg = {ARG_IOVA, ARG_LEN},
			.mods = gathers,
			.apply = run_unmap,
		},
	[OP_SYNC] =
		{
			.name = "sync",
			.group = GROUP_SYNC,
			.weight = 2,
			.mods = syncs,
			.apply = run_sync,
		},
	[OP_LOOKUP] =
		{
			.name = "lookup",
			.group = GROUP_ACCESS,
			.weight = 1,
			.arg = {ARG_IOVA},
			.mods = offsets,
			.apply = run_lookup,
		},
	[OP_NOMEM] =
		{
			.name = "nomem",
			.group = GROUP_NOMEM,
			.weight = 2,
			.arg = {ARG_NUM},
			.mods = failures,
			.apply = run_nomem,
		},
	[OP_DREAD] =
		{
			.name = "dread",
			.group = GROUP_ACCESS,
			.weight = 2,
			.arg = {ARG_IOVA},
			.mods = offsets,
			.apply = run_dread,
		},
	[OP_DWRITE] =
		{
			.name = "dwrite",
			.group = GROUP_ACCESS,
			.weight = 2,
			.arg = {ARG_IOVA},
			.mods = offsets,
			.apply = run_dwrite,
		},
	[OP_DIRTY] =
		{
			.name = "dirty",
			.group = GROUP_DIRTY,
			.weight = 2,
			.arg = {ARG_IOVA, ARG_LEN},
			.mods = cleanings,
			.apply = run_dirty,
		},
	[OP_FIBER] =
		{
			.name = "fiber",
			.group = GROUP_RACE,
			.weight = 2,
			.mods = fibers,
			.apply = run_fiber,
		},
	[OP_PREEMPT] =
		{
			.name = "preempt",
			.group = GROUP_RACE,
			.weight = 2,
			.arg = {ARG_CLASS, ARG_NTH},
			.mods = fibers,
			.apply = run_preempt,
		},
};

const char *const op_classes[CLASS_COUNT] = {
	"load",	  "store", "cas",    "top", "lock",   "unlock", "alloc",  "free",
	"gather", "inval", "walker", "any", "never0", "never1", "never2", "never3",
};

unsigned op_prot(const struct op *op)
{
	static const uint8_t prot[8] = {
		P_READ | P_WRITE,
		P_READ,
		P_WRITE,
		P_READ | P_WRITE | P_NOEXEC,
		P_READ | P_NOEXEC,
		P_READ | P_WRITE,
		P_WRITE | P_NOEXEC,
		P_READ | P_NOEXEC << 1,
	};

	if (op->code == OP_MAP_PAGES && op->mod == 5)
		return 0;
	return op->code == OP_MAP_PAGES && op->mod == 7 ? P_READ | P_WRITE : prot[op->mod];
}

unsigned op_gather(const struct op *op)
{
	return op->mod & 1;
}

unsigned op_gathers(const struct op *op)
{
	return op->mod & 2 ? 3 : 1u << (op->mod & 1);
}

bool op_syncs(const struct op *op)
{
	return op->mod & (op->code == OP_DIRTY ? 4 : 2);
}

bool op_no_clear(const struct op *op)
{
	return op->mod & 2;
}

bool op_keeps_failing(const struct op *op)
{
	return op->mod & 1;
}

/* Bytes 0..239 are 1..240 pages; the rest are counts where products and tables end. */
uint64_t op_count(const struct op *op)
{
	static const uint64_t odd[16] = {
		255,	    256,	257,	    511,	512,	    513,
		1024,	    1ull << 12, 1ull << 16, 1ull << 20, 1ull << 32, 1ull << 42,
		1ull << 52, 1ull << 63, UINT64_MAX, 0,
	};
	uint8_t byte = op->arg[5];

	return byte < 240 ? byte + 1u : odd[byte - 240];
}

bool op_retries(const struct op *op)
{
	return op->mod & 2;
}

bool op_unwinds(const struct op *op)
{
	return op->mod & 4;
}

unsigned op_num(const struct op *op)
{
	return op->arg[0] & 15;
}

unsigned op_fiber(const struct op *op)
{
	return op->mod;
}

enum op_class op_class(const struct op *op)
{
	return op->arg[0] & 15;
}

unsigned op_nth(const struct op *op)
{
	return op->arg[1];
}

int64_t op_byte_offset(const struct universe *u, const struct op *op)
{
	int64_t granule = 1ll << u->unit_lg2[0];
	const int64_t offset[8] = {0, 1, 7, 0xfff, -1, granule - 1, granule / 2, granule};

	return offset[op->mod];
}

static uint8_t layouts[PROG_VERSION + 1][OP_SLOTS];
static uint8_t first_slots[PROG_VERSION + 1][OP_COUNT];

/* The weights of version 0 fill the slots; a later row takes its own from the first row's. */
static void lay_out(unsigned version)
{
	uint8_t *code = layouts[version];
	unsigned slot = 0;

	for (unsigned c = 0; c < OP_COUNT; c++) {
		for (unsigned w = 0; op_rows[c].since <= version && w < op_rows[c].weight; w++)
			code[slot++ % OP_SLOTS] = c;
	}
	for (slot = OP_SLOTS; slot-- > 0;)
		first_slots[version][code[slot]] = slot;
}

__attribute__((constructor)) static void lay_out_all(void)
{
	for (unsigned version = 0; version <= PROG_VERSION; version++)
		lay_out(version);
}

const uint8_t *op_layout(unsigned version)
{
	return layouts[version];
}

uint8_t op_first_slot(unsigned version, enum op_code code)
{
	return first_slots[version][code];
}
