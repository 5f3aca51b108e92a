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

void linux_host_init(struct linux_host *host, const struct engine_env *env);
void linux_host_destroy(struct linux_host *host);

static inline void linux_enter(struct linux_host *host)
{
	linux_host = host;
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
 * The contract's checks of a map that kernel engines leave to their caller: flags, empty and
 * wrapping ranges, the end of the OA range, alignment. 0 or a negative errno. `wo` tells whether
 * the format can express write without read.
 */
int linux_check_map(const struct engine_cfg *cfg, uint64_t iova, uint64_t oa, uint64_t len,
		    unsigned prot, bool wo);

/* Is the range one the tables can hold: -ERANGE if not. For engines that do not ask. */
int linux_check_iova(const struct engine_cfg *cfg, uint64_t iova, uint64_t len);

/* All of the contract's checks of read_and_clear_dirty(). */
int linux_check_dirty(const struct engine_cfg *cfg, uint64_t iova, uint64_t len);

/* Where read_and_clear_dirty() records; kernel code knows only the name. */
struct iova_bitmap {
	engine_dirty_fn *record;
	void *arg;
	uint64_t first, last; /* reports are clipped to the request */
};

#endif
