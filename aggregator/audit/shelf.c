#include "aggregator/audit/shelf.h"

#include "aggregator/audit/state.h"
#include "aggregator/audit/sums.h"
#include "aggregator/layout.h"
#include "common/file.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FEED_WAIT_MS = 200, LEAST_MEMORY = 16 * 1024 };

/* What is folded takes about three times the memory in the form in which it is kept. */
static const double KEEP_PART = 0.75;

struct td_shelf {
	const td_audit_t *audit;
	td_shelf_plan_t plan;
	char folder[PATH_MAX];
	bool temporary;
	int lock; /* of the folder of --state; -1: there is none */
	size_t count;
	uint64_t at_a_time; /* events of as many logs as are in memory at a time, at most */
	td_shelved_t items[TD_LOGS_MAX];
};

static bool make_folder(td_shelf_t *shelf, td_err_t *err)
{
	const char *state = shelf->audit->settings->state, *parent = getenv("TMPDIR");
	if (state != NULL) {
		(void)snprintf(shelf->folder, sizeof shelf->folder, "%s", state);
		if (!td_file_make_folder(state, 0700, err))
			return false;
		shelf->lock = td_state_lock(state, shelf->plan.name, err);
		return shelf->lock >= 0;
	}
	(void)snprintf(shelf->folder, sizeof shelf->folder, "%s/thidua-audit.XXXXXX",
		       parent != NULL && *parent != '\0' ? parent : "/tmp");
	shelf->temporary = mkdtemp(shelf->folder) != NULL;
	return shelf->temporary ||
	       td_err_set(err, TD_EIO, "%s cannot be made: %s", shelf->folder, strerror(errno));
}

/* Memory for all logs, unless it was said: a quarter of the machine's. */
static double all_memory(const td_shelf_t *shelf)
{
	int64_t said = shelf->audit->settings->memory;
	return said > 0 ? (double)said
			: (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE) / 4;
}

static uint64_t events_of(const td_shelved_t *item)
{
	return item->end - item->bounds->first;
}

static uint64_t steps_of(size_t index, const void *context)
{
	const td_shelf_t *shelf = context;
	return events_of(&shelf->items[index]);
}

/* A part of it for one log: as large as its part of the events. */
static size_t memory_of(const td_shelf_t *shelf, const td_shelved_t *item, double part)
{
	double all = shelf->at_a_time > 0 ? (double)shelf->at_a_time : 1;
	double memory = all_memory(shelf) * part * (double)events_of(item) / all;
	return memory > LEAST_MEMORY ? (size_t)memory : LEAST_MEMORY;
}

static bool open_keep(td_shelf_t *shelf, size_t index, td_err_t *err)
{
	const td_audit_settings_t *settings = shelf->audit->settings;
	td_shelved_t *item = &shelf->items[index];
	char path[PATH_MAX];
	int size = snprintf(path, sizeof path, "%s/%s.%s", shelf->folder, item->bounds->reporter,
			    shelf->plan.name);
	if (size < 0 || (size_t)size >= sizeof path)
		return td_err_set(err, TD_EUSAGE, "the name of %s is too long", shelf->folder);
	if (settings->state != NULL && !settings->resume && unlink(path) != 0 && errno != ENOENT)
		return td_err_set(err, TD_EIO, "%s cannot be replaced: %s", path, strerror(errno));
	const td_keep_settings_t keep = {
		.path = path,
		.stay = settings->state != NULL,
		.memory_max = memory_of(shelf, item, KEEP_PART),
	};
	item->keep = td_keep_new(&keep, err);
	return item->keep != NULL;
}

static bool open_item(td_shelf_t *shelf, size_t index, const td_crew_t *crew, td_err_t *err)
{
	td_shelved_t *item = &shelf->items[index];
	const td_naming_t *naming = NULL;
	if (!open_keep(shelf, index, err))
		return false;
	if (shelf->plan.draft == NULL &&
	    !td_logs_naming(item->logs, index, &(td_naming_ask_t){item->end, crew}, &naming, err))
		return false;
	const td_replay_settings_t settings = {
		.reporter = item->bounds->reporter,
		.generation = (uint32_t)shelf->audit->settings->generation,
		.versions = td_logs_versions(shelf->plan.logs),
		.decisions = td_logs_decisions(shelf->plan.logs),
		.naming = naming,
		.draft = shelf->plan.draft,
		.keep = item->keep,
		.memory_max = memory_of(shelf, item, 1 - KEEP_PART),
	};
	item->replay = td_replay_new(&settings, err);
	if (item->replay == NULL)
		return false;
	if (td_replay_next(item->replay) > item->end)
		return td_err_set(err, TD_EUSAGE,
				  "the state in %s is already at offset %" PRIu64
				  " of %s, behind the end asked for, %" PRIu64
				  "; give another --state",
				  shelf->folder, td_replay_next(item->replay),
				  item->bounds->reporter, item->end);
	if (!td_replay_is_fresh(item->replay) &&
	    !td_state_is_of(item->logs, index, td_replay_head(item->replay), err))
		return td_err_prefix(err, "%s", shelf->folder);
	item->feed = td_feed_open(shelf->plan.logs, index,
				  (td_feed_range_t){td_replay_next(item->replay), item->end}, err);
	return item->feed != NULL;
}

static bool take_one(const td_shelf_plan_t *plan, size_t index, td_shelved_t *item,
		     const td_raw_t *raw, td_err_t *err)
{
	return (plan == NULL || plan->each == NULL ||
		plan->each(plan->context, index, item, raw, err)) &&
	       td_replay_take(item->replay, raw, err);
}

/* Reads on until the feed ends or the crew stops; without a shelf, one item alone. */
static bool read_on(td_shelf_t *shelf, td_shelved_t *item, td_crew_t *crew, td_err_t *err)
{
	const td_shelf_plan_t *plan = shelf != NULL ? &shelf->plan : NULL;
	size_t index = shelf != NULL ? (size_t)(item - shelf->items) : 0;
	const td_raw_t *events;
	size_t count;
	while (crew == NULL || !td_crew_stopping(crew)) {
		uint64_t before = td_replay_next(item->replay);
		td_fed_t fed = td_feed_next(item->feed, FEED_WAIT_MS, &events, &count, err);
		if (fed == TD_FED_FAILED)
			return false;
		for (size_t i = 0; fed == TD_FED_EVENTS && i < count; i++) {
			if (!take_one(plan, index, item, &events[i], err))
				return false;
		}
		if (crew != NULL)
			td_crew_add(crew, td_replay_next(item->replay) - before);
		if (fed == TD_FED_END)
			break;
	}
	return true;
}

static bool replay_item(td_shelf_t *shelf, td_shelved_t *item, td_crew_t *crew, td_err_t *err)
{
	if (!read_on(shelf, item, crew, err))
		return false;
	if (!td_crew_stopping(crew) && !td_replay_pass(item->replay, item->end, err))
		return false;
	if (shelf->plan.only_tallies && shelf->audit->settings->state == NULL &&
	    td_replay_is_fresh(item->replay))
		return true;
	if (!td_replay_flush(item->replay, err))
		return false;
	return shelf->audit->settings->state == NULL || td_keep_save(item->keep, err);
}

static void empty_item(td_shelved_t *item)
{
	td_feed_free(item->feed);
	td_replay_free(item->replay);
	td_keep_free(item->keep);
	item->feed = NULL;
	item->replay = NULL;
	item->keep = NULL;
}

static bool work(td_crew_t *crew, size_t index, void *context, td_err_t *err)
{
	td_shelf_t *shelf = context;
	td_shelved_t *item = &shelf->items[index];
	if (!open_item(shelf, index, crew, err) || !replay_item(shelf, item, crew, err))
		return false;
	bool done = td_crew_stopping(crew) || shelf->plan.then == NULL ||
		    shelf->plan.then(shelf->plan.context, index, item, err);
	if (shelf->plan.only_tallies)
		empty_item(item); /* so that not all are in memory at a time */
	return done;
}

static bool stopped(const td_shelf_t *shelf, td_err_t *err)
{
	return td_err_set(err, TD_ESUPERSEDED, "stopped; %s",
			  shelf->plan.whole  ? "nothing is kept"
			  : shelf->temporary ? "nothing is kept, give --state DIR to go on later"
					     : "--resume with the same --state goes on");
}

static int by_size(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
	return (left < right) - (left > right);
}

/* A log of which only tallies are asked is forgotten when the next one begins. */
static uint64_t count_at_a_time(const td_shelf_t *shelf)
{
	uint64_t sizes[TD_LOGS_MAX], sum = 0;
	size_t threads = (size_t)shelf->audit->settings->threads;
	size_t count =
		shelf->plan.only_tallies ? td_crew_threads(threads, shelf->count) : shelf->count;
	for (size_t i = 0; i < shelf->count; i++)
		sizes[i] = events_of(&shelf->items[i]);
	qsort(sizes, shelf->count, sizeof sizes[0], by_size);
	for (size_t i = 0; i < count; i++)
		sum += sizes[i];
	return sum;
}

td_shelf_t *td_shelf_fill(const td_audit_t *audit, const td_shelf_plan_t *plan, td_err_t *err)
{
	td_shelf_t *shelf = calloc(1, sizeof *shelf);
	if (shelf == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory for a replay");
		return NULL;
	}
	shelf->audit = audit;
	shelf->lock = -1;
	shelf->plan = *plan;
	shelf->count = td_logs_count(plan->logs);
	for (size_t i = 0; i < shelf->count; i++) {
		td_shelved_t *item = &shelf->items[i];
		item->logs = plan->logs;
		item->index = i;
		item->bounds = td_logs_get(plan->logs, i);
		item->end = plan->ends != NULL ? plan->ends[i] : item->bounds->end;
	}
	shelf->at_a_time = count_at_a_time(shelf);
	const td_crew_plan_t crew = {
		.doing = plan->draft != NULL ? "what-if" : "replay",
		.work = work,
		.steps = steps_of,
		.context = shelf,
		.count = shelf->count,
		.threads_max = (size_t)audit->settings->threads,
	};
	bool done = make_folder(shelf, err);
	td_crew_end_t end = done ? td_crew_run(&crew, audit->run, err) : TD_CREW_FAILED;
	if (end == TD_CREW_DONE)
		return shelf;
	if (end == TD_CREW_STOPPED)
		(void)stopped(shelf, err);
	td_shelf_free(shelf);
	return NULL;
}

void td_shelf_free(td_shelf_t *shelf)
{
	if (shelf == NULL)
		return;
	for (size_t i = 0; i < shelf->count; i++)
		empty_item(&shelf->items[i]);
	if (shelf->temporary)
		(void)rmdir(shelf->folder);
	if (shelf->lock >= 0)
		(void)close(shelf->lock);
	free(shelf);
}

td_shelved_t *td_shelf_get(td_shelf_t *shelf, size_t index)
{
	return &shelf->items[index];
}

td_keep_t *td_shelved_keep(td_shelved_t *shelved, td_err_t *err)
{
	return td_replay_flush(shelved->replay, err) ? shelved->keep : NULL;
}

bool td_shelved_sum(td_shelved_t *shelved, td_summing_t *summing, td_err_t *err)
{
	if (td_replay_is_fresh(shelved->replay))
		return td_replay_walk(shelved->replay, td_summing_add, summing, err) ||
		       err->code == TD_OK;
	td_keep_t *keep = td_shelved_keep(shelved, err);
	return keep != NULL &&
	       (td_keep_walk(keep, td_summing_take, summing, err) || err->code == TD_OK);
}

bool td_shelved_digest(td_shelved_t *shelved, uint32_t generation, td_days_t days,
		       td_hash_t *digest, td_err_t *err)
{
	char prefix[TD_KEY_MAX];
	const td_sums_t *sums;
	td_layout_prefix(shelved->bounds->reporter, generation, prefix);
	td_summing_t *summing = td_summing_new(prefix, days);
	bool done = summing != NULL || td_err_set(err, TD_EMEMORY, "no memory for sums");
	done = done && td_shelved_sum(shelved, summing, err);
	if (done && !td_summing_finish(summing, &sums))
		done = td_err_set(err, TD_EBUG, "the tallies of %s cannot be summed",
				  shelved->bounds->reporter);
	if (done)
		*digest = sums->digest;
	td_summing_free(summing);
	return done;
}

bool td_shelved_extend(td_shelved_t *shelved, uint64_t end, td_err_t *err)
{
	const td_naming_t *naming; /* the replay has it already; it is read on here */
	return end <= td_replay_next(shelved->replay) ||
	       (td_feed_extend(shelved->feed, end, err) &&
		td_logs_naming(shelved->logs, shelved->index, &(td_naming_ask_t){.end = end},
			       &naming, err) &&
		read_on(NULL, shelved, NULL, err) && td_replay_pass(shelved->replay, end, err) &&
		td_replay_flush(shelved->replay, err));
}
