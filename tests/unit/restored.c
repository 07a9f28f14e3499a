/* Decisions that a cluster begins with an archive: which one counts, what must be said, and which
 * event is meant. */
#include "workers/decisions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { DIGEST = 32 };

static const char manifest[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/* What is told of one log. */
typedef struct told {
	const char *reporter;
	uint64_t end, first, last;
	size_t digest; /* its bytes */
	bool events;
} told_t;

static bool decide(td_decisions_t *decisions, uint32_t generation, const told_t *told)
{
	static uint8_t bytes[DIGEST + 1];
	uint8_t packed[TD_DECISION_PACKED_MAX];
	char key[32];
	td_err_t err;
	Thidua__V1__RestoredEvent first = THIDUA__V1__RESTORED_EVENT__INIT;
	Thidua__V1__RestoredEvent last = THIDUA__V1__RESTORED_EVENT__INIT;
	Thidua__V1__RestoredLog log = THIDUA__V1__RESTORED_LOG__INIT, *logs[] = {&log};
	Thidua__V1__RestoredArchive archive = THIDUA__V1__RESTORED_ARCHIVE__INIT;
	Thidua__V1__GenerationDecision decision = THIDUA__V1__GENERATION_DECISION__INIT;
	first.offset = told->first;
	last.offset = told->last;
	first.sha256 = last.sha256 = (ProtobufCBinaryData){DIGEST, bytes};
	log.reporter = (char *)told->reporter;
	log.end_offset = told->end;
	log.files_sha256 = (ProtobufCBinaryData){told->digest, bytes};
	log.root = (ProtobufCBinaryData){DIGEST, bytes};
	log.first = told->events ? &first : NULL;
	log.last = told->events ? &last : NULL;
	archive.manifest_sha256 = (char *)manifest;
	archive.n_logs = 1;
	archive.logs = logs;
	decision.generation = generation;
	decision.reference_version = 1;
	decision.decided_by = (char *)"X05";
	decision.archive = &archive;
	size_t size = thidua__v1__generation_decision__pack(&decision, packed);
	(void)snprintf(key, sizeof key, TD_GENERATION_KEY "%u", (unsigned)generation);
	return td_decisions_take(decisions, td_slice_text(key), (td_slice_t){packed, size}, &err);
}

static void the_last_loss_counts(void **state)
{
	(void)state;
	td_decisions_t *decisions = td_decisions_new();
	assert_null(td_decisions_restoration(decisions));
	assert_true(decide(decisions, 5, &(told_t){"vn-06", 900, 0, 899, DIGEST, true}));
	assert_true(decide(decisions, 2, &(told_t){"vn-69", 400, 0, 399, DIGEST, true}));
	assert_int_equal(td_decisions_restoration(decisions)->generation, 5);
	assert_int_equal(td_decisions_restored(decisions, "vn-06")->end_offset, 900);
	/* A log that the second archive does not have begins in its topic. */
	assert_null(td_decisions_restored(decisions, "vn-69"));
	td_decisions_free(decisions);
}

static void half_a_decision_is_none(void **state)
{
	(void)state;
	static const told_t wrong[] = {
		{"", 900, 0, 899, DIGEST, true},           /* no reporter */
		{"../vn-06", 900, 0, 899, DIGEST, true},   /* no reporter's name */
		{"vn-06", 900, 0, 900, DIGEST, true},      /* the last event behind the end */
		{"vn-06", 900, 800, 700, DIGEST, true},    /* the last before the first */
		{"vn-06", UINT64_MAX, 0, 1, DIGEST, true}, /* no offset of a topic */
		{"vn-06", 900, 0, 899, DIGEST - 1, true},  /* no digest */
		{"vn-06", 900, 0, 899, 0, true},
	};
	td_decisions_t *decisions = td_decisions_new();
	for (size_t i = 0; i < TD_COUNT(wrong); i++)
		assert_false(decide(decisions, 1, &wrong[i]));
	assert_null(td_decisions_restoration(decisions));
	/* A log of which nothing but absent offsets is archived is one. */
	assert_true(decide(decisions, 1, &(told_t){"vn-06", 3, 0, 0, DIGEST, false}));
	td_decisions_free(decisions);
}

static void an_event_is_known_by_place_time_and_bytes(void **state)
{
	(void)state;
	uint8_t digest[DIGEST];
	const td_raw_t event = {7, 1000, td_slice_text("bytes")};
	Thidua__V1__RestoredEvent mark = THIDUA__V1__RESTORED_EVENT__INIT;
	td_decisions_event_digest(event.bytes, digest);
	mark.offset = 7;
	mark.append_ms = 1000;
	mark.sha256 = (ProtobufCBinaryData){DIGEST, digest};
	assert_true(td_decisions_is_event(&mark, &event));
	assert_false(td_decisions_is_event(NULL, &event));
	assert_false(td_decisions_is_event(&mark, &(td_raw_t){8, 1000, event.bytes}));
	assert_false(td_decisions_is_event(&mark, &(td_raw_t){7, 1001, event.bytes}));
	assert_false(td_decisions_is_event(&mark, &(td_raw_t){7, 1000, td_slice_text("Bytes")}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_loss_counts),
		cmocka_unit_test(half_a_decision_is_none),
		cmocka_unit_test(an_event_is_known_by_place_time_and_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
