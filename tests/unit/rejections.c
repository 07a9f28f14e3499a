/* rejections: which rejected events wait for a correction, whatever the order of the log. */
#include "workers/rejections.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <thidua/v1/event.pb-c.h>

enum { PACKED_MAX = 512, MEMORY = 1 << 20 };

/* One verdict of a log. */
typedef struct told {
	const char *reporter, *record; /* record NULL: bytes that are no event */
	uint64_t revision;
	bool rejected;
} told_t;

static td_slice_t pack_event(const told_t *told, uint8_t *bytes)
{
	Thidua__V1__Event event = THIDUA__V1__EVENT__INIT;

	event.reporter = (char *)told->reporter;
	event.kind = THIDUA__V1__KIND__KIND_CASE;
	event.record_id = (char *)told->record;
	event.revision = told->revision;
	return (td_slice_t){bytes, thidua__v1__event__pack(&event, bytes)};
}

static td_slice_t pack_verdict(const told_t *told, uint64_t raw_offset, uint8_t *packed)
{
	uint8_t bytes[PACKED_MAX] = {0xff, 0xff};
	td_slice_t raw = told->record ? pack_event(told, bytes) : (td_slice_t){bytes, 2};
	Thidua__V1__Verdict verdict = THIDUA__V1__VERDICT__INIT;
	Thidua__V1__Enriched enriched = THIDUA__V1__ENRICHED__INIT;
	Thidua__V1__Rejected rejected = THIDUA__V1__REJECTED__INIT;
	Thidua__V1__Finding reason = THIDUA__V1__FINDING__INIT, *reasons = &reason;
	ProtobufCBinaryData carried = {raw.size, (uint8_t *)raw.data};

	reason.code = 203;
	reason.field = (char *)"case.accused";
	verdict.raw_offset = raw_offset;
	if (told->rejected) {
		rejected.raw = carried;
		rejected.n_reasons = 1;
		rejected.reasons = &reasons;
		verdict.outcome_case = THIDUA__V1__VERDICT__OUTCOME_REJECTED;
		verdict.rejected = &rejected;
	} else {
		enriched.raw = carried;
		verdict.outcome_case = THIDUA__V1__VERDICT__OUTCOME_ENRICHED;
		verdict.enriched = &enriched;
	}
	return (td_slice_t){packed, thidua__v1__verdict__pack(&verdict, packed)};
}

/* The settled list of a log whose offsets are 0, 1, 2 ...; each is written `times` times. */
static td_rejections_t *list_of(const told_t *log, size_t count, int times)
{
	td_rejections_t *list = td_rejections_new(MEMORY);
	uint8_t packed[PACKED_MAX];
	td_err_t err;

	for (size_t i = 0; i < count * (size_t)times; i++)
		assert_true(td_rejections_add(list, log[i % count].reporter,
					      pack_verdict(&log[i % count], i % count, packed),
					      &err));
	td_rejections_seal(list);
	for (size_t i = 0; i < count; i++)
		td_rejections_answer(list, log[i].reporter, pack_verdict(&log[i], i, packed));
	td_rejections_settle(list);
	return list;
}

static void a_rejection_is_open_until_its_record_has_a_statement_that_stands(void **state)
{
	static const struct {
		const char *shows;
		size_t count;
		told_t log[3];
		td_rejection_state_t states[3]; /* of the rejected ones, in order */
	} cases[] = {
		{"alone", 1, {{"a", "r", 1, true}}, {TD_REJECTION_OPEN}},
		{"corrected by the same revision",
		 2,
		 {{"a", "r", 1, true}, {"a", "r", 1, false}},
		 {TD_REJECTION_CORRECTED}},
		{"corrected by a higher one, before",
		 2,
		 {{"a", "r", 5, false}, {"a", "r", 3, true}},
		 {TD_REJECTION_CORRECTED}},
		{"a lower one corrects nothing",
		 2,
		 {{"a", "r", 2, false}, {"a", "r", 3, true}},
		 {TD_REJECTION_OPEN}},
		{"another record corrects nothing",
		 2,
		 {{"a", "q", 9, false}, {"a", "r", 3, true}},
		 {TD_REJECTION_OPEN}},
		{"another reporter corrects nothing",
		 2,
		 {{"a", "r", 3, true}, {"b", "r", 9, false}},
		 {TD_REJECTION_OPEN}},
		{"of two the later version",
		 2,
		 {{"a", "r", 2, true}, {"a", "r", 1, true}},
		 {TD_REJECTION_OPEN, TD_REJECTION_OUTDATED}},
		{"of two alike the later in the log",
		 2,
		 {{"a", "r", 2, true}, {"a", "r", 2, true}},
		 {TD_REJECTION_OUTDATED, TD_REJECTION_OPEN}},
		{"bytes that name nothing", 1, {{"a", NULL, 0, true}}, {TD_REJECTION_NAMELESS}},
		{"no revision", 1, {{"a", "r", 0, true}}, {TD_REJECTION_NAMELESS}},
	};

	(void)state;
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_rejections_t *list = list_of(cases[i].log, cases[i].count, 1);

		print_message("%s\n", cases[i].shows);
		for (size_t at = 0; at < td_rejections_count(list); at++)
			assert_int_equal(td_rejections_get(list, at)->state, cases[i].states[at]);
		assert_null(td_rejections_get(list, td_rejections_count(list)));
		td_rejections_free(list);
	}
}

static void one_that_speaks_for_another_reporter_names_nobodys_record(void **state)
{
	told_t log[] = {{"a", "r", 1, true}};
	uint8_t packed[PACKED_MAX];
	td_rejections_t *list = td_rejections_new(MEMORY);
	td_err_t err;

	(void)state;
	assert_true(td_rejections_add(list, "b", pack_verdict(&log[0], 0, packed), &err));
	td_rejections_seal(list);
	td_rejections_settle(list);
	assert_int_equal(td_rejections_get(list, 0)->state, TD_REJECTION_NAMELESS);
	td_rejections_free(list);
}

static void what_was_written_twice_is_there_once_and_found_by_its_offset(void **state)
{
	static const told_t log[] = {
		{"a", "r", 1, true}, {"a", "r", 2, false}, {"a", "q", 1, true}};
	td_rejections_t *list = list_of(log, TD_COUNT(log), 3);

	(void)state;
	assert_int_equal(td_rejections_count(list), 2);
	assert_string_equal(td_rejections_find(list, "a", 2)->envelope.record_id, "q");
	assert_null(td_rejections_find(list, "a", 1));
	assert_null(td_rejections_find(list, "b", 2));
	td_rejections_free(list);
}

static void what_is_no_verdict_is_passed_over(void **state)
{
	td_rejections_t *list = td_rejections_new(MEMORY);
	td_err_t err;

	(void)state;
	assert_true(td_rejections_add(list, "a", td_slice_text("\xff\xff"), &err));
	td_rejections_seal(list);
	td_rejections_answer(list, "a", td_slice_text("\xff\xff"));
	td_rejections_settle(list);
	assert_int_equal(td_rejections_count(list), 0);
	td_rejections_free(list);
}

static void more_than_fits_is_said(void **state)
{
	static const told_t told = {"a", "r", 1, true};
	td_rejections_t *list = td_rejections_new(2048);
	uint8_t packed[PACKED_MAX];
	td_err_t err = {0};
	bool added = true;

	(void)state;
	for (uint64_t i = 0; added && i < 100; i++)
		added = td_rejections_add(list, "a", pack_verdict(&told, i, packed), &err);
	assert_false(added);
	assert_int_equal(err.code, TD_EMEMORY);
	td_rejections_free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rejection_is_open_until_its_record_has_a_statement_that_stands),
		cmocka_unit_test(one_that_speaks_for_another_reporter_names_nobodys_record),
		cmocka_unit_test(what_was_written_twice_is_there_once_and_found_by_its_offset),
		cmocka_unit_test(what_is_no_verdict_is_passed_over),
		cmocka_unit_test(more_than_fits_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
