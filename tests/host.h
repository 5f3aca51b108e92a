/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small host for tests of the engine.
 *
 * It keeps tables in an arena whose physical addresses end at the OA width, logs every callback
 * in order, fails the allocations a test names, and stops the test when a callback breaks the
 * contract: a table freed twice, freed with another size, freed while a walk can reach it or
 * before an invalidation that came after its unlinking; a callback under the top lock.
 * With PT_DMA_INCOHERENT a second arena holds what a walker that does not snoop sees.
 *
 * A test is a function of struct host; it runs in each setup that has what it needs. The host
 * comes with a configuration of the setup in `cfg`, which the test may change before start().
 */
#ifndef TESTS_HOST_H
#define TESTS_HOST_H

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "iommu_pt.h"

typedef uint64_t u64 __attribute__((aligned(8))); /* also on 32 bit: atomics need it */

#define BIT(n) (UINT64_C(1) << (n))
#define RW     (PT_READ | PT_WRITE)
#define POISON UINT64_C(0xdbdbdbdbdbdbdbdb) /* each word of a page that is free or fresh */

/* What one word means, as the hardware's specification has it. */
enum entry_kind { ENTRY_EMPTY, ENTRY_TABLE, ENTRY_LEAF, ENTRY_BAD };
struct entry {
	enum entry_kind kind;
	u64 pa;		/* table: of the child; leaf: of the whole entry's first byte */
	unsigned level; /* table: of the child */
	unsigned lg2;	/* leaf: size of the whole entry */
	unsigned prot;
	bool accessed;
	bool dirty;
};

struct format {
	const char *name;
	enum pt_format fmt;
	unsigned granule_lg2;
	unsigned index_lg2;  /* IOVA bits a table resolves */
	unsigned root_extra; /* more of them a root may have */
	unsigned max_iova;
	unsigned max_oa;
	u64 iova_widths; /* the legal ones, 0: all */
	u64 sizes;
	u64 wide_size; /* a size more with an OA width above 48 */
	unsigned features;
	unsigned start; /* legal starting levels, one bit each */
	bool write_only;
	bool noexec;
	bool stage2;
	bool bbm;	     /* break before make */
	bool own_oa;	     /* items of a run carry an OA each */
	unsigned run_lg2[3]; /* VMSAv8: log2 of items in a run, by level */
	u64 dirty_set;	     /* bits hardware sets ... */
	u64 dirty_clear;     /* ... and clears when it writes through a leaf */
	void (*read)(const struct format *f, u64 word, unsigned level, struct entry *e);
};

struct setup {
	const char *name;
	enum pt_format fmt;
	unsigned iova_width, oa_width, top_level, features;
	u64 base; /* lowest IOVA a test should use, aligned to 2^37 at least if the width allows */
};

enum event_kind { EV_ALLOC, EV_FREE, EV_SYNC, EV_LOCK, EV_UNLOCK, EV_TOP, EV_FLUSH, EV_KINDS };
struct event {
	enum event_kind kind;
	const void *ptr; /* EV_ALLOC, EV_FREE, EV_FLUSH */
	size_t size;
	u64 first, last; /* EV_SYNC */
	bool tables;
	u64 root; /* EV_TOP */
	unsigned level;
};

#define LOG_MAX	   4096
#define ARENA_SIZE (24u << 20)
#define PAGES	   (ARENA_SIZE >> 12)

struct host {
	const struct setup *setup;
	const struct format *f;
	u64 base;
	struct pt_config cfg;
	struct pt_host_ops ops;
	struct pt_domain d;
	struct pt_gather g; /* of unmap(), clear_dirty() and sync_now() */

	/* memory */
	uint8_t *arena;
	uint8_t *device; /* what a walker that does not snoop sees */
	u64 phys;
	unsigned ring; /* where the search for a free page starts: reuse is as late as can be */
	unsigned used; /* pages beyond it were never allocated */
	struct page {
		size_t size; /* first page of a table: its bytes; 0 if free */
		u64 born;
		u64 unlinked; /* the last call whose invalidation found it unreachable */
	} page[PAGES];
	unsigned held; /* tables the engine has */

	/* events */
	unsigned count[EV_KINDS];
	struct event log[LOG_MAX];
	unsigned logged;
	u64 clock;

	/* what a test may ask for */
	unsigned fail_at;  /* the n-th allocation from now on fails ... */
	bool fail_forever; /* ... and all after it */
	void (*hook)(struct host *h, enum event_kind kind); /* before a callback does its work */
	void *arg;					    /* of the hook */

	/* state of the host */
	u64 hw_root; /* what hardware was given; level in the low bits */
	bool started;
	bool top_locked;
	bool hooked;
	bool threads; /* no check that needs the tree to stand still */
	bool ending;
	unsigned walks; /* of the walking thread, odd during a walk */
	pthread_mutex_t lock, top_mutex;
	u64 seed;
};

/* A leaf as a raw walk finds it. */
struct found {
	u64 iova; /* of the entry's first byte */
	u64 oa;
	u64 size;
	unsigned level;
	unsigned prot;	/* ANDed over the levels */
	unsigned items; /* slots of the run */
	bool accessed;
	bool dirty; /* of the slot asked for */
	u64 *slot;  /* its first */
};

/* --- calls, as the engine has them, on h->d and h->g */
int try_start(struct host *h); /* pt_init() with h->cfg */
void start(struct host *h);    /* must succeed */
void stop(struct host *h);     /* gather_sync, deinit; nothing may be held after */
int map(struct host *h, u64 iova, u64 oa, u64 len, unsigned prot, u64 *mapped);
int map_pages(struct host *h, u64 iova, u64 oa, u64 pgsize, u64 count, unsigned prot, u64 *mapped);
u64 unmap(struct host *h, u64 iova, u64 len);
void sync_now(struct host *h);
u64 unmap_into(struct host *h, u64 iova, u64 len, struct pt_gather *g);
void sync_gather(struct host *h, struct pt_gather *g);
u64 lookup(struct host *h, u64 iova);
int clear_dirty(struct host *h, u64 iova, u64 len, unsigned flags, pt_dirty_fn *record, void *arg);

/* --- shorthands: must succeed, and are checked against the raw tables */
void map_ok(struct host *h, u64 iova, u64 oa, u64 len);
void unmap_ok(struct host *h, u64 iova, u64 len); /* all of it, and synced */

/* --- facts of the setup */
u64 granule(const struct host *h);
u64 item_size(const struct host *h, unsigned level); /* what one slot maps; 0 stands for 2^64 */
u64 expected_pgsizes(const struct pt_config *cfg, const struct format *f);
bool has_start(const struct pt_config *cfg, const struct format *f, unsigned level);
unsigned span_level(const struct pt_config *cfg, const struct format *f);
bool in_width(const struct pt_config *cfg, u64 iova, u64 last);
u64 run_size(const struct host *h, unsigned level); /* smallest contiguous size, 0: none */
u64 largest_size(const struct host *h);		    /* that fits at h->base */
u64 greedy(const struct host *h, u64 iova, u64 oa, u64 left);
unsigned dice(struct host *h, unsigned sides);

void natural_only(struct host *h); /* before start(): only sizes that are one slot */
/* An OA with room above it, aligned to what any test maps. */
#define OA (UINT64_C(1) << 36)
/*
 * A range of granules, larger leaves and granules again that needs several tables, and a second
 * level-1 table if the width allows; its OA is congruent to it.
 */
struct range {
	u64 iova, oa, len;
};
struct range crossing(const struct host *h);

/* --- looking at the tables */
bool walk(struct host *h, u64 iova, struct found *out); /* from the current root */
bool walk_from(struct host *h, u64 root, unsigned level, bool device, u64 iova, struct found *out);
/* The bits of an IOVA that index tables; sign extension fills a root that spans more. */
u64 resolved(const struct host *h, u64 iova, unsigned top);
unsigned tables_linked(struct host *h);
u64 snapshot(struct host *h); /* differs if any table, the root or the log changed */
unsigned top_level(struct host *h);
u64 word_of(const struct found *l, unsigned item);
bool any_dirty(const struct host *h, const struct found *l);
void write_through(struct host *h, u64 iova); /* as hardware marks the entry of a write */

/* --- checks that end the test */
/* The first `done` bytes of a map of [iova, iova + len) are there, in greedy leaves. */
void assert_leaves(struct host *h, u64 iova, u64 oa, u64 len, u64 done, unsigned prot);
void assert_mapped(struct host *h, u64 iova, u64 oa, u64 len);
void assert_hole(struct host *h, u64 iova, u64 len);
/* With an empty gather every table held is linked. */
void assert_no_strays(struct host *h);

/* --- events */
void forget(struct host *h); /* empties the log, zeroes the counts */
const struct event *event(struct host *h, enum event_kind kind, unsigned nth); /* from 0 */
unsigned position(struct host *h, enum event_kind kind, unsigned nth); /* in the order of all */

/* --- between the files of the host */
extern const struct pt_host_ops host_ops;
/* The contract is broken: ends the test, or the process if other threads run. */
void broken(const struct host *h, const char *fmt, ...)
	__attribute__((noreturn, format(printf, 2, 3)));
unsigned page_of(const struct host *h, const void *ptr);
bool was_linked(unsigned page); /* when tables_linked() was called last */
/* Hardware that does not snoop: what it can reach was flushed / is what memory holds. */
void device_must_be_initialised(struct host *h);
void device_must_be_current(struct host *h);

/* --- tests */
enum need {
	NEED_RUN = 1u << 16,	/* contiguous sizes at levels 0 and 1 */
	NEED_LEVEL2 = 1u << 17, /* leaves of level 2 */
	NEED_BBM = 1u << 18,
	NEED_THREE = 1u << 19, /* a tree of at least three levels at start */
};

struct test {
	const char *name;
	void (*run)(struct host *h);
	unsigned needs;	   /* enum need, and features the format must have */
	unsigned only;	   /* features the setup must have by itself ... */
	unsigned skips;	   /* ... and must not have */
	const char *fmt;   /* the only format it is for, NULL: all */
	const char *setup; /* the only setup */
};

#define TEST(fn, ...)                               \
	{                                           \
		.name = #fn, .run = fn, __VA_ARGS__ \
	}
#define RUN(tests) run_in_setups(__FILE__, tests, sizeof(tests) / sizeof(tests[0]))
int run_in_setups(const char *group, const struct test *tests, size_t n);

#define expect_error(error, call) assert_int_equal(call, -(error))
#define expect_ok(call)		  assert_int_equal(call, 0)

#endif
