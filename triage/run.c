// SPDX-License-Identifier: GPL-2.0-only
/* Other programs: git, make, a compiler. No shell reads what they are given. */
#define _GNU_SOURCE /* pipe2() */
#include "triage.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Starts a program; what it prints goes to `out`, errors nowhere. */
static pid_t start(const char *const argv[], int out)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (!pid) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, STDIN_FILENO);
		dup2(null, STDERR_FILENO);
		dup2(out < 0 ? null : out, STDOUT_FILENO);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	return pid;
}

static int end(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int run_status(const char *const argv[])
{
	return end(start(argv, -1));
}

char *run_line(const char *const argv[])
{
	char line[1000] = "", rest[1000];
	int ends[2];
	pid_t pid;
	FILE *f;

	if (pipe2(ends, O_CLOEXEC))
		die("pipe: %s", strerror(errno));
	pid = start(argv, ends[1]);
	close(ends[1]);
	f = fdopen(ends[0], "r");
	if (!f)
		die("pipe: %s", strerror(errno));
	if (fgets(line, sizeof(line), f))
		line[strcspn(line, "\n")] = 0;
	while (fgets(rest, sizeof(rest), f))
		;
	fclose(f);
	return text_of("%s", end(pid) ? "" : line);
}

const char *project_commit(void)
{
	const char *const argv[] = {"git",	"-C",	   project_directory(), "describe",
				    "--always", "--dirty", "--abbrev=12",	NULL};
	char *line = run_line(argv);

	return *line ? line : "unknown";
}
