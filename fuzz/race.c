// SPDX-License-Identifier: GPL-2.0-only
/* An input with several streams: dealt out to fibers, run as scheduled, checked as one. */
#include "race.h"

#include <string.h>

#include "fiber/fiber.h"

struct race race;

static void save(const struct run *r, struct race_now *now)
{
	now->op = r->op;
	now->unlinking = r->unlinking;
	now->first = r->first;
	now->last = r->last;
	now->syncing = r->syncing;
	now->syncs = r->syncs;
	now->locks = r->locks;
	now->first_gather = r->first_gather;
	now->retry = r->retry;
	now->unwind = r->unwind;
	now->prev = r->u.prev;
	now->next = r->u.next;
	now->number = r->ledger.op;
	now->op_first = r->ledger.op_first;
	now->fail_in = r->ledger.fail_in;
	now->fail_on = r->ledger.fail_on;
	now->failed = r->ledger.failed;
	memcpy(&now->plan, &r->plan, offsetof(struct map_plan, run[r->plan.n]));
}

static void load(struct run *r, const struct race_now *now)
{
	r->op = now->op;
	r->unlinking = now->unlinking;
	r->first = now->first;
	r->last = now->last;
	r->syncing = now->syncing;
	r->syncs = now->syncs;
	r->locks = now->locks;
	r->first_gather = now->first_gather;
	r->retry = now->retry;
	r->unwind = now->unwind;
	r->u.prev = now->prev;
	r->u.next = now->next;
	r->ledger.op = now->number;
	r->ledger.op_first = now->op_first;
	r->ledger.fail_in = now->fail_in;
	r->ledger.fail_on = now->fail_on;
	r->ledger.failed = now->failed;
	memcpy(&r->plan, &now->plan, offsetof(struct map_plan, run[now->plan.n]));
}

static struct race_now *now_of(unsigned f)
{
	return f == SCHED_MAIN ? &race.outside : &race.hand[f].now;
}

static void switched(unsigned from, unsigned to)
{
	save(race.run, now_of(from));
	load(race.run, now_of(to));
	hook_follow(to != SCHED_MAIN && race.hand[to].in_engine);
}

static void preempted(unsigned class, unsigned target)
{
	struct trace *t = trace_add(TRACE_PREEMPTED);

	t->class = class;
	t->value = target;
	race.interrupted = sched.running;
}

static void stuck(const char *why)
{
	fault(race.run, OR_STUCK, NO_LEVEL, "%s", why);
	__builtin_trap();
}

static const struct sched_ops sched_ops = {
	.switched = switched, .preempted = preempted, .stuck = stuck, .any = CLASS_ANY};

/* An address others are changing has no certain translation. */
static bool settled(struct run *r, uint64_t iova)
{
	(void)r;
	for (unsigned f = 0; f < RUN_FIBERS; f++) {
		const struct hand *h = &race.hand[f];

		if (f != sched.running && h->call >= CALL_MAP && iova >= h->call_first &&
		    iova <= h->call_last)
			return false;
	}
	return true;
}

/* No range: an invalidation between operations accounts for nobody's tables. */
static void forget_range(struct run *r)
{
	r->first = UINT64_MAX;
	r->last = 0;
}

/* The body of a fiber that calls the engine. */
static void caller_body(void *arg)
{
	struct hand *h = arg;
	struct run *r = race.run;

	for (unsigned i = 0; i < h->n; i++) {
		const struct op *op = &r->prog.op[h->stream[i]];

		r->op = h->stream[i];
		if (op->code == OP_PREEMPT) {
			sched_arm(op_class(op), op_nth(op), op_fiber(op));
			continue;
		}
		sched_new_call();
		host_lock_range(r, op);
		trace_add(TRACE_BEGINS);
		op_rows[op->code].apply(r, op);
		r->result[r->op].done = true;
		trace_add(TRACE_ENDS);
		h->locked = false;
		forget_range(r);
	}
}

/* Fibers 0 to 3 call the engine; 4 and 5, and again 6 and 7, are the walkers. */
static unsigned hand_of(const struct op *op)
{
	return op_fiber(op) < RACE_HANDS ? op_fiber(op) : op_fiber(op) - RACE_WALKERS;
}

/* Deals the operations out; the first preemptions count, the others do nothing. */
static void deal(const struct run *r)
{
	unsigned to = 0, preemptions = 0;

	for (unsigned i = 0; i < r->prog.n; i++) {
		const struct op *op = &r->prog.op[i];
		struct hand *h = &race.hand[to];

		if (op_is_off(&r->prog, op))
			continue;
		if (op->code == OP_FIBER)
			to = hand_of(op);
		else if (op->code != OP_PREEMPT || preemptions++ < SCHED_PREEMPTIONS)
			h->stream[h->n++] = i;
	}
}

static void clear_hands(const struct run *r)
{
	for (unsigned f = 0; f < RACE_HANDS; f++) {
		struct hand *h = &race.hand[f];

		h->n = h->n_legal = h->walks = 0;
		h->locked = h->in_engine = h->walking = false;
		h->call = CALL_NONE;
		h->gather = h->page = -1;
		save(r, &h->now);
		h->now.first_gather = is_walker(f) ? 0 : f * RUN_GATHERS;
	}
	for (unsigned g = 0; g < r->n_gathers; g++)
		race.gather_user[g] = -1;
	race.top_holder = -1;
	race.interrupted = 0;
	race.old_root = NULL;
}

static void run_fibers(struct run *r)
{
	forget_range(r);
	clear_hands(r);
	deal(r);
	view_begin(r);
	sched_begin(&sched_ops);
	for (unsigned f = 0; f < RACE_HANDS; f++)
		if (is_walker(f))
			sched_add(f, walker_body, &race.hand[f], !race.hand[f].n);
		else if (race.hand[f].n)
			sched_add(f, caller_body, &race.hand[f], false);
	r->settled = settled;
	fiber_watch(false);
	sched_run();
	fiber_watch(true);
	r->settled = NULL;
	view_end();
	run_mix(r, sched.steps);
}

static void prepare(struct run *r)
{
	race.run = r;
	r->n_gathers = RUN_GATHERS * RUN_FIBERS;
	r->listing = trace_print;
	trace_begin();
	host_wrap(r);
}

void race_input(const struct engine_ops *ops, enum hw_id hw, const uint8_t *data, size_t size)
{
	static const struct run_driver interleaved = {.prepare = prepare, .run_ops = run_fibers};

	run_driven(&interleaved, ops, hw, data, size);
}
