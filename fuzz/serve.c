// SPDX-License-Identifier: GPL-2.0-only
/* A worker runs inputs until one of them ends it; then another one is forked for the next. */
#include "serve.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char text[SERVE_MAX_TEXT + 1];
static size_t text_len;

static struct {
	pid_t pid;   /* 0: none */
	int in;	     /* inputs to it */
	int said;    /* what it prints */
	int through; /* a byte for each input that did not end it */
} worker;

static bool read_all(int fd, void *to, size_t size)
{
	for (char *at = to; size;) {
		ssize_t got = read(fd, at, size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		at += got;
		size -= (size_t)got;
	}
	return true;
}

/* Takes what the worker has printed by now; false at its end. */
static bool hear(void)
{
	static char spill[4096];
	bool full = text_len == SERVE_MAX_TEXT;
	ssize_t got = read(worker.said, full ? spill : text + text_len,
			   full ? sizeof(spill) : SERVE_MAX_TEXT - text_len);

	if (got < 0)
		return errno == EINTR;
	if (!full)
		text_len += (size_t)got;
	return got > 0;
}

static void __attribute__((noreturn))
work(int (*target)(const uint8_t *, size_t), int in, int said, int through)
{
	size_t size;

	dup2(said, STDERR_FILENO);
	dup2(said, STDOUT_FILENO);
	while (read_all(in, &size, sizeof(size))) {
		uint8_t *data = malloc(size ? size : 1); /* its exact size, for the sanitizers */

		if (!data || !read_all(in, data, size))
			_exit(2);
		alarm(SERVE_SECONDS);
		target(data, size);
		alarm(0);
		free(data);
		fflush(NULL);
		if (write(through, "", 1) != 1)
			_exit(2);
	}
	_exit(0);
}

static bool hire(int (*target)(const uint8_t *, size_t))
{
	int in[2], said[2], through[2];

	if (pipe(in) || pipe(said) || pipe(through))
		return false;
	worker.pid = fork();
	if (worker.pid < 0)
		return false;
	if (!worker.pid) {
		close(in[1]);
		close(said[0]);
		close(through[0]);
		work(target, in[0], said[1], through[1]);
	}
	close(in[0]);
	close(said[1]);
	close(through[1]);
	worker.in = in[1];
	worker.said = said[0];
	worker.through = through[0];
	return fcntl(worker.said, F_SETFL, O_NONBLOCK) == 0;
}

/* Waits until the input is through; false if it ended the worker. */
static bool is_through(void)
{
	struct pollfd fds[] = {{.fd = worker.said, .events = POLLIN},
			       {.fd = worker.through, .events = POLLIN}};
	char byte;

	for (;;) {
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[0].revents)
			hear();
		if (fds[1].revents)
			break;
	}
	return read_all(worker.through, &byte, 1);
}

/* How a worker ended that has nothing more to say. */
static int dismiss(void)
{
	int status;

	close(worker.in);
	close(worker.said);
	close(worker.through);
	while (waitpid(worker.pid, &status, 0) < 0 && errno == EINTR)
		;
	worker.pid = 0;
	return status;
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

static void answer(bool through, int status)
{
	char key[80];

	if (!through && WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		printf("timeout - %zu\n", text_len);
	else if (key_of(key, sizeof(key)))
		printf("fault %s %zu\n", key, text_len);
	else if (through)
		printf("ok - %zu\n", text_len);
	else if (WIFSIGNALED(status))
		printf("crash signal-%d %zu\n", WTERMSIG(status), text_len);
	else
		printf("crash exit-%d %zu\n", WEXITSTATUS(status), text_len);
	fwrite(text, 1, text_len, stdout);
	fflush(stdout);
}

/* A worker that is gone takes nothing: its end is found by is_through(). */
static void give(const void *from, size_t size)
{
	for (const char *at = from; size;) {
		ssize_t put = write(worker.in, at, size);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return;
		at += put;
		size -= (size_t)put;
	}
}

int serve(int (*target)(const uint8_t *, size_t), const char *hw)
{
	static uint8_t input[SERVE_MAX_INPUT];
	size_t size;

	signal(SIGPIPE, SIG_IGN);
	printf("READY %s\n", hw);
	fflush(stdout);
	while (scanf("%zu", &size) == 1) {
		bool through;
		int status = 0;

		if (getchar() != '\n' || size > sizeof(input) ||
		    fread(input, 1, size, stdin) != size)
			return 2;
		if (!worker.pid && !hire(target))
			return 2;
		text_len = 0;
		give(&size, sizeof(size));
		give(input, size);
		through = is_through();
		while (hear())
			;
		text[text_len] = 0;
		if (!through)
			status = dismiss();
		answer(through, status);
	}
	if (worker.pid)
		dismiss();
	return 0;
}
