#include "tests/support/tables.h"

#include "common/file.h"
#include "common/arena.h"
#include "common/folder.h"
#include "proto/pb.h"

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

/* The packed version, in `arena`. */
static bool pack_version(const td_folder_t *folder, uint32_t number, int64_t in_force_ms,
			 td_arena_t *arena, td_slice_t *packed)
{
	Thidua__V1__ReferenceVersion message = THIDUA__V1__REFERENCE_VERSION__INIT;
	Google__Protobuf__Timestamp at = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
	Thidua__V1__ReferenceFile files[TD_VERSION_FILES_MAX], *list[TD_VERSION_FILES_MAX];
	uint8_t digest[32];
	at.seconds = in_force_ms / 1000;
	message.version = number;
	message.in_force_from = message.published_at = &at;
	message.note = (char *)(uintptr_t) "test";
	for (size_t i = 0; i < folder->count && i < TD_VERSION_FILES_MAX; i++) {
		td_slice_t content = folder->files[i].content;
		thidua__v1__reference_file__init(&files[i]);
		files[i].name = (char *)(uintptr_t)folder->files[i].name;
		files[i].content =
			(ProtobufCBinaryData){content.size, (uint8_t *)(uintptr_t)content.data};
		list[message.n_files++] = &files[i];
	}
	message.files = list;
	message.sha256 = (ProtobufCBinaryData){sizeof digest, digest};
	return td_versions_digest(&message, digest) && td_pb_pack(&message.base, arena, packed);
}

void td_tables_publish(td_versions_t *versions, uint32_t number, int64_t in_force_ms)
{
	td_folder_t folder;
	td_slice_t packed;
	td_err_t err = {.text = "no memory for the tables"};
	td_arena_t *arena = td_arena_new(2 * TD_VERSION_PACKED_MAX);
	bool read = arena != NULL &&
		    td_folder_read(TD_SOURCE "/workers/reference", ".tsv", &folder, &err);
	if (!read || !pack_version(&folder, number, in_force_ms, arena, &packed) ||
	    !td_versions_add(versions, packed, &err))
		fail(&err);
	td_folder_free(&folder);
	td_arena_free(arena);
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
