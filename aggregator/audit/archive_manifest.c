#include "aggregator/audit/archive_manifest.h"

#include "common/hex.h"
#include "proto/json.h"

#include <inttypes.h>
#include <stdio.h>

void td_archive_name(const char *topic, uint64_t first, char name[TD_ARCHIVE_NAME_MAX])
{
	(void)snprintf(name, TD_ARCHIVE_NAME_MAX, "%s.%020" PRIu64 ".zst", topic, first);
}

void td_hash_print(const td_hash_t *hash, char text[TD_HASH_TEXT_MAX])
{
	td_hex_write(hash->bytes, TD_HASH_SIZE, text);
}

uint64_t td_manifest_end(const Thidua__V1__ArchiveTopic *topic)
{
	return topic->n_files == 0 ? topic->first_offset
				   : topic->files[topic->n_files - 1]->end_offset;
}

const Thidua__V1__ArchiveTopic *td_manifest_topic(const Thidua__V1__ArchiveManifest *manifest,
						  const char *name)
{
	for (size_t i = 0; i < manifest->n_topics; i++) {
		if (strcmp(manifest->topics[i]->name, name) == 0)
			return manifest->topics[i];
	}
	return NULL;
}

/* Kafka's own letters, so that a name is a name in the archive's folder. */
static bool is_topic(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789.-_";
	size_t size = strlen(name);
	return size > 0 && size < TD_TOPIC_MAX && name[0] != '.' && strspn(name, letters) == size;
}

static bool check_file(const Thidua__V1__ArchiveTopic *topic, const Thidua__V1__ArchiveFile *file,
		       uint64_t first, td_err_t *err)
{
	char name[TD_ARCHIVE_NAME_MAX];
	td_archive_name(topic->name, first, name);
	if (file->first_offset != first || strcmp(file->name, name) != 0)
		return td_err_set(err, TD_EINTEGRITY,
				  "%s: at offset %" PRIu64 " %s should follow, not '%.80s'",
				  topic->name, first, name, file->name);
	if (file->end_offset <= first || file->end_offset > INT64_MAX || file->bytes > INT64_MAX ||
	    file->index_bytes > file->bytes)
		return td_err_set(err, TD_EINTEGRITY, "%s: its numbers cannot be", name);
	return true;
}

static bool check_judged(const Thidua__V1__ArchiveTopic *topic, td_err_t *err)
{
	uint64_t next = 0;
	bool is_right = topic->n_judged <= TD_MANIFEST_JUDGED_MAX;
	for (size_t i = 0; is_right && i < topic->n_judged; i++) {
		const Thidua__V1__ArchiveJudged *judged = topic->judged[i];
		is_right = judged->first_offset >= next &&
			   judged->end_offset > judged->first_offset &&
			   judged->end_offset <= INT64_MAX;
		next = judged->end_offset;
	}
	return is_right ||
	       td_err_set(err, TD_EINTEGRITY,
			  "%s: what it says of the verdicts' versions cannot be", topic->name);
}

static bool check_topic(const Thidua__V1__ArchiveTopic *topic, const char *before, td_err_t *err)
{
	uint64_t next = topic->first_offset;
	if (!is_topic(topic->name) || (before != NULL && strcmp(before, topic->name) >= 0))
		return td_err_set(err, TD_EINTEGRITY, "'%.80s' is no topic in its place",
				  topic->name);
	for (size_t i = 0; i < topic->n_files; i++) {
		if (!check_file(topic, topic->files[i], next, err))
			return false;
		next = topic->files[i]->end_offset;
	}
	return check_judged(topic, err);
}

static bool check(const Thidua__V1__ArchiveManifest *manifest, td_err_t *err)
{
	const char *before = NULL;
	if (manifest->format != TD_MANIFEST_FORMAT)
		return td_err_set(err, TD_EINTEGRITY,
				  "it is of form %" PRIu32 ", this release reads form %d",
				  manifest->format, TD_MANIFEST_FORMAT);
	if (manifest->n_topics > TD_MANIFEST_TOPICS_MAX)
		return td_err_set(err, TD_EINTEGRITY, "it has more than %d topics",
				  TD_MANIFEST_TOPICS_MAX);
	for (size_t i = 0; i < manifest->n_topics; i++) {
		if (!check_topic(manifest->topics[i], before, err))
			return false;
		before = manifest->topics[i]->name;
	}
	return true;
}

const Thidua__V1__ArchiveManifest *td_manifest_read(td_slice_t text, td_arena_t *arena,
						    td_err_t *err)
{
	td_json_problems_t problems;
	const Thidua__V1__ArchiveManifest *manifest =
		(const Thidua__V1__ArchiveManifest *)td_json_read(
			text, &thidua__v1__archive_manifest__descriptor, arena, &problems);
	if (manifest == NULL)
		(void)td_err_set(err, TD_EINTEGRITY, "it is no manifest: %s%s%s",
				 problems.items[0].path, problems.items[0].path[0] ? ": " : "",
				 problems.items[0].text);
	return manifest != NULL && check(manifest, err) ? manifest : NULL;
}

bool td_manifest_write(const Thidua__V1__ArchiveManifest *manifest, td_buf_t *out, td_err_t *err)
{
	if (!td_json_write(&manifest->base, out, err))
		return false;
	td_buf_add_byte(out, '\n');
	return !out->failed || td_err_set(err, TD_EMEMORY, "the manifest is too long");
}
