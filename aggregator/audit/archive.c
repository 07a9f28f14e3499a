#include "aggregator/audit/archive.h"

#include "common/file.h"
#include "proto/json.h"

#include <errno.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

enum { MANIFEST_MAX = 16 * 1024 * 1024, PIECE = 64 * 1024 };

static bool sum(FILE *file, EVP_MD_CTX *context, uint64_t *size)
{
	uint8_t piece[PIECE];
	size_t got;
	*size = 0;
	while ((got = fread(piece, 1, sizeof piece, file)) > 0) {
		if (EVP_DigestUpdate(context, piece, got) != 1)
			return false;
		*size += got;
	}
	return ferror(file) == 0;
}

bool td_archive_digest(const char *path, uint64_t *size, td_hash_t *sha256, td_err_t *err)
{
	FILE *file = fopen(path, "rbe");
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool done = file != NULL && context != NULL &&
		    EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
		    sum(file, context, size) &&
		    EVP_DigestFinal_ex(context, sha256->bytes, NULL) == 1;
	if (!done)
		(void)td_err_set(err, TD_ENOINPUT, "%s cannot be read: %s", path, strerror(errno));
	EVP_MD_CTX_free(context);
	if (file != NULL)
		(void)fclose(file);
	return done;
}

bool td_archive_write_manifest(const char *folder, const Thidua__V1__ArchiveManifest *manifest,
			       td_err_t *err)
{
	char path[PATH_MAX];
	td_buf_t text = td_buf_make(MANIFEST_MAX);
	(void)snprintf(path, sizeof path, "%s/%s", folder, TD_ARCHIVE_MANIFEST);
	bool done = td_json_write(&manifest->base, &text, err);
	td_buf_add_byte(&text, '\n');
	done = done && td_file_write_durable(path, td_buf_slice(&text), 0644, err);
	td_buf_free(&text);
	return done;
}

static bool check_file(const char *folder, const Thidua__V1__ArchivedFile *file, td_err_t *err)
{
	char path[PATH_MAX];
	uint64_t size;
	td_hash_t sha256;
	if (strstr(file->name, "..") != NULL || file->name[0] == '/' || file->name[0] == '\0')
		return td_err_set(err, TD_EINTEGRITY, "the manifest of %s names a file outside it",
				  folder);
	(void)snprintf(path, sizeof path, "%s/%s", folder, file->name);
	if (!td_archive_digest(path, &size, &sha256, err)) {
		err->code = TD_EINTEGRITY;
		return false;
	}
	return (size == file->size && file->sha256.len == TD_HASH_SIZE &&
		memcmp(file->sha256.data, sha256.bytes, TD_HASH_SIZE) == 0) ||
	       td_err_set(err, TD_EINTEGRITY,
			  "%s is not the file that the manifest names: it was "
			  "altered",
			  path);
}

static Thidua__V1__ArchiveManifest *parse(const char *path, td_slice_t text, td_arena_t *arena,
					  td_err_t *err)
{
	td_json_problems_t *problems = td_arena_take(arena, sizeof *problems);
	if (problems == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory for a manifest");
		return NULL;
	}
	Thidua__V1__ArchiveManifest *manifest = (Thidua__V1__ArchiveManifest *)(void *)td_json_read(
		text, &thidua__v1__archive_manifest__descriptor, arena, problems);
	if (manifest == NULL)
		(void)td_err_set(err, TD_EINTEGRITY, "%s: %s %s", path, problems->items[0].path,
				 problems->items[0].text);
	else if (manifest->format != TD_ARCHIVE_FORMAT)
		(void)td_err_set(err, TD_EDATA, "%s is of format %u; this release reads %d", path,
				 manifest->format, TD_ARCHIVE_FORMAT);
	else
		return manifest;
	return NULL;
}

Thidua__V1__ArchiveManifest *td_archive_read_manifest(const char *folder, td_arena_t *arena,
						      td_err_t *err)
{
	char path[PATH_MAX];
	td_buf_t text = td_buf_make(MANIFEST_MAX);
	Thidua__V1__ArchiveManifest *manifest = NULL;
	(void)snprintf(path, sizeof path, "%s/%s", folder, TD_ARCHIVE_MANIFEST);
	if (td_file_read(path, &text, err))
		manifest = parse(path, td_buf_slice(&text), arena, err);
	for (size_t i = 0; manifest != NULL && i < manifest->n_files; i++) {
		if (!check_file(folder, manifest->files[i], err))
			manifest = NULL;
	}
	td_buf_free(&text);
	return manifest;
}
