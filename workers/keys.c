#include "workers/keys.h"

#include "proto/json_text.h"

#include <stdlib.h>

enum { BASE64_SIZE = 44 }; /* of 32 bytes, padded */

static bool read_text(const td_tsv_row_t *row, size_t column, const char **text, td_err_t *err)
{
	*text = row->cells[column];
	if ((*text)[0] == '\0' || strlen(*text) > TD_ID_MAX)
		return td_tsv_object(row, column, "is no id of 1 to 64 bytes", err);
	return true;
}

bool td_keys_read(const td_tsv_row_t *row, td_key_t *key, td_err_t *err)
{
	char id[TD_KEY_ID_SIZE];
	uint8_t bytes[BASE64_SIZE];
	size_t size = 0;
	td_slice_t text = td_slice_text(row->cells[3]);
	if (!read_text(row, 0, &key->reporter, err) || !read_text(row, 1, &key->source, err) ||
	    !read_text(row, 2, &key->id, err))
		return false;
	if (text.size != BASE64_SIZE || !td_base64_decode(text, bytes, &size) ||
	    size != TD_PUBLIC_KEY_SIZE)
		return td_tsv_object(row, 3, "is no Ed25519 key of 32 bytes in base64", err);
	memcpy(key->key, bytes, TD_PUBLIC_KEY_SIZE);
	td_signature_key_id(key->key, id);
	if (strcmp(id, key->id) != 0)
		return td_tsv_object(row, 2, "is not the id of this key", err);
	return td_tsv_validity(row, 4, &key->from_day, &key->to_day, err);
}

static int by_source(const td_key_t *key, const char *reporter, const char *source)
{
	int order = strcmp(key->reporter, reporter);
	return order != 0 ? order : strcmp(key->source, source);
}

static int by_key(const void *a, const void *b)
{
	const td_key_t *left = a, *right = b;
	int order = by_source(left, right->reporter, right->source);
	if (order == 0)
		order = strcmp(left->id, right->id);
	return order != 0 ? order
			  : (left->from_day > right->from_day) - (left->from_day < right->from_day);
}

bool td_keys_sort(td_keys_t *keys, td_err_t *err)
{
	if (keys->count > 0)
		qsort(keys->items, keys->count, sizeof *keys->items, by_key);
	for (size_t i = 1; i < keys->count; i++) {
		const td_key_t *before = &keys->items[i - 1], *key = before + 1;
		if (by_source(before, key->reporter, key->source) == 0 &&
		    strcmp(before->id, key->id) == 0 && before->to_day >= key->from_day)
			return td_err_set(err, TD_EDATA,
					  "keys.tsv: two rows for '%s' hold on the same day; end "
					  "the first before the second begins",
					  key->id);
	}
	return true;
}

/* The first row of the source, or where it would stand. */
static size_t first_of(const td_keys_t *keys, const char *reporter, const char *source)
{
	size_t low = 0, high = keys->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (by_source(&keys->items[middle], reporter, source) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The source's first key that holds on the day, of that id unless it is NULL. */
static const td_key_t *find(const td_keys_t *keys, const char *reporter, const char *source,
			    const char *id, int32_t day)
{
	for (size_t i = first_of(keys, reporter, source);
	     i < keys->count && by_source(&keys->items[i], reporter, source) == 0; i++) {
		const td_key_t *key = &keys->items[i];
		if ((id == NULL || strcmp(key->id, id) == 0) && key->from_day <= day &&
		    day <= key->to_day)
			return key;
	}
	return NULL;
}

const td_key_t *td_keys_find(const td_keys_t *keys, const char *reporter, const char *source,
			     const char *id, int32_t day)
{
	return find(keys, reporter, source, id, day);
}

bool td_keys_must_sign(const td_keys_t *keys, const char *reporter, const char *source, int32_t day)
{
	return find(keys, reporter, source, NULL, day) != NULL;
}
