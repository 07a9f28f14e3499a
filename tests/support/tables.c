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

/* The keys of the tests in place of those that are in use. */
static bool take_keys(td_folder_t *folder, td_buf_t *keys, td_err_t *err)
{
	if (!td_file_read(TD_SOURCE "/tests/support/keys.tsv", keys, err))
		return false;
	for (size_t i = 0; i < folder->count; i++)
		if (strcmp(folder->files[i].name, "keys.tsv") == 0)
			folder->files[i].content = td_buf_slice(keys);
	return true;
}

td_reference_t *td_tables_read(uint32_t version)
{
	td_folder_t folder;
	td_err_t err;
	td_reference_t *reference = NULL;
	td_buf_t keys = td_buf_make(TD_FOLDER_FILE_MAX);
	if (td_folder_read(TD_SOURCE "/workers/reference", ".tsv", &folder, &err) &&
	    take_keys(&folder, &keys, &err))
		reference = td_reference_parse(folder.files, folder.count, version, &err);
	td_folder_free(&folder);
	td_buf_free(&keys);
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
