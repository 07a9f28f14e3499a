#include "workers/versions.h"

#include <inttypes.h>
#include <stdlib.h>

#include <openssl/evp.h>

struct td_versions {
	size_t count;
	td_version_t items[TD_VERSIONS_MAX]; /* by ascending number */
};

td_versions_t *td_versions_new(void)
{
	return calloc(1, sizeof(td_versions_t));
}

static void drop(const Thidua__V1__ReferenceVersion *message)
{
	thidua__v1__reference_version__free_unpacked((Thidua__V1__ReferenceVersion *)message, NULL);
}

void td_versions_free(td_versions_t *versions)
{
	if (!versions)
		return;
	for (size_t i = 0; i < versions->count; i++) {
		td_reference_free((td_reference_t *)versions->items[i].reference);
		drop(versions->items[i].message);
	}
	free(versions);
}

bool td_versions_digest(const Thidua__V1__ReferenceVersion *message, uint8_t *digest)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool fine = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;

	for (size_t i = 0; fine && i < message->n_files; i++) {
		const Thidua__V1__ReferenceFile *file = message->files[i];

		fine = EVP_DigestUpdate(context, file->name, strlen(file->name) + 1) == 1 &&
		       EVP_DigestUpdate(context, file->content.data, file->content.len) == 1 &&
		       EVP_DigestUpdate(context, "", 1) == 1;
	}
	fine = fine && EVP_DigestFinal_ex(context, digest, NULL) == 1;
	EVP_MD_CTX_free(context);
	return fine;
}

static int64_t timestamp_ms(const Google__Protobuf__Timestamp *time)
{
	return time ? time->seconds * 1000 + time->nanos / 1000000 : 0;
}

/* Checks what a version promises about itself. */
static bool check(const Thidua__V1__ReferenceVersion *message, td_err_t *err)
{
	uint8_t digest[32];

	if (message->version == 0 || message->n_files == 0 ||
	    message->n_files > TD_VERSION_FILES_MAX)
		return td_err_set(err, TD_EINTEGRITY,
				  "reference version %" PRIu32 " with %zu tables is no version",
				  message->version, message->n_files);
	if (!td_versions_digest(message, digest))
		return td_err_set(err, TD_EMEMORY, "no SHA-256 of reference version %" PRIu32,
				  message->version);
	if (message->sha256.len != sizeof(digest) ||
	    memcmp(message->sha256.data, digest, sizeof(digest)) != 0)
		return td_err_set(err, TD_EINTEGRITY,
				  "reference version %" PRIu32
				  " does not have the digest that it names: it was altered",
				  message->version);
	return true;
}

static td_reference_t *parse(const Thidua__V1__ReferenceVersion *message, td_err_t *err)
{
	td_named_t files[TD_VERSION_FILES_MAX];

	for (size_t i = 0; i < message->n_files; i++) {
		const Thidua__V1__ReferenceFile *file = message->files[i];

		files[i] = (td_named_t){file->name, {file->content.data, file->content.len}};
	}
	td_reference_t *reference =
		td_reference_parse(files, message->n_files, message->version, err);

	if (!reference)
		(void)td_err_prefix(err, "reference version %" PRIu32, message->version);
	return reference;
}

static void insert(td_versions_t *versions, const td_version_t *version)
{
	size_t at = versions->count++;

	for (; at > 0 && versions->items[at - 1].number > version->number; at--)
		versions->items[at] = versions->items[at - 1];
	versions->items[at] = *version;
}

/* Takes over `message` when true; `known` if nothing was added. */
static bool add(td_versions_t *versions, Thidua__V1__ReferenceVersion *message, bool *known,
		td_err_t *err)
{
	if (!check(message, err))
		return false;
	int64_t in_force_ms = timestamp_ms(message->in_force_from);
	const td_version_t *before = td_versions_find(versions, message->version);

	*known = before != NULL;
	if (before && (before->in_force_ms != in_force_ms ||
		       memcmp(before->message->sha256.data, message->sha256.data, 32) != 0))
		return td_err_set(err, TD_EINTEGRITY,
				  "reference version %" PRIu32
				  " was published again with other content: publish a new version",
				  message->version);
	if (before)
		return true;
	if (versions->count == TD_VERSIONS_MAX)
		return td_err_set(err, TD_EMEMORY, "more than %d reference versions",
				  TD_VERSIONS_MAX);
	td_reference_t *reference = parse(message, err);

	if (!reference)
		return false;
	insert(versions, &(td_version_t){message->version, in_force_ms,
					 timestamp_ms(message->published_at), message, reference});
	return true;
}

bool td_versions_add(td_versions_t *versions, td_slice_t packed, td_err_t *err)
{
	Thidua__V1__ReferenceVersion *message =
		packed.size > TD_VERSION_PACKED_MAX
			? NULL
			: thidua__v1__reference_version__unpack(NULL, packed.size, packed.data);
	bool known = false;

	if (!message)
		return td_err_set(err, TD_EINTEGRITY,
				  "thidua.reference holds %zu bytes that are no reference version",
				  packed.size);
	bool fine = add(versions, message, &known, err);

	if (!fine || known)
		drop(message);
	return fine;
}

size_t td_versions_count(const td_versions_t *versions)
{
	return versions->count;
}

const td_version_t *td_versions_get(const td_versions_t *versions, size_t index)
{
	return index < versions->count ? &versions->items[index] : NULL;
}

const td_version_t *td_versions_find(const td_versions_t *versions, uint32_t number)
{
	for (size_t i = 0; i < versions->count; i++)
		if (versions->items[i].number == number)
			return &versions->items[i];
	return NULL;
}

const td_version_t *td_versions_at(const td_versions_t *versions, int64_t append_ms)
{
	/* From the newest: live events are judged by it. */
	for (size_t i = versions->count; i-- > 0;)
		if (versions->items[i].in_force_ms <= append_ms)
			return &versions->items[i];
	return versions->count ? &versions->items[0] : NULL;
}
