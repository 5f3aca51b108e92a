// SPDX-License-Identifier: GPL-2.0-only
/* Any file a user has, as an input of a target: fuzzers' artifacts, downloads, text. */
#include "triage.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_MAX (1u << 20)

void die(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("iommupt: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
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

static bool read_bytes(const char *path, uint8_t *buf, size_t max, size_t *size, char *why,
		       size_t why_max)
{
	struct stat st;
	FILE *f = fopen(path, "rb");

	if (!f || fstat(fileno(f), &st)) {
		snprintf(why, why_max, "%s: %s", path, strerror(errno));
		if (f)
			fclose(f);
		return false;
	}
	if (!S_ISREG(st.st_mode)) {
		snprintf(why, why_max, "%s: not a file", path);
		fclose(f);
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

bool input_try(struct input *in, const char *path, char *why, size_t max)
{
	static uint8_t buf[TEXT_MAX];
	static struct prog prog;
	struct text_error err;
	size_t size;

	in->path = path;
	if (!read_bytes(path, buf, sizeof(buf), &size, why, max))
		return false;
	if (opt.target) {
		snprintf(in->target, sizeof(in->target), "%s", opt.target);
	} else if (!target_of(path, in->target, sizeof(in->target))) {
		snprintf(why, max, "%s: no target in its name or directory; say --target NAME",
			 path);
		return false;
	}
	in->hw = target_hw(in->target);
	/* Text under another name is taken for what it is, if it is a program. */
	if (in->hw != HW_COUNT && (named_text(path) || (size && buf[size - 1] == '\n'))) {
		if (prog_parse(&prog, in->hw, (const char *)buf, size, &err)) {
			in->size = prog_encode(&prog, in->data, sizeof(in->data));
			return true;
		}
		if (named_text(path)) {
			snprintf(why, max, "%s:%u:%u: %s", path, err.line, err.column, err.what);
			return false;
		}
	}
	if (size > sizeof(in->data)) {
		snprintf(why, max, "%s: too large for an input", path);
		return false;
	}
	memcpy(in->data, buf, size);
	in->size = size;
	return true;
}

void input_read(struct input *in, const char *path)
{
	char why[4300];

	if (!input_try(in, path, why, sizeof(why)))
		die("%s", why);
}

void input_print(enum hw_id hw, const uint8_t *data, size_t size, FILE *out)
{
	static struct prog prog;

	prog_decode(&prog, hw, data, size);
	prog_print(&prog, out);
}

FILE *output_open(const char *path)
{
	FILE *f;

	if (!strcmp(path, "-"))
		return stdout;
	if (!opt.force && !access(path, F_OK))
		die("%s: is there already; -f replaces it", path);
	f = fopen(path, "wb");
	if (!f)
		die("%s: %s", path, strerror(errno));
	return f;
}

void output_close(FILE *f, const char *path)
{
	if (fflush(f) || ferror(f) || (f != stdout && fclose(f)))
		die("%s: %s", path, strerror(errno));
}
