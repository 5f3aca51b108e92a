// SPDX-License-Identifier: GPL-2.0-only
/*
 * The universe of an input: the few addresses and sizes at which page tables go wrong.
 *
 * An address in an input is a named base and a small multiple of a named unit, so that a random
 * pair of bytes lands on or next to a boundary, and two operations often meet. Most addresses are
 * folded into the configured width, zero-1*4K into the last page; only those that start from
 * `end`, `neg`, `wrap`, `prev` and `next` may lead out of it.
 */
#include "ops/facts.h"

const char *const iova_base_names[16] = {
	"zero", "end",	"neg", "wrap", "top",  "lv1",  "lv2",  "lv3",
	"lv4",	"half", "g4",  "mid",  "hot0", "hot1", "prev", "next",
};

const char *const oa_base_names[16] = {
	"same", "zero", "end",	"skew", "skew1",  "half", "same'",   "g4",
	"g512", "alt0", "alt1", "hot",	"same''", "lv2",  "same'''", "wrap",
};

/* 2^lg2, where 64 is the 0 that 2^64 is in 64 bits. */
static uint64_t pow2(unsigned lg2)
{
	return lg2 < 64 ? 1ull << lg2 : 0;
}

static uint64_t align_down(uint64_t address, unsigned lg2)
{
	return address & ~(pow2(lg2) - 1);
}

static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static unsigned usable_width(unsigned width)
{
	return width < 1 ? 1 : width > 64 ? 64 : width;
}

/* Bits of an address within a half. */
static unsigned half_width(const struct universe *u)
{
	unsigned width = usable_width(u->cfg.iova_width);

	return u->cfg.features & F_SIGN_EXTEND ? usable_width(width - 1) : width;
}

/* Folds an address into the half that exists, or the lower of two. */
static uint64_t fold(const struct universe *u, uint64_t address)
{
	uint64_t mask = pow2(half_width(u)) - 1;

	return u->cfg.features & F_UPPER_HALF ? address | ~mask : address & mask;
}

void universe_hot(struct universe *u, uint8_t byte)
{
	u->iova_base[IOVA_HOT0] = align_down(mix(byte), u->level_lg2[1]);
	u->iova_base[IOVA_HOT1] = align_down(mix(byte + 256), u->level_lg2[0]);
	u->oa_base[OA_HOT] = align_down(mix(byte + 512), u->level_lg2[0]);
}

static void place_iovas(struct universe *u, const struct hw_facts *f)
{
	uint64_t *base = u->iova_base;
	unsigned half = half_width(u);
	unsigned root = facts_span_lg2(f, u->cfg.top_level + 1) + f->wide_root;

	base[IOVA_ZERO] = 0;
	base[IOVA_END] = u->cfg.features & F_UPPER_HALF ? 0 : pow2(half);
	base[IOVA_NEG] = pow2(half - 1) + pow2(half - 2);
	if (u->cfg.features & (F_SIGN_EXTEND | F_UPPER_HALF))
		base[IOVA_NEG] = -pow2(half);
	base[IOVA_WRAP] = 0;
	base[IOVA_TOP] = pow2(root);
	for (unsigned level = 1; level <= 4; level++)
		base[IOVA_LV1 + level - 1] = pow2(u->level_lg2[level]);
	base[IOVA_HALF] = pow2(half - 1);
	base[IOVA_G4] = 1ull << 32;
	base[IOVA_MID] = align_down(0x5a5a5a5a5a5a5a5a, u->level_lg2[2]);
}

static void place_oas(struct universe *u)
{
	uint64_t *base = u->oa_base;
	unsigned width = usable_width(u->cfg.oa_width);

	base[OA_SAME] = base[OA_SAME1] = base[OA_SAME2] = base[OA_SAME3] = 0;
	base[OA_ZERO] = 0;
	base[OA_END] = pow2(width);
	base[OA_SKEW] = pow2(u->level_lg2[0]);
	base[OA_SKEW1] = pow2(u->level_lg2[1]);
	base[OA_HALF] = pow2(width - 1);
	base[OA_G4] = 1ull << 32;
	base[OA_G512] = 1ull << 39;
	base[OA_ALT0] = align_down(0x5555555555555555, u->level_lg2[1]);
	base[OA_ALT1] = align_down(0xaaaaaaaaaaaaaaaa, u->level_lg2[1]);
	base[OA_LV2] = pow2(u->level_lg2[2]);
	base[OA_WRAP] = 0;
}

void universe_init(struct universe *u, const struct engine_cfg *cfg)
{
	const struct hw_facts *f = hw_facts(cfg->hw);

	u->cfg = *cfg;
	for (unsigned i = 0; i < 16; i++)
		u->unit_lg2[i] = f->units[i];
	for (unsigned level = 0; level < 8; level++)
		u->level_lg2[level] = facts_span_lg2(f, level);
	place_iovas(u, f);
	place_oas(u);
	universe_hot(u, 0);
	u->prev = fold(u, 0);
	u->next = u->prev;
}

/* -64..63; half of all bytes are no step, as a base by itself is where operations meet. */
int step_count(uint8_t byte)
{
	return byte < 64 ? byte : byte >= 192 ? byte - 256 : 0;
}

unsigned step_alias(uint8_t byte)
{
	return byte >= 64 && byte < 192 ? byte - 63 : 0;
}

bool len_is_steps(enum len_form form)
{
	return (form >= LEN_TO_LV1 && form <= LEN_TO_END) || form == LEN_TO_WRAP;
}

static uint64_t steps(const struct universe *u, const uint8_t arg[2])
{
	return (uint64_t)(int64_t)step_count(arg[1]) << u->unit_lg2[arg[0] & 15];
}

uint64_t universe_iova(const struct universe *u, const uint8_t arg[2])
{
	uint64_t by = steps(u, arg);

	switch (arg[0] >> 4) {
	case IOVA_END:
	case IOVA_NEG:
	case IOVA_WRAP:
		return u->iova_base[arg[0] >> 4] + by;
	case IOVA_PREV:
		return u->prev + by;
	case IOVA_NEXT:
		return u->next + by;
	default:
		return fold(u, u->iova_base[arg[0] >> 4] + by);
	}
}

uint64_t universe_oa(const struct universe *u, const uint8_t arg[2], uint64_t iova)
{
	uint64_t mask = pow2(usable_width(u->cfg.oa_width)) - 1;
	uint64_t oa = u->oa_base[arg[0] >> 4] + steps(u, arg);

	switch (arg[0] >> 4) {
	case OA_END:
	case OA_WRAP:
		return oa;
	case OA_SAME:
	case OA_SAME1:
	case OA_SAME2:
	case OA_SAME3:
	case OA_SKEW:
	case OA_SKEW1:
		return (oa + iova) & mask;
	default:
		return oa & mask;
	}
}

/* To the end of the half the address is in; 2^64 ends the upper one. */
static uint64_t to_end(const struct universe *u, uint64_t iova)
{
	bool upper = u->cfg.features & F_SIGN_EXTEND && iova >> 63;

	return (upper ? 0 : u->iova_base[IOVA_END]) - iova;
}

static uint64_t to_slot_end(const struct universe *u, unsigned level, uint64_t iova)
{
	uint64_t span = pow2(u->level_lg2[level]);

	return span - (iova & (span - 1));
}

uint64_t universe_len(const struct universe *u, const uint8_t arg[2], uint64_t iova)
{
	unsigned unit = u->unit_lg2[arg[0] & 15];
	uint64_t exact = (uint64_t)(uint8_t)(arg[1] + 1) << unit;
	uint64_t granule = 1ull << u->unit_lg2[0];

	switch (arg[0] >> 4) {
	case LEN_EXACT:
		return exact;
	case LEN_LESS_GRANULE:
		return exact - granule;
	case LEN_MORE_GRANULE:
		return exact + granule;
	case LEN_LESS_BYTE:
		return exact - 1;
	case LEN_MORE_BYTE:
		return exact + 1;
	case LEN_TO_LV1:
		return to_slot_end(u, 1, iova) + steps(u, arg);
	case LEN_TO_LV2:
		return to_slot_end(u, 2, iova) + steps(u, arg);
	case LEN_TO_END:
		return to_end(u, iova) + steps(u, arg);
	case LEN_TIMES_16:
		return exact * 16;
	case LEN_TO_WRAP:
		return steps(u, arg) - iova;
	default:
		return (uint64_t)(arg[1] % 4 + 1) << u->unit_lg2[arg[0] & 7];
	}
}

uint64_t universe_pgsize(const struct universe *u, uint8_t arg)
{
	return 1ull << u->unit_lg2[arg & 15];
}
