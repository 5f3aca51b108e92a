/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who runs when: fibers run to completion, unless a preemption says otherwise.
 *
 * Fibers stand in a line; the first one that can go on runs. A preemption waits for the n-th event
 * of a class in the fiber that armed it, and then moves another fiber to the front. A fiber that
 * has to wait is passed over until its condition holds: such switches are free. So a schedule is a
 * few words, it means the same whatever other fibers do before, and none means one fiber after the
 * other.
 *
 * After many steps every event passes the turn on; after very many the input is stuck.
 */
#ifndef FUZZ_FIBER_SCHEDULE_H
#define FUZZ_FIBER_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#define SCHED_FIBERS	  8
#define SCHED_PREEMPTIONS 4
#define SCHED_FAIR	  (1u << 22) /* steps of an input after which turns are taken */
#define SCHED_STUCK	  (1u << 23)
#define SCHED_MAIN	  SCHED_FIBERS

/* What the user of a schedule is asked and told. */
struct sched_ops {
	/* `to` goes on where `from` stops; SCHED_MAIN is who called sched_run(). */
	void (*switched)(unsigned from, unsigned to);
	/* A preemption of the running fiber is due. */
	void (*preempted)(unsigned class, unsigned target);
	/* Nobody can go on, or nobody gets anywhere; does not return. */
	void (*stuck)(const char *why);
	unsigned any; /* the class that every event belongs to */
};

struct sched_wait {
	bool (*ready)(void *arg);
	void *arg;
	const char *what;	   /* "the top lock" */
	unsigned (*of)(void *arg); /* mask of the fibers that have it */
};

/* Forgets all fibers. */
void sched_begin(const struct sched_ops *ops);

/* Adds fiber f at the end of the line. A parked one waits for a preemption to name it. */
void sched_add(unsigned f, void (*body)(void *), void *arg, bool parked);

/* Runs until all fibers have ended. */
void sched_run(void);

/* After the next n events of a class (0: at the next) in the running fiber, `target` goes on. */
void sched_arm(unsigned class, unsigned n, unsigned target);

/* Goes on when the condition holds; at once if it does. */
void sched_wait(const struct sched_wait *wait);

/* The running fiber lost a compare-and-swap; for the second time in a call others go first. */
void sched_lost(void);
void sched_new_call(void);

/* Goes to the end of the line. */
void sched_defer(void);

/* Waits to be named by a preemption: true, or false once nobody is left to do so. */
bool sched_park(void);

/* For listings: what fiber f waits for, or NULL; *of is the mask of those who have it. */
const char *sched_waits_for(unsigned f, unsigned *of);

struct sched_state {
	unsigned running; /* SCHED_MAIN outside of sched_run() */
	unsigned steps;
	unsigned alarm; /* steps at which sched_slow() has something to do */
	unsigned switches;
};
extern struct sched_state sched;

void sched_slow(unsigned class);

/* The running fiber is about to do something of this class. */
static inline void sched_event(unsigned class)
{
	if (__builtin_expect(++sched.steps >= sched.alarm, 0))
		sched_slow(class);
}

#endif
