#include "common/digest.h"

static const uint64_t PRIME = 0x9e3779b97f4a7c15u;

static uint64_t load_half(const uint8_t *bytes)
{
	return (uint64_t)bytes[0] | (uint64_t)bytes[1] << 8 | (uint64_t)bytes[2] << 16 |
	       (uint64_t)bytes[3] << 24;
}

static uint64_t load_word(const uint8_t *bytes)
{
	return load_half(bytes) | load_half(bytes + 4) << 32;
}

/* Less than eight bytes, the first one lowest; where pieces overlap, they are the same. */
static uint64_t load(const uint8_t *bytes, size_t size)
{
	if (size >= 4)
		return load_half(bytes) | load_half(bytes + size - 4) << (8 * (size - 4));
	if (size == 0)
		return 0;
	size_t middle = size / 2, last = size - 1;
	return (uint64_t)bytes[0] | (uint64_t)bytes[middle] << (8 * middle) |
	       (uint64_t)bytes[last] << (8 * last);
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
