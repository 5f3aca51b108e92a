// SPDX-License-Identifier: GPL-2.0-only
/*
 * main() of a target without a fuzzer: runs saved inputs one after the other.
 *
 * Files are replayed in the order given, directories with all below them sorted by name, so that
 * two runs do the same. A text program is assembled first. A fault aborts, as in a fuzzer; what is
 * wrong with a file is one line and exit 2.
 */
#define _FILE_OFFSET_BITS 64 /* inode numbers of any size on 32 bit */
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "listing.h"
#include "ops/ops.h"
#include "run.h"
#include "serve.h"

#define TEXT_MAX (1u << 20)

#ifdef TARGET_HW
#define HW_NAME hw_name(TARGET_HW)
#else
#define HW_NAME "none"
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char usage[] =
	"usage: %s [options] FILE|DIRECTORY...\n"
	"Replays inputs; text programs end in .ops. Directories are taken with all they hold.\n"
	"  -q         prints nothing but faults and errors\n"
	"  --digest   prints a digest of each input's results\n"
	"  --twice    runs each input twice and compares the digests\n"
	"  --sweep-allocs\n"
	"             runs each input again for each allocation it asks for, which fails\n"
	"  --list     prints the operations with their answers, also where all is well\n"
	"  --tree     prints the page table at the fault, or after the last operation\n"
	"  --slowest  prints the input that took most of the CPU, and the most memory ever in use\n"
	"  --serve    takes inputs from standard input, see fuzz/serve.h\n"
	"  --oracle RULE\n"
	"             watches by this rule alone, and by others that are also given\n"
	"  --help\n"
	"Ends with 0, 1 if a digest differs, 2 if a file cannot be used, or the abort of a "
	"fault.\n";

static struct {
	bool quiet, digest, twice, slowest, sweep;
	unsigned rules; /* bits of enum oracle; none given: all */
	unsigned long replayed, differ, failed;
} opt;

static void __attribute__((noreturn, format(printf, 1, 2))) fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(2);
}

/* Reads at most max bytes; *more tells whether the file has others. */
static size_t read_file(const char *path, uint8_t *buf, size_t max, bool *more)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		fail("%s: %s", path, strerror(errno));
	n = fread(buf, 1, max, f);
	*more = n == max && fgetc(f) != EOF;
	if (ferror(f))
		fail("%s: %s", path, strerror(errno));
	fclose(f);
	return n;
}

#ifdef TARGET_HW
static bool is_text(const char *path)
{
	size_t len = strlen(path);

	return len >= 4 && !strcmp(path + len - 4, ".ops");
}

/* The bytes of a text program, in place. */
static size_t assemble(const char *path, uint8_t *buf, size_t len)
{
	static struct prog p;
	struct text_error err;

	if (!prog_parse(&p, TARGET_HW, (const char *)buf, len, &err))
		fail("%s:%u:%u: %s", path, err.line, err.column, err.what);
	return prog_encode(&p, buf, PROG_MAX_SIZE);
}
#endif

/* Reads an input as the target takes it. The buffer is of its exact size, for the sanitizers. */
static uint8_t *load(const char *path, size_t *size)
{
	static uint8_t buf[TEXT_MAX];
	bool more;
	uint8_t *data;

#ifdef TARGET_HW
	if (is_text(path)) {
		*size = read_file(path, buf, TEXT_MAX, &more);
		if (more)
			fail("%s: no text program is larger than %u bytes", path, TEXT_MAX);
		*size = assemble(path, buf, *size);
	} else
#endif
	{
		*size = read_file(path, buf, PROG_MAX_SIZE, &more);
		if (more)
			fprintf(stderr, "%s: larger than any input: ignored past %d bytes\n", path,
				PROG_MAX_SIZE);
	}
	data = malloc(*size ? *size : 1);
	if (!data)
		fail("%s: %s", path, strerror(errno));
	memcpy(data, buf, *size);
	return data;
}

/* Watches by one rule more. */
static void add_rule(const char *name)
{
	for (unsigned o = 0; o < OR_COUNT; o++) {
		if (name && !strcmp(name, oracle_names[o])) {
			opt.rules |= 1u << o;
			run_set_oracles(opt.rules);
			return;
		}
	}
	fail("--oracle %s: no such rule", name ? name : "");
}

static double cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static struct {
	double ms;
	char path[4096];
} slowest;

static uint64_t run_once(const char *path, const uint8_t *data, size_t size)
{
	double ms = cpu_ms();

	run_set_input_name(path);
	LLVMFuzzerTestOneInput(data, size);
	ms = cpu_ms() - ms;
	if (ms > slowest.ms) {
		slowest.ms = ms;
		snprintf(slowest.path, sizeof(slowest.path), "%s", path);
	}
	return run_digest();
}

/* Each allocation fails in turn: alone, with the map going on after it, with all that follow. */
static void sweep_allocations(const char *path, const uint8_t *data, size_t size)
{
	static const struct {
		const char *name;
		struct run_failure failure;
	} ways[] = {{"once", {0}}, {"retry", {.retry = true}}, {"rest", {.rest = true}}};
	unsigned n = run_allocations();
	char name[4200];

	for (unsigned nth = 1; nth <= n; nth++) {
		for (unsigned way = 0; way < sizeof(ways) / sizeof(ways[0]); way++) {
			struct run_failure failure = ways[way].failure;

			failure.nth = nth;
			run_set_failure(failure);
			snprintf(name, sizeof(name), "%s,alloc=%u,%s", path, nth, ways[way].name);
			run_once(name, data, size);
		}
	}
	run_set_failure((struct run_failure){0});
	opt.failed += n;
}

static void replay_file(const char *path)
{
	size_t size;
	uint8_t *data = load(path, &size);
	uint64_t digest = run_once(path, data, size);

	if (opt.digest)
		printf("%016llx %s\n", (unsigned long long)digest, path);
	if (opt.twice && run_once(path, data, size) != digest) {
		fprintf(stderr, "%s: results differ the second time\n", path);
		opt.differ++;
	}
	if (opt.sweep)
		sweep_allocations(path, data, size);
	opt.replayed++;
	free(data);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int not_hidden(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static void replay_directory(const char *path);

/* What a directory holds is replayed if it is a file; links are not followed to directories. */
static void replay_path(const char *path, bool given)
{
	struct stat st, target;

	if (lstat(path, &st) || stat(path, &target))
		fail("%s: %s", path, strerror(errno));
	if (S_ISREG(target.st_mode))
		replay_file(path);
	else if (S_ISDIR(target.st_mode) && (given || S_ISDIR(st.st_mode)))
		replay_directory(path);
	else if (given)
		fail("%s: neither a file nor a directory", path);
}

static void replay_directory(const char *path)
{
	struct dirent **entry;
	int n = scandir(path, &entry, not_hidden, by_name);

	if (n < 0)
		fail("%s: %s", path, strerror(errno));
	for (int i = 0; i < n; i++) {
		size_t size = strlen(path) + strlen(entry[i]->d_name) + 2;
		char *child = malloc(size);

		if (!child)
			fail("%s: %s", path, strerror(errno));
		snprintf(child, size, "%s/%s", path, entry[i]->d_name);
		replay_path(child, false);
		free(child);
		free(entry[i]);
	}
	free(entry);
}

static void print_slowest(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	printf("slowest %.2f ms %s\npeak %ld MiB\n", slowest.ms, slowest.path,
	       use.ru_maxrss / 1024);
}

int main(int argc, char **argv)
{
	struct timespec began, ended;
	unsigned views = 0;
	bool serving = false;
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "-q")) {
			opt.quiet = true;
		} else if (!strcmp(argv[i], "--digest")) {
			opt.digest = true;
		} else if (!strcmp(argv[i], "--twice")) {
			opt.twice = true;
		} else if (!strcmp(argv[i], "--sweep-allocs")) {
			opt.sweep = true;
		} else if (!strcmp(argv[i], "--list")) {
			views |= VIEW_LISTING;
		} else if (!strcmp(argv[i], "--tree")) {
			views |= VIEW_TREE;
		} else if (!strcmp(argv[i], "--slowest")) {
			opt.slowest = true;
		} else if (!strcmp(argv[i], "--serve")) {
			serving = true;
		} else if (!strcmp(argv[i], "--oracle")) {
			add_rule(i + 1 < argc ? argv[++i] : NULL);
		} else if (!strcmp(argv[i], "--help")) {
			printf(usage, argv[0]);
			return 0;
		} else {
			fail("%s: no such option; --help lists them", argv[i]);
		}
	}
	listing_set_view(views);
	if (serving)
		return serve(LLVMFuzzerTestOneInput, HW_NAME);
	if (i == argc)
		fail(usage, argv[0]);
	clock_gettime(CLOCK_MONOTONIC, &began);
	for (; i < argc; i++)
		replay_path(argv[i], true);
	clock_gettime(CLOCK_MONOTONIC, &ended);
	if (opt.slowest)
		print_slowest();
	if (opt.sweep && !opt.quiet)
		printf("%lu allocations failed in turn\n", opt.failed);
	if (!opt.quiet)
		printf("%lu inputs replayed in %.2f s\n", opt.replayed,
		       (double)(ended.tv_sec - began.tv_sec) +
			       (double)(ended.tv_nsec - began.tv_nsec) / 1e9);
	return opt.differ ? 1 : 0;
}
