// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs: bytes, text and mutations convert into each other without loss, names are unique,
 * and what saved inputs mean stays as it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ops/no_apply.h"
#include "ops/facts.h"

static uint64_t seed;

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static size_t random_input(uint8_t *data, size_t max)
{
	size_t size = rnd() % (max + 1);

	for (size_t i = 0; i < size; i++)
		data[i] = rnd();
	if (size && rnd() % 8)
		data[0] = 0;
	return size;
}

static char *text_of(const struct prog *p, size_t *len)
{
	char *text;
	FILE *out = open_memstream(&text, len);

	prog_print(p, out);
	fclose(out);
	return text;
}

static void parse_or_fail(struct prog *p, enum hw_id hw, const char *text, size_t len)
{
	struct text_error err;

	if (!prog_parse(p, hw, text, len, &err))
		fail_msg("%u:%u: %s in\n%.*s", err.line, err.column, err.what, (int)len, text);
}

static void assert_round_trip(enum hw_id hw, const uint8_t *data, size_t size)
{
	static struct prog p, q;
	uint8_t out[PROG_MAX_SIZE];
	size_t len, again_len;
	char *text, *again;

	prog_decode(&p, hw, data, size);
	assert_int_equal(prog_encode(&p, out, sizeof(out)), size);
	assert_memory_equal(out, data, size);

	text = text_of(&p, &len);
	parse_or_fail(&q, hw, text, len);
	assert_int_equal(prog_encode(&q, out, sizeof(out)), size);
	assert_memory_equal(out, data, size);

	again = text_of(&q, &again_len);
	assert_int_equal(again_len, len);
	assert_memory_equal(again, text, len);
	free(text);
	free(again);
}

static void bytes_and_text_keep_every_byte(void **state)
{
	(void)state;
	seed = 1;
	for (unsigned i = 0; i < 100000; i++) {
		uint8_t data[600];

		assert_round_trip(i % HW_COUNT, data, random_input(data, sizeof(data)));
	}
}

static void every_header_byte_keeps_its_value(void **state)
{
	(void)state;
	for (unsigned hw = 0; hw < HW_COUNT; hw++) {
		for (unsigned i = 0; i < PROG_HEADER * 256; i++) {
			uint8_t data[PROG_HEADER] = {0};

			data[i / 256] = i;
			assert_round_trip(hw, data, sizeof(data));
			data[5] = i % 16 + 240;
			assert_round_trip(hw, data, sizeof(data));
		}
	}
}

static void every_operation_byte_keeps_its_value(void **state)
{
	(void)state;
	for (unsigned hw = 0; hw < HW_COUNT; hw++) {
		for (unsigned slot = 0; slot < 256; slot++) {
			for (unsigned i = 0; i < 6 * 256; i++) {
				uint8_t data[PROG_HEADER + 7] = {0};

				data[PROG_HEADER] = slot;
				data[PROG_HEADER + 1 + i / 256] = i;
				if (slot % 32 == i % 32)
					assert_round_trip(hw, data, sizeof(data));
			}
		}
	}
}

static void long_inputs_are_kept_up_to_the_limit(void **state)
{
	static uint8_t data[PROG_MAX_SIZE + 10], out[PROG_MAX_SIZE + 10];
	static struct prog p;

	(void)state;
	memset(data, 0xa5, sizeof(data));
	assert_round_trip(HW_AMDV1, data, PROG_MAX_SIZE);
	prog_decode(&p, HW_AMDV1, data, sizeof(data));
	assert_int_equal(prog_encode(&p, out, sizeof(out)), PROG_MAX_SIZE);
}

static void a_short_buffer_gets_a_prefix(void **state)
{
	uint8_t data[64], out[64];
	static struct prog p;

	(void)state;
	memset(data, 0x21, sizeof(data));
	prog_decode(&p, HW_AMDV1, data, sizeof(data));
	for (size_t max = 0; max <= sizeof(data); max++) {
		assert_int_equal(prog_encode(&p, out, max), max);
		assert_memory_equal(out, data, max);
	}
}

/* Saved inputs must not rot: these bytes mean this for ever. */
static void version_0_is_frozen(void **state)
{
	static const char layout[] = "000000000112222223345566778899aa";
	static const char text[] = "config feat=dynamic,nogaps,dirty width=39 level=+1 oa=48 "
				   "sizes=above~1 hot=7\n"
				   "swarm off=sync\n"
				   "map end-1*2M same 2M*3 rw\n"
				   "map_pages lv1+1*4K same''' 1G 3 r\n"
				   "unmap prev ..end g0+sync\n"
				   "sync all\n"
				   "lookup lv2 -1\n"
				   "nomem 5 all\n"
				   "dread hot0+0*2M +7\n"
				   "dwrite~1 next-64*256T last\n"
				   "dirty zero 4K*2-4K g1+sync\n"
				   "fiber f2\n"
				   "preempt~1 cas 3 f1\n"
				   "map~8 wrap-1*1 alt1 64K*0+1 bad\n"
				   "unmap g4+1*8K ..lv2-2*1M g0'\n"
				   "unmap zero~128 2M*3~768 g0'\n"
				   "unmap end+0*2M~1 ..end~3 g0'\n"
				   "unmap zero 4K*7*16 g0'\n"
				   "unmap zero ..wrap-1*4K g1\n";
	static const uint8_t bytes[] = {
		0x00, 0x08, 0x01, 0x01, 0x01, 0x10, 0x12, 0x07, /* header */
		0x00, 0x11, 0xff, 0x00, 0x00, 0x01, 0x02,	/* map */
		0x29, 0x50, 0x01, 0xe0, 0x00, 0x02, 0x02,	/* map_pages */
		0x4b, 0xe0, 0x00, 0x70, 0x00,			/* unmap */
		0x51,						/* sync */
		0x93, 0x60, 0x00,				/* lookup */
		0x34, 0x05,					/* nomem */
		0x56, 0xc1, 0x00,				/* dread */
		0xb9, 0xfe, 0xc0,				/* dwrite */
		0xba, 0x00, 0x00, 0x10, 0x01,			/* dirty */
		0x5c,						/* fiber */
		0x3f, 0x02, 0x03,				/* preempt */
		0xe8, 0x3f, 0xff, 0xa0, 0x00, 0x44, 0xff,	/* map */
		0x8b, 0xa3, 0x01, 0x67, 0xfe,			/* unmap */
		0x8b, 0x00, 0xbf, 0xe9, 0xfe,			/* unmap */
		0x8b, 0x11, 0x40, 0x70, 0x42,			/* unmap */
		0x8b, 0x00, 0x00, 0x80, 0x06,			/* unmap */
		0x2b, 0x00, 0x00, 0xf0, 0xff,			/* unmap */
	};
	static struct prog p;
	const uint8_t *code = op_layout(0);
	uint8_t out[PROG_MAX_SIZE];
	char *again;
	size_t len;

	(void)state;
	for (unsigned i = 0; i < OP_SLOTS; i++)
		assert_int_equal(code[i] < 10 ? '0' + code[i] : 'a' + code[i] - 10, layout[i]);
	parse_or_fail(&p, HW_AMDV1, text, strlen(text));
	len = prog_encode(&p, out, sizeof(out));
	assert_memory_equal(out, bytes, len < sizeof(bytes) ? len : sizeof(bytes));
	assert_int_equal(len, sizeof(bytes));
	prog_decode(&p, HW_AMDV1, bytes, sizeof(bytes));
	again = text_of(&p, &len);
	assert_true(op_is_off(&p, &p.op[3]));
	assert_non_null(strstr(again, "sync all # off\n"));
	free(again);
}

static void headers_without_words_are_the_usual_configuration(void **state)
{
	static struct prog p, q;
	struct engine_cfg cfg;

	(void)state;
	parse_or_fail(&p, HW_AMDV1, "# nothing\n", 10);
	prog_decode(&q, HW_AMDV1, NULL, 0);
	assert_memory_equal(p.header, q.header, PROG_HEADER);
	config_decode(&p, &cfg);
	assert_int_equal(cfg.iova_width, 48);
	assert_int_equal(cfg.oa_width, 52);
	assert_int_equal(cfg.top_level, 3);
	assert_int_equal(cfg.features, F_DYNAMIC_TOP | F_FLUSH_RANGE | F_DIRTY);
	assert_true(cfg.pgsizes == UINT64_MAX);
}

/* What a configuration that is not raw never asks for. */
static void configurations_agree_with_themselves(void **state)
{
	static struct prog p;

	(void)state;
	seed = 2;
	for (unsigned i = 0; i < 100000; i++) {
		enum hw_id hw = i % HW_COUNT;
		const struct hw_facts *f = hw_facts(hw);
		uint8_t data[PROG_HEADER];
		struct engine_cfg c;

		for (unsigned b = 0; b < PROG_HEADER; b++)
			data[b] = rnd();
		data[5] %= 240;
		prog_decode(&p, hw, data, sizeof(data));
		config_decode(&p, &c);
		assert_in_range(c.iova_width, 1, f->max_width);
		assert_in_range(c.oa_width, 1, f->oa_width[0]);
		assert_in_range(c.top_level, c.features & F_DYNAMIC_TOP ? 0 : f->min_top,
				f->max_top);
		if (!(c.features & F_DYNAMIC_TOP))
			assert_true(facts_span_lg2(f, c.top_level + 1) + f->wide_root >=
				    c.iova_width);
		assert_int_equal(c.features & ~f->features & ~f->usual, 0);
		assert_int_equal(c.lacks, 0);
		assert_false((c.features & F_FLUSH_RANGE) && (c.features & F_NO_GAPS));
		assert_false((c.features & F_DIRTY) && (c.features & F_INCOHERENT));
		assert_false((c.features & F_SIGN_EXTEND) && (c.features & F_DYNAMIC_TOP));
		assert_true(c.iova_width > 62 || c.pgsizes & ((2ull << c.iova_width) - 1));
		assert_true(c.pgsizes == UINT64_MAX || !(c.pgsizes & ~f->sizes));
	}
}

static void raw_configurations_are_not_corrected(void **state)
{
	static const char text[] = "config feat=raw,dynamic,range,nogaps,dirty width=0 oa=0\n";
	static struct prog p;
	struct engine_cfg cfg;

	(void)state;
	parse_or_fail(&p, HW_AMDV1, text, strlen(text));
	config_decode(&p, &cfg);
	assert_int_equal(cfg.iova_width, 0);
	assert_int_equal(cfg.oa_width, 0);
	assert_int_equal(cfg.features, F_DYNAMIC_TOP | F_FLUSH_RANGE | F_NO_GAPS | F_DIRTY);
}

static void raw_configurations_say_what_the_host_lacks(void **state)
{
	static const struct {
		const char *text;
		unsigned features, lacks;
	} list[] = {
		{"config feat=raw,dynamic,range,dirty,nolock\n",
		 F_DYNAMIC_TOP | F_FLUSH_RANGE | F_DIRTY, LACKS_TOP_LOCK},
		{"config feat=raw,dynamic,range,dirty,nounlock\n",
		 F_DYNAMIC_TOP | F_FLUSH_RANGE | F_DIRTY, LACKS_TOP_UNLOCK},
		{"config feat=raw,dynamic,range,dirty,nonotice\n",
		 F_DYNAMIC_TOP | F_FLUSH_RANGE | F_DIRTY, LACKS_ROOT_CHANGED},
		{"config feat=raw,range,incoherent,noflush\n", F_FLUSH_RANGE | F_INCOHERENT,
		 LACKS_FLUSH},
		{"config feat=raw,range,dirty,nomem\n", F_FLUSH_RANGE | F_DIRTY, LACKS_MEMORY},
	};
	static struct prog p;
	struct engine_cfg cfg;

	(void)state;
	for (unsigned i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		parse_or_fail(&p, HW_AMDV1, list[i].text, strlen(list[i].text));
		config_decode(&p, &cfg);
		assert_int_equal(cfg.features, list[i].features);
		assert_int_equal(cfg.lacks, list[i].lacks);
	}
}

struct meaning {
	enum hw_id hw;
	const char *config, *op;
	uint64_t iova, oa, len;
};

/* Where named addresses are. */
static void words_mean_these_addresses(void **state)
{
	static const struct meaning list[] = {
		{HW_AMDV1, "", "map zero same 4K", 0, 0, 0x1000},
		{HW_AMDV1, "", "map zero-1*4K same 4K", 0xfffffffff000, 0xfffffffff000, 0x1000},
		{HW_AMDV1, "", "map end-1*2M same 2M*3", (1ull << 48) - (2 << 20),
		 (1ull << 48) - (2 << 20), 6 << 20},
		{HW_AMDV1, "width=64", "map end-1*4K zero ..end", -4096ull, 0, 4096},
		{HW_AMDV1, "width=64", "map wrap-1*4K end 4K-1", -4096ull, 1ull << 52, 4095},
		{HW_AMDV1, "level=lv1", "map top-1*4K half 4K*16*16", (1ull << 30) - 4096,
		 1ull << 51, 1 << 20},
		{HW_AMDV1, "", "map neg end-1*4K 4K*0", 3ull << 46, (1ull << 52) - 4096, 0},
		{HW_AMDV1, "", "map lv1~9 same'-1*4K 1G*4~100", 1 << 21, 0x1ff000, 1ull << 32},
		{HW_AMDV1, "width=39", "map lv4 g512 ..lv2", 0, 1ull << 39, 1 << 30},
		{HW_AMDV1, "", "map lv1+1*4K skew ..lv1", 0x201000, 0x202000, 0x1ff000},
		{HW_AMDV1, "", "map prev wrap-1*4K ..lv2-1*2M", 0x5000, -4096ull,
		 (1ull << 30) - 0x205000},
		{HW_AMDV1, "", "map next end~1 2M+4K", 0x7000, 1ull << 52, 0x201000},
		{HW_X86_64, "", "map end-1*4K same ..end", 0x7ffffffff000, 0x7ffffffff000, 4096},
		{HW_X86_64, "", "map end-1*4K zero ..wrap", 0x7ffffffff000, 0, 0xffff800000001000},
		{HW_X86_64, "", "map zero zero ..wrap-1*4K", 0, 0, -4096ull},
		{HW_X86_64, "", "map neg zero ..end", 0xffff800000000000, 0, 1ull << 47},
		{HW_X86_64, "", "map wrap-1*4K same 4K", -4096ull, 0xffffffffff000, 4096},
		{HW_AMDV1, "", "map zero+12K g4-3M 28K", 0x3000, (1ull << 32) - (3 << 20), 0x7000},
		{HW_AMDV1, "", "map zero+512T zero 512T", 0, 0, 1ull << 49},
		{HW_AMDV1, "", "map zero zero 12K*16", 0, 0, 0x30000},
		{HW_ARM4K_S1, "feat=upper,range,dirty", "map zero zero ..end", 0xffff000000000000,
		 0, 1ull << 48},
		{HW_ARM4K_S1, "feat=upper,range,dirty", "map end-1*64K zero 64K", -65536ull, 0,
		 65536},
		{HW_ARM64K_S1, "", "map lv1 lv2 64K", 1ull << 29, 1ull << 42, 65536},
		{HW_RISCV_G, "width=41", "map end-1*2M lv2 2M", (1ull << 41) - (2 << 20), 1 << 30,
		 2 << 20},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
		const struct meaning *m = &list[i];
		static struct prog p;
		struct engine_cfg cfg;
		struct universe u;
		char text[128];
		uint64_t iova;

		snprintf(text, sizeof(text), "config %s\n%s", m->config, m->op);
		parse_or_fail(&p, m->hw, text, strlen(text));
		config_decode(&p, &cfg);
		universe_init(&u, &cfg);
		u.prev = 0x5000;
		u.next = 0x7000;
		iova = universe_iova(&u, p.op[0].arg);
		if (iova != m->iova || universe_oa(&u, p.op[0].arg + 2, iova) != m->oa ||
		    universe_len(&u, p.op[0].arg + 4, iova) != m->len)
			fail_msg("%s: %llx %llx %llx", text, (unsigned long long)iova,
				 (unsigned long long)universe_oa(&u, p.op[0].arg + 2, iova),
				 (unsigned long long)universe_len(&u, p.op[0].arg + 4, iova));
	}
}

static void hot_addresses_follow_the_header(void **state)
{
	static const uint8_t hot0[2] = {0xc0, 0}, hot1[2] = {0xd0, 0};
	static struct prog p;
	struct engine_cfg cfg;
	struct universe u;
	uint64_t before;

	(void)state;
	prog_decode(&p, HW_AMDV1, NULL, 0);
	config_decode(&p, &cfg);
	universe_init(&u, &cfg);
	before = universe_iova(&u, hot0);
	universe_hot(&u, 1);
	assert_int_not_equal(universe_iova(&u, hot0), before);
	assert_int_equal(universe_iova(&u, hot0) & 0x1fffff, 0);
	assert_int_equal(universe_iova(&u, hot1) & 0xfff, 0);
	assert_true(universe_iova(&u, hot0) >> 48 == 0 && universe_iova(&u, hot1) >> 48 == 0);
}

struct mistake {
	const char *text;
	unsigned line, column;
};

static void mistakes_are_told_where_they_are(void **state)
{
	static const struct mistake list[] = {
		{"mop zero same 4K\n", 1, 1},
		{"# a comment\n\n  map zero\n", 3, 11},
		{"map nowhere same 4K", 1, 5},
		{"map zero+200*4K same 4K", 1, 5},
		{"map zero+1*5K same 4K", 1, 5},
		{"map zero+64*4K same 4K", 1, 5},
		{"map zero-65*4K same 4K", 1, 5},
		{"map zero+1*4K~1 same 4K", 1, 5},
		{"map zero~129 same 4K", 1, 5},
		{"map zero same 4K*5~1", 1, 15},
		{"map zero same 4K~769", 1, 15},
		{"map zero same 4K*0~1", 1, 15},
		{"map zero same 4M~1", 1, 15},
		{"map zero same 2M-2M", 1, 15},
		{"map zero same 4K*256", 1, 15},
		{"map zero same 4K*3*17", 1, 15},
		{"map zero same ..end+1*4K*16", 1, 15},
		{"map zero same ..wrap*16", 1, 15},
		{"map zero same 4K xx", 1, 18},
		{"map zero same 4K rw rw", 1, 21},
		{"map~9 zero same 4K", 1, 1},
		{"map~0 zero same 4K", 1, 1},
		{"map_pages zero same 4K 99999999999999999999", 1, 24},
		{"map_pages zero same 4K 241", 1, 24},
		{"nomem 16", 1, 7},
		{"preempt nothing 1", 1, 9},
		{"version 256", 1, 9},
		{"sync\nconfig width=48", 2, 1},
		{"config width=49 width=49", 1, 17},
		{"config width=99", 1, 8},
		{"config depth=9", 1, 8},
		{"config feat=sign", 1, 8},
		{"config width=48~99", 1, 8},
		{"swarm on=sync", 1, 7},
		{"swarm off=sync,", 1, 7},
		{"cut 9", 1, 5},
		{"config hot=1\ncut 1", 2, 5},
		{"sync\ncut 1", 2, 5},
		{"sync\ntail 00", 2, 6},
		{"cut 1\nsync", 2, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
		static struct prog p;
		struct text_error err;

		if (prog_parse(&p, HW_AMDV1, list[i].text, strlen(list[i].text), &err))
			fail_msg("accepted: %s", list[i].text);
		if (err.line != list[i].line || err.column != list[i].column)
			fail_msg("%u:%u: %s in %s", err.line, err.column, err.what, list[i].text);
	}
}

static void a_program_has_at_most_64_operations(void **state)
{
	static struct prog p;
	struct text_error err;
	char text[65 * 5 + 1] = "";

	(void)state;
	for (unsigned i = 0; i < 64; i++)
		strcat(text, "sync\n");
	assert_true(prog_parse(&p, HW_AMDV1, text, strlen(text), &err));
	strcat(text, "sync\n");
	assert_false(prog_parse(&p, HW_AMDV1, text, strlen(text), &err));
	assert_int_equal(err.line, 65);
}

/* Damages good text byte by byte: the parser survives, and points into the text. */
static void any_bytes_can_be_parsed(void **state)
{
	static const char spice[] = "\0\n\r #~*+-.,=0129KMGabz\xff";

	(void)state;
	seed = 3;
	for (unsigned i = 0; i < 20000; i++) {
		static struct prog p;
		struct text_error err = {0};
		uint8_t data[100];
		size_t len, lines = 1;
		char *text;

		prog_decode(&p, i % HW_COUNT, data, random_input(data, sizeof(data)));
		text = text_of(&p, &len);
		for (unsigned n = rnd() % 4; n; n--)
			text[rnd() % len] = spice[rnd() % sizeof(spice)];
		len = rnd() % 4 ? len : rnd() % len;
		for (size_t at = 0; at < len; at++)
			lines += text[at] == '\n';
		if (!prog_parse(&p, i % HW_COUNT, text, len, &err)) {
			assert_in_range(err.line, 1, lines);
			assert_in_range(err.column, 1, len + 1);
			assert_true(strlen(err.what) > 0);
		}
		free(text);
	}
}

static void long_words_and_lines_are_refused(void **state)
{
	static char text[1 << 16];
	static struct prog p;
	struct text_error err;

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_false(prog_parse(&p, HW_AMDV1, text, sizeof(text), &err));
	memset(text, ' ', sizeof(text));
	assert_true(prog_parse(&p, HW_AMDV1, text, sizeof(text), &err));
	memset(text, 0, sizeof(text));
	assert_false(prog_parse(&p, HW_AMDV1, text, sizeof(text), &err));
	memset(text, '\n', sizeof(text));
	assert_true(prog_parse(&p, HW_AMDV1, text, sizeof(text), &err));
	assert_int_equal(p.n, 0);
}

static void sizes_print_as_people_write_them(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} list[] = {
		{0, "0"},
		{1, "1"},
		{1023, "1023"},
		{0x1000, "4K"},
		{0x1001, "0x1001"},
		{2 << 20, "2M"},
		{1536 << 10, "1536K"},
		{1ull << 63, "8E"},
		{UINT64_MAX, "0xffffffffffffffff"},
	};
	char out[24];

	(void)state;
	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++)
		assert_string_equal(size_print(list[i].bytes, out, sizeof(out)), list[i].text);
	assert_string_equal(size_print(UINT64_MAX, out, 5), "0xff");
}

/* Maps stay when both ways to map are switched off. */
static void swarm_leaves_a_way_to_map(void **state)
{
	struct op map = {.code = OP_MAP}, pages = {.code = OP_MAP_PAGES}, sync = {.code = OP_SYNC};
	static struct prog p;

	(void)state;
	prog_decode(&p, HW_AMDV1, (const uint8_t[]){0, 1}, 2);
	assert_true(op_is_off(&p, &map));
	assert_false(op_is_off(&p, &pages));
	prog_decode(&p, HW_AMDV1, (const uint8_t[]){0, 0xff}, 2);
	assert_false(op_is_off(&p, &map));
	assert_true(op_is_off(&p, &pages));
	assert_true(op_is_off(&p, &sync));
}

static void mutations_depend_on_the_seed_alone(void **state)
{
	(void)state;
	seed = 4;
	for (unsigned i = 0; i < 20000; i++) {
		enum hw_id hw = i % HW_COUNT;
		uint8_t in[600], a[600], b[600], out[600];
		size_t size = random_input(in, 500), max = size + rnd() % (sizeof(a) - size) + 1;
		size_t an, bn;

		memcpy(a, in, size);
		memcpy(b, in, size);
		an = prog_mutate(hw, a, size, max, i);
		bn = prog_mutate(hw, b, size, max, i);
		assert_in_range(an, 1, max);
		assert_int_equal(an, bn);
		assert_memory_equal(a, b, an);
		assert_round_trip(hw, a, an);
		bn = prog_crossover(hw, a, an, in, size, out, max, i);
		assert_in_range(bn, 1, max);
		assert_round_trip(hw, out, bn);
	}
}

static void mutations_fit_any_room(void **state)
{
	uint8_t data[16] = {0}, out[16];

	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		assert_int_equal(prog_mutate(HW_AMDV1, data, 0, 0, i), 0);
		assert_in_range(prog_mutate(HW_AMDV1, data, 0, 1, i), 1, 1);
		assert_in_range(prog_mutate(HW_AMDV1, data, 9, 9, i), 1, 9);
		assert_in_range(prog_crossover(HW_AMDV1, data, 9, data, 16, out, 10, i), 1, 10);
	}
}

/* Every kind of operation comes from the mutator, starting from nothing. */
static void mutations_reach_every_operation(void **state)
{
	bool seen[OP_COUNT] = {false};
	uint8_t data[512];
	size_t size = 0;

	(void)state;
	for (unsigned i = 0; i < 5000; i++) {
		static struct prog p;

		size = prog_mutate(HW_AMDV1, data, size, sizeof(data), i);
		prog_decode(&p, HW_AMDV1, data, size);
		assert_int_equal(p.cut, 0);
		assert_int_equal(p.tail_len, 0);
		for (unsigned n = 0; n < p.n; n++)
			seen[p.op[n].code] = true;
	}
	for (unsigned c = 0; c < OP_COUNT; c++)
		assert_true(seen[c]);
}

static void names_are_unique(void **state)
{
	(void)state;
	for (unsigned a = 0; a < 16; a++) {
		for (unsigned b = 0; b < a; b++) {
			assert_string_not_equal(iova_base_names[a], iova_base_names[b]);
			assert_string_not_equal(oa_base_names[a], oa_base_names[b]);
			assert_string_not_equal(op_classes[a], op_classes[b]);
			for (unsigned hw = 0; hw < HW_COUNT; hw++)
				assert_int_not_equal(hw_facts(hw)->units[a],
						     hw_facts(hw)->units[b]);
		}
	}
	for (unsigned c = 0; c < OP_COUNT; c++) {
		for (unsigned a = 0; a < 8; a++) {
			for (unsigned b = 0; b < a; b++)
				assert_string_not_equal(op_rows[c].mods[a], op_rows[c].mods[b]);
		}
		for (unsigned d = 0; d < c; d++)
			assert_string_not_equal(op_rows[c].name, op_rows[d].name);
		assert_true(op_arg_bytes(c) <= OP_MAX_BYTES);
		assert_non_null(op_rows[c].apply);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_and_text_keep_every_byte),
		cmocka_unit_test(every_header_byte_keeps_its_value),
		cmocka_unit_test(every_operation_byte_keeps_its_value),
		cmocka_unit_test(long_inputs_are_kept_up_to_the_limit),
		cmocka_unit_test(a_short_buffer_gets_a_prefix),
		cmocka_unit_test(version_0_is_frozen),
		cmocka_unit_test(headers_without_words_are_the_usual_configuration),
		cmocka_unit_test(configurations_agree_with_themselves),
		cmocka_unit_test(raw_configurations_are_not_corrected),
		cmocka_unit_test(raw_configurations_say_what_the_host_lacks),
		cmocka_unit_test(words_mean_these_addresses),
		cmocka_unit_test(hot_addresses_follow_the_header),
		cmocka_unit_test(mistakes_are_told_where_they_are),
		cmocka_unit_test(a_program_has_at_most_64_operations),
		cmocka_unit_test(any_bytes_can_be_parsed),
		cmocka_unit_test(long_words_and_lines_are_refused),
		cmocka_unit_test(sizes_print_as_people_write_them),
		cmocka_unit_test(swarm_leaves_a_way_to_map),
		cmocka_unit_test(mutations_depend_on_the_seed_alone),
		cmocka_unit_test(mutations_fit_any_room),
		cmocka_unit_test(mutations_reach_every_operation),
		cmocka_unit_test(names_are_unique),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
