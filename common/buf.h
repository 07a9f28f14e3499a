/*
 * buf: bytes that grow up to a maximum.
 *
 * Appending never fails on the spot: a buffer that reached its maximum, or got no memory, is
 * `failed`, keeps what it had and takes nothing more, so that a writer checks once, at its end.
 */
#ifndef TD_COMMON_BUF_H
#define TD_COMMON_BUF_H

#include "common/td.h"

typedef struct td_buf {
	uint8_t *data; /* owned; may move at each append */
	size_t size;   /* bytes used */
	size_t room;   /* bytes allocated */
	size_t max;    /* size never exceeds it */
	bool failed;   /* something did not fit; the content is not whole */
} td_buf_t;

/* An empty buffer of at most `max` bytes; allocates nothing yet. */
td_buf_t td_buf_make(size_t max);

/* Frees the bytes; the buffer is empty and usable again. */
void td_buf_free(td_buf_t *buf);

/* Forgets content and failure, keeps the memory. */
void td_buf_clear(td_buf_t *buf);

/* Appends bytes; `data` may be NULL when `size` is 0, and may not point into the buffer. */
void td_buf_add(td_buf_t *buf, const void *data, size_t size);
void td_buf_add_slice(td_buf_t *buf, td_slice_t slice);
void td_buf_add_text(td_buf_t *buf, const char *text);
void td_buf_add_byte(td_buf_t *buf, uint8_t byte);

/* Appends an unsigned number as a base-128 varint (protobuf's, 1 to 10 bytes). */
void td_buf_add_varint(td_buf_t *buf, uint64_t number);

/* Appends a number little-endian in 4 or 8 bytes. */
void td_buf_add_u32(td_buf_t *buf, uint32_t number);
void td_buf_add_u64(td_buf_t *buf, uint64_t number);

/* Appends a number in decimal. */
void td_buf_add_decimal(td_buf_t *buf, int64_t number);

/* Room for `size` bytes at the end, counted as used, for the caller to fill; NULL when it does not
 * fit (the buffer is then failed). */
TD_MUST_USE uint8_t *td_buf_extend(td_buf_t *buf, size_t size);

/* The content; valid until the next append. */
td_slice_t td_buf_slice(const td_buf_t *buf);

#endif
