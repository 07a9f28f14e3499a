#include "workers/names.h"

#include "common/digest.h"

static const void *row_at(const td_names_t *names, size_t index)
{
	return (const uint8_t *)names->rows + index * names->size;
}

static const char *text_of(const void *row)
{
	return *(const char *const *)row;
}

static uint64_t digest_of(const char *text)
{
	return td_digest(0, text, strlen(text));
}

bool td_names_make(td_names_t *names, const void *rows, size_t count, size_t size)
{
	*names = (td_names_t){.rows = rows, .size = size};
	bool made = td_hashtable_init(&names->table);
	const char *before = NULL;
	for (size_t i = 0; i < count && made; i++) {
		const char *text = text_of(row_at(names, i));
		if (before == NULL || strcmp(before, text) != 0)
			made = td_hashtable_put(&names->table, digest_of(text), (uint32_t)i);
		before = text;
	}
	return made;
}

void td_names_free(td_names_t *names)
{
	td_hashtable_free(&names->table);
}

const void *td_names_find(const td_names_t *names, const char *text)
{
	td_probe_t probe = td_hashtable_probe(&names->table, digest_of(text));
	int64_t index;
	while ((index = td_hashtable_next(&names->table, &probe)) != TD_HASHTABLE_NONE) {
		const void *row = row_at(names, (size_t)index);
		if (strcmp(text_of(row), text) == 0)
			return row;
	}
	return NULL;
}
