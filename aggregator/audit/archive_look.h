/*
 * archive_look: whole topics of an archive, and single places in them.
 *
 * Shell, like archive_read, whose cursors it moves.
 */
#ifndef TD_AGGREGATOR_AUDIT_ARCHIVE_LOOK_H
#define TD_AGGREGATOR_AUDIT_ARCHIVE_LOOK_H

#include "aggregator/audit/archive_read.h"
#include "aggregator/audit/naming.h"

/* Called for a record, not for what is absent; false, with err, ends the reading. */
typedef bool td_archive_fn(void *context, const td_archived_t *record, td_err_t *err);

/* Reads the whole topic. */
TD_MUST_USE bool td_archive_read(const td_archive_t *archive, const Thidua__V1__ArchiveTopic *topic,
				 td_archive_fn *each, void *context, td_err_t *err);

/* Calls `each` with the topic's last record, if it has one. */
TD_MUST_USE bool td_archive_read_last(const td_archive_t *archive,
				      const Thidua__V1__ArchiveTopic *topic, td_archive_fn *each,
				      void *context, td_err_t *err);

/* The first offset of the topic whose record was appended after the moment, or the end. */
TD_MUST_USE bool td_archive_after(const td_archive_t *archive,
				  const Thidua__V1__ArchiveTopic *topic, int64_t moment_ms,
				  uint64_t *offset, td_err_t *err);

/* By which versions the verdicts of a topic of verdicts judged, into `naming`, which is empty: as
 * the manifest says, or from the verdicts themselves if it does not. */
TD_MUST_USE bool td_archive_naming(const td_archive_t *archive,
				   const Thidua__V1__ArchiveTopic *topic, td_naming_t *naming,
				   td_err_t *err);

#endif
