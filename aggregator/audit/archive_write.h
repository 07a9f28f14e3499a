/*
 * archive_write: one file of an archive in the making.
 *
 * Shell. It grows under the name <name>.tmp and gets its own name when it is whole and on disk, so
 * that an export which was interrupted leaves nothing that looks like a part of an archive.
 */
#ifndef TD_AGGREGATOR_AUDIT_ARCHIVE_WRITE_H
#define TD_AGGREGATOR_AUDIT_ARCHIVE_WRITE_H

#include "aggregator/audit/archive.h"
#include "common/arena.h"
#include "common/err.h"

typedef struct td_archive_writer td_archive_writer_t;

/* Begins the file that holds the topic's records from `first` on; what an earlier attempt left
 * there is replaced. NULL and err. */
TD_MUST_USE td_archive_writer_t *td_archive_writer_new(const char *folder, const char *topic,
						       uint64_t first, td_err_t *err);

/* Ends it; a file that was not finished is deleted. NULL is allowed. */
void td_archive_writer_free(td_archive_writer_t *writer);

/* Takes the next record; offsets that it jumps over had nothing. */
TD_MUST_USE bool td_archive_writer_add(td_archive_writer_t *writer, const td_archived_t *record,
				       td_err_t *err);

/* Makes the file whole and durable, up to the offset `end`, and says in `file`, which lives in
 * `arena`, what the manifest must say of it. */
TD_MUST_USE bool td_archive_writer_finish(td_archive_writer_t *writer, uint64_t end,
					  td_arena_t *arena, Thidua__V1__ArchiveFile **file,
					  td_err_t *err);

#endif
