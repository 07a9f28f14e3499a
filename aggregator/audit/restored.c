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
			 const td_root_mark_t *root, Thidua__V1__RestoredLog *log,
			 td_arena_t *arena, td_err_t *err)
{
	td_hash_t digest;
	describing_t describing = {.log = log, .arena = arena};
	thidua__v1__restored_log__init(log);
	log->reporter = (char *)td_topic_reporter(topic->name); /* only read */
	log->end_offset = td_manifest_end(topic);
	log->events = root->size;
	if (!digest_files(topic, log->end_offset, &digest) ||
	    !set_bytes(&log->files_sha256, digest.bytes, arena) ||
	    !set_bytes(&log->root, root->root.bytes, arena))
		return out_of_room(err);
	return describe_ends(archive, topic, &describing, err);
}

static Thidua__V1__RestoredArchive *make_archive(const td_archive_t *archive, td_arena_t *arena)
{
	size_t room = td_archive_manifest(archive)->n_topics + 1;
	Thidua__V1__RestoredArchive *said = td_arena_take(arena, sizeof *said);
	if (said == NULL)
		return NULL;
	thidua__v1__restored_archive__init(said);
	said->manifest_sha256 = (char *)td_archive_digest(archive); /* only read */
	said->logs = td_arena_take(arena, room * sizeof *said->logs);
	return said->logs != NULL ? said : NULL;
}

Thidua__V1__RestoredArchive *td_restored_describe(const td_archive_t *archive,
						  const td_root_mark_t *roots, td_arena_t *arena,
						  td_err_t *err)
{
	const Thidua__V1__ArchiveManifest *manifest = td_archive_manifest(archive);
	Thidua__V1__RestoredArchive *said = make_archive(archive, arena);
	bool done = said != NULL || out_of_room(err);
	for (size_t i = 0; done && i < manifest->n_topics; i++) {
		const Thidua__V1__ArchiveTopic *topic = manifest->topics[i];
		/* A log without events begins in its topic. */
		if (td_topic_reporter(topic->name) == NULL || td_manifest_end(topic) == 0)
			continue;
		Thidua__V1__RestoredLog *log = td_arena_take(arena, sizeof *log);
		done = log != NULL && said->n_logs < TD_RESTORED_MAX
			       ? describe_log(archive, topic, &roots[i], log, arena, err)
			       : out_of_room(err);
		if (done)
			said->logs[said->n_logs++] = log;
	}
	if (done && said->n_logs == 0)
		done = td_err_set(err, TD_ENOINPUT, "the archive has no event of any reporter");
	return done ? said : NULL;
}

/* One log being hashed up to where the topic takes over. */
typedef struct hashing {
	const Thidua__V1__RestoredLog *log;
	td_leaves_t leaves;
	bool enough;
} hashing_t;

static bool take_event(void *context, const td_archived_t *record, td_err_t *err)
{
	hashing_t *hashing = context;
	(void)err;
	hashing->enough = record->offset >= hashing->log->end_offset;
	if (!hashing->enough)
		(void)td_leaves_take(&hashing->leaves,
				     &(td_raw_t){record->offset, record->append_ms, record->value});
	return !hashing->enough;
}

/* Whether other files hold the same events. */
static bool has_events(const td_archive_t *archive, const Thidua__V1__ArchiveTopic *topic,
		       const Thidua__V1__RestoredLog *log, bool *same, td_err_t *err)
{
	hashing_t hashing = {.log = log};
	td_root_mark_t mark = {0};
	bool done = td_leaves_init(&hashing.leaves, NULL, 0) ||
		    td_err_set(err, TD_EMEMORY, "no memory to hash an archive");
	/* Ends early, as if it failed, where the topic takes over. */
	done = done &&
	       (td_archive_read(archive, topic, take_event, &hashing, err) || hashing.enough);
	done = done && (td_leaves_mark(&hashing.leaves, &mark) ||
			td_err_set(err, TD_EBUG, "no hash can be made"));
	td_leaves_free(&hashing.leaves);
	*same = mark.size == log->events && td_manifest_end(topic) >= log->end_offset &&
		memcmp(mark.root.bytes, log->root.data, TD_HASH_SIZE) == 0;
	return done;
}

/* Whether the archive has this log as the decided one had it. */
static bool has_log(const td_archive_t *archive, const Thidua__V1__RestoredLog *log, bool *same,
		    td_err_t *err)
{
	char name[TD_TOPIC_MAX];
	td_hash_t digest;
	td_topic_raw(log->reporter, name);
	const Thidua__V1__ArchiveTopic *topic =
		td_manifest_topic(td_archive_manifest(archive), name);
	*same = topic != NULL && digest_files(topic, log->end_offset, &digest) &&
		memcmp(digest.bytes, log->files_sha256.data, TD_HASH_SIZE) == 0;
	return *same || topic == NULL || has_events(archive, topic, log, same, err);
}

bool td_restored_agrees(const td_archive_t *archive, const Thidua__V1__RestoredArchive *decided,
			td_err_t *err)
{
	for (size_t i = 0; i < decided->n_logs; i++) {
		bool same = false;
		if (!has_log(archive, decided->logs[i], &same, err))
			return false;
		if (!same)
			return td_err_set(
				err, TD_EINTEGRITY,
				"this is not the archive with which the cluster begins: it "
				"does not have the events of %s as that one has them, whose "
				"manifest's SHA-256 was %s",
				decided->logs[i]->reporter, decided->manifest_sha256);
	}
	return true;
}
