// SPDX-License-Identifier: GPL-2.0-only
/* iommupt: from a crash file to understanding. The commands and what they share of options. */
#include "triage.h"

#include <stdlib.h>
#include <string.h>

struct options opt;

static const struct command {
	const char *name, *args, *does, *example;
	int (*run)(void);
} commands[] = {
	{"show", "FILE [--tree] [--json]",
	 "The listing: operations, addresses, answers of engine and model, the first divergence "
	 "marked. --tree draws the page table before and after the fault. Exit 1 on a fault.",
	 "iommupt show --tree build/work/ops_amdv1/crashes/crash-0f3a", cmd_show},
	{"shrink", "FILE [-o OUT] [--json]",
	 "Fewest operations, then simplest arguments, with the same key; to FILE.min.ops if -o "
	 "does not say where.",
	 "iommupt shrink crash-0f3a -o short.ops --target ops_amdv1", cmd_shrink},
	{"asm", "FILE [-o OUT]", "Text to bytes.",
	 "iommupt asm story.ops -o story --target ops_amdv1", cmd_asm},
	{"disasm", "FILE [-o OUT]", "Bytes to text.",
	 "iommupt disasm crash-0f3a --target ops_amdv1", cmd_disasm},
	{"emit", "FILE [--kunit] [-o OUT]",
	 "A C program against libiommupt that fails by itself where the engine is wrong; with "
	 "--kunit a test case in the kernel's vocabulary, to adapt.",
	 "iommupt emit short.ops -o repro.c && cc -Icore repro.c build/libiommupt.a", cmd_emit},
	{"inbox", "DIRECTORY... [-o DIRECTORY] [--json]",
	 "All crashes of a campaign: replayed, folded by key, one of each shrunk, known ones told "
	 "from new ones. -o keeps the shrunk programs.",
	 "iommupt inbox build/work/ops_amdv1/crashes -o build/inbox", cmd_inbox},
	{"keep", "FILE [-o DIRECTORY]",
	 "Into regress/ (or -o) as text under its key, with the commit it fails on.",
	 "iommupt keep short.ops", cmd_keep},
};

static void usage(FILE *out)
{
	fputs("usage: iommupt COMMAND [OPTIONS] FILE...\n\n", out);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(out, "  %-7s %s\n", commands[i].name, commands[i].args);
	fputs("\n  --target NAME    target of the file, if its name or directory does not tell\n"
	      "  --replayer PATH  another build of the target's replayer\n"
	      "  -f               -o may replace a file\n"
	      "  --help           after a command: what it does, with an example\n",
	      out);
}

static const char *value(int argc, char **argv, int *i)
{
	if (*i + 1 >= argc)
		die("%s: takes a value", argv[*i]);
	return argv[++*i];
}

/* Sorts options from files; true if help is asked for. */
static bool parse(int argc, char **argv)
{
	bool help = false;

	opt.argv = argv;
	for (int i = 0; i < argc; i++) {
		if (!strcmp(argv[i], "--help"))
			help = true;
		else if (!strcmp(argv[i], "--target"))
			opt.target = value(argc, argv, &i);
		else if (!strcmp(argv[i], "--replayer"))
			opt.replayer = value(argc, argv, &i);
		else if (!strcmp(argv[i], "-o"))
			opt.out = value(argc, argv, &i);
		else if (!strcmp(argv[i], "-f"))
			opt.force = true;
		else if (!strcmp(argv[i], "--json"))
			opt.json = true;
		else if (!strcmp(argv[i], "--tree"))
			opt.tree = true;
		else if (!strcmp(argv[i], "--c"))
			opt.kunit = false;
		else if (!strcmp(argv[i], "--kunit"))
			opt.kunit = true;
		else if (argv[i][0] == '-' && argv[i][1])
			die("%s: no such option; --help lists them", argv[i]);
		else
			opt.argv[opt.argc++] = argv[i];
	}
	return help;
}

int main(int argc, char **argv)
{
	if (argc < 2 || !strcmp(argv[1], "--help")) {
		usage(argc < 2 ? stderr : stdout);
		return argc < 2 ? 2 : 0;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const struct command *c = &commands[i];

		if (strcmp(c->name, argv[1]))
			continue;
		if (parse(argc - 2, argv + 2)) {
			printf("usage: iommupt %s %s\n\n%s\n\nExample:\n  %s\n", c->name, c->args,
			       c->does, c->example);
			return 0;
		}
		return c->run();
	}
	die("%s: no such command; iommupt --help lists them", argv[1]);
}
