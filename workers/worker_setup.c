/* The parts of a worker, and what becomes of them when topics are assigned or revoked. */
#include "workers/worker_internal.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	BOOKS_MS = 30000,       /* for reference data, before something is judged again */
	ASK_MS = 5000,          /* an administrator's question */
	FLUSH_MS = 5000,        /* what was judged is sent before a lane is given up */
	WATCH_BYTES = 64 << 10, /* read of a log to compare one event */
	WATCH_ITEMS = 100,
	SENT_BYTES = 256 * 1024 * 1024, /* verdicts sent and not acknowledged, at most */
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
	{.name = "again",
	 .argument = "FROM..TO",
	 .type = TD_OPT_TEXT,
	 .at = offsetof(td_worker_settings_t, again),
	 .doc = "judge these raw offsets of --reporter again, write the verdicts that are missing, "
		"and end"},
	{.name = "reporter",
	 .argument = "NAME",
	 .type = TD_OPT_TEXT,
	 .at = offsetof(td_worker_settings_t, reporter),
	 .doc = "whose raw log --again means, such as vn-06"},
};
const size_t td_worker_option_count = TD_COUNT(td_worker_options);

static void on_delivered(void *context, const td_kafka_delivery_t *delivery)
{
	td_worker_t *worker = context;

	if (!td_lane_delivered(delivery->topic_context, delivery))
		worker->unsure = "a verdict log was cut or made anew";
}

td_kafka_producer_t *td_worker_new_producer(td_worker_t *worker, td_err_t *err)
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
	if (worker->count == TD_WORKER_LANES_MAX) {
		(void)td_err_set(err, TD_EMEMORY,
				 "%d reporters have been here already; start "
				 "another worker",
				 TD_WORKER_LANES_MAX);
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

	shared->books = td_books_new(worker->cluster, shared->generation, wake_fd, err);
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
		shared->watch = td_kafka_reader_new(
			&(td_kafka_reader_settings_t){
				.cluster = worker->cluster,
				.client_id = "thidua-worker-watch",
				.queue_bytes = WATCH_BYTES,
				.batch_max = WATCH_ITEMS,
				.wake_fd = wake_fd,
			},
			err);
	if (shared->watch)
		shared->admin =
			td_kafka_admin_new(worker->cluster, "thidua-worker-look", ASK_MS, err);
	if (shared->admin)
		shared->producer = td_worker_new_producer(worker, err);
	return shared->producer != NULL;
}

static bool join_group(td_worker_t *worker, td_err_t *err)
{
	worker->shared.group = td_kafka_group_new(
		&(td_kafka_group_settings_t){
			.cluster = worker->cluster,
			.client_id = "thidua-worker",
			.group_id = worker->group_id,
			.pattern = TD_TOPIC_RAW_PATTERN,
			.assigned = on_assigned,
			.revoked = on_revoked,
			.context = worker,
			.wake_fd = td_run_wake_fd(worker->run),
		},
		err);
	return worker->shared.group != NULL;
}

static bool parse_number(const char **text, uint64_t *number)
{
	char *end = NULL;

	if (!isdigit((unsigned char)**text))
		return false;
	*number = strtoull(*text, &end, 10);
	*text = end;
	return *number < (uint64_t)INT64_MAX;
}

/* "17..29", or "17", as a range of raw offsets. */
static bool parse_range(const char *text, uint64_t *first, uint64_t *last, td_err_t *err)
{
	const char *rest = text;
	bool fine = parse_number(&rest, first);

	*last = *first;
	if (fine && strncmp(rest, "..", 2) == 0) {
		rest += 2;
		fine = parse_number(&rest, last);
	}
	if (!fine || *rest || *last < *first || *last - *first >= TD_MISSING_MAX)
		return td_err_set(err, TD_EUSAGE,
				  "--again %s: must be raw offsets FROM..TO, at most %" PRIu64
				  " of them",
				  text, TD_MISSING_MAX);
	return true;
}

/* One lane, that fills what is missing. */
static bool begin_again(td_worker_t *worker, td_err_t *err)
{
	const char *reporter = worker->settings->reporter;
	char topic[TD_TOPIC_MAX];
	uint64_t first = 0, last = 0;

	if (!parse_range(worker->settings->again, &first, &last, err))
		return false;
	if (!reporter || !td_topic_reporter_valid(reporter))
		return td_err_set(err, TD_EUSAGE, "--again needs --reporter, such as vn-06");
	if (!td_books_wait(worker->shared.books, BOOKS_MS, false, err))
		return false;
	td_topic_raw(reporter, topic);
	worker->filled = lane_of(worker, topic, err);
	if (!worker->filled)
		return false;
	if (!td_lane_fill(worker->filled, first, last))
		return td_err_set(err, TD_EMEMORY, "no memory to judge again");
	td_lane_assign(worker->filled);
	return true;
}

static void name_group(td_worker_t *worker)
{
	const td_worker_settings_t *settings = worker->settings;

	if (settings->group)
		(void)snprintf(worker->group_id, TD_WORKER_NAME_BYTES, "%s", settings->group);
	else if (settings->generation == 0)
		(void)snprintf(worker->group_id, TD_WORKER_NAME_BYTES, "thidua-worker");
	else
		(void)snprintf(worker->group_id, TD_WORKER_NAME_BYTES, "thidua-worker.%lld",
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
	else if (connect_kafka(worker, err) &&
		 (settings->again ? begin_again(worker, err) : join_group(worker, err)))
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
	td_kafka_reader_free(worker->shared.watch);
	td_kafka_producer_free(worker->shared.producer);
	td_kafka_admin_free(worker->shared.admin);
	td_books_free(worker->shared.books);
	for (size_t i = 0; i < worker->count; i++)
		td_lane_free(worker->lanes[i]);
	td_arena_free(worker->shared.arena);
	free(worker);
}
