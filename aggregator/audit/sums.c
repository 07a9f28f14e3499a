#include "aggregator/audit/sums.h"

#include "aggregator/layout.h"
#include "common/decimal.h"
#include "common/localday.h"

#include <stdlib.h>

#include <openssl/evp.h>

enum { DAY_DIGITS = 8, MONTH_DIGITS = 6 };

struct td_summing {
	char prefix[TD_KEY_MAX];
	size_t prefix_size;
	EVP_MD_CTX *digest;
	uint8_t lines[4096]; /* not yet in the digest */
	size_t lines_size;
	size_t last; /* sum that was found last */
	td_sum_t items[TD_SUMS_MAX];
	td_sums_t sums;
	bool failed;
};

static bool read_digits(td_slice_t text, size_t count, int32_t *number)
{
	*number = 0;
	for (size_t i = 0; i < count; i++) {
		int32_t digit = text.data[i] - '0';
		if (digit < 0 || digit > 9)
			return false;
		*number = *number * 10 + digit;
	}
	return true;
}

/* "d:20210305" and its like. */
static bool read_day(td_slice_t key, td_tally_key_t *tally)
{
	int32_t on;
	if (key.size != 2 + DAY_DIGITS ||
	    !read_digits((td_slice_t){key.data + 2, DAY_DIGITS}, DAY_DIGITS, &on) ||
	    !td_localday_of_yyyymmdd(on, &tally->days.first))
		return false;
	tally->days.last = tally->days.first;
	return true;
}

/* "m:202103a". */
static bool read_half(td_slice_t key, td_tally_key_t *tally)
{
	int32_t month, day;
	if (key.size != 2 + MONTH_DIGITS + 1 ||
	    !read_digits((td_slice_t){key.data + 2, MONTH_DIGITS}, MONTH_DIGITS, &month))
		return false;
	uint8_t half = key.data[2 + MONTH_DIGITS];
	if ((half != 'a' && half != 'b') ||
	    !td_localday_of_yyyymmdd(month * 100 + (half == 'a' ? 1 : 15), &day))
		return false;
	tally->days.first = td_localday_half_first(td_localday_half(day));
	tally->days.last = td_localday_half_last(td_localday_half(day));
	return true;
}

bool td_tally_key_read(td_slice_t key, td_tally_key_t *tally)
{
	if (key.size < 2 || key.data[1] != ':')
		return false;
	tally->by_unit = key.data[0] == 'D' || key.data[0] == 'M';
	switch (key.data[0]) {
	case 'h':
		tally->span = TD_SPAN_HOUR;
		return read_day(key, tally);
	case 'd':
	case 'D':
		tally->span = TD_SPAN_DAY;
		return read_day(key, tally);
	case 'm':
	case 'M':
		tally->span = TD_SPAN_HALF;
		return read_half(key, tally);
	default:
		return false;
	}
}

td_summing_t *td_summing_new(const char *prefix, td_days_t days)
{
	td_summing_t *summing = calloc(1, sizeof *summing);
	if (summing == NULL)
		return NULL;
	summing->prefix_size = strnlen(prefix, TD_KEY_MAX - 1);
	memcpy(summing->prefix, prefix, summing->prefix_size);
	summing->sums = (td_sums_t){.days = days, .items = summing->items};
	summing->digest = EVP_MD_CTX_new();
	if (summing->digest != NULL && EVP_DigestInit_ex(summing->digest, EVP_sha256(), NULL) == 1)
		return summing;
	td_summing_free(summing);
	return NULL;
}

void td_summing_free(td_summing_t *summing)
{
	if (summing == NULL)
		return;
	EVP_MD_CTX_free(summing->digest);
	free(summing);
}

static void flush(td_summing_t *summing)
{
	if (EVP_DigestUpdate(summing->digest, summing->lines, summing->lines_size) != 1)
		summing->failed = true;
	summing->lines_size = 0;
}

static void add_piece(td_summing_t *summing, const void *piece, size_t size, char end)
{
	memcpy(summing->lines + summing->lines_size, piece, size);
	summing->lines[summing->lines_size + size] = (uint8_t)end;
	summing->lines_size += size + 1;
}

static bool read_value(td_slice_t text, int64_t *value)
{
	char digits[24], *end;
	if (text.size == 0 || text.size >= sizeof digits)
		return false;
	memcpy(digits, text.data, text.size);
	digits[text.size] = '\0';
	*value = strtoll(digits, &end, 10);
	return *end == '\0';
}

static bool is_sum(const td_sum_t *sum, const td_cell_t *cell)
{
	return sum->metric == cell->metric && strcmp(sum->province, cell->area) == 0;
}

/* Looks from where the last one was, since the same few follow each other day after day. */
static td_sum_t *find_sum(td_summing_t *summing, const td_cell_t *cell)
{
	td_sums_t *sums = &summing->sums;
	for (size_t i = 0; i < sums->count; i++) {
		size_t at = (summing->last + i) % sums->count;
		if (is_sum(&sums->items[at], cell)) {
			summing->last = at;
			return &sums->items[at];
		}
	}
	if (sums->count == TD_SUMS_MAX)
		return NULL;
	td_sum_t *sum = &sums->items[sums->count++];
	*sum = (td_sum_t){.metric = cell->metric};
	memcpy(sum->province, cell->area, strnlen(cell->area, TD_AREA_MAX - 1));
	return sum;
}

bool td_summing_add(void *context, const td_tally_t *tally)
{
	enum { LINE_MAX_BYTES = TD_KEY_MAX + TD_FIELD_MAX + 24 };
	td_summing_t *summing = context;
	const td_days_t *days = &summing->sums.days;
	int32_t last = tally->span == TD_SPAN_HALF
			       ? td_localday_half_last(td_localday_half(tally->day))
			       : tally->day;
	if (tally->span == TD_SPAN_HOUR || tally->day < days->first || last > days->last)
		return true;
	char value[TD_DECIMAL_MAX];
	size_t digits = td_decimal_text(tally->value, value);
	if (summing->lines_size + LINE_MAX_BYTES > sizeof summing->lines)
		flush(summing);
	add_piece(summing, tally->key.data + summing->prefix_size,
		  tally->key.size - summing->prefix_size, ' ');
	add_piece(summing, tally->field, strnlen(tally->field, TD_FIELD_MAX - 1), ' ');
	add_piece(summing, value, digits, '\n');
	summing->sums.cells++;
	if (tally->span == TD_SPAN_DAY && !tally->by_unit) {
		td_sum_t *sum = find_sum(summing, &tally->cell);
		if (sum == NULL)
			summing->failed = true;
		else
			sum->value += tally->value;
	}
	return !summing->failed;
}

bool td_summing_take(void *context, const td_hashes_item_t *item)
{
	td_summing_t *summing = context;
	td_tally_key_t key;
	char field[TD_FIELD_MAX] = "";
	td_tally_t tally = {.key = item->key, .field = field};
	if (item->key.size <= summing->prefix_size || item->field.size >= sizeof field)
		return true;
	td_slice_t hash = {item->key.data + summing->prefix_size,
			   item->key.size - summing->prefix_size};
	if (!td_tally_key_read(hash, &key) || td_slice_equal(item->field, td_slice_text("#")))
		return true; /* no tally, or a checksum */
	memcpy(field, item->field.data, item->field.size);
	tally.span = key.span;
	tally.by_unit = key.by_unit;
	tally.day = key.days.first;
	if (!td_layout_parse_field(field, &tally.cell) || !read_value(item->value, &tally.value)) {
		summing->failed = true;
		return false;
	}
	return td_summing_add(summing, &tally);
}

static int by_place(const void *a, const void *b)
{
	const td_sum_t *left = a, *right = b;
	int order = strcmp(left->province, right->province);
	return order != 0 ? order : (left->metric > right->metric) - (left->metric < right->metric);
}

bool td_summing_finish(td_summing_t *summing, const td_sums_t **sums)
{
	flush(summing);
	qsort(summing->items, summing->sums.count, sizeof summing->items[0], by_place);
	*sums = &summing->sums;
	return !summing->failed &&
	       EVP_DigestFinal_ex(summing->digest, summing->sums.digest.bytes, NULL) == 1;
}
