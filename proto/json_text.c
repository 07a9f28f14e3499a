#include "proto/json_text.h"

#include "common/localday.h"

#include <stdio.h>

enum { DAY_SECONDS = 86400, LOCAL_OFFSET_SECONDS = 7 * 3600 };

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

bool td_json_names(const char *key, const char *name)
{
	if (strcmp(key, name) == 0)
		return true;
	for (; *name != '\0'; name++, key++) {
		bool raised = *name == '_';
		if (raised && *++name == '\0')
			break;
		if (*key != (raised ? upper(*name) : *name))
			return false;
	}
	return *key == '\0';
}

void td_json_add_name(td_buf_t *out, const char *name)
{
	for (; *name != '\0'; name++) {
		bool raised = *name == '_';
		if (raised && *++name == '\0')
			break;
		td_buf_add_byte(out, (uint8_t)(raised ? upper(*name) : *name));
	}
}

/* 0..63, or -1. */
static int digit_of(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

bool td_base64_decode(td_slice_t text, uint8_t *out, size_t *size)
{
	size_t digits = text.size;
	while (digits > 0 && text.size - digits < 2 && text.data[digits - 1] == '=')
		digits--;
	bool padded = digits != text.size;
	if (digits % 4 == 1 || (padded && text.size % 4 != 0))
		return false;
	uint32_t bits = 0;
	*size = 0;
	for (size_t i = 0; i < digits; i++) {
		int digit = digit_of(text.data[i]);
		if (digit < 0)
			return false;
		bits = bits << 6 | (uint32_t)digit;
		if (i % 4 != 0)
			out[(*size)++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
	}
	return true;
}

void td_base64_add(td_buf_t *out, td_slice_t bytes)
{
	static const char DIGITS[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < bytes.size; i += 3) {
		size_t left = bytes.size - i;
		uint32_t bits = (uint32_t)bytes.data[i] << 16;
		if (left > 1)
			bits |= (uint32_t)bytes.data[i + 1] << 8;
		if (left > 2)
			bits |= bytes.data[i + 2];
		td_buf_add_byte(out, (uint8_t)DIGITS[bits >> 18]);
		td_buf_add_byte(out, (uint8_t)DIGITS[bits >> 12 & 63]);
		td_buf_add_byte(out, left > 1 ? (uint8_t)DIGITS[bits >> 6 & 63] : '=');
		td_buf_add_byte(out, left > 2 ? (uint8_t)DIGITS[bits & 63] : '=');
	}
}

/* Takes `count` decimal digits from the front of `text`. */
static bool take_number(td_slice_t *text, size_t count, int32_t *number)
{
	if (text->size < count)
		return false;
	*number = 0;
	for (size_t i = 0; i < count; i++) {
		if (text->data[i] < '0' || text->data[i] > '9')
			return false;
		*number = *number * 10 + (text->data[i] - '0');
	}
	text->data += count;
	text->size -= count;
	return true;
}

static bool take_byte(td_slice_t *text, char wanted)
{
	if (text->size == 0 || text->data[0] != (uint8_t)wanted)
		return false;
	text->data++;
	text->size--;
	return true;
}

static bool take_date(td_slice_t *text, int32_t *day)
{
	int32_t year, month, day_of_month;
	if (!take_number(text, 4, &year) || !take_byte(text, '-') ||
	    !take_number(text, 2, &month) || !take_byte(text, '-') ||
	    !take_number(text, 2, &day_of_month))
		return false;
	if (year < 1 || month < 1 || month > 12 || day_of_month < 1)
		return false;
	*day = td_localday_make(year, month, day_of_month);
	return td_localday_yyyymmdd(*day) == year * 10000 + month * 100 + day_of_month;
}

static bool take_time(td_slice_t *text, int32_t *second_of_day)
{
	int32_t hour, minute, second;
	if (!take_number(text, 2, &hour) || !take_byte(text, ':') ||
	    !take_number(text, 2, &minute) || !take_byte(text, ':') ||
	    !take_number(text, 2, &second))
		return false;
	*second_of_day = hour * 3600 + minute * 60 + second;
	return hour < 24 && minute < 60 && second < 60;
}

static bool take_fraction(td_slice_t *text, int32_t *nanos)
{
	*nanos = 0;
	if (!take_byte(text, '.'))
		return true;
	size_t digits = 0;
	int32_t digit;
	for (; take_number(text, 1, &digit); digits++) {
		if (digits == 9)
			return false;
		*nanos = *nanos * 10 + digit;
	}
	for (size_t i = digits; i < 9; i++)
		*nanos *= 10;
	return digits > 0;
}

static bool take_offset(td_slice_t *text, int32_t *offset_seconds)
{
	*offset_seconds = 0;
	if (take_byte(text, 'Z'))
		return true;
	int32_t sign = 1, hour, minute;
	if (take_byte(text, '-'))
		sign = -1;
	else if (!take_byte(text, '+'))
		return false;
	if (!take_number(text, 2, &hour) || !take_byte(text, ':') || !take_number(text, 2, &minute))
		return false;
	*offset_seconds = sign * (hour * 3600 + minute * 60);
	return hour < 24 && minute < 60;
}

bool td_timestamp_parse(td_slice_t text, int64_t *seconds, int32_t *nanos)
{
	int32_t day, second_of_day, offset_seconds;
	if (!take_date(&text, &day) || !take_byte(&text, 'T') || !take_time(&text, &second_of_day))
		return false;
	if (!take_fraction(&text, nanos) || !take_offset(&text, &offset_seconds) || text.size != 0)
		return false;
	*seconds = (int64_t)day * DAY_SECONDS + second_of_day - offset_seconds;
	return *seconds >= TD_TIMESTAMP_MIN && *seconds <= TD_TIMESTAMP_MAX;
}

/* ".5" padded to 3, 6 or 9 digits; nothing for 0. */
static void print_fraction(int32_t nanos, char text[16])
{
	text[0] = '\0';
	if (nanos == 0)
		return;
	int digits = nanos % 1000 != 0 ? 9 : nanos % 1000000 != 0 ? 6 : 3;
	(void)snprintf(text, 16, ".%09d", nanos);
	text[1 + digits] = '\0';
}

bool td_timestamp_print(int64_t seconds, int32_t nanos, char text[TD_TIMESTAMP_TEXT_MAX])
{
	if (seconds < TD_TIMESTAMP_MIN || seconds > TD_TIMESTAMP_MAX || nanos < 0 ||
	    nanos > 999999999)
		return false;
	/* The calendar is local; a moment seven hours earlier there reads as UTC here. */
	int32_t day = td_localday_of_ms((seconds - LOCAL_OFFSET_SECONDS) * 1000);
	int32_t second = (int32_t)(seconds - (int64_t)day * DAY_SECONDS);
	int32_t date = td_localday_yyyymmdd(day);
	char fraction[16];
	print_fraction(nanos, fraction);
	int length = snprintf(text, TD_TIMESTAMP_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d%sZ",
			      date / 10000, date / 100 % 100, date % 100, second / 3600,
			      second / 60 % 60, second % 60, fraction);
	return length > 0 && length < TD_TIMESTAMP_TEXT_MAX;
}

size_t td_json_size_of(ProtobufCType type)
{
	switch (type) {
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_DOUBLE:
		return 8;
	case PROTOBUF_C_TYPE_BOOL:
		return sizeof(protobuf_c_boolean);
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_MESSAGE:
		return sizeof(void *);
	case PROTOBUF_C_TYPE_BYTES:
		return sizeof(ProtobufCBinaryData);
	default:
		return 4;
	}
}
