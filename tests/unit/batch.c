/* batch: what is counted of each verdict, when a batch is full, what stops it, what tears it. */
#include "aggregator/batch.h"

#include "aggregator/batch_parts.h"
#include "common/localday.h"
#include "proto/pb.h"
#include "tests/model/store.h"
#include "tests/model/told.h"

#include <openssl/sha.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define ACCIDENT THIDUA__V1__KIND__KIND_ACCIDENT

enum { ARENA = 16 * 1024 * 1024, VERDICTS_MAX = 2000, BATCH_BYTES = 1024 * 1024 };

static const int64_t NOW_MS = 1614934800000; /* 2021-03-05T16:00+07:00 */

/* A shard with its Redis. */
typedef struct fixture {
	td_arena_t *arena;
	td_batch_t *batch;
	td_model_redis_t redis;
	td_model_store_t store;
	uint64_t verdict_offset;
	td_err_t err;
} fixture_t;

static void begin(fixture_t *fixture)
{
	assert_true(td_model_store_begin(&fixture->store, fixture->batch, &fixture->err));
}

static int set_up(void **state)
{
	fixture_t *fixture = calloc(1, sizeof *fixture);
	assert_non_null(fixture);
	fixture->arena = td_arena_new(ARENA);
	fixture->batch = td_batch_new(TD_TOLD_REPORTER, 0, VERDICTS_MAX, BATCH_BYTES);
	assert_non_null(fixture->arena);
	assert_non_null(fixture->batch);
	td_model_redis_init(&fixture->redis);
	td_model_store_init(&fixture->store, &fixture->redis, TD_TOLD_REPORTER);
	begin(fixture);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	fixture_t *fixture = *state;
	td_model_store_free(&fixture->store);
	td_model_redis_free(&fixture->redis);
	td_batch_free(fixture->batch);
	td_arena_free(fixture->arena);
	free(fixture);
	return 0;
}

static td_added_t add(fixture_t *fixture, td_slice_t verdict)
{
	return td_batch_add(fixture->batch, verdict, fixture->verdict_offset++, NOW_MS,
			    &fixture->err);
}

/* Writes what was added and goes on with a new batch. */
static const td_head_t *move(fixture_t *fixture)
{
	static td_head_t head;
	if (!td_model_store_move(&fixture->store, fixture->batch, &fixture->err))
		fail_msg("%s", fixture->err.text);
	head = *td_batch_head(fixture->batch);
	begin(fixture);
	return &head;
}

static td_told_t accident(fixture_t *fixture, const char *id, uint64_t revision, uint64_t damage)
{
	Thidua__V1__Accident *about = td_arena_take(fixture->arena, sizeof *about);
	Thidua__V1__Event *event = td_told_event(ACCIDENT, id, revision, 20210305, fixture->arena);
	assert_non_null(about);
	thidua__v1__accident__init(about);
	about->damage_vnd = damage;
	event->body_case = THIDUA__V1__EVENT__BODY_ACCIDENT;
	event->accident = about;
	event->source = "main";
	event->epoch = 5;
	event->sequence = 1;
	return td_told_accepted(event, TD_TOLD_REPORTER, fixture->arena);
}

static td_slice_t verdict_on(fixture_t *fixture, const td_told_t *told, uint64_t raw_offset)
{
	return td_told_verdict(told, raw_offset, NOW_MS + (int64_t)raw_offset, fixture->arena);
}

static td_slice_t say(fixture_t *fixture, const char *id, uint64_t revision, uint64_t raw_offset)
{
	td_told_t told = accident(fixture, id, revision, 7);
	return verdict_on(fixture, &told, raw_offset);
}

static td_slice_t refuse(fixture_t *fixture, const char *id, uint64_t revision, const char *field,
			 uint64_t raw_offset)
{
	td_told_t told = accident(fixture, id, revision, 7);
	told = td_told_refused(told.event, 203, field, fixture->arena);
	return verdict_on(fixture, &told, raw_offset);
}

static td_slice_t stored(fixture_t *fixture, const char *key, const char *field)
{
	char full[2 * TD_KEY_MAX];
	(void)snprintf(full, sizeof full, "{" TD_TOLD_REPORTER "}:0:%s", key);
	return td_model_redis_get(&fixture->redis, td_slice_text(full), td_slice_text(field));
}

static void store(fixture_t *fixture, const char *key, const char *field, const char *value)
{
	char full[2 * TD_KEY_MAX];
	(void)snprintf(full, sizeof full, "{" TD_TOLD_REPORTER "}:0:%s", key);
	td_model_redis_set(&fixture->redis, td_slice_text(full), td_slice_text(field),
			   td_slice_text(value));
}

static void assert_stored(fixture_t *fixture, const char *key, const char *field, const char *value)
{
	td_slice_t found = stored(fixture, key, field);
	assert_int_equal(found.size, strlen(value));
	if (found.size > 0)
		assert_memory_equal(found.data, value, found.size);
}

static td_slice_t sign_off(fixture_t *fixture, uint64_t revision, uint64_t through,
			   uint64_t raw_offset)
{
	static uint8_t digest[TD_SIGNED_DIGEST_SIZE] = {0xab, 1};
	Thidua__V1__SignOff *said = td_arena_take(fixture->arena, sizeof *said);
	Thidua__V1__Event *event = td_told_event(THIDUA__V1__KIND__KIND_SIGN_OFF, "police-2021-Q1",
						 revision, 20210314, fixture->arena);
	assert_non_null(said);
	thidua__v1__sign_off__init(said);
	said->through_offset = through;
	said->figures_sha256 = (ProtobufCBinaryData){sizeof digest, digest};
	event->body_case = THIDUA__V1__EVENT__BODY_SIGN_OFF;
	event->sign_off = said;
	event->recorded_at = NULL;
	td_told_t told = td_told_accepted(event, TD_TOLD_REPORTER, fixture->arena);
	return verdict_on(fixture, &told, raw_offset);
}

/* Says three sign-offs of a period in this order, in one batch or in three. */
static void say_sign_offs(fixture_t *fixture, const size_t order[3], uint64_t base, bool cut)
{
	static const struct {
		uint64_t revision, through;
	} said[] = {{1, 9}, {2, 3}, {2, 5}};
	for (size_t i = 0; i < TD_COUNT(said); i++) {
		size_t at = order[i];
		td_slice_t verdict =
			sign_off(fixture, base + said[at].revision, said[at].through, 3 * base + i);
		assert_int_equal(add(fixture, verdict), TD_ADDED);
		if (cut)
			(void)move(fixture);
	}
}

static void the_greatest_sign_off_of_a_period_stands(void **state)
{
	static const size_t orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
					   {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	fixture_t *fixture = *state;
	/* One after the other in one shard: each under higher revisions. */
	for (uint64_t i = 0; i < 2 * TD_COUNT(orders); i++) {
		char expected[TD_SIGNED_TEXT_MAX];
		say_sign_offs(fixture, orders[i / 2], 2 * i, i % 2 == 1);
		const td_head_t *head = move(fixture);
		(void)snprintf(expected, sizeof expected,
			       "%llu 5 ab01000000000000000000000000000000000000000000000000000000"
			       "000000 0",
			       (unsigned long long)(2 * i + 2));
		assert_stored(fixture, "signed", "police-2021-Q1", expected);
		assert_int_equal(head->counts.records, 1);
	}
	store(fixture, "signed", "police-2021-Q1", "9 9");
	assert_int_equal(add(fixture, sign_off(fixture, 500, 1, 1000)), TD_ADDED);
	assert_false(td_model_store_move(&fixture->store, fixture->batch, &fixture->err));
	assert_int_equal(fixture->err.code, TD_EINTEGRITY);
}

static void each_verdict_is_counted_for_what_it_is(void **state)
{
	fixture_t *fixture = *state;
	assert_int_equal(add(fixture, say(fixture, "a", 2, 0)), TD_ADDED);
	assert_int_equal(add(fixture, say(fixture, "a", 2, 0)), TD_ADDED_SKIP);
	assert_int_equal(add(fixture, say(fixture, "a", 1, 1)), TD_ADDED);
	assert_int_equal(add(fixture, say(fixture, "a", 2, 2)), TD_ADDED);
	assert_int_equal(add(fixture, td_told_absent(3, 6, fixture->arena)), TD_ADDED);
	assert_int_equal(add(fixture, refuse(fixture, "b", 1, "unit", 8)), TD_ADDED);
	assert_int_equal(add(fixture, refuse(fixture, "b", 1, "record_id", 9)), TD_ADDED);
	assert_int_equal(td_batch_count(fixture->batch), 7);
	const struct td_head_counts *counts = &move(fixture)->counts;
	assert_int_equal(counts->verdicts, 6);
	assert_int_equal(counts->repeats, 1);
	assert_int_equal(counts->enriched, 3);
	assert_int_equal(counts->newer, 1);
	assert_int_equal(counts->older, 1);
	assert_int_equal(counts->repeated, 1);
	assert_int_equal(counts->absent, 4);
	assert_int_equal(counts->holes, 1);
	assert_int_equal(counts->rejected, 2);
	assert_int_equal(counts->unreadable, 1);
	assert_int_equal(counts->records, 2);
	assert_int_equal(counts->open_rejections, 1);
}

/* Where a row stood is not what it says: fed again on another line, it is a repeat. */
static void a_row_said_again_on_another_line_is_a_repeat(void **state)
{
	fixture_t *fixture = *state;
	for (uint64_t line = 0; line < 3; line++) {
		td_told_t told = accident(fixture, "a", 2, 7);
		told.event->source_line = line;
		assert_int_equal(add(fixture, verdict_on(fixture, &told, line)), TD_ADDED);
	}
	const struct td_head_counts *counts = &move(fixture)->counts;
	assert_int_equal(counts->newer, 1);
	assert_int_equal(counts->repeated, 2);
	assert_int_equal(counts->conflicts, 0);
}

static void a_rejection_is_open_with_its_codes_until_it_is_corrected(void **state)
{
	fixture_t *fixture = *state;
	assert_int_equal(add(fixture, refuse(fixture, "b", 5, "unit", 0)), TD_ADDED);
	assert_int_equal(move(fixture)->counts.open_rejections, 1);
	assert_stored(fixture, "open", "3/b", "5 E203");
	assert_stored(fixture, "codes", "E203", "1");
	assert_int_equal(add(fixture, say(fixture, "b", 4, 1)), TD_ADDED);
	assert_int_equal(move(fixture)->counts.open_rejections, 1);
	assert_int_equal(add(fixture, say(fixture, "b", 5, 2)), TD_ADDED);
	assert_int_equal(move(fixture)->counts.open_rejections, 0);
	assert_stored(fixture, "open", "3/b", "");
	assert_stored(fixture, "codes", "E203", "1");
}

/* Each code counts once a verdict, and warnings as well as errors. */
static void every_code_of_a_verdict_is_counted_and_shown_once(void **state)
{
	fixture_t *fixture = *state;
	static const uint32_t codes[] = {203, 203, 305, 401};
	Thidua__V1__Finding findings[TD_COUNT(codes)], *list[TD_COUNT(codes)];
	td_told_t told = accident(fixture, "b", 5, 7);
	for (size_t i = 0; i < TD_COUNT(codes); i++) {
		thidua__v1__finding__init(&findings[i]);
		findings[i].code = codes[i];
		list[i] = &findings[i];
	}
	told = td_told_refused(told.event, 0, "", fixture->arena);
	told.rejected->reasons = list;
	told.rejected->n_reasons = TD_COUNT(codes);
	assert_int_equal(add(fixture, verdict_on(fixture, &told, 0)), TD_ADDED);
	told = accident(fixture, "a", 1, 7);
	findings[0].code = 1001;
	told.enriched->warnings = list;
	told.enriched->n_warnings = 1;
	assert_int_equal(add(fixture, verdict_on(fixture, &told, 1)), TD_ADDED);
	assert_int_equal(move(fixture)->counts.warned, 1);
	assert_stored(fixture, "open", "3/b", "5 E203 E305 E401");
	assert_stored(fixture, "codes", "E203", "1");
	assert_stored(fixture, "codes", "E401", "1");
	assert_stored(fixture, "codes", "W001", "1");
	assert_int_equal(add(fixture, refuse(fixture, "c", 5, "unit", 2)), TD_ADDED);
	assert_int_equal(add(fixture, refuse(fixture, "d", 5, "unit", 3)), TD_ADDED);
	(void)move(fixture);
	assert_stored(fixture, "codes", "E203", "3");
}

/* The rejected ones have their numbers, too. */
static void a_source_s_numbers_and_checkpoints_are_kept(void **state)
{
	fixture_t *fixture = *state;
	static uint8_t hash[32] = {7, 8, 9};
	Thidua__V1__Checkpoint checkpoint = THIDUA__V1__CHECKPOINT__INIT;
	td_told_t told = accident(fixture, "a", 1, 7);
	assert_int_equal(add(fixture, verdict_on(fixture, &told, 0)), TD_ADDED);
	told = td_told_refused(accident(fixture, "b", 1, 7).event, 203, "unit", fixture->arena);
	told.event->sequence = 3;
	assert_int_equal(add(fixture, verdict_on(fixture, &told, 1)), TD_ADDED);
	told = accident(fixture, "", 0, 7);
	told.event->kind = THIDUA__V1__KIND__KIND_CHECKPOINT;
	told.event->sequence = 4;
	told.event->body_case = THIDUA__V1__EVENT__BODY_CHECKPOINT;
	told.event->checkpoint = &checkpoint;
	checkpoint.last_sequence = 3;
	checkpoint.running_sha256 = (ProtobufCBinaryData){sizeof hash, hash};
	checkpoint.complete_until = told.event->occurred_at;
	assert_int_equal(add(fixture, verdict_on(fixture, &told, 2)), TD_ADDED);
	const struct td_head_counts *counts = &move(fixture)->counts;
	assert_int_equal(counts->checkpoints, 1);
	assert_int_equal(counts->newer, 1);
	td_source_t source;
	td_source_init("main", 5, &source);
	assert_true(td_source_unpack(stored(fixture, "sources", "main/5"), &source));
	assert_int_equal(source.seen.next, 5);
	assert_int_equal(source.seen.hole_count, 1);
	assert_int_equal(source.checkpoint_sequence, 4);
	assert_memory_equal(source.checkpoint_sha256, hash, sizeof hash);
	assert_int_equal(source.complete_until_ms, checkpoint.complete_until->seconds * 1000);
	assert_int_equal(source.last_append_ms, NOW_MS + 2);
}

static void a_conflict_is_listed_with_its_revision(void **state)
{
	fixture_t *fixture = *state;
	td_told_t other = accident(fixture, "a", 3, 8);
	assert_int_equal(add(fixture, say(fixture, "a", 3, 0)), TD_ADDED);
	assert_int_equal(add(fixture, verdict_on(fixture, &other, 1)), TD_ADDED);
	assert_int_equal(move(fixture)->counts.conflicts, 1);
	assert_stored(fixture, "conflicts", "3/a", "3");
}

/* Other units, days and numbers: a correction leaves nothing of the old statement behind. */
static void a_correction_moves_a_record_whole(void **state)
{
	fixture_t *fixture = *state;
	td_told_t told = accident(fixture, "a", 1, 7);
	assert_int_equal(add(fixture, verdict_on(fixture, &told, 0)), TD_ADDED);
	(void)move(fixture);
	assert_stored(fixture, "d:20210305", "44.0.0.vn-06", "7");
	assert_stored(fixture, "m:202103a", "44.0.0.vn-06", "7");
	assert_stored(fixture, "D:20210305", "44.0.0.vn-06.pc08", "7");
	assert_stored(fixture, "h:20210305", "12.44.0.0.vn-06", "7");
	told = accident(fixture, "a", 2, 9);
	told.event->occurred_at->seconds -= 86400;
	told.event->unit = "vn-06.136";
	told = td_told_accepted(told.event, TD_TOLD_REPORTER, fixture->arena);
	assert_int_equal(add(fixture, verdict_on(fixture, &told, 1)), TD_ADDED);
	(void)move(fixture);
	assert_stored(fixture, "d:20210305", "44.0.0.vn-06", "");
	assert_stored(fixture, "d:20210305", "#", "");
	assert_stored(fixture, "D:20210305", "44.0.0.vn-06.pc08", "");
	assert_stored(fixture, "h:20210305", "12.44.0.0.vn-06", "");
	assert_stored(fixture, "d:20210304", "44.0.0.vn-06", "9");
	assert_stored(fixture, "D:20210304", "44.0.0.vn-06.136", "9");
	assert_stored(fixture, "m:202103a", "44.0.0.vn-06", "9");
	assert_stored(fixture, "m:202103a", "40.0.0.vn-06", "1");
}

/* Numbers that nobody means are corrected one day; until then they are numbers like others. */
static void absurd_amounts_are_added_and_taken_back(void **state)
{
	fixture_t *fixture = *state;
	enum { RECORDS = 40 };
	for (uint64_t i = 0; i < 2 * RECORDS; i++) {
		char id[8];
		uint64_t damage = i < RECORDS ? 1000000000000000 : 1;
		(void)snprintf(id, sizeof id, "%02u", (unsigned)(i % RECORDS));
		td_told_t told = accident(fixture, id, 1 + i / RECORDS, damage);
		assert_int_equal(add(fixture, verdict_on(fixture, &told, i)), TD_ADDED);
		if (i % 7 == 0 || i == RECORDS - 1)
			(void)move(fixture);
		if (i == RECORDS - 1)
			assert_stored(fixture, "m:202103a", "44.0.0.vn-06", "40000000000000000");
	}
	(void)move(fixture);
	assert_stored(fixture, "m:202103a", "44.0.0.vn-06", "40");
}

/* The first event of a log tells it from another: the lowest one, whatever came to be judged
 * when. */
static void the_log_s_first_event_is_the_lowest_one_folded(void **state)
{
	fixture_t *fixture = *state;
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
			td_batch_begin(fixture->batch, &head);
			(void)add(fixture, offset >= 100
						   ? td_told_absent(offset - 100, offset - 100,
								    fixture->arena)
						   : say(fixture, "a", 1 + offset, offset));
			head = *td_batch_head(fixture->batch);
		}
		td_told_t told = accident(fixture, "a", 1 + cases[i].first, 7);
		uint8_t raw[512], sha256[SHA256_DIGEST_LENGTH];
		(void)SHA256(raw, thidua__v1__event__pack(told.event, raw), sha256);
		assert_true(head.first_known);
		assert_int_equal(head.first_append_ms, NOW_MS + (int64_t)cases[i].first);
		assert_memory_equal(head.first_sha256, sha256, sizeof sha256);
	}
}

static void a_full_batch_takes_no_more_and_loses_nothing(void **state)
{
	fixture_t *fixture = *state;
	uint64_t offset = 0;
	char id[16];
	td_added_t added = TD_ADDED;
	for (; added == TD_ADDED; offset++) {
		(void)snprintf(id, sizeof id, "%u/x", (unsigned)offset);
		added = add(fixture, say(fixture, id, 1, offset));
	}
	assert_int_equal(added, TD_ADDED_FULL);
	assert_int_equal(td_batch_count(fixture->batch), VERDICTS_MAX);
	assert_int_equal(move(fixture)->position.next, VERDICTS_MAX);
	assert_int_equal(add(fixture, say(fixture, id, 1, offset - 1)), TD_ADDED);
	assert_int_equal(move(fixture)->counts.records, VERDICTS_MAX + 1);
}

static void as_many_sources_as_a_batch_holds_and_one_more(void **state)
{
	fixture_t *fixture = *state;
	for (uint64_t i = 0; i <= TD_BATCH_SOURCES_MAX; i++) {
		td_told_t told = accident(fixture, "a", 1, 7);
		told.event->epoch = 1 + i;
		td_added_t added = add(fixture, verdict_on(fixture, &told, i));
		assert_int_equal(added, i < TD_BATCH_SOURCES_MAX ? TD_ADDED : TD_ADDED_FULL);
	}
	(void)move(fixture);
	assert_int_not_equal(stored(fixture, "sources", "main/256").size, 0);
	assert_int_equal(stored(fixture, "sources", "main/257").size, 0);
}

static td_slice_t packed(fixture_t *fixture, const Thidua__V1__Verdict *verdict)
{
	td_slice_t bytes;
	assert_true(td_pb_pack(&verdict->base, fixture->arena, &bytes));
	return bytes;
}

static void what_is_no_verdict_stops_the_shard_and_names_its_offset(void **state)
{
	fixture_t *fixture = *state;
	Thidua__V1__Verdict empty = THIDUA__V1__VERDICT__INIT;
	td_told_t told = accident(fixture, "a", 1, 7);
	told.event->reporter = "vn-07";
	td_slice_t good = say(fixture, "a", 1, 0);
	const td_slice_t bad[] = {
		{(const uint8_t *)"", 0},
		td_slice_text("garbage"),
		{good.data, good.size - 1},
		packed(fixture, &empty),
		verdict_on(fixture, &told, 0),
		td_told_absent(5, 4, fixture->arena),
		td_told_absent(0, UINT64_MAX, fixture->arena),
	};
	for (size_t i = 0; i < TD_COUNT(bad); i++) {
		fixture->verdict_offset = 77;
		assert_int_equal(add(fixture, bad[i]), TD_ADDED_STOP);
		assert_int_equal(fixture->err.code, TD_EINTEGRITY);
		assert_non_null(strstr(fixture->err.text, "77"));
	}
	assert_int_equal(td_batch_count(fixture->batch), 0);
}

static void a_hole_too_many_stops_the_shard_with_all_before_it_folded(void **state)
{
	fixture_t *fixture = *state;
	for (uint64_t i = 0; i < TD_HOLES_MAX; i++)
		assert_int_equal(add(fixture, say(fixture, "a", 1, 2 * i + 1)), TD_ADDED);
	assert_int_equal(add(fixture, say(fixture, "a", 1, 1000)), TD_ADDED_STOP);
	assert_non_null(strstr(fixture->err.text, "--again"));
	const td_head_t *head = move(fixture);
	assert_int_equal(head->position.next, 2 * TD_HOLES_MAX);
	assert_int_equal(head->position.hole_count, TD_HOLES_MAX);
}

/* Everything that a batch reads can have been altered by hand. */
static void what_was_altered_by_hand_tears_the_shard(void **state)
{
	fixture_t *fixture = *state;
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
	Thidua__V1__Finding warning = THIDUA__V1__FINDING__INIT, *warnings[] = {&warning};
	warning.code = 1001;
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_told_t told = accident(fixture, "a", 1, 7);
		char key[TD_KEY_MAX], field[TD_FIELD_MAX];
		td_model_redis_empty(&fixture->redis);
		begin(fixture);
		assert_int_equal(add(fixture, verdict_on(fixture, &told, 0)), TD_ADDED);
		(void)move(fixture);
		td_layout_state("", 3, "a", key, field);
		bool is_state = cases[i].key[0] == 's' && cases[i].key[1] == ':';
		store(fixture, is_state ? key : cases[i].key, cases[i].field, cases[i].value);
		told = accident(fixture, "a", 2, 8);
		told.event->occurred_at->seconds += 86400;
		told = td_told_accepted(told.event, TD_TOLD_REPORTER, fixture->arena);
		told.enriched->warnings = warnings;
		told.enriched->n_warnings = 1;
		assert_int_equal(add(fixture, verdict_on(fixture, &told, 1)), TD_ADDED);
		print_message("%s %s\n", cases[i].key, cases[i].value);
		assert_false(td_model_store_move(&fixture->store, fixture->batch, &fixture->err));
		assert_int_equal(fixture->err.code, TD_EINTEGRITY);
		assert_non_null(strstr(fixture->err.text, TD_TOLD_REPORTER));
	}
}

static void hours_are_kept_for_the_last_days_of_the_log(void **state)
{
	fixture_t *fixture = *state;
	td_told_t told = accident(fixture, "a", 1, 7);
	assert_int_equal(add(fixture, td_told_verdict(&told, 0, NOW_MS, fixture->arena)), TD_ADDED);
	(void)move(fixture);
	assert_stored(fixture, "h:20210305", "12.44.0.0.vn-06", "7");
	for (int64_t later = TD_HOUR_DAYS - 1; later <= TD_HOUR_DAYS; later++) {
		td_told_t other = td_told_refused(accident(fixture, "b", 1, 7).event, 203, "unit",
						  fixture->arena);
		td_slice_t refused = td_told_verdict(&other, (uint64_t)later,
						     NOW_MS + later * 86400000, fixture->arena);
		assert_int_equal(add(fixture, refused), TD_ADDED);
		(void)move(fixture);
		assert_stored(fixture, "h:20210305", "12.44.0.0.vn-06",
			      later < TD_HOUR_DAYS ? "7" : "");
	}
	/* Too old by now to be made again. */
	told = accident(fixture, "c", 1, 7);
	assert_int_equal(add(fixture, verdict_on(fixture, &told, 1)), TD_ADDED);
	(void)move(fixture);
	assert_stored(fixture, "h:20210305", "12.44.0.0.vn-06", "");
	assert_stored(fixture, "d:20210305", "44.0.0.vn-06", "14");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(each_verdict_is_counted_for_what_it_is),
		TEST(the_greatest_sign_off_of_a_period_stands),
		TEST(a_row_said_again_on_another_line_is_a_repeat),
		TEST(a_rejection_is_open_with_its_codes_until_it_is_corrected),
		TEST(every_code_of_a_verdict_is_counted_and_shown_once),
		TEST(a_source_s_numbers_and_checkpoints_are_kept),
		TEST(a_conflict_is_listed_with_its_revision),
		TEST(a_correction_moves_a_record_whole),
		TEST(absurd_amounts_are_added_and_taken_back),
		TEST(the_log_s_first_event_is_the_lowest_one_folded),
		TEST(a_full_batch_takes_no_more_and_loses_nothing),
		TEST(as_many_sources_as_a_batch_holds_and_one_more),
		TEST(what_is_no_verdict_stops_the_shard_and_names_its_offset),
		TEST(a_hole_too_many_stops_the_shard_with_all_before_it_folded),
		TEST(what_was_altered_by_hand_tears_the_shard),
		TEST(hours_are_kept_for_the_last_days_of_the_log),
	};
#undef TEST
	return cmocka_run_group_tests(tests, NULL, NULL);
}
