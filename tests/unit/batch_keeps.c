/* batch: what is kept beside the tallies: sources, sign-offs, the log's first event. */
#include "aggregator/batch.h"

#include "aggregator/batch_parts.h"
#include "tests/support/folding.h"

#include <openssl/sha.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

/* The rejected ones have their numbers, too. */
static void a_source_s_numbers_and_checkpoints_are_kept(void **state)
{
	td_folding_t *folding = *state;
	static uint8_t hash[32] = {7, 8, 9};
	Thidua__V1__Checkpoint checkpoint = THIDUA__V1__CHECKPOINT__INIT;
	td_told_t told = td_folding_accident(folding, "a", 1, 7);
	assert_int_equal(td_folding_add(folding, td_folding_verdict(folding, &told, 0)), TD_ADDED);
	told = td_told_refused(td_folding_accident(folding, "b", 1, 7).event, 203, "unit",
			       folding->arena);
	told.event->sequence = 3;
	assert_int_equal(td_folding_add(folding, td_folding_verdict(folding, &told, 1)), TD_ADDED);
	told = td_folding_accident(folding, "", 0, 7);
	told.event->kind = THIDUA__V1__KIND__KIND_CHECKPOINT;
	told.event->sequence = 4;
	told.event->body_case = THIDUA__V1__EVENT__BODY_CHECKPOINT;
	told.event->checkpoint = &checkpoint;
	checkpoint.last_sequence = 3;
	checkpoint.running_sha256 = (ProtobufCBinaryData){sizeof hash, hash};
	checkpoint.complete_until = told.event->occurred_at;
	assert_int_equal(td_folding_add(folding, td_folding_verdict(folding, &told, 2)), TD_ADDED);
	const struct td_head_counts *counts = &td_folding_move(folding)->counts;
	assert_int_equal(counts->checkpoints, 1);
	assert_int_equal(counts->newer, 1);
	td_source_t source;
	td_source_init("main", 5, &source);
	assert_true(td_source_unpack(td_folding_stored(folding, "sources", "main/5"), &source));
	assert_int_equal(source.seen.next, 5);
	assert_int_equal(source.seen.hole_count, 1);
	assert_int_equal(source.checkpoint_sequence, 4);
	assert_memory_equal(source.checkpoint_sha256, hash, sizeof hash);
	assert_int_equal(source.complete_until_ms, checkpoint.complete_until->seconds * 1000);
	assert_int_equal(source.last_append_ms, TD_FOLDING_NOW_MS + 2);
}

static td_slice_t sign_off(td_folding_t *folding, uint64_t revision, uint64_t through,
			   uint64_t raw_offset)
{
	static uint8_t digest[TD_SIGNED_DIGEST_SIZE] = {0xab, 1};
	Thidua__V1__SignOff *said = td_arena_take(folding->arena, sizeof *said);
	Thidua__V1__Event *event = td_told_event(THIDUA__V1__KIND__KIND_SIGN_OFF, "police-2021-Q1",
						 revision, 20210314, folding->arena);
	assert_non_null(said);
	thidua__v1__sign_off__init(said);
	said->through_offset = through;
	said->figures_sha256 = (ProtobufCBinaryData){sizeof digest, digest};
	event->body_case = THIDUA__V1__EVENT__BODY_SIGN_OFF;
	event->sign_off = said;
	event->recorded_at = NULL;
	td_told_t told = td_told_accepted(event, TD_TOLD_REPORTER, folding->arena);
	return td_folding_verdict(folding, &told, raw_offset);
}

/* Says three sign-offs of a period in this order, in one batch or in three. */
static void say_sign_offs(td_folding_t *folding, const size_t order[3], uint64_t base, bool cut)
{
	static const struct {
		uint64_t revision, through;
	} said[] = {{1, 9}, {2, 3}, {2, 5}};
	for (size_t i = 0; i < TD_COUNT(said); i++) {
		size_t at = order[i];
		td_slice_t verdict =
			sign_off(folding, base + said[at].revision, said[at].through, 3 * base + i);
		assert_int_equal(td_folding_add(folding, verdict), TD_ADDED);
		if (cut)
			(void)td_folding_move(folding);
	}
}

static void the_greatest_sign_off_of_a_period_stands(void **state)
{
	static const size_t orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
					   {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	td_folding_t *folding = *state;
	/* One after the other in one shard: each under higher revisions. */
	for (uint64_t i = 0; i < 2 * TD_COUNT(orders); i++) {
		char expected[TD_SIGNED_TEXT_MAX];
		say_sign_offs(folding, orders[i / 2], 2 * i, i % 2 == 1);
		const td_head_t *head = td_folding_move(folding);
		(void)snprintf(expected, sizeof expected,
			       "%llu 5 ab01000000000000000000000000000000000000000000000000000000"
			       "000000 0",
			       (unsigned long long)(2 * i + 2));
		td_folding_assert_stored(folding, "signed", "police-2021-Q1", expected);
		assert_int_equal(head->counts.records, 1);
	}
	td_folding_store(folding, "signed", "police-2021-Q1", "9 9");
	assert_int_equal(td_folding_add(folding, sign_off(folding, 500, 1, 1000)), TD_ADDED);
	assert_false(td_model_store_move(&folding->store, folding->batch, &folding->err));
	assert_int_equal(folding->err.code, TD_EINTEGRITY);
}

/* The first event of a log tells it from another: the lowest one, whatever came to be judged
 * when. */
static void the_log_s_first_event_is_the_lowest_one_folded(void **state)
{
	td_folding_t *folding = *state;
	static const struct {
		const char *shows;
		uint64_t order[4]; /* raw offsets; 100 + n: n is absent */
		uint64_t first;
	} cases[] = {
		{"in order", {0, 1, 2, 3}, 0},
		{"late", {1, 0, 2, 3}, 0},
		{"with a hole below", {1, 2, 3, 4}, 1},
		{"behind an absent range", {100, 1, 2, 3}, 1},
		{"whose range was passed later, while another hole is filled", {1, 100, 3, 2}, 1},
		{"the lowest of a hole that is filled from above", {3, 2, 1, 101}, 1},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_head_t head;
		print_message("%s\n", cases[i].shows);
		td_head_init(0, &head);
		for (size_t at = 0; at < 4; at++) {
			uint64_t offset = cases[i].order[at];
			td_batch_begin(folding->batch, &head);
			td_slice_t verdict =
				offset >= 100
					? td_told_absent(offset - 100, offset - 100, folding->arena)
					: td_folding_say(folding, "a", 1 + offset, offset);
			td_added_t added = td_folding_add(folding, verdict);
			assert_true(added == TD_ADDED || added == TD_ADDED_SKIP);
			head = *td_batch_head(folding->batch);
		}
		td_told_t told = td_folding_accident(folding, "a", 1 + cases[i].first, 7);
		uint8_t raw[512], sha256[SHA256_DIGEST_LENGTH];
		(void)SHA256(raw, thidua__v1__event__pack(told.event, raw), sha256);
		assert_true(head.first_known);
		assert_int_equal(head.first_append_ms, TD_FOLDING_NOW_MS + (int64_t)cases[i].first);
		assert_memory_equal(head.first_sha256, sha256, sizeof sha256);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, td_folding_start, td_folding_stop)
	const struct CMUnitTest tests[] = {
		TEST(a_source_s_numbers_and_checkpoints_are_kept),
		TEST(the_greatest_sign_off_of_a_period_stands),
		TEST(the_log_s_first_event_is_the_lowest_one_folded),
	};
#undef TEST
	return cmocka_run_group_tests(tests, NULL, NULL);
}
