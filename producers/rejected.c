#include "producers/rejected.h"

#include "common/fault.h"
#include "common/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* A refused row takes at most six times its bytes, and its reasons. */
enum { ONE_MAX = 6 * TD_ROW_LINE_MAX + TD_ROW_FINDINGS_MAX * 2048 };

static bool fail(const td_rejected_t *rejected, const char *what, td_err_t *err)
{
	return td_err_set(err, TD_EIO, "cannot %s %s: %s; refused rows need a place (--rejected)",
			  what, rejected->path, strerror(errno));
}

/* Of a file that is to be made or written. */
static bool fail_for_now(const td_rejected_t *rejected, const char *what, td_err_t *err)
{
	if (!td_file_lacks_room(errno))
		return fail(rejected, what, err);
	return td_err_set(err, TD_EUNAVAILABLE, "cannot %s %s: %s; make room, it goes on by itself",
			  what, rejected->path, strerror(errno));
}

/* Whether its last line has no end. Nothing is known of a file that cannot be read. */
static bool is_torn(const char *path)
{
	struct stat known;
	uint8_t last = '\n';
	if (stat(path, &known) != 0 || !S_ISREG(known.st_mode) || known.st_size == 0)
		return false;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool torn = pread(fd, &last, 1, known.st_size - 1) == 1 && last != '\n';
	(void)close(fd); /* only read from */
	return torn;
}

bool td_rejected_open(td_rejected_t *rejected, const char *path, bool grows, td_err_t *err)
{
	rejected->fd = -1;
	rejected->waiting = td_buf_make(TD_REJECTED_BUFFER_MAX + ONE_MAX);
	if (strlen(path) >= sizeof rejected->path)
		return td_err_set(err, TD_EIO, "%.100s...: the path is too long", path);
	(void)snprintf(rejected->path, sizeof rejected->path, "%s", path);
	if (!grows && unlink(path) != 0 && errno != ENOENT)
		return fail(rejected, "delete", err);
	if (is_torn(path))
		td_buf_add_byte(&rejected->waiting, '\n');
	return true;
}

bool td_rejected_full(const td_rejected_t *rejected)
{
	return rejected->waiting.size >= TD_REJECTED_BUFFER_MAX;
}

void td_rejected_add(td_rejected_t *rejected, const td_refused_t *refused)
{
	td_refused_add(&rejected->waiting, refused);
}

static bool open_file(td_rejected_t *rejected, td_err_t *err)
{
	char folder[PATH_MAX];
	(void)snprintf(folder, sizeof folder, "%s", rejected->path);
	char *slash = strrchr(folder, '/');
	if (slash != NULL)
		slash[slash == folder ? 1 : 0] = '\0';
	rejected->fd = open(rejected->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (rejected->fd < 0)
		return fail_for_now(rejected, "make", err);
	return td_file_sync_folder(slash == NULL ? "." : folder, err);
}

/* What is written waits no more, also when the rest has no room. */
static bool write_waiting(td_rejected_t *rejected)
{
	td_buf_t *waiting = &rejected->waiting;
	size_t done = 0;
	while (done < waiting->size) {
		ssize_t written = write(rejected->fd, waiting->data + done, waiting->size - done);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			break;
		done += (size_t)written;
	}
	waiting->size -= done;
	memmove(waiting->data, waiting->data + done, waiting->size);
	return waiting->size == 0;
}

bool td_rejected_write(td_rejected_t *rejected, td_err_t *err)
{
	if (rejected->waiting.failed)
		return td_err_set(err, TD_EMEMORY, "no memory for refused rows");
	if (rejected->waiting.size == 0)
		return true;
	if (rejected->fd < 0 && !open_file(rejected, err))
		return false;
	if (!write_waiting(rejected))
		return fail_for_now(rejected, "write", err);
	td_fault("rejected.write");
	if (fdatasync(rejected->fd) != 0)
		return fail(rejected, "flush", err);
	return true;
}

void td_rejected_close(td_rejected_t *rejected)
{
	if (rejected->fd >= 0)
		(void)close(rejected->fd); /* what matters was flushed */
	rejected->fd = -1;
	td_buf_free(&rejected->waiting);
}
