/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the commands of iommupt share: reading any file a user has, and trying inputs.
 *
 * The tool links the table of operations and no engine. An input is tried by the replayer of its
 * target, so that what is said of it is what the fuzzer met: our engine, the kernel's, one with a
 * planted fault, under any sanitizer.
 */
#ifndef TRIAGE_H
#define TRIAGE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "ops/ops.h"

/* Options every command takes. */
struct options {
	const char *target;   /* --target NAME */
	const char *replayer; /* --replayer PATH */
	const char *fault;    /* --fault NAME */
	const char *out;      /* -o PATH */
	bool force;	      /* -f: -o may replace a file */
	bool json;	      /* --json */
	bool tree;	      /* --tree */
	bool kunit;	      /* --kunit */
	int argc;	      /* what is left */
	char **argv;
};

extern struct options opt;

/* Wrong use, or something missing: one line on stderr, exit 2. */
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Formatted text, allocated. */
char *text_of(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* input.c: a file as an input of a target */
struct input {
	const char *path;
	char target[64];
	enum hw_id hw; /* HW_COUNT: inputs of the target are no programs */
	uint8_t data[PROG_MAX_SIZE];
	size_t size;
};

#define INPUT_WHY 4700 /* bytes for a reason */

/* Reads bytes or text; dies with one line if that cannot be. */
void input_read(struct input *in, const char *path);
/* The same for one of many: false, with the reason, instead of an end. */
bool input_try(struct input *in, const char *path, char *why, size_t max);
/* Hardware of a target, HW_COUNT if its inputs are no programs; dies if there is no replayer. */
enum hw_id target_hw(const char *target);

/* Dies if a command must not write there: it is there already without -f, or is an argument. */
void output_check(const char *path);
/* Opens what a command writes, "-" for standard output. The name gets it when it is complete. */
FILE *output_open(const char *path);
/* Closes it; dies, and leaves what was there before, if not all of it could be written. */
void output_close(FILE *f, const char *path);

/* Ctrl-C ends long work early and keeps what it found. */
extern volatile sig_atomic_t stopped;
void stop_on_signals(void);

/* probe.c: the replayer as a service */
enum verdict { PROBE_OK, PROBE_FAULT, PROBE_CRASH, PROBE_TIMEOUT };

struct probe {
	enum verdict verdict;
	char key[96]; /* of a fault; a sanitizer's kind and frames; a signal */
	char *text;   /* what the target printed; valid until the next call */
	size_t text_len;
};

void probe_input(const char *target, bool tree, const uint8_t *data, size_t size,
		 struct probe *out);
/* Ends the replayer that runs, so that the next input starts another one. */
void probe_stop(void);
/* Directory of the replayers, and of the sources that they were built from. */
const char *replayer_directory(void);
const char *project_directory(void);
/* False, with the reason, if there is none for this target. */
bool replayer_find(const char *target, char *path, size_t max, char *why, size_t why_max);

/* shrink.c: fewest operations, simplest arguments, fewest preemptions, the same key. */
struct shrunk {
	uint8_t data[PROG_MAX_SIZE];
	size_t size;
	unsigned probes, ops_before, ops;
	char key[96];
};

/* False if the input has no fault. */
bool shrink_input(const struct input *in, struct shrunk *out);
/* As text that names its key and target; bytes where inputs are no programs. */
void shrunk_write(const struct input *in, const struct shrunk *r, FILE *f);

/* keep.c: a key as the name of a file; is there a program of it in regress/? */
void key_as_name(const char *key, char *name, size_t max);
bool regress_has(const char *target, const char *key);

/* run.c: other programs. The first line a command prints, "" if it fails; its exit status. */
char *run_line(const char *const argv[]);
int run_status(const char *const argv[]);
/* The commit the sources are at, with "-dirty" if they differ from it; "unknown" without git. */
const char *project_commit(void);

/* emit.c: false if calls in a row cannot be what this input is. */
bool emit_can(const struct input *in);
void emit_c(const struct input *in, const char *key, FILE *out);

/* show.c: the page table in what a target printed with --tree; what a fault's line says of it. */
const char *tree_in(const char *text);
/* Prints to probe text the page table before the operation at fault; false if it has no before. */
bool probe_before(const struct input *in, unsigned op, struct probe *out);
/* The operation at fault; false if the text has none. */
bool fault_op(const char *text, unsigned *op);

/* inbox.c: files of one key and target */
struct fault_row {
	char key[96], target[64];
	char path[4096]; /* of the smallest input */
	size_t size;
	unsigned count, ops;
	bool known;
};

/* Replays and folds all that the arguments hold; *rows is sorted, new ones first. */
unsigned inbox_collect(struct fault_row **rows);
/* Bar of progress on a terminal; `now` ends it. */
void inbox_progress(const char *what, unsigned long n, bool now);

/* matrix.c: how one build fares with an input. */
struct build {
	const char *flavour, *what, *sanitizers; /* sanitizers: NULL as make has it by itself */
};

#define BUILDS 8
extern const struct build builds[BUILDS];

struct build_result {
	bool built, runs;
	unsigned caught, of;
	char key[96]; /* of the last time it was caught */
};

/* `make`: builds what is not there. */
void matrix_try(const struct input *in, const struct build *b, bool make, unsigned times,
		struct build_result *out);

/* The program of an input as text. */
void input_print(enum hw_id hw, const uint8_t *data, size_t size, FILE *out);

/* The commands; each ends with an exit code. */
int cmd_show(void);
int cmd_shrink(void);
int cmd_asm(void);
int cmd_disasm(void);
int cmd_emit(void);
int cmd_inbox(void);
int cmd_matrix(void);
int cmd_bisect(void);
int cmd_report(void);
int cmd_keep(void);

#endif
