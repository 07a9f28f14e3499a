#include "aggregator/definition.h"
#include "aggregator/dimension.h"
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

static bool is_asked(const entry_t *entry, const char *const *codes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(codes[i], entry->code) == 0)
			return true;
	return count == 0;
}

/* What is asked for must be there. */
static bool check_codes(const char *const *codes, size_t count, td_err_t *err)
{
	td_figure_t figure;
	for (size_t i = 0; i < count; i++)
		if (!td_figure_find(codes[i], &figure, err))
			return false;
	return true;
}

static const char *definition_of(td_lang_t lang, const entry_t *entry)
{
	return td_say(lang, td_definition_vi(entry->id), entry->definition);
}

static const char *unit_of(td_lang_t lang, const entry_t *entry)
{
	return td_say(lang, td_unit_vi(entry->unit), entry->unit);
}

/* Letters of NFC text: bytes that continue none. */
static size_t letters(const char *text, size_t size)
{
	size_t count = 0;
	for (size_t i = 0; i < size; i++)
		count += ((uint8_t)text[i] & 0xc0) != 0x80;
	return count;
}

/* The words of `text` in lines behind an indentation; NULL when the arena is full. */
static const char *wrapped(td_arena_t *arena, const char *text)
{
	enum { WIDTH = 92 };
	const char *lines = "";
	size_t column = WIDTH;
	while (*text != '\0' && lines != NULL) {
		size_t size = strcspn(text, " ");
		size_t wide = letters(text, size);
		bool breaks = column + 1 + wide > WIDTH;
		lines = td_show_format(arena, "%s%s%.*s", lines,
				       !breaks         ? " "
				       : lines[0] != 0 ? "\n    "
						       : "    ",
				       (int)size, text);
		column = breaks ? wide : column + 1 + wide;
		text += size;
		text += strspn(text, " ");
	}
	return lines;
}

/* A metric as a paragraph: code, name, unit, dimensions, definition. */
static const char *paragraph(td_arena_t *arena, td_lang_t lang, const entry_t *entry)
{
	const char *definition = wrapped(arena, definition_of(lang, entry));
	if (definition == NULL)
		return NULL;
	return td_show_format(arena, "%s – %s (%s)%s%s%s%s\n%s\n", entry->code,
			      td_say(lang, entry->vi, entry->en), unit_of(lang, entry),
			      entry->dim1[0] ? td_say(lang, ", theo ", ", by ") : "", entry->dim1,
			      entry->dim2[0] ? ", " : "", entry->dim2, definition);
}

/* "severity: less (ít nghiêm trọng), ..." in lines; "" for one whose values are numbers. */
static const char *values_of(td_arena_t *arena, td_lang_t lang, td_dimension_t dimension)
{
	const char *list = "";
	for (uint32_t value = 1; value <= UINT8_MAX && list != NULL; value++) {
		const td_value_info_t *info = td_dimension_value(dimension, (uint8_t)value);
		if (info != NULL)
			list = td_show_format(arena, "%s%s%s (%s)", list, list[0] ? ", " : "",
					      info->code, td_say(lang, info->vi, info->en));
	}
	const char *lines = list == NULL ? NULL : wrapped(arena, list);
	if (lines == NULL || list[0] == '\0')
		return lines;
	return td_show_format(arena, "%s\n%s\n", td_dimension_name(dimension), lines);
}

/* Whether one of the entries asked for is counted by the dimension. */
static bool is_used(td_dimension_t dimension, const char *const *codes, size_t count)
{
	const char *name = td_dimension_name(dimension);
	for (size_t i = 0; i < entry_count(); i++) {
		entry_t entry = entry_at(i);
		if (is_asked(&entry, codes, count) &&
		    (strcmp(entry.dim1, name) == 0 || strcmp(entry.dim2, name) == 0))
			return true;
	}
	return false;
}

/* The values of the dimensions by which what is asked for is counted, if there are such. */
static bool add_values(td_arena_t *arena, td_lang_t lang, const char *const *codes, size_t count,
		       const char **text)
{
	const char *lists = "";
	for (int i = TD_DIM_NONE + 1; i <= TD_DIM_PERIOD_KIND && lists != NULL; i++) {
		if (!is_used((td_dimension_t)i, codes, count))
			continue;
		const char *values = values_of(arena, lang, (td_dimension_t)i);
		lists = values == NULL ? NULL : td_show_format(arena, "%s%s", lists, values);
	}
	if (lists != NULL && lists[0] != '\0')
		*text = td_show_format(
			arena, "%s\n%s\n%s", *text,
			td_say(lang, "Giá trị của các phân loại:", "Values of the dimensions:"),
			lists);
	return lists != NULL && *text != NULL;
}

static bool as_text(td_arena_t *arena, td_lang_t lang, const char *const *codes, size_t count,
		    const char **text)
{
	*text = "";
	for (size_t i = 0; i < entry_count() && *text != NULL; i++) {
		entry_t entry = entry_at(i);
		if (!is_asked(&entry, codes, count))
			continue;
		const char *one = paragraph(arena, lang, &entry);
		*text = one == NULL ? NULL : td_show_format(arena, "%s%s", *text, one);
	}
	return *text != NULL && add_values(arena, lang, codes, count, text);
}

static bool as_csv(td_arena_t *arena, const char *const *codes, size_t count, const char **text)
{
	*text = "id,code,unit,dimension1,dimension2,name_vi,name_en,definition_vi,definition_en\n";
	for (size_t i = 0; *text != NULL && i < entry_count(); i++) {
		entry_t entry = entry_at(i);
		/* Labels and definitions hold no quotes. */
		if (is_asked(&entry, codes, count))
			*text = td_show_format(
				arena, "%s%u,%s,%s,%s,%s,\"%s\",\"%s\",\"%s\",\"%s\"\n", *text,
				entry.id, entry.code, entry.unit, entry.dim1, entry.dim2, entry.vi,
				entry.en, td_definition_vi(entry.id), entry.definition);
	}
	return *text != NULL;
}

static bool as_json(td_arena_t *arena, const char *const *codes, size_t count, const char **text)
{
	json_t *list = json_array();
	bool ok = list != NULL;
	for (size_t i = 0; ok && i < entry_count(); i++) {
		entry_t entry = entry_at(i);
		if (!is_asked(&entry, codes, count))
			continue;
		ok = json_array_append_new(
			     list, json_pack("{s:i, s:s, s:s, s:[s, s], s:s, s:s, s:s, s:s}", "id",
					     (int)entry.id, "code", entry.code, "unit", entry.unit,
					     "dimensions", entry.dim1, entry.dim2, "nameVi",
					     entry.vi, "nameEn", entry.en, "definitionVi",
					     td_definition_vi(entry.id), "definitionEn",
					     entry.definition)) == 0;
	}
	char *dumped = ok ? json_dumps(list, JSON_INDENT(1)) : NULL;
	*text = dumped == NULL ? NULL : td_show_format(arena, "%s\n", dumped);
	free(dumped);
	json_decref(list);
	return *text != NULL;
}

bool td_tally_metrics(const td_tally_t *tally, const char *const *codes, size_t count,
		      const char **text, td_err_t *err)
{
	const td_tally_settings_t *settings = tally->settings;
	td_lang_t lang = strcmp(settings->lang, "en") == 0 ? TD_LANG_EN : TD_LANG_VI;
	td_arena_t *arena = tally->arena;
	if (!check_codes(codes, count, err))
		return false;
	bool ok = strcmp(settings->format, "json") == 0  ? as_json(arena, codes, count, text)
		  : strcmp(settings->format, "csv") == 0 ? as_csv(arena, codes, count, text)
							 : as_text(arena, lang, codes, count, text);
	return ok || td_err_set(err, TD_EMEMORY, "no memory for the catalogue");
}
