/* record: every state packs and comes back exactly; no other bytes are taken for it. */
#include "aggregator/record.h"

#include "common/localday.h"
#include "tests/model/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

enum { RUNS = 4000, ARENA = 1024 * 1024 };

static const char *const homes[] = {"vn-06", "vn-69", "", "cluster-3"};

/* What a statement by chance leaves behind. */
static td_record_t record_of(td_chance_t *chance, td_arena_t *arena)
{
	static const td_told_world_t world = {
		.records = 100, .revisions = 5, .rejections = 0, .last_on = 20211220};
	td_arena_reset(arena);
	td_told_t told = td_told_by_chance(&world, chance, arena);
	td_record_t record = {.revision = td_chance_next(chance) >> td_chance_below(chance, 64)};
	if (td_chance_once_in(chance, 4))
		record.rejected_revision =
			1 + (td_chance_next(chance) >> 1 >> td_chance_below(chance, 63));
	td_contribute(told.event, told.enriched, &record.adds);
	return record;
}

static void assert_same(const td_record_t *a, const td_record_t *b)
{
	assert_int_equal(a->revision, b->revision);
	assert_int_equal(a->rejected_revision, b->rejected_revision);
	assert_memory_equal(&a->adds, &b->adds, offsetof(td_contributions_t, items));
	assert_memory_equal(a->adds.items, b->adds.items, a->adds.count * sizeof a->adds.items[0]);
}

static void what_is_packed_comes_back_exactly(void **state)
{
	(void)state;
	td_arena_t *arena = td_arena_new(ARENA);
	assert_non_null(arena);
	for (uint64_t run = 0; run < RUNS; run++) {
		td_chance_t chance = td_chance_of(run);
		uint8_t packed[TD_RECORD_PACKED_MAX];
		char name[32];
		td_record_t record = record_of(&chance, arena), back;
		const char *home = homes[td_chance_below(&chance, TD_COUNT(homes))];
		(void)snprintf(name, sizeof name, "1/%u", (unsigned)td_chance_below(&chance, 1000));
		size_t size = td_record_pack(&record, td_slice_text(name), home, packed);
		memset(&back, 0xa5, sizeof back);
		assert_true(td_record_unpack((td_slice_t){packed, size}, td_slice_text(name), home,
					     &back));
		assert_same(&record, &back);
	}
	td_arena_free(arena);
}

/* Bytes with a right checksum that nobody packed: either refused, or the one form of a state. */
static void what_is_taken_would_be_packed_the_same_again(void **state)
{
	(void)state;
	td_arena_t *arena = td_arena_new(ARENA);
	td_slice_t name = td_slice_text("1/x");
	size_t taken = 0;
	assert_non_null(arena);
	for (uint64_t run = 0; run < 10 * RUNS; run++) {
		td_chance_t chance = td_chance_of(RUNS + run);
		uint8_t packed[TD_RECORD_PACKED_MAX], again[TD_RECORD_PACKED_MAX];
		td_record_t record = record_of(&chance, arena), back;
		size_t size = td_record_pack(&record, name, "vn-06", packed) - TD_RECORD_SUM_SIZE;
		for (uint64_t times = 1 + td_chance_below(&chance, 3); times > 0; times--)
			packed[td_chance_below(&chance, size)] = (uint8_t)td_chance_next(&chance);
		size -= td_chance_once_in(&chance, 4) ? td_chance_below(&chance, size) : 0;
		td_record_sum((td_slice_t){packed, size}, name, packed + size);
		size += TD_RECORD_SUM_SIZE;
		if (!td_record_unpack((td_slice_t){packed, size}, name, "vn-06", &back))
			continue;
		taken++;
		assert_int_equal(td_record_pack(&back, name, "vn-06", again), size);
		assert_memory_equal(again, packed, size);
		for (size_t i = 0; i < back.adds.count; i++) {
			assert_true(back.adds.items[i].day >= td_localday_make(1945, 1, 1));
			assert_true(back.adds.items[i].day <= td_localday_make(2100, 12, 31));
			assert_int_not_equal(back.adds.items[i].amount, 0);
		}
	}
	assert_true(taken > 0);
	td_arena_free(arena);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_packed_comes_back_exactly),
		cmocka_unit_test(what_is_taken_would_be_packed_the_same_again),
	};
	td_chance_begin(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
