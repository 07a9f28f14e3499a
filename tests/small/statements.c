/*
 * statements: a small world exhausted: every sequence of up to four statements over two records,
 * three revisions and two contents, and a retraction under the second revision of each, cut into
 * batches in every way, ends in the states and tallies of its set.
 *
 * What each sequence leaves is compared with an oracle's answer for the set of its statements,
 * whatever order and repetition it had.
 */
#include "tests/model/oracle.h"
#include "tests/model/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

enum {
	RECORDS = 2,
	REVISIONS = 3,
	CONTENTS = 2,
	PER_RECORD = REVISIONS * CONTENTS + 1, /* the last one is a retraction */
	STATEMENTS = RECORDS * PER_RECORD,
	LONGEST = 4,
	ARENA = 16 * 1024 * 1024,
};

static const int64_t NOW_MS = 1608000000000; /* 2020-12-15T09:40+07:00 */

typedef struct world {
	td_arena_t *arena;
	td_told_t told[STATEMENTS];
	td_slice_t verdicts[LONGEST][STATEMENTS]; /* by raw offset */
	td_model_redis_t *expected[1 << STATEMENTS];
} world_t;

/* A case in two versions: solved in the year before by another unit, or reopened since. */
static void say_case(Thidua__V1__Event *event, bool first, td_arena_t *arena)
{
	Thidua__V1__Case *about = td_arena_take(arena, sizeof *about);
	assert_non_null(about);
	thidua__v1__case__init(about);
	about->status = THIDUA__V1__CASE_STATUS__CASE_STATUS_CONCLUDED;
	about->registered_on = 20201212;
	about->solved_on = first ? 20201214 : 20201215;
	about->reopened_on = first ? 0 : 20201215;
	about->accused = first ? 2 : 3;
	event->unit = first ? "vn-06.pc02" : "vn-06.136";
	event->body_case = THIDUA__V1__EVENT__BODY_CASE;
	event->case_ = about;
}

/* An accident in two versions: an hour before and after the police year's end. */
static void say_accident(Thidua__V1__Event *event, bool first, td_arena_t *arena)
{
	Thidua__V1__Accident *about = td_arena_take(arena, sizeof *about);
	assert_non_null(about);
	thidua__v1__accident__init(about);
	about->deaths = first ? 1 : 0;
	about->damage_vnd = 1000;
	event->occurred_at->seconds = first ? 1607963400 : 1607967000;
	event->body_case = THIDUA__V1__EVENT__BODY_ACCIDENT;
	event->accident = about;
}

static td_told_t statement_of(size_t number, td_arena_t *arena)
{
	static Thidua__V1__Retraction retraction;
	size_t of_record = number % PER_RECORD;
	bool is_case = number < PER_RECORD, is_retraction = of_record == PER_RECORD - 1;
	bool first = of_record % CONTENTS == 0;
	uint64_t revision = is_retraction ? 2 : 1 + of_record / CONTENTS;
	Thidua__V1__Event *event = td_told_event(
		is_case ? THIDUA__V1__KIND__KIND_CASE : THIDUA__V1__KIND__KIND_ACCIDENT,
		is_case ? "2020-000001" : "2020/VA", revision, 20201210, arena);
	thidua__v1__retraction__init(&retraction);
	if (is_retraction) {
		event->body_case = THIDUA__V1__EVENT__BODY_RETRACTION;
		event->retraction = &retraction;
	} else if (is_case) {
		say_case(event, first, arena);
	} else {
		say_accident(event, first, arena);
	}
	return td_told_accepted(event, first ? "vn-06" : "vn-69", arena);
}

static world_t *make_world(void)
{
	world_t *world = calloc(1, sizeof *world);
	assert_non_null(world);
	world->arena = td_arena_new(ARENA);
	assert_non_null(world->arena);
	for (size_t number = 0; number < STATEMENTS; number++) {
		world->told[number] = statement_of(number, world->arena);
		for (uint64_t offset = 0; offset < LONGEST; offset++)
			world->verdicts[offset][number] =
				td_told_verdict(&world->told[number], offset,
						NOW_MS + (int64_t)offset, world->arena);
	}
	return world;
}

static void free_world(world_t *world)
{
	for (size_t set = 0; set < TD_COUNT(world->expected); set++) {
		if (world->expected[set] != NULL)
			td_model_redis_free(world->expected[set]);
		free(world->expected[set]);
	}
	td_arena_free(world->arena);
	free(world);
}

static td_slice_t verdict_of(void *context, size_t at, size_t letter)
{
	return ((const world_t *)context)->verdicts[at][letter];
}

/* The oracle's answer is asked once for each set of statements. */
static bool is_as_the_oracle_says(void *context, const size_t *sequence, size_t length,
				  const td_model_redis_t *left)
{
	world_t *world = context;
	td_told_t told[LONGEST];
	size_t set = 0;
	for (size_t at = 0; at < length; at++) {
		set |= (size_t)1 << sequence[at];
		told[at] = world->told[sequence[at]];
	}
	if (world->expected[set] == NULL) {
		world->expected[set] = malloc(sizeof(td_model_redis_t));
		assert_non_null(world->expected[set]);
		td_model_redis_init(world->expected[set]);
		td_oracle_fill(world->expected[set], told, length, NOW_MS);
	}
	return td_model_redis_same(left, world->expected[set], td_oracle_counts);
}

static void every_sequence_cut_in_every_way_ends_in_the_sums_of_its_set(void **state)
{
	(void)state;
	size_t visited;
	world_t *world = make_world();
	assert_true(td_tree_walk(
		&(td_tree_t){STATEMENTS, LONGEST, verdict_of, is_as_the_oracle_says, world},
		&visited));
	assert_int_equal(visited, 14 + 14 * 14 + 14 * 14 * 14 + 14 * 14 * 14 * 14);
	free_world(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_sequence_cut_in_every_way_ends_in_the_sums_of_its_set),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
