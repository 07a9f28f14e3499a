#include "aggregator/model.h"

#include "aggregator/dimension.h"
#include "common/localday.h"

#include <stdio.h>

static Thidua__V1__Number *number(int64_t value, td_arena_t *arena)
{
	Thidua__V1__Number *message = td_arena_take(arena, sizeof *message);
	if (message == NULL)
		return NULL;
	thidua__v1__number__init(message);
	message->value = value;
	return message;
}

/* Code of the value that the row has in the dimension asked for: "very", or a criterion's number.
 */
static char *dimension_code(const td_query_t *query, const td_row_t *row, td_arena_t *arena)
{
	enum { DIGITS_MAX = 8 };
	if (row->dim == 0)
		return (char *)query->figures[row->figure].selection;
	const td_value_info_t *info = td_dimension_value(query->by, row->dim);
	if (info != NULL)
		return (char *)info->code;
	char *digits = td_arena_take(arena, DIGITS_MAX);
	if (digits != NULL)
		(void)snprintf(digits, DIGITS_MAX, "%u", row->dim);
	return digits;
}

static bool set_numbers(const td_query_t *query, const td_row_t *row, td_arena_t *arena,
			Thidua__V1__TallyRow *message)
{
	int64_t rate;
	bool ok = true;
	if (td_row_rate(query, row, &rate)) {
		message->rate_hundredths = number(rate, arena);
		ok = ok && message->rate_hundredths != NULL;
	}
	if (query->before.first <= query->before.last) {
		message->value_before = number(row->over_before, arena);
		message->denominator_before = row->under_before;
		ok = ok && message->value_before != NULL;
	}
	if (row->has_target) {
		message->target = number(row->target, arena);
		ok = ok && message->target != NULL;
	}
	return ok;
}

static Thidua__V1__TallyRow *row_message(const td_query_t *query, const td_row_t *row,
					 td_arena_t *arena)
{
	Thidua__V1__TallyRow *message = td_arena_take(arena, sizeof *message);
	if (message == NULL)
		return NULL;
	thidua__v1__tally_row__init(message);
	message->metric = (char *)query->figures[row->figure].code;
	message->province = row->province_index == query->province_count
				    ? (char *)"all"
				    : (char *)query->provinces[row->province_index];
	message->unit = (char *)row->unit;
	message->dimension = dimension_code(query, row, arena);
	message->bucket_on = td_localday_yyyymmdd(row->bucket_day);
	message->hour = row->hour;
	message->value = row->over;
	message->denominator = row->under;
	message->rank = row->rank;
	if (message->dimension == NULL || !set_numbers(query, row, arena, message))
		return NULL;
	return message;
}

bool td_model_fill(const td_query_t *query, const char *title, const td_row_t *rows, size_t count,
		   td_arena_t *arena, Thidua__V1__TallyAnswer *message)
{
	thidua__v1__tally_answer__init(message);
	message->title = (char *)title;
	message->from_on = td_localday_yyyymmdd(query->days.first);
	message->to_on = td_localday_yyyymmdd(query->days.last);
	message->rows = td_arena_take(arena, count * sizeof *message->rows);
	if (message->rows == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		message->rows[i] = row_message(query, &rows[i], arena);
		if (message->rows[i] == NULL)
			return false;
	}
	message->n_rows = count;
	return true;
}

void td_model_number(int64_t value, bool vietnamese, char *text)
{
	char digits[24];
	uint64_t magnitude = value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;
	int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)magnitude);
	char *out = text;
	if (value < 0)
		*out++ = '-';
	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			*out++ = vietnamese ? '.' : ',';
		*out++ = digits[i];
	}
	*out = '\0';
}

void td_model_decimal(int64_t value, unsigned decimals, bool vietnamese, char *text)
{
	char whole[32];
	int64_t scale = 1;
	for (unsigned i = 0; i < decimals; i++)
		scale *= 10;
	td_model_number(value / scale, vietnamese, whole);
	if (decimals == 0)
		(void)snprintf(text, TD_MODEL_TEXT_MAX, "%s", whole);
	else
		(void)snprintf(text, TD_MODEL_TEXT_MAX, "%s%s%c%0*lld",
			       value < 0 && value > -scale ? "-" : "", whole,
			       vietnamese ? ',' : '.', (int)decimals,
			       (long long)(value % scale < 0 ? -(value % scale) : value % scale));
}

void td_model_percent(int64_t hundredths, bool vietnamese, char *text)
{
	int64_t magnitude = hundredths < 0 ? -hundredths : hundredths;
	(void)snprintf(text, 32, "%s%lld%c%02lld %%", hundredths < 0 ? "-" : "",
		       (long long)(magnitude / 100), vietnamese ? ',' : '.',
		       (long long)(magnitude % 100));
}
