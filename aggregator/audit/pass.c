#include "aggregator/audit/pass.h"

#include "aggregator/audit/hashes.h"
#include "aggregator/layout.h"

#include <inttypes.h>
#include <stdlib.h>

enum { ARENA_BYTES = 32 * 1024 * 1024, FEED_WAIT_MS = 200 };

/* One log under way. */
typedef struct passing {
	const td_pass_t *pass;
	size_t index;
	td_rule_t rule;
	const td_naming_t *naming;
	td_arena_t *arena; /* of one event */
} passing_t;

static bool look_at(const passing_t *passing, const td_raw_t *raw, td_err_t *err)
{
	const td_pass_t *pass = passing->pass;
	const char *reporter = td_logs_get(pass->logs, passing->index)->reporter;
	const td_version_t *version = td_naming_version(passing->naming, &passing->rule, raw);
	td_judged_t judged;
	td_envelope_t envelope;
	if (pass->want != NULL) {
		td_envelope_read(raw->bytes, &envelope);
		if (!pass->want(pass->context, passing->index, raw, &envelope))
			return true;
	}
	if (version == NULL)
		return td_err_set(err, TD_ENOINPUT,
				  "no version of the reference data judges generation %" PRIu32
				  ": nobody decided on it",
				  passing->rule.generation);
	td_arena_reset(passing->arena);
	if (!td_judged_make(raw, reporter, version->reference, passing->arena, &judged))
		return td_err_set(err, TD_EMEMORY,
				  "no room for the verdict on raw offset %" PRIu64 " of %s",
				  raw->offset, reporter);
	return pass->take(pass->context, passing->index, &judged, err);
}

static bool read_log(td_crew_t *crew, const passing_t *passing, td_feed_t *feed, td_err_t *err)
{
	const td_raw_t *events;
	size_t count;
	while (!td_crew_stopping(crew)) {
		td_fed_t fed = td_feed_next(feed, FEED_WAIT_MS, &events, &count, err);
		if (fed == TD_FED_FAILED)
			return false;
		if (fed == TD_FED_END)
			break;
		for (size_t i = 0; i < count; i++) {
			if (!look_at(passing, &events[i], err))
				return false;
		}
		td_crew_add(crew, count);
	}
	return true;
}

static bool work(td_crew_t *crew, size_t index, void *context, td_err_t *err)
{
	const td_pass_t *pass = context;
	td_feed_range_t all = {0, td_logs_get(pass->logs, index)->end};
	passing_t passing = {.pass = pass,
			     .index = index,
			     .rule = td_logs_rule(pass->logs),
			     .arena = td_arena_new(ARENA_BYTES)};
	td_feed_t *feed = NULL;
	if (passing.arena == NULL)
		(void)td_err_set(err, TD_EMEMORY, "no memory to look at events");
	else if (td_logs_naming(pass->logs, index, &(td_naming_ask_t){all.end, crew},
				&passing.naming, err))
		feed = td_feed_open(pass->logs, index, all, err);
	bool done = feed != NULL && read_log(crew, &passing, feed, err);
	td_feed_free(feed);
	td_arena_free(passing.arena);
	return done;
}

static uint64_t steps_of(size_t index, const void *context)
{
	const td_pass_t *pass = context;
	const td_log_bounds_t *bounds = td_logs_get(pass->logs, index);
	return bounds->end - bounds->first;
}

bool td_pass_run(const td_audit_t *audit, const td_pass_t *pass, td_err_t *err)
{
	td_pass_t own = *pass;
	const td_crew_plan_t plan = {
		.doing = pass->doing,
		.work = work,
		.steps = steps_of,
		.context = &own,
		.count = td_logs_count(pass->logs),
		.threads_max = (size_t)audit->settings->threads,
	};
	td_crew_end_t end = td_crew_run(&plan, audit->run, err);
	if (end == TD_CREW_STOPPED)
		(void)td_err_set(err, TD_ESUPERSEDED, "stopped");
	return end == TD_CREW_DONE;
}

struct td_wanted {
	size_t of_log[TD_LOGS_MAX];
	td_hashes_t *names[TD_LOGS_MAX]; /* "r" → the record's name; NULL while there is none */
};

td_wanted_t *td_wanted_new(void)
{
	return calloc(1, sizeof(td_wanted_t));
}

void td_wanted_free(td_wanted_t *wanted)
{
	for (size_t i = 0; wanted != NULL && i < TD_LOGS_MAX; i++)
		td_hashes_free(wanted->names[i]);
	free(wanted);
}

bool td_wanted_has(const td_wanted_t *wanted, size_t index, uint32_t kind, const char *record_id)
{
	char name[TD_FIELD_MAX];
	td_slice_t value;
	(void)td_layout_name(kind, record_id, name);
	return wanted->names[index] != NULL &&
	       td_hashes_get(wanted->names[index], td_slice_text("r"), td_slice_text(name), &value);
}

bool td_wanted_add(td_wanted_t *wanted, size_t index, uint32_t kind, const char *record_id)
{
	char name[TD_FIELD_MAX];
	if (td_wanted_has(wanted, index, kind, record_id))
		return true;
	if (wanted->of_log[index] == TD_WANTED_MAX)
		return false;
	if (wanted->names[index] == NULL)
		wanted->names[index] = td_hashes_new();
	(void)td_layout_name(kind, record_id, name);
	if (wanted->names[index] == NULL || !td_hashes_put(wanted->names[index], td_slice_text("r"),
							   td_slice_text(name), td_slice_text("1")))
		return false;
	wanted->of_log[index]++;
	return true;
}

size_t td_wanted_count(const td_wanted_t *wanted)
{
	size_t count = 0;
	for (size_t i = 0; i < TD_LOGS_MAX; i++)
		count += wanted->of_log[i];
	return count;
}
