/* reconcile_transfers: which halves of transfers fit each other, in whatever order they come. */
#include "aggregator/audit/reconcile_transfers.h"

#include "tests/model/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

enum { HALVES_MAX = 4, TEXT_MAX = 512 };

/* What a reporter's case says: "06>69 T1 a 20210315". */
typedef struct half {
	const char *reporter, *other, *transfer_id, *record_id;
	bool goes_out;
	int32_t accepted_on;
} half_t;

static const struct {
	const char *shows;
	half_t halves[HALVES_MAX];
	size_t count;
	const char *found;
} cases[] = {
	{"both halves, accepted on the same day",
	 {{"vn-06", "vn-69", "T1", "a", true, 20210315},
	  {"vn-69", "vn-06", "T1", "b", false, 20210315}},
	 2,
	 ""},
	{"on its way", {{"vn-06", "vn-69", "T1", "a", true, 0}}, 1, ""},
	{"known to both, not yet accepted",
	 {{"vn-06", "vn-69", "T1", "a", true, 0}, {"vn-69", "vn-06", "T1", "b", false, 0}},
	 2,
	 ""},
	{"accepted, as the sender says, by nobody",
	 {{"vn-06", "vn-69", "T1", "a", true, 20210315}},
	 1,
	 "transfer_unanswered a"},
	{"accepted from nobody",
	 {{"vn-69", "vn-06", "T1", "b", false, 20210315}},
	 1,
	 "transfer_unsent b"},
	{"counted by neither side",
	 {{"vn-06", "vn-69", "T1", "a", true, 20210315}, {"vn-69", "vn-06", "T1", "b", false, 0}},
	 2,
	 "transfer_day_differs a b"},
	{"counted by both sides",
	 {{"vn-06", "vn-69", "T1", "a", true, 0}, {"vn-69", "vn-06", "T1", "b", false, 20210315}},
	 2,
	 "transfer_day_differs a b"},
	{"one transfer, two cases of the receiver",
	 {{"vn-06", "vn-69", "T1", "a", true, 20210315},
	  {"vn-69", "vn-06", "T1", "b", false, 20210315},
	  {"vn-69", "vn-06", "T1", "c", false, 20210315}},
	 3,
	 "transfer_twice c b"},
	{"one transfer, two cases of the sender, none of the receiver",
	 {{"vn-06", "vn-69", "T1", "a", true, 20210315},
	  {"vn-06", "vn-69", "T1", "d", true, 20210315}},
	 2,
	 "transfer_twice d a, transfer_unanswered a"},
	{"the same number between others is another transfer",
	 {{"vn-06", "vn-69", "T1", "a", true, 20210315},
	  {"vn-69", "vn-70", "T1", "b", false, 20210315}},
	 2,
	 "transfer_unanswered a, transfer_unsent b"},
	{"there and back are two transfers",
	 {{"vn-06", "vn-69", "T1", "a", true, 20210315},
	  {"vn-69", "vn-06", "T1", "b", false, 20210315},
	  {"vn-69", "vn-06", "T1", "b", true, 20210401},
	  {"vn-06", "vn-69", "T1", "a", false, 20210401}},
	 4,
	 ""},
};

static void take(td_transfers_t *transfers, const half_t *half, uint64_t offset)
{
	Thidua__V1__Event event = THIDUA__V1__EVENT__INIT;
	Thidua__V1__Case about = THIDUA__V1__CASE__INIT;
	Thidua__V1__Transfer transfer = THIDUA__V1__TRANSFER__INIT;
	td_err_t err;
	event.reporter = (char *)(uintptr_t)half->reporter;
	event.record_id = (char *)(uintptr_t)half->record_id;
	event.body_case = THIDUA__V1__EVENT__BODY_CASE;
	event.case_ = &about;
	about.transfer = &transfer;
	transfer.direction = half->goes_out ? THIDUA__V1__TRANSFER_DIRECTION__TRANSFER_DIRECTION_OUT
					    : THIDUA__V1__TRANSFER_DIRECTION__TRANSFER_DIRECTION_IN;
	transfer.other = (char *)(uintptr_t)half->other;
	transfer.transfer_id = (char *)(uintptr_t)half->transfer_id;
	transfer.accepted_on = half->accepted_on;
	assert_true(td_transfers_take(transfers, &event, offset, &err));
}

static bool hear(void *context, td_mismatch_kind_t kind, const td_transfer_half_t *half,
		 const td_transfer_half_t *other, td_err_t *err)
{
	char *text = context;
	size_t used = strlen(text);
	(void)err;
	(void)snprintf(text + used, TEXT_MAX - used, "%s%s %s%s%s", used > 0 ? ", " : "",
		       td_mismatch_info(kind)->code, half->record_id, other != NULL ? " " : "",
		       other != NULL ? other->record_id : "");
	return true;
}

static void halves_that_do_not_fit_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		print_message("%s\n", cases[i].shows);
		for (size_t turn = 0; turn < cases[i].count; turn++) {
			char text[TEXT_MAX] = "";
			td_err_t err;
			td_transfers_t *transfers = td_transfers_new();
			assert_non_null(transfers);
			for (size_t at = 0; at < cases[i].count; at++)
				take(transfers, &cases[i].halves[(at + turn) % cases[i].count], at);
			assert_true(td_transfers_finish(transfers, hear, text, &err));
			assert_string_equal(text, cases[i].found);
			td_transfers_free(transfers);
		}
	}
}

static void what_is_no_transfer_is_passed_over(void **state)
{
	(void)state;
	Thidua__V1__Event event = THIDUA__V1__EVENT__INIT;
	Thidua__V1__Case about = THIDUA__V1__CASE__INIT;
	char text[TEXT_MAX] = "";
	td_err_t err;
	td_transfers_t *transfers = td_transfers_new();
	assert_non_null(transfers);
	assert_true(td_transfers_take(transfers, &event, 0, &err));
	event.body_case = THIDUA__V1__EVENT__BODY_CASE;
	event.case_ = &about;
	assert_true(td_transfers_take(transfers, &event, 1, &err));
	assert_true(td_transfers_finish(transfers, hear, text, &err));
	assert_string_equal(text, "");
	td_transfers_free(transfers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(halves_that_do_not_fit_are_named),
		cmocka_unit_test(what_is_no_transfer_is_passed_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
