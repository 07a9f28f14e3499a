/* reconcile_verdicts: which verdicts are missing, doubled, or not what the rules give. */
#include "aggregator/audit/reconcile_verdicts.h"

#include "proto/pb.h"
#include "tests/model/told.h"
#include "tests/support/tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { ARENA = 4 * 1024 * 1024, EVENT_MAX = 512, TEXT_MAX = 512, RAW_END = 4, LOG_END = 5 };

static const int64_t NOW_MS = 1614934800000; /* 2021-03-05T16:00+07:00 */

static td_arena_t *arena, *judging;
static td_versions_t *versions;

/* Version 1 is in force up to the third event, version 2 from it on, version 3 later. */
static int set_up(void **state)
{
	(void)state;
	arena = td_arena_new(ARENA);
	judging = td_arena_new(2 * TD_VERDICT_ARENA);
	versions = td_versions_new();
	if (arena == NULL || judging == NULL || versions == NULL)
		return -1;
	td_tables_publish(versions, 1, NOW_MS - 86400000);
	td_tables_publish(versions, 2, NOW_MS + 120000);
	td_tables_publish(versions, 3, NOW_MS + 86400000);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	td_versions_free(versions);
	td_arena_free(judging);
	td_arena_free(arena);
	return 0;
}

/* The raw log: events at 0, 1 and 3, nothing at 2, an event beyond the audited end at 4. */
static td_raw_t raw_at(uint64_t offset)
{
	static uint8_t packed[EVENT_MAX];
	Thidua__V1__Accident accident = THIDUA__V1__ACCIDENT__INIT;
	char id[16];
	(void)snprintf(id, sizeof id, "2021-%06u", (unsigned)offset);
	Thidua__V1__Event *event =
		td_told_event(THIDUA__V1__KIND__KIND_ACCIDENT, id, 1, 20210304, arena);
	event->source = "main";
	event->epoch = 5;
	event->sequence = offset + 1;
	accident.mode = THIDUA__V1__TRAFFIC_MODE__TRAFFIC_MODE_ROAD;
	accident.class_ = THIDUA__V1__ACCIDENT_CLASS__ACCIDENT_CLASS_SERIOUS;
	event->body_case = THIDUA__V1__EVENT__BODY_ACCIDENT;
	event->accident = &accident;
	return (td_raw_t){offset,
			  NOW_MS + (int64_t)offset * 60000,
			  {packed, thidua__v1__event__pack(event, packed)}};
}

static td_slice_t judged_by(const td_raw_t *raw, uint32_t version)
{
	td_slice_t verdict;
	const td_reference_t *reference = td_versions_find(versions, version)->reference;
	assert_true(td_verdict_judge(raw, TD_TOLD_REPORTER, reference, arena, &verdict));
	return verdict;
}

static td_slice_t absent(uint64_t first, uint64_t last, bool passed)
{
	td_slice_t verdict;
	assert_true(td_verdict_absent(first, last,
				      passed ? THIDUA__V1__ABSENT_REASON__ABSENT_REASON_UNREADABLE
					     : THIDUA__V1__ABSENT_REASON__ABSENT_REASON_NO_RECORD,
				      passed ? "D-1" : "", arena, &verdict));
	return verdict;
}

/* The verdict with something about it changed. */
static td_slice_t altered(td_slice_t packed, char how)
{
	Thidua__V1__Verdict *verdict = td_verdict_read(packed.data, packed.size, arena);
	td_slice_t again;
	assert_non_null(verdict);
	if (how == 's')
		verdict->enriched->stages[0]->cluster++;
	else if (how == 't')
		verdict->append_ms++;
	else
		verdict->enriched->raw.data[verdict->enriched->raw.len - 1] ^= 1;
	assert_true(td_pb_pack(&verdict->base, arena, &again));
	return again;
}

/* One word of a verdict log: "0" as the rules give, "0s" with another stage, "0t" another time,
 * "0b" other bytes, "0v" by another version, "2-3a" absent, "2p" passed, "x" no verdict. */
static td_slice_t word(const char *text, char **end)
{
	if (*text == 'x') {
		*end = (char *)(uintptr_t)text + 1;
		return td_slice_text("garbage");
	}
	uint64_t first = strtoull(text, end, 10), last = first;
	if (**end == '-')
		last = strtoull(*end + 1, end, 10);
	char how = **end == ' ' ? '\0' : **end;
	*end += how != '\0' ? 1 : 0;
	if (how == 'a' || how == 'p')
		return absent(first, last, how == 'p');
	td_raw_t raw = raw_at(first);
	uint32_t version = first < 2 ? 1 : 2;
	td_slice_t verdict = judged_by(&raw, how == 'v' ? 3 - version : version);
	return how == '\0' || how == 'v' ? verdict : altered(verdict, how);
}

static bool hear(void *context, const td_mismatch_t *mismatch, td_err_t *err)
{
	char *text = context;
	size_t used = strlen(text);
	(void)err;
	(void)snprintf(text + used, TEXT_MAX - used, "%s%s %u-%u", used > 0 ? ", " : "",
		       td_mismatch_info(mismatch->kind)->code, (unsigned)mismatch->first_offset,
		       (unsigned)mismatch->last_offset);
	return true;
}

static bool hear_all(void *context, const td_mismatch_t *mismatch, td_err_t *err)
{
	char *text = context;
	size_t used = strlen(text);
	(void)err;
	(void)snprintf(text + used, 8192 - used, "[%u-%u]", (unsigned)mismatch->first_offset,
		       (unsigned)mismatch->last_offset);
	return true;
}

/* What the raw log has at that offset or behind it, below the audited end. */
static const td_raw_t *read_raw(uint64_t offset, td_raw_t *raw)
{
	static uint8_t bytes[EVENT_MAX];
	if (offset >= RAW_END)
		return NULL;
	*raw = raw_at(offset == 2 ? 3 : offset);
	memcpy(bytes, raw->bytes.data, raw->bytes.size);
	raw->bytes.data = bytes;
	return raw;
}

static const struct {
	const char *shows, *log, *found;
	uint64_t enriched, absent, repeats, missing;
} cases[] = {
	{"one verdict for each offset", "0 1 2a 3", "", 3, 1, 0, 0},
	{"a verdict on an event that came after the audited end", "0 1 2a 3 4", "", 3, 1, 0, 0},
	{"verdicts doubled, as overlapping workers write them", "0 1 0 1 2a 1 2a 3", "", 3, 1, 4,
	 0},
	{"one missing", "0 2a 3", "verdict_missing 1-1", 2, 1, 0, 1},
	{"the last ones missing", "0 1", "verdict_missing 2-3", 2, 0, 0, 2},
	{"all missing", "", "verdict_missing 0-3", 0, 0, 0, 4},
	{"one that came late", "0 2a 3 1", "", 3, 1, 0, 0},
	{"another stage than the rules give", "0 1s 2a 3", "verdict_differs 1-1", 3, 1, 0, 0},
	{"another time than the log's", "0 1t 2a 3", "verdict_of_other 1-1", 3, 1, 0, 0},
	{"other bytes than the log's", "0 1b 2a 3", "verdict_of_other 1-1", 3, 1, 0, 0},
	{"by a version that was not in force yet", "0 1v 2a 3", "verdict_version 1-1", 3, 1, 0, 0},
	{"by a version that was not in force any more", "0 1 2a 3v", "verdict_version 3-3", 3, 1, 0,
	 0},
	{"a repeat that differs does not count, but is named", "0 1 1s 2a 3",
	 "repeated_verdict_differs 1-1", 3, 1, 1, 0},
	{"absent where there is an event", "0 1a 2a 3", "verdict_absent 1-1", 2, 2, 0, 0},
	{"absent over an event that follows", "0 1 2-3a", "verdict_absent 2-3", 2, 2, 0, 0},
	{"passed by an operator's decision", "0 1 2p 3", "", 3, 1, 0, 0},
	{"passed by a decision that reaches less far", "0 1 2-3p", "verdict_undecided 2-3", 2, 2, 0,
	 0},
	{"passed by no decision, to hide an event", "0 1p 2a 3", "verdict_undecided 1-1", 2, 2, 0,
	 0},
	{"an event where the log has none", "0 1 2 3", "verdict_of_other 2-2", 4, 0, 0, 0},
	{"about an offset that the log does not have", "0 1 2a 3 7", "verdict_ahead 7-7", 3, 1, 0,
	 0},
	{"no verdict at all", "0 x 1 2a 3", "verdict_none 0-0", 3, 1, 0, 0},
};

/* Offset 2 of the raw topic may be passed. */
static td_decisions_t *decide_to_pass(void)
{
	td_decisions_t *decisions = td_decisions_new();
	Thidua__V1__AbsentDecision decision = THIDUA__V1__ABSENT_DECISION__INIT;
	td_err_t err;
	td_slice_t packed;
	decision.topic = (char *)"thidua.raw." TD_TOLD_REPORTER;
	decision.from_offset = decision.through_offset = 2;
	decision.decision = (char *)"D-1";
	decision.decided_by = (char *)"X05";
	decision.note = (char *)"a batch that the disk tore";
	assert_non_null(decisions);
	assert_true(td_pb_pack(&decision.base, arena, &packed));
	assert_true(td_decisions_add(decisions, packed, &err));
	return decisions;
}

static void each_verdict_is_held_against_the_rules(void **state)
{
	(void)state;
	td_decisions_t *decisions = decide_to_pass();
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		char text[TEXT_MAX] = "";
		td_err_t err;
		td_verdicts_t verdicts;
		uint64_t offset = 0;
		print_message("%s\n", cases[i].shows);
		td_verdicts_init(&verdicts, &(td_verdicts_of_t){.reporter = TD_TOLD_REPORTER,
								.rule = {versions, decisions, 0},
								.end = RAW_END,
								.log_end = LOG_END,
								.to = {hear, text}});
		for (char *at = (char *)(uintptr_t)cases[i].log; *at != '\0';
		     at += strspn(at, " ")) {
			td_arena_reset(arena);
			td_verdict_record_t record = {offset++, word(at, &at)};
			uint64_t about = 0;
			td_raw_t raw;
			(void)!td_verdicts_about(&record, judging, &about);
			assert_true(td_verdicts_take(&verdicts, &record, read_raw(about, &raw),
						     judging, &err));
		}
		assert_true(td_verdicts_finish(&verdicts, &err));
		assert_string_equal(text, cases[i].found);
		assert_int_equal(verdicts.enriched, cases[i].enriched);
		assert_int_equal(verdicts.rejected, 0);
		assert_int_equal(verdicts.absent, cases[i].absent);
		assert_int_equal(verdicts.repeats, cases[i].repeats);
		assert_int_equal(verdicts.missing, cases[i].missing);
	}
	td_decisions_free(decisions);
}

static void an_audit_that_begins_later_asks_for_nothing_before(void **state)
{
	(void)state;
	char text[TEXT_MAX] = "";
	td_err_t err;
	td_verdicts_t verdicts;
	td_verdicts_init(&verdicts, &(td_verdicts_of_t){.reporter = TD_TOLD_REPORTER,
							.rule = {.versions = versions},
							.first = 3,
							.end = RAW_END,
							.log_end = LOG_END,
							.to = {hear, text}});
	assert_true(td_verdicts_finish(&verdicts, &err));
	assert_string_equal(text, "verdict_missing 3-3");
}

/* A generation that was decided on with version 2 judges by it from the first event on. */
static td_decisions_t *decide_on_version_2(void)
{
	td_decisions_t *decisions = td_decisions_new();
	Thidua__V1__GenerationDecision decision = THIDUA__V1__GENERATION_DECISION__INIT;
	td_err_t err;
	td_slice_t packed;
	decision.generation = 1;
	decision.reference_version = 2;
	decision.decided_by = (char *)"X05";
	assert_non_null(decisions);
	assert_true(td_pb_pack(&decision.base, arena, &packed));
	assert_true(
		td_decisions_take(decisions, td_slice_text(TD_GENERATION_KEY "1"), packed, &err));
	return decisions;
}

static void a_generation_has_a_version_of_its_own(void **state)
{
	(void)state;
	char text[TEXT_MAX] = "";
	td_err_t err;
	td_verdicts_t verdicts;
	td_decisions_t *decisions = decide_on_version_2();
	td_verdicts_init(&verdicts, &(td_verdicts_of_t){.reporter = TD_TOLD_REPORTER,
							.rule = {versions, decisions, 1},
							.end = 2,
							.log_end = LOG_END,
							.to = {hear, text}});
	for (uint64_t offset = 0; offset < 2; offset++) {
		td_raw_t raw = raw_at(offset);
		const td_verdict_record_t record = {offset, judged_by(&raw, offset == 0 ? 2 : 1)};
		assert_true(td_verdicts_take(&verdicts, &record, &raw, judging, &err));
	}
	assert_true(td_verdicts_finish(&verdicts, &err));
	assert_string_equal(text, "verdict_version 1-1");
	td_decisions_free(decisions);
}

/* Verdicts on every second offset of a long log, each of which is absent there. */
static void more_holes_than_can_be_remembered_are_named_at_once(void **state)
{
	(void)state;
	char text[8192] = "";
	td_err_t err;
	td_verdicts_t verdicts;
	enum { VERDICTS = TD_HOLES_MAX + 2, END = 2 * VERDICTS };
	td_verdicts_init(&verdicts, &(td_verdicts_of_t){.reporter = TD_TOLD_REPORTER,
							.rule = {.versions = versions},
							.end = END,
							.log_end = END,
							.to = {hear_all, text}});
	for (uint64_t i = 0; i < VERDICTS; i++) {
		td_arena_reset(arena);
		td_verdict_record_t record = {i, absent(2 * i + 1, 2 * i + 1, false)};
		assert_true(td_verdicts_take(&verdicts, &record, NULL, judging, &err));
	}
	assert_non_null(strstr(text, "[128-128][130-130]"));
	assert_int_equal(verdicts.missing, 2);
	assert_true(td_verdicts_finish(&verdicts, &err));
	assert_int_equal(verdicts.missing, VERDICTS);
	assert_int_equal(verdicts.absent, VERDICTS);
	assert_non_null(strstr(text, "[0-0]"));
	assert_non_null(strstr(text, "[126-126]"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_verdict_is_held_against_the_rules),
		cmocka_unit_test(a_generation_has_a_version_of_its_own),
		cmocka_unit_test(an_audit_that_begins_later_asks_for_nothing_before),
		cmocka_unit_test(more_holes_than_can_be_remembered_are_named_at_once),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
