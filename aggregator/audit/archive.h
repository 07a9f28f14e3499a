/*
 * archive: the form of an archive's files: records, and the index behind them.
 *
 * Pure; zstd itself is in archive_write.c and archive_read.c. What is read was perhaps altered or
 * cut: everything is checked, and the same content has one form only. proto/thidua/v1/archive.proto
 * says what each part means.
 */
#ifndef TD_AGGREGATOR_AUDIT_ARCHIVE_H
#define TD_AGGREGATOR_AUDIT_ARCHIVE_H

#include "common/arena.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/td.h"

#include <thidua/v1/archive.pb-c.h>

enum {
	TD_ARCHIVE_FRAME_FULL = 1024 * 1024, /* content after which a frame is closed */
	TD_ARCHIVE_RECORD_MAX = 8 * 1024 * 1024,
	TD_ARCHIVE_CONTENT_MAX = TD_ARCHIVE_FRAME_FULL + TD_ARCHIVE_RECORD_MAX, /* of one frame */
	TD_ARCHIVE_FRAMES_MAX = 256 * 1024,                                     /* of one file */
	TD_ARCHIVE_TAIL_MAX = 64 * 1024 * 1024, /* bytes of index and seek table */
};

/* One record, or `absent` offsets from `offset` on that have none. */
typedef struct td_archived {
	uint64_t offset;
	int64_t append_ms;
	td_slice_t key, value;
	uint64_t absent; /* 0: this is a record */
} td_archived_t;

/* The offset behind it. */
uint64_t td_archived_end(const td_archived_t *archived);

/* Appends it behind its length. */
void td_archive_add(td_buf_t *out, const td_archived_t *archived);

/* Takes the next one off the front of `rest`; it points into these bytes. False, and `rest` as it
 * was, when they are cut or no record in its one form. */
TD_MUST_USE bool td_archive_take(td_slice_t *rest, td_archived_t *archived);

/* Appends what stands behind the frames: the index and the seek table. False when `arena` is full
 * or the index is too long. */
TD_MUST_USE bool td_archive_add_tail(const Thidua__V1__ArchiveIndex *index, td_arena_t *arena,
				     td_buf_t *out);

/* What an index must agree with. */
typedef struct td_archive_extent {
	uint64_t first_offset, end_offset;
	uint64_t position; /* where the frames end */
} td_archive_extent_t;

/* The index in the tail, in `arena`; NULL, with what is wrong there in `err` (TD_EINTEGRITY), when
 * it is cut, altered, or does not cover just that. */
TD_MUST_USE const Thidua__V1__ArchiveIndex *td_archive_read_tail(td_slice_t tail,
								 const td_archive_extent_t *extent,
								 td_arena_t *arena, td_err_t *err);

#endif
