/*
 * crc32c: the Castagnoli checksum of RFC 3720, which guards records on disk.
 */
#ifndef TD_COMMON_CRC32C_H
#define TD_COMMON_CRC32C_H

#include "common/td.h"

/* The checksum of `before` (0 at the start, else the result over earlier bytes) and `size` bytes
 * more, so that td_crc32c(td_crc32c(0, a), b) is the checksum of a followed by b. */
uint32_t td_crc32c(uint32_t before, const void *data, size_t size);

#endif
