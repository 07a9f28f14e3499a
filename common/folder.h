/*
 * folder: the small files of one folder, read whole, such as the tables of reference data.
 */
#ifndef TD_COMMON_FOLDER_H
#define TD_COMMON_FOLDER_H

#include "common/buf.h"
#include "common/err.h"
#include "common/td.h"

enum {
	TD_FOLDER_FILES_MAX = 32,
	TD_FOLDER_FILE_MAX = 8 * 1024 * 1024, /* bytes of one file */
};

/* The files of a folder, sorted by name. */
typedef struct td_folder {
	size_t count;
	td_named_t files[TD_FOLDER_FILES_MAX];  /* names without the folder */
	td_buf_t contents[TD_FOLDER_FILES_MAX]; /* behind them */
} td_folder_t;

/* Reads the files of `path` whose names end in `suffix` (".tsv"); TD_ENOINPUT when there are none,
 * TD_EDATA when they are too many or too long. Free with td_folder_free in either case. */
TD_MUST_USE bool td_folder_read(const char *path, const char *suffix, td_folder_t *folder,
				td_err_t *err);
void td_folder_free(td_folder_t *folder);

#endif
