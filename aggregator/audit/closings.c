#include "aggregator/audit/closings.h"

#include "aggregator/audit/archive_look.h"
#include "common/kafka_topic.h"
#include "workers/topics.h"

#include <inttypes.h>
#include <stdlib.h>

enum { ARENA_BYTES = 512 * 1024 * 1024 };

typedef struct loading {
	const td_note_keys_t *keys;
	td_closings_t *closings;
} loading_t;

static bool out_of_room(td_err_t *err)
{
	return td_err_set(err, TD_EMEMORY, "more than %d closed periods", TD_CLOSINGS_MAX);
}

static void verify(const td_note_t *note, const td_note_keys_t *keys, td_found_closing_t *found)
{
	for (size_t i = 0; i < note->count; i++) {
		const td_note_key_t *key;
		uint64_t at_s;
		td_note_standing_t standing = td_note_verify(note, i, keys, &key, &at_s);
		/* The key's name stands in the text, so that a witness of it closes nothing. */
		if (standing == TD_NOTE_VALID && key->type == TD_NOTE_ED25519 &&
		    strcmp(key->name, found->closing->name) == 0)
			found->signatures++;
		found->wrong += standing == TD_NOTE_WRONG ? 1 : 0;
	}
}

static bool add_note(loading_t *loading, td_slice_t bytes, const char *place, td_err_t *err)
{
	td_closings_t *closings = loading->closings;
	td_note_t note;
	td_err_t why;
	td_closing_t *closing = td_arena_take(closings->arena, sizeof *closing);
	if (closing == NULL || place == NULL || closings->count == TD_CLOSINGS_MAX)
		return out_of_room(err);
	td_found_closing_t *found = &closings->items[closings->count++];
	*found = (td_found_closing_t){.place = place, .closing = closing};
	found->readable = td_note_read(bytes, &note, &why) && td_closing_read(note.text, closing);
	if (found->readable)
		verify(&note, loading->keys, found);
	return true;
}

static bool add_snapshot(loading_t *loading, td_slice_t bytes, td_err_t *err)
{
	td_closings_t *closings = loading->closings;
	td_snapshot_t snapshot;
	uint8_t *copy = td_arena_take(closings->arena, bytes.size + 1);
	if (copy == NULL || closings->snapshot_count == TD_SNAPSHOTS_MAX)
		return out_of_room(err);
	memcpy(copy, bytes.data, bytes.size);
	if (td_snapshot_read((td_slice_t){copy, bytes.size}, &snapshot))
		closings->snapshots[closings->snapshot_count++] = snapshot;
	return true;
}

static bool take(loading_t *loading, td_slice_t key, td_slice_t value, uint64_t offset,
		 td_err_t *err)
{
	size_t size = strlen(TD_CLOSING_KEY);
	if (!td_closing_is_key(key) || value.size == 0)
		return true; /* a seal of a log */
	if (memchr(key.data + size, '/', key.size - size) != NULL)
		return add_snapshot(loading, value, err);
	return add_note(
		loading, value,
		td_show_format(loading->closings->arena, "%s %" PRIu64, TD_TOPIC_SEALS, offset),
		err);
}

static bool take_record(void *context, const td_kafka_item_t *record, td_err_t *err)
{
	return take(context, record->key, record->value, (uint64_t)record->offset, err);
}

static bool take_archived(void *context, const td_archived_t *record, td_err_t *err)
{
	return take(context, record->key, record->value, record->offset, err);
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

bool td_closings_load(const td_audit_t *audit, const td_note_keys_t *keys, td_closings_t *closings,
		      td_err_t *err)
{
	loading_t loading = {keys, closings};
	*closings = (td_closings_t){.arena = td_arena_new(ARENA_BYTES)};
	if (closings->arena != NULL) {
		closings->items =
			td_arena_take(closings->arena, TD_CLOSINGS_MAX * sizeof *closings->items);
		closings->snapshots = td_arena_take(closings->arena,
						    TD_SNAPSHOTS_MAX * sizeof *closings->snapshots);
	}
	if (closings->items == NULL || closings->snapshots == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory for closed periods");
	return audit->settings->archive != NULL
		       ? load_archive(audit->settings->archive, &loading, err)
		       : load_topic(audit, &loading, err);
}

void td_closings_free(td_closings_t *closings)
{
	td_arena_free(closings->arena);
	*closings = (td_closings_t){0};
}

static const td_found_closing_t *find(const td_closings_t *closings, const char *period)
{
	for (size_t i = 0; i < closings->count; i++) {
		const td_found_closing_t *found = &closings->items[i];
		if (found->readable && found->signatures > 0 &&
		    strcmp(found->closing->period, period) == 0)
			return found;
	}
	return NULL;
}

const td_closing_t *td_closings_find(const td_closings_t *closings, const char *period)
{
	const td_found_closing_t *found = find(closings, period);
	return found == NULL ? NULL : found->closing;
}

bool td_closings_stands(const td_closings_t *closings, const td_found_closing_t *found)
{
	return found->readable && find(closings, found->closing->period) == found;
}

const td_snapshot_t *td_closings_snapshot(const td_closings_t *closings,
					  const td_closing_t *closing, const td_closed_t *closed)
{
	for (size_t i = 0; i < closings->snapshot_count; i++) {
		const td_snapshot_t *snapshot = &closings->snapshots[i];
		if (snapshot->closed_ms == closing->closed_ms &&
		    snapshot->through_offset == closed->through_offset &&
		    memcmp(snapshot->totals_sha256, closed->totals_sha256,
			   sizeof closed->totals_sha256) == 0 &&
		    memcmp(snapshot->before_sha256, closed->before_sha256,
			   sizeof closed->before_sha256) == 0)
			return snapshot;
	}
	return NULL;
}
