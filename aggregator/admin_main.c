/* thidua-admin: what an operator does to a cluster, and what is wrong with it. */
#include "aggregator/admin.h"
#include "aggregator/registry.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/opt.h"

#include <stddef.h>

#define OPTION(name_, argument_, type_, member, doc_)                                              \
	{                                                                                          \
		.name = name_, .argument = argument_, .type = type_,                               \
		.at = offsetof(td_admin_settings_t, member), .doc = doc_                           \
	}

static const td_opt_t options[] = {
	{.section = "admin",
	 .name = "generation",
	 .argument = "N",
	 .type = TD_OPT_INT,
	 .at = offsetof(td_admin_settings_t, generation),
	 .standard = "-1",
	 .min = TD_REGISTRY_LIVE,
	 .max = 1000000,
	 .doc = "generation of the judgement that is meant; -1 is the live one, for init the "
		"first"},
	OPTION("acl", NULL, TD_OPT_BOOL, acl, "init: give the rights to the topics too"),
	OPTION("in-force-from", "MOMENT", TD_OPT_TEXT, in_force_from,
	       "publish: from when the version judges: now, +1m, 2021-06-01T07:30"),
	OPTION("note", "TEXT", TD_OPT_TEXT, note,
	       "publish, absent, generation start: why, in one line"),
	OPTION("by", "OFFICE", TD_OPT_TEXT, by, "absent, generation start: which office decides"),
	OPTION("yes", NULL, TD_OPT_BOOL, yes,
	       "absent, generation drop: do it, instead of only looking"),
	{.name = "reference-version",
	 .argument = "N",
	 .type = TD_OPT_INT,
	 .at = offsetof(td_admin_settings_t, reference_version),
	 .max = 1000000,
	 .doc = "generation start: the version that judges at least; default the newest"},
};

/* A command's words, how many arguments follow, and who does it. */
typedef struct command {
	const char *words[2];
	size_t arguments_min, arguments_max;
	const char *arguments;
	td_admin_fn *run;
} command_t;

static const command_t commands[] = {
	{{"init"}, 0, 0, "", td_admin_init},
	{{"doctor"}, 0, 0, "", td_admin_doctor},
	{{"reference", "publish"}, 1, 1, "DIR", td_admin_publish},
	{{"reference", "list"}, 0, 0, "", td_admin_list},
	{{"reference", "show"}, 1, 2, "VERSION [TABLE]", td_admin_show},
	{{"reference", "diff"}, 2, 2, "A B", td_admin_diff},
	{{"shard", "show"}, 0, 1, "[REPORTER]", td_admin_shard_show},
	{{"shard", "rebuild"}, 1, 1, "REPORTER", td_admin_shard_rebuild},
	{{"generation", "start"}, 1, 1, "N --by OFFICE --note TEXT", td_admin_generation_start},
	{{"generation", "status"}, 0, 0, "", td_admin_generation_status},
	{{"generation", "compare"}, 2, 2, "A B", td_admin_generation_compare},
	{{"generation", "switch"}, 1, 1, "N", td_admin_generation_switch},
	{{"generation", "drop"}, 1, 1, "N", td_admin_generation_drop},
	{{"absent"}, 2, 2, "TOPIC FROM..THROUGH --by OFFICE --note TEXT", td_admin_absent},
};

enum { ARGUMENTS_MAX = 4 };

/* How many of the command's words begin the arguments; 0: it is another one. */
static size_t match(const command_t *command, const td_opt_outcome_t *asked)
{
	size_t words = command->words[1] ? 2 : 1;
	for (size_t i = 0; i < words; i++)
		if (i >= asked->argument_count ||
		    strcmp(command->words[i], asked->arguments[i]) != 0)
			return 0;
	return words;
}

static bool unknown(const td_opt_outcome_t *asked, td_err_t *err)
{
	char list[512] = "";
	size_t used = 0;
	for (size_t i = 0; i < TD_COUNT(commands); i++) {
		int size = snprintf(list + used, sizeof list - used, "%s%s%s%s", i ? ", " : "",
				    commands[i].words[0], commands[i].words[1] ? " " : "",
				    commands[i].words[1] ? commands[i].words[1] : "");
		used += size > 0 && (size_t)size < sizeof list - used ? (size_t)size : 0;
	}
	return td_err_set(err, TD_EUSAGE, "'%.40s%s%.40s' is no command; there are: %s",
			  asked->arguments[0], asked->argument_count > 1 ? " " : "",
			  asked->argument_count > 1 ? asked->arguments[1] : "", list);
}

static bool run(const td_admin_settings_t *settings, const td_opt_outcome_t *asked, td_err_t *err)
{
	for (size_t i = 0; i < TD_COUNT(commands); i++) {
		const command_t *command = &commands[i];
		size_t words = match(command, asked);
		if (words == 0)
			continue;
		td_admin_t admin = {
			.settings = settings,
			.arguments = (const char *const *)asked->arguments + words,
			.argument_count = asked->argument_count - words,
			.out = stdout,
			.now_ms = td_clock_wall_ms(),
		};
		if (admin.argument_count < command->arguments_min ||
		    admin.argument_count > command->arguments_max)
			return td_err_set(err, TD_EUSAGE, "write: thidua-admin %s%s%s %s",
					  command->words[0], words > 1 ? " " : "",
					  words > 1 ? command->words[1] : "", command->arguments);
		return command->run(&admin, err);
	}
	return unknown(asked, err);
}

int main(int argc, char **argv)
{
	td_admin_settings_t settings = {0};
	td_log_settings_t log = {0};
	const td_opt_group_t groups[] = {
		{options, TD_COUNT(options), &settings},
		{td_reference_options, td_reference_option_count, &settings.reference},
		{td_kafka_options, td_kafka_option_count, &settings.kafka},
		{td_redis_options, td_redis_option_count, &settings.redis},
		{td_log_options, td_log_option_count, &log},
	};
	const td_opt_program_t program = {
		.name = "thidua-admin",
		.arguments = "COMMAND [ARGUMENT...]",
		.doc = "Makes topics and rights, publishes reference data, looks after shards, and "
		       "says what is wrong.",
		.groups = groups,
		.group_count = TD_COUNT(groups),
		.arguments_min = 1,
		.arguments_max = ARGUMENTS_MAX,
	};
	td_opt_outcome_t asked;
	td_err_t err = {0};
	bool ok = td_opt_parse(&program, argc, argv, &asked, &err);
	if (ok && !asked.done) {
		td_log_start(&log, "thidua-admin");
		ok = td_kafka_settings_check(&settings.kafka, &err) && run(&settings, &asked, &err);
	}
	if (fflush(stdout) != 0 && ok)
		ok = td_err_set(&err, TD_EIO, "the answer cannot be written");
	if (!ok)
		(void)fprintf(stderr, "thidua-admin: %s\n", err.text);
	return ok ? 0 : td_err_exit_status(err.code);
}
