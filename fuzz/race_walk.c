// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walkers: hardware that translates while the engine works, one read at a time, without a lock.
 *
 * A walk may end in what its address translated to at any moment since it began: the shadow map's
 * answer then, and what each call that was or came in progress makes of it.
 */
#include "race.h"

static void may_end_in(struct hand *walker, const struct extent *e)
{
	if (!e)
		walker->none_is_legal = true;
	else if (walker->n_legal < RACE_LEGAL)
		walker->legal[walker->n_legal++] = *e;
	else
		walker->anything_is_legal = true;
}

/* What a call in progress makes of the walker's address. */
static void add_outcome(struct hand *walker, const struct hand *caller, const struct map_plan *plan)
{
	if (caller->call < CALL_MAP || walker->iova < caller->call_first ||
	    walker->iova > caller->call_last)
		return;
	if (caller->call == CALL_UNMAP) {
		may_end_in(walker, NULL);
		return;
	}
	for (unsigned i = 0; i < plan->n; i++)
		if (walker->iova >= plan->run[i].iova && walker->iova <= plan->run[i].last &&
		    walker->iova - plan->run[0].iova < plan->mapped)
			may_end_in(walker, &plan->run[i]);
}

void walk_call_begins(const struct hand *caller)
{
	for (unsigned f = RUN_FIBERS; f < RACE_HANDS; f++)
		if (race.hand[f].walking)
			add_outcome(&race.hand[f], caller, &race.run->plan);
}

bool walk_stands_in(int page)
{
	for (unsigned f = RUN_FIBERS; f < RACE_HANDS; f++)
		if (race.hand[f].walking && race.hand[f].page == page)
			return true;
	return false;
}

static void begin(struct hand *h, uint64_t iova)
{
	h->iova = iova;
	h->n_legal = 0;
	h->none_is_legal = h->anything_is_legal = false;
	may_end_in(h, shadow_find(&race.run->shadow, iova));
	for (unsigned f = 0; f < RUN_FIBERS; f++)
		add_outcome(h, &race.hand[f], &race.hand[f].now.plan);
	h->page = -1;
	h->walking = true;
	h->walks++;
}

/* hw_read_fn: between the link it found and this read, others may run. Walks here read one by one.
 */
static bool read_word(void *arg, uint64_t pa, unsigned bytes, unsigned n, uint64_t *word)
{
	struct hand *h = arg;
	struct ledger *l = &race.run->ledger;
	const struct page *p = ledger_page(l, pa);

	const uint64_t *at = (const uint64_t *)(uintptr_t)(pa + ledger_offset(l));

	h->page = p ? (int)(p - l->page) : -1;
	hook_step(CLASS_WALK, "read", h->page, at);
	if (!ledger_read(l, pa, bytes, n, word))
		return false;
	if (bytes == sizeof(*word) && !(race.run->cfg.features & F_INCOHERENT))
		*word = view_load(h->page, at);
	return true;
}

static const char *compare(const struct run *r, const struct hand *h, const struct hw_walk *w)
{
	const char *wrong = w->kind == HW_FAULT ? w->why : "a walk ended in what never was mapped";
	enum oracle o;

	if (h->anything_is_legal)
		return NULL;
	if (h->none_is_legal && !check_compare(r, NULL, h->iova, w, &o))
		return NULL;
	for (unsigned i = 0; i < h->n_legal; i++)
		if (!check_compare(r, &h->legal[i], h->iova, w, &o))
			return NULL;
	if (w->kind == HW_NONE)
		wrong = "a walk found nothing where something was mapped all the time";
	return wrong;
}

/* A write marks the leaf, unless the word has changed or somebody is reading the marks. */
static void write_through(struct run *r, const struct hand *h, const struct hw_walk *w)
{
	const struct hw_format *f = hw_format(r->cfg.hw);
	unsigned last = w->n - 1;
	uint64_t word;

	if (w->kind != HW_LEAF || !(w->perms & HW_W) || !(r->cfg.features & F_DIRTY) ||
	    cache_find(&r->cache, CACHED_DIRTY, h->iova, h->iova))
		return;
	for (unsigned i = 0; i < RUN_FIBERS; i++)
		if (race.hand[i].locked && h->iova >= race.hand[i].first &&
		    h->iova <= race.hand[i].last)
			return;
	if (ledger_read(&r->ledger,
			w->step[last].table + (uint64_t)w->step[last].index * f->word_bytes,
			f->word_bytes, 1, &word) &&
	    word == w->step[last].word)
		run_mark_dirty(r, w);
}

static void walk(struct hand *h, uint64_t iova, bool writes)
{
	struct run *r = race.run;
	const char *wrong;
	struct trace *t;
	struct hw_walk w;

	begin(h, iova);
	hw_walk(&r->cfg, r->ledger.root, r->ledger.root_level, iova, false, read_word, h, &w);
	h->walking = false;
	h->page = -1;
	wrong = compare(r, h, &w);
	t = trace_add(TRACE_WALK);
	t->what = wrong ? wrong : w.kind == HW_LEAF ? "a leaf" : "nothing";
	t->value = iova;
	run_mix(r, w.kind == HW_LEAF ? w.oa : w.kind);
	if (wrong)
		fault(r, OR_RACE, (int)w.level, "0x%llx: %s", (unsigned long long)iova, wrong);
	if (writes)
		write_through(r, h, &w);
}

/* An end of what the interrupted fiber is changing, or was last. */
static uint64_t address_at_stake(unsigned walker)
{
	const struct hand *h = &race.hand[race.interrupted];
	bool in_call = h->call >= CALL_MAP;
	uint64_t first = in_call ? h->call_first : h->first,
		 last = in_call ? h->call_last : h->last;

	race.run->op = h->now.op;
	return walker & 1 ? last : first;
}

/* Walks where its stream says, once; then, when a preemption names it, where the action is. */
void walker_body(void *arg)
{
	struct hand *h = arg;
	struct run *r = race.run;

	for (unsigned i = 0;;) {
		if (i < h->n) {
			const struct op *op = &r->prog.op[r->op = h->stream[i++]];

			if (op->code == OP_PREEMPT)
				sched_arm(op_class(op), op_nth(op), op_fiber(op));
			else if (op_rows[op->code].arg[0] == ARG_IOVA)
				walk(h, universe_iova(&r->u, op->arg), op->code == OP_DWRITE);
			if (op->code != OP_PREEMPT)
				sched_defer();
		} else if (sched_park()) {
			walk(h, address_at_stake((unsigned)(h - race.hand)), false);
			sched_defer();
		} else {
			return;
		}
	}
}
