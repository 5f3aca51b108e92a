// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's services, supplied by the harness: table memory, cache maintenance, the one lock,
 * warnings. See host.h for how the engine in question is found.
 */
#include "shim/mm.h"
#include "host.h"

void abort(void) __attribute__((noreturn));
int dprintf(int fd, const char *fmt, ...);

__thread struct linux_host *linux_host;
__thread u64 linux_phys_offset;

/* --- life */

void linux_host_init(struct linux_host *host, const struct engine_env *env)
{
	memset(host, 0, sizeof(*host));
	host->env = *env;
	linux_enter(host);
}

void linux_host_destroy(struct linux_host *host)
{
	while (host->spare) {
		struct page *page = host->spare;

		host->spare = page->next;
		free(page);
	}
}

/* --- warnings */

void linux_warn(const char *file, int line)
{
	struct linux_host *host = linux_host;

	if (!host->hold) {
		host->env.warn(host->env.ctx, file, line, false);
	} else if (!host->warned) {
		host->warned = true;
		host->warn_file = file;
		host->warn_line = line;
	}
}

void linux_bug(const char *file, int line)
{
	linux_host->env.warn(linux_host->env.ctx, file, line, true);
	dprintf(2, "BUG at %s:%d\n", file, line); /* nobody watches */
	abort();
}

void linux_release_warnings(bool refused)
{
	struct linux_host *host = linux_host;

	host->hold = false;
	if (host->warned && !refused)
		linux_warn(host->warn_file, host->warn_line);
}

/* --- pages: a hash table of descriptors, as table memory itself holds nothing but entries */

static struct page **bucket_of(const void *virt)
{
	return &linux_host->bucket[(uintptr_t)virt >> PAGE_SHIFT & (LINUX_PAGE_BUCKETS - 1)];
}

static void pages_lock(void)
{
	while (__atomic_test_and_set(&linux_host->busy, __ATOMIC_ACQUIRE))
		continue;
}

static void pages_unlock(void)
{
	__atomic_clear(&linux_host->busy, __ATOMIC_RELEASE);
}

static struct page *take_spare(void)
{
	struct page *page = linux_host->spare;

	if (page)
		linux_host->spare = page->next;
	else
		page = malloc(sizeof(*page));
	return page;
}

struct page *linux_page_alloc(size_t size)
{
	struct engine_env *env = &linux_host->env;
	void *virt = env->alloc(env->ctx, size);
	struct page *page;

	if (!virt)
		return NULL;
	pages_lock();
	page = take_spare();
	if (page) {
		memset(page, 0, sizeof(*page));
		page->virt = virt;
		page->size = size;
		page->next = *bucket_of(virt);
		*bucket_of(virt) = page;
	}
	pages_unlock();
	if (!page)
		env->free(env->ctx, virt, size);
	return page;
}

void linux_page_free(struct page *page)
{
	struct engine_env *env = &linux_host->env;
	void *virt = page->virt;
	size_t size = page->size;
	struct page **at;

	pages_lock();
	for (at = bucket_of(virt); *at != page; at = &(*at)->next)
		continue;
	*at = page->next;
	page->next = linux_host->spare;
	linux_host->spare = page;
	pages_unlock();
	env->free(env->ctx, virt, size);
}

struct page *linux_page_of(const void *virt)
{
	struct page *page;

	pages_lock();
	for (page = *bucket_of(virt); page && page->virt != virt; page = page->next)
		continue;
	pages_unlock();
	BUG_ON(!page);
	return page;
}

/* --- caches, lock, dirty reports */

void linux_flush(const void *virt, size_t size)
{
	linux_host->env.flush_memory(linux_host->env.ctx, virt, size);
}

void linux_lock(void)
{
	linux_host->env.top_lock(linux_host->env.ctx);
}

void linux_unlock(void)
{
	linux_host->env.top_unlock(linux_host->env.ctx);
}

void iova_bitmap_set(struct iova_bitmap *bitmap, unsigned long iova, size_t length)
{
	u64 first = max((u64)iova, (u64)bitmap->first);
	u64 last = min((u64)iova + length - 1, (u64)bitmap->last);

	if (first <= last)
		bitmap->record(bitmap->arg, first, last - first + 1);
}

/* --- checks kernel engines leave to their caller */

int linux_refuse_map(const struct engine_cfg *cfg, uint64_t iova, uint64_t oa, uint64_t len,
		     unsigned prot, bool wo)
{
	if ((prot & ~(P_READ | P_WRITE | P_NOEXEC)) || !(prot & (P_READ | P_WRITE)))
		return -EINVAL;
	if (!(prot & P_READ) && !wo)
		return -EOPNOTSUPP;
	if (!len)
		return -EINVAL;
	if (iova + (len - 1) < iova || oa + (len - 1) < oa)
		return -EOVERFLOW;
	if ((oa + (len - 1)) >> (cfg->oa_width - 1) >> 1)
		return -ERANGE;
	if ((iova | oa | len) & ((cfg->pgsizes & -cfg->pgsizes) - 1))
		return -ENXIO;
	return 0;
}

int linux_refuse_iova(const struct engine_cfg *cfg, uint64_t iova, uint64_t len)
{
	unsigned width = cfg->iova_width - !!(cfg->features & F_SIGN_EXTEND);
	uint64_t high = width < 64 ? ~0ull << width : 0, last = iova + (len - 1), prefix = 0;

	if (cfg->features & F_UPPER_HALF || (cfg->features & F_SIGN_EXTEND && iova >> 63))
		prefix = high;
	return last < iova || (iova & high) != prefix || (last & high) != prefix ? -ERANGE : 0;
}

int linux_refuse_dirty(const struct engine_cfg *cfg, uint64_t iova, uint64_t len)
{
	if (!len)
		return -EINVAL;
	if (iova + (len - 1) < iova)
		return -EOVERFLOW;
	if ((iova | len) & ((cfg->pgsizes & -cfg->pgsizes) - 1))
		return -ENXIO;
	if (linux_refuse_iova(cfg, iova, len))
		return -ERANGE;
	return cfg->features & F_DIRTY ? 0 : -EOPNOTSUPP;
}
