#include "proto/json_whole.h"

static bool whole_of_text(const char *text, td_json_whole_t *whole)
{
	*whole = (td_json_whole_t){.negative = text[0] == '-'};
	if (whole->negative)
		text++;
	if (text[0] == '\0' || (text[0] == '0' && text[1] != '\0'))
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9' || whole->magnitude > UINT64_MAX / 10)
			return false;
		uint64_t ten = whole->magnitude * 10;
		whole->magnitude = ten + (uint64_t)(*text - '0');
		if (whole->magnitude < ten)
			return false;
	}
	return true;
}

/* 1e3 and 1.0 are whole numbers too; beyond 2^53 a double no longer says which one. */
static bool whole_of_real(double real, td_json_whole_t *whole)
{
	if (!(real >= -(double)TD_EXACT_MAX && real <= (double)TD_EXACT_MAX) ||
	    real != (double)(int64_t)real)
		return false;
	int64_t number = (int64_t)real;
	*whole = (td_json_whole_t){number < 0, (uint64_t)(number < 0 ? -number : number)};
	return true;
}

bool td_json_whole(const json_t *json, td_json_whole_t *whole)
{
	if (json_is_string(json))
		return whole_of_text(json_string_value(json), whole);
	if (json_is_real(json))
		return whole_of_real(json_real_value(json), whole);
	json_int_t number = json_integer_value(json);
	uint64_t bits = (uint64_t)number;
	*whole = (td_json_whole_t){number < 0, number < 0 ? 0 - bits : bits};
	return true;
}
