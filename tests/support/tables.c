#include "tests/support/tables.h"

#include "common/folder.h"

#include <stdio.h>
#include <stdlib.h>

td_reference_t *td_tables_read(uint32_t version)
{
	td_folder_t folder;
	td_err_t err;
	td_reference_t *reference = NULL;
	if (td_folder_read(TD_SOURCE "/workers/reference", ".tsv", &folder, &err)) {
		reference = td_reference_parse(folder.files, folder.count, version, &err);
		td_folder_free(&folder);
	}
	if (reference == NULL) {
		(void)fprintf(stderr, "%s\n", err.text);
		exit(EXIT_FAILURE);
	}
	return reference;
}
