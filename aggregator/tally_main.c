#include "aggregator/registry.h"
#include "aggregator/tally_commands.h"
#include "common/clock.h"
#include "common/program.h"

#include <stddef.h>
#include <stdio.h>

enum { ARENA_LIMIT = 512 * 1024 * 1024 };

#define ASKED(name_, key_, argument_, type_, member, doc_)                                         \
	{                                                                                          \
		.name = name_, .key = key_, .argument = argument_, .type = type_,                  \
		.at = offsetof(td_tally_settings_t, member), .doc = doc_                           \
	}

static const td_opt_t options[] = {
	{.section = "tally",
	 .name = "lang",
	 .key = 'l',
	 .argument = "vi|en",
	 .type = TD_OPT_CHOICE,
	 .choices = "vi en",
	 .at = offsetof(td_tally_settings_t, lang),
	 .standard = "vi",
	 .doc = "language of tables"},
	{.section = "tally",
	 .name = "format",
	 .key = 'f',
	 .argument = "table|json|csv",
	 .type = TD_OPT_CHOICE,
	 .choices = "table json csv",
	 .at = offsetof(td_tally_settings_t, format),
	 .standard = "table",
	 .doc = "form of the answer"},
	{.section = "tally",
	 .name = "cluster",
	 .argument = "N",
	 .type = TD_OPT_INT,
	 .at = offsetof(td_tally_settings_t, cluster),
	 .standard = "3",
	 .min = 1,
	 .max = 999,
	 .doc = "the ministry's cluster whose provinces are meant"},
	{.section = "tally",
	 .name = "generation",
	 .argument = "N",
	 .type = TD_OPT_INT,
	 .at = offsetof(td_tally_settings_t, generation),
	 .standard = "-1",
	 .min = TD_REGISTRY_LIVE,
	 .max = 1000000,
	 .doc = "generation of the judgement; -1 is the live one"},
	{.section = "tally",
	 .name = "note",
	 .argument = "TEXT",
	 .type = TD_OPT_TEXT,
	 .at = offsetof(td_tally_settings_t, note),
	 .doc = "a line to print below every table, such as what the data are"},
	ASKED("period", 'p', "PERIOD", TD_OPT_TEXT, period,
	      "2021, 2021-H1, 2021-Q3, 2021-M09 or 2021-9M; without days, this year to date"),
	{.name = "calendar",
	 .argument = "police|civil",
	 .type = TD_OPT_CHOICE,
	 .choices = "police civil",
	 .at = offsetof(td_tally_settings_t, calendar),
	 .standard = "police",
	 .doc = "periods from the 15th to the 14th, or those of the almanac"},
	ASKED("from", 0, "DAY", TD_OPT_TEXT, from, "first day, 2021-03-05"),
	ASKED("to", 0, "DAY", TD_OPT_TEXT, to, "last day, included"),
	ASKED("last", 0, "WINDOW", TD_OPT_TEXT, last,
	      "the last hours or days until now: 24h, 7d, 30d"),
	ASKED("to-date", 0, NULL, TD_OPT_BOOL, to_date, "cut the period at today"),
	ASKED("by", 'b', "LIST", TD_OPT_TEXT, by,
	      "split by province, unit, or a dimension such as severity"),
	ASKED("only", 0, "DIM=LIST", TD_OPT_TEXT, only,
	      "keep some values: severity=very,especially"),
	ASKED("each", 'e', "BUCKET", TD_OPT_TEXT, each,
	      "split by hour, day, half (month), month, quarter or year"),
	ASKED("province", 0, "LIST", TD_OPT_TEXT, provinces,
	      "these provinces instead of the cluster's: vn-06,vn-69"),
	ASKED("compare", 'c', NULL, TD_OPT_BOOL, compare,
	      "show the same days of the year before beside it"),
	ASKED("as-closed", 0, NULL, TD_OPT_BOOL, as_closed,
	      "show beside each figure what it was when the period was closed"),
	ASKED("rank", 'r', NULL, TD_OPT_BOOL, rank, "number the provinces, highest first"),
};

/* Answers into `text`, which lives in the arena. */
static bool answer(td_tally_settings_t *settings, const td_opt_outcome_t *asked, td_arena_t *arena,
		   const char **text, td_err_t *err)
{
	td_tally_t tally = {.settings = settings, .arena = arena, .now_ms = td_clock_wall_ms()};
	bool ok = true;
	if (td_tally_needs_redis(asked->arguments[0])) {
		tally.reference = td_reference_load(settings->reference.folder, err);
		tally.redis = tally.reference ? td_redis_new(&settings->redis, err) : NULL;
		ok = tally.redis != NULL &&
		     td_registry_live(tally.redis, settings->generation, &tally.generation, err);
	}
	ok = ok && td_tally_command(&tally, (const char *const *)asked->arguments,
				    asked->argument_count, text, err);
	td_redis_free(tally.redis);
	td_reference_free(tally.reference);
	return ok;
}

static bool run(void *context, const td_opt_outcome_t *asked, td_err_t *err)
{
	const char *text = NULL;
	td_arena_t *arena = td_arena_new(ARENA_LIMIT);
	bool ok = arena != NULL ? answer(context, asked, arena, &text, err)
				: td_err_set(err, TD_EMEMORY, "no memory");
	if (ok && fputs(text, stdout) < 0)
		ok = td_err_set(err, TD_EIO, "the answer cannot be written");
	td_arena_free(arena);
	return ok;
}

int main(int argc, char **argv)
{
	td_tally_settings_t settings = {0};
	td_log_settings_t log = {0};
	const td_opt_group_t groups[] = {
		{options, TD_COUNT(options), &settings},
		{td_reference_options, td_reference_option_count, &settings.reference},
		{td_redis_options, td_redis_option_count, &settings.redis},
		{td_log_options, td_log_option_count, &log},
	};
	const td_program_t program = {
		.options = {.name = "thidua-tally",
			    .arguments = "[FIGURE...|summary|ranking|metrics [FIGURE...]|status]",
			    .doc = "Answers questions about the tallies: sums, rates, rankings of "
				   "any days, and how complete they are.",
			    .groups = groups,
			    .group_count = TD_COUNT(groups),
			    .arguments_max = TD_FIGURES_MAX},
		.log = &log,
		.work = run,
		.context = &settings,
	};
	return td_program_run(&program, argc, argv);
}
