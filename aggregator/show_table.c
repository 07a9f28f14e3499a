/* A whole answer as a table: its days, what it is narrowed to, the rows, how complete it is. */
#include "aggregator/show.h"

#include "aggregator/dimension.h"

/* "15/12/2020 – 14/12/2021", or a window of hours with its hours. */
static const char *range_text(const td_show_t *show, const Thidua__V1__TallyAnswer *answer)
{
	char from[16], to[16];
	td_show_day(show, answer->from_on, from);
	td_show_day(show, answer->to_on, to);
	if (show->query->grain != TD_GRAIN_HOUR)
		return td_show_format(show->arena, "%s – %s", from, to);
	return td_show_format(show->arena, "%s %02d:00 – %s %02d:59", from, show->query->first_hour,
			      to, show->query->last_hour);
}

/* " · chỉ: rất nghiêm trọng, đặc biệt nghiêm trọng": the values that all figures are narrowed to.
 */
static const char *only_text(const td_show_t *show)
{
	const td_figure_t *figure = &show->query->figures[0];
	const char *text = "";
	for (uint8_t value = 1; value < 64 && text != NULL; value++) {
		const td_value_info_t *info = td_dimension_value(figure->only, value);
		if (info == NULL || (figure->only_values >> value & 1) == 0)
			continue;
		text = text[0] == '\0' ? td_show_format(show->arena, " · %s: %s",
							td_say(show->lang, "chỉ", "only"),
							td_say(show->lang, info->vi, info->en))
				       : td_show_format(show->arena, "%s, %s", text,
							td_say(show->lang, info->vi, info->en));
	}
	return text;
}

bool td_show_table(const td_show_t *show, const Thidua__V1__TallyAnswer *answer, const char **text)
{
	const char *rows, *complete, *range = range_text(show, answer), *only = only_text(show);
	if (range == NULL || only == NULL || !td_show_rows(show, answer, &rows) ||
	    !td_show_completeness(show, answer, &complete))
		return false;
	*text = td_show_format(show->arena, "%s%s%s%s\n\n%s\n%s", answer->title,
			       answer->title[0] == '\0' ? "" : ": ", range, only, rows, complete);
	return *text != NULL;
}
