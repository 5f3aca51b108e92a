// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory as each fiber sees it, weaker than the machine this runs on.
 *
 * A plain store reaches others late: memory holds the newest word, and a short log per fiber what
 * others still read instead. A release, a barrier or a full log lets stores through in their order.
 * A page that was just allocated is its fiber's alone; published without a release, its contents
 * stay what they were to all others. A page may be used by who allocated it, and by those who
 * loaded a link to it with acquire: what they read is then what was released.
 *
 * Hardware is a reader like others, but needs no acquire: it follows the word that it read.
 */
#include "race.h"

#include <string.h>

#include "fiber/uncovered.h"

#define LOG_SIZE     32 /* stores that may be late */
#define LOG_ACQUIRED 8
#define UNWRITTEN    0xa5a5a5a5a5a5a5a5 /* what the ledger fills new tables with */

UNCOVERED_BEGIN

/* A word of a table on every platform: 64-bit atomics on 32 bit need it aligned. */
typedef uint64_t __attribute__((aligned(8))) word;

struct late {
	uint64_t *p;
	uint64_t before;
	int page;
};

/* What a fiber did that others cannot see yet, and what it has seen of others. */
struct side {
	unsigned n_late;
	struct late late[LOG_SIZE];
	unsigned n_private;
	int16_t private[LEDGER_MAX_PAGES];
	unsigned n_acquired;
	uint64_t acquired[LOG_ACQUIRED];
};

static struct run *run;
static struct side side[RACE_HANDS];
struct page_view view[LEDGER_MAX_PAGES];

static struct side *mine(void)
{
	return &side[sched.running];
}

/* All there is was made by one thread before the fibers. */
void view_begin(struct run *r)
{
	run = r;
	for (unsigned i = 0; i < r->ledger.n; i++)
		view[i] = (struct page_view){
			.reachable = true, .released = true, .users = (1u << RACE_HANDS) - 1};
}

void view_end(void)
{
	for (unsigned f = 0; f < RACE_HANDS; f++)
		side[f].n_late = side[f].n_private = side[f].n_acquired = 0;
}

void view_new(int page)
{
	struct side *s = mine();

	view[page] = (struct page_view){.writer = sched.running + 1, .users = 1u << sched.running};
	s->private[s->n_private++] = (int16_t)page;
}

static void not_private(struct side *s, int page)
{
	for (unsigned i = 0; i < s->n_private; i++)
		if (s->private[i] == page)
			s->private[i] = s->private[--s->n_private];
}

/* Lets the n oldest late stores of a fiber through. */
static void let_through(struct side *s, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		view[s->late[i].page].late--;
	s->n_late -= n;
	memmove(s->late, s->late + n, s->n_late * sizeof(s->late[0]));
}

/* Nothing that others did to this word is late any more. */
static void settle(int page, const uint64_t *p, const struct side *but)
{
	if (!view[page].late)
		return;
	for (unsigned f = 0; f < RACE_HANDS; f++)
		for (unsigned i = side[f].n_late; &side[f] != but && i-- > 0;)
			if (side[f].late[i].p == p) {
				let_through(&side[f], i + 1);
				break;
			}
}

void view_forget(int page)
{
	for (unsigned f = 0; f < RACE_HANDS; f++) {
		not_private(&side[f], page);
		for (unsigned i = side[f].n_late; i-- > 0;)
			if (side[f].late[i].page == page) {
				let_through(&side[f], i + 1);
				break;
			}
	}
}

void view_store(int page, uint64_t *p)
{
	struct side *s = mine();

	settle(page, p, s);
	if (s->n_late == LOG_SIZE)
		let_through(s, LOG_SIZE / 2);
	s->late[s->n_late++] = (struct late){
		.p = p, .before = __atomic_load_n((word *)p, __ATOMIC_RELAXED), .page = page};
	view[page].late++;
	view_published(false);
}

void view_rmw(int page, uint64_t *p)
{
	settle(page, p, NULL);
}

uint64_t view_load(int page, const uint64_t *p)
{
	const struct page_view *v = &view[page];

	if (v->writer && v->writer != sched.running + 1)
		return UNWRITTEN;
	for (unsigned f = 0; v->late && f < RACE_HANDS; f++)
		for (unsigned i = 0; f != sched.running && i < side[f].n_late; i++)
			if (side[f].late[i].p == p)
				return side[f].late[i].before;
	return __atomic_load_n((const word *)p, __ATOMIC_RELAXED);
}

void view_published(bool release)
{
	struct side *s = mine();

	for (unsigned i = 0; i < s->n_private; i++)
		view[s->private[i]].reachable = true;
	if (!release)
		return;
	for (unsigned i = 0; i < s->n_private; i++)
		view[s->private[i]].released = true;
	view_leave();
}

void view_barrier(void)
{
	struct side *s = mine();

	let_through(s, s->n_late);
	for (unsigned i = 0; i < s->n_private; i++) {
		view[s->private[i]].reachable = true;
		view[s->private[i]].writer = 0;
	}
}

void view_leave(void)
{
	view_barrier();
	mine()->n_private = 0;
}

void view_acquired(uint64_t word)
{
	struct side *s = mine();

	s->acquired[s->n_acquired++ % LOG_ACQUIRED] = word;
}

/* Is the word a link to this page, or a top word with its address? */
static bool leads_to(uint64_t word, const struct page *p)
{
	const struct hw_format *f = hw_format(run->cfg.hw);

	if ((word & ~7ull) == p->phys + ledger_offset(&run->ledger))
		return true;
	for (unsigned level = 1; level <= f->max_level; level++) {
		struct hw_entry e;

		f->decode(&run->cfg, word, level, 0, run->ledger.root_level, &e);
		if (e.kind == HW_TABLE && e.pa == p->phys)
			return true;
	}
	return false;
}

void view_reach(int page)
{
	struct page_view *v = &view[page];
	const struct page *p = &run->ledger.page[page];
	const struct side *s = mine();
	unsigned n = s->n_acquired < LOG_ACQUIRED ? s->n_acquired : LOG_ACQUIRED;
	bool found = v->users & 1u << sched.running;

	if (p->state == PAGE_FREED)
		fault(run, OR_EARLY_FREE, p->level, "a table is used after it was freed");
	for (unsigned i = 0; i < n && !found; i++)
		found = leads_to(s->acquired[i], p);
	if (!found)
		fault(run, OR_RACE, p->level,
		      "a table is used whose link was not loaded with acquire");
	else if (!(v->users & 1u << sched.running) && !v->released)
		fault(run, OR_RACE, p->level, "a table is used that was published without release");
	v->users |= 1u << sched.running;
}

void view_hand_over(unsigned from)
{
	for (unsigned i = 0; i < run->ledger.n; i++)
		if (view[i].users & 1u << from)
			view[i].users |= 1u << sched.running;
}

UNCOVERED_END
