/*
 * life: what happens to a case, told in every order, ends in the same figures: corrected, solved,
 * reopened, reclassified, taken back, stated again, handed from one reporter to another.
 */
#include "aggregator/metric.h"
#include "common/localday.h"
#include "tests/model/store.h"
#include "tests/model/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define STATUS(name)   THIDUA__V1__CASE_STATUS__CASE_STATUS_##name
#define SEVERITY(name) THIDUA__V1__SEVERITY__SEVERITY_##name
#define GOES_OUT       THIDUA__V1__TRANSFER_DIRECTION__TRANSFER_DIRECTION_OUT
#define COMES_IN       THIDUA__V1__TRANSFER_DIRECTION__TRANSFER_DIRECTION_IN

enum {
	STATEMENTS_MAX = 6,
	ARENA = 1024 * 1024,
	BATCH_BYTES = 64 * 1024,
	TEXT_MAX = 2048,
};

static const int64_t NOW_MS = 1640000000000; /* 2021-12-20T18:33+07:00 */

/* One statement; its revision is its place in the list, from 1. */
typedef struct statement {
	Thidua__V1__CaseStatus status; /* UNSPECIFIED: a retraction */
	Thidua__V1__Severity severity;
	int32_t occurred, registered, solved, reopened;
	Thidua__V1__TransferDirection transfer;
	int32_t accepted;
} statement_t;

/* Everything that one reporter says of one case. */
typedef struct life {
	const char *shows;
	statement_t statements[STATEMENTS_MAX];
	size_t count;
	const char *figures; /* by day: code, day, severity and sum where it is not 1 */
} life_t;

static const life_t lives[] = {
	{"a correction of the day moves the case to that day",
	 {{STATUS(INVESTIGATING), SEVERITY(SERIOUS), 20201214, 20201216, 0, 0, 0, 0},
	  {STATUS(INVESTIGATING), SEVERITY(SERIOUS), 20201215, 20201216, 0, 0, 0, 0}},
	 2,
	 "cases.occurred 20201215 serious, cases.registered 20201216 serious"},
	{"solved, reopened, solved again: it is solved once, on the later day",
	 {{STATUS(INVESTIGATING), SEVERITY(SERIOUS), 20210105, 20210106, 0, 0, 0, 0},
	  {STATUS(CONCLUDED), SEVERITY(SERIOUS), 20210105, 20210106, 20210301, 0, 0, 0},
	  {STATUS(REOPENED), SEVERITY(SERIOUS), 20210105, 20210106, 20210301, 20210401, 0, 0},
	  {STATUS(CONCLUDED), SEVERITY(SERIOUS), 20210105, 20210106, 20211215, 20210401, 0, 0}},
	 4,
	 "cases.occurred 20210105 serious, cases.registered 20210106 serious, "
	 "cases.registered_solved 20210106 serious, cases.reopened 20210401 serious, "
	 "cases.solved_prior 20211215 serious"},
	{"reopened and not solved since: it is unsolved",
	 {{STATUS(CONCLUDED), SEVERITY(SERIOUS), 20210105, 20210106, 20210301, 0, 0, 0},
	  {STATUS(REOPENED), SEVERITY(SERIOUS), 20210105, 20210106, 20210301, 20210401, 0, 0}},
	 2,
	 "cases.occurred 20210105 serious, cases.registered 20210106 serious, "
	 "cases.reopened 20210401 serious"},
	{"reclassified: all its figures are of the other class, none of the first",
	 {{STATUS(INVESTIGATING), SEVERITY(LESS), 20200229, 20200301, 0, 0, 0, 0},
	  {STATUS(CONCLUDED), SEVERITY(LESS), 20200229, 20200301, 20200310, 0, 0, 0},
	  {STATUS(CONCLUDED), SEVERITY(ESPECIALLY), 20200229, 20200301, 20200310, 0, 0, 0}},
	 3,
	 "cases.occurred 20200229 especially, cases.registered 20200301 especially, "
	 "cases.registered_solved 20200301 especially, cases.solved_current 20200310 especially"},
	{"taken back: nothing is left, whether it was told before or after",
	 {{STATUS(INVESTIGATING), SEVERITY(VERY), 20210105, 20210106, 0, 0, 0, 0},
	  {STATUS(CONCLUDED), SEVERITY(VERY), 20210105, 20210106, 20210301, 0, 0, 0},
	  {STATUS(UNSPECIFIED), 0, 20210105, 0, 0, 0, 0, 0}},
	 3,
	 ""},
	{"taken back and stated again: it counts as it was stated last",
	 {{STATUS(CONCLUDED), SEVERITY(VERY), 20210105, 20210106, 20210301, 0, 0, 0},
	  {STATUS(UNSPECIFIED), 0, 20210105, 0, 0, 0, 0, 0},
	  {STATUS(INVESTIGATING), SEVERITY(LESS), 20210110, 20210111, 0, 0, 0, 0}},
	 3,
	 "cases.occurred 20210110 less, cases.registered 20210111 less"},
	{"annulled: nothing is left",
	 {{STATUS(CONCLUDED), SEVERITY(VERY), 20210105, 20210106, 20210301, 0, 0, 0},
	  {STATUS(ANNULLED), SEVERITY(VERY), 20210105, 20210106, 20210301, 0, 0, 0}},
	 2,
	 ""},
	{"the sender's half of a transfer",
	 {{STATUS(INVESTIGATING), SEVERITY(LESS), 20210105, 20210106, 0, 0, 0, 0},
	  {STATUS(TRANSFERRED), SEVERITY(LESS), 20210105, 20210106, 0, 0, GOES_OUT, 0},
	  {STATUS(TRANSFERRED), SEVERITY(LESS), 20210105, 20210106, 0, 0, GOES_OUT, 20210201}},
	 3,
	 "cases.transferred_out 20210201 less"},
	{"the receiver's half, solved by it",
	 {{STATUS(INVESTIGATING), SEVERITY(LESS), 20210105, 20210106, 0, 0, COMES_IN, 0},
	  {STATUS(INVESTIGATING), SEVERITY(LESS), 20210105, 20210106, 0, 0, COMES_IN, 20210201},
	  {STATUS(CONCLUDED), SEVERITY(LESS), 20210105, 20210106, 20210301, 0, COMES_IN, 20210201}},
	 3,
	 "cases.occurred 20210105 less, cases.registered 20210106 less, "
	 "cases.registered_solved 20210106 less, cases.transferred_in 20210201 less, "
	 "cases.solved_current 20210301 less"},
	{"a life in six statements",
	 {{STATUS(REPORTED), SEVERITY(SERIOUS), 20210105, 0, 0, 0, 0, 0},
	  {STATUS(INVESTIGATING), SEVERITY(SERIOUS), 20210105, 20210106, 0, 0, 0, 0},
	  {STATUS(CONCLUDED), SEVERITY(SERIOUS), 20210105, 20210106, 20210301, 0, 0, 0},
	  {STATUS(UNSPECIFIED), 0, 20210105, 0, 0, 0, 0, 0},
	  {STATUS(REOPENED), SEVERITY(VERY), 20210105, 20210106, 20210301, 20210401, 0, 0},
	  {STATUS(CONCLUDED), SEVERITY(VERY), 20210105, 20210106, 20210501, 20210401, 0, 0}},
	 6,
	 "cases.occurred 20210105 very, cases.registered 20210106 very, "
	 "cases.registered_solved 20210106 very, cases.reopened 20210401 very, "
	 "cases.solved_current 20210501 very"},
};

static td_told_t told_of(const statement_t *statement, uint64_t revision, td_arena_t *arena)
{
	static Thidua__V1__Retraction retraction;
	Thidua__V1__Event *event = td_told_event(THIDUA__V1__KIND__KIND_CASE, "2021-000001",
						 revision, statement->occurred, arena);
	Thidua__V1__Case *about = td_arena_take(arena, sizeof *about);
	assert_non_null(about);
	thidua__v1__retraction__init(&retraction);
	thidua__v1__case__init(about);
	about->status = statement->status;
	about->registered_on = statement->registered;
	about->solved_on = statement->solved;
	about->reopened_on = statement->reopened;
	about->offender_known = true;
	event->body_case = statement->status != 0 ? THIDUA__V1__EVENT__BODY_CASE
						  : THIDUA__V1__EVENT__BODY_RETRACTION;
	event->case_ = about;
	if (statement->status == 0)
		event->retraction = &retraction;
	if (statement->transfer != 0) {
		about->transfer = td_arena_take(arena, sizeof *about->transfer);
		assert_non_null(about->transfer);
		thidua__v1__transfer__init(about->transfer);
		about->transfer->direction = statement->transfer;
		about->transfer->accepted_on = statement->accepted;
	}
	td_told_t told = td_told_accepted(event, TD_TOLD_REPORTER, arena);
	told.enriched->severity = statement->severity;
	return told;
}

static const char *severity_name(uint8_t severity)
{
	static const char *const names[] = {"", "less", "serious", "very", "especially"};
	return severity < TD_COUNT(names) ? names[severity] : "?";
}

/* Every figure of a day by province, in the order of days and metrics' fields. */
static const char *figures_of(const td_model_redis_t *redis, char text[TEXT_MAX])
{
	static const char days[] = "{" TD_TOLD_REPORTER "}:0:d:";
	size_t used = 0;
	text[0] = '\0';
	for (size_t at = 0; at < redis->count; at++) {
		char field[TD_FIELD_MAX];
		td_cell_t cell;
		td_slice_t key = td_model_redis_key(redis, at);
		td_slice_t name = td_model_redis_field(redis, at);
		td_slice_t sum = td_model_redis_value(redis, at);
		(void)snprintf(field, sizeof field, "%.*s", (int)name.size,
			       (const char *)name.data);
		if (key.size < sizeof days || memcmp(key.data, days, sizeof days - 1) != 0 ||
		    !td_layout_parse_field(field, &cell))
			continue;
		used += (size_t)snprintf(
			text + used, TEXT_MAX - used, "%s%s %.8s %s%s%.*s", used > 0 ? ", " : "",
			td_metric_find(cell.metric)->code, (const char *)key.data + sizeof days - 1,
			severity_name(cell.dim1), sum.size == 1 && sum.data[0] == '1' ? "" : " x",
			sum.size == 1 && sum.data[0] == '1' ? 0 : (int)sum.size,
			(const char *)sum.data);
	}
	return text;
}

/* Folds the statements in that order, each as a batch of its own. */
static void tell(const life_t *life, const size_t *order, td_model_redis_t *redis)
{
	td_arena_t *arena = td_arena_new(ARENA);
	td_batch_t *batch = td_batch_new(TD_TOLD_REPORTER, 0, STATEMENTS_MAX, BATCH_BYTES);
	td_model_store_t store;
	td_err_t err;
	assert_non_null(arena);
	assert_non_null(batch);
	td_model_store_init(&store, redis, TD_TOLD_REPORTER);
	for (size_t at = 0; at < life->count; at++) {
		td_told_t told = told_of(&life->statements[order[at]], 1 + order[at], arena);
		assert_true(td_model_store_begin(&store, batch, &err));
		assert_int_equal(td_batch_add(batch, td_told_verdict(&told, at, NOW_MS, arena), at,
					      NOW_MS, &err),
				 TD_ADDED);
		assert_true(td_model_store_move(&store, batch, &err));
	}
	td_model_store_free(&store);
	td_batch_free(batch);
	td_arena_free(arena);
}

/* Puts the next order of its numbers into `order`; false behind the last one. */
static bool next_order(size_t *order, size_t count)
{
	size_t at = count - 1, other = count - 1;
	while (at > 0 && order[at - 1] > order[at])
		at--;
	if (at == 0)
		return false;
	while (order[other] < order[at - 1])
		other--;
	size_t swapped = order[at - 1];
	order[at - 1] = order[other];
	order[other] = swapped;
	for (size_t last = count - 1; at < last; at++, last--) {
		swapped = order[at];
		order[at] = order[last];
		order[last] = swapped;
	}
	return true;
}

static void every_order_ends_in_the_figures_of_the_last_word(void **state)
{
	(void)state;
	for (size_t i = 0; i < TD_COUNT(lives); i++) {
		size_t order[STATEMENTS_MAX] = {0, 1, 2, 3, 4, 5}, orders = 0, all = 1;
		print_message("%s\n", lives[i].shows);
		do {
			char text[TEXT_MAX];
			td_model_redis_t redis;
			td_model_redis_init(&redis);
			tell(&lives[i], order, &redis);
			assert_string_equal(figures_of(&redis, text), lives[i].figures);
			td_model_redis_free(&redis);
			orders++;
		} while (next_order(order, lives[i].count));
		for (size_t factor = 2; factor <= lives[i].count; factor++)
			all *= factor;
		assert_int_equal(orders, all);
	}
}

/* Whatever each reporter has said so far once both have spoken of the transfer, the case counts
 * with one of them: with the sender until it says that the receiver accepted. */
static void a_case_that_is_handed_over_counts_on_one_side(void **state)
{
	(void)state;
	static const char occurred[] = "cases.occurred";
	for (size_t accepted = 0; accepted < 2; accepted++) {
		life_t sender = lives[TD_COUNT(lives) - 3], receiver = lives[TD_COUNT(lives) - 2];
		size_t order[STATEMENTS_MAX] = {0, 1, 2}, count = 0;
		sender.count = accepted ? 3 : 2;
		receiver.count = accepted ? 2 : 1;
		for (int side = 0; side < 2; side++) {
			char text[TEXT_MAX];
			td_model_redis_t redis;
			td_model_redis_init(&redis);
			tell(side == 0 ? &sender : &receiver, order, &redis);
			count += strstr(figures_of(&redis, text), occurred) != NULL ? 1 : 0;
			td_model_redis_free(&redis);
		}
		assert_int_equal(count, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_order_ends_in_the_figures_of_the_last_word),
		cmocka_unit_test(a_case_that_is_handed_over_counts_on_one_side),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
