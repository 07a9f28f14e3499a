/*
 * archived: one event of an archive as bytes: ArchivedEvent behind its length.
 *
 * Pure. Written and read without protobuf-c, of which every event would cost an allocation; the
 * bytes are those that any protobuf writes and reads.
 */
#ifndef TD_AGGREGATOR_AUDIT_ARCHIVED_H
#define TD_AGGREGATOR_AUDIT_ARCHIVED_H

#include "common/buf.h"
#include "workers/verdict.h"

/* Appends it. */
void td_archived_write(const td_raw_t *raw, td_buf_t *out);

/* Cuts the first one off `rest`; `raw` points into it. False when it is none. */
TD_MUST_USE bool td_archived_read(td_slice_t *rest, td_raw_t *raw);

/* Appends a record of any kind behind its length, and cuts one off. */
void td_archived_write_bytes(td_slice_t bytes, td_buf_t *out);
TD_MUST_USE bool td_archived_read_bytes(td_slice_t *rest, td_slice_t *bytes);

#endif
