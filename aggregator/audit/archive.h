/*
 * archive: the files of an archive and its manifest.
 *
 *   manifest.json            ArchiveManifest (proto/thidua/v1/archive.proto) in official JSON
 *   <reporter>.events.zst    the raw log
 *   reference.records        all ReferenceVersions, each behind its length
 *   decisions.records        all AbsentDecisions and others of thidua.decisions, likewise
 *   seals/<number>.seal      all notes of thidua.seals
 *
 * Shell. The manifest is written last: without it there is no archive.
 */
#ifndef TD_AGGREGATOR_AUDIT_ARCHIVE_H
#define TD_AGGREGATOR_AUDIT_ARCHIVE_H

#include "aggregator/audit/merkle.h"
#include "common/arena.h"
#include "common/buf.h"
#include "common/err.h"

#include <thidua/v1/archive.pb-c.h>

enum { TD_ARCHIVE_FORMAT = 1, TD_ARCHIVE_RECORDS_MAX = 512 * 1024 * 1024 };

#define TD_ARCHIVE_MANIFEST  "manifest.json"
#define TD_ARCHIVE_REFERENCE "reference.records"
#define TD_ARCHIVE_DECISIONS "decisions.records"
#define TD_ARCHIVE_SEALS     "seals"

/* Size and SHA-256 of a file. */
TD_MUST_USE bool td_archive_digest(const char *path, uint64_t *size, td_hash_t *sha256,
				   td_err_t *err);

/* Writes the manifest. */
TD_MUST_USE bool td_archive_write_manifest(const char *folder,
					   const Thidua__V1__ArchiveManifest *manifest,
					   td_err_t *err);

/* Reads the manifest into `arena` and checks every file that it names. TD_ENOINPUT: there is none;
 * TD_EINTEGRITY: a file is missing or was altered, which is named. */
TD_MUST_USE Thidua__V1__ArchiveManifest *td_archive_read_manifest(const char *folder,
								  td_arena_t *arena, td_err_t *err);

#endif
