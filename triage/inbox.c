// SPDX-License-Identifier: GPL-2.0-only
/*
 * `inbox`: what a campaign left, by cause. Each file is replayed once; files of one key and target
 * are one fault, of which the smallest is shrunk. A fault that regress/ has is known.
 */
#include "triage.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAX_FAULTS 1000

static struct fault_row rows[MAX_FAULTS];
static unsigned n_rows;
static unsigned long files, skipped, healthy;
static char last_skip[4700];

void inbox_progress(const char *what, unsigned long n, bool now)
{
	static time_t last;
	time_t t = time(NULL);

	if (!isatty(STDERR_FILENO) || (t == last && !now))
		return;
	last = t;
	fprintf(stderr, "\r%s %lu, %u faults%s", what, n, n_rows, now ? "\n" : "");
}

static void add(const struct input *in, const struct probe *p)
{
	struct fault_row *r = rows;

	while (r < rows + n_rows && (strcmp(r->key, p->key) || strcmp(r->target, in->target)))
		r++;
	if (r == rows + MAX_FAULTS)
		die("more than %u different faults: take the directories one by one", MAX_FAULTS);
	if (r == rows + n_rows) {
		n_rows++;
		snprintf(r->key, sizeof(r->key), "%s", p->key);
		snprintf(r->target, sizeof(r->target), "%s", in->target);
		r->known = regress_has(in->target, p->key);
		r->size = SIZE_MAX;
	}
	r->count++;
	if (in->size < r->size || (in->size == r->size && strcmp(in->path, r->path) < 0)) {
		r->size = in->size;
		snprintf(r->path, sizeof(r->path), "%s", in->path);
	}
}

static void take_file(const char *path)
{
	static struct input in;
	struct probe p;

	files++;
	inbox_progress("files", files, false);
	if (!input_try(&in, path, last_skip, sizeof(last_skip))) {
		skipped++;
		return;
	}
	probe_input(in.target, false, in.data, in.size, &p);
	if (p.verdict == PROBE_OK)
		healthy++;
	else
		add(&in, &p);
}

/* One of many that cannot be read is counted; one that was asked for is an end. */
static void skip(const char *path, bool given)
{
	if (given)
		die("%s: %s", path, strerror(errno));
	snprintf(last_skip, sizeof(last_skip), "%s: %s", path, strerror(errno));
	skipped++;
}

/* Entries as they come: a directory may have a million. */
static void take(const char *path, bool given)
{
	char child[4096];
	struct dirent *d;
	struct stat st;
	DIR *dir;

	if ((given ? stat : lstat)(path, &st)) {
		skip(path, given);
		return;
	}
	if (S_ISREG(st.st_mode)) {
		take_file(path);
		return;
	}
	if (!S_ISDIR(st.st_mode))
		return;
	dir = opendir(path);
	if (!dir) {
		skip(path, given);
		return;
	}
	while (!stopped && (d = readdir(dir))) {
		if (d->d_name[0] == '.' || !strcmp(d->d_name, "README.txt"))
			continue;
		if (snprintf(child, sizeof(child), "%s/%s", path, d->d_name) < (int)sizeof(child))
			take(child, false);
	}
	closedir(dir);
}

static int by_count(const void *a, const void *b)
{
	const struct fault_row *x = a, *y = b;

	if (x->known != y->known)
		return x->known - y->known;
	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return strcmp(x->key, y->key);
}

static void shrink_row(struct fault_row *r)
{
	static struct input in;
	static struct shrunk s;
	char name[100], path[4700];
	FILE *f;

	input_read(&in, r->path);
	if (!shrink_input(&in, &s))
		return;
	r->ops = s.ops;
	if (!opt.out)
		return;
	key_as_name(r->key, name, sizeof(name));
	snprintf(path, sizeof(path), "%s/%s-%s.%s", opt.out, r->target, name,
		 in.hw == HW_COUNT ? "bin" : "ops");
	if (!opt.force && !access(path, F_OK))
		return;
	f = output_open(path);
	shrunk_write(&in, &s, f);
	output_close(f, path);
}

static void print_json(void)
{
	cJSON *o = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(o, "faults");
	char *text;

	cJSON_AddNumberToObject(o, "files", (double)files);
	cJSON_AddNumberToObject(o, "skipped", (double)skipped);
	cJSON_AddNumberToObject(o, "healthy", (double)healthy);
	for (unsigned i = 0; i < n_rows; i++) {
		cJSON *row = cJSON_CreateObject();

		cJSON_AddStringToObject(row, "key", rows[i].key);
		cJSON_AddStringToObject(row, "target", rows[i].target);
		cJSON_AddNumberToObject(row, "count", rows[i].count);
		cJSON_AddNumberToObject(row, "operations", rows[i].ops);
		cJSON_AddBoolToObject(row, "known", rows[i].known);
		cJSON_AddStringToObject(row, "file", rows[i].path);
		cJSON_AddItemToArray(list, row);
	}
	text = cJSON_Print(o);
	puts(text);
	free(text);
	cJSON_Delete(o);
}

static void print_table(void)
{
	if (n_rows)
		printf("%-36s %-16s %6s %4s  %-5s  %s\n", "key", "target", "files", "ops", "",
		       "smallest");
	for (unsigned i = 0; i < n_rows; i++)
		printf("%-36s %-16s %6u %4u  %-5s  %s\n", rows[i].key, rows[i].target,
		       rows[i].count, rows[i].ops, rows[i].known ? "known" : "new", rows[i].path);
	printf("%lu files: %u fault%s, %lu without a fault, %lu skipped%s%s\n", files, n_rows,
	       n_rows == 1 ? "" : "s", healthy, skipped, skipped ? ", the last: " : "",
	       skipped ? last_skip : "");
}

unsigned inbox_collect(struct fault_row **found)
{
	stop_on_signals();
	for (int i = 0; i < opt.argc && !stopped; i++)
		take(opt.argv[i], true);
	inbox_progress("files", files, true);
	if (skipped && skipped == files)
		die("%s", last_skip);
	qsort(rows, n_rows, sizeof(rows[0]), by_count);
	*found = rows;
	return n_rows;
}

int cmd_inbox(void)
{
	struct fault_row *found;
	struct stat st;

	if (!opt.argc)
		die("inbox takes directories; inbox --help");
	if (opt.out && !strcmp(opt.out, "-"))
		die("-o: takes a directory here");
	if (opt.out && mkdir(opt.out, 0777) && (stat(opt.out, &st) || !S_ISDIR(st.st_mode)))
		die("%s: no directory can be made there", opt.out);
	inbox_collect(&found);
	for (unsigned i = 0; i < n_rows && !stopped; i++) {
		shrink_row(&found[i]);
		inbox_progress("shrunk", i + 1, i + 1 == n_rows);
	}
	if (opt.json)
		print_json();
	else
		print_table();
	return stopped ? 130 : n_rows != 0;
}
