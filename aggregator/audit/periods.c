#include "aggregator/audit/periods.h"

#include "aggregator/answer.h"
#include "aggregator/dimension.h"
#include "aggregator/metric.h"
#include "aggregator/request.h"
#include "common/hex.h"

#include <stdio.h>
#include <stdlib.h>

bool td_audit_period(const td_audit_t *audit, td_named_period_t *named, td_err_t *err)
{
	const td_audit_settings_t *settings = audit->settings;
	bool civil = settings->calendar != NULL && strcmp(settings->calendar, "civil") == 0;
	td_period_t period;
	thidua__v1__period__init(&named->period);
	if (settings->period == NULL || settings->from != NULL || settings->to != NULL)
		return td_err_set(err, TD_EUSAGE,
				  "which period? give --period 2021, 2021-H1, 2021-9M, 2021-Q3 or "
				  "2021-M09, and no other days");
	if (!td_period_parse(settings->period, civil ? TD_CALENDAR_CIVIL : TD_CALENDAR_POLICE,
			     &period, err))
		return false;
	td_request_period(&period, &named->period);
	period.year--;
	named->before = td_period_days(&period);
	return td_period_name(&named->period, named->name) ||
	       td_err_set(err, TD_EBUG, "%s has no name", settings->period);
}

/* One walk over a replayed shard. */
typedef struct adding {
	td_totals_t *totals;
	td_days_t days;
	char prefix[TD_KEY_MAX];
	bool wrong;
} adding_t;

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

static bool add(void *context, const td_hashes_item_t *item)
{
	adding_t *adding = context;
	char field[TD_FIELD_MAX];
	int64_t value;
	if (item->field.size >= sizeof field || item->value.size == 0)
		return true;
	memcpy(field, item->field.data, item->field.size);
	field[item->field.size] = '\0';
	if (strcmp(field, "#") == 0) /* a checksum */
		return true;
	adding->wrong =
		!read_value(item->value, &value) || !td_totals_add(adding->totals, field, value);
	return !adding->wrong;
}

static bool add_all(td_shelved_t *shelved, adding_t *adding, td_err_t *err)
{
	td_bucket_t buckets[TD_BUCKETS_MAX];
	size_t count;
	td_keep_t *keep = td_shelved_keep(shelved, err);
	if (keep == NULL || !td_window_buckets(adding->days, TD_GRAIN_ANY, buckets, &count, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		char key[TD_KEY_MAX];
		td_layout_tally_key(adding->prefix, buckets[i].span, false, buckets[i].day, key);
		bool walked = td_keep_walk_key(keep, td_slice_text(key), add, adding, err);
		if (adding->wrong)
			return td_err_set(err, TD_EBUG, "the tallies of %s cannot be summed",
					  shelved->bounds->reporter);
		if (!walked)
			return false;
	}
	return true;
}

td_totals_t *td_shelved_totals(const td_audit_t *audit, td_shelved_t *shelved, td_days_t days,
			       td_err_t *err)
{
	adding_t adding = {.totals = td_totals_new(), .days = days};
	if (adding.totals == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory for totals");
		return NULL;
	}
	td_layout_prefix(shelved->bounds->reporter, (uint32_t)audit->settings->generation,
			 adding.prefix);
	if (add_all(shelved, &adding, err))
		return adding.totals;
	td_totals_free(adding.totals);
	return NULL;
}

bool td_shelved_figures(const td_audit_t *audit, td_shelved_t *shelved, td_days_t days,
			td_figures_t *figures, td_err_t *err)
{
	td_totals_t *totals = td_shelved_digest(shelved, (uint32_t)audit->settings->generation,
						days, &figures->tallies, err)
				      ? td_shelved_totals(audit, shelved, days, err)
				      : NULL;
	if (totals == NULL)
		return false;
	bool done = td_totals_digest(totals, figures->totals) ||
		    td_err_set(err, TD_EDATA, "the figures of %s are more than can be signed off",
			       shelved->bounds->reporter);
	td_totals_free(totals);
	return done;
}

td_days_t td_period_name_days(const char *name)
{
	static const char civil[] = "civil-";
	td_period_t period;
	td_err_t err;
	td_calendar_t calendar = strncmp(name, civil, sizeof civil - 1) == 0 ? TD_CALENDAR_CIVIL
									     : TD_CALENDAR_POLICE;
	const char *dash = strchr(name, '-');
	if (dash == NULL || !td_period_parse(dash + 1, calendar, &period, &err))
		return (td_days_t){0, -1};
	return td_period_days(&period);
}

bool td_shelved_signed(const td_audit_t *audit, td_shelved_t *shelved, const char *period,
		       td_signed_t *said, td_err_t *err)
{
	char prefix[TD_KEY_MAX], key[TD_KEY_MAX + 8];
	td_slice_t value;
	*said = (td_signed_t){0};
	td_layout_prefix(shelved->bounds->reporter, (uint32_t)audit->settings->generation, prefix);
	(void)snprintf(key, sizeof key, "%ssigned", prefix);
	td_keep_t *keep = td_shelved_keep(shelved, err);
	if (keep == NULL ||
	    !td_keep_get(keep, td_slice_text(key), td_slice_text(period), &value, err))
		return false;
	return value.size == 0 || td_signed_read(value, said) ||
	       td_err_set(err, TD_EBUG, "the sign-off of %s by %s cannot be read", period,
			  shelved->bounds->reporter);
}

/* A value by its code for programs, for people by its name; where it has neither, its number. */
static const char *value_word(const td_audit_t *audit, td_dimension_t dimension, uint8_t value)
{
	td_figure_t figure;
	td_lang_t lang = td_report_lang(audit->report);
	bool is_json = strcmp(audit->settings->format, "json") == 0;
	const td_value_info_t *info = td_dimension_value(dimension, value);
	if (dimension == TD_DIM_NONE || value == 0)
		return "";
	if (info != NULL)
		return is_json ? info->code : td_say(lang, info->vi, info->en);
	const char *number = td_show_format(audit->arena, "%u", value);
	if (number == NULL || dimension != TD_DIM_METRIC || !td_figure_by_number(number, &figure))
		return number;
	return is_json ? figure.code : td_say(lang, figure.vi, figure.en);
}

/* Codes have no spaces between them, names have. */
static const char *joined(const td_audit_t *audit, const char *first, const char *second)
{
	if (first == NULL || second == NULL)
		return NULL;
	const char *between = strcmp(audit->settings->format, "json") == 0 ? " " : ", ";
	return td_show_format(audit->arena, "%s%s%s", first,
			      first[0] != '\0' && second[0] != '\0' ? between : "", second);
}

bool td_total_words(const td_audit_t *audit, const char *field, td_total_words_t *words)
{
	static const td_metric_info_t unknown = {.code = "?", .vi = "?", .en = "?"};
	td_cell_t cell;
	if (!td_layout_parse_field(field, &cell))
		return false;
	const td_metric_info_t *known = td_metric_find(cell.metric);
	const td_metric_info_t *metric = known == NULL ? &unknown : known;
	*words = (td_total_words_t){
		.metric = metric->code,
		.label = td_say(td_report_lang(audit->report), metric->vi, metric->en),
		.province = td_show_format(audit->arena, "%s", cell.area),
		.dimensions = joined(audit, value_word(audit, metric->dim1, cell.dim1),
				     value_word(audit, metric->dim2, cell.dim2)),
	};
	return words->province != NULL && words->dimensions != NULL;
}

const char *td_audit_hex(const td_audit_t *audit, const uint8_t digest[TD_TOTALS_DIGEST_SIZE])
{
	char text[2 * TD_TOTALS_DIGEST_SIZE + 1];
	td_hex_write(digest, TD_TOTALS_DIGEST_SIZE, text);
	return td_show_format(audit->arena, "%s", text);
}
