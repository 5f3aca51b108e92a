/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A replayer as a service to tools that try many inputs. They run in a forked child, a new one
 * after each that a fault has ended.
 *
 * The service prints `READY <hardware>` (none where inputs are no programs), then answers each
 * `<bytes>\n<input>` on standard input with
 *
 *   <verdict> <what> <bytes>\n<text>
 *
 * on standard output. Verdicts: `ok -`; `fault <key>`; `crash <signal or exit code>`, which is how
 * a sanitizer ends too; `timeout -`. The text is what the child printed. At the end of the input
 * the service ends.
 */
#ifndef FUZZ_SERVE_H
#define FUZZ_SERVE_H

#include <stddef.h>
#include <stdint.h>

#define SERVE_MAX_INPUT 4096
#define SERVE_MAX_TEXT	(256u << 10) /* of a child; what it prints past that is dropped */
#define SERVE_SECONDS	10	     /* a child may take */

/* 0, or 2 if the requests make no sense. */
int serve(int (*target)(const uint8_t *data, size_t size), const char *hw);

#endif
