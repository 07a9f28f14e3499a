#include "aggregator/answer_parts.h"

enum {
	SLOTS = 512 * 1024, /* of the hash table; a power of two, well above TD_ROWS_MAX */
	ARENA_LIMIT = 64 * 1024 * 1024,
};
static_assert(SLOTS > 2 * TD_ROWS_MAX, "the table must stay sparse");

td_answer_t *td_answer_new(const td_query_t *query)
{
	td_arena_t *arena = td_arena_new(ARENA_LIMIT);
	td_answer_t *answer = arena == NULL ? NULL : td_arena_take(arena, sizeof *answer);
	if (answer == NULL) {
		td_arena_free(arena);
		return NULL;
	}
	*answer = (td_answer_t){.query = query, .arena = arena};
	answer->slots = td_arena_take(arena, SLOTS * sizeof *answer->slots);
	answer->order = td_arena_take(arena, TD_ROWS_MAX * sizeof *answer->order);
	if (answer->slots == NULL || answer->order == NULL) {
		td_arena_free(arena);
		return NULL;
	}
	memset(answer->slots, 0, SLOTS * sizeof *answer->slots);
	return answer;
}

void td_answer_free(td_answer_t *answer)
{
	if (answer != NULL)
		td_arena_free(answer->arena);
}

int td_answer_order(const td_row_t *a, const td_row_t *b)
{
	if (a->figure != b->figure)
		return a->figure < b->figure ? -1 : 1;
	if (a->bucket_day != b->bucket_day)
		return a->bucket_day < b->bucket_day ? -1 : 1;
	if (a->hour != b->hour)
		return a->hour < b->hour ? -1 : 1;
	if (a->province_index != b->province_index)
		return a->province_index < b->province_index ? -1 : 1;
	int by_unit = strcmp(a->unit, b->unit);
	if (by_unit != 0)
		return by_unit;
	return (int)a->dim - (int)b->dim;
}

static size_t hash_row(const td_row_t *key)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ key->figure;
	const uint64_t parts[] = {(uint64_t)(uint32_t)key->bucket_day, (uint64_t)(uint8_t)key->hour,
				  key->dim, key->province_index};
	for (size_t i = 0; i < TD_COUNT(parts); i++)
		hash = (hash ^ parts[i]) * UINT64_C(0x100000001b3);
	for (const char *letter = key->unit; *letter != '\0'; letter++)
		hash = (hash ^ (uint8_t)*letter) * UINT64_C(0x100000001b3);
	return (size_t)(hash ^ hash >> 32) & (SLOTS - 1);
}

td_row_t *td_answer_row(td_answer_t *answer, const td_row_t *key)
{
	size_t slot = hash_row(key);
	while (answer->slots[slot] != NULL) {
		if (td_answer_order(answer->slots[slot], key) == 0)
			return answer->slots[slot];
		slot = (slot + 1) & (SLOTS - 1);
	}
	if (answer->count == TD_ROWS_MAX)
		return NULL;
	td_row_t *row = td_arena_take(answer->arena, sizeof *row);
	if (row == NULL)
		return NULL;
	*row = *key;
	answer->slots[slot] = row;
	answer->order[answer->count++] = row;
	return row;
}
