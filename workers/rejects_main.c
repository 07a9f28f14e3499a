/* thidua-rejects: what was rejected and why, and what still waits for a correction. */
#include "common/arena.h"
#include "common/kafka.h"
#include "common/program.h"
#include "proto/json_text.h"
#include "workers/reason.h"
#include "workers/rejects.h"
#include "workers/rejects_show.h"
#include "workers/topics.h"

#include <stdio.h>
#include <stdlib.h>

enum { ARGUMENTS_MAX = 3, LIST_BYTES = 1 << 30, TEXT_BYTES = 1 << 30 };

typedef struct settings {
	td_kafka_settings_t kafka;
	td_log_settings_t log;
	const char *lang, *format, *reporter, *code, *since;
	int64_t generation;
	bool all;
} settings_t;

static const td_opt_t options[] = {
	{.section = "rejects",
	 .name = "lang",
	 .key = 'l',
	 .argument = "vi|en",
	 .type = TD_OPT_CHOICE,
	 .choices = "vi en",
	 .at = offsetof(settings_t, lang),
	 .standard = "vi",
	 .doc = "language of tables and sentences"},
	{.section = "rejects",
	 .name = "format",
	 .key = 'f',
	 .argument = "table|json|csv",
	 .type = TD_OPT_CHOICE,
	 .choices = "table json csv",
	 .at = offsetof(settings_t, format),
	 .standard = "table",
	 .doc = "form of the answer; json is one object a line"},
	{.section = "rejects",
	 .name = "reporter",
	 .key = 'r',
	 .argument = "NAME",
	 .type = TD_OPT_TEXT,
	 .at = offsetof(settings_t, reporter),
	 .doc = "of this reporter only"},
	{.section = "rejects",
	 .name = "generation",
	 .argument = "NUMBER",
	 .type = TD_OPT_INT,
	 .at = offsetof(settings_t, generation),
	 .standard = "0",
	 .max = 1000000,
	 .doc = "generation of the judgement"},
	{.name = "code",
	 .key = 'c',
	 .argument = "CODE",
	 .type = TD_OPT_TEXT,
	 .at = offsetof(settings_t, code),
	 .doc = "only those with this reason, such as E301"},
	{.name = "since",
	 .key = 's',
	 .argument = "DAY",
	 .type = TD_OPT_TEXT,
	 .at = offsetof(settings_t, since),
	 .doc = "only those received on this day or later, 2021-03-05"},
	{.name = "all",
	 .key = 'a',
	 .type = TD_OPT_BOOL,
	 .at = offsetof(settings_t, all),
	 .doc = "those too that were corrected, have a later version, or name no record"},
};

/* "E301" or "301" into the view. */
static bool read_code(const char *text, td_rejects_view_t *view, td_err_t *err)
{
	const char *digits = text && text[0] == 'E' ? text + 1 : text;
	char *end = NULL;
	unsigned long code = text ? strtoul(digits, &end, 10) : 0;

	view->code = (uint32_t)code;
	return !text || (end && !*end && td_reason_find(view->code)) ||
	       td_err_set(err, TD_EUSAGE, "--code %s: there is no such reason", text);
}

/* "2021-03-05" as that day's first millisecond. */
static bool read_since(const char *text, td_rejects_view_t *view, td_err_t *err)
{
	enum { DAY_SIZE = 10, MS = 1000 };
	char moment[TD_TIMESTAMP_TEXT_MAX];
	int64_t seconds = 0;
	int32_t nanos = 0;

	if (!text)
		return true;
	(void)snprintf(moment, sizeof(moment), "%.*sT00:00:00+07:00", DAY_SIZE, text);
	if (strlen(text) != DAY_SIZE ||
	    !td_timestamp_parse(td_slice_text(moment), &seconds, &nanos))
		return td_err_set(err, TD_EUSAGE, "--since %s: must be a day, as 2021-03-05", text);
	view->since_ms = seconds * MS;
	return true;
}

static bool show(const td_rejects_view_t *view, char **arguments, td_buf_t *out, td_err_t *err)
{
	char *end = NULL;
	uint64_t offset = strtoull(arguments[2], &end, 10);
	const td_rejection_t *found =
		*end ? NULL : td_rejections_find(view->list, arguments[1], offset);

	if (!found)
		return td_err_set(err, TD_EDATA,
				  "%s has no rejection at raw offset %s; 'list --all' names all",
				  arguments[1], arguments[2]);
	return td_rejects_one(view, found, out, err);
}

/* Which command it is, and whether its arguments are right. */
static bool check(const td_opt_outcome_t *asked, settings_t *settings, const char **command,
		  td_err_t *err)
{
	*command = asked->argument_count ? asked->arguments[0] : "list";
	bool shows = strcmp(*command, "show") == 0;

	if (!shows && strcmp(*command, "list") != 0 && strcmp(*command, "count") != 0)
		return td_err_set(err, TD_EUSAGE, "%s: must be list, count or show", *command);
	if (shows ? asked->argument_count != 3 : asked->argument_count > 1)
		return td_err_set(err, TD_EUSAGE, "%s",
				  shows ? "show needs REPORTER and OFFSET" : "too many arguments");
	if (shows)
		settings->reporter = asked->arguments[1];
	if (settings->reporter && !td_topic_reporter_valid(settings->reporter))
		return td_err_set(err, TD_EUSAGE, "%s: no name of a reporter", settings->reporter);
	return true;
}

/* Answers into `out`. */
static bool answer(settings_t *settings, const td_opt_outcome_t *asked, td_buf_t *out,
		   td_err_t *err)
{
	td_rejections_t *list = td_rejections_new(LIST_BYTES);
	td_rejects_view_t view = {
		.list = list,
		.all = settings->all,
		.english = strcmp(settings->lang, "en") == 0,
		.format = strcmp(settings->format, "json") == 0  ? TD_REJECTS_JSON
			  : strcmp(settings->format, "csv") == 0 ? TD_REJECTS_CSV
								 : TD_REJECTS_TABLE,
		.arena = td_arena_new(TEXT_BYTES),
	};
	td_rejects_asked_t whose = {NULL, (uint32_t)settings->generation};
	const char *command = NULL;
	bool fine = (list && view.arena) || td_err_set(err, TD_EMEMORY, "no memory");

	fine = fine && read_code(settings->code, &view, err) &&
	       read_since(settings->since, &view, err) && check(asked, settings, &command, err);
	whose.reporter = settings->reporter;
	fine = fine && td_rejects_read(&settings->kafka, &whose, list, err);
	if (fine && strcmp(command, "show") == 0)
		fine = show(&view, asked->arguments, out, err);
	else if (fine)
		fine = strcmp(command, "count") == 0 ? td_rejects_count(&view, out, err)
						     : td_rejects_list(&view, out, err);
	td_arena_free(view.arena);
	td_rejections_free(list);
	return fine;
}

static bool run(void *context, const td_opt_outcome_t *asked, td_err_t *err)
{
	settings_t *settings = context;
	td_buf_t out = td_buf_make(TEXT_BYTES);
	bool fine = td_kafka_settings_check(&settings->kafka, err) &&
		    answer(settings, asked, &out, err);

	if (fine && out.size > 0 && fwrite(out.data, 1, out.size, stdout) != out.size)
		fine = td_err_set(err, TD_EIO, "the answer cannot be written");
	td_buf_free(&out);
	return fine;
}

int main(int argc, char **argv)
{
	settings_t settings = {0};
	const td_opt_group_t groups[] = {
		{options, TD_COUNT(options), &settings},
		{td_kafka_options, td_kafka_option_count, &settings.kafka},
		{td_log_options, td_log_option_count, &settings.log},
	};
	const td_program_t program = {
		.options = {.name = "thidua-rejects",
			    .arguments = "[list|count|show REPORTER OFFSET]",
			    .doc = "Shows which events were rejected and why, and which of them "
				   "still wait for a correction.",
			    .groups = groups,
			    .group_count = TD_COUNT(groups),
			    .arguments_max = ARGUMENTS_MAX},
		.log = &settings.log,
		.work = run,
		.context = &settings,
	};

	return td_program_run(&program, argc, argv);
}
