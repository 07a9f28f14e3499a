/*
 * spool_identity: who a spool is, and whether it is still the one that was made here.
 */
#ifndef TD_PRODUCERS_SPOOL_IDENTITY_H
#define TD_PRODUCERS_SPOOL_IDENTITY_H

#include "common/err.h"
#include "common/td.h"

typedef struct td_spool_identity {
	char reporter[TD_ID_MAX + 1], source[TD_ID_MAX + 1];
	uint64_t epoch; /* 1..2^53-1 */
	bool is_copy;   /* out: the file is not the one that was written first */
} td_spool_identity_t;

/* A random epoch. */
TD_MUST_USE bool td_spool_identity_epoch(uint64_t *epoch, td_err_t *err);

/* Reads `path`; `exists` false if there is none. TD_EINTEGRITY if it is malformed. */
TD_MUST_USE bool td_spool_identity_read(const char *path, bool *exists,
					td_spool_identity_t *identity, td_err_t *err);

/* Makes or replaces `path` durably, at once or not at all. */
TD_MUST_USE bool td_spool_identity_write(const char *path, const td_spool_identity_t *identity,
					 td_err_t *err);

#endif
