#include "aggregator/layout.h"

#include "aggregator/contribute.h"
#include "common/decimal.h"
#include "common/digest.h"
#include "common/localday.h"

enum { STATE_HASH_BITS = 18 };

static char *put_text(char *at, const char *text)
{
	size_t length = strlen(text);
	memcpy(at, text, length);
	return at + length;
}

void td_layout_prefix(const char *reporter, uint32_t generation, char *prefix)
{
	char *at = prefix;
	*at++ = '{';
	at = put_text(at, reporter);
	at = put_text(at, "}:");
	at = td_decimal_put(at, generation);
	at = put_text(at, ":");
	*at = '\0';
}

void td_layout_registry(uint32_t generation, char *key)
{
	char *at = put_text(key, TD_LAYOUT_SHARED);
	at = td_decimal_put(at, generation);
	at = put_text(at, ":shards");
	*at = '\0';
}

void td_layout_tally_key(const char *prefix, td_span_t span, bool by_unit, int32_t day, char *key)
{
	static const char letters[] = {
		[TD_SPAN_HOUR] = 'h', [TD_SPAN_DAY] = 'd', [TD_SPAN_HALF] = 'm'};
	uint32_t on = (uint32_t)td_localday_yyyymmdd(day);
	char *at = put_text(key, prefix);
	*at++ = by_unit ? (char)(letters[span] - 'a' + 'A') : letters[span];
	*at++ = ':';
	at = td_decimal_put(at, span == TD_SPAN_HALF ? on / 100 : on);
	if (span == TD_SPAN_HALF)
		*at++ = on % 100 < 15 ? 'a' : 'b';
	*at = '\0';
}

void td_layout_field(const td_cell_t *cell, char *field)
{
	const uint32_t numbers[] = {cell->metric, cell->dim1, cell->dim2};
	char *at = field;
	if (cell->hour != TD_HOUR_NONE) {
		at = td_decimal_put(at, (uint64_t)cell->hour);
		*at++ = '.';
	}
	for (size_t i = 0; i < TD_COUNT(numbers); i++) {
		at = td_decimal_put(at, numbers[i]);
		*at++ = '.';
	}
	at = put_text(at, cell->area);
	*at = '\0';
}

/* Reads the number before the next dot, at most `most`; -1, and `at` where it was, when what comes
 * next is no such number. */
static int32_t get_number(const char **at, int32_t most)
{
	const char *digit = *at;
	int32_t number = 0;
	for (; *digit >= '0' && *digit <= '9' && number <= most; digit++)
		number = number * 10 + (*digit - '0');
	if (digit == *at || *digit != '.' || number > most || (**at == '0' && digit > *at + 1))
		return -1;
	*at = digit + 1;
	return number;
}

bool td_layout_parse_field(const char *field, td_cell_t *cell)
{
	int32_t numbers[4];
	size_t count = 0;
	const char *at = field;
	/* An area begins with a letter, so the numbers before it say whether there is an hour. */
	while (count < TD_COUNT(numbers)) {
		numbers[count] = get_number(&at, UINT16_MAX);
		if (numbers[count] < 0)
			break;
		count++;
	}
	size_t length = strnlen(at, TD_AREA_MAX);
	const int32_t *metric = count == 4 ? numbers + 1 : numbers;
	if (count < 3 || length == 0 || length == TD_AREA_MAX || (*at >= '0' && *at <= '9') ||
	    metric[1] > UINT8_MAX || metric[2] > UINT8_MAX || (count == 4 && numbers[0] > 23))
		return false;
	*cell = (td_cell_t){
		.metric = (uint16_t)metric[0],
		.dim1 = (uint8_t)metric[1],
		.dim2 = (uint8_t)metric[2],
		.hour = count == 4 ? (int8_t)numbers[0] : (int8_t)TD_HOUR_NONE,
		.area = at,
	};
	return true;
}

static bool is_digit(char letter)
{
	return letter >= '0' && letter <= '9';
}

static char *put_digest(char *at, const char *record_id)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t digest = td_digest(0, record_id, strlen(record_id)) >> (64 - STATE_HASH_BITS);
	*at++ = '~';
	for (int shift = 16; shift >= 0; shift -= 4)
		*at++ = digits[digest >> shift & 15];
	return at;
}

void td_layout_state(const char *prefix, uint32_t kind, const char *record_id, char *key,
		     char *field)
{
	size_t length = strlen(record_id);
	bool numbered =
		length >= 2 && is_digit(record_id[length - 1]) && is_digit(record_id[length - 2]);
	char *at = put_text(key, prefix);
	at = put_text(at, "s:");
	at = td_decimal_put(at, kind);
	*at++ = ':';
	if (numbered) {
		memcpy(at, record_id, length - 2);
		at += length - 2;
		memcpy(field, record_id + length - 2, 3);
	} else {
		at = put_digest(at, record_id);
		memcpy(field, record_id, length + 1);
	}
	*at = '\0';
}

size_t td_layout_name(uint32_t kind, const char *record_id, char *name)
{
	char *at = td_decimal_put(name, kind);
	*at++ = '/';
	at = put_text(at, record_id);
	*at = '\0';
	return (size_t)(at - name);
}

uint64_t td_layout_cell_hash(const char *key, const char *field, int64_t value)
{
	if (value == 0)
		return 0;
	uint64_t hash = td_digest(0, key, strlen(key));
	hash = td_digest(hash, field, strlen(field));
	uint8_t bytes[sizeof value];
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)((uint64_t)value >> (8 * i));
	return td_digest(hash, bytes, sizeof bytes);
}
