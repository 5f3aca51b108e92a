// SPDX-License-Identifier: GPL-2.0-only
/*
 * `emit`: a program as C with plain numbers. What each call should return comes from the shadow
 * map, so that the program fails by itself where the engine is wrong. After an allocation that is
 * made to fail the model does not know how far a call got: from there on only what must hold
 * anyhow is checked.
 */
#include "triage.h"

#include <inttypes.h>
#include <string.h>

#include "oracle/hw.h"
#include "oracle/shadow.h"

static struct {
	struct prog prog;
	struct engine_cfg cfg;
	struct universe u;
	struct shadow shadow;
	struct map_plan plan;
	bool exact; /* the model knows what is mapped */
	FILE *out;
} e;

static const char host[] =
	"static _Alignas(65536) uint8_t arena[16u << 20];\n"
	"static size_t used;\n"
	"static unsigned held, fail_in, failures;\n"
	"static bool fail_on;\n"
	"static uint64_t sync_first = UINT64_MAX, sync_last;\n"
	"\n"
	"static void *alloc_table(void *ctx, size_t size)\n"
	"{\n"
	"\t(void)ctx;\n"
	"\tused = (used + size - 1) & ~(size - 1);\n"
	"\tif ((fail_in && (--fail_in == 0 || fail_on)) || used + size > sizeof(arena)) {\n"
	"\t\tfail_in = fail_on;\n"
	"\t\treturn NULL;\n"
	"\t}\n"
	"\tmemset(arena + used, 0xa5, size);\n"
	"\tused += size;\n"
	"\theld++;\n"
	"\treturn arena + used - size;\n"
	"}\n"
	"\n"
	"static void free_table(void *ctx, void *table, size_t size)\n"
	"{\n"
	"\t(void)ctx;\n"
	"\tmemset(table, 0xdb, size);\n"
	"\theld--;\n"
	"}\n"
	"\n"
	"static void iotlb_sync(void *ctx, uint64_t first, uint64_t last, bool tables)\n"
	"{\n"
	"\t(void)ctx, (void)tables;\n"
	"\tsync_first = first < sync_first ? first : sync_first;\n"
	"\tsync_last = last > sync_last ? last : sync_last;\n"
	"}\n"
	"\n"
	"static void nothing(void *ctx)\n"
	"{\n"
	"\t(void)ctx;\n"
	"}\n"
	"\n"
	"static void change_top(void *ctx, uint64_t root, unsigned level)\n"
	"{\n"
	"\t(void)ctx, (void)root, (void)level;\n"
	"}\n"
	"\n"
	"static void flush_memory(void *ctx, const void *ptr, size_t len)\n"
	"{\n"
	"\t(void)ctx, (void)ptr, (void)len;\n"
	"}\n"
	"\n"
	"static void expect(const char *what, uint64_t got, uint64_t want)\n"
	"{\n"
	"\tif (got == want)\n"
	"\t\treturn;\n"
	"\tprintf(\"%s is 0x%llx, should be 0x%llx\\n\", what, (unsigned long long)got,\n"
	"\t       (unsigned long long)want);\n"
	"\tfailures++;\n"
	"}\n"
	"\n"
	"static void expect_synced(uint64_t first, uint64_t last)\n"
	"{\n"
	"\texpect(\"first IOVA invalidated in time\", sync_first <= first, 1);\n"
	"\texpect(\"last IOVA invalidated in time\", sync_last >= last, 1);\n"
	"\tsync_first = UINT64_MAX;\n"
	"\tsync_last = 0;\n"
	"}\n"
	"\n";

static const char *const formats[HW_COUNT] = {
	[HW_AMDV1] = "PT_FMT_AMDV1",	     [HW_X86_64] = "PT_FMT_X86_64",
	[HW_VTDFS] = "PT_FMT_X86_64",	     [HW_VTDSS] = "PT_FMT_VTDSS",
	[HW_RISCV] = "PT_FMT_RISCV",	     [HW_RISCV_G] = "PT_FMT_RISCV_G",
	[HW_ARM4K_S1] = "PT_FMT_ARM4K_S1",   [HW_ARM4K_S2] = "PT_FMT_ARM4K_S2",
	[HW_ARM16K_S1] = "PT_FMT_ARM16K_S1", [HW_ARM16K_S2] = "PT_FMT_ARM16K_S2",
	[HW_ARM64K_S1] = "PT_FMT_ARM64K_S1", [HW_ARM64K_S2] = "PT_FMT_ARM64K_S2",
};

static void say_lookup(uint64_t iova)
{
	const struct extent *x = shadow_find(&e.shadow, iova);

	if (!e.exact)
		return;
	fprintf(e.out, "\texpect(\"lookup of 0x%" PRIx64 "\", pt_iova_to_phys(&d, 0x%" PRIx64 "), ",
		iova, iova);
	if (x)
		fprintf(e.out, "0x%" PRIx64 ");\n", extent_oa(x, iova));
	else
		fprintf(e.out, "PT_OA_NONE);\n");
}

static void say_edges(uint64_t iova, uint64_t len)
{
	if (!len)
		return;
	say_lookup(iova);
	say_lookup(iova + (len - 1));
	say_lookup(iova - 1);
	say_lookup(iova + len);
}

static void say_map_pages(const struct op *op, uint64_t iova, uint64_t oa)
{
	fprintf(e.out,
		"\tmapped = 0;\n\terr = pt_map_pages(&d, 0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64
		", 0x%" PRIx64 ", %u, &mapped);\n",
		iova, oa, universe_pgsize(&e.u, op->arg[4]), op_count(op), op_prot(op));
}

/* As the harness calls: a length that would fill too many slots is cut, and no count of pages. */
static void say_map(const struct op *op)
{
	uint64_t iova = universe_iova(&e.u, op->arg), oa = universe_oa(&e.u, op->arg + 2, iova);
	bool pages = op->code == OP_MAP_PAGES;
	uint64_t len;

	if (!pages) {
		len = universe_len(&e.u, op->arg + 4, iova);
	} else if (__builtin_mul_overflow(universe_pgsize(&e.u, op->arg[4]), op_count(op), &len)) {
		say_map_pages(op, iova, oa);
		fprintf(e.out, "\texpect(\"map's error\", (uint64_t)-err, PT_EOVERFLOW);\n");
		return;
	}
	shadow_plan_map(&e.shadow, iova, oa, len, op_prot(op), &e.plan);
	if (pages && e.plan.len == len)
		say_map_pages(op, iova, oa);
	else
		fprintf(e.out,
			"\tmapped = 0;\n\terr = pt_map_range(&d, 0x%" PRIx64 ", 0x%" PRIx64
			", 0x%" PRIx64 ", %u, &mapped);\n",
			iova, oa, e.plan.len, op_prot(op));
	len = e.plan.len;
	if (e.exact) {
		fprintf(e.out, "\texpect(\"map's error\", (uint64_t)-err, %d);\n", -e.plan.err);
		fprintf(e.out, "\texpect(\"bytes mapped\", mapped, 0x%" PRIx64 ");\n",
			e.plan.mapped);
		if (!e.plan.refused)
			shadow_map(&e.shadow, &e.plan, e.plan.mapped);
		say_edges(iova, len);
	}
	e.u.prev = iova;
	e.u.next = iova + len;
}

static void forget(void *arg, const struct extent *piece)
{
	(void)arg;
	(void)piece;
}

static void say_sync(unsigned gather)
{
	fprintf(e.out, "\tpt_gather_sync(&g[%u]);\n", gather);
}

static void say_unmap(const struct op *op)
{
	uint64_t iova = universe_iova(&e.u, op->arg), len = universe_len(&e.u, op->arg + 2, iova);
	uint64_t last = 0, removed = shadow_plan_unmap(&e.shadow, iova, len, &last);

	fprintf(e.out, "\tremoved = pt_unmap_range(&d, 0x%" PRIx64 ", 0x%" PRIx64 ", &g[%u]);\n",
		iova, len, op_gather(op));
	if (e.exact) {
		fprintf(e.out, "\texpect(\"bytes unmapped\", removed, 0x%" PRIx64 ");\n", removed);
		if (removed)
			shadow_unmap(&e.shadow, iova, last, forget, NULL);
		say_edges(iova, len);
	}
	if (op_syncs(op)) {
		say_sync(op_gather(op));
		if (e.exact && removed)
			fprintf(e.out, "\texpect_synced(0x%" PRIx64 ", 0x%" PRIx64 ");\n", iova,
				last);
	}
	e.u.prev = iova;
	e.u.next = iova + len;
}

static void say_op(const struct op *op)
{
	char text[160];

	fprintf(e.out, "\n\t/* %s */\n", op_print(&e.prog, op, text, sizeof(text)));
	switch (op->code) {
	case OP_MAP:
	case OP_MAP_PAGES:
		say_map(op);
		break;
	case OP_UNMAP:
		say_unmap(op);
		break;
	case OP_SYNC:
		for (unsigned g = 0; g < 2; g++)
			if (op_gathers(op) & 1u << g)
				say_sync(g);
		break;
	case OP_LOOKUP:
	case OP_DREAD:
	case OP_DWRITE:
		say_lookup(universe_iova(&e.u, op->arg) + (uint64_t)op_byte_offset(&e.u, op));
		break;
	case OP_NOMEM:
		fprintf(e.out, "\tfail_in = %u;\n\tfail_on = %d;\n", op_num(op) + 1,
			op_keeps_failing(op));
		e.exact = false;
		break;
	default:
		break;
	}
}

/* Can a caller notice a fault of this key, that looks at no table? */
static bool seen_by_calls(const char *key)
{
	static const char *const no[] = {"walk@",   "tree@", "stale@", "early-free@",
					 "gather@", "bbm@",  "dirty@", "coherent@"};

	for (unsigned i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (!strncmp(key, no[i], strlen(no[i])))
			return false;
	return true;
}

static void say_begin(const struct input *in, const char *key)
{
	uint64_t base = 1ull << (e.cfg.oa_width - 1);
	unsigned lacks = e.cfg.lacks;

	fprintf(e.out,
		"/*\n * %s, target %s: %s\n%s *\n"
		" * cc -Icore THIS_FILE build/libiommupt.a && ./a.out\n */\n"
		"#include <stdio.h>\n#include <string.h>\n\n#include \"iommu_pt.h\"\n\n%s",
		in->path, in->target, key,
		seen_by_calls(key) ? ""
				   : " * Hardware sees it: what the calls answer may be right.\n",
		host);
	fprintf(e.out,
		"int main(void)\n{\n"
		"\tconst struct pt_host_ops ops = {alloc_table, free_table, iotlb_sync, "
		"%s, %s, %s, %s};\n"
		"\tconst struct pt_config cfg = {\n\t\t.host = &ops,\n"
		"\t\t.phys_offset = (uintptr_t)arena - 0x%" PRIx64 "ull,\n"
		"\t\t.pgsize_bitmap = 0x%" PRIx64 ",\n\t\t.iova_width = %u,\n\t\t.oa_width = %u,\n"
		"\t\t.top_level = %u,\n\t\t.features = 0x%x,\n\t};\n"
		"\tuint64_t mapped = 0, removed = 0;\n\tstruct pt_gather g[2];\n\tstruct pt_domain "
		"d;\n"
		"\tint err;\n\n%s\terr = pt_init(&d, %s, &cfg);\n",
		lacks & LACKS_TOP_LOCK ? "NULL" : "nothing",
		lacks & LACKS_TOP_UNLOCK ? "NULL" : "nothing",
		lacks & LACKS_ROOT_CHANGED ? "NULL" : "change_top",
		lacks & LACKS_FLUSH ? "NULL" : "flush_memory", base >= 16u << 20 ? base : 0,
		e.cfg.pgsizes, e.cfg.iova_width, e.cfg.oa_width, e.cfg.top_level, e.cfg.features,
		lacks & LACKS_MEMORY ? "\tfail_in = 1;\n" : "", formats[in->hw]);
}

static void say_c(const struct input *in, const char *key)
{
	uint64_t sizes = e.cfg.pgsizes;
	int err = shadow_config(&e.cfg, &sizes);

	say_begin(in, key);
	fprintf(e.out,
		"\texpect(\"init's error\", (uint64_t)-err, %d);\n\tif (err)\n"
		"\t\treturn failures != 0;\n\tpt_gather_init(&g[0], &d);\n"
		"\tpt_gather_init(&g[1], &d);\n",
		-err);
	if (!err) {
		e.cfg.pgsizes = sizes;
		fprintf(e.out, "\texpect(\"page sizes\", pt_pgsizes(&d), 0x%" PRIx64 ");\n", sizes);
		for (unsigned i = 0; i < e.prog.n; i++)
			if (!op_is_off(&e.prog, &e.prog.op[i]))
				say_op(&e.prog.op[i]);
	}
	fprintf(e.out,
		"\n\tpt_gather_sync(&g[0]);\n\tpt_gather_sync(&g[1]);\n\tpt_deinit(&d);\n"
		"\texpect(\"tables left\", held, 0);\n\t(void)mapped, (void)removed, "
		"(void)expect_synced;\n"
		"\tprintf(\"%%u checks failed\\n\", failures);\n\treturn failures != 0;\n}\n");
}

/* The kernel's generic_pt tests know do_map() and unmap_pages; what differs is left to adapt. */
static void say_kunit(const struct input *in, const char *key)
{
	fprintf(e.out,
		"/*\n * %s, target %s: %s\n *\n"
		" * For kunit_iommu_pt.h: adapt the domain's configuration to width %u, output "
		"width %u,\n"
		" * top level %u, page sizes 0x%" PRIx64 ".\n */\n"
		"static void test_%s(struct kunit *test)\n{\n"
		"\tstruct kunit_iommu_priv *priv = test->priv;\n"
		"\tstruct iommu_iotlb_gather gather;\n\n\tiommu_iotlb_gather_init(&gather);\n",
		in->path, in->target, key, e.cfg.iova_width, e.cfg.oa_width, e.cfg.top_level,
		e.cfg.pgsizes, in->target);
	for (unsigned i = 0; i < e.prog.n; i++) {
		const struct op *op = &e.prog.op[i];
		uint64_t iova = universe_iova(&e.u, op->arg), oa, len, last = 0, removed;

		if (op_is_off(&e.prog, op))
			continue;
		if (op->code == OP_MAP) {
			oa = universe_oa(&e.u, op->arg + 2, iova);
			len = universe_len(&e.u, op->arg + 4, iova);
			shadow_plan_map(&e.shadow, iova, oa, len, op_prot(op), &e.plan);
			if (e.plan.err)
				continue;
			shadow_map(&e.shadow, &e.plan, e.plan.mapped);
			fprintf(e.out,
				"\tdo_map(test, 0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64 ");\n",
				iova, oa, e.plan.len);
			e.u.prev = iova;
			e.u.next = iova + e.plan.len;
		} else if (op->code == OP_UNMAP) {
			len = universe_len(&e.u, op->arg + 2, iova);
			removed = shadow_plan_unmap(&e.shadow, iova, len, &last);
			if (removed)
				shadow_unmap(&e.shadow, iova, last, forget, NULL);
			fprintf(e.out,
				"\tKUNIT_ASSERT_EQ(test, iommu_unmap_fast(&priv->domain, 0x%" PRIx64
				", 0x%" PRIx64 ", &gather),\n\t\t\t0x%" PRIx64 ");\n",
				iova, len, removed);
			if (op_syncs(op))
				fprintf(e.out, "\tiommu_iotlb_sync(&priv->domain, &gather);\n");
			e.u.prev = iova;
			e.u.next = iova + len;
		}
	}
	fprintf(e.out,
		"\tiommu_iotlb_sync(&priv->domain, &gather);\n\tcheck_iova(test, 0, 0, 0);\n}\n");
}

bool emit_can(const struct input *in)
{
	return in->hw != HW_COUNT && formats[in->hw] && strncmp(in->target, "race_", 5) != 0;
}

/* The model as it is before the first operation. */
static void begin(const struct input *in, FILE *out)
{
	uint64_t sizes;

	memset(&e, 0, sizeof(e));
	prog_decode(&e.prog, in->hw, in->data, in->size);
	config_decode(&e.prog, &e.cfg);
	e.shadow.cfg = &e.cfg;
	e.exact = true;
	e.out = out;
	sizes = e.cfg.pgsizes;
	if (!shadow_config(&e.cfg, &sizes)) {
		struct engine_cfg effective = e.cfg;

		effective.pgsizes = sizes;
		universe_init(&e.u, &effective);
		universe_hot(&e.u, e.prog.header[7]);
	}
}

void emit_c(const struct input *in, const char *key, FILE *out)
{
	begin(in, out);
	say_c(in, key);
}

static void emit_kunit(const struct input *in, const char *key, FILE *out)
{
	begin(in, out);
	e.cfg.pgsizes = e.u.cfg.pgsizes;
	say_kunit(in, key);
}

int cmd_emit(void)
{
	static struct input in;
	const char *path = opt.out ? opt.out : "-", *key;
	struct probe p;
	FILE *f;

	if (opt.argc != 1)
		die("emit takes one file; emit --help");
	input_read(&in, opt.argv[0]);
	if (in.hw != HW_COUNT && !strncmp(in.target, "race_", 5))
		die("%s: a race happens by its schedule, which calls in a row do not have",
		    in.path);
	if (!emit_can(&in))
		die("%s: inputs of %s cannot be told as calls of our engine", in.path, in.target);
	output_check(path);
	probe_input(in.target, false, in.data, in.size, &p);
	key = p.verdict == PROBE_OK ? "no fault" : p.key;
	f = output_open(path);
	(opt.kunit ? emit_kunit : emit_c)(&in, key, f);
	output_close(f, path);
	return 0;
}
