/*
 * admin_draft: a folder of tables in the form of a version of the reference data.
 *
 * Shell.
 */
#ifndef TD_AGGREGATOR_ADMIN_DRAFT_H
#define TD_AGGREGATOR_ADMIN_DRAFT_H

#include "common/folder.h"
#include "workers/versions.h"

enum { TD_DIGEST_SIZE = 32 };

/* A version that is being made; the message points into the rest, so that it cannot be copied. */
typedef struct td_draft {
	Thidua__V1__ReferenceVersion message; /* tables and digest are filled */
	td_folder_t folder;
	Thidua__V1__ReferenceFile files[TD_FOLDER_FILES_MAX];
	Thidua__V1__ReferenceFile *file_list[TD_FOLDER_FILES_MAX];
	uint8_t digest[TD_DIGEST_SIZE];
} td_draft_t;

/* Reads the tables; NULL and err. Caller frees. */
TD_MUST_USE td_draft_t *td_draft_read(const char *folder, td_err_t *err);
void td_draft_free(td_draft_t *draft);

#endif
