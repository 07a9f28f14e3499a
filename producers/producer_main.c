/* thidua-producer: rows of one source, through a durable spool, into the reporter's raw topic. */
#include "common/kafka.h"
#include "common/program.h"
#include "producers/producer.h"

enum { FILES_MAX = 100000 };

typedef struct settings {
	td_kafka_settings_t kafka;
	td_log_settings_t log;
	td_producer_settings_t producer;
} settings_t;

static bool is_command(const td_opt_outcome_t *outcome, const char *name)
{
	return outcome->argument_count > 0 && strcmp(outcome->arguments[0], name) == 0;
}

/* What would else be read as a file, or be passed over. */
static bool check_words(const td_producer_settings_t *settings, const td_opt_outcome_t *outcome,
			td_err_t *err)
{
	bool resends = is_command(outcome, "resend");
	bool commands = resends || is_command(outcome, "status") || is_command(outcome, "key");
	if (commands && outcome->argument_count > 1)
		return td_err_set(err, TD_EUSAGE, "%s takes no file; a file of that name is ./%s",
				  outcome->arguments[0], outcome->arguments[0]);
	if (settings->from != 0 && !resends)
		return td_err_set(
			err, TD_EUSAGE,
			"--from belongs to resend: thidua-producer resend --from SEQUENCE");
	return true;
}

static bool run(void *context, const td_opt_outcome_t *outcome, td_err_t *err)
{
	const settings_t *settings = context;
	if (!check_words(&settings->producer, outcome, err))
		return false;
	if (is_command(outcome, "status"))
		return td_producer_status(&settings->producer, err);
	if (is_command(outcome, "key"))
		return td_producer_settings_check(&settings->producer, false, err) &&
		       td_producer_key(&settings->producer, err);
	if (!td_producer_settings_check(&settings->producer, true, err) ||
	    !td_kafka_settings_check(&settings->kafka, err))
		return false;
	if (is_command(outcome, "resend"))
		return td_producer_resend(&settings->producer, &settings->kafka, err);
	return td_producer_feed(&settings->producer, &settings->kafka, outcome->arguments, err);
}

int main(int argc, char **argv)
{
	settings_t settings = {0};
	const td_opt_group_t groups[] = {
		{td_producer_options, td_producer_option_count, &settings.producer},
		{td_kafka_options, td_kafka_option_count, &settings.kafka},
		{td_log_options, td_log_option_count, &settings.log},
	};
	const td_program_t program = {
		.options = {.name = "thidua-producer",
			    .arguments = "[FILE... | resend | status | key]",
			    .doc = "Takes rows of one source into a durable spool and sends them "
				   "to Kafka.",
			    .groups = groups,
			    .group_count = TD_COUNT(groups),
			    .arguments_max = FILES_MAX},
		.log = &settings.log,
		.daemon = true,
		.work = run,
		.context = &settings,
	};
	return td_program_run(&program, argc, argv);
}
