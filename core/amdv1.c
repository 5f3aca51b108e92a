/* SPDX-License-Identifier: GPL-2.0-only */
#include "fmt/amdv1.h"
#include "engine.h"
