#include "aggregator/digest.h"

static const uint64_t PRIME = 0x9e3779b97f4a7c15u;

/* Up to eight bytes, the first one lowest. */
static uint64_t load(const uint8_t *bytes, size_t size)
{
	uint64_t word = 0;
	for (size_t i = 0; i < size; i++)
		word |= (uint64_t)bytes[i] << (8 * i);
	return word;
}

static uint64_t load_word(const uint8_t *bytes)
{
	return (uint64_t)bytes[0] | (uint64_t)bytes[1] << 8 | (uint64_t)bytes[2] << 16 |
	       (uint64_t)bytes[3] << 24 | (uint64_t)bytes[4] << 32 | (uint64_t)bytes[5] << 40 |
	       (uint64_t)bytes[6] << 48 | (uint64_t)bytes[7] << 56;
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * PRIME;
	return hash ^ hash >> 29;
}

uint64_t td_digest(uint64_t seed, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	uint64_t hash = mix(seed + PRIME, size);
	for (; size >= 8; size -= 8, at += 8)
		hash = mix(hash, load_word(at));
	hash = mix(hash, load(at, size));
	return mix(hash, hash >> 32);
}
