/* SPDX-License-Identifier: GPL-2.0-only */
#include "fmt/vtdss.h"
#include "engine.h"
