/* thidua-aggregator: folds the verdicts of all reporters into tallies in Redis. */
#include "aggregator/aggregator.h"
#include "common/kafka.h"
#include "common/program.h"
#include "common/redis.h"
#include "common/run.h"

typedef struct settings {
	td_kafka_settings_t kafka;
	td_redis_settings_t redis;
	td_log_settings_t log;
	td_aggregator_settings_t aggregator;
} settings_t;

static bool run(void *context, const td_opt_outcome_t *asked, td_err_t *err)
{
	const settings_t *settings = context;
	td_aggregator_t *aggregator = NULL;
	(void)asked;
	if (!td_kafka_settings_check(&settings->kafka, err))
		return false;
	td_run_t *wakes = td_run_new(err);
	if (wakes != NULL)
		aggregator = td_aggregator_new(&settings->aggregator, &settings->kafka,
					       &settings->redis, wakes, err);
	if (aggregator != NULL)
		td_log(TD_LOG_INFO, "started", td_log_text("version", TD_VERSION));
	bool done = aggregator != NULL && td_aggregator_run(aggregator, err);
	td_aggregator_free(aggregator);
	td_run_free(wakes);
	if (done)
		td_log(TD_LOG_INFO, "stopped");
	return done;
}

int main(int argc, char **argv)
{
	settings_t settings = {0};
	const td_opt_group_t groups[] = {
		{td_kafka_options, td_kafka_option_count, &settings.kafka},
		{td_redis_options, td_redis_option_count, &settings.redis},
		{td_log_options, td_log_option_count, &settings.log},
		{td_aggregator_options, td_aggregator_option_count, &settings.aggregator},
	};
	const td_program_t program = {
		.options = {.name = "thidua-aggregator",
			    .doc = "Folds the verdicts of all reporters into tallies in Redis.",
			    .groups = groups,
			    .group_count = TD_COUNT(groups)},
		.log = &settings.log,
		.daemon = true,
		.work = run,
		.context = &settings,
	};
	return td_program_run(&program, argc, argv);
}
