/*
 * file: small files that must survive a power cut, and secrets that must not leak.
 */
#ifndef TD_COMMON_FILE_H
#define TD_COMMON_FILE_H

#include <sys/types.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/td.h"

enum { TD_SECRET_MAX = 4096 }; /* bytes of a secret with its terminator */

/*
 * Replaces the file `path` by `content`, or leaves it as it was: writes `path`.tmp, flushes, fsyncs
 * and closes it, renames it, fsyncs the folder. After true the content survives a power cut.
 * `mode` are the permissions, such as 0644. TD_EIO names path and reason.
 */
TD_MUST_USE bool td_file_write_durable(const char *path, td_slice_t content, mode_t mode,
				       td_err_t *err);

/* Appends the whole file to `out`, whose maximum bounds it. TD_ENOINPUT if it cannot be opened or
 * read, TD_EMEMORY if it does not fit. */
TD_MUST_USE bool td_file_read(const char *path, td_buf_t *out, td_err_t *err);

/* Reads a secret: at most size - 1 bytes, the trailing newline removed, terminated. TD_ECONFIG if
 * the file is missing, empty, too long, or readable by others than its owner; an access list that
 * lets ourselves read it, too, is fine. */
TD_MUST_USE bool td_file_read_secret(const char *path, char *secret, size_t size, td_err_t *err);

/* Makes the folder and its missing parents, durably; an existing folder is fine. */
TD_MUST_USE bool td_file_make_folder(const char *path, mode_t mode, td_err_t *err);

/* Makes names in the folder durable (after create, rename, unlink). */
TD_MUST_USE bool td_file_sync_folder(const char *path, td_err_t *err);

/* Whether a write that failed with this errno may succeed later: disk, quota or file limit left no
 * room. */
bool td_file_lacks_room(int error);

/* True if something of this name exists. */
bool td_file_exists(const char *path);

#endif
