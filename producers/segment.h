/*
 * segment: the bytes of one file of a spool: a header and records, each guarded by a checksum.
 *
 * Pure. A file is named after its first sequence; its records are packed events in order of their
 * sequence, without gaps. Numbers are little-endian:
 *
 *	header   "TDSPOOL1", u64 epoch, u64 first sequence, 32 bytes chain before it, u32 CRC-32C
 *	record   u32 size of the event, u32 CRC-32C of that word and the event, the event
 *
 * Records are written in groups, each fsynced before the next one begins; the first of a group has
 * the highest bit of its size set. A crash may leave a torn record, or bytes never written, in the
 * last group only: a whole record that begins a group behind unreadable bytes means that something
 * durable was damaged.
 */
#ifndef TD_PRODUCERS_SEGMENT_H
#define TD_PRODUCERS_SEGMENT_H

#include "common/buf.h"
#include "common/td.h"

enum {
	TD_CHAIN_SIZE = 32,
	TD_SEGMENT_HEADER_SIZE = 8 + 8 + 8 + TD_CHAIN_SIZE + 4,
	TD_SEGMENT_RECORD_HEADER_SIZE = 8,
	TD_SEGMENT_NAME_SIZE = 16 + 4 + 1, /* "0000009007199254.seg", terminated */
};

#define TD_SEGMENT_GROUP_FLAG 0x80000000u /* in the size of a record that begins a group */

/* The hash chain of an epoch: h(0) is all zero, h(n) = SHA-256(h(n-1), event n). */
typedef struct td_chain {
	uint8_t bytes[TD_CHAIN_SIZE];
} td_chain_t;

typedef struct td_segment_header {
	uint64_t epoch;
	uint64_t first;   /* sequence of the first record */
	td_chain_t chain; /* up to the event before it */
} td_segment_header_t;

/* h(n) from h(n-1) and the packed event n. */
td_chain_t td_chain_next(td_chain_t before, td_slice_t event);

/* "<first sequence, 16 digits>.seg", so that names sort as sequences do. */
void td_segment_name(uint64_t first, char name[TD_SEGMENT_NAME_SIZE]);

/* The first sequence in a name; false if it is no segment's. */
TD_MUST_USE bool td_segment_name_read(const char *name, uint64_t *first);

void td_segment_add_header(td_buf_t *out, const td_segment_header_t *header);
void td_segment_add_record(td_buf_t *out, td_slice_t event, bool begins_group);

/* Bytes that a record of this event takes. */
static inline uint64_t td_segment_record_size(size_t event_size)
{
	return TD_SEGMENT_RECORD_HEADER_SIZE + (uint64_t)event_size;
}

/* False if `bytes` do not begin with a whole header. */
TD_MUST_USE bool td_segment_read_header(td_slice_t bytes, td_segment_header_t *header);

typedef enum td_segment_found {
	TD_SEGMENT_RECORD, /* `event` and `used` are filled */
	TD_SEGMENT_SHORT,  /* the bytes end before the record does; none at all included */
	TD_SEGMENT_BROKEN, /* no record begins here: size or checksum is wrong */
} td_segment_found_t;

/* The record at the start of `bytes`: its event, within `bytes`, and how many bytes it takes. */
TD_MUST_USE td_segment_found_t td_segment_read_record(td_slice_t bytes, td_slice_t *event,
						      size_t *used);

/* What a scan of a whole file knows. */
typedef struct td_segment_scan {
	td_segment_header_t header;
	uint64_t next;    /* sequence after the last whole record */
	uint64_t size;    /* bytes up to the end of the last whole record */
	td_chain_t chain; /* up to the last whole record */
	uint64_t torn;    /* bytes behind it */
	bool damaged;     /* no crash tears like this: a later group begins behind it */
} td_segment_scan_t;

/* Reads a file's bytes through. False if there is no whole header. */
TD_MUST_USE bool td_segment_scan(td_slice_t bytes, td_segment_scan_t *scan);

#endif
