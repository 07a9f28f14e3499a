/*
 * arrivals: a small world exhausted: every sequence of up to four verdicts about four raw offsets,
 * each of them on its event or in any absent range, cut into batches in every way, counts each
 * offset once: for what its first verdict in the log said.
 */
#include "aggregator/layout.h"
#include "tests/model/oracle.h"
#include "tests/model/store.h"
#include "tests/model/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

enum {
	OFFSETS = 4,
	RANGES = OFFSETS * (OFFSETS + 1) / 2,
	LETTERS = OFFSETS + RANGES,
	LONGEST = 4,
	ARENA = 1024 * 1024,
};

static const int64_t NOW_MS = 1614934800000; /* 2021-03-05T16:00+07:00 */

/* What an offset was found to be. */
typedef enum found { NOTHING, EVENT, ABSENT } found_t;

typedef struct world {
	td_arena_t *arena;
	td_told_t told[OFFSETS];
	struct {
		uint64_t first, last;
		bool absent;
		td_slice_t verdict;
	} letters[LETTERS];
} world_t;

/* Each event adds another power of ten, so that a sum tells which of them it holds. */
static td_told_t event_at(uint64_t offset, td_arena_t *arena)
{
	static Thidua__V1__Identity numbers[OFFSETS];
	static const uint32_t powers[OFFSETS] = {1, 10, 100, 1000};
	char id[8];
	(void)snprintf(id, sizeof id, "%u", (unsigned)offset);
	Thidua__V1__Event *event =
		td_told_event(THIDUA__V1__KIND__KIND_IDENTITY, id, 1, 20210305, arena);
	thidua__v1__identity__init(&numbers[offset]);
	numbers[offset].files_received = powers[offset];
	event->body_case = THIDUA__V1__EVENT__BODY_IDENTITY;
	event->identity = &numbers[offset];
	return td_told_accepted(event, TD_TOLD_REPORTER, arena);
}

static void make_world(world_t *world)
{
	size_t count = 0;
	world->arena = td_arena_new(ARENA);
	assert_non_null(world->arena);
	for (uint64_t first = 0; first < OFFSETS; first++) {
		world->told[first] = event_at(first, world->arena);
		world->letters[count].first = world->letters[count].last = first;
		world->letters[count].absent = false;
		world->letters[count++].verdict =
			td_told_verdict(&world->told[first], first, NOW_MS, world->arena);
		for (uint64_t last = first; last < OFFSETS; last++) {
			world->letters[count].first = first;
			world->letters[count].last = last;
			world->letters[count].absent = true;
			world->letters[count++].verdict = td_told_absent(first, last, world->arena);
		}
	}
	assert_int_equal(count, LETTERS);
}

static td_slice_t verdict_of(void *context, size_t at, size_t letter)
{
	(void)at;
	return ((const world_t *)context)->letters[letter].verdict;
}

/* The first verdict about an offset stands. */
static void find_all(const world_t *world, const size_t *sequence, size_t length,
		     found_t found[OFFSETS])
{
	memset(found, 0, OFFSETS * sizeof found[0]);
	for (size_t at = 0; at < length; at++) {
		for (uint64_t offset = world->letters[sequence[at]].first;
		     offset <= world->letters[sequence[at]].last; offset++) {
			if (found[offset] == NOTHING)
				found[offset] =
					world->letters[sequence[at]].absent ? ABSENT : EVENT;
		}
	}
}

static bool says(const char *what, uint64_t is, uint64_t should)
{
	if (is != should)
		printf("%s: %llu, should be %llu\n", what, (unsigned long long)is,
		       (unsigned long long)should);
	return is == should;
}

static bool head_is_right(const td_head_t *head, const found_t found[OFFSETS])
{
	uint64_t next = 0, events = 0, absent = 0, missing = 0, shown = 0;
	for (uint64_t offset = 0; offset < OFFSETS; offset++) {
		next = found[offset] != NOTHING ? offset + 1 : next;
		events += found[offset] == EVENT ? 1 : 0;
		absent += found[offset] == ABSENT ? 1 : 0;
	}
	for (uint64_t offset = 0; offset < next; offset++)
		missing += found[offset] == NOTHING ? 1 : 0;
	for (size_t i = 0; i < head->position.hole_count; i++)
		shown += head->position.holes[i].last - head->position.holes[i].first + 1;
	return says("next", head->position.next, next) &&
	       says("events", head->counts.enriched, events) &&
	       says("absent", head->counts.absent, absent) && says("holes", shown, missing) &&
	       says("records", head->counts.records, events);
}

static bool each_counts_once(void *context, const size_t *sequence, size_t length,
			     const td_model_redis_t *left)
{
	const world_t *world = context;
	td_told_t told[OFFSETS];
	found_t found[OFFSETS];
	size_t events = 0;
	td_head_t head;
	td_err_t err;
	td_model_redis_t expected;
	find_all(world, sequence, length, found);
	for (size_t offset = 0; offset < OFFSETS; offset++) {
		if (found[offset] == EVENT)
			told[events++] = world->told[offset];
	}
	td_slice_t packed = td_model_redis_get(left, td_slice_text("{" TD_TOLD_REPORTER "}:0:head"),
					       (td_slice_t){NULL, 0});
	if (!td_head_unpack(packed, &head, &err) || !head_is_right(&head, found))
		return false;
	td_model_redis_init(&expected);
	td_oracle_fill(&expected, told, events, NOW_MS);
	bool same = td_model_redis_same(left, &expected, td_oracle_counts);
	td_model_redis_free(&expected);
	return same;
}

static void each_offset_counts_once_for_what_was_said_first(void **state)
{
	(void)state;
	static world_t world;
	size_t visited;
	make_world(&world);
	assert_true(td_tree_walk(
		&(td_tree_t){LETTERS, LONGEST, verdict_of, each_counts_once, &world}, &visited));
	assert_int_equal(visited, 14 + 14 * 14 + 14 * 14 * 14 + 14 * 14 * 14 * 14);
	td_arena_free(world.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_offset_counts_once_for_what_was_said_first),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
