/* batch: what in the log stops a shard, and what in Redis tears it. */
#include "aggregator/batch.h"

#include "proto/pb.h"
#include "tests/support/folding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static td_slice_t packed(td_folding_t *folding, const Thidua__V1__Verdict *verdict)
{
	td_slice_t bytes;
	assert_true(td_pb_pack(&verdict->base, folding->arena, &bytes));
	return bytes;
}

static void what_is_no_verdict_stops_the_shard_and_names_its_offset(void **state)
{
	td_folding_t *folding = *state;
	Thidua__V1__Verdict empty = THIDUA__V1__VERDICT__INIT;
	td_told_t told = td_folding_accident(folding, "a", 1, 7);
	told.event->reporter = "vn-07";
	td_slice_t good = td_folding_say(folding, "a", 1, 0);
	const td_slice_t bad[] = {
		{(const uint8_t *)"", 0},
		td_slice_text("garbage"),
		{good.data, good.size - 1},
		packed(folding, &empty),
		td_folding_verdict(folding, &told, 0),
		td_told_absent(5, 4, folding->arena),
		td_told_absent(0, UINT64_MAX, folding->arena),
	};
	for (size_t i = 0; i < TD_COUNT(bad); i++) {
		folding->verdict_offset = 77;
		assert_int_equal(td_folding_add(folding, bad[i]), TD_ADDED_STOP);
		assert_int_equal(folding->err.code, TD_EINTEGRITY);
		assert_non_null(strstr(folding->err.text, "77"));
	}
	assert_int_equal(td_batch_count(folding->batch), 0);
}

static void a_hole_too_many_stops_the_shard_with_all_before_it_folded(void **state)
{
	td_folding_t *folding = *state;
	for (uint64_t i = 0; i < TD_HOLES_MAX; i++)
		assert_int_equal(
			td_folding_add(folding, td_folding_say(folding, "a", 1, 2 * i + 1)),
			TD_ADDED);
	assert_int_equal(td_folding_add(folding, td_folding_say(folding, "a", 1, 1000)),
			 TD_ADDED_STOP);
	assert_non_null(strstr(folding->err.text, "--again"));
	const td_head_t *head = td_folding_move(folding);
	assert_int_equal(head->position.next, 2 * TD_HOLES_MAX);
	assert_int_equal(head->position.hole_count, TD_HOLES_MAX);
}

/* One record is folded, its shard altered by hand, and then a correction folded; whether that can
 * be. Key "s:" stands for the record's own. */
static bool corrects_after(td_folding_t *folding, const char *key, const char *field,
			   const char *value)
{
	Thidua__V1__Finding warning = THIDUA__V1__FINDING__INIT, *warnings[] = {&warning};
	td_told_t told = td_folding_accident(folding, "a", 1, 7);
	char state_key[TD_KEY_MAX], state_field[TD_FIELD_MAX];
	td_model_redis_empty(&folding->redis);
	td_folding_begin(folding);
	assert_int_equal(td_folding_add(folding, td_folding_verdict(folding, &told, 0)), TD_ADDED);
	(void)td_folding_move(folding);
	td_layout_state("", 3, "a", state_key, state_field);
	assert_string_equal(state_field, "a");
	td_folding_store(folding, strcmp(key, "s:") == 0 ? state_key : key, field, value);
	told = td_folding_accident(folding, "a", 2, 8);
	told.event->occurred_at->seconds += 86400;
	told = td_told_accepted(told.event, TD_TOLD_REPORTER, folding->arena);
	warning.code = 1001;
	told.enriched->warnings = warnings;
	told.enriched->n_warnings = 1;
	assert_int_equal(td_folding_add(folding, td_folding_verdict(folding, &told, 1)), TD_ADDED);
	return td_model_store_move(&folding->store, folding->batch, &folding->err);
}

/* Everything that a batch reads can have been altered by hand. */
static void what_was_altered_by_hand_tears_the_shard(void **state)
{
	td_folding_t *folding = *state;
	static const struct {
		const char *key, *field, *value;
	} cases[] = {
		{"d:20210305", "44.0.0.vn-06", "seven"},
		{"d:20210305", "44.0.0.vn-06", "07"},
		{"d:20210305", "44.0.0.vn-06", "0"},
		{"d:20210305", "44.0.0.vn-06", "-1"},
		{"d:20210305", "44.0.0.vn-06", "3"}, /* the record adds 7 */
		{"d:20210305", "44.0.0.vn-06", "7 "},
		{"d:20210305", "44.0.0.vn-06", "99999999999999999999"},
		{"d:20210305", "#", "x"},
		{"d:20210305", "#", "0"},
		{"d:20210305", "#", "18446744073709551616"},
		{"s:", "a", "altered"},
		{"sources", "main/5", "altered"},
		{"codes", "W001", "0"},
		{"codes", "W001", "-1"},
		{"codes", "W001", "many"},
	};
	assert_true(corrects_after(folding, "d:20210305", "44.0.0.vn-06", "7")); /* as it was */
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		print_message("%s %s\n", cases[i].key, cases[i].value);
		assert_false(corrects_after(folding, cases[i].key, cases[i].field, cases[i].value));
		assert_int_equal(folding->err.code, TD_EINTEGRITY);
		assert_non_null(strstr(folding->err.text, TD_TOLD_REPORTER));
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, td_folding_start, td_folding_stop)
	const struct CMUnitTest tests[] = {
		TEST(what_is_no_verdict_stops_the_shard_and_names_its_offset),
		TEST(a_hole_too_many_stops_the_shard_with_all_before_it_folded),
		TEST(what_was_altered_by_hand_tears_the_shard),
	};
#undef TEST
	return cmocka_run_group_tests(tests, NULL, NULL);
}
