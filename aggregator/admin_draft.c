#include "aggregator/admin_draft.h"

#include <assert.h>
#include <stdlib.h>

static_assert((int)TD_FOLDER_FILES_MAX <= (int)TD_VERSION_FILES_MAX, "a folder fits a version");

static bool fill(td_draft_t *draft, td_err_t *err)
{
	Thidua__V1__ReferenceVersion *message = &draft->message;
	for (size_t i = 0; i < draft->folder.count; i++) {
		const td_named_t *file = &draft->folder.files[i];
		draft->file_list[i] = &draft->files[i];
		thidua__v1__reference_file__init(&draft->files[i]);
		draft->files[i].name = (char *)file->name;
		draft->files[i].content.data = (uint8_t *)file->content.data;
		draft->files[i].content.len = file->content.size;
	}
	message->files = draft->file_list;
	message->n_files = draft->folder.count;
	if (!td_versions_digest(message, draft->digest))
		return td_err_set(err, TD_EMEMORY, "no SHA-256 of the reference data");
	message->sha256.data = draft->digest;
	message->sha256.len = TD_DIGEST_SIZE;
	return true;
}

td_draft_t *td_draft_read(const char *folder, td_err_t *err)
{
	td_draft_t *draft = calloc(1, sizeof *draft);
	if (!draft) {
		(void)td_err_set(err, TD_EMEMORY, "no memory for the tables in %s", folder);
		return NULL;
	}
	thidua__v1__reference_version__init(&draft->message);
	if (td_folder_read(folder, ".tsv", &draft->folder, err) && fill(draft, err))
		return draft;
	td_draft_free(draft);
	return NULL;
}

void td_draft_free(td_draft_t *draft)
{
	if (!draft)
		return;
	td_folder_free(&draft->folder);
	free(draft);
}
