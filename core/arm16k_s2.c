/* SPDX-License-Identifier: GPL-2.0-only */
#define ARM64_KIB   16
#define ARM64_STAGE 2
#include "fmt/arm64.h"
#include "engine.h"
