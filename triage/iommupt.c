// SPDX-License-Identifier: GPL-2.0-only
/* iommupt: from a crash file to understanding. The commands and what they share of options. */
#include "triage.h"

#include <stdlib.h>
#include <string.h>

struct options opt;
volatile sig_atomic_t stopped;

/* `takes`: letters of the options below that make sense for the command. */
static const struct command {
	const char *name, *args, *does, *example, *takes;
	int (*run)(void);
} commands[] = {
	{"show", "FILE [--tree] [--json]",
	 "The listing: operations, addresses, answers of engine and model, the first divergence "
	 "marked; for races a column per fiber. --tree draws the page table before and after the "
	 "fault. Exit 1 on a fault.",
	 "iommupt show --tree build/runs/ops_amdv1/crashes/crash-0f3a", "tj", cmd_show},
	{"shrink", "FILE [-o OUT] [--json]",
	 "Fewest operations, then simplest arguments, with the same key; to FILE.min.ops if -o "
	 "does not say where.",
	 "iommupt shrink crash-0f3a -o short.ops --target ops_amdv1", "ofj", cmd_shrink},
	{"asm", "FILE [-o OUT]", "Text to bytes.",
	 "iommupt asm story.ops -o story --target ops_amdv1", "of", cmd_asm},
	{"disasm", "FILE [-o OUT]", "Bytes to text.",
	 "iommupt disasm crash-0f3a --target ops_amdv1", "of", cmd_disasm},
	{"emit", "FILE [--c|--kunit] [-o OUT]",
	 "A C program against libiommupt that fails by itself where the engine is wrong; with "
	 "--kunit a test case in the kernel's vocabulary, to adapt.",
	 "iommupt emit --c short.ops -o repro.c && cc -Icore repro.c build/libiommupt.a", "ofk",
	 cmd_emit},
	{"inbox", "DIRECTORY... [-o DIRECTORY] [--json]",
	 "All crashes of a campaign: replayed, folded by key, one of each shrunk, known ones told "
	 "from new ones. -o keeps the shrunk programs.",
	 "iommupt inbox build/runs/ops_amdv1/crashes -o build/inbox", "ofj", cmd_inbox},
	{"matrix", "FILE [--json]",
	 "Who catches it: 100 replays under each sanitizer, compiler, width and level of "
	 "optimisation, one varied at a time. Builds what is missing.",
	 "iommupt matrix short.ops", "j", cmd_matrix},
	{"bisect", "FILE GOOD BAD",
	 "The first commit after GOOD on which FILE raises the key that it raises on BAD.",
	 "iommupt bisect short.ops HEAD~100 HEAD", "", cmd_bisect},
	{"report", "DIRECTORY... -o FILE.html|FILE.md",
	 "One page of all faults, to read and to send: for each the shrunk program, the page table "
	 "before and after, caches, builds that catch it, a reproducer. It loads nothing.",
	 "iommupt report build/runs/ops_amdv1/crashes -o report.html", "of", cmd_report},
	{"keep", "FILE [-o DIRECTORY]",
	 "Into regress/ (or -o) as text under its key, with the commit it fails on.",
	 "iommupt keep short.ops", "o", cmd_keep},
};

static void usage(FILE *out)
{
	fputs("usage: iommupt COMMAND [OPTIONS] FILE...\n\n", out);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(out, "  %-7s %s\n", commands[i].name, commands[i].args);
	fputs("\n  --target NAME    target of the file, if its name or directory does not tell\n"
	      "  --fault NAME     the replayer with the fault bugs/NAME.patch built in\n"
	      "  --replayer PATH  another build of the target's replayer\n"
	      "  -f               -o may replace a file\n"
	      "  --help           after a command: what it does, with an example\n",
	      out);
}

static const struct option {
	const char *name;
	char letter; /* 0: every command takes it */
	const char **value;
	bool *flag, on;
} options[] = {
	{"--target", 0, &opt.target, NULL, true},     {"--fault", 0, &opt.fault, NULL, true},
	{"--replayer", 0, &opt.replayer, NULL, true}, {"-o", 'o', &opt.out, NULL, true},
	{"-f", 'f', NULL, &opt.force, true},	      {"--json", 'j', NULL, &opt.json, true},
	{"--tree", 't', NULL, &opt.tree, true},	      {"--c", 'k', NULL, &opt.kunit, false},
	{"--kunit", 'k', NULL, &opt.kunit, true},
};

static const struct option *option_of(const struct command *c, const char *name)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (!strcmp(options[i].name, name) &&
		    (!options[i].letter || strchr(c->takes, options[i].letter)))
			return &options[i];
	die("%s: no option of %s; %s --help", name, c->name, c->name);
}

/* Sorts options from files; true if help is asked for. */
static bool parse(const struct command *c, int argc, char **argv)
{
	bool help = false;

	opt.argv = argv;
	for (int i = 0; i < argc; i++) {
		const struct option *o;

		if (!strcmp(argv[i], "--help")) {
			help = true;
			continue;
		}
		if (argv[i][0] != '-' || !argv[i][1]) {
			opt.argv[opt.argc++] = argv[i];
			continue;
		}
		o = option_of(c, argv[i]);
		if (o->flag)
			*o->flag = o->on;
		else if (++i < argc)
			*o->value = argv[i];
		else
			die("%s: takes a value", o->name);
	}
	return help;
}

static void on_signal(int sig)
{
	(void)sig;
	stopped = 1;
}

void stop_on_signals(void)
{
	struct sigaction act = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
}

/* What went to standard output counts only if it arrived. */
static int finish(int status)
{
	output_close(stdout, "-");
	return status;
}

int main(int argc, char **argv)
{
	if (argc < 2 || !strcmp(argv[1], "--help")) {
		usage(argc < 2 ? stderr : stdout);
		return finish(argc < 2 ? 2 : 0);
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const struct command *c = &commands[i];

		if (strcmp(c->name, argv[1]))
			continue;
		if (parse(c, argc - 2, argv + 2)) {
			printf("usage: iommupt %s %s\n\n%s\n\nExample:\n  %s\n", c->name, c->args,
			       c->does, c->example);
			return finish(0);
		}
		return finish(c->run());
	}
	die("%s: no such command; iommupt --help lists them", argv[1]);
}
