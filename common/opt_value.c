/* opt_value: one text becomes a value of its type, in its range. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/opt_internal.h"

enum { SHOWN_BYTES = 32 };

typedef struct unit {
	const char *name;
	int64_t size;
} unit_t;

/* From small to large; each divides the next. */
static const unit_t counts[] = {{"", 1}, {NULL, 0}};
static const unit_t durations[] = {{"ms", 1},      {"s", 1000},     {"m", 60000},
				   {"h", 3600000}, {"d", 86400000}, {NULL, 0}};
static const unit_t sizes[] = {{"", 1}, {"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}, {NULL, 0}};

static const unit_t *units_of(td_opt_type_t type)
{
	if (type == TD_OPT_DURATION)
		return durations;
	return type == TD_OPT_SIZE ? sizes : counts;
}

static const char *form_of(td_opt_type_t type)
{
	if (type == TD_OPT_DURATION)
		return "a duration such as 250ms, 5s, 2m, 1h or 7d";
	return type == TD_OPT_SIZE ? "a size such as 512, 64K, 16M or 2G" : "a whole number";
}

/* Digits and a unit, nothing else. */
static bool parse_number(const char *text, const unit_t *units, int64_t *number)
{
	char *end = NULL;
	const char *digits = *text == '-' ? text + 1 : text;
	if (*digits < '0' || *digits > '9') /* strtoll takes spaces and a plus */
		return false;
	errno = 0;
	long long count = strtoll(text, &end, 10);
	if (errno != 0)
		return false;
	while (units->name && strcmp(units->name, end) != 0)
		units++;
	return units->name && !__builtin_mul_overflow((int64_t)count, units->size, number);
}

/* The number in its largest whole unit, as one would write it. */
static const char *show_number(int64_t number, const unit_t *units, char shown[SHOWN_BYTES])
{
	while (units[1].name && number != 0 && number % units[1].size == 0)
		units++;
	(void)snprintf(shown, SHOWN_BYTES, "%lld%s", (long long)(number / units->size),
		       units->name);
	return shown;
}

static bool set_number(const td_opt_t *option, const char *text, int64_t *value, td_err_t *err)
{
	const unit_t *units = units_of(option->type);
	bool is_bounded = option->min != 0 || option->max != 0;
	int64_t max = is_bounded ? option->max : INT64_MAX;
	int64_t number = 0;
	char low[SHOWN_BYTES], high[SHOWN_BYTES];
	if (!parse_number(text, units, &number))
		return td_err_set(err, TD_ECONFIG, "'%.60s' is not %s", text,
				  form_of(option->type));
	if (number < option->min && !is_bounded)
		return td_err_set(err, TD_ECONFIG, "'%.60s' is below 0", text);
	if (number < option->min || number > max)
		return td_err_set(err, TD_ECONFIG, "'%.60s' is not in %s to %s", text,
				  show_number(option->min, units, low),
				  show_number(max, units, high));
	*value = number;
	return true;
}

static bool is_one_of(const char *words, const char *text)
{
	size_t size = strlen(text);
	for (const char *word = words; *word != '\0';) {
		size_t length = strcspn(word, " ");
		if (length == size && memcmp(word, text, size) == 0)
			return size > 0;
		word += length;
		word += strspn(word, " ");
	}
	return false;
}

static bool set_choice(const td_opt_t *option, const char *text, const char **value, td_err_t *err)
{
	if (!is_one_of(option->choices, text))
		return td_err_set(err, TD_ECONFIG, "'%.60s' is none of: %s", text, option->choices);
	*value = text;
	return true;
}

static bool set_bool(const char *text, bool *value, td_err_t *err)
{
	bool is_yes = is_one_of("yes true on 1", text);
	if (!is_yes && !is_one_of("no false off 0", text))
		return td_err_set(err, TD_ECONFIG, "'%.60s' is neither yes nor no", text);
	*value = is_yes;
	return true;
}

/* Says nothing of the texts: they may be secrets in the wrong place. */
static bool add_item(td_opt_list_t *list, const char *text, td_err_t *err)
{
	if (list->count == TD_OPT_LIST_MAX)
		return td_err_set(err, TD_ECONFIG, "given more than %d times", TD_OPT_LIST_MAX);
	list->items[list->count++] = text;
	return true;
}

bool td_opt_set(const td_opt_t *option, const char *text, void *target, td_err_t *err)
{
	void *value = (char *)target + option->at;
	switch (option->type) {
	case TD_OPT_TEXT:
	case TD_OPT_PATH:
		*(const char **)value = text;
		return true;
	case TD_OPT_CHOICE:
		return set_choice(option, text, value, err);
	case TD_OPT_INT:
	case TD_OPT_DURATION:
	case TD_OPT_SIZE:
		return set_number(option, text, value, err);
	case TD_OPT_BOOL:
		return set_bool(text, value, err);
	case TD_OPT_LIST:
		return add_item(value, text, err);
	}
	return td_err_set(err, TD_EBUG, "the option has no type");
}
