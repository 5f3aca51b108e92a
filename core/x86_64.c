/* SPDX-License-Identifier: GPL-2.0-only */
#include "fmt/x86_64.h"
#include "engine.h"
