/* thidua-worker: judges raw events; one verdict for each raw offset. */
#include "common/kafka.h"
#include "common/program.h"
#include "common/run.h"
#include "workers/worker.h"

typedef struct settings {
	td_kafka_settings_t kafka;
	td_log_settings_t log;
	td_worker_settings_t worker;
} settings_t;

static bool run(void *context, const td_opt_outcome_t *asked, td_err_t *err)
{
	const settings_t *settings = context;
	td_worker_t *worker = NULL;
	(void)asked;
	if (!td_kafka_settings_check(&settings->kafka, err))
		return false;
	td_run_t *wakes = td_run_new(err);
	if (wakes != NULL)
		worker = td_worker_new(&settings->kafka, &settings->worker, wakes, err);
	if (worker != NULL)
		td_log(TD_LOG_INFO, "started", td_log_text("version", TD_VERSION));
	bool done = worker != NULL && td_worker_run(worker, err);
	td_worker_free(worker);
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
		{td_log_options, td_log_option_count, &settings.log},
		{td_worker_options, td_worker_option_count, &settings.worker},
	};
	const td_program_t program = {
		.options = {.name = "thidua-worker",
			    .doc = "Judges the raw events of all reporters and writes one verdict "
				   "on each.",
			    .groups = groups,
			    .group_count = TD_COUNT(groups)},
		.log = &settings.log,
		.daemon = true,
		.work = run,
		.context = &settings,
	};
	return td_program_run(&program, argc, argv);
}
