/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the mutator's programs do, counted against the shadow map alone: each class of state in
 * which page tables go wrong must come up within the programs of some seconds of fuzzing. Nothing
 * guides the mutations here, so that a fuzzer does better.
 */
#include "host.h"

#include <stdio.h>
#include <string.h>

#include "ops/no_apply.h"
#include "ops/facts.h"
#include "oracle/hw.h"
#include "oracle/shadow.h"

#define PROGRAMS 6000
#define POOL	 64

enum class {
	END_UNMAPPED, /* unmap removes a granule that is the last of the width */
	END_OF_2_64,  /* ... of 64 bits */
	UPPER,	      /* a leaf in the upper half */
	ABOVE_TOP_1,  /* a leaf one level above what the first top spans */
	ABOVE_TOP_3,  /* at least three */
	DEEP,	      /* a leaf in a tree of five levels */
	OA_LAST,      /* the last page of the OA width */
	OA_BEYOND,    /* one page more */
	PROT_R,	      /* every right, by itself */
	PROT_W,
	PROT_NX,
	THREE_SIZES,	/* of one call */
	PROGRESS,	/* and then a leaf in the way */
	ABOVE_GRANULE,	/* a leaf where the smallest size is no granule */
	UNMAP_INSIDE,	/* starts inside a leaf */
	UNMAP_CUTS,	/* ends inside a leaf */
	UNMAP_HOLE,	/* removes something, and stops at a hole */
	TABLE_EMPTIED,	/* a table's span of granules at once */
	TABLE_REPLACED, /* a larger leaf where granules were */
	NO_GAPS_APART,	/* two ranges apart in a gather of NO_GAPS */
	TWO_GATHERS,	/* both in use */
	INCOHERENT,	/* an unmap */
	NOMEM_0,	/* memory ends before the n-th table that a map asks for */
	NOMEM_1,
	NOMEM_2,
	NOMEM_3,
	RUN_IN_PART, /* a dirty search covers part of a run that was written */
	CLASSES,
};

static const char *const names[CLASSES] = {
	"end unmapped",	 "end of 2^64",	  "upper half",	    "one above the top",
	"three above",	 "five levels",	  "last OA",	    "beyond the last OA",
	"read only",	 "write only",	  "no execute",	    "three sizes",
	"progress",	 "above granule", "unmap inside",   "unmap cuts",
	"unmap to hole", "table emptied", "table replaced", "no gaps, apart",
	"two gathers",	 "incoherent",	  "nomem 0",	    "nomem 1",
	"nomem 2",	 "nomem 3",	  "run in part",
};

static unsigned seen[CLASSES];
static struct prog prog;
static struct universe u;
static struct engine_cfg cfg;
static struct shadow shadow = {.cfg = &cfg};
static struct map_plan plan;
static struct {
	bool any[2];
	uint64_t first[2], last[2];
	uint64_t granules; /* where some were unmapped last */
	unsigned nomem;	   /* 1 + n of the operation before */
	uint64_t written;  /* 1 + where */
} state;

static void see(enum class c, bool is)
{
	seen[c] += is;
}

static uint64_t span(unsigned level)
{
	return level < 8 && u.level_lg2[level] < 64 ? 1ull << u.level_lg2[level] : 0;
}

static uint64_t last_iova(void)
{
	bool ends = (cfg.features & (F_SIGN_EXTEND | F_UPPER_HALF)) || cfg.iova_width >= 64;

	return ends ? UINT64_MAX : (1ull << cfg.iova_width) - 1;
}

static void see_map(const struct op *op)
{
	uint64_t iova = universe_iova(&u, op->arg), oa = universe_oa(&u, op->arg + 2, iova);
	uint64_t len = universe_len(&u, op->arg + 4, iova), first, last;
	unsigned prot = op_prot(op), top = cfg.top_level;

	shadow_plan_map(&shadow, iova, oa, len, prot, &plan);
	see(OA_BEYOND, plan.refused && plan.err == -E_RANGE && len &&
			       oa + len == (1ull << cfg.oa_width) + span(0));
	if (plan.refused)
		return;
	if (state.nomem && state.nomem <= 4)
		seen[NOMEM_0 + state.nomem - 1]++;
	see(PROGRESS, plan.err && plan.mapped);
	if (!plan.mapped)
		return;
	first = plan.run[0].iova;
	last = first + (plan.mapped - 1);
	see(UPPER, first >> 63);
	see(ABOVE_TOP_1, (cfg.features & F_DYNAMIC_TOP) && span(top + 1) && last >= span(top + 1));
	see(ABOVE_TOP_3, (cfg.features & F_DYNAMIC_TOP) && span(top + 3) && last >= span(top + 3));
	see(DEEP, cfg.iova_width >= 57);
	see(OA_LAST, oa + (plan.mapped - 1) == (1ull << cfg.oa_width) - 1);
	see(PROT_R, !(prot & P_WRITE));
	see(PROT_W, !(prot & P_READ));
	see(PROT_NX, prot & P_NOEXEC);
	see(THREE_SIZES, plan.n >= 3 && plan.run[0].lg2 != plan.run[1].lg2);
	see(ABOVE_GRANULE, !(cfg.pgsizes & span(0)));
	see(TABLE_REPLACED, state.granules && plan.run[0].lg2 >= u.level_lg2[1] &&
				    state.granules - 1 >= first && state.granules - 1 <= last);
	shadow_map(&shadow, &plan, plan.mapped);
}

static void forget_extent(void *arg, const struct extent *piece)
{
	bool granules = piece->lg2 == u.unit_lg2[0];

	(void)arg;
	if (granules)
		state.granules = piece->iova + 1;
	see(TABLE_EMPTIED,
	    granules && !(piece->iova & (span(1) - 1)) && piece->last - piece->iova >= span(1) - 1);
	see(END_UNMAPPED, granules && piece->last == last_iova());
	see(END_OF_2_64, granules && piece->last == UINT64_MAX && cfg.iova_width == 64);
}

static void see_unmap(const struct op *op)
{
	uint64_t iova = universe_iova(&u, op->arg), len = universe_len(&u, op->arg + 2, iova), last;
	const struct extent *e = shadow_find(&shadow, iova);
	uint64_t removed = shadow_plan_unmap(&shadow, iova, len, &last);
	unsigned g = op_gather(op);

	see(UNMAP_INSIDE, e && len && ((iova - e->iova) & ((1ull << e->lg2) - 1)));
	if (!removed)
		return;
	see(UNMAP_CUTS, removed > len);
	see(UNMAP_HOLE, removed < len);
	see(INCOHERENT, cfg.features & F_INCOHERENT);
	see(NO_GAPS_APART, (cfg.features & F_NO_GAPS) && state.any[g] && iova - 1 > state.last[g] &&
				   iova > state.last[g]);
	see(TWO_GATHERS, state.any[!g] && !op_syncs(op));
	shadow_unmap(&shadow, iova, last, forget_extent, NULL);
	state.any[g] = !op_syncs(op);
	state.last[g] = last;
}

static void see_dirty(const struct op *op)
{
	uint64_t iova = universe_iova(&u, op->arg), len = universe_len(&u, op->arg + 2, iova);
	const struct extent *e = state.written ? shadow_find(&shadow, state.written - 1) : NULL;
	uint64_t leaf, end;

	if (!e || !len || !(cfg.features & F_DIRTY) || e->lg2 == u.unit_lg2[0])
		return;
	leaf = state.written - 1 - ((state.written - 1 - e->iova) & ((1ull << e->lg2) - 1));
	end = leaf + ((1ull << e->lg2) - 1);
	see(RUN_IN_PART,
	    iova <= end && iova + (len - 1) >= leaf && (iova > leaf || iova + (len - 1) < end));
}

static void see_op(const struct op *op)
{
	unsigned nomem = 0;

	if (op->code == OP_MAP)
		see_map(op);
	else if (op->code == OP_UNMAP)
		see_unmap(op);
	else if (op->code == OP_DIRTY)
		see_dirty(op);
	else if (op->code == OP_DWRITE)
		state.written = universe_iova(&u, op->arg) + 1;
	else if (op->code == OP_NOMEM)
		nomem = op_num(op) + 1;
	state.nomem = nomem;
	if (op_rows[op->code].arg[0] == ARG_IOVA)
		u.prev = universe_iova(&u, op->arg);
}

static void see_program(void)
{
	uint64_t pgsizes;

	config_decode(&prog, &cfg);
	pgsizes = cfg.pgsizes;
	memset(&state, 0, sizeof(state));
	shadow.n = 0;
	if (shadow_config(&cfg, &pgsizes))
		return;
	cfg.pgsizes = pgsizes;
	universe_init(&u, &cfg);
	universe_hot(&u, prog.header[7]);
	for (unsigned i = 0; i < prog.n; i++)
		if (!op_is_off(&prog, &prog.op[i]))
			see_op(&prog.op[i]);
}

#define BIT_OF(c) (1u << (c))
#define FIXED_TOP (BIT_OF(END_OF_2_64) | BIT_OF(ABOVE_TOP_1) | BIT_OF(ABOVE_TOP_3))

/* Mutates a pool of programs and counts; `without` are classes the format cannot reach. */
static void assert_reaches(enum hw_id hw, unsigned without)
{
	static uint8_t pool[POOL][512];
	static size_t size[POOL];
	bool all = true;

	memset(size, 0, sizeof(size));
	memset(seen, 0, sizeof(seen));
	for (unsigned i = 0; i < PROGRAMS; i++) {
		unsigned to = i % POOL, from = i * 7919u / POOL % POOL;

		memcpy(pool[to], pool[from], size[from]);
		size[to] = prog_mutate(hw, pool[to], size[from], sizeof(pool[to]), i);
		prog_decode(&prog, hw, pool[to], size[to]);
		see_program();
	}
	for (unsigned c = 0; c < CLASSES; c++) {
		if (!seen[c] != !!(without & BIT_OF(c))) {
			fprintf(stderr, "%s: %s came up %u times\n", hw_name(hw), names[c],
				seen[c]);
			all = false;
		}
	}
	assert_true(all);
}

static void amdv1(void **unused)
{
	(void)unused;
	assert_reaches(HW_AMDV1, 0);
}

static void x86_64(void **unused)
{
	(void)unused;
	assert_reaches(HW_X86_64, FIXED_TOP | BIT_OF(PROT_W) | BIT_OF(RUN_IN_PART));
}

static void vtdss(void **unused)
{
	(void)unused;
	assert_reaches(HW_VTDSS, FIXED_TOP | BIT_OF(UPPER));
}

static void riscv(void **unused)
{
	(void)unused;
	assert_reaches(HW_RISCV, FIXED_TOP | BIT_OF(PROT_W) | BIT_OF(RUN_IN_PART));
}

static void arm4k_s1(void **unused)
{
	(void)unused;
	assert_reaches(HW_ARM4K_S1, FIXED_TOP | BIT_OF(DEEP) | BIT_OF(PROT_W));
}

static void arm64k_s2(void **unused)
{
	(void)unused;
	/* A table has 8192 slots, and the harness lets no call fill more than 2048. */
	assert_reaches(HW_ARM64K_S2,
		       FIXED_TOP | BIT_OF(DEEP) | BIT_OF(UPPER) | BIT_OF(TABLE_EMPTIED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(amdv1), cmocka_unit_test(x86_64),   cmocka_unit_test(vtdss),
		cmocka_unit_test(riscv), cmocka_unit_test(arm4k_s1), cmocka_unit_test(arm64k_s2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
