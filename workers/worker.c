#include "workers/worker.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/fault.h"
#include "workers/lane.h"

enum {
	LANES_MAX = 512,
	ITEMS_PER_TURN = 20000, /* then the group and the reports get their turn */
	WAIT_MAX_MS = 200,
	FULL_WAIT_MS = 100, /* for room in the producer's queue, before the turn ends */
	LOOK_MAX_MS = 1000, /* of one turn for topics that are looked at */
	ASK_MS = 5000,      /* an administrator's question */
	FLUSH_MS = 5000,    /* what was judged is sent before a lane is given up */
	LONELY_EVERY_MS = 30000,
	SAY_EVERY_MS = 10000,
	SENT_BYTES = 256 * 1024 * 1024, /* verdicts sent and not acknowledged, at most */
	NAME_BYTES = 128,
};

struct td_worker {
	td_run_t *run;
	const td_kafka_settings_t *cluster;
	const td_worker_settings_t *settings;
	td_lane_context_t shared;
	td_lane_t *lanes[LANES_MAX]; /* kept when they are given up: items point to them */
	size_t count;
	size_t looked; /* the lane that is looked at first in this turn */
	const td_kafka_item_t *items;
	size_t held, taken; /* items read, and how many of them the lanes have */
	int64_t renewed_ms; /* when the producer was made anew */
	bool cut;           /* a verdict log is not what it was */
	td_log_limit_t lonely, waits;
	char group_id[NAME_BYTES];
};

#define OPTION(name_, argument_, type_, member, standard_, min_, max_, doc_)                       \
	{                                                                                          \
		.section = "worker", .name = (name_), .argument = (argument_), .type = (type_),    \
		.at = offsetof(td_worker_settings_t, member), .standard = (standard_),             \
		.min = (min_), .max = (max_), .doc = (doc_)                                        \
	}

const td_opt_t td_worker_options[] = {
	OPTION("group", "NAME", TD_OPT_TEXT, group, NULL, 0, 0,
	       "consumer group; default thidua-worker, with the generation if above 0"),
	OPTION("generation", "NUMBER", TD_OPT_INT, generation, "0", 0, 1000000,
	       "generation of the verdicts to write"),
	OPTION("linger", "DURATION", TD_OPT_DURATION, linger_ms, "5ms", 0, 1000,
	       "how long a verdict waits for others"),
	/* What a worker that wakes late may still write must fit into the tail that others read. */
	OPTION("in-flight", "NUMBER", TD_OPT_INT, in_flight, "50000", 1, TD_TAIL_RECORDS,
	       "verdicts sent and not acknowledged, at most"),
	OPTION("queue-bytes", "BYTES", TD_OPT_SIZE, queue_bytes, "128M", 1 << 20, INT64_C(4) << 30,
	       "raw bytes read ahead, at most"),
};
const size_t td_worker_option_count = TD_COUNT(td_worker_options);

static void on_delivered(void *context, const td_kafka_delivery_t *delivery)
{
	td_worker_t *worker = context;

	if (!td_lane_delivered(delivery->topic_context, delivery))
		worker->cut = true;
}

static td_kafka_producer_t *new_producer(td_worker_t *worker, td_err_t *err)
{
	return td_kafka_producer_new(
		&(td_kafka_producer_settings_t){
			.cluster = worker->cluster,
			.client_id = "thidua-worker",
			.codec = "lz4",
			.linger_ms = worker->settings->linger_ms,
			.queue_messages = worker->settings->in_flight,
			.queue_bytes = SENT_BYTES,
			.message_bytes = TD_VERDICT_MAX,
			.delivered = on_delivered,
			.context = worker,
			.wake_fd = td_run_wake_fd(worker->run),
		},
		err);
}

/* The reporter's lane, made at the first time; NULL and err when there is none. */
static td_lane_t *lane_of(td_worker_t *worker, const char *topic, td_err_t *err)
{
	const char *reporter = td_topic_reporter(topic);

	if (!reporter) {
		(void)td_err_set(err, TD_ECONFIG,
				 "what follows thidua.raw. is no reporter: a-z, 0-9 and - only");
		return NULL;
	}
	for (size_t i = 0; i < worker->count; i++)
		if (strcmp(worker->lanes[i]->reporter, reporter) == 0)
			return worker->lanes[i];
	if (worker->count == LANES_MAX) {
		(void)td_err_set(err, TD_EMEMORY,
				 "%d reporters have been here already; start "
				 "another worker",
				 LANES_MAX);
		return NULL;
	}
	td_lane_t *lane = td_lane_new(&worker->shared, reporter);

	if (lane)
		worker->lanes[worker->count++] = lane;
	else
		(void)td_err_set(err, TD_EMEMORY, "no memory for a reporter");
	return lane;
}

static void on_assigned(void *context, const char *topic)
{
	td_err_t err;
	td_lane_t *lane = lane_of(context, topic, &err);

	if (lane)
		td_lane_assign(lane);
	else
		td_log(TD_LOG_ERROR, "topic_refused", td_log_text("topic", topic),
		       td_log_err(&err));
}

/* The first of those that are revoked together ends what is under way for all. */
static void on_revoked(void *context, const char *topic, bool lost)
{
	td_worker_t *worker = context;
	td_kafka_producer_t *producer = worker->shared.producer;
	td_err_t err;
	td_lane_t *lane = lane_of(worker, topic, &err);

	if (!lane)
		return;
	if (lost)
		td_kafka_producer_purge(producer);
	else if (!td_kafka_producer_broken(producer, &err) &&
		 !td_kafka_producer_flush(producer, FLUSH_MS, &err))
		td_kafka_producer_purge(producer);
	td_lane_revoke(lane);
}

static bool connect_kafka(td_worker_t *worker, td_err_t *err)
{
	td_lane_context_t *shared = &worker->shared;
	int wake_fd = td_run_wake_fd(worker->run);

	shared->books = td_books_new(worker->cluster, wake_fd, err);
	if (shared->books)
		shared->reader = td_kafka_reader_new(
			&(td_kafka_reader_settings_t){
				.cluster = worker->cluster,
				.client_id = "thidua-worker",
				.queue_bytes = worker->settings->queue_bytes,
				.wake_fd = wake_fd,
			},
			err);
	if (shared->reader)
		shared->admin =
			td_kafka_admin_new(worker->cluster, "thidua-worker-look", ASK_MS, err);
	if (shared->admin)
		shared->producer = new_producer(worker, err);
	if (shared->producer)
		shared->group = td_kafka_group_new(
			&(td_kafka_group_settings_t){
				.cluster = worker->cluster,
				.client_id = "thidua-worker",
				.group_id = worker->group_id,
				.pattern = TD_TOPIC_RAW_PATTERN,
				.assigned = on_assigned,
				.revoked = on_revoked,
				.context = worker,
				.wake_fd = wake_fd,
			},
			err);
	return shared->group != NULL;
}

static void name_group(td_worker_t *worker)
{
	const td_worker_settings_t *settings = worker->settings;

	if (settings->group)
		(void)snprintf(worker->group_id, NAME_BYTES, "%s", settings->group);
	else if (settings->generation == 0)
		(void)snprintf(worker->group_id, NAME_BYTES, "thidua-worker");
	else
		(void)snprintf(worker->group_id, NAME_BYTES, "thidua-worker.%lld",
			       (long long)settings->generation);
}

td_worker_t *td_worker_new(const td_kafka_settings_t *cluster, const td_worker_settings_t *settings,
			   td_run_t *run, td_err_t *err)
{
	td_worker_t *worker = calloc(1, sizeof(*worker));

	if (!worker) {
		(void)td_err_set(err, TD_EMEMORY, "no memory for the worker");
		return NULL;
	}
	worker->run = run;
	worker->cluster = cluster;
	worker->settings = settings;
	worker->shared.generation = (uint32_t)settings->generation;
	worker->shared.arena = td_arena_new(TD_VERDICT_ARENA);
	name_group(worker);
	if (!worker->shared.arena)
		(void)td_err_set(err, TD_EMEMORY, "no memory for the worker");
	else if (connect_kafka(worker, err))
		return worker;
	td_worker_free(worker);
	return NULL;
}

void td_worker_free(td_worker_t *worker)
{
	if (!worker)
		return;
	td_kafka_group_free(worker->shared.group); /* revokes, which sends what was judged */
	td_kafka_reader_free(worker->shared.reader);
	td_kafka_producer_free(worker->shared.producer);
	td_kafka_admin_free(worker->shared.admin);
	td_books_free(worker->shared.books);
	for (size_t i = 0; i < worker->count; i++)
		td_lane_free(worker->lanes[i]);
	td_arena_free(worker->shared.arena);
	free(worker);
}

/* A new producer instead of one that broke or wrote into another log; all begins at the tails. */
static bool renew(td_worker_t *worker, td_err_t *err)
{
	int64_t now_ms = worker->shared.now_ms;
	int64_t retry_ms = now_ms - worker->renewed_ms < TD_LANE_RETRY_MS
				   ? worker->renewed_ms + TD_LANE_RETRY_MS
				   : now_ms;
	td_err_t why = {.text = "a verdict log was cut or made anew"};

	(void)td_kafka_producer_broken(worker->shared.producer, &why);
	td_log(TD_LOG_WARN, "new_producer", td_log_err(&why));
	td_kafka_producer_purge(worker->shared.producer);
	td_fault("worker.renew");
	td_kafka_producer_free(worker->shared.producer);
	worker->held = worker->taken = 0;
	for (size_t i = 0; i < worker->count; i++)
		td_lane_restart(worker->lanes[i], retry_ms);
	worker->cut = false;
	worker->renewed_ms = now_ms;
	worker->shared.producer = new_producer(worker, err);
	return worker->shared.producer != NULL;
}

/* Gives the lanes what was read; FULL leaves the rest for the next turn. */
static td_lane_took_t hand_out(td_worker_t *worker)
{
	for (; worker->taken < worker->held; worker->taken++) {
		const td_kafka_item_t *item = &worker->items[worker->taken];
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
		if (*took != TD_LANE_TOOK || worker->cut)
			return false;
	}
	return false;
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

static void say_what_is_missing(td_worker_t *worker, const char *why)
{
	int64_t now_ms = worker->shared.now_ms, held = 0;

	if (why && td_log_allowed(&worker->waits, now_ms, SAY_EVERY_MS, &held))
		td_log(TD_LOG_WARN, "waits", td_log_text("for", why));
	if (td_kafka_group_count(worker->shared.group) == 0 &&
	    td_log_allowed(&worker->lonely, now_ms, LONELY_EVERY_MS, &held))
		td_log(TD_LOG_INFO, "waiting_for_topics",
		       td_log_text("pattern", TD_TOPIC_RAW_PATTERN),
		       td_log_text("group", worker->group_id));
}

/* One turn; *wait_ms is how long the next may be put off. */
static bool turn(td_worker_t *worker, int *wait_ms, td_err_t *err)
{
	td_lane_context_t *shared = &worker->shared;
	td_lane_took_t took = TD_LANE_TOOK;
	const char *why = NULL;
	bool drained = true;

	if (!td_kafka_group_poll(shared->group, 0, err))
		return false;
	shared->now_ms = td_clock_mono_ms();
	if (!td_books_turn(shared->books, 0, shared->now_ms, err))
		return false;
	td_kafka_producer_poll(shared->producer, 0);
	/* Items that are still held belong to streams as they are: no lane may open a new one. */
	if (worker->taken == worker->held)
		took = look(worker);
	bool current = td_books_current(shared->books, shared->now_ms, &why);

	if (took == TD_LANE_TOOK && current)
		drained = take_items(worker, &took);
	say_what_is_missing(worker, why);
	*wait_ms = drained ? WAIT_MAX_MS : 0;
	if (took == TD_LANE_BROKE || worker->cut || td_kafka_producer_broken(shared->producer, err))
		return renew(worker, err);
	return true;
}

bool td_worker_run(td_worker_t *worker, td_err_t *err)
{
	int wait_ms = 0;

	while (!td_run_stopping(worker->run))
		if (!td_run_wait(worker->run, wait_ms, err) || !turn(worker, &wait_ms, err))
			return false;
	return true;
}
