/* folders: a folder for one test, and its files. */
#ifndef TD_TESTS_SUPPORT_FOLDERS_H
#define TD_TESTS_SUPPORT_FOLDERS_H

#include <limits.h>

#include "common/buf.h"

/* A new empty folder; its path goes to `path`. */
void td_folders_make(char path[PATH_MAX]);

/* Deletes it with all that is in it. */
void td_folders_delete(const char *path);

/* Copies it with all that is in it, as cp -a does, to a path that does not exist. */
void td_folders_copy(const char *from, const char *to);

/* The file of a folder, read whole; the caller frees it. */
td_buf_t td_folders_read(const char *folder, const char *name);

/* Writes it anew. */
void td_folders_write(const char *folder, const char *name, td_slice_t content);

#endif
