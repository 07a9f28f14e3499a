#include "aggregator/aggregator.h"

#include "aggregator/shard.h"
#include "common/clock.h"
#include "common/fault.h"
#include "common/kafka_group.h"
#include "common/log.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	SHARDS_MAX = 512,
	ITEMS_PER_TURN = 20000, /* then the shards get their turn */
	AGE_MAX_MS = 250,       /* of a batch while more keeps coming */
	WAIT_MAX_MS = 1000,
	NOTE_EVERY_MS = 5000,
	LONELY_EVERY_MS = 30000,
	CHECK_EVERY_MS = 10000, /* each shard; a broker that is away makes all wait, */
	AWAY_MS = 60000,        /* so it is not asked again so soon */
	SLOW_MS = 1000,         /* one shard; then the group and signals get their turn */
	LOOK_QUEUE_BYTES = 4 * 1024 * 1024,
	ASK_MS = 5000, /* for an answer about a topic, at most */
	NAME_MAX_ = 128,
};

struct td_aggregator {
	td_run_t *run;
	td_shard_env_t env;
	td_kafka_group_t *group;
	td_shard_t *shards[SHARDS_MAX];
	size_t count;
	int64_t now_ms;
	int64_t next_note_ms;
	int64_t next_check_ms;
	size_t checked; /* shards so far, in turn */
	size_t turned;  /* the same of their turns */
	bool is_slow;   /* the last one of them, since a server let it wait */
	td_log_limit_t lonely;
	char pattern[NAME_MAX_], group_id[NAME_MAX_];
};

#define OPTION(name_, argument_, type_, member, standard_, min_, max_, doc_)                       \
	{                                                                                          \
		.section = "aggregator", .name = (name_), .argument = (argument_),                 \
		.type = (type_), .at = offsetof(td_aggregator_settings_t, member),                 \
		.standard = (standard_), .min = (min_), .max = (max_), .doc = (doc_)               \
	}

const td_opt_t td_aggregator_options[] = {
	OPTION("group", "NAME", TD_OPT_TEXT, group, NULL, 0, 0,
	       "consumer group; default thidua-aggregator, with the generation if above 0"),
	OPTION("generation", "NUMBER", TD_OPT_INT, generation, "0", 0, 1000000,
	       "generation of the verdicts to fold"),
	OPTION("batch", "NUMBER", TD_OPT_INT, batch, "10000", 1, 100000,
	       "verdicts written together, at most"),
	OPTION("batch-bytes", "BYTES", TD_OPT_SIZE, batch_bytes, "64M", 4 << 20, 1 << 30,
	       "memory of one batch, at most"),
	OPTION("linger", "DURATION", TD_OPT_DURATION, linger_ms, "10ms", 0, 10000,
	       "how long a verdict waits for others"),
	OPTION("queue-bytes", "BYTES", TD_OPT_SIZE, queue_bytes, "128M", 1 << 20, INT64_C(4) << 30,
	       "verdicts read ahead, at most"),
};
const size_t td_aggregator_option_count = TD_COUNT(td_aggregator_options);

static size_t find(const td_aggregator_t *aggregator, const char *topic)
{
	size_t i = 0;
	while (i < aggregator->count && strcmp(td_shard_topic(aggregator->shards[i]), topic) != 0)
		i++;
	return i;
}

static void drop(td_aggregator_t *aggregator, size_t at)
{
	td_shard_free(aggregator->shards[at]);
	aggregator->shards[at] = aggregator->shards[--aggregator->count];
}

static void on_assigned(void *context, const char *topic)
{
	td_aggregator_t *aggregator = context;
	td_err_t err;
	size_t at = find(aggregator, topic);
	if (at < aggregator->count)
		drop(aggregator, at);
	td_shard_t *shard = NULL;
	if (aggregator->count < SHARDS_MAX)
		shard = td_shard_new(&aggregator->env, topic, &err);
	else
		(void)td_err_set(&err, TD_EMEMORY,
				 "%d topics are assigned already; start another aggregator",
				 SHARDS_MAX);
	if (!shard) {
		td_log(TD_LOG_ERROR, "topic_refused", td_log_text("topic", topic),
		       td_log_err(&err));
		return;
	}
	td_log(TD_LOG_INFO, "assigned", td_log_text("topic", topic));
	aggregator->shards[aggregator->count++] = shard;
}

static bool is_slow_since(int64_t from_ms)
{
	return td_clock_mono_ms() - from_ms > SLOW_MS;
}

static void on_revoked(void *context, const char *topic, bool lost)
{
	td_aggregator_t *aggregator = context;
	size_t at = find(aggregator, topic);
	if (at == aggregator->count)
		return;
	/* A Redis that does not answer would make each wait; what is not drained is not lost. */
	if (!lost && !aggregator->is_slow) {
		int64_t from_ms = td_clock_mono_ms();
		td_shard_drain(aggregator->shards[at], from_ms);
		aggregator->is_slow = is_slow_since(from_ms);
	}
	drop(aggregator, at);
	td_log(TD_LOG_INFO, "revoked", td_log_text("topic", topic), td_log_int("lost", lost));
}

static void name_all(td_aggregator_t *aggregator, const td_aggregator_settings_t *settings)
{
	if (settings->generation == 0)
		(void)snprintf(aggregator->pattern, NAME_MAX_, "^thidua\\.verdicts\\.[^.]+$");
	else
		(void)snprintf(aggregator->pattern, NAME_MAX_, "^thidua\\.verdicts\\.%lld\\.[^.]+$",
			       (long long)settings->generation);
	if (settings->group)
		(void)snprintf(aggregator->group_id, NAME_MAX_, "%s", settings->group);
	else if (settings->generation == 0)
		(void)snprintf(aggregator->group_id, NAME_MAX_, "thidua-aggregator");
	else
		(void)snprintf(aggregator->group_id, NAME_MAX_, "thidua-aggregator.%lld",
			       (long long)settings->generation);
}

/* The two readers, the administrator and the group. */
static bool connect_kafka(td_aggregator_t *aggregator, const td_kafka_settings_t *kafka,
			  int64_t queue_bytes, td_err_t *err)
{
	int wake_fd = td_run_wake_fd(aggregator->run);
	td_kafka_reader_settings_t streams = {.cluster = kafka,
					      .client_id = "thidua-aggregator",
					      .queue_bytes = queue_bytes,
					      .wake_fd = wake_fd};
	td_kafka_reader_settings_t look = {.cluster = kafka,
					   .client_id = "thidua-aggregator-look",
					   .queue_bytes = LOOK_QUEUE_BYTES,
					   .wake_fd = -1};
	td_kafka_group_settings_t group = {.cluster = kafka,
					   .client_id = "thidua-aggregator",
					   .group_id = aggregator->group_id,
					   .pattern = aggregator->pattern,
					   .assigned = on_assigned,
					   .revoked = on_revoked,
					   .context = aggregator,
					   .wake_fd = wake_fd};
	aggregator->env.streams = td_kafka_reader_new(&streams, err);
	if (aggregator->env.streams)
		aggregator->env.look = td_kafka_reader_new(&look, err);
	if (aggregator->env.look)
		aggregator->env.admin =
			td_kafka_admin_new(kafka, "thidua-aggregator-look", ASK_MS, err);
	if (aggregator->env.admin)
		aggregator->group = td_kafka_group_new(&group, err);
	return aggregator->group != NULL;
}

/* Whether Redis is one that may be used; one that is away may still become one. */
static bool try_redis(const td_redis_settings_t *settings, td_err_t *err)
{
	td_redis_t *redis = td_redis_new(settings, err);
	if (!redis)
		return false;
	bool fine = td_redis_connect(redis, err);
	td_redis_free(redis);
	if (fine || err->code == TD_ECONFIG)
		return fine;
	td_log(TD_LOG_WARN, "redis_away", td_log_err(err));
	return true;
}

td_aggregator_t *td_aggregator_new(const td_aggregator_settings_t *settings,
				   const td_kafka_settings_t *kafka,
				   const td_redis_settings_t *redis, td_run_t *run, td_err_t *err)
{
	td_aggregator_t *aggregator = calloc(1, sizeof(*aggregator));
	if (!aggregator) {
		(void)td_err_set(err, TD_EMEMORY, "no memory for the aggregator");
		return NULL;
	}
	aggregator->run = run;
	aggregator->env = (td_shard_env_t){.redis = redis,
					   .generation = (uint32_t)settings->generation,
					   .batch_max = (size_t)settings->batch,
					   .batch_bytes = (size_t)settings->batch_bytes,
					   .linger_ms = settings->linger_ms,
					   .age_max_ms = AGE_MAX_MS};
	name_all(aggregator, settings);
	if (try_redis(redis, err) && connect_kafka(aggregator, kafka, settings->queue_bytes, err))
		return aggregator;
	td_aggregator_free(aggregator);
	return NULL;
}

void td_aggregator_free(td_aggregator_t *aggregator)
{
	if (!aggregator)
		return;
	td_kafka_group_free(aggregator->group); /* drains and drops the shards */
	while (aggregator->count > 0)
		drop(aggregator, aggregator->count - 1);
	td_kafka_admin_free(aggregator->env.admin);
	td_kafka_reader_free(aggregator->env.look);
	td_kafka_reader_free(aggregator->env.streams);
	free(aggregator);
}

/* Hands out what has come; true when nothing more waits. */
static bool take_items(td_aggregator_t *aggregator)
{
	const td_kafka_item_t *items;
	for (size_t taken = 0; taken < ITEMS_PER_TURN && !is_slow_since(aggregator->now_ms);) {
		size_t count = td_kafka_reader_read(aggregator->env.streams, 0, &items);
		if (count == 0)
			return true;
		for (size_t i = 0; i < count; i++) {
			td_shard_t *shard = td_kafka_stream_context(items[i].stream);
			if (!td_kafka_item_is_old(&items[i]))
				td_shard_take(shard, &items[i], aggregator->now_ms);
		}
		taken += count;
	}
	return false;
}

/* One turn of each shard, until a server lets one of them wait: the others come the next time.
 * Returns in how many ms that is. */
static int64_t turn_shards(td_aggregator_t *aggregator, bool drained)
{
	int64_t due_ms = drained ? WAIT_MAX_MS : 0;
	aggregator->is_slow = false;
	for (size_t i = 0; i < aggregator->count && !aggregator->is_slow; i++) {
		td_shard_t *shard = aggregator->shards[aggregator->turned++ % aggregator->count];
		int64_t now_ms = td_clock_mono_ms();
		td_shard_turn(shard, drained, now_ms);
		int64_t shard_ms = td_shard_due_ms(shard, now_ms);
		due_ms = shard_ms < due_ms ? shard_ms : due_ms;
		aggregator->is_slow = is_slow_since(now_ms);
	}
	return aggregator->is_slow ? 0 : due_ms;
}

static void note(td_aggregator_t *aggregator)
{
	int64_t offset;
	if (aggregator->now_ms < aggregator->next_note_ms)
		return;
	aggregator->next_note_ms = aggregator->now_ms + NOTE_EVERY_MS;
	for (size_t i = 0; i < aggregator->count; i++) {
		if (!td_shard_done(aggregator->shards[i], &offset))
			continue;
		td_fault("aggregator.commit");
		td_kafka_group_note(aggregator->group, td_shard_topic(aggregator->shards[i]),
				    offset);
	}
}

static void say_if_lonely(td_aggregator_t *aggregator)
{
	int64_t held;
	if (aggregator->count == 0 &&
	    td_log_allowed(&aggregator->lonely, aggregator->now_ms, LONELY_EVERY_MS, &held))
		td_log(TD_LOG_INFO, "waiting_for_topics",
		       td_log_text("pattern", aggregator->pattern),
		       td_log_text("group", aggregator->group_id));
}

/* One shard after the other, one at a time. */
static void check(td_aggregator_t *aggregator)
{
	if (aggregator->count == 0 || aggregator->now_ms < aggregator->next_check_ms)
		return;
	size_t at = aggregator->checked++ % aggregator->count;
	bool answered = td_shard_check(aggregator->shards[at], aggregator->now_ms);
	aggregator->next_check_ms =
		td_clock_mono_ms() +
		(answered ? CHECK_EVERY_MS / (int64_t)aggregator->count : AWAY_MS);
}

/* One turn; *wait_ms is how long the next may be put off. */
static bool turn(td_aggregator_t *aggregator, int *wait_ms, td_err_t *err)
{
	if (!td_kafka_group_poll(aggregator->group, 0, err))
		return false;
	aggregator->now_ms = td_clock_mono_ms();
	bool drained = take_items(aggregator);
	aggregator->now_ms = td_clock_mono_ms();
	*wait_ms = (int)turn_shards(aggregator, drained);
	check(aggregator);
	note(aggregator);
	say_if_lonely(aggregator);
	return true;
}

bool td_aggregator_run(td_aggregator_t *aggregator, td_err_t *err)
{
	int wait_ms = 0;
	while (!td_run_stopping(aggregator->run))
		if (!td_run_wait(aggregator->run, wait_ms, err) || !turn(aggregator, &wait_ms, err))
			return false;
	return true;
}
