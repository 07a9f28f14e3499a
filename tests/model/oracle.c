#include "tests/model/oracle.h"

#include "aggregator/contribute.h"
#include "aggregator/layout.h"
#include "aggregator/record.h"
#include "common/localday.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct oracle {
	td_model_redis_t *redis;
	char prefix[TD_KEY_MAX];
	int32_t hours_from;
} oracle_t;

static int64_t number_of(td_slice_t text)
{
	char digits[32] = "";
	memcpy(digits, text.data != NULL ? text.data : (const uint8_t *)"", text.size);
	return strtoll(digits, NULL, 10);
}

static void add(oracle_t *oracle, td_span_t span, bool by_unit, int32_t day, const td_cell_t *cell,
		int64_t amount)
{
	char key[TD_KEY_MAX], field[TD_FIELD_MAX], text[32];
	td_layout_tally_key(oracle->prefix, span, by_unit, day, key);
	td_layout_field(cell, field);
	td_slice_t found =
		td_model_redis_get(oracle->redis, td_slice_text(key), td_slice_text(field));
	int64_t sum = number_of(found) + amount;
	(void)snprintf(text, sizeof text, "%" PRId64, sum);
	td_model_redis_set(oracle->redis, td_slice_text(key), td_slice_text(field),
			   sum == 0 ? (td_slice_t){NULL, 0} : td_slice_text(text));
}

static void add_tallies(oracle_t *oracle, const td_contributions_t *adds)
{
	for (size_t i = 0; i < adds->count; i++) {
		const td_contribution_t *item = &adds->items[i];
		td_cell_t cell = {item->metric, item->dim1, item->dim2, TD_HOUR_NONE,
				  adds->provinces[item->province]};
		add(oracle, TD_SPAN_DAY, false, item->day, &cell, item->amount);
		add(oracle, TD_SPAN_HALF, false, item->day, &cell, item->amount);
		cell.hour = item->hour;
		if (item->hour != TD_HOUR_NONE && item->day >= oracle->hours_from)
			add(oracle, TD_SPAN_HOUR, false, item->day, &cell, item->amount);
		cell.hour = TD_HOUR_NONE;
		cell.area = adds->unit;
		if (adds->unit[0] == '\0')
			continue;
		add(oracle, TD_SPAN_DAY, true, item->day, &cell, item->amount);
		add(oracle, TD_SPAN_HALF, true, item->day, &cell, item->amount);
	}
}

static bool same_record(const td_told_t *a, const td_told_t *b)
{
	return a->event->kind == b->event->kind &&
	       strcmp(a->event->record_id, b->event->record_id) == 0;
}

/* Whether `a` stands before `b`: by revision, then by what it adds, packed. */
static bool stands_before(const td_record_t *a, const td_record_t *b)
{
	uint8_t left[TD_RECORD_PACKED_MAX] = {0}, right[TD_RECORD_PACKED_MAX] = {0};
	td_record_t adds_a = {.adds = a->adds}, adds_b = {.adds = b->adds};
	if (a->revision != b->revision)
		return a->revision > b->revision;
	(void)td_record_pack(&adds_a, (td_slice_t){NULL, 0}, "", left);
	(void)td_record_pack(&adds_b, (td_slice_t){NULL, 0}, "", right);
	return memcmp(left, right, sizeof left) > 0;
}

/* All that was told about one record, in one look. */
static td_record_t standing(const td_told_t *told, size_t count, const td_told_t *about)
{
	td_record_t best = {0};
	uint64_t rejected = 0;
	for (size_t i = 0; i < count; i++) {
		if (!same_record(&told[i], about))
			continue;
		td_record_t said = {.revision = told[i].event->revision};
		if (told[i].rejected != NULL) {
			rejected = said.revision > rejected ? said.revision : rejected;
			continue;
		}
		td_contribute(told[i].event, told[i].enriched, &said.adds);
		if (stands_before(&said, &best))
			best = said;
	}
	best.rejected_revision = rejected;
	return best;
}

static void add_record(oracle_t *oracle, const td_told_t *about, const td_record_t *record)
{
	char key[TD_KEY_MAX], field[TD_FIELD_MAX], name[TD_FIELD_MAX];
	uint8_t packed[TD_RECORD_PACKED_MAX];
	uint32_t kind = (uint32_t)about->event->kind;
	td_layout_state(oracle->prefix, kind, about->event->record_id, key, field);
	(void)td_layout_name(kind, about->event->record_id, name);
	size_t size = td_record_pack(record, td_slice_text(name), TD_TOLD_REPORTER, packed);
	td_model_redis_set(oracle->redis, td_slice_text(key), td_slice_text(field),
			   (td_slice_t){packed, size});
	add_tallies(oracle, &record->adds);
}

static const char *terminated(td_slice_t slice, char text[TD_KEY_MAX])
{
	memcpy(text, slice.data, slice.size);
	text[slice.size] = '\0';
	return text;
}

bool td_oracle_counts(td_slice_t key)
{
	const uint8_t *colon = key.data + key.size;
	while (colon > key.data && colon[-1] != '}')
		colon--;
	/* Behind "}:0:". */
	return colon + 4 < key.data + key.size && colon[4] == ':' &&
	       memchr("sdDmMh", colon[3], 6) != NULL;
}

static bool is_state(td_slice_t key)
{
	return key.data[strlen("{" TD_TOLD_REPORTER "}:0:")] == 's';
}

static bool is_checksum(td_slice_t field)
{
	return td_slice_equal(field, td_slice_text("#"));
}

static uint64_t checksum_of(const td_model_redis_t *redis, td_slice_t key)
{
	char key_text[TD_KEY_MAX], field_text[TD_KEY_MAX];
	uint64_t sum = 0;
	for (size_t at = 0; at < redis->count; at++) {
		td_slice_t field = td_model_redis_field(redis, at);
		if (td_slice_equal(td_model_redis_key(redis, at), key) && !is_checksum(field))
			sum += td_layout_cell_hash(terminated(key, key_text),
						   terminated(field, field_text),
						   number_of(td_model_redis_value(redis, at)));
	}
	return sum;
}

/* Which hash each entry opens: the first entry of a tally hash. */
static bool opens_tally(const td_model_redis_t *redis, size_t at)
{
	td_slice_t key = td_model_redis_key(redis, at);
	return td_oracle_counts(key) && !is_state(key) &&
	       (at == 0 || !td_slice_equal(td_model_redis_key(redis, at - 1), key));
}

static void add_checksums(td_model_redis_t *redis)
{
	char key[TD_KEY_MAX], text[32];
	for (size_t at = 0; at < redis->count; at++) {
		if (!opens_tally(redis, at))
			continue;
		(void)terminated(td_model_redis_key(redis, at), key);
		uint64_t sum = checksum_of(redis, td_slice_text(key));
		(void)snprintf(text, sizeof text, "%" PRIu64, sum);
		if (sum != 0)
			td_model_redis_set(redis, td_slice_text(key), td_slice_text("#"),
					   td_slice_text(text));
	}
}

void td_oracle_fill(td_model_redis_t *redis, const td_told_t *told, size_t count, int64_t append_ms)
{
	oracle_t oracle = {.redis = redis,
			   .hours_from = td_localday_of_ms(append_ms) - (TD_HOUR_DAYS - 1)};
	td_layout_prefix(TD_TOLD_REPORTER, 0, oracle.prefix);
	for (size_t i = 0; i < count; i++) {
		bool is_first = told[i].event->body_case != THIDUA__V1__EVENT__BODY_CHECKPOINT;
		for (size_t before = 0; is_first && before < i; before++)
			is_first = !same_record(&told[before], &told[i]);
		if (!is_first)
			continue;
		td_record_t record = standing(told, count, &told[i]);
		add_record(&oracle, &told[i], &record);
	}
	add_checksums(redis);
}

/* The sum of one field over the days of the half-month whose hash is `key`. */
static int64_t sum_of_days(const td_model_redis_t *redis, td_slice_t key, td_slice_t field)
{
	size_t letter = strlen("{" TD_TOLD_REPORTER "}:0:");
	char day_key[TD_KEY_MAX];
	int64_t sum = 0;
	bool second = key.data[key.size - 1] == 'b';
	(void)terminated(key, day_key);
	day_key[letter] = key.data[letter] == 'm' ? 'd' : 'D';
	for (int day = second ? 15 : 1; day <= (second ? 31 : 14); day++) {
		(void)snprintf(day_key + key.size - 1, 3, "%02d", day);
		sum += number_of(td_model_redis_get(redis, td_slice_text(day_key), field));
	}
	return sum;
}

static bool fails(const char *what, td_slice_t key, td_slice_t field)
{
	printf("%s: %.*s %.*s\n", what, (int)key.size, (const char *)key.data, (int)field.size,
	       (const char *)field.data);
	return false;
}

bool td_oracle_sums_agree(const td_model_redis_t *redis)
{
	for (size_t at = 0; at < redis->count; at++) {
		td_slice_t key = td_model_redis_key(redis, at);
		td_slice_t field = td_model_redis_field(redis, at);
		char text[32] = "";
		if (!td_oracle_counts(key) || is_state(key))
			continue;
		char letter = (char)key.data[strlen("{" TD_TOLD_REPORTER "}:0:")];
		if (is_checksum(field)) {
			(void)snprintf(text, sizeof text, "%" PRIu64, checksum_of(redis, key));
			if (!td_slice_equal(td_model_redis_value(redis, at), td_slice_text(text)))
				return fails("a wrong checksum", key, field);
		} else if ((letter == 'm' || letter == 'M') &&
			   sum_of_days(redis, key, field) !=
				   number_of(td_model_redis_value(redis, at))) {
			return fails("no sum of its days", key, field);
		}
	}
	return true;
}

static int64_t sum_of_hours(const td_model_redis_t *redis, const char *day_key, td_slice_t field)
{
	char key[TD_KEY_MAX], hour_field[TD_FIELD_MAX];
	int64_t sum = 0;
	(void)snprintf(key, sizeof key, "%s", day_key);
	key[strlen("{" TD_TOLD_REPORTER "}:0:")] = 'h';
	for (int hour = 0; hour < 24; hour++) {
		(void)snprintf(hour_field, sizeof hour_field, "%d.%.*s", hour, (int)field.size,
			       (const char *)field.data);
		sum += number_of(
			td_model_redis_get(redis, td_slice_text(key), td_slice_text(hour_field)));
	}
	return sum;
}

bool td_oracle_hours_agree(const td_model_redis_t *redis, int32_t first_day)
{
	static const char days[] = "{" TD_TOLD_REPORTER "}:0:d:";
	for (size_t at = 0; at < redis->count; at++) {
		char key[TD_KEY_MAX];
		td_slice_t field = td_model_redis_field(redis, at);
		(void)terminated(td_model_redis_key(redis, at), key);
		if (strncmp(key, days, sizeof days - 1) != 0 || is_checksum(field) ||
		    atoi(key + sizeof days - 1) < td_localday_yyyymmdd(first_day))
			continue;
		if (sum_of_hours(redis, key, field) != number_of(td_model_redis_value(redis, at)))
			return fails("no sum of its hours", td_slice_text(key), field);
	}
	return true;
}
