#include "aggregator/audit/restored.h"

#include "aggregator/audit/archive_look.h"
#include "workers/topics.h"

#include <openssl/evp.h>

#include <inttypes.h>
#include <stdio.h>

enum { LINE_MAX_ = 256 };

/* The digest of what the manifest says of the topic's files up to `end`; false when none ends
 * there, or the library fails. */
static bool digest_files(const Thidua__V1__ArchiveTopic *topic, uint64_t end, td_hash_t *digest)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool done = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;
	uint64_t at = topic->first_offset;
	for (size_t i = 0; done && i < topic->n_files && at < end; i++) {
		const Thidua__V1__ArchiveFile *file = topic->files[i];
		char line[LINE_MAX_];
		int size = snprintf(line, sizeof line,
				    "%" PRIu64 " %" PRIu64 " %" PRIu64 " %.64s %.64s\n",
				    file->first_offset, file->end_offset, file->records,
				    file->sha256, file->index_sha256);
		done = size > 0 && (size_t)size < sizeof line &&
		       EVP_DigestUpdate(context, line, (size_t)size) == 1;
		at = file->end_offset;
	}
	done = done && at == end && EVP_DigestFinal_ex(context, digest->bytes, NULL) == 1;
	EVP_MD_CTX_free(context);
	return done;
}

static bool out_of_room(td_err_t *err)
{
	return td_err_set(err, TD_EMEMORY, "no memory for what is decided of an archive");
}

static bool set_bytes(ProtobufCBinaryData *field, const uint8_t *bytes, td_arena_t *arena)
{
	field->data = td_arena_take(arena, TD_HASH_SIZE);
	field->len = TD_HASH_SIZE;
	if (field->data != NULL)
		memcpy(field->data, bytes, TD_HASH_SIZE);
	return field->data != NULL;
}

static Thidua__V1__RestoredEvent *make_event(const td_archived_t *record, td_arena_t *arena)
{
	uint8_t digest[TD_HASH_SIZE];
	Thidua__V1__RestoredEvent *event = td_arena_take(arena, sizeof *event);
	if (event == NULL)
		return NULL;
	thidua__v1__restored_event__init(event);
	event->offset = record->offset;
	event->append_ms = record->append_ms;
	td_decisions_event_digest(record->value, digest);
	return set_bytes(&event->sha256, digest, arena) ? event : NULL;
}

/* One log being described. */
typedef struct describing {
	Thidua__V1__RestoredLog *log;
	td_arena_t *arena;
	bool enough;
} describing_t;

static bool take_first(void *context, const td_archived_t *record, td_err_t *err)
{
	describing_t *describing = context;
	describing->log->first = make_event(record, describing->arena);
	describing->enough = describing->log->first != NULL;
	if (!describing->enough)
		(void)out_of_room(err);
	return false; /* one is enough */
}

static bool take_last(void *context, const td_archived_t *record, td_err_t *err)
{
	describing_t *describing = context;
	describing->log->last = make_event(record, describing->arena);
	return describing->log->last != NULL || out_of_room(err);
}

static bool describe_ends(const td_archive_t *archive, const Thidua__V1__ArchiveTopic *topic,
			  describing_t *describing, td_err_t *err)
{
	/* Ends early, as if it failed, once the first was found. */
	bool read = td_archive_read(archive, topic, take_first, describing, err);
	return (read || describing->enough) &&
	       td_archive_read_last(archive, topic, take_last, describing, err);
}

static bool describe_log(const td_archive_t *archive, const Thidua__V1__ArchiveTopic *topic,
			 Thidua__V1__RestoredArchive *said, td_arena_t *arena, td_err_t *err)
{
	td_hash_t digest;
	Thidua__V1__RestoredLog *log = td_arena_take(arena, sizeof *log);
	describing_t describing = {.log = log, .arena = arena};
	if (log == NULL || said->n_logs == TD_RESTORED_MAX)
		return out_of_room(err);
	thidua__v1__restored_log__init(log);
	log->reporter = (char *)td_topic_reporter(topic->name); /* only read */
	log->end_offset = td_manifest_end(topic);
	if (!digest_files(topic, log->end_offset, &digest) ||
	    !set_bytes(&log->files_sha256, digest.bytes, arena))
		return out_of_room(err);
	said->logs[said->n_logs++] = log;
	return describe_ends(archive, topic, &describing, err);
}

Thidua__V1__RestoredArchive *td_restored_describe(const td_archive_t *archive, td_arena_t *arena,
						  td_err_t *err)
{
	const Thidua__V1__ArchiveManifest *manifest = td_archive_manifest(archive);
	Thidua__V1__RestoredArchive *said = td_arena_take(arena, sizeof *said);
	bool done = said != NULL;
	if (done) {
		thidua__v1__restored_archive__init(said);
		said->logs = td_arena_take(arena, (manifest->n_topics + 1) * sizeof *said->logs);
		said->manifest_sha256 = (char *)td_archive_digest(archive); /* only read */
		done = said->logs != NULL;
	}
	if (!done) {
		(void)out_of_room(err);
		return NULL;
	}
	/* A log without events begins in its topic. */
	for (size_t i = 0; done && i < manifest->n_topics; i++)
		done = td_topic_reporter(manifest->topics[i]->name) == NULL ||
		       td_manifest_end(manifest->topics[i]) == 0 ||
		       describe_log(archive, manifest->topics[i], said, arena, err);
	if (done && said->n_logs == 0)
		done = td_err_set(err, TD_ENOINPUT, "the archive has no event of any reporter");
	return done ? said : NULL;
}

bool td_restored_agrees(const td_archive_t *archive, const Thidua__V1__RestoredArchive *decided,
			td_err_t *err)
{
	for (size_t i = 0; i < decided->n_logs; i++) {
		const Thidua__V1__RestoredLog *log = decided->logs[i];
		char name[TD_TOPIC_MAX];
		td_hash_t digest;
		td_topic_raw(log->reporter, name);
		const Thidua__V1__ArchiveTopic *topic =
			td_manifest_topic(td_archive_manifest(archive), name);
		if (topic != NULL && digest_files(topic, log->end_offset, &digest) &&
		    memcmp(digest.bytes, log->files_sha256.data, TD_HASH_SIZE) == 0)
			continue;
		return td_err_set(err, TD_EINTEGRITY,
				  "this is not the archive with which the cluster begins: it does "
				  "not have %s as that one has it, whose manifest's SHA-256 was %s",
				  name, decided->manifest_sha256);
	}
	return true;
}
