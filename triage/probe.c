// SPDX-License-Identifier: GPL-2.0-only
/* Trying inputs: one replayer at a time, kept running, a forked child of it for each input. */
#define _GNU_SOURCE /* pipe2() */
#include "triage.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oracle/hw.h"

static struct service {
	char target[64];
	bool tree;
	pid_t pid; /* 0: none runs */
	FILE *in, *out;
	char hw[32];
} service;

const char *replayer_directory(void)
{
	static char dir[4096];
	ssize_t n = readlink("/proc/self/exe", dir, sizeof(dir) - 16);
	char *slash;

	if (n <= 0)
		die("cannot tell where this program is");
	dir[n] = 0;
	slash = strrchr(dir, '/');
	strcpy(slash ? slash : dir, "/replay");
	return dir;
}

const char *project_directory(void)
{
	static char dir[4096];

	snprintf(dir, sizeof(dir), "%s", replayer_directory());
	for (unsigned up = 0; up < 2; up++)
		*strrchr(dir, '/') = 0;
	return *dir ? dir : "/";
}

bool replayer_find(const char *target, char *path, size_t max, char *why, size_t why_max)
{
	char goal[200] = "";

	if (opt.fault)
		snprintf(goal, sizeof(goal), " B=%s build/bugs/%s/replay/fuzz_%s", opt.fault,
			 opt.fault, target);
	if (opt.replayer)
		snprintf(path, max, "%s", opt.replayer);
	else if (opt.fault)
		snprintf(path, max, "%s/build/bugs/%s/replay/fuzz_%s", project_directory(),
			 opt.fault, target);
	else
		snprintf(path, max, "%s/fuzz_%s", replayer_directory(), target);
	if (!access(path, X_OK))
		return true;
	snprintf(why, why_max, "%s: no replayer of target %s there; make%s builds it", path, target,
		 goal);
	return false;
}

void probe_stop(void)
{
	if (!service.pid)
		return;
	fclose(service.in);
	fclose(service.out);
	waitpid(service.pid, NULL, 0);
	service.pid = 0;
}

/*
 * What a sanitized replayer needs: its shadow memory where it looks for it, names in its stacks.
 * Ctrl-C is for this program, which then has its last answer still to read.
 */
static void __attribute__((noreturn)) become_replayer(const char *path, bool tree)
{
	personality(ADDR_NO_RANDOMIZE);
	signal(SIGINT, SIG_IGN);
	setenv("UBSAN_OPTIONS", "print_stacktrace=1", 0);
	execl(path, path, "--list", "--serve", tree ? "--tree" : (char *)NULL, (char *)NULL);
	_exit(127);
}

static void start(const char *target, bool tree)
{
	char path[4300], why[4600];
	int to[2], from[2];

	if (!replayer_find(target, path, sizeof(path), why, sizeof(why)))
		die("%s", why);
	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		die("pipe: %s", strerror(errno));
	fflush(NULL);
	service.pid = fork();
	if (service.pid < 0)
		die("fork: %s", strerror(errno));
	if (!service.pid) {
		dup2(to[0], STDIN_FILENO);
		dup2(from[1], STDOUT_FILENO);
		become_replayer(path, tree);
	}
	close(to[0]);
	close(from[1]);
	service.in = fdopen(to[1], "w");
	service.out = fdopen(from[0], "r");
	snprintf(service.target, sizeof(service.target), "%s", target);
	service.tree = tree;
	if (!service.in || !service.out || fscanf(service.out, "READY %31s", service.hw) != 1)
		die("%s: is no replayer", path);
	fgetc(service.out);
}

static void use(const char *target, bool tree)
{
	if (service.pid && (strcmp(service.target, target) || service.tree != tree))
		probe_stop();
	if (!service.pid) {
		signal(SIGPIPE, SIG_IGN);
		start(target, tree);
	}
}

enum hw_id target_hw(const char *target)
{
	use(target, false);
	for (unsigned hw = 0; hw < HW_COUNT; hw++)
		if (!strcmp(hw_name(hw), service.hw))
			return (enum hw_id)hw;
	return HW_COUNT;
}

/* One frame of a sanitizer's stack, `#1 0x... in function file`; false if it is not of ours. */
static bool frame_of(const char *line, char *name, size_t max)
{
	const char *at = strstr(line, " in ");
	size_t n;

	if (!at)
		return false;
	at += 4;
	n = strcspn(at, " \n");
	if (!n || !strncmp(at, "__", 2) || !strncmp(at, "fuzzer::", 8))
		return false;
	snprintf(name, max, "%.*s", (int)n, at);
	return true;
}

/* A sanitizer's fault by its kind and top three frames. */
static void name_crash(struct probe *p)
{
	const char *at = strstr(p->text, "ERROR: "), *line;
	char kind[40] = "", frame[24];
	unsigned frames = 0;
	size_t n;

	if (!at)
		at = strstr(p->text, "runtime error: ");
	if (!at)
		return;
	at = strchr(at, ':') + 2;
	if (!strncmp(at, "AddressSanitizer: ", 18) || !strncmp(at, "MemorySanitizer: ", 17))
		at = strchr(at, ':') + 2;
	n = strcspn(at, " \n");
	if (strstr(p->text, "runtime error: "))
		n = strcspn(at, "0123456789\n");
	snprintf(kind, sizeof(kind), "%.*s", (int)(n < 39 ? n : 39), at);
	for (char *c = kind; *c; c++)
		if (*c == ' ')
			*c = '-';
	n = (size_t)snprintf(p->key, sizeof(p->key), "%s", kind);
	for (line = strstr(at, "\n    #"); line && frames < 3; line = strstr(line + 1, "\n    #"))
		if (frame_of(line + 1, frame, sizeof(frame)) && n < sizeof(p->key)) {
			n += (size_t)snprintf(p->key + n, sizeof(p->key) - n, "@%s", frame);
			frames++;
		}
}

void probe_input(const char *target, bool tree, const uint8_t *data, size_t size, struct probe *out)
{
	static char *text;
	char verdict[16];

	use(target, tree);
	fprintf(service.in, "%zu\n", size);
	fwrite(data, 1, size, service.in);
	fflush(service.in);
	if (fscanf(service.out, "%15s %95s %zu", verdict, out->key, &out->text_len) != 3 ||
	    fgetc(service.out) != '\n')
		die("the replayer of %s ended unexpectedly", target);
	text = realloc(text, out->text_len + 1);
	if (!text || fread(text, 1, out->text_len, service.out) != out->text_len)
		die("the replayer of %s ended unexpectedly", target);
	text[out->text_len] = 0;
	out->text = text;
	out->verdict = !strcmp(verdict, "ok")	     ? PROBE_OK
		       : !strcmp(verdict, "fault")   ? PROBE_FAULT
		       : !strcmp(verdict, "timeout") ? PROBE_TIMEOUT
						     : PROBE_CRASH;
	if (out->verdict == PROBE_CRASH)
		name_crash(out);
	if (out->verdict == PROBE_TIMEOUT)
		snprintf(out->key, sizeof(out->key), "timeout");
}
