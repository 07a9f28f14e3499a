#include "aggregator/audit/archive_look.h"

bool td_archive_read(const td_archive_t *archive, const Thidua__V1__ArchiveTopic *topic,
		     td_archive_fn *each, void *context, td_err_t *err)
{
	td_archive_cursor_t *cursor = td_archive_cursor_open(archive, topic, 0, err);
	td_archive_step_t step = cursor == NULL ? TD_ARCHIVE_FAILED : TD_ARCHIVE_FRAME;
	while (step == TD_ARCHIVE_FRAME || step == TD_ARCHIVE_RECORD) {
		td_archived_t archived;
		step = td_archive_cursor_next(cursor, &archived, err);
		if (step == TD_ARCHIVE_FRAME)
			step = td_archive_cursor_load(cursor, err);
		else if (step == TD_ARCHIVE_RECORD && archived.absent == 0 &&
			 !each(context, &archived, err))
			step = TD_ARCHIVE_FAILED;
	}
	td_archive_cursor_free(cursor);
	return step == TD_ARCHIVE_END;
}

/* The last record of the frame that holds `*at`; else `*at` becomes the frame's first offset. */
static bool last_of_frame(td_archive_cursor_t *cursor, td_archived_t *record, uint64_t *at,
			  bool *found, td_err_t *err)
{
	td_archived_t archived;
	td_archive_step_t step = td_archive_cursor_load(cursor, err);
	if (step != TD_ARCHIVE_FRAME)
		return step != TD_ARCHIVE_FAILED;
	for (bool first = true;
	     (step = td_archive_cursor_next(cursor, &archived, err)) == TD_ARCHIVE_RECORD;
	     first = false) {
		if (first)
			*at = archived.offset;
		if (archived.absent == 0) {
			*record = archived;
			*found = true;
		}
	}
	return step != TD_ARCHIVE_FAILED;
}

bool td_archive_read_last(const td_archive_t *archive, const Thidua__V1__ArchiveTopic *topic,
			  td_archive_fn *each, void *context, td_err_t *err)
{
	uint64_t at = td_manifest_end(topic);
	bool done = true, found = false;
	while (done && !found && at > topic->first_offset) {
		td_archived_t record;
		td_archive_cursor_t *cursor = td_archive_cursor_open(archive, topic, at - 1, err);
		done = cursor != NULL && last_of_frame(cursor, &record, &at, &found, err) &&
		       (!found || each(context, &record, err));
		td_archive_cursor_free(cursor);
	}
	return done;
}

bool td_archive_after(const td_archive_t *archive, const Thidua__V1__ArchiveTopic *topic,
		      int64_t moment_ms, uint64_t *offset, td_err_t *err)
{
	td_archive_cursor_t *cursor = td_archive_cursor_open(archive, topic, 0, err);
	td_archive_step_t step = cursor == NULL ? TD_ARCHIVE_FAILED : TD_ARCHIVE_FRAME;
	td_archived_t archived = {.append_ms = moment_ms};
	*offset = td_manifest_end(topic);
	while (step == TD_ARCHIVE_FRAME || step == TD_ARCHIVE_RECORD) {
		step = td_archive_cursor_next(cursor, &archived, err);
		if (step == TD_ARCHIVE_FRAME)
			step = td_archive_cursor_load_after(cursor, moment_ms, err);
		else if (step == TD_ARCHIVE_RECORD && archived.absent == 0 &&
			 archived.append_ms > moment_ms) {
			*offset = archived.offset;
			step = TD_ARCHIVE_END;
		}
	}
	td_archive_cursor_free(cursor);
	return step == TD_ARCHIVE_END;
}

static bool take_naming(void *context, const td_archived_t *record, td_err_t *err)
{
	td_naming_run_t run;
	return !td_naming_read(record->value, &run) || td_naming_add(context, &run, err);
}

bool td_archive_naming(const td_archive_t *archive, const Thidua__V1__ArchiveTopic *topic,
		       td_naming_t *naming, td_err_t *err)
{
	if (topic->n_judged == 0)
		return td_archive_read(archive, topic, take_naming, naming, err);
	for (size_t i = 0; i < topic->n_judged; i++) {
		const Thidua__V1__ArchiveJudged *judged = topic->judged[i];
		const td_naming_run_t run = {judged->first_offset, judged->end_offset - 1,
					     judged->reference_version};
		if (!td_naming_add(naming, &run, err))
			return false;
	}
	return true;
}
