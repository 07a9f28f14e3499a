/* thidua-aggregator: folds the verdicts of all reporters into tallies in Redis. */
#include "aggregator/aggregator.h"
#include "common/kafka.h"
#include "common/log.h"
#include "common/opt.h"
#include "common/redis.h"
#include "common/run.h"

#include <stdio.h>

typedef struct settings {
	td_kafka_settings_t kafka;
	td_redis_settings_t redis;
	td_log_settings_t log;
	td_aggregator_settings_t aggregator;
} settings_t;

static bool parse(int argc, char **argv, settings_t *settings, bool *done, td_err_t *err)
{
	td_opt_group_t groups[] = {
		{td_kafka_options, td_kafka_option_count, &settings->kafka},
		{td_redis_options, td_redis_option_count, &settings->redis},
		{td_log_options, td_log_option_count, &settings->log},
		{td_aggregator_options, td_aggregator_option_count, &settings->aggregator},
	};
	td_opt_program_t program = {
		.name = "thidua-aggregator",
		.doc = "Folds the verdicts of all reporters into tallies in Redis.",
		.groups = groups,
		.group_count = TD_COUNT(groups),
	};
	td_opt_outcome_t outcome;
	if (!td_opt_parse(&program, argc, argv, &outcome, err))
		return false;
	*done = outcome.done;
	return outcome.done || td_kafka_settings_check(&settings->kafka, err);
}

static bool run(const settings_t *settings, td_err_t *err)
{
	td_run_t *wakes = td_run_new(err);
	td_aggregator_t *aggregator = NULL;
	if (wakes)
		aggregator = td_aggregator_new(&settings->aggregator, &settings->kafka,
					       &settings->redis, wakes, err);
	if (aggregator)
		td_log(TD_LOG_INFO, "started", td_log_text("version", TD_VERSION));
	bool fine = aggregator && td_aggregator_run(aggregator, err);
	td_aggregator_free(aggregator);
	td_run_free(wakes);
	return fine;
}

int main(int argc, char **argv)
{
	td_err_t err;
	settings_t settings = {0};
	bool done = false;
	if (!parse(argc, argv, &settings, &done, &err)) {
		fprintf(stderr, "thidua-aggregator: %s\n", err.text);
		return td_err_exit_status(err.code);
	}
	if (done)
		return 0;
	td_log_start(&settings.log, "thidua-aggregator");
	if (!run(&settings, &err)) {
		td_log(TD_LOG_ERROR, "ended", td_log_err(&err));
		return td_err_exit_status(err.code);
	}
	td_log(TD_LOG_INFO, "stopped");
	return 0;
}
