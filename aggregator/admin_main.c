/* thidua-admin: what an operator does to a cluster, and what is wrong with it. */
#include "aggregator/admin.h"
#include "aggregator/registry.h"
#include "common/clock.h"
#include "common/commands.h"
#include "common/program.h"

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

/* A command, and who does it. */
typedef struct item {
	td_command_t command;
	td_admin_fn *run;
} item_t;

static const item_t items[] = {
	{{"init", 0, 0, ""}, td_admin_init},
	{{"doctor", 0, 0, ""}, td_admin_doctor},
	{{"reference publish", 1, 1, "DIR"}, td_admin_publish},
	{{"reference list", 0, 0, ""}, td_admin_list},
	{{"reference show", 1, 2, "VERSION [TABLE]"}, td_admin_show},
	{{"reference diff", 2, 2, "A B"}, td_admin_diff},
	{{"shard show", 0, 1, "[REPORTER]"}, td_admin_shard_show},
	{{"shard rebuild", 1, 1, "REPORTER"}, td_admin_shard_rebuild},
	{{"generation start", 1, 1, "N --by OFFICE --note TEXT"}, td_admin_generation_start},
	{{"generation status", 0, 0, ""}, td_admin_generation_status},
	{{"generation compare", 2, 2, "A B"}, td_admin_generation_compare},
	{{"generation switch", 1, 1, "N"}, td_admin_generation_switch},
	{{"generation drop", 1, 1, "N"}, td_admin_generation_drop},
	{{"absent", 2, 2, "TOPIC FROM..THROUGH --by OFFICE --note TEXT"}, td_admin_absent},
};

static const td_commands_t commands = TD_COMMANDS("thidua-admin", items);

enum { ARGUMENTS_MAX = 4, DOC_MAX = 2048 };

static bool run(void *context, const td_opt_outcome_t *asked, td_err_t *err)
{
	const td_admin_settings_t *settings = context;
	size_t words = 0;
	const item_t *item =
		td_commands_find(&commands, asked->arguments, asked->argument_count, &words, err);
	const td_admin_t admin = {
		.settings = settings,
		.arguments = (const char *const *)asked->arguments + words,
		.argument_count = asked->argument_count - words,
		.out = stdout,
		.now_ms = td_clock_wall_ms(),
	};
	return item != NULL && td_kafka_settings_check(&settings->kafka, err) &&
	       item->run(&admin, err);
}

int main(int argc, char **argv)
{
	char doc[DOC_MAX];
	td_admin_settings_t settings = {0};
	td_log_settings_t log = {0};
	const td_opt_group_t groups[] = {
		{options, TD_COUNT(options), &settings},
		{td_reference_options, td_reference_option_count, &settings.reference},
		{td_kafka_options, td_kafka_option_count, &settings.kafka},
		{td_redis_options, td_redis_option_count, &settings.redis},
		{td_log_options, td_log_option_count, &log},
	};
	const td_program_t program = {
		.options = {.name = "thidua-admin",
			    .arguments = "COMMAND [ARGUMENT...]",
			    .doc = td_commands_describe(
				    &commands,
				    "Makes topics and rights, publishes reference data, looks "
				    "after shards and generations, and says what is wrong.",
				    doc, sizeof doc),
			    .groups = groups,
			    .group_count = TD_COUNT(groups),
			    .arguments_min = 1,
			    .arguments_max = ARGUMENTS_MAX},
		.log = &log,
		.work = run,
		.context = &settings,
	};
	return td_program_run(&program, argc, argv);
}
