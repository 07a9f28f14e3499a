/*
 * closing: the figures of a period as they were when it was closed.
 *
 * Pure. A period is closed by a note (aggregator/audit/note.h) in thidua.seals, key
 * "closing/<period>", signed by the office that closes it:
 *   thidua closing
 *   <name of the key>
 *   period <police-2021-Q3>
 *   closed <Unix ms>
 *   reporter <vn-06> <raw offset up to which> <revision of its sign-off; 0: signs nothing off>
 *            <SHA-256 of its totals> <the same of those of the year before> <the same of all
 *            tallies behind the former>
 * with one such line, digests in hexadecimal, for each reporter. The totals themselves
 * (aggregator/totals.h) lie before it in the same topic, key "closing/<period>/<reporter>", and in
 * Redis, where thidua-tally finds them: the hash "thidua:closed:<period>", reporter → snapshot.
 * Both have the same bytes: closed <Unix ms> <raw offset> <SHA-256> <SHA-256 of those of the year
 * before> <the totals> <an empty line> <the totals of the same period a year before, as they were
 * known then> Older closings end with the first digest and the first totals.
 */
#ifndef TD_AGGREGATOR_CLOSING_H
#define TD_AGGREGATOR_CLOSING_H

#include "aggregator/totals.h"
#include "common/buf.h"
#include "workers/sign_off.h"

#define TD_CLOSING_KEY "closing/"

enum {
	TD_CLOSING_REPORTERS_MAX = 256,
	TD_CLOSING_NAME_MAX = 129,  /* of a key's name, with the end */
	TD_SNAPSHOT_HEAD_MAX = 256, /* bytes of a snapshot beside its totals */
	TD_SNAPSHOT_MAX = 2 * TD_TOTALS_TEXT_MAX + TD_SNAPSHOT_HEAD_MAX,
	TD_CLOSED_KEY_MAX = 48,      /* of a key in Redis, with the end */
	TD_CLOSING_RECORD_KEY = 112, /* of a key in Kafka, with the end */
};

/* One reporter's part of it. */
typedef struct td_closed {
	char reporter[TD_ID_MAX + 1];
	uint64_t through_offset, revision;
	uint8_t totals_sha256[TD_TOTALS_DIGEST_SIZE];
	bool has_more; /* the two behind */
	uint8_t before_sha256[TD_TOTALS_DIGEST_SIZE];
	uint8_t tallies_sha256[TD_TOTALS_DIGEST_SIZE];
} td_closed_t;

typedef struct td_closing {
	char name[TD_CLOSING_NAME_MAX];
	char period[TD_PERIOD_NAME_MAX];
	int64_t closed_ms;
	size_t count;
	td_closed_t items[TD_CLOSING_REPORTERS_MAX];
} td_closing_t;

/* Appends the note's text; and back, false when it is none. */
void td_closing_write(const td_closing_t *closing, td_buf_t *out);
TD_MUST_USE bool td_closing_read(td_slice_t text, td_closing_t *closing);

/* The part of that reporter; NULL when it has none. */
const td_closed_t *td_closing_find(const td_closing_t *closing, const char *reporter);

/* A snapshot; `totals` is its text, `before` that of the year before. */
typedef struct td_snapshot {
	int64_t closed_ms;
	uint64_t through_offset;
	uint8_t totals_sha256[TD_TOTALS_DIGEST_SIZE];
	td_slice_t totals;
	bool has_before;
	uint8_t before_sha256[TD_TOTALS_DIGEST_SIZE];
	td_slice_t before;
} td_snapshot_t;

/* Appends it; and back, false when it is none, or its totals are not what the digests say. */
void td_snapshot_write(const td_snapshot_t *snapshot, td_buf_t *out);
TD_MUST_USE bool td_snapshot_read(td_slice_t bytes, td_snapshot_t *snapshot);

/* Keys of a closed period: in Redis; in thidua.seals, of a reporter's snapshot or (NULL) the note.
 */
void td_closing_redis_key(const char *period, char key[TD_CLOSED_KEY_MAX]);
void td_closing_record_key(const char *period, const char *reporter,
			   char key[TD_CLOSING_RECORD_KEY]);

/* Whether a record of thidua.seals with that key is of a closed period, and no seal of a log. */
bool td_closing_is_key(td_slice_t key);

#endif
