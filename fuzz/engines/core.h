/* SPDX-License-Identifier: GPL-2.0-only */
/* Our engine behind the seam. */
#ifndef FUZZ_ENGINES_CORE_H
#define FUZZ_ENGINES_CORE_H

#include "engines/engine.h"

/* The engine for this hardware's tables; NULL if core/ has no such format. */
const struct engine_ops *engine_core(enum hw_id hw);

#endif
