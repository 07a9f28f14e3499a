/*
 * archive_read: an archive's records, each checked before it is given out.
 *
 * Shell. Every frame is hashed and held against the index, the index against the manifest, and each
 * record against the one before it. So a file that was altered, cut, taken away or put in place of
 * another ends the reading with a sentence that says which file, and which offsets lie there.
 */
#ifndef TD_AGGREGATOR_AUDIT_ARCHIVE_READ_H
#define TD_AGGREGATOR_AUDIT_ARCHIVE_READ_H

#include "aggregator/audit/archive.h"
#include "aggregator/audit/archive_manifest.h"

typedef struct td_archive td_archive_t;
typedef struct td_archive_cursor td_archive_cursor_t;

/* An archive; threads may share it. NULL and err: TD_ENOINPUT when the folder has no manifest,
 * TD_EINTEGRITY when it cannot be right. */
TD_MUST_USE td_archive_t *td_archive_open(const char *folder, td_err_t *err);
void td_archive_free(td_archive_t *archive);

const Thidua__V1__ArchiveManifest *td_archive_manifest(const td_archive_t *archive);

/* SHA-256 of the manifest's file, which vouches for all that the archive holds. */
const char *td_archive_digest(const td_archive_t *archive);

/* Whether all files of the topic are there and as long as they must be. */
TD_MUST_USE bool td_archive_look(const td_archive_t *archive, const Thidua__V1__ArchiveTopic *topic,
				 td_err_t *err);

/* Reads the topic from the frame on that holds `from`. Each thread opens cursors of its own. NULL
 * and err. */
TD_MUST_USE td_archive_cursor_t *td_archive_cursor_open(const td_archive_t *archive,
							const Thidua__V1__ArchiveTopic *topic,
							uint64_t from, td_err_t *err);
void td_archive_cursor_free(td_archive_cursor_t *cursor);

typedef enum td_archive_step {
	TD_ARCHIVE_RECORD, /* one was given; it lives until the next load */
	TD_ARCHIVE_FRAME,  /* the frame has no more: load the next one */
	TD_ARCHIVE_END,    /* the topic has no more */
	TD_ARCHIVE_FAILED, /* err says why */
} td_archive_step_t;

/* Loads the next frame: TD_ARCHIVE_FRAME, END or FAILED. */
TD_MUST_USE td_archive_step_t td_archive_cursor_load(td_archive_cursor_t *cursor, td_err_t *err);

/* The same, past frames in which nothing was appended after the moment. */
TD_MUST_USE td_archive_step_t td_archive_cursor_load_after(td_archive_cursor_t *cursor,
							   int64_t moment_ms, td_err_t *err);

/* The next record of the frame: TD_ARCHIVE_RECORD, FRAME or FAILED. */
TD_MUST_USE td_archive_step_t td_archive_cursor_next(td_archive_cursor_t *cursor,
						     td_archived_t *archived, td_err_t *err);

#endif
