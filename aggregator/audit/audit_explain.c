/* explain: the records and events that make up a figure, with their corrections in order. */
#include "aggregator/audit/audit.h"
#include "aggregator/audit/events.h"
#include "aggregator/audit/measure.h"

typedef struct explaining {
	td_measure_t measure;
	td_wanted_t *wanted;
} explaining_t;

/* Wants every record that any of its statements would have counted. */
static bool take(void *context, size_t index, const td_judged_t *judged, td_err_t *err)
{
	explaining_t *explaining = context;
	if (!td_judged_states(judged) || !td_measure_touches(&explaining->measure, &judged->adds))
		return true;
	return td_wanted_add(explaining->wanted, index, (uint32_t)judged->event->kind,
			     judged->event->record_id) ||
	       td_err_set(err, TD_EMEMORY,
			  "more than %d records make up this figure; ask about fewer days or one "
			  "--reporter",
			  TD_WANTED_MAX);
}

static void say_sums(td_audit_t *audit, const td_measure_t *measure, const int64_t *sums)
{
	static const td_report_kind_t kind = {"figure",
					      "Số liệu theo các hồ sơ",
					      "The figure, by its records",
					      false,
					      3,
					      {{"metric", "Mã", "Code", false},
					       {"label", "Chỉ tiêu", "Figure", false},
					       {"value", "Số", "Value", true}}};
	td_lang_t lang = td_report_lang(audit->report);
	for (size_t i = 0; i < measure->count; i++) {
		const td_metric_info_t *metric = td_metric_find(measure->metrics[i]);
		const td_report_cell_t cells[] = {{metric->code, 0},
						  {td_say(lang, metric->vi, metric->en), 0},
						  {NULL, sums[i]}};
		td_report_row(audit->report, &kind, cells);
	}
}

static bool explain(td_audit_t *audit, explaining_t *explaining, const td_logs_t *logs,
		    td_err_t *err)
{
	int64_t sums[2 * TD_RATE_TERMS_MAX];
	const td_pass_t pass = {
		.logs = logs, .doing = "explain", .take = take, .context = explaining};
	const td_events_ask_t ask = {
		.logs = logs, .wanted = explaining->wanted, .measure = &explaining->measure};
	if (!td_pass_run(audit, &pass, err) || !td_events_say(audit, &ask, sums, err))
		return false;
	say_sums(audit, &explaining->measure, sums);
	return true;
}

bool td_audit_explain(td_audit_t *audit, td_err_t *err)
{
	explaining_t explaining = {.wanted = NULL};
	if (!td_measure_find(audit->arguments[0], audit->days, &explaining.measure, err))
		return false;
	explaining.wanted = td_wanted_new();
	td_logs_t *logs = td_audit_logs(audit, err);
	bool done =
		logs != NULL && explaining.wanted != NULL && explain(audit, &explaining, logs, err);
	td_wanted_free(explaining.wanted);
	td_logs_free(logs);
	return done;
}
