/*
 * spool_reader: the events of a store in order, from any sequence that is kept, never beyond what
 * is durable.
 */
#ifndef TD_PRODUCERS_SPOOL_READER_H
#define TD_PRODUCERS_SPOOL_READER_H

#include "producers/spool_store.h"

typedef struct td_store_reader td_store_reader_t;

/* A reader that begins with `sequence` (1 or more); the store must outlive it. NULL and `err` on
 * failure. */
TD_MUST_USE td_store_reader_t *td_store_reader_new(const td_store_t *store, uint64_t sequence,
						   td_err_t *err);

/* NULL is allowed. */
void td_store_reader_free(td_store_reader_t *reader);

/* The next call of td_store_reader_next gives `sequence`. */
void td_store_reader_seek(td_store_reader_t *reader, uint64_t sequence);

/* Sequence of the next event. */
uint64_t td_store_reader_position(const td_store_reader_t *reader);

typedef enum td_store_read {
	TD_STORE_EVENT,  /* `event` is valid until the next call of any kind */
	TD_STORE_END,    /* nothing more is durable yet */
	TD_STORE_FAILED, /* TD_EINTEGRITY: damaged or missing; TD_ENOINPUT: no longer kept; TD_EIO
			  */
} td_store_read_t;

TD_MUST_USE td_store_read_t td_store_reader_next(td_store_reader_t *reader, td_slice_t *event,
						 td_err_t *err);

/* The event before was not used: the next call gives it again. */
void td_store_reader_back(td_store_reader_t *reader);

#endif
