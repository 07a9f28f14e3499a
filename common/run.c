#include "common/run.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { SIGNALS, WAKE, FIRST_SLOT };

struct td_run {
	struct pollfd slots[FIRST_SLOT + TD_RUN_SLOTS_MAX];
	size_t count;
	sigset_t before;
	bool stopping;
};

static void fill_signals(sigset_t *signals)
{
	(void)sigemptyset(signals);
	(void)sigaddset(signals, SIGTERM);
	(void)sigaddset(signals, SIGINT);
	(void)sigaddset(signals, SIGHUP);
}

static bool open_descriptors(td_run_t *run, td_err_t *err)
{
	sigset_t signals;
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	fill_signals(&signals);
	/* A write beyond the limit on a file's size fails as one on a full disk does. */
	if (sigaction(SIGPIPE, &ignore, NULL) != 0 || sigaction(SIGXFSZ, &ignore, NULL) != 0 ||
	    sigprocmask(SIG_BLOCK, &signals, &run->before) != 0)
		return td_err_set(err, TD_EBUG, "signals: %s", strerror(errno));
	run->slots[SIGNALS].fd = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
	run->slots[WAKE].fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	run->count = FIRST_SLOT;
	for (size_t i = 0; i < run->count; i++) {
		if (run->slots[i].fd < 0)
			return td_err_set(err, TD_EMEMORY, "descriptors for the loop: %s",
					  strerror(errno));
		run->slots[i].events = POLLIN;
	}
	return true;
}

td_run_t *td_run_new(td_err_t *err)
{
	td_run_t *run = calloc(1, sizeof *run);
	if (!run) {
		(void)td_err_set(err, TD_EMEMORY, "no memory for the loop");
		return NULL;
	}
	run->slots[SIGNALS].fd = run->slots[WAKE].fd = -1;
	if (open_descriptors(run, err))
		return run;
	td_run_free(run);
	return NULL;
}

void td_run_free(td_run_t *run)
{
	if (!run)
		return;
	for (size_t i = SIGNALS; i < FIRST_SLOT; i++) {
		if (run->slots[i].fd >= 0)
			(void)close(run->slots[i].fd);
	}
	if (run->count > 0)
		(void)sigprocmask(SIG_SETMASK, &run->before, NULL);
	free(run);
}

int td_run_wake_fd(const td_run_t *run)
{
	return run->slots[WAKE].fd;
}

bool td_run_watch(td_run_t *run, int fd, td_err_t *err)
{
	if (run->count == TD_COUNT(run->slots))
		return td_err_set(err, TD_EMEMORY, "more than %d descriptors to watch",
				  TD_RUN_SLOTS_MAX);
	run->slots[run->count++] = (struct pollfd){.fd = fd, .events = POLLIN};
	return true;
}

void td_run_unwatch(td_run_t *run, int fd)
{
	for (size_t i = FIRST_SLOT; i < run->count; i++) {
		if (run->slots[i].fd == fd) {
			run->slots[i] = run->slots[--run->count];
			return;
		}
	}
}

static void take_signals(td_run_t *run)
{
	struct signalfd_siginfo info;
	while (read(run->slots[SIGNALS].fd, &info, sizeof info) == (ssize_t)sizeof info)
		run->stopping = run->stopping || info.ssi_signo != SIGHUP;
}

bool td_run_wait(td_run_t *run, int timeout_ms, td_err_t *err)
{
	uint64_t wakes = 0;
	int woken = poll(run->slots, (nfds_t)run->count, run->stopping ? 0 : timeout_ms);
	if (woken < 0 && errno != EINTR)
		return td_err_set(err, TD_EBUG, "waiting in the loop: %s", strerror(errno));
	if (woken <= 0)
		for (size_t i = 0; i < run->count; i++)
			run->slots[i].revents = 0;
	if (run->slots[SIGNALS].revents)
		take_signals(run);
	/* An eventfd is emptied by one read; that it was empty already is no error. */
	if (run->slots[WAKE].revents && read(run->slots[WAKE].fd, &wakes, sizeof wakes) < 0)
		wakes = 0;
	return true;
}

bool td_run_ready(const td_run_t *run, int fd)
{
	for (size_t i = FIRST_SLOT; i < run->count; i++) {
		if (run->slots[i].fd == fd)
			return run->slots[i].revents != 0;
	}
	return false;
}

bool td_run_stopping(const td_run_t *run)
{
	return run->stopping;
}
