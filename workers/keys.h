/*
 * keys: the table keys.tsv: with which keys a source signs its checkpoints, and from when.
 *
 * Pure. The source "*" is the reporter itself: with that key it signs off its figures of a period
 * (workers/sign_off.h). To add a row is an operator's yes to a new key. A key is replaced by
 * letting the old one end on a day on which the new one holds already. A source without a row does
 * not sign.
 */
#ifndef TD_WORKERS_KEYS_H
#define TD_WORKERS_KEYS_H

#include "workers/reference.h"
#include "workers/signature.h"
#include "workers/tsv.h"

/* No spool can have that name. */
#define TD_KEY_OF_REPORTER "*"

/* One row. */
struct td_key {
	const char *reporter, *source, *id; /* "vn-06", "main", td_signature_key_id */
	uint8_t key[TD_PUBLIC_KEY_SIZE];
	int32_t from_day, to_day;
};

/* The table as it stands in td_reference_t. */
typedef struct td_keys {
	td_key_t *items; /* by reporter, source, id, from_day once sorted */
	size_t count;
} td_keys_t;

/* "reporter_id source key_id public_key valid_from valid_to"; the key in base64. */
TD_MUST_USE bool td_keys_read(const td_tsv_row_t *row, td_key_t *key, td_err_t *err);

/* Sorts the rows; TD_EDATA when two hold for one key on one day. */
TD_MUST_USE bool td_keys_sort(td_keys_t *keys, td_err_t *err);

/* The key of that id for the source on that day; NULL if there is none. */
const td_key_t *td_keys_find(const td_keys_t *keys, const char *reporter, const char *source,
			     const char *id, int32_t day);

/* Whether the source has any key on that day, so that it must sign. */
bool td_keys_must_sign(const td_keys_t *keys, const char *reporter, const char *source,
		       int32_t day);

#endif
