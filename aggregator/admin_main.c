/* thidua-admin: what an operator does to a cluster, and what is wrong with it. */
#include "aggregator/admin.h"
#include "aggregator/registry.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/nearest.h"
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

/* A command, how many arguments follow it, and who does it. */
typedef struct command {
	const char *name; /* one word or two */
	size_t arguments_min, arguments_max;
	const char *arguments;
	td_admin_fn *run;
} command_t;

static const command_t commands[] = {
	{"init", 0, 0, "", td_admin_init},
	{"doctor", 0, 0, "", td_admin_doctor},
	{"reference publish", 1, 1, "DIR", td_admin_publish},
	{"reference list", 0, 0, "", td_admin_list},
	{"reference show", 1, 2, "VERSION [TABLE]", td_admin_show},
	{"reference diff", 2, 2, "A B", td_admin_diff},
	{"shard show", 0, 1, "[REPORTER]", td_admin_shard_show},
	{"shard rebuild", 1, 1, "REPORTER", td_admin_shard_rebuild},
	{"generation start", 1, 1, "N --by OFFICE --note TEXT", td_admin_generation_start},
	{"generation status", 0, 0, "", td_admin_generation_status},
	{"generation compare", 2, 2, "A B", td_admin_generation_compare},
	{"generation switch", 1, 1, "N", td_admin_generation_switch},
	{"generation drop", 1, 1, "N", td_admin_generation_drop},
	{"absent", 2, 2, "TOPIC FROM..THROUGH --by OFFICE --note TEXT", td_admin_absent},
};

enum { ARGUMENTS_MAX = 4, DOC_MAX = 2048 };

/* How many words of the command begin the arguments; 0: it is another one. */
static size_t match(const command_t *command, const td_opt_outcome_t *asked)
{
	const char *rest = command->name;
	for (size_t i = 0; i < asked->argument_count; i++) {
		size_t size = strcspn(rest, " ");
		if (strlen(asked->arguments[i]) != size ||
		    memcmp(asked->arguments[i], rest, size) != 0)
			return 0;
		if (rest[size] == '\0')
			return i + 1;
		rest += size + 1;
	}
	return 0;
}

/* Names the command that was meant by the first words. */
static bool unknown(const td_opt_outcome_t *asked, td_err_t *err)
{
	enum { WORDS_MAX = 96 };
	char words[WORDS_MAX];
	(void)snprintf(words, sizeof words, "%.40s%s%.40s", asked->arguments[0],
		       asked->argument_count > 1 ? " " : "",
		       asked->argument_count > 1 ? asked->arguments[1] : "");
	td_nearest_t nearest = td_nearest_to(words), first = td_nearest_to(asked->arguments[0]);
	for (size_t i = 0; i < TD_COUNT(commands); i++) {
		td_nearest_try(&nearest, commands[i].name);
		td_nearest_try(&first, commands[i].name);
	}
	const char *meant = nearest.word ? nearest.word : first.word;
	return td_err_set(err, TD_EUSAGE,
			  "'%s' is no command%s%s%s; thidua-admin --help lists them", words,
			  meant ? " (did you mean '" : "", meant ? meant : "", meant ? "'?)" : "");
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
			return td_err_set(err, TD_EUSAGE, "write: thidua-admin %s %s",
					  command->name, command->arguments);
		return command->run(&admin, err);
	}
	return unknown(asked, err);
}

/* What --help says above the options: every command with its arguments. */
static const char *describe(char *text, size_t size)
{
	int used = snprintf(text, size,
			    "Makes topics and rights, publishes reference data, looks after shards "
			    "and generations, and says what is wrong.\n\nCommands:");
	for (size_t i = 0; i < TD_COUNT(commands) && used > 0 && (size_t)used < size; i++)
		used += snprintf(text + used, size - (size_t)used, "\n  %s %s", commands[i].name,
				 commands[i].arguments);
	return text;
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
	const td_opt_program_t program = {
		.name = "thidua-admin",
		.arguments = "COMMAND [ARGUMENT...]",
		.doc = describe(doc, sizeof doc),
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
