/*
 * base64: reads RFC 4648's standard alphabet with padding, in the one spelling of each value.
 *
 * Pure; proto/json_text.h writes it. White space, missing or odd padding and stray bits are
 * refused, so that a note or a proof cannot be altered and still be the same.
 */
#ifndef TD_AGGREGATOR_AUDIT_BASE64_H
#define TD_AGGREGATOR_AUDIT_BASE64_H

#include "common/td.h"

/* The bytes behind `text` into `bytes` of `room`; false when it is no base64 or does not fit. */
TD_MUST_USE bool td_base64_read(td_slice_t text, uint8_t *bytes, size_t room, size_t *size);

#endif
