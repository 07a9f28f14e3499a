#include "workers/worker.h"

#include "common/clock.h"
#include "common/fault.h"
#include "workers/worker_internal.h"

enum {
	ITEMS_PER_TURN = 20000, /* then the group and the reports get their turn */
	WAIT_MAX_MS = 200,
	FULL_WAIT_MS = 100, /* for room in the producer's queue, before the turn ends */
	SLEPT_MS = 20000,   /* by then others own what was ours */
	LOOK_MAX_MS = 1000, /* of one turn for topics that are looked at */
	NOTE_EVERY_MS = 1000,
	LONELY_EVERY_MS = 30000,
	FILLED_MS = 30000, /* for the last acknowledgements */
	SAY_EVERY_MS = 10000,
	WAITS_AT_FIRST_MS = 3000, /* what is not there at once is nothing to speak of */
};

/* A new producer instead of one that broke or wrote into another log; all begins at the tails. */
static bool renew(td_worker_t *worker, td_err_t *err)
{
	int64_t now_ms = worker->shared.now_ms;
	int64_t retry_ms = now_ms - worker->renewed_ms < TD_LANE_RETRY_MS
				   ? worker->renewed_ms + TD_LANE_RETRY_MS
				   : now_ms;
	td_err_t why;

	if (!td_kafka_producer_broken(worker->shared.producer, &why))
		(void)td_err_set(&why, TD_EUNAVAILABLE, "%s",
				 worker->unsure ? worker->unsure : "a verdict was refused");
	td_log(TD_LOG_WARN, "new_producer", td_log_err(&why));
	td_kafka_producer_purge(worker->shared.producer);
	td_fault("worker.renew");
	td_kafka_producer_free(worker->shared.producer);
	worker->held = worker->taken = 0;
	for (size_t i = 0; i < worker->count; i++)
		td_lane_restart(worker->lanes[i], retry_ms);
	worker->unsure = NULL;
	worker->renewed_ms = now_ms;
	worker->shared.producer = td_worker_new_producer(worker, err);
	return worker->shared.producer != NULL;
}

/* Whoever slept, a stopped process or a machine, does not know who wrote since. */
static void look_at_clock(td_worker_t *worker)
{
	if (td_clock_mono_ms() - worker->shared.now_ms > SLEPT_MS)
		worker->unsure = "nothing was done for so long that others may have written since";
}

/* Gives the lanes what was read; FULL leaves the rest for the next turn. */
static td_lane_took_t hand_out(td_worker_t *worker)
{
	for (; worker->taken < worker->held; worker->taken++) {
		const td_kafka_item_t *item = &worker->items[worker->taken];

		if (td_kafka_item_is_old(item))
			continue;
		td_lane_took_t took = td_lane_take(td_kafka_stream_context(item->stream), item);

		if (took == TD_LANE_FULL) {
			td_kafka_producer_poll(worker->shared.producer, FULL_WAIT_MS);
			took = td_lane_take(td_kafka_stream_context(item->stream), item);
		}
		if (took != TD_LANE_TOOK)
			return took;
	}
	return TD_LANE_TOOK;
}

/* Reads and judges; true when nothing more waits. */
static bool take_items(td_worker_t *worker, td_lane_took_t *took)
{
	for (size_t taken = 0; taken < ITEMS_PER_TURN; taken += worker->held) {
		if (worker->taken == worker->held) {
			worker->held =
				td_kafka_reader_read(worker->shared.reader, 0, &worker->items);
			worker->taken = 0;
		}
		if (worker->held == 0)
			return true;
		*took = hand_out(worker);
		td_kafka_producer_poll(worker->shared.producer, 0);
		look_at_clock(worker);
		if (*took != TD_LANE_TOOK || worker->unsure)
			return false;
	}
	return false;
}

/* Events that were judged a while ago, read once more. */
static void take_watched(td_worker_t *worker)
{
	const td_kafka_item_t *items;
	size_t count = td_kafka_reader_read(worker->shared.watch, 0, &items);

	for (size_t i = 0; i < count; i++)
		if (!td_kafka_item_is_old(&items[i]))
			td_lane_take_watched(td_kafka_stream_context(items[i].stream), &items[i]);
}

/* What is due by time, lane after lane; Kafka's answers may take long, so not all in one turn. */
static td_lane_took_t look(td_worker_t *worker)
{
	td_lane_took_t took = TD_LANE_TOOK;

	for (size_t i = 0; took != TD_LANE_BROKE && i < worker->count; i++) {
		if (td_clock_mono_ms() - worker->shared.now_ms > LOOK_MAX_MS)
			break;
		took = td_lane_turn(worker->lanes[worker->looked++ % worker->count]);
	}
	return took;
}

static void note(td_worker_t *worker)
{
	if (worker->shared.now_ms < worker->note_ms)
		return;
	worker->note_ms = worker->shared.now_ms + NOTE_EVERY_MS;
	for (size_t i = 0; i < worker->count; i++)
		td_lane_note(worker->lanes[i]);
}

static void say_what_is_missing(td_worker_t *worker, const char *why)
{
	int64_t now_ms = worker->shared.now_ms, held = 0;

	if (why && td_log_allowed(&worker->waits, now_ms, SAY_EVERY_MS, &held))
		td_log(TD_LOG_WARN, "waits", td_log_text("for", why));
	if (worker->shared.group && td_kafka_group_count(worker->shared.group) == 0 &&
	    td_log_allowed(&worker->lonely, now_ms, LONELY_EVERY_MS, &held))
		td_log(TD_LOG_INFO, "waiting_for_topics",
		       td_log_text("pattern", TD_TOPIC_RAW_PATTERN),
		       td_log_text("group", worker->group_id));
}

/* Reads, judges, and looks at what is due; *took BROKE if all must begin again. */
static bool work(td_worker_t *worker, td_lane_took_t *took)
{
	const char *why = NULL;
	bool drained = true;

	/* Items that are still held belong to streams as they are: no lane may open a new one. */
	if (worker->taken == worker->held)
		*took = look(worker);
	bool current = td_books_current(worker->shared.books, worker->shared.now_ms, &why);

	if (*took == TD_LANE_TOOK && current && !worker->unsure)
		drained = take_items(worker, took);
	take_watched(worker);
	note(worker);
	say_what_is_missing(worker, why);
	return drained;
}

/* One turn; *wait_ms is how long the next may be put off. */
static bool turn(td_worker_t *worker, int *wait_ms, td_err_t *err)
{
	td_lane_context_t *shared = &worker->shared;
	td_lane_took_t took = TD_LANE_TOOK;

	if (shared->group && !td_kafka_group_poll(shared->group, 0, err))
		return false;
	look_at_clock(worker);
	shared->now_ms = td_clock_mono_ms();
	if (!td_books_turn(shared->books, 0, shared->now_ms, err))
		return false;
	td_kafka_producer_poll(shared->producer, 0);
	*wait_ms = work(worker, &took) ? WAIT_MAX_MS : 0;
	if (took == TD_LANE_BROKE || worker->unsure ||
	    td_kafka_producer_broken(shared->producer, err))
		return renew(worker, err);
	return true;
}

/* Whether the lane that is judged again has come to its end: all is acknowledged, or err says what
 * holds it up. */
static bool has_ended(td_worker_t *worker, bool *fine, td_err_t *err)
{
	const td_lane_t *lane = worker->filled;
	bool waits_for_person =
		lane->state == TD_PARTITION_WAITING && lane->trouble.code == TD_ECONFIG;
	bool undecided =
		lane->state == TD_PARTITION_BLOCKED && lane->retry_ms > worker->shared.now_ms;

	if (waits_for_person || undecided || lane->state == TD_PARTITION_STOPPED) {
		*err = lane->trouble;
		return true;
	}
	*fine = td_lane_filled(lane) &&
		td_kafka_producer_flush(worker->shared.producer, FILLED_MS, err);
	if (*fine)
		td_log(TD_LOG_INFO, "filled", td_log_text("reporter", lane->reporter),
		       td_log_int("judged", (int64_t)lane->judged_count),
		       td_log_int("absent", (int64_t)lane->absent_count));
	return *fine;
}

bool td_worker_run(td_worker_t *worker, td_err_t *err)
{
	bool fine = false;
	int wait_ms = 0;

	worker->shared.now_ms = td_clock_mono_ms();
	worker->waits.next_ms = worker->lonely.next_ms = worker->shared.now_ms + WAITS_AT_FIRST_MS;
	while (!td_run_stopping(worker->run)) {
		if (!td_run_wait(worker->run, wait_ms, err) || !turn(worker, &wait_ms, err))
			return false;
		if (worker->filled && has_ended(worker, &fine, err))
			return fine;
	}
	return !worker->filled ||
	       td_err_set(err, TD_EUNAVAILABLE, "stopped before all was judged again");
}
