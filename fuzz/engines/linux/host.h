/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What stands behind the shim while kernel code runs: the engine_env of the engine that was
 * entered last on this thread. Every operation of an adapter begins with linux_enter().
 */
#ifndef LINUX_HOST_H
#define LINUX_HOST_H

#include "engines/engine.h"

#define LINUX_PAGE_BUCKETS 256

struct page;

struct linux_host {
	struct engine_env env;
	bool warned; /* a warning was held back since linux_hold_warnings() */
	bool hold;
	const char *warn_file;
	int warn_line;
	char busy; /* guards what follows */
	struct page *spare;
	struct page *bucket[LINUX_PAGE_BUCKETS]; /* by address of the table */
};

extern __thread struct linux_host *linux_host;
extern __thread unsigned long long linux_phys_offset; /* virt - phys */

void linux_host_init(struct linux_host *host, const struct engine_env *env);
void linux_host_destroy(struct linux_host *host);

static inline void linux_enter(struct linux_host *host)
{
	linux_host = host;
	linux_phys_offset = host->env.phys_offset;
}

/*
 * Some engines warn about requests they refuse. Between these two calls warnings are held back;
 * the second drops them if the request was refused, and reports the first of them if it was not.
 */
static inline void linux_hold_warnings(void)
{
	linux_host->hold = true;
	linux_host->warned = false;
}
void linux_release_warnings(bool refused);

/*
 * The contract's checks that kernel engines leave to their callers: 0 or a negative errno. `wo`
 * tells whether the format can express write without read.
 *   map    flags, empty and wrapping ranges, the end of the OA range, alignment
 *   iova   the range is one that the tables can hold
 *   dirty  all there is to check
 * Builds without assertions, which are for measuring, have the kernel alone.
 */
int linux_refuse_map(const struct engine_cfg *cfg, uint64_t iova, uint64_t oa, uint64_t len,
		     unsigned prot, bool wo);
int linux_refuse_iova(const struct engine_cfg *cfg, uint64_t iova, uint64_t len);
int linux_refuse_dirty(const struct engine_cfg *cfg, uint64_t iova, uint64_t len);

#ifdef PT_ASSERTS
#define linux_check_map	  linux_refuse_map
#define linux_check_iova  linux_refuse_iova
#define linux_check_dirty linux_refuse_dirty
#else
#define linux_check_map(...)   0
#define linux_check_iova(...)  0
#define linux_check_dirty(...) 0
#endif

/* Where read_and_clear_dirty() records; kernel code knows only the name. */
struct iova_bitmap {
	engine_dirty_fn *record;
	void *arg;
	uint64_t first, last; /* reports are clipped to the request */
};

#endif
