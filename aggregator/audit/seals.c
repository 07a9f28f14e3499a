#include "aggregator/audit/seals.h"

#include "aggregator/audit/archive_look.h"
#include "aggregator/audit/refill.h"
#include "common/kafka_topic.h"
#include "aggregator/closing.h"
#include "common/file.h"
#include "workers/topics.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>

enum { ARENA_BYTES = 512 * 1024 * 1024, KEYS_FILE_MAX = 256 * 1024 };

static bool is_counted(const td_note_key_t *const *counted, size_t count, const td_note_key_t *key)
{
	for (size_t i = 0; i < count; i++) {
		if (counted[i]->type == key->type &&
		    memcmp(counted[i]->key, key->key, sizeof key->key) == 0)
			return true;
	}
	return false;
}

void td_found_seal_read(td_slice_t bytes, const td_note_keys_t *keys, td_hasher_t *hasher,
			td_arena_t *arena, td_found_seal_t *found)
{
	td_note_t note;
	td_err_t err = {0};
	const td_note_key_t *counted[TD_NOTE_SIGNATURES_MAX];
	size_t count = 0;
	found->bytes = bytes;
	found->readable = td_note_read(bytes, &note, &err) &&
			  td_seal_read(note.text, hasher, &found->seal, &err);
	if (!found->readable) {
		found->why = td_show_format(arena, "%s", err.text);
		return;
	}
	for (size_t i = 0; keys != NULL && i < note.count; i++) {
		const td_note_key_t *key;
		uint64_t at_s;
		switch (td_note_verify(&note, i, keys, &key, &at_s)) {
		case TD_NOTE_VALID:
			/* Who signs twice, at two times or by a line copied, is one. */
			if (is_counted(counted, count, key))
				break;
			counted[count++] = key;
			if (key->type == TD_NOTE_COSIGNATURE)
				found->witnesses++;
			else
				found->signatures++;
			break;
		case TD_NOTE_WRONG:
			found->wrong++;
			break;
		case TD_NOTE_UNKNOWN:
			break;
		}
	}
}

/* A load under way. */
typedef struct loading {
	const td_note_keys_t *keys;
	td_seals_t *seals;
	td_hasher_t *hasher;
} loading_t;

static bool out_of_room(td_err_t *err)
{
	return td_err_set(err, TD_EMEMORY, "more than %d seals", TD_SEALS_MAX);
}

static bool add(loading_t *loading, td_slice_t bytes, const char *place, td_err_t *err)
{
	td_seals_t *seals = loading->seals;
	uint8_t *copy = td_arena_take(seals->arena, bytes.size + 1);
	if (copy == NULL || place == NULL || seals->count == TD_SEALS_MAX)
		return out_of_room(err);
	if (bytes.size > 0)
		memcpy(copy, bytes.data, bytes.size);
	td_found_seal_t *found = &seals->items[seals->count++];
	*found = (td_found_seal_t){.place = place};
	td_found_seal_read((td_slice_t){copy, bytes.size}, loading->keys, loading->hasher,
			   seals->arena, found);
	return true;
}

static bool take_record(void *context, const td_kafka_item_t *record, td_err_t *err)
{
	loading_t *loading = context;
	if (td_closing_is_key(record->key) || td_refill_is_filler(record->key, record->value))
		return true; /* of a closed period: closings.h */
	return add(loading, record->value,
		   td_show_format(loading->seals->arena, "%s %" PRId64, TD_TOPIC_SEALS,
				  record->offset),
		   err);
}

static bool load_topic(const td_audit_t *audit, loading_t *loading, td_err_t *err)
{
	bool exists;
	td_kafka_reader_t *reader =
		td_kafka_topic_reader(&audit->settings->kafka, "thidua-audit", err);
	bool done = reader != NULL && td_kafka_topic_read_all(reader, TD_TOPIC_SEALS, &exists,
							      take_record, loading, err);
	td_kafka_reader_free(reader);
	return done;
}

/* An empty record of an archive has no bytes at all. */
static bool is_gap(const td_archived_t *record)
{
	return record->value.size == 0 && td_refill_is_filler(record->key, (td_slice_t){NULL, 0});
}

static bool take_archived(void *context, const td_archived_t *record, td_err_t *err)
{
	loading_t *loading = context;
	if (td_closing_is_key(record->key) || is_gap(record))
		return true;
	return add(loading, record->value,
		   td_show_format(loading->seals->arena, "%s %" PRIu64, TD_TOPIC_SEALS,
				  record->offset),
		   err);
}

/* An archive keeps the topic as it was. */
static bool load_archive(const char *folder, loading_t *loading, td_err_t *err)
{
	td_archive_t *archive = td_archive_open(folder, err);
	if (archive == NULL)
		return false;
	const Thidua__V1__ArchiveTopic *topic =
		td_manifest_topic(td_archive_manifest(archive), TD_TOPIC_SEALS);
	bool done = topic == NULL || td_archive_read(archive, topic, take_archived, loading, err);
	td_archive_free(archive);
	return done;
}

static bool load_file(loading_t *loading, const char *folder, const char *name, td_err_t *err)
{
	char path[PATH_MAX];
	td_buf_t bytes = td_buf_make(TD_NOTE_MAX);
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	bool done = td_file_read(path, &bytes, err) &&
		    add(loading, td_buf_slice(&bytes),
			td_show_format(loading->seals->arena, "%s", path), err);
	td_buf_free(&bytes);
	return done;
}

static int is_seal(const struct dirent *entry)
{
	size_t size = strlen(entry->d_name);
	return size > 5 && strcmp(entry->d_name + size - 5, ".seal") == 0;
}

static bool load_folder(loading_t *loading, const char *folder, td_err_t *err)
{
	struct dirent **names;
	int count = scandir(folder, &names, is_seal, alphasort);
	bool done = count >= 0;
	if (!done)
		return td_err_set(err, TD_ENOINPUT, "%s cannot be read: %s", folder,
				  strerror(errno));
	for (int i = 0; i < count; i++) {
		done = done && load_file(loading, folder, names[i]->d_name, err);
		free(names[i]);
	}
	free(names);
	return done;
}

bool td_seals_load(const td_audit_t *audit, const td_note_keys_t *keys, td_seals_t *seals,
		   td_err_t *err)
{
	const td_audit_settings_t *settings = audit->settings;
	*seals = (td_seals_t){.arena = td_arena_new(ARENA_BYTES)};
	loading_t loading = {keys, seals, td_hasher_new()};
	if (seals->arena != NULL)
		seals->items = td_arena_take(seals->arena, TD_SEALS_MAX * sizeof *seals->items);
	bool done = seals->items != NULL && loading.hasher != NULL;
	if (!done)
		(void)td_err_set(err, TD_EMEMORY, "no memory for seals");
	else if (settings->seals != NULL)
		done = load_folder(&loading, settings->seals, err);
	else if (settings->archive != NULL)
		done = load_archive(settings->archive, &loading, err);
	else
		done = load_topic(audit, &loading, err);
	td_hasher_free(loading.hasher);
	return done;
}

void td_seals_free(td_seals_t *seals)
{
	td_arena_free(seals->arena);
	*seals = (td_seals_t){0};
}

bool td_audit_keys(const td_audit_t *audit, td_note_keys_t *keys, td_err_t *err)
{
	const td_opt_list_t *files = &audit->settings->keys;
	bool done = true;
	*keys = (td_note_keys_t){0};
	for (size_t i = 0; done && i < files->count; i++) {
		td_buf_t lines = td_buf_make(KEYS_FILE_MAX);
		done = td_file_read(files->items[i], &lines, err);
		if (done && !td_note_keys_add(keys, td_buf_slice(&lines), err))
			done = td_err_prefix(err, "%s", files->items[i]);
		td_buf_free(&lines);
	}
	if (done && keys->count == 0)
		return td_err_set(err, TD_EUSAGE,
				  "whose signatures are to be believed? give --keys FILE with the "
				  "public keys");
	return done;
}

bool td_audit_signers(const td_audit_t *audit, td_note_signer_t *signers, size_t *count,
		      td_err_t *err)
{
	const td_opt_list_t *files = &audit->settings->key;
	char text[TD_NOTE_KEY_TEXT_MAX];
	bool done = true;
	*count = 0;
	if (files->count == 0 || files->count > TD_SIGNERS_MAX)
		return td_err_set(err, TD_EUSAGE,
				  "give --key FILE with the private key (at most %d of them)",
				  TD_SIGNERS_MAX);
	for (size_t i = 0; done && i < files->count; i++) {
		done = td_file_read_secret(files->items[i], text, sizeof text, err);
		if (done && !td_note_signer_read(td_slice_text(text), &signers[(*count)++], err))
			done = td_err_prefix(err, "%s", files->items[i]);
	}
	OPENSSL_cleanse(text, sizeof text);
	return done;
}
