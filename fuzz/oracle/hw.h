/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hardware's reading of a page table, format by format, from the specifications alone.
 *
 * A struct hw_format answers what one word means in one slot; hw_walk() is the one loop that
 * follows words from a root. Any 64-bit word in any slot has a defined answer. No line is shared
 * with the engine, and no header of it included.
 */
#ifndef FUZZ_ORACLE_HW_H
#define FUZZ_ORACLE_HW_H

#include <stdbool.h>
#include <stdint.h>

#include "engines/engine.h"

enum hw_kind {
	HW_NONE,  /* not present, as an empty slot is */
	HW_TABLE, /* points to a lower table */
	HW_LEAF,  /* maps a page, or is one item of a contiguous run */
	HW_FAULT, /* present, but reserved bits or an impossible level: hardware reports it */
};

enum hw_perm {
	HW_R = 1u << 0,
	HW_W = 1u << 1,
	HW_X = 1u << 2,
};

/* One word as the specification reads it. */
struct hw_entry {
	const char *why; /* HW_FAULT: the rule that is broken */
	uint64_t pa;	 /* table: of the child; leaf: of the first byte the whole entry maps */
	enum hw_kind kind : 8;
	uint8_t next_level; /* table: level of the child */
	uint8_t lg2;	    /* leaf: log2 of the whole entry's size, contiguous run included */
	uint8_t item_lg2;   /* leaf: log2 of what one item maps */
	uint8_t perms;	    /* what this word allows (hw_perm); ANDed over the levels */
	bool accessed;	    /* leaf */
	bool dirty;	    /* leaf: a write needs no update of the entry */
};

struct hw_format {
	const char *name;
	unsigned granule_lg2;
	unsigned index_lg2;  /* bits of an address that a level below the root takes */
	unsigned word_bytes; /* 8; 4 for ARM short descriptors */
	unsigned max_level;  /* highest level a root may have */
	unsigned perms;	     /* what it can withhold (hw_perm); the rest every leaf allows */
	/* Slots of a table at `level` when `top` is the root's level. */
	unsigned (*slots)(const struct engine_cfg *cfg, unsigned level, unsigned top);
	/*
	 * Does the root translate this address at all (canonical, within the input size)? *va
	 * gets the bits the tables resolve.
	 */
	bool (*accepts)(const struct engine_cfg *cfg, unsigned top, uint64_t iova, uint64_t *va);
	/* What `word` means in slot `index` of a table at `level`. */
	void (*decode)(const struct engine_cfg *cfg, uint64_t word, unsigned level, unsigned index,
		       unsigned top, struct hw_entry *out);
	/*
	 * Bits of a table pointer or leaf of which decode() tells nothing, and that are the same in
	 * all that ask for plain memory: memory type, accessed, what hardware ignores. *value gets
	 * theirs. NULL where nobody is held to it.
	 */
	uint64_t (*constant)(const struct engine_cfg *cfg, enum hw_kind kind, unsigned level,
			     uint64_t *value);
	/*
	 * What hardware stores when it writes through a leaf that is clean (with cfg->features
	 * & F_DIRTY); the word itself if nothing needs to change.
	 */
	uint64_t (*mark_dirty)(const struct engine_cfg *cfg, uint64_t word);
	/* Bits in which the items of a contiguous run may differ (accessed and dirty). */
	uint64_t (*run_ignore)(const struct engine_cfg *cfg);
	/* Does item i of a run carry its own OA (VMSAv8), or all the same word? */
	bool own_oa;
	/* Rules of invalidation, oracles.md: */
	bool inv_enclosed; /* an invalidation removes only leaves it encloses (AMD) */
	bool break_before_make;
};

/* Does a table pointer or leaf say more, or less, than an engine was asked for? */
bool hw_is_odd(const struct engine_cfg *cfg, enum hw_kind kind, unsigned level, uint64_t word);

extern const struct hw_format *const hw_formats[HW_COUNT];

/* Never NULL for a valid id. */
static inline const struct hw_format *hw_format(enum hw_id hw)
{
	return hw_formats[hw];
}

const char *hw_name(enum hw_id hw); /* as files and options spell it */

/* log2 of the bytes one slot of a table at `level` spans. */
static inline unsigned hw_item_lg2(const struct hw_format *f, unsigned level)
{
	return f->granule_lg2 + f->index_lg2 * level;
}

/* Reads n table words of `bytes` each from physical address pa on; false if not all is table
 * memory. */
typedef bool hw_read_fn(void *arg, uint64_t pa, unsigned bytes, unsigned n, uint64_t *word);

#define HW_MAX_LEVELS 8

/* The way a walk took; steps[0] is the root. */
struct hw_walk {
	enum hw_kind kind; /* of the last word: HW_NONE, HW_LEAF or HW_FAULT */
	const char *why;   /* HW_FAULT: what was wrong */
	unsigned n;	   /* steps taken */
	struct {
		uint64_t table; /* physical address */
		unsigned level;
		unsigned index;
		uint64_t word;
		uint64_t iova; /* first IOVA the table spans, in the half of the address */
	} step[HW_MAX_LEVELS];
	unsigned level; /* of the last step */
	uint64_t iova;	/* HW_LEAF: first IOVA of the entry; else of the slot */
	uint64_t oa;	/* HW_LEAF: of the byte asked for */
	unsigned lg2;	/* HW_LEAF: log2 of the entry's size; else of the slot's */
	unsigned perms; /* HW_LEAF: accumulated */
	bool dirty;	/* HW_LEAF: any item of the entry */
};

/*
 * Translates one IOVA from a root. With `whole`, every item of a contiguous run is read and must
 * agree (else HW_FAULT), and the dirty bits are ORed; without it words are read one by one. An
 * address the root does not accept is HW_NONE with n == 0.
 */
void hw_walk(const struct engine_cfg *cfg, uint64_t root, unsigned top, uint64_t iova, bool whole,
	     hw_read_fn *read, void *arg, struct hw_walk *out);

#endif
