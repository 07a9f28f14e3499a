#include "aggregator/dimension.h"
#include "common/table.h"
#include "aggregator/tally_commands.h"

#include <jansson.h>

/* A metric or a rate as the catalogue shows it. */
typedef struct entry {
	uint32_t id;
	const char *code, *unit, *dim1, *dim2, *vi, *en, *definition;
} entry_t;

static size_t entry_count(void)
{
	size_t metrics, rates;
	(void)td_metric_all(&metrics);
	(void)td_rate_all(&rates);
	return metrics + rates;
}

static entry_t entry_at(size_t index)
{
	size_t metric_count, rate_count;
	const td_metric_info_t *metrics = td_metric_all(&metric_count);
	const td_rate_info_t *rates = td_rate_all(&rate_count);
	if (index < metric_count) {
		const td_metric_info_t *metric = &metrics[index];
		return (entry_t){metric->metric,
				 metric->code,
				 metric->unit,
				 td_dimension_name(metric->dim1),
				 td_dimension_name(metric->dim2),
				 metric->vi,
				 metric->en,
				 metric->definition};
	}
	const td_rate_info_t *rate = &rates[index - metric_count];
	const td_metric_info_t *first = td_metric_find(rate->numerators[0]);
	return (entry_t){rate->id,
			 rate->code,
			 rate->denominators[0] == TD_METRIC_NONE ? first->unit : "%",
			 td_dimension_name(first->dim1),
			 td_dimension_name(first->dim2),
			 rate->vi,
			 rate->en,
			 rate->definition};
}

static const char *dimensions_of(const td_tally_t *tally, const entry_t *entry)
{
	if (entry->dim2[0] == '\0')
		return entry->dim1;
	return td_show_format(tally->arena, "%s, %s", entry->dim1, entry->dim2);
}

static bool as_table(const td_tally_t *tally, td_lang_t lang, const char **text)
{
	const char *const heads[] = {td_say(lang, "Mã", "Code"), td_say(lang, "Tên", "Name"),
				     td_say(lang, "Đơn vị tính", "Unit"),
				     td_say(lang, "Phân loại", "By"),
				     td_say(lang, "Định nghĩa", "Definition")};
	static const bool right[TD_COUNT(heads)] = {false};
	td_table_t *table = td_table_new(heads, right, TD_COUNT(heads), tally->arena);
	for (size_t i = 0; table != NULL && i < entry_count(); i++) {
		entry_t entry = entry_at(i);
		const char *by = dimensions_of(tally, &entry);
		const char *const cells[] = {entry.code, td_say(lang, entry.vi, entry.en),
					     entry.unit, by, entry.definition};
		if (by == NULL || !td_table_add(table, cells))
			return false;
	}
	return table != NULL && td_table_text(table, text);
}

static bool as_csv(const td_tally_t *tally, const char **text)
{
	*text = "id,code,unit,dimension1,dimension2,name_vi,name_en,definition\n";
	for (size_t i = 0; *text != NULL && i < entry_count(); i++) {
		entry_t entry = entry_at(i);
		/* Labels and definitions hold no quotes. */
		*text = td_show_format(tally->arena, "%s%u,%s,%s,%s,%s,\"%s\",\"%s\",\"%s\"\n",
				       *text, entry.id, entry.code, entry.unit, entry.dim1,
				       entry.dim2, entry.vi, entry.en, entry.definition);
	}
	return *text != NULL;
}

static bool as_json(const td_tally_t *tally, const char **text)
{
	json_t *list = json_array();
	bool ok = list != NULL;
	for (size_t i = 0; ok && i < entry_count(); i++) {
		entry_t entry = entry_at(i);
		ok = json_array_append_new(
			     list, json_pack("{s:i, s:s, s:s, s:[s, s], s:s, s:s, s:s}", "id",
					     (int)entry.id, "code", entry.code, "unit", entry.unit,
					     "dimensions", entry.dim1, entry.dim2, "vi", entry.vi,
					     "en", entry.en, "definition", entry.definition)) == 0;
	}
	char *dumped = ok ? json_dumps(list, JSON_INDENT(1)) : NULL;
	*text = dumped == NULL ? NULL : td_show_format(tally->arena, "%s\n", dumped);
	free(dumped);
	json_decref(list);
	return *text != NULL;
}

bool td_tally_metrics(const td_tally_t *tally, const char **text, td_err_t *err)
{
	const td_tally_settings_t *settings = tally->settings;
	td_lang_t lang = strcmp(settings->lang, "en") == 0 ? TD_LANG_EN : TD_LANG_VI;
	bool ok = strcmp(settings->format, "json") == 0  ? as_json(tally, text)
		  : strcmp(settings->format, "csv") == 0 ? as_csv(tally, text)
							 : as_table(tally, lang, text);
	return ok || td_err_set(err, TD_EMEMORY, "no memory for the catalogue");
}
