/*
 * json_text: what official JSON writes as text: field names, bytes in base64, Timestamps.
 *
 * Pure; for json_read.c and json_write.c; the audit writes base64 with it.
 */
#ifndef TD_PROTO_JSON_TEXT_H
#define TD_PROTO_JSON_TEXT_H

#include "common/buf.h"
#include "common/td.h"

#include <protobuf-c/protobuf-c.h>

/* Seconds of 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z. */
#define TD_TIMESTAMP_MIN (-62135596800LL)
#define TD_TIMESTAMP_MAX 253402300799LL

enum { TD_TIMESTAMP_TEXT_MAX = 32 }; /* bytes of a Timestamp as text, terminated */

/* True if `key` is `name` or its lowerCamelCase form. */
bool td_json_names(const char *key, const char *name);

/* Appends `name` in lowerCamelCase. */
void td_json_add_name(td_buf_t *out, const char *name);

/* Decodes either alphabet, padded or not, into `out` of at least size / 4 * 3 + 2 bytes. */
TD_MUST_USE bool td_base64_decode(td_slice_t text, uint8_t *out, size_t *size);

/* Appends the standard alphabet, padded. */
void td_base64_add(td_buf_t *out, td_slice_t bytes);

/* "2021-03-05T07:00:00.5+07:00" to seconds since 1970 and nanoseconds 0..999,999,999. */
TD_MUST_USE bool td_timestamp_parse(td_slice_t text, int64_t *seconds, int32_t *nanos);

/* The same backwards, in UTC with 0, 3, 6 or 9 digits; false out of range. */
TD_MUST_USE bool td_timestamp_print(int64_t seconds, int32_t nanos,
				    char text[TD_TIMESTAMP_TEXT_MAX]);

/* Bytes of one value of that type in protobuf-c's structures. */
size_t td_json_size_of(ProtobufCType type);

#endif
