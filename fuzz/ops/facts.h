/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a generator of inputs knows of each hardware: which widths, sizes and addresses are
 * worth asking for. Nothing is judged by these numbers; that is the oracles' business.
 */
#ifndef FUZZ_OPS_FACTS_H
#define FUZZ_OPS_FACTS_H

#include "ops/ops.h"

struct hw_facts {
	uint8_t granule_lg2;
	uint8_t index_bits; /* of a table */
	uint8_t min_top;    /* levels a tree may start at */
	uint8_t max_top;
	uint8_t wide_root;    /* index bits that a root may have beyond index_bits */
	bool fixed_top;	      /* the width alone decides the level of the root */
	bool tight_top;	      /* a root has more than one slot in use */
	uint8_t max_top_oa;   /* least OA width for a root at max_top; 0: any */
	uint8_t max_width;    /* of IOVAs */
	uint8_t usual;	      /* features of the zero header, enum engine_feature */
	uint8_t features;     /* those it can have */
	uint8_t width[16];    /* IOVA widths; the first is the usual one; 0 ends */
	uint8_t oa_width[8];  /* the first is the largest; 0 ends */
	uint64_t sizes;	      /* page sizes, bit n is 2^n */
	const uint8_t *units; /* 16: log2, the granule first */
};

const struct hw_facts *hw_facts(enum hw_id hw);

/* log2 of what one slot of a table at `level` spans, at most 64. */
unsigned facts_span_lg2(const struct hw_facts *f, unsigned level);
/* The lowest level whose table as a root spans `width` bits. */
unsigned facts_span_level(const struct hw_facts *f, unsigned width);

/* The pools of an address, the high half of its first byte. */
enum iova_base {
	IOVA_ZERO, /* first address of the lower half, or of the only one */
	IOVA_END,  /* first address past it */
	IOVA_NEG,  /* first address of the upper half; three quarters where there is none */
	IOVA_WRAP, /* 2^64 */
	IOVA_TOP,  /* what the root spans at start */
	IOVA_LV1,  /* what a slot spans, by level */
	IOVA_LV2,
	IOVA_LV3,
	IOVA_LV4,
	IOVA_HALF, /* middle of the half */
	IOVA_G4,   /* 2^32 */
	IOVA_MID,  /* an arbitrary address with many bits set, aligned to level 2 */
	IOVA_HOT0, /* chosen by the header, aligned to level 1 */
	IOVA_HOT1, /* chosen by the header, aligned to the granule */
	IOVA_PREV, /* start and end of the range of the operation before */
	IOVA_NEXT,
};

enum oa_base {
	OA_SAME, /* the IOVA's low bits: congruent for every page size */
	OA_ZERO,
	OA_END,	  /* first address past the OA width */
	OA_SKEW,  /* the IOVA and a granule: congruent for granules only */
	OA_SKEW1, /* the IOVA and a level-1 span */
	OA_HALF,
	OA_SAME1,
	OA_G4,
	OA_G512,
	OA_ALT0, /* bits 0101.. and 1010.., aligned to level 1 */
	OA_ALT1,
	OA_HOT,
	OA_SAME2,
	OA_LV2,
	OA_SAME3,
	OA_WRAP, /* 2^64 */
};

/* Names of the pools; text shows them. */
extern const char *const iova_base_names[16];
extern const char *const oa_base_names[16];
extern const char *const len_to_names[4]; /* of LEN_TO_* */

/* Forms of a length, the high half of its first byte. */
enum len_form {
	LEN_EXACT, /* 2M*3 */
	LEN_LESS_GRANULE,
	LEN_MORE_GRANULE,
	LEN_LESS_BYTE,
	LEN_MORE_BYTE,
	LEN_TO_LV1, /* to the end of what a level-1 slot spans, and steps: ..lv1+3*4K */
	LEN_TO_LV2,
	LEN_TO_END,	  /* of the half */
	LEN_TIMES_16,	  /* 2M*3*16 */
	LEN_SMALL,	  /* this and the next five: 1 to 4 of the first eight units */
	LEN_TO_WRAP = 15, /* up to 2^64 */
};

/* Is the second byte of such a length steps from an end, not a count? */
bool len_is_steps(enum len_form form);

/* A byte of steps: -64..63, and which of the bytes that mean none it is, 0 for the first. */
int step_count(uint8_t byte);
unsigned step_alias(uint8_t byte);

/*
 * config.c: fields of the configuration line by number, from 0; text is a value such as
 * "48" or "dynamic,range~2". Reading one needs the header's feature byte to be in place:
 * field 0 is the features.
 */
#define CONFIG_FIELDS 6
extern const char *const config_field_names[CONFIG_FIELDS];
char *config_field_print(const struct prog *p, unsigned field, char *out, size_t max);
bool config_field_parse(struct prog *p, unsigned field, const char *text);

#endif
