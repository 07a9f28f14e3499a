/*
 * spool_reader: the events of a store in order, from any sequence that is kept, never beyond what
 * is durable.
 */
#ifndef TD_PRODUCERS_SPOOL_READER_H
#define TD_PRODUCERS_SPOOL_READER_H

#include "producers/spool_store.h"

typedef struct td_spool_reader td_spool_reader_t;

/* A reader that begins with `sequence` (1 or more); the store must outlive it. NULL and `err` on
 * failure. */
TD_MUST_USE td_spool_reader_t *td_spool_reader_new(const td_spool_store_t *store, uint64_t sequence,
						   td_err_t *err);

/* NULL is allowed. */
void td_spool_reader_free(td_spool_reader_t *reader);

/* The next call of td_spool_reader_next gives `sequence`. */
void td_spool_reader_seek(td_spool_reader_t *reader, uint64_t sequence);

/* Sequence of the next event. */
uint64_t td_spool_reader_position(const td_spool_reader_t *reader);

typedef enum td_spool_read {
	TD_SPOOL_EVENT,  /* `event` is valid until the next call of any kind */
	TD_SPOOL_END,    /* nothing more is durable yet */
	TD_SPOOL_FAILED, /* TD_EINTEGRITY: damaged or missing; TD_ENOINPUT: no longer kept; TD_EIO
			  */
} td_spool_read_t;

TD_MUST_USE td_spool_read_t td_spool_reader_next(td_spool_reader_t *reader, td_slice_t *event,
						 td_err_t *err);

/* The event before was not used: the next call gives it again. */
void td_spool_reader_back(td_spool_reader_t *reader);

#endif
