/*
 * restored: which archive a cluster begins with, said so that another one does not pass for it.
 *
 * Shell, for it reads an archive. What is compared is the manifest: it vouches for all the rest,
 * which is held against it piece by piece when it is read. An archive that has grown since has the
 * same files, and more. One that was made anew has other files: of that the events are hashed.
 */
#ifndef TD_AGGREGATOR_AUDIT_RESTORED_H
#define TD_AGGREGATOR_AUDIT_RESTORED_H

#include "aggregator/audit/archive_read.h"
#include "aggregator/audit/leaves.h"
#include "workers/decisions.h"

/* What a decision must say of the archive, in `arena`; NULL and err. `roots`: of the events of each
 * topic, in the order of the manifest. */
TD_MUST_USE Thidua__V1__RestoredArchive *td_restored_describe(const td_archive_t *archive,
							      const td_root_mark_t *roots,
							      td_arena_t *arena, td_err_t *err);

/* Whether the archive is the one that was decided on, or goes on from it; TD_EINTEGRITY. */
TD_MUST_USE bool td_restored_agrees(const td_archive_t *archive,
				    const Thidua__V1__RestoredArchive *decided, td_err_t *err);

#endif
