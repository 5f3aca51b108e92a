// SPDX-License-Identifier: GPL-2.0-only
/*
 * Header bytes to configuration, and to text.
 *
 *   2  IOVA width: a choice of the hardware's list
 *   3  level of the root at start: a choice, relative to the lowest that spans the width (+1)
 *      or absolute (lv1)
 *   4  OA width: a choice of the hardware's list
 *   5  features: a set bit departs from the usual, where the hardware has the feature
 *   6  page sizes: a choice
 *   7  where hot0 and hot1 are
 *
 * Zero bytes are the usual configuration. Choices are made to agree with each other, so that
 * nearly every input has a working engine; feature bytes from 240 up are `raw`: nothing is
 * corrected, the host may lack a callback or memory for the root, and init mostly has to refuse.
 *
 * What a byte chooses is reduced to a key; text spells the key, and ~n after it says that the
 * byte is not the first with that key but the n-th after it.
 */
#include <stdlib.h>
#include <string.h>

#include "ops/facts.h"

enum field {
	FIELD_FEATURES,
	FIELD_WIDTH,
	FIELD_LEVEL,
	FIELD_OA,
	FIELD_SIZES,
	FIELD_HOT,
};

const char *const config_field_names[CONFIG_FIELDS] = {
	"feat", "width", "level", "oa", "sizes", "hot",
};

static const uint8_t field_byte[CONFIG_FIELDS] = {5, 2, 3, 4, 6, 7};

#define RAW_BYTE 240
#define RAW_KEY	 128 /* marks the key of raw features */
#define LACKS(l) ((unsigned)(l) << 8)

static bool is_raw(const struct prog *p)
{
	return p->header[5] >= RAW_BYTE;
}

/* Bits of a key: features, RAW_KEY, and what the host lacks. */
#define FEATURE_NAMES 13
static const char *const feature_names[FEATURE_NAMES] = {
	"dynamic", "sign",   "upper",	 "range",    "nogaps",	"incoherent", "dirty",
	"raw",	   "nolock", "nounlock", "nonotice", "noflush", "nomem",
};

static const char *const level_names[16] = {
	"+0",  "+1",  "+2",  "-1",  "-2",  "-3",  "max", "min",
	"lv0", "lv1", "lv2", "lv3", "lv4", "lv5", "lv6", "lv7",
};

enum {
	SIZES_ALL,     /* whatever the engine has: every bit */
	SIZES_GRANULE, /* the granule alone */
	SIZES_ABOVE,   /* all but the granule */
	SIZES_LV01,    /* granule and level-1 page */
	SIZES_LV012,
	SIZES_LV12,
	SIZES_RUNS, /* the sizes that are contiguous runs */
	SIZES_BIG,  /* from the level-2 page up */
	SIZES_SOME, /* an arbitrary subset with the granule */
	SIZES_ODD,  /* an arbitrary subset */
	SIZES_COUNT,
};

static const char *const size_names[SIZES_COUNT] = {
	"all",	   "granule", "above", "lv0+lv1", "lv0+lv1+lv2",
	"lv1+lv2", "runs",    "big",   "some",	  "odd",
};

/* The last of sixteen choices are all sizes again: refused calls teach little. */
static unsigned sizes_key(unsigned byte)
{
	return byte % 16 < SIZES_COUNT ? byte % 16 : SIZES_ALL;
}

/* What feature bytes from 240 up ask for, as a key; many are refused. */
static unsigned raw_features(const struct hw_facts *f, unsigned byte)
{
	static const uint16_t departure[16] = {
		0,
		LACKS(LACKS_TOP_LOCK),
		LACKS(LACKS_TOP_UNLOCK),
		LACKS(LACKS_ROOT_CHANGED),
		0,
		LACKS(LACKS_MEMORY),
		LACKS(LACKS_FLUSH),
		LACKS(LACKS_TOP_LOCK | LACKS_TOP_UNLOCK | LACKS_ROOT_CHANGED | LACKS_FLUSH),
		F_DYNAMIC_TOP,
		F_SIGN_EXTEND,
		F_UPPER_HALF,
		F_NO_GAPS,
		F_INCOHERENT,
		F_DIRTY,
		F_SIGN_EXTEND | F_UPPER_HALF | F_DYNAMIC_TOP,
		F_NO_GAPS | F_INCOHERENT,
	};
	unsigned n = byte - RAW_BYTE, usual = f->usual;

	if (n >= 4 && n < 8)
		usual &= ~F_DYNAMIC_TOP;
	if (departure[n] == LACKS(LACKS_FLUSH))
		usual = (usual & ~F_DIRTY) | F_INCOHERENT;
	return RAW_KEY | (usual ^ departure[n]);
}

static unsigned choose_features(const struct hw_facts *f, unsigned byte)
{
	unsigned departure = byte & f->features;
	unsigned features = f->usual ^ departure;

	if (features & F_NO_GAPS)
		features &= ~F_FLUSH_RANGE;
	if (features & F_INCOHERENT)
		features &= ~F_DIRTY;
	return features;
}

static unsigned features_key(const struct prog *p, unsigned byte)
{
	const struct hw_facts *f = hw_facts(p->hw);

	if (byte >= RAW_BYTE)
		return raw_features(f, byte);
	return choose_features(f, byte);
}

/* The n-th of a list that a zero ends, counting round. */
static unsigned pick(const uint8_t *list, unsigned max, unsigned n)
{
	unsigned len = 0;

	while (len < max && list[len])
		len++;
	return list[n % len];
}

/* Raw widths are around those of the list, or any. */
static unsigned width_key(const struct prog *p, unsigned byte)
{
	const struct hw_facts *f = hw_facts(p->hw);

	if (!is_raw(p))
		return pick(f->width, 16, byte & 15);
	if (byte < 128)
		return pick(f->width, 16, byte & 15) + (byte >> 4 & 3) - 1;
	return byte % 80;
}

/* Raw OA widths are good or impossible, never too small for the tables themselves. */
static unsigned oa_key(const struct prog *p, unsigned byte)
{
	const struct hw_facts *f = hw_facts(p->hw);

	if (is_raw(p) && byte & 8)
		return byte & 1 ? f->oa_width[0] + (byte >> 4) + 1 : 0;
	return pick(f->oa_width, 8, byte & 7);
}

static unsigned byte_key(const struct prog *p, enum field field, unsigned byte)
{
	switch (field) {
	case FIELD_FEATURES:
		return features_key(p, byte);
	case FIELD_WIDTH:
		return width_key(p, byte);
	case FIELD_OA:
		return oa_key(p, byte);
	case FIELD_LEVEL:
		return byte & 15;
	case FIELD_SIZES:
		return sizes_key(byte);
	default:
		return byte;
	}
}

static int highest_top(const struct hw_facts *f, unsigned width, int lowest)
{
	int level = f->fixed_top ? lowest : f->max_top;

	while (f->tight_top && level > lowest && facts_span_lg2(f, level) >= width)
		level--;
	return level;
}

static unsigned choose_level(const struct prog *p, const struct hw_facts *f,
			     const struct engine_cfg *cfg)
{
	unsigned choice = p->header[3] & 15;
	int span = facts_span_level(f, cfg->iova_width);
	int lowest = span < f->min_top ? f->min_top : span;
	int least = cfg->features & F_DYNAMIC_TOP ? 0 : lowest;
	int most = highest_top(f, cfg->iova_width, lowest);
	const int level[16] = {lowest,	   lowest + 1, lowest + 2, lowest - 1,
			       lowest - 2, lowest - 3, f->max_top, f->min_top,
			       0,	   1,	       2,	   3,
			       4,	   5,	       6,	   7};

	if (is_raw(p))
		return level[choice] < 0 ? 0 : level[choice];
	return level[choice] < least ? least : level[choice] > most ? most : level[choice];
}

/* Page sizes a width leaves usable; what remains of a choice must not be empty. */
static uint64_t usable_sizes(const struct hw_facts *f, const struct engine_cfg *cfg)
{
	unsigned width = cfg->iova_width - (cfg->features & F_SIGN_EXTEND ? 1 : 0);
	unsigned lg2 = width < cfg->oa_width ? width : cfg->oa_width;
	unsigned above = facts_span_lg2(f, facts_span_level(f, cfg->iova_width) + 1);

	if (above <= lg2)
		lg2 = above - 1;
	return lg2 < 63 ? f->sizes & ((2ull << lg2) - 1) : f->sizes;
}

static uint64_t choose_sizes(const struct hw_facts *f, unsigned byte)
{
	uint64_t lv0 = 1ull << facts_span_lg2(f, 0);
	uint64_t lv1 = 1ull << facts_span_lg2(f, 1);
	uint64_t lv2 = 1ull << (facts_span_lg2(f, 2) & 63);
	uint64_t some = f->sizes & (byte / 16 + 1) * 0x9e3779b97f4a7c15;
	uint64_t runs = f->sizes;

	for (unsigned level = 0; facts_span_lg2(f, level) < 64; level++)
		runs &= ~(1ull << facts_span_lg2(f, level));
	switch (sizes_key(byte)) {
	case SIZES_ALL:
		return UINT64_MAX;
	case SIZES_GRANULE:
		return lv0;
	case SIZES_ABOVE:
		return f->sizes & ~lv0;
	case SIZES_LV01:
		return f->sizes & (lv0 | lv1);
	case SIZES_LV012:
		return f->sizes & (lv0 | lv1 | lv2);
	case SIZES_LV12:
		return f->sizes & (lv1 | lv2);
	case SIZES_RUNS:
		return runs;
	case SIZES_BIG:
		return f->sizes & -lv2;
	case SIZES_SOME:
		return lv0 | some;
	default:
		return some;
	}
}

void config_decode(const struct prog *p, struct engine_cfg *cfg)
{
	const struct hw_facts *f = hw_facts(p->hw);
	unsigned key = features_key(p, p->header[5]);

	cfg->hw = p->hw;
	cfg->features = key % RAW_KEY;
	cfg->lacks = key >> 8;
	cfg->iova_width = width_key(p, p->header[2]);
	cfg->oa_width = oa_key(p, p->header[4]);
	cfg->top_level = choose_level(p, f, cfg);
	if (!is_raw(p) && cfg->top_level == f->max_top && cfg->oa_width < f->max_top_oa)
		cfg->oa_width = f->oa_width[0];
	cfg->pgsizes = choose_sizes(f, p->header[6]);
	if (!is_raw(p) && !(cfg->pgsizes & usable_sizes(f, cfg)))
		cfg->pgsizes = UINT64_MAX;
}

static void features_print(unsigned key, char *out, size_t max)
{
	const char *comma = "";
	size_t at = 0;

	if (key & RAW_KEY) {
		at += snprintf(out, max, "raw");
		comma = ",";
	}
	for (unsigned i = 0; i < FEATURE_NAMES; i++) {
		if (!((key & ~RAW_KEY) >> i & 1))
			continue;
		at += snprintf(out + at, max - at, "%s%s", comma, feature_names[i]);
		comma = ",";
	}
	if (!at)
		snprintf(out, max, "none");
}

/* Needs room for 64 characters. */
char *config_field_print(const struct prog *p, unsigned field, char *out, size_t max)
{
	unsigned byte = p->header[field_byte[field]];
	unsigned key = byte_key(p, field, byte);
	unsigned alias = 0;
	size_t len;

	if (field == FIELD_FEATURES)
		features_print(key, out, max);
	else if (field == FIELD_LEVEL)
		snprintf(out, max, "%s", level_names[key]);
	else if (field == FIELD_SIZES)
		snprintf(out, max, "%s", size_names[key]);
	else
		snprintf(out, max, "%u", key);
	for (unsigned b = 0; b < byte; b++)
		alias += byte_key(p, field, b) == key;
	len = strlen(out);
	if (alias)
		snprintf(out + len, max - len, "~%u", alias);
	return out;
}

static bool name_parse(const char *const *names, unsigned n, const char *text, size_t len,
		       unsigned *key)
{
	for (*key = 0; *key < n; ++*key) {
		if (strlen(names[*key]) == len && !memcmp(names[*key], text, len))
			return true;
	}
	return false;
}

static bool features_parse(const char *text, size_t len, unsigned *key)
{
	*key = 0;
	if (len == 4 && !memcmp(text, "none", 4))
		return true;
	for (size_t at = 0; at <= len;) {
		size_t n = 0;
		unsigned bit;

		while (at + n < len && text[at + n] != ',')
			n++;
		if (!name_parse(feature_names, FEATURE_NAMES, text + at, n, &bit))
			return false;
		*key |= 1u << bit;
		at += n + 1;
	}
	return true;
}

/* Up to three digits; false if there is anything else. */
static bool number_parse(const char *text, size_t len, unsigned *value)
{
	*value = 0;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		*value = *value * 10 + (text[i] - '0');
	}
	return len >= 1 && len <= 3;
}

static bool key_parse(unsigned field, const char *text, size_t len, unsigned *key)
{
	switch (field) {
	case FIELD_FEATURES:
		return features_parse(text, len, key);
	case FIELD_LEVEL:
		return name_parse(level_names, 16, text, len, key);
	case FIELD_SIZES:
		return name_parse(size_names, SIZES_COUNT, text, len, key);
	default:
		return number_parse(text, len, key);
	}
}

/* False if the hardware has no such choice. */
bool config_field_parse(struct prog *p, unsigned field, const char *text)
{
	size_t len = strcspn(text, "~");
	unsigned key, alias = 0;

	if (!key_parse(field, text, len, &key))
		return false;
	if (text[len] && !number_parse(text + len + 1, strlen(text + len + 1), &alias))
		return false;
	for (unsigned byte = 0; byte < 256; byte++) {
		if (byte_key(p, field, byte) == key && !alias--) {
			p->header[field_byte[field]] = byte;
			return true;
		}
	}
	return false;
}
