/*
 * versions: every version of the reference data, and which one judges an event.
 *
 * Pure: takes the records of thidua.reference as bytes. An event is judged by the highest version
 * in force at its append time; one from before the first version, by the first. A version once
 * taken never changes: a verdict names it for good.
 */
#ifndef TD_WORKERS_VERSIONS_H
#define TD_WORKERS_VERSIONS_H

#include "common/err.h"
#include "common/td.h"
#include "workers/reference.h"

enum {
	TD_VERSIONS_MAX = 1000,
	TD_VERSION_PACKED_MAX = 4 * 1024 * 1024, /* bytes of one packed version */
	TD_VERSION_FILES_MAX = 32,
	TD_VERSION_NOTE_MAX = 500,  /* bytes */
	TD_VERSION_LEAD_MS = 30000, /* a later version comes into force at least so long after its
				       publication, so that every worker knows it by then */
};

typedef struct td_versions td_versions_t;

/* One version; its texts live as long as the list. */
typedef struct td_version {
	uint32_t number;
	int64_t in_force_ms, published_ms;
	const Thidua__V1__ReferenceVersion *message;
	const td_reference_t *reference;
} td_version_t;

/* An empty list; NULL when memory is out. Caller frees. */
TD_MUST_USE td_versions_t *td_versions_new(void);
void td_versions_free(td_versions_t *versions);

/*
 * Takes one packed ReferenceVersion: checks its digest and parses its tables. The same version
 * again changes nothing. TD_EINTEGRITY: bytes that are none, a digest that does not fit, or a known
 * version with other content; TD_EDATA: tables that this release cannot read; TD_EMEMORY.
 */
TD_MUST_USE bool td_versions_add(td_versions_t *versions, td_slice_t packed, td_err_t *err);

/* How many there are, and each, by ascending number. */
size_t td_versions_count(const td_versions_t *versions);
const td_version_t *td_versions_get(const td_versions_t *versions, size_t index);

/* The version of that number; NULL if there is none. */
const td_version_t *td_versions_find(const td_versions_t *versions, uint32_t number);

/* The version that judges an event appended then; NULL while there is none at all. */
const td_version_t *td_versions_at(const td_versions_t *versions, int64_t append_ms);

/* SHA-256 over name, zero byte, content, zero byte of each file in order; `digest` of 32 bytes. */
TD_MUST_USE bool td_versions_digest(const Thidua__V1__ReferenceVersion *message, uint8_t *digest);

#endif
