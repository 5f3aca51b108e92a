/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs each test in each setup it fits: `test[setup]` in cmocka's output. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "host.h"
#include "formats.h"

#define ARENA_ALIGN (2u << 20)
#define MAX_UNITS   4096

struct job {
	const struct test *test;
	const struct setup *setup;
	struct host *host;
};

static struct host the_host;
static uint8_t *memory;

static int prepare(void **state)
{
	const struct setup *s = ((struct job *)*state)->setup;
	struct host *h = &the_host;

	memset(h, 0, sizeof(*h));
	h->setup = s;
	h->f = &formats[s->fmt];
	h->base = s->base;
	h->arena = memory;
	h->device = memory + ARENA_SIZE;
	h->seed = 1;
	h->ops = host_ops;
	h->cfg = (struct pt_config){
		.pgsize_bitmap = ~UINT64_C(0),
		.iova_width = s->iova_width,
		.oa_width = s->oa_width,
		.top_level = s->top_level,
		.features = s->features,
	};
	pthread_mutex_init(&h->lock, NULL);
	pthread_mutex_init(&h->top_mutex, NULL);
	((struct job *)*state)->host = h;
	return 0;
}

static void perform(void **state)
{
	struct job *job = *state;

	job->test->run(job->host);
}

static bool fits(const struct test *t, const struct setup *s)
{
	const struct format *f = &formats[s->fmt];
	struct pt_config cfg = {.pgsize_bitmap = ~UINT64_C(0),
				.iova_width = s->iova_width,
				.oa_width = s->oa_width,
				.features = s->features};
	struct host h = {.f = f, .cfg = cfg};
	u64 sizes = expected_pgsizes(&cfg, f), level2 = item_size(&h, 2);

	if (t->setup && strcmp(t->setup, s->name))
		return false;
	if (!pt_format_ops(s->fmt) || (t->fmt && strcmp(t->fmt, f->name)))
		return false;
	if ((t->needs & 0xffff & ~f->features) || (t->skips & s->features) ||
	    (t->only & ~s->features))
		return false;
	if ((t->needs & NEED_RUN) && !(run_size(&h, 0) && run_size(&h, 1)))
		return false;
	if ((t->needs & NEED_LEVEL2) && !(sizes & level2))
		return false;
	if ((t->needs & NEED_THREE) && s->top_level < 2)
		return false;
	return f->bbm || !(t->needs & NEED_BBM);
}

int run_in_setups(const char *group, const struct test *tests, size_t n)
{
	static struct job jobs[MAX_UNITS];
	static struct CMUnitTest units[MAX_UNITS];
	static char names[MAX_UNITS][128];
	size_t made = 0;

	memory = mmap(NULL, 2 * ARENA_SIZE + ARENA_ALIGN, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED)
		return 1;
	memory += -(uintptr_t)memory & (ARENA_ALIGN - 1);
	for (size_t t = 0; t < n; t++) {
		for (unsigned s = 0; s < setups_n; s++) {
			if (!fits(&tests[t], &setups[s]))
				continue;
			if (made == MAX_UNITS)
				return 1;
			snprintf(names[made], sizeof(names[0]), "%s[%s]", tests[t].name,
				 setups[s].name);
			jobs[made] = (struct job){.test = &tests[t], .setup = &setups[s]};
			units[made] = (struct CMUnitTest){
				.name = names[made],
				.test_func = perform,
				.setup_func = prepare,
				.initial_state = &jobs[made],
			};
			made++;
		}
	}
	return _cmocka_run_group_tests(group, units, made, NULL, NULL);
}
