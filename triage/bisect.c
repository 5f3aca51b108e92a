// SPDX-License-Identifier: GPL-2.0-only
/* `bisect`: the commit that broke it. The text form goes to scripts/bisect.sh, which knows git. */
#include "triage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int cmd_bisect(void)
{
	static struct input in;
	char path[] = "/tmp/iommupt-bisect-XXXXXX";
	char *script = text_of("%s/scripts/bisect.sh", project_directory());
	FILE *f;
	int fd;

	if (opt.argc != 3)
		die("bisect takes a file and two commits; bisect --help");
	input_read(&in, opt.argv[0]);
	if (in.hw == HW_COUNT)
		die("%s: inputs of %s are no programs", in.path, in.target);
	fd = mkstemp(path);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (!f)
		die("%s: %s", path, strerror(errno));
	input_print(in.hw, in.data, in.size, f);
	output_close(f, path);
	probe_stop();
	execl("/bin/sh", "sh", script, path, in.target, opt.argv[1], opt.argv[2], (char *)NULL);
	die("%s: %s", script, strerror(errno));
}
