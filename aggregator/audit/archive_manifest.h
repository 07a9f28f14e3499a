/*
 * archive_manifest: what an archive says that it holds, as JSON.
 *
 * Pure. The manifest holds the digest of each file's index, the index the digest of each frame: so
 * whoever knows the manifest's own digest knows every byte, and every piece can be checked when it
 * is read. Nothing in it is taken on trust: names lead out of no folder, and files follow each
 * other.
 */
#ifndef TD_AGGREGATOR_AUDIT_ARCHIVE_MANIFEST_H
#define TD_AGGREGATOR_AUDIT_ARCHIVE_MANIFEST_H

#include "aggregator/audit/merkle.h"
#include "common/arena.h"
#include "common/buf.h"
#include "common/err.h"
#include "workers/topics.h"

#include <thidua/v1/archive.pb-c.h>

#define TD_MANIFEST_NAME "manifest.json"

enum {
	TD_MANIFEST_FORMAT = 1,
	TD_MANIFEST_MAX = 8 * 1024 * 1024,
	TD_MANIFEST_TOPICS_MAX = 1024,
	TD_MANIFEST_JUDGED_MAX = 256,            /* of one topic */
	TD_ARCHIVE_NAME_MAX = TD_TOPIC_MAX + 32, /* bytes of a file's name, terminated */
	TD_HASH_TEXT_MAX = 2 * TD_HASH_SIZE + 1, /* a digest in hexadecimal, terminated */
};

/* The name of the file that holds the topic's records from `first` on. */
void td_archive_name(const char *topic, uint64_t first, char name[TD_ARCHIVE_NAME_MAX]);

/* A digest as sha256sum prints it. */
void td_hash_print(const td_hash_t *hash, char text[TD_HASH_TEXT_MAX]);

/* The manifest that the text says, in `arena`; NULL and err: TD_EINTEGRITY when it is no manifest,
 * says what cannot be, or is one of a later release. */
TD_MUST_USE const Thidua__V1__ArchiveManifest *td_manifest_read(td_slice_t text, td_arena_t *arena,
								td_err_t *err);

/* Appends the manifest, one line. */
TD_MUST_USE bool td_manifest_write(const Thidua__V1__ArchiveManifest *manifest, td_buf_t *out,
				   td_err_t *err);

/* The topic of that name; NULL if it is not there. */
const Thidua__V1__ArchiveTopic *td_manifest_topic(const Thidua__V1__ArchiveManifest *manifest,
						  const char *name);

/* The offset behind all that the archive has of the topic. */
uint64_t td_manifest_end(const Thidua__V1__ArchiveTopic *topic);

#endif
