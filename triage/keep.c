// SPDX-License-Identifier: GPL-2.0-only
/* `keep`: a fault that was found becomes a program in regress/, which `make check` replays. */
#include "triage.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *regress_directory(void)
{
	return text_of("%s/regress", project_directory());
}

void key_as_name(const char *key, char *name, size_t max)
{
	size_t n = 0;

	for (; *key && n + 1 < max; key++)
		name[n++] = isalnum((unsigned char)*key) || strchr("-.+", *key) ? *key : '_';
	name[n] = 0;
}

/* Where the n-th program of a key and target is kept, from 1. */
static char *kept_path(const char *dir, const char *target, const char *key, unsigned n)
{
	char name[100];

	key_as_name(key, name, sizeof(name));
	if (n == 1)
		return text_of("%s/%s/%s.ops", dir, target, name);
	return text_of("%s/%s/%s-%u.ops", dir, target, name, n);
}

bool regress_has(const char *target, const char *key)
{
	char *path = kept_path(regress_directory(), target, key, 1);
	bool has = !access(path, F_OK);

	free(path);
	return has;
}

static void make_directory(const char *path)
{
	if (mkdir(path, 0777) && errno != EEXIST)
		die("%s: %s", path, strerror(errno));
}

/* Is this very program in that file? */
static bool is_same(const struct input *in, const char *path)
{
	static struct input other;
	char why[INPUT_WHY];

	return input_try(&other, path, why, sizeof(why)) && other.size == in->size &&
	       !memcmp(other.data, in->data, in->size);
}

int cmd_keep(void)
{
	static struct input in;
	const char *dir = opt.out ? opt.out : regress_directory();
	unsigned n = 1;
	struct probe p;
	char *path;
	FILE *f;

	if (opt.argc != 1)
		die("keep takes one file; keep --help");
	if (!strcmp(dir, "-"))
		die("-o: takes a directory here");
	input_read(&in, opt.argv[0]);
	if (in.hw == HW_COUNT)
		die("%s: inputs of %s are no programs", in.path, in.target);
	probe_input(in.target, false, in.data, in.size, &p);
	if (p.verdict == PROBE_OK)
		die("%s: no fault, nothing to keep", in.path);
	make_directory(dir);
	make_directory(text_of("%s/%s", dir, in.target));
	while (!access(path = kept_path(dir, in.target, p.key, n), F_OK)) {
		if (is_same(&in, path))
			die("%s: has this program already", path);
		n++;
	}
	f = output_open(path);
	fprintf(f, "# Key: %s\n# Target: %s\n# Fails on: %s%s%s\n", p.key, in.target,
		project_commit(), opt.fault ? " with bugs/" : "", opt.fault ? opt.fault : "");
	input_print(in.hw, in.data, in.size, f);
	output_close(f, path);
	printf("%s\n", path);
	return 0;
}
