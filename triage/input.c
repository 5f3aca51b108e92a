// SPDX-License-Identifier: GPL-2.0-only
/* Any file a user has, as an input of a target: fuzzers' artifacts, downloads, text. */
#define _GNU_SOURCE /* vasprintf() */
#include "triage.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_MAX (1u << 20)

static char unfinished[4300]; /* what is written before it gets its name; empty: nothing */

void die(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("iommupt: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	if (*unfinished)
		unlink(unfinished);
	exit(2);
}

/* Does a name stand in a path as a word of its own, so that ops_riscv is not in ops_riscv_g? */
static bool names(const char *path, const char *target)
{
	size_t n = strlen(target);

	for (const char *at = path; (at = strstr(at, target)); at++) {
		char before = at == path ? '/' : at[-1], after = at[n];

		if ((strchr("/-.,:=", before) || (at - path >= 5 && !memcmp(at - 5, "fuzz_", 5))) &&
		    (!after || strchr("/-.,:=_", after)))
			return true;
	}
	return false;
}

/* The longest target name in the last part of the path that has one. */
static bool target_of(const char *path, char *target, size_t max)
{
	char absolute[4096], *slash;
	DIR *dir = opendir(replayer_directory());
	struct dirent *e;
	bool found = false;

	if (!dir)
		die("%s: no replayers there (make builds them)", replayer_directory());
	if (!realpath(path, absolute))
		snprintf(absolute, sizeof(absolute), "%s", path);
	for (char *part = absolute; !found && *part; *slash = 0) {
		size_t best = 0;

		slash = strrchr(part, '/');
		rewinddir(dir);
		while ((e = readdir(dir))) {
			const char *name = e->d_name + 5;

			if (strncmp(e->d_name, "fuzz_", 5) || strlen(name) <= best ||
			    strlen(name) >= max || strchr(name, '.') ||
			    !names(slash ? slash : part, name))
				continue;
			best = strlen(name);
			snprintf(target, max, "%s", name);
			found = true;
		}
		if (!slash)
			break;
	}
	closedir(dir);
	return found;
}

static bool named_text(const char *path)
{
	size_t len = strlen(path);

	return len >= 4 && !strcmp(path + len - 4, ".ops");
}

/* The target that a comment at the head of a text names, as shrink and keep write it. */
static bool target_in(const char *text, size_t size, char *target, size_t max)
{
	static const char mark[] = "# Target: ";
	const char *end = text + size, *line = text;

	while (line < end && *line == '#') {
		const char *next = memchr(line, '\n', (size_t)(end - line));
		size_t n = (size_t)((next ? next : end) - line), skip = sizeof(mark) - 1;

		if (n > skip && n - skip < max && !memcmp(line, mark, skip)) {
			snprintf(target, max, "%.*s", (int)(n - skip), line + skip);
			return true;
		}
		line += n + 1;
	}
	return false;
}

static bool read_bytes(const char *path, uint8_t *buf, size_t max, size_t *size, char *why,
		       size_t why_max)
{
	struct stat st;
	FILE *f;

	if (!stat(path, &st) && !S_ISREG(st.st_mode)) {
		snprintf(why, why_max, "%s: not a file", path);
		return false;
	}
	f = fopen(path, "rb");
	if (!f) {
		snprintf(why, why_max, "%s: %s", path, strerror(errno));
		return false;
	}
	*size = fread(buf, 1, max, f);
	if (ferror(f) || fgetc(f) != EOF) {
		snprintf(why, why_max,
			 ferror(f) ? "%s: cannot be read" : "%s: too large for an input", path);
		fclose(f);
		return false;
	}
	fclose(f);
	return true;
}

/* Bytes of a text program; false with the place of its first error. */
static bool assemble(struct input *in, const uint8_t *text, size_t size, char *why, size_t max)
{
	static struct prog prog;
	struct text_error err;

	if (prog_parse(&prog, in->hw, (const char *)text, size, &err)) {
		in->size = prog_encode(&prog, in->data, sizeof(in->data));
		return true;
	}
	snprintf(why, max, "%s:%u:%u: %s", in->path, err.line, err.column, err.what);
	return false;
}

/* What a target takes of a file; replayers too ignore what is past that. */
static void take_bytes(struct input *in, const uint8_t *bytes, size_t size)
{
	in->size = size < sizeof(in->data) ? size : sizeof(in->data);
	memcpy(in->data, bytes, in->size);
}

bool input_try(struct input *in, const char *path, char *why, size_t max)
{
	static uint8_t buf[TEXT_MAX];
	char replayer[4300];
	size_t size;

	in->path = path;
	if (!read_bytes(path, buf, sizeof(buf), &size, why, max))
		return false;
	if (opt.target) {
		snprintf(in->target, sizeof(in->target), "%s", opt.target);
	} else if (!target_in((char *)buf, size, in->target, sizeof(in->target)) &&
		   !target_of(path, in->target, sizeof(in->target))) {
		snprintf(why, max, "%s: no target in its name or directory; say --target NAME",
			 path);
		return false;
	}
	if (!replayer_find(in->target, replayer, sizeof(replayer), why, max))
		return false;
	in->hw = target_hw(in->target);
	if (in->hw != HW_COUNT && named_text(path))
		return assemble(in, buf, size, why, max);
	/* Text under another name is taken for what it is, if it is a program. */
	if (in->hw == HW_COUNT || !size || buf[size - 1] != '\n' ||
	    !assemble(in, buf, size, why, max))
		take_bytes(in, buf, size);
	return true;
}

void input_read(struct input *in, const char *path)
{
	char why[INPUT_WHY];

	if (!input_try(in, path, why, sizeof(why)))
		die("%s", why);
}

void input_print(enum hw_id hw, const uint8_t *data, size_t size, FILE *out)
{
	static struct prog prog;

	prog_decode(&prog, hw, data, size);
	prog_print(&prog, out);
}

char *text_of(const char *format, ...)
{
	va_list args;
	char *text;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		die("out of memory");
	return text;
}

static bool is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
}

static bool same_file(const char *a, const char *b)
{
	struct stat x, y;

	return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

void output_check(const char *path)
{
	if (!strcmp(path, "-"))
		return;
	if (!opt.force && !access(path, F_OK))
		die("%s: is there already; -f replaces it", path);
	for (int i = 0; i < opt.argc; i++)
		if (same_file(path, opt.argv[i]))
			die("%s: is what it is made from", path);
}

FILE *output_open(const char *path)
{
	FILE *f;

	output_check(path);
	if (!strcmp(path, "-"))
		return stdout;
	*unfinished = 0;
	if (!access(path, F_OK) && !is_file(path)) {
		f = fopen(path, "wb"); /* a device or a pipe has its name */
	} else {
		snprintf(unfinished, sizeof(unfinished), "%s.%ld.part", path, (long)getpid());
		f = fopen(unfinished, "wb");
	}
	if (!f)
		die("%s: %s", path, strerror(errno));
	return f;
}

void output_close(FILE *f, const char *path)
{
	if (fflush(f) || ferror(f) || (f != stdout && fclose(f)) ||
	    (f != stdout && *unfinished && rename(unfinished, path)))
		die("%s: %s", f == stdout ? "standard output" : path, strerror(errno));
	*unfinished = 0;
}
