#include "workers/missing.h"

#include <stdlib.h>

struct td_missing {
	uint64_t first, size; /* the range */
	uint64_t count;       /* of it missing */
	uint8_t found[];      /* a bit each */
};

td_missing_t *td_missing_new(uint64_t first, uint64_t last)
{
	if (last < first || last - first >= TD_MISSING_MAX)
		return NULL;
	uint64_t size = last - first + 1;
	td_missing_t *missing = calloc(1, sizeof(*missing) + (size_t)(size / 8) + 1);

	if (missing) {
		missing->first = first;
		missing->size = missing->count = size;
	}
	return missing;
}

void td_missing_free(td_missing_t *missing)
{
	free(missing);
}

static bool is_found(const td_missing_t *missing, uint64_t at)
{
	return (missing->found[at / 8] >> (at % 8) & 1) != 0;
}

void td_missing_found(td_missing_t *missing, uint64_t first, uint64_t last)
{
	uint64_t end = missing->first + missing->size;

	if (last < missing->first || first >= end)
		return;
	uint64_t at = first > missing->first ? first - missing->first : 0;
	uint64_t through = last < end ? last - missing->first : missing->size - 1;

	for (; at <= through; at++)
		if (!is_found(missing, at)) {
			missing->found[at / 8] |= (uint8_t)(1 << (at % 8));
			missing->count--;
		}
}

bool td_missing_next(const td_missing_t *missing, uint64_t from, uint64_t *first, uint64_t *last)
{
	uint64_t at = from > missing->first ? from - missing->first : 0;

	while (at < missing->size && is_found(missing, at))
		at++;
	if (at >= missing->size)
		return false;
	*first = missing->first + at;
	while (at + 1 < missing->size && !is_found(missing, at + 1))
		at++;
	*last = missing->first + at;
	return true;
}

uint64_t td_missing_count(const td_missing_t *missing)
{
	return missing->count;
}
