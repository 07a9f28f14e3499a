/*
 * hex: bytes in hexadecimal, as digests and the names of keys are written.
 *
 * Pure. Digits are lowercase, so that equal bytes have one text.
 */
#ifndef TD_COMMON_HEX_H
#define TD_COMMON_HEX_H

#include "common/td.h"

/* The digits of `bytes` into `text` of 2 * size + 1 bytes, terminated. */
void td_hex_write(const uint8_t *bytes, size_t size, char *text);

/* Reads `size` bytes; false when `text` is not just their 2 * size digits. */
TD_MUST_USE bool td_hex_read(td_slice_t text, size_t size, uint8_t *bytes);

#endif
