#include "aggregator/reference_folder.h"

#include "common/folder.h"

const td_opt_t td_reference_options[] = {
	{.section = "reference",
	 .name = "folder",
	 .flag = "reference",
	 .argument = "DIR",
	 .type = TD_OPT_PATH,
	 .at = offsetof(td_reference_settings_t, folder),
	 .standard = TD_REFERENCE_FOLDER,
	 .doc = "folder of the reference data: provinces, clusters, units, who reports for whom"},
};
const size_t td_reference_option_count = TD_COUNT(td_reference_options);

td_reference_t *td_reference_load(const char *folder, td_err_t *err)
{
	td_folder_t tables;
	td_reference_t *reference = NULL;
	if (td_folder_read(folder, ".tsv", &tables, err))
		reference = td_reference_parse(tables.files, tables.count, 0, err);
	td_folder_free(&tables);
	if (!reference)
		(void)td_err_prefix(err, "reference data (--reference)");
	return reference;
}
