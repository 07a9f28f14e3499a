/* thidua-worker: judges raw events; one verdict for each raw offset. */
#include "common/kafka.h"
#include "common/log.h"
#include "common/opt.h"
#include "common/run.h"
#include "workers/worker.h"

#include <stdio.h>

typedef struct settings {
	td_kafka_settings_t kafka;
	td_log_settings_t log;
	td_worker_settings_t worker;
} settings_t;

static bool parse(int argc, char **argv, settings_t *settings, bool *done, td_err_t *err)
{
	td_opt_group_t groups[] = {
		{td_kafka_options, td_kafka_option_count, &settings->kafka},
		{td_log_options, td_log_option_count, &settings->log},
		{td_worker_options, td_worker_option_count, &settings->worker},
	};
	td_opt_program_t program = {
		.name = "thidua-worker",
		.doc = "Judges the raw events of all reporters and writes one verdict on each.",
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
	td_worker_t *worker = NULL;

	if (wakes)
		worker = td_worker_new(&settings->kafka, &settings->worker, wakes, err);
	if (worker)
		td_log(TD_LOG_INFO, "started", td_log_text("version", TD_VERSION));
	bool fine = worker && td_worker_run(worker, err);

	td_worker_free(worker);
	td_run_free(wakes);
	return fine;
}

int main(int argc, char **argv)
{
	td_err_t err;
	settings_t settings = {0};
	bool done = false;

	if (!parse(argc, argv, &settings, &done, &err)) {
		fprintf(stderr, "thidua-worker: %s\n", err.text);
		return td_err_exit_status(err.code);
	}
	if (done)
		return 0;
	td_log_start(&settings.log, "thidua-worker");
	if (!run(&settings, &err)) {
		td_log(TD_LOG_ERROR, "ended", td_log_err(&err));
		return td_err_exit_status(err.code);
	}
	td_log(TD_LOG_INFO, "stopped");
	return 0;
}
