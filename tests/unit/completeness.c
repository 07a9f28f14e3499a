/* completeness: a province is complete when all its sources have said so; what is open and missing
 * is that of the provinces asked for. */
#include "aggregator/completeness.h"

#include "common/localday.h"
#include "tests/support/tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { SOURCES_MAX = 4 };

/* A shard with the sources that are told of it. */
typedef struct shard {
	td_shard_view_t view;
	Thidua__V1__SourceState states[SOURCES_MAX], *list[SOURCES_MAX];
	Thidua__V1__OffsetRange gap, *gaps[1];
} shard_t;

static void shard_init(shard_t *shard, const char *reporter)
{
	*shard = (shard_t){.view = {.reporter = reporter, .present = true}};
	td_head_init(0, &shard->view.head);
	shard->view.sources = shard->list;
}

static void say(shard_t *shard, const char *source, uint64_t epoch, int64_t until_ms)
{
	size_t at = shard->view.source_count++;
	thidua__v1__source_state__init(&shard->states[at]);
	shard->states[at].source = (char *)source;
	shard->states[at].epoch = epoch;
	shard->states[at].complete_until_ms = until_ms;
	shard->list[at] = &shard->states[at];
}

static td_reference_t *reference;

static int read_tables(void **state)
{
	(void)state;
	reference = td_tables_read(1);
	return 0;
}

static int free_tables(void **state)
{
	(void)state;
	td_reference_free(reference);
	return 0;
}

static void a_province_is_as_complete_as_its_least_source(void **state)
{
	(void)state;
	shard_t shard;
	shard_init(&shard, "vn-06");
	assert_int_equal(td_completeness_until(&shard.view, 1, reference, "vn-06"), 0);
	say(&shard, "cases", 1, 500);
	assert_int_equal(td_completeness_until(&shard.view, 1, reference, "vn-06"), 500);
	say(&shard, "traffic", 1, 300);
	assert_int_equal(td_completeness_until(&shard.view, 1, reference, "vn-06"), 300);
	say(&shard, "identity", 1, 0);
	assert_int_equal(td_completeness_until(&shard.view, 1, reference, "vn-06"), 0);
	assert_int_equal(td_completeness_shard(&shard.view), 0);
}

static void a_spool_that_was_replaced_does_not_hold_back_the_new_one(void **state)
{
	(void)state;
	shard_t shard;
	shard_init(&shard, "vn-06");
	say(&shard, "main", 7, 100);
	say(&shard, "main", 9, 900);
	assert_int_equal(td_completeness_until(&shard.view, 1, reference, "vn-06"), 900);
}

/* Nobody can have said all up to this moment: a source says it once a minute. */
static void who_said_all_up_to_a_moment_ago_is_complete_today(void **state)
{
	(void)state;
	enum { SECOND = 1000, MINUTE = 60 * SECOND, DAY = 24 * 60 * MINUTE };
	const td_days_t days = {10, 12};
	int64_t end = td_localday_start_ms(13);
	assert_int_equal(td_completeness_end(days, end + DAY), end);
	assert_int_equal(td_completeness_end(days, end + 2 * SECOND),
			 end + 2 * SECOND - TD_FRESH_MS);
	assert_int_equal(td_completeness_end(days, end - DAY), end - DAY - TD_FRESH_MS);
	assert_in_range(TD_FRESH_MS, 2 * MINUTE, 10 * MINUTE);
}

static void a_province_without_a_shard_has_said_nothing(void **state)
{
	(void)state;
	shard_t shard;
	shard_init(&shard, "cluster-3");
	say(&shard, "main", 1, 500);
	assert_int_equal(td_completeness_until(&shard.view, 1, reference, "vn-06"), 0);
	assert_int_equal(td_completeness_until(NULL, 0, reference, "vn-06"), 0);
}

static void an_answer_names_who_is_not_complete_and_what_is_open(void **state)
{
	(void)state;
	static const char *const asked[] = {"vn-06", "vn-69", "vn-14"};
	shard_t shards[4];
	td_shard_view_t views[4];
	const char *const reporters[] = {"cluster-3", "vn-06", "vn-07", "vn-69"};
	for (size_t i = 0; i < 4; i++) {
		shard_init(&shards[i], reporters[i]);
		say(&shards[i], "main", 1, i == 3 ? 900 : 2000);
		shards[i].view.head.counts.open_rejections = 1u << i;
	}
	thidua__v1__offset_range__init(&shards[1].gap);
	shards[1].gap.first = 5;
	shards[1].gap.last = 7;
	shards[1].gaps[0] = &shards[1].gap;
	shards[1].states[0].gaps = shards[1].gaps;
	shards[1].states[0].n_gaps = 1;
	for (size_t i = 0; i < 4; i++)
		views[i] = shards[i].view;
	views[1].head.position = (td_position_t){40, 1, {{10, 12}}};
	views[1].head.last_append_ms = 1234;
	views[2].present = false;
	td_arena_t *arena = td_arena_new(65536);
	Thidua__V1__TallyAnswer answer;
	thidua__v1__tally_answer__init(&answer);
	assert_true(td_completeness_fill(views, 4, reference,
					 &(td_completeness_ask_t){asked, 3, 1000}, arena, &answer));
	assert_int_equal(answer.completeness->provinces_complete, 1);
	assert_int_equal(answer.completeness->provinces_expected, 3);
	assert_int_equal(answer.completeness->n_provinces_incomplete, 2);
	assert_string_equal(answer.completeness->provinces_incomplete[0], "vn-69");
	assert_string_equal(answer.completeness->provinces_incomplete[1], "vn-14");
	assert_null(answer.completeness->complete_until);
	assert_int_equal(answer.completeness->open_rejections, 1 + 2 + 8);
	assert_int_equal(answer.completeness->sequence_gaps, 3);
	assert_int_equal(answer.n_positions, 3);
	assert_string_equal(answer.positions[1]->reporter, "vn-06");
	assert_int_equal(answer.positions[1]->next_raw_offset, 40);
	assert_int_equal(answer.positions[1]->open_holes, 3);
	assert_int_equal(answer.positions[1]->last_append_at->seconds, 1);
	td_arena_free(arena);
}

static void all_are_complete_until_the_least_of_them(void **state)
{
	(void)state;
	static const char *const asked[] = {"vn-06", "vn-69"};
	shard_t shards[2];
	shard_init(&shards[0], "vn-06");
	shard_init(&shards[1], "vn-69");
	say(&shards[0], "main", 1, 5000);
	say(&shards[1], "main", 1, 3000);
	const td_shard_view_t views[] = {shards[0].view, shards[1].view};
	td_arena_t *arena = td_arena_new(65536);
	Thidua__V1__TallyAnswer answer;
	thidua__v1__tally_answer__init(&answer);
	assert_true(td_completeness_fill(views, 2, reference,
					 &(td_completeness_ask_t){asked, 2, 3000}, arena, &answer));
	assert_int_equal(answer.completeness->provinces_complete, 2);
	assert_int_equal(answer.completeness->n_provinces_incomplete, 0);
	assert_int_equal(answer.completeness->complete_until->seconds, 3);
	td_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_said_all_up_to_a_moment_ago_is_complete_today),
		cmocka_unit_test(a_province_is_as_complete_as_its_least_source),
		cmocka_unit_test(a_spool_that_was_replaced_does_not_hold_back_the_new_one),
		cmocka_unit_test(a_province_without_a_shard_has_said_nothing),
		cmocka_unit_test(an_answer_names_who_is_not_complete_and_what_is_open),
		cmocka_unit_test(all_are_complete_until_the_least_of_them),
	};
	return cmocka_run_group_tests(tests, read_tables, free_tables);
}
