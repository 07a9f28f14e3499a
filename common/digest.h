/*
 * digest: a fast 64-bit hash that shows what was altered by hand, and spreads hash tables.
 *
 * Pure; the same on every machine. No defence against somebody who computes it: the logs are.
 */
#ifndef TD_COMMON_DIGEST_H
#define TD_COMMON_DIGEST_H

#include "common/td.h"

/* The digest of `bytes` behind what `seed` stands for; chain calls to cover several pieces. */
uint64_t td_digest(uint64_t seed, const void *bytes, size_t size);

#endif
