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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "ops/ops.h"

/* Options every command takes. */
struct options {
	const char *target;   /* --target NAME */
	const char *replayer; /* --replayer PATH */
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

/* input.c: a file as an input of a target */
struct input {
	const char *path;
	char target[64];
	enum hw_id hw; /* HW_COUNT: inputs of the target are no programs */
	uint8_t data[PROG_MAX_SIZE];
	size_t size;
};

/* Reads bytes or text; dies with one line if that cannot be. */
void input_read(struct input *in, const char *path);
/* The same for one of many: false, with the reason, instead of an end. */
bool input_try(struct input *in, const char *path, char *why, size_t max);
/* Hardware of a target, HW_COUNT if its inputs are no programs; dies if there is no replayer. */
enum hw_id target_hw(const char *target);

/* Opens the file a command writes; dies if it is there already and force is not given. */
FILE *output_open(const char *path);
/* Closes it; dies if not all of it could be written. */
void output_close(FILE *f, const char *path);

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
/* Directory of the replayers. */
const char *replayer_directory(void);
void replayer_path(const char *target, char *path, size_t max);

/* shrink.c: fewest operations, simplest arguments, fewest preemptions, the same key. */
struct shrunk {
	uint8_t data[PROG_MAX_SIZE];
	size_t size;
	unsigned probes, ops_before, ops;
	char key[96];
};

/* False if the input has no fault. */
bool shrink_input(const struct input *in, struct shrunk *out);

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
