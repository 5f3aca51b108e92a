// SPDX-License-Identifier: GPL-2.0-only
/*
 * opsasm: text masters (.ops) to the bytes a target reads.
 *
 *	opsasm --hw amdv1 one.ops -o one
 *	opsasm --hw amdv1 corpus/ops_amdv1 -o build/corpus/ops_amdv1
 *
 * Of a directory every .ops file is assembled, to a file of the same name without the ending.
 * The first mistake is told as file:line:column and ends it with status 2.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ops/no_apply.h"
#include "ops/ops.h"
#include "oracle/hw.h"

#define TEXT_MAX     (1 << 20) /* bytes of one text */
#define NAME_MAX_LEN 4096

static int complain(const char *name, const char *what)
{
	fprintf(stderr, "opsasm: %s: %s\n", name, what);
	return 2;
}

static int write_file(const char *name, const uint8_t *data, size_t size)
{
	FILE *out = fopen(name, "wb");
	bool ok;

	if (!out)
		return complain(name, strerror(errno));
	ok = fwrite(data, 1, size, out) == size;
	if (fclose(out) || !ok)
		return complain(name, "cannot be written");
	return 0;
}

static int assemble(enum hw_id hw, const char *in_name, const char *out_name)
{
	static char text[TEXT_MAX];
	static struct prog p;
	uint8_t data[PROG_MAX_SIZE];
	struct text_error err;
	FILE *in = fopen(in_name, "rb");
	bool bad;
	size_t len;

	if (!in)
		return complain(in_name, strerror(errno));
	len = fread(text, 1, sizeof(text), in);
	bad = ferror(in);
	fclose(in);
	if (bad)
		return complain(in_name, "cannot be read");
	if (len == sizeof(text))
		return complain(in_name, "larger than any program");
	if (!prog_parse(&p, hw, text, len, &err)) {
		fprintf(stderr, "%s:%u:%u: %s\n", in_name, err.line, err.column, err.what);
		return 2;
	}
	return write_file(out_name, data, prog_encode(&p, data, sizeof(data)));
}

static int is_master(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return d->d_name[0] != '.' && len > 4 && !strcmp(d->d_name + len - 4, ".ops");
}

static int assemble_all(enum hw_id hw, const char *dir, const char *out_dir)
{
	struct dirent **names;
	int n = scandir(dir, &names, is_master, alphasort);
	int status = 0;

	if (n < 0)
		return complain(dir, strerror(errno));
	if (mkdir(out_dir, 0777) && errno != EEXIST)
		status = complain(out_dir, strerror(errno));
	for (int i = 0; i < n; i++) {
		char in[NAME_MAX_LEN], out[NAME_MAX_LEN];
		const char *name = names[i]->d_name;

		snprintf(in, sizeof(in), "%s/%s", dir, name);
		snprintf(out, sizeof(out), "%s/%.*s", out_dir, (int)strlen(name) - 4, name);
		if (!status)
			status = assemble(hw, in, out);
		free(names[i]);
	}
	free(names);
	return status;
}

static int usage(void)
{
	fprintf(stderr, "usage: opsasm --hw NAME FILE.ops|DIR -o OUT\n");
	return 2;
}

int main(int argc, char **argv)
{
	const char *hw_wanted = NULL, *in = NULL, *out = NULL;
	unsigned hw = 0;
	struct stat st;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--hw") && i + 1 < argc)
			hw_wanted = argv[++i];
		else if (!strcmp(argv[i], "-o") && i + 1 < argc)
			out = argv[++i];
		else if (!in && argv[i][0] != '-')
			in = argv[i];
		else
			return usage();
	}
	if (!hw_wanted || !in || !out)
		return usage();
	while (hw < HW_COUNT && strcmp(hw_name(hw), hw_wanted))
		hw++;
	if (hw == HW_COUNT)
		return complain(hw_wanted, "no such hardware");
	if (stat(in, &st))
		return complain(in, strerror(errno));
	return S_ISDIR(st.st_mode) ? assemble_all(hw, in, out) : assemble(hw, in, out);
}
