/* SPDX-License-Identifier: GPL-2.0-only */
#define RISCV_STAGE 1
#include "fmt/riscv.h"
#include "engine.h"
