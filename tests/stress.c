// SPDX-License-Identifier: GPL-2.0-only
/*
 * Real threads on one domain: callers on ranges of their own that share every table, and hardware
 * that walks all of them. What the schedules of fuzz/race.c leave out, time and the machine try.
 *
 * Every page goes to a fixed place, so that a walk is right if it finds that place or nothing. An
 * invalidation waits for walks that began before it, and a freed table is overwritten at once: who
 * still reads it meets ThreadSanitizer, or rubbish. At the end of a round all that should be mapped
 * is, nothing else, and every table comes back.
 */
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "engines/core.h"
#include "oracle/hw.h"

#define CALLERS	 4
#define WALKERS	 2
#define SLOTS	 48	     /* of each caller, of each size */
#define SHARE	 (8ul << 20) /* table memory of a thread, not used twice in a round */
#define ROUND_NS 100000000

typedef uint64_t __attribute__((aligned(8))) word;

struct thread {
	pthread_t id;
	unsigned number;
	uint64_t random;
	uint8_t *next, *end; /* table memory; of the first thread, also of who creates the domain */
	bool mapped[2][SLOTS];
	unsigned long calls;
};

static struct {
	const struct engine_ops *ops;
	struct engine *e;
	struct engine_cfg cfg;
	uint8_t *memory;
	uint64_t phys;
	uint64_t size[2]; /* of pages: a granule, and what a slot above spans */
	uint64_t skew;
	pthread_mutex_t top_lock;
	uint64_t root; /* with its level in the low bits */
	long held;
	bool stop;
	uint64_t walk[WALKERS]; /* odd while one is in progress */
	struct thread thread[CALLERS + WALKERS];
} s;

static _Thread_local struct thread *self;

static void __attribute__((noreturn, format(printf, 1, 2))) broken(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "stress: %s: ", hw_name(s.cfg.hw));
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	abort();
}

void pt_assert_failed(const char *expr, const char *file, int line);
void pt_assert_failed(const char *expr, const char *file, int line)
{
	broken("%s:%d: %s", file, line, expr);
}

static uint64_t below(uint64_t n)
{
	self->random ^= self->random << 13;
	self->random ^= self->random >> 7;
	self->random ^= self->random << 17;
	return self->random % n;
}

/* --- the host */

static void *host_alloc(void *ctx, size_t size)
{
	uint8_t *p = (uint8_t *)(((uintptr_t)self->next + size - 1) & ~(uintptr_t)(size - 1));

	(void)ctx;
	if (p + size > self->end)
		return NULL;
	self->next = p + size;
	__atomic_fetch_add(&s.held, 1, __ATOMIC_RELAXED);
	memset(p, 0xa5, size);
	return p;
}

static void host_free(void *ctx, void *table, size_t size)
{
	(void)ctx;
	__atomic_fetch_sub(&s.held, 1, __ATOMIC_RELAXED);
	memset(table, 0xdb, size);
}

static void host_sync(void *ctx, uint64_t first, uint64_t last, bool tables)
{
	(void)ctx;
	(void)first;
	(void)last;
	(void)tables;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (unsigned i = 0; i < WALKERS; i++) {
		uint64_t began = __atomic_load_n(&s.walk[i], __ATOMIC_ACQUIRE);

		while ((began & 1) && __atomic_load_n(&s.walk[i], __ATOMIC_ACQUIRE) == began)
			sched_yield();
	}
}

static void host_top_lock(void *ctx)
{
	(void)ctx;
	pthread_mutex_lock(&s.top_lock);
}

static void host_top_unlock(void *ctx)
{
	(void)ctx;
	pthread_mutex_unlock(&s.top_lock);
}

static void host_root_changed(void *ctx, uint64_t root, unsigned level)
{
	(void)ctx;
	__atomic_store_n(&s.root, root | level, __ATOMIC_RELEASE);
}

static void host_flush(void *ctx, const void *ptr, size_t len)
{
	(void)ctx;
	(void)ptr;
	(void)len;
}

static void host_warn(void *ctx, const char *file, int line, bool fatal)
{
	(void)ctx;
	broken("%s at %s:%d", fatal ? "BUG" : "WARN", file, line);
}

/* --- where things go */

/* The i-th page of a caller: granules of all callers alternate in one table, larger ones in
 * another. */
static uint64_t iova_of(unsigned caller, unsigned large, unsigned i)
{
	uint64_t base = large ? 0 : s.size[1] * (CALLERS * SLOTS);

	return base + (uint64_t)(i * CALLERS + caller) * s.size[large];
}

static uint64_t oa_of(uint64_t iova)
{
	return iova + s.skew;
}

/* Hardware needs no acquire to read below a link it has read; software that plays it does. */
static bool read_word(void *arg, uint64_t pa, unsigned bytes, unsigned n, uint64_t *out)
{
	(void)arg;
	(void)n; /* one: no walk here is whole */
	if (pa - s.phys >= SHARE * (CALLERS + WALKERS) || (pa & (bytes - 1)))
		return false;
	*out = __atomic_load_n((const word *)(const void *)(s.memory + (size_t)(pa - s.phys)),
			       __ATOMIC_ACQUIRE);
	return true;
}

/* Translates as hardware does; true if it finds a leaf, which must be the right one. */
static bool walk(uint64_t iova)
{
	uint64_t root = __atomic_load_n(&s.root, __ATOMIC_ACQUIRE);
	struct hw_walk w;

	hw_walk(&s.cfg, root & ~7ull, root & 7, iova, false, read_word, NULL, &w);
	if (w.kind == HW_FAULT)
		broken("a walk of 0x%" PRIx64 " faults: %s", iova, w.why);
	if (w.kind == HW_LEAF && w.oa != oa_of(iova))
		broken("a walk of 0x%" PRIx64 " ends at 0x%" PRIx64 ", not 0x%" PRIx64, iova, w.oa,
		       oa_of(iova));
	return w.kind == HW_LEAF;
}

/* --- the threads */

static void check(uint64_t iova, bool mapped)
{
	uint64_t oa = 0;
	bool found = s.ops->lookup(s.e, iova, &oa);

	if (found != mapped || (found && oa != oa_of(iova)))
		broken("0x%" PRIx64 " is %s, should be %s", iova, found ? "mapped" : "not mapped",
		       mapped ? "mapped" : "not mapped");
}

static void one_call(struct thread *t, struct engine_gather *g)
{
	unsigned large = below(4) == 0, i = below(SLOTS);
	uint64_t iova = iova_of(t->number, large, i), size = s.size[large], mapped = 0;
	bool *is = &t->mapped[large][i];

	t->calls++;
	check(iova + below(size), *is);
	if (*is) {
		if (s.ops->unmap(s.e, iova, size, g) < size)
			broken("unmap of 0x%" PRIx64 " stops early", iova);
		s.ops->sync(s.e, g);
		*is = false;
	} else {
		int err = s.ops->map(s.e, iova, oa_of(iova), size, 1, P_READ | P_WRITE, &mapped);

		if (err == -12 && s.ops->unmap(s.e, iova, mapped, g) == mapped)
			s.ops->sync(s.e, g);
		else if (err || mapped != size)
			broken("map of 0x%" PRIx64 " returns %d", iova, err);
		*is = !err;
	}
	check(iova, *is);
}

static void *caller(void *arg)
{
	struct engine_gather g;

	self = arg;
	memset(&g, 0, sizeof(g));
	while (!__atomic_load_n(&s.stop, __ATOMIC_RELAXED))
		one_call(self, &g);
	return NULL;
}

static void *walker(void *arg)
{
	uint64_t *mine = &s.walk[((struct thread *)arg)->number - CALLERS];

	self = arg;
	while (!__atomic_load_n(&s.stop, __ATOMIC_RELAXED)) {
		unsigned large = below(2);

		__atomic_fetch_add(mine, 1, __ATOMIC_SEQ_CST);
		walk(iova_of(below(CALLERS), large, below(SLOTS)) + below(s.size[large]));
		__atomic_fetch_add(mine, 1, __ATOMIC_SEQ_CST);
		self->calls++;
	}
	return NULL;
}

/* --- rounds */

static bool create(enum hw_id hw, unsigned round)
{
	static const struct engine_env env = {
		.alloc = host_alloc,
		.free = host_free,
		.iotlb_sync = host_sync,
		.top_lock = host_top_lock,
		.top_unlock = host_top_unlock,
		.root_changed = host_root_changed,
		.flush_memory = host_flush,
		.warn = host_warn,
	};
	struct engine_env with_offset = env;
	const struct hw_format *f = hw_format(hw);
	bool grows = hw == HW_AMDV1;
	unsigned level;
	int err;

	s.ops = engine_core(hw);
	s.phys = 1ull << 40;
	with_offset.phys_offset = (uintptr_t)s.memory - s.phys;
	s.cfg = (struct engine_cfg){
		.hw = hw,
		.iova_width = hw == HW_RISCV_G ? 41 : 39,
		.oa_width = 48,
		.features = grows						  ? F_DYNAMIC_TOP
			    : hw == HW_X86_64 || hw == HW_VTDFS || hw == HW_RISCV ? F_SIGN_EXTEND
										  : 0,
		.pgsizes = UINT64_MAX,
	};
	s.cfg.features |= round & 1 ? F_FLUSH_RANGE : 0;
	s.size[0] = 1ull << hw_item_lg2(f, 0);
	s.size[1] = 1ull << hw_item_lg2(f, 1);
	s.skew = round & 2 ? s.size[1] : s.size[0]; /* large pages, or a table full of granules */
	while (!grows && hw_item_lg2(f, s.cfg.top_level + 1) < s.cfg.iova_width)
		s.cfg.top_level++;
	if (hw == HW_X86_64 || hw == HW_VTDFS)
		s.cfg.top_level = 3;
	if (hw == HW_RISCV || hw == HW_RISCV_G)
		s.cfg.top_level = 2;
	s.e = s.ops->create(&s.cfg, &with_offset, &err);
	if (!s.e)
		return false;
	s.root = s.ops->root(s.e, &level);
	s.root |= level;
	return true;
}

static void check_all(void)
{
	for (unsigned n = 0; n < CALLERS; n++)
		for (unsigned large = 0; large < 2; large++)
			for (unsigned i = 0; i < SLOTS; i++) {
				uint64_t iova = iova_of(n, large, i);

				check(iova, s.thread[n].mapped[large][i]);
				if (walk(iova) != s.thread[n].mapped[large][i])
					broken("hardware and the calls differ at 0x%" PRIx64, iova);
			}
}

static unsigned long run_round(enum hw_id hw, unsigned round)
{
	const struct timespec length = {.tv_nsec = ROUND_NS};
	unsigned long calls = 0;

	for (unsigned i = 0; i < CALLERS + WALKERS; i++)
		s.thread[i] = (struct thread){
			.number = i,
			.random = (round * 64 + i + 1) * 0x9e3779b97f4a7c15,
			.next = s.memory + i * SHARE,
			.end = s.memory + (i + 1) * SHARE,
		};
	self = &s.thread[0];
	if (!create(hw, round))
		broken("the domain is refused");
	s.stop = false;
	for (unsigned i = 0; i < CALLERS + WALKERS; i++)
		if (pthread_create(&s.thread[i].id, NULL, i < CALLERS ? caller : walker,
				   &s.thread[i]))
			broken("no thread");
	nanosleep(&length, NULL);
	__atomic_store_n(&s.stop, true, __ATOMIC_RELAXED);
	for (unsigned i = 0; i < CALLERS + WALKERS; i++) {
		pthread_join(s.thread[i].id, NULL);
		calls += s.thread[i].calls;
	}
	check_all();
	s.ops->destroy(s.e);
	if (s.held)
		broken("%ld tables are left", s.held);
	return calls;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 10, began = now();
	unsigned long calls = 0;
	unsigned rounds = 0;

	s.memory = mmap(NULL, SHARE * (CALLERS + WALKERS), PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (s.memory == MAP_FAILED)
		broken("no memory");
	pthread_mutex_init(&s.top_lock, NULL);
	while (now() - began < seconds) {
		enum hw_id hw = rounds % HW_COUNT;

		if (engine_core(hw))
			calls += run_round(hw, rounds / HW_COUNT);
		rounds++;
	}
	printf("%u callers, %u walkers: %lu calls and walks in %.0f s, no fault\n", CALLERS,
	       WALKERS, calls, now() - began);
	return 0;
}
