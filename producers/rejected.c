#include "producers/rejected.h"

#include "common/fault.h"
#include "common/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* A refused row takes at most six times its bytes, and its reasons. */
enum { ONE_MAX = 6 * TD_ROW_LINE_MAX + TD_ROW_FINDINGS_MAX * 2048 };

static bool fail(const td_rejected_t *rejected, const char *what, td_err_t *err)
{
	return td_err_set(err, TD_EIO, "cannot %s %s: %s; refused rows need a place (--rejected)",
			  what, rejected->path, strerror(errno));
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
		return fail(rejected, "make", err);
	return td_file_sync_folder(slash == NULL ? "." : folder, err);
}

static bool write_all(int fd, td_slice_t bytes)
{
	while (bytes.size > 0) {
		ssize_t written = write(fd, bytes.data, bytes.size);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		bytes.data += written;
		bytes.size -= (size_t)written;
	}
	return true;
}

bool td_rejected_write(td_rejected_t *rejected, td_err_t *err)
{
	if (rejected->waiting.failed)
		return td_err_set(err, TD_EMEMORY, "no memory for refused rows");
	if (rejected->waiting.size == 0)
		return true;
	if (rejected->fd < 0 && !open_file(rejected, err))
		return false;
	if (!write_all(rejected->fd, td_buf_slice(&rejected->waiting)))
		return fail(rejected, "write", err);
	td_fault("rejected.write");
	if (fdatasync(rejected->fd) != 0)
		return fail(rejected, "flush", err);
	td_buf_clear(&rejected->waiting);
	return true;
}

void td_rejected_close(td_rejected_t *rejected)
{
	if (rejected->fd >= 0)
		(void)close(rejected->fd); /* what matters was flushed */
	rejected->fd = -1;
	td_buf_free(&rejected->waiting);
}
