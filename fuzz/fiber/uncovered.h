/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Code between UNCOVERED_BEGIN and UNCOVERED_END tells a fuzzer nothing: it runs at each access of
 * the engine, and its branches say nothing about the engine.
 */
#ifndef FUZZ_FIBER_UNCOVERED_H
#define FUZZ_FIBER_UNCOVERED_H

#ifdef __clang__
/* clang-format off */
#define UNCOVERED_BEGIN \
	_Pragma("clang attribute push(__attribute__((no_sanitize(\"coverage\"))), apply_to = function)")
/* clang-format on */
#define UNCOVERED_END _Pragma("clang attribute pop")
#else
#define UNCOVERED_BEGIN
#define UNCOVERED_END
#endif

#endif
