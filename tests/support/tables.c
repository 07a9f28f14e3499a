#include "tests/support/tables.h"

#include "common/file.h"
#include "common/folder.h"

#include <stdio.h>
#include <stdlib.h>

static void fail(const td_err_t *err)
{
	(void)fprintf(stderr, "%s\n", err->text);
	exit(EXIT_FAILURE);
}

td_reference_t *td_tables_read(uint32_t version)
{
	td_folder_t folder;
	td_err_t err;
	td_reference_t *reference = NULL;
	if (td_folder_read(TD_SOURCE "/workers/reference", ".tsv", &folder, &err)) {
		reference = td_reference_parse(folder.files, folder.count, version, &err);
		td_folder_free(&folder);
	}
	if (reference == NULL)
		fail(&err);
	return reference;
}

void td_tables_units(td_simulate_units_t *units)
{
	td_err_t err;
	td_buf_t text = td_buf_make(TD_FOLDER_FILE_MAX);
	bool ok = td_file_read(TD_SOURCE "/workers/reference/units.tsv", &text, &err);
	td_buf_add_byte(&text, 0);
	if (!ok || !td_simulate_units_parse((char *)text.data, units, &err))
		fail(&err);
	td_buf_free(&text);
}
