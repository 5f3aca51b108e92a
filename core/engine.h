/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A format and the operations make one compiled engine. A file that compiles one includes its
 * format, then this.
 */
#ifndef PT_ENGINE_H
#define PT_ENGINE_H

#include "init.h"
#include "map.h"
#include "unmap.h"
#include "lookup.h"
#include "dirty.h"

const struct pt_format_ops FMT_OPS = {
	.name = FMT_NAME,
	.init = init,
	.deinit = deinit,
	.map_range = map_range,
	.unmap_range = unmap_range,
	.iova_to_phys = iova_to_phys,
	.read_and_clear_dirty = read_and_clear_dirty,
	.gather_sync = gather_sync,
	.root = root,
};

#endif
