// SPDX-License-Identifier: GPL-2.0-only
#include "serve.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char text[SERVE_MAX_TEXT + 1];

/* All the child says until it closes its end; returns the bytes kept. */
static size_t listen_to(int fd)
{
	static char spill[4096];
	size_t n = 0;
	ssize_t got;

	for (;;) {
		bool full = n == SERVE_MAX_TEXT;

		got = read(fd, full ? spill : text + n, full ? sizeof(spill) : SERVE_MAX_TEXT - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		if (!full)
			n += (size_t)got;
	}
	text[n] = 0;
	return n;
}

static void __attribute__((noreturn))
child(int (*target)(const uint8_t *, size_t), const uint8_t *data, size_t size, int out)
{
	dup2(out, STDERR_FILENO);
	dup2(out, STDOUT_FILENO);
	close(out);
	alarm(SERVE_SECONDS);
	target(data, size);
	fflush(NULL);
	_exit(0);
}

/* The word behind `FAULT key=`, if the text has one. */
static const char *key_of(char *key, size_t max)
{
	const char *at = strstr(text, "FAULT key=");
	size_t n;

	if (!at)
		return NULL;
	at += strlen("FAULT key=");
	n = strcspn(at, " \n");
	snprintf(key, max, "%.*s", (int)(n < max ? n : max - 1), at);
	return key;
}

static void answer(int status, size_t n)
{
	char key[80];

	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		printf("timeout - %zu\n", n);
	else if (key_of(key, sizeof(key)))
		printf("fault %s %zu\n", key, n);
	else if (WIFSIGNALED(status))
		printf("crash signal-%d %zu\n", WTERMSIG(status), n);
	else if (WEXITSTATUS(status))
		printf("crash exit-%d %zu\n", WEXITSTATUS(status), n);
	else
		printf("ok - %zu\n", n);
	fwrite(text, 1, n, stdout);
	fflush(stdout);
}

int serve(int (*target)(const uint8_t *, size_t), const char *hw)
{
	static uint8_t input[SERVE_MAX_INPUT];
	size_t size;

	printf("READY %s\n", hw);
	fflush(stdout);
	while (scanf("%zu", &size) == 1) {
		int ends[2], status;
		uint8_t *data;
		pid_t pid;

		if (getchar() != '\n' || size > sizeof(input) ||
		    fread(input, 1, size, stdin) != size)
			return 2;
		data = malloc(size ? size : 1); /* of its exact size, for the sanitizers */
		if (!data || pipe(ends))
			return 2;
		memcpy(data, input, size);
		pid = fork();
		if (pid < 0)
			return 2;
		if (!pid)
			child(target, data, size, ends[1]);
		close(ends[1]);
		size = listen_to(ends[0]);
		close(ends[0]);
		free(data);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		answer(status, size);
	}
	return 0;
}
