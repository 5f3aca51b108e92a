// SPDX-License-Identifier: GPL-2.0-only
/* `asm` and `disasm`: a program as bytes and as text. */
#include "triage.h"

static void read_program(struct input *in, const char *command)
{
	if (opt.argc != 1)
		die("%s takes one file; %s --help", command, command);
	input_read(in, opt.argv[0]);
	if (in->hw == HW_COUNT)
		die("%s: inputs of %s are no programs", in->path, in->target);
}

int cmd_asm(void)
{
	static struct input in;
	FILE *f;

	read_program(&in, "asm");
	f = output_open(opt.out ? opt.out : "-");
	fwrite(in.data, 1, in.size, f);
	output_close(f, opt.out ? opt.out : "-");
	return 0;
}

int cmd_disasm(void)
{
	static struct input in;
	FILE *f;

	read_program(&in, "disasm");
	f = output_open(opt.out ? opt.out : "-");
	input_print(in.hw, in.data, in.size, f);
	output_close(f, opt.out ? opt.out : "-");
	return 0;
}
