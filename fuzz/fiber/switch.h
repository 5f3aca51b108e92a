/* SPDX-License-Identifier: GPL-2.0-only */
/* The switch between two stacks: x86-64, i386, aarch64. Needs no libc. */
#ifndef FUZZ_FIBER_SWITCH_H
#define FUZZ_FIBER_SWITCH_H

#include <stdint.h>

/* Leaves this stack in *save and goes on with stack `to`, where that one was left. */
void fiber_jump(void **save, void *to);

/* A stack below `top` on which the first fiber_jump() calls body(arg), which must not return. */
void *fiber_new_stack(void *top, void (*body)(void *), void *arg);

#endif
