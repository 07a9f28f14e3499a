/*
 * batch: tallies and record states depend on the set of statements alone.
 *
 * Each run says some hundred statements by chance, arranges them as logs do (in any order, said
 * again, verdicts written twice or late, absent ranges between), cuts the log into batches, and
 * holds what Redis has then against an oracle that knows neither order nor batches.
 */
#include "aggregator/batch.h"
#include "common/localday.h"
#include "tests/model/oracle.h"
#include "tests/model/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum {
	RUNS = 150,
	TOLD_MAX = 120,
	LOG_MAX = 8 * TOLD_MAX,
	BATCH_MAX = 64,
	BATCH_BYTES = 256 * 1024,
	ARENA = 64 * 1024 * 1024,
	LAST_ON = 20211220,
	WINDOW = 40, /* of verdicts that may pass each other, so that holes stay few */
	DAY_MS = 24 * 3600 * 1000,
};

typedef struct run {
	td_chance_t chance;
	td_arena_t *arena;
	td_told_t told[TOLD_MAX];
	size_t count;
	td_slice_t log[LOG_MAX];
	size_t length;
	int64_t append_ms; /* of the last raw event */
} run_t;

static run_t *run_new(uint64_t number, const td_told_world_t *world)
{
	run_t *run = calloc(1, sizeof *run);
	assert_non_null(run);
	run->chance = td_chance_of(number);
	run->arena = td_arena_new(ARENA);
	assert_non_null(run->arena);
	run->count = 1 + td_chance_below(&run->chance, TOLD_MAX);
	for (size_t i = 0; i < run->count; i++)
		run->told[i] = td_told_by_chance(world, &run->chance, run->arena);
	return run;
}

static void run_free(run_t *run)
{
	td_arena_free(run->arena);
	free(run);
}

static void write_verdict(run_t *run, td_slice_t verdict)
{
	assert_true(run->length < LOG_MAX);
	run->log[run->length++] = verdict;
}

/* The raw log: each statement at least once, in any order, absent ranges in between; one verdict
 * for each offset. */
static void judge_all(run_t *run)
{
	uint32_t order[TOLD_MAX];
	uint64_t offset = 0;
	int64_t begun_ms = td_localday_start_ms(td_localday_make(2021, 12, 21));
	td_chance_order(&run->chance, order, run->count);
	run->append_ms = begun_ms;
	run->length = 0;
	for (size_t i = 0; i < run->count; i++) {
		uint64_t times = 1 + (td_chance_once_in(&run->chance, 5) ? 1 : 0);
		for (; times > 0; times--) {
			if (td_chance_once_in(&run->chance, 10))
				run->append_ms +=
					(int64_t)td_chance_below(&run->chance, 5) * DAY_MS;
			write_verdict(run, td_told_verdict(&run->told[order[i]], offset++,
							   run->append_ms, run->arena));
		}
		if (td_chance_once_in(&run->chance, 12)) {
			uint64_t last = offset + td_chance_below(&run->chance, 4);
			write_verdict(run, td_told_absent(offset, last, run->arena));
			offset = last + 1;
		}
	}
}

/* Verdicts come late (holes, filled again) and twice, as overlapping workers write them. */
static void mix_up(run_t *run)
{
	size_t judged = run->length;
	for (size_t i = 0; i < judged; i++) {
		size_t other = i + td_chance_below(&run->chance, WINDOW);
		if (td_chance_once_in(&run->chance, 4) && other < judged) {
			td_slice_t late = run->log[i];
			run->log[i] = run->log[other];
			run->log[other] = late;
		}
	}
	for (size_t i = 0; i < judged / 5; i++)
		write_verdict(run, run->log[td_chance_below(&run->chance, run->length)]);
}

/* Folds log[from..to) as one batch; how many of them it took. */
static size_t fold_some(run_t *run, td_model_store_t *store, td_batch_t *batch, size_t from,
			size_t to)
{
	td_err_t err = {0};
	size_t at = from;
	assert_true(td_model_store_begin(store, batch, &err));
	for (; at < to; at++) {
		td_added_t added = td_batch_add(batch, run->log[at], at, 0, &err);
		assert_int_not_equal(added, TD_ADDED_STOP);
		if (added == TD_ADDED_FULL)
			break;
	}
	if (!td_model_store_move(store, batch, &err))
		fail_msg("%s", err.text);
	return at - from;
}

/* A td_batch_look_fn. */
static bool look(void *context, td_slice_t key, td_slice_t field, td_slice_t *value, td_err_t *err)
{
	(void)err;
	*value = td_model_redis_get(context, key, field);
	return true;
}

/* Folds the whole log, cut where chance wants, into `redis`; each verdict at once, or all of a
 * batch at its end. */
static void fold_all(run_t *run, td_model_redis_t *redis, bool at_once)
{
	td_model_store_t store;
	td_batch_t *batch = td_batch_new(TD_TOLD_REPORTER, 0, BATCH_MAX, BATCH_BYTES);
	assert_non_null(batch);
	if (at_once)
		td_batch_fold_at_once(batch, look, redis);
	td_model_store_init(&store, redis, TD_TOLD_REPORTER);
	for (size_t at = 0; at < run->length;) {
		size_t wanted = 1 + td_chance_below(&run->chance, BATCH_MAX);
		size_t end = at + wanted < run->length ? at + wanted : run->length;
		at += fold_some(run, &store, batch, at, end);
	}
	td_model_store_free(&store);
	td_batch_free(batch);
}

static void assert_as_the_oracle_says(run_t *run, const td_model_redis_t *redis)
{
	td_model_redis_t expected;
	td_model_redis_init(&expected);
	td_oracle_fill(&expected, run->told, run->count, run->append_ms);
	assert_true(td_model_redis_same(redis, &expected, td_oracle_counts));
	assert_true(td_oracle_sums_agree(redis));
	td_model_redis_free(&expected);
}

static const td_told_world_t worlds[] = {
	{.records = 3, .revisions = 3, .rejections = 6, .last_on = LAST_ON},
	{.records = 40, .revisions = 2, .rejections = 20, .last_on = LAST_ON},
	{.records = 300, .revisions = 1, .rejections = 0, .last_on = LAST_ON},
	{.records = 1, .revisions = 20, .rejections = 0, .last_on = LAST_ON},
};

static void any_order_repetition_and_cut_ends_in_the_sums_of_the_set(void **state)
{
	(void)state;
	for (uint64_t number = 0; number < RUNS; number++) {
		run_t *run = run_new(number, &worlds[number % TD_COUNT(worlds)]);
		td_model_redis_t redis;
		td_model_redis_init(&redis);
		judge_all(run);
		mix_up(run);
		fold_all(run, &redis, number % 2 == 1);
		assert_as_the_oracle_says(run, &redis);
		td_model_redis_free(&redis);
		run_free(run);
	}
}

/* Everything, the head and what is open included, is a function of the log: cuts do not show. */
static void where_a_log_is_cut_into_batches_never_shows(void **state)
{
	(void)state;
	for (uint64_t number = 0; number < RUNS; number++) {
		run_t *run = run_new(RUNS + number, &worlds[number % TD_COUNT(worlds)]);
		td_model_redis_t one, other;
		td_model_redis_init(&one);
		td_model_redis_init(&other);
		judge_all(run);
		mix_up(run);
		fold_all(run, &one, false);
		fold_all(run, &other, number % 2 == 1);
		assert_true(td_model_redis_same(&one, &other, NULL));
		td_model_redis_free(&one);
		td_model_redis_free(&other);
		run_free(run);
	}
}

static void days_are_the_sums_of_their_hours_where_there_are_hours(void **state)
{
	(void)state;
	static const td_told_world_t timed = {
		.records = 30, .revisions = 3, .rejections = 20, .last_on = LAST_ON, .timed = true};
	for (uint64_t number = 0; number < RUNS / 3; number++) {
		run_t *run = run_new(2 * RUNS + number, &timed);
		td_model_redis_t redis;
		td_model_redis_init(&redis);
		judge_all(run);
		mix_up(run);
		fold_all(run, &redis, number % 2 == 1);
		assert_true(td_oracle_hours_agree(&redis, td_localday_of_ms(run->append_ms) -
								  (TD_HOUR_DAYS - 1)));
		td_model_redis_free(&redis);
		run_free(run);
	}
}

/* What a walk is held against: the tallies in Redis, in their order. */
typedef struct comparing {
	const td_model_redis_t *redis;
	size_t at;
} comparing_t;

/* Goes on to the next tally, if there is one. */
static bool find_tally(comparing_t *comparing)
{
	static const char prefix[] = "{" TD_TOLD_REPORTER "}:0:";
	for (; comparing->at < comparing->redis->count; comparing->at++) {
		td_slice_t key = td_model_redis_key(comparing->redis, comparing->at);
		td_slice_t field = td_model_redis_field(comparing->redis, comparing->at);
		bool tally = key.size > sizeof prefix &&
			     strchr("DMdhm", key.data[sizeof prefix - 1]) != NULL &&
			     key.data[sizeof prefix] == ':';
		if (tally && !td_slice_equal(field, td_slice_text("#")))
			return true;
	}
	return false;
}

static bool is_next_tally(void *context, const td_tally_t *tally)
{
	comparing_t *comparing = context;
	char value[24];
	assert_true(find_tally(comparing));
	(void)snprintf(value, sizeof value, "%lld", (long long)tally->value);
	td_slice_t key = td_model_redis_key(comparing->redis, comparing->at);
	td_slice_t field = td_model_redis_field(comparing->redis, comparing->at);
	td_slice_t held = td_model_redis_value(comparing->redis, comparing->at++);
	assert_true(td_slice_equal(tally->key, key));
	assert_true(td_slice_equal(td_slice_text(tally->field), field));
	assert_true(td_slice_equal(td_slice_text(value), held));
	return true;
}

static bool nothing(void *context, const td_tally_t *tally)
{
	(void)context;
	(void)tally;
	return true;
}

/* One batch that folds the whole log at once has the tallies that Redis has after many. */
static void walk_of_one_batch_is_what_redis_holds(void **state)
{
	(void)state;
	for (uint64_t number = 0; number < RUNS; number++) {
		run_t *run = run_new(3 * RUNS + number, &worlds[number % TD_COUNT(worlds)]);
		td_model_redis_t redis;
		td_head_t head;
		td_err_t err = {0};
		td_model_redis_init(&redis);
		judge_all(run);
		mix_up(run);
		fold_all(run, &redis, false);
		td_batch_t *batch = td_batch_new(TD_TOLD_REPORTER, 0, SIZE_MAX, SIZE_MAX / 2);
		assert_non_null(batch);
		td_batch_fold_at_once(batch, NULL, NULL);
		td_head_init(0, &head);
		td_batch_begin(batch, &head);
		for (size_t at = 0; at < run->length; at++) {
			assert_int_not_equal(td_batch_add(batch, run->log[at], at, 0, &err),
					     TD_ADDED_STOP);
			/* A look in between changes nothing. */
			if (td_chance_once_in(&run->chance, 20))
				assert_true(td_batch_walk(batch, nothing, NULL, &err));
		}
		comparing_t comparing = {.redis = &redis};
		assert_true(td_batch_walk(batch, is_next_tally, &comparing, &err));
		assert_false(find_tally(&comparing));
		assert_true(
			td_batch_walk(batch, is_next_tally, &(comparing_t){.redis = &redis}, &err));
		td_batch_free(batch);
		td_model_redis_free(&redis);
		run_free(run);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_repetition_and_cut_ends_in_the_sums_of_the_set),
		cmocka_unit_test(where_a_log_is_cut_into_batches_never_shows),
		cmocka_unit_test(walk_of_one_batch_is_what_redis_holds),
		cmocka_unit_test(days_are_the_sums_of_their_hours_where_there_are_hours),
	};
	td_chance_begin(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
