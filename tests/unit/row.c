/* row: a line of JSON becomes the event that it says, or is refused for every reason at once. */
#include "producers/row.h"

#include "producers/checkpoint.h"
#include "producers/refused.h"
#include "tests/support/tables.h"
#include "workers/decode.h"
#include "workers/validate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <jansson.h>

#include <thidua/v1/event.pb-c.h>

#define ENVELOPE                                                                                   \
	"'kind':'KIND_DEPLOYMENT','recordId':'r-1','revision':'1','unit':'vn-06.136',"             \
	"'occurredAt':'2021-12-30T17:00:00Z','occurredPrecision':'PRECISION_DAY',"                 \
	"'recordedAt':'2022-01-02T01:00:00Z'"
#define BODY "'deployment':{'purpose':'DEPLOYMENT_PURPOSE_COVID19','officers':12}"
#define GOOD "{" ENVELOPE "," BODY "}"

static td_reference_t *reference;
static td_arena_t *arena;
static td_row_t row;

static int set_up(void **state)
{
	(void)state;
	reference = td_tables_read(0);
	arena = td_arena_new(TD_ROW_ARENA);
	return reference != NULL && arena != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	td_arena_free(arena);
	td_reference_free(reference);
	return 0;
}

/* Reads a line, in which ' stands for ", at the beginning of 2023. */
static bool take(const char *form)
{
	static char line[1024];
	const td_row_context_t context = {"vn-06", "main", 77, reference, 1672506000000, 12};
	(void)snprintf(line, sizeof line, "%s", form);
	for (char *at = line; *at != '\0'; at++)
		*at = *at == '\'' ? '"' : *at;
	td_arena_reset(arena);
	return td_row_read(&context, td_slice_text(line), 5, arena, &row);
}

/* "R002 nothing, E201 unit" */
static const char *said(const td_row_findings_t *findings)
{
	static char text[1024];
	size_t used = 0;
	text[0] = '\0';
	for (size_t i = 0; i < findings->count; i++) {
		const td_row_finding_t *item = &findings->items[i];
		assert_true(item->vi[0] != '\0' && item->en[0] != '\0');
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%s%s%s",
					 i > 0 ? ", " : "", item->code, item->field[0] ? " " : "",
					 item->field);
	}
	return text;
}

static void assert_refused(const char *form, const char *expected)
{
	assert_false(take(form));
	assert_int_equal(row.packed.size, 0);
	assert_string_equal(said(&row.errors), expected);
}

static void a_good_row_is_named_and_packed(void **state)
{
	(void)state;
	assert_true(take(GOOD));
	assert_int_equal(row.errors.count, 0);
	assert_int_equal(row.warnings.count, 0);
	Thidua__V1__Event *event =
		thidua__v1__event__unpack(NULL, row.packed.size, row.packed.data);
	assert_non_null(event);
	assert_string_equal(event->reporter, "vn-06");
	assert_string_equal(event->source, "main");
	assert_int_equal(event->epoch, 77);
	assert_int_equal(event->sequence, 5);
	assert_int_equal(event->source_line, 12);
	assert_int_equal(event->deployment->officers, 12);
	thidua__v1__event__free_unpacked(event, NULL);
	assert_true(take("{'reporter':'vn-06'," ENVELOPE "," BODY "}"));
}

static void each_way_of_not_being_a_row_has_its_code(void **state)
{
	(void)state;
	assert_refused("no json", "R001");
	assert_refused("[]", "R004");
	assert_refused("", "R001");
	assert_refused(GOOD GOOD, "R001");
	assert_refused("{" ENVELOPE ",'unit':'vn-06.136'," BODY "}", "R001");
	assert_refused("{" ENVELOPE ",'nothing':1," BODY "}", "R002 nothing");
	assert_refused("{" ENVELOPE ",'record_id':'r-2'," BODY "}", "R003 record_id");
	assert_refused("{" ENVELOPE "," BODY ",'retraction':{'reason':1}}", "R003 retraction");
	assert_refused("{" ENVELOPE ",'deployment':{'officers':{}}}", "R004 deployment.officers");
	assert_refused("{" ENVELOPE ",'deployment':{'officers':4294967296}}",
		       "R005 deployment.officers");
	assert_refused("{" ENVELOPE ",'deployment':{'purpose':'HOLIDAY'}}",
		       "R006 deployment.purpose");
	assert_refused("{'recordedAt':'yesterday'}", "R007 recorded_at");
	assert_refused("{'source':'main','epoch':'7','sequence':'1','sourceLine':'1'," ENVELOPE
		       "," BODY "}",
		       "R009 source, R009 epoch, R009 sequence, R009 source_line");
	assert_false(take("{'kind':'KIND_CHECKPOINT','checkpoint':{}}"));
	assert_non_null(strstr(said(&row.errors), "R010 kind"));
}

static void every_reason_is_said_at_once(void **state)
{
	(void)state;
	assert_refused("{'x':1,'kind':'NONE','deployment':{'officers':-1,'y':[]}}",
		       "R002 x, R006 kind, R005 deployment.officers, R002 deployment.y");
	assert_false(take("{'kind':'KIND_DEPLOYMENT','deployment':{}}"));
	assert_true(row.errors.count >= 5);
}

static void a_row_of_another_reporter_is_refused(void **state)
{
	(void)state;
	assert_refused("{'reporter':'vn-69'," ENVELOPE "," BODY "}", "E302 reporter");
}

static void what_only_reference_data_can_judge_is_a_warning(void **state)
{
	(void)state;
	assert_true(take("{'kind':'KIND_DEPLOYMENT','recordId':'r-1','revision':'1',"
			 "'unit':'vn-06.999','occurredAt':'2021-12-30T17:00:00Z',"
			 "'occurredPrecision':'PRECISION_DAY',"
			 "'recordedAt':'2022-01-02T01:00:00Z'," BODY "}"));
	assert_string_equal(said(&row.warnings), "E305 unit");
}

static void text_that_packing_would_change_is_refused(void **state)
{
	(void)state;
	assert_false(take("{'kind':'KIND_DEPLOYMENT','recordId':'a\\u0000b','revision':'1'}"));
	assert_string_equal(said(&row.errors), "R001");
	assert_false(take("{'recordId':'a\\u0001b'," BODY "}"));
	assert_string_equal(said(&row.errors), "E112 record_id");
}

static void a_row_too_large_to_be_an_event_is_refused(void **state)
{
	(void)state;
	const td_row_context_t context = {"vn-06", "main", 77, reference, 1672506000000, 12};
	td_buf_t line = td_buf_make(TD_ROW_LINE_MAX);
	td_buf_add_text(&line, "{\"accident\":{\"injuryPercent\":[1");
	while (line.size < 2 * TD_RAW_EVENT_MAX + 1000)
		td_buf_add_text(&line, ",1");
	td_buf_add_text(&line, "]}}");
	td_arena_reset(arena);
	assert_false(td_row_read(&context, td_buf_slice(&line), 1, arena, &row));
	assert_string_equal(said(&row.errors), "E102");
	td_buf_free(&line);
}

static void a_row_that_exhausts_memory_is_refused(void **state)
{
	(void)state;
	const td_row_context_t context = {"vn-06", "main", 77, reference, 1672506000000, 12};
	td_slice_t line = td_slice_text("{\"recordId\":\"r-1\"}");
	for (size_t limit = 16; limit < 4096; limit += 16) {
		td_arena_t *small = td_arena_new(limit);
		assert_non_null(small);
		assert_false(td_row_read(&context, line, 1, small, &row));
		assert_true(row.errors.count > 0);
		td_arena_free(small);
	}
}

static void a_refused_row_is_told_as_json(void **state)
{
	(void)state;
	static const char text[] = "{\"x\":\"\xff\xfe\\\x01Hòa\"}";
	td_buf_t out = td_buf_make(64 * 1024);
	assert_false(take("{'x':1}"));
	td_refused_add(&out, &(td_refused_t){.file = "a \"b\".ndjson",
					     .line = 17,
					     .row = td_slice_text(text),
					     .errors = &row.errors});
	assert_int_equal(out.data[out.size - 1], '\n');
	json_t *root = json_loadb((const char *)out.data, out.size, 0, NULL);
	assert_non_null(root);
	assert_string_equal(json_string_value(json_object_get(root, "file")), "a \"b\".ndjson");
	assert_int_equal(json_integer_value(json_object_get(root, "line")), 17);
	assert_string_equal(json_string_value(json_object_get(root, "row")),
			    "{\"x\":\"\xef\xbf\xbd\xef\xbf\xbd\\\x01Hòa\"}");
	const json_t *reason = json_array_get(json_object_get(root, "reasons"), 0);
	assert_string_equal(json_string_value(json_object_get(reason, "code")), "R002");
	assert_string_equal(json_string_value(json_object_get(reason, "field")), "x");
	json_decref(root);
	td_buf_free(&out);
}

static void a_checkpoint_passes_the_worker_s_rules(void **state)
{
	(void)state;
	static const uint8_t digest[TD_DIGEST_SIZE] = {9};
	td_slice_t packed;
	td_findings_t errors, warnings;
	const td_checkpoint_t checkpoint = {
		.reporter = "vn-06",
		.source = "main",
		.epoch = 77,
		.sequence = 12,
		.chain = {{1, 2, 3}},
		.complete_until_ms = 1640995200123,
		.file_sha256 = digest,
		.rows = {10, 7, 3},
	};
	td_arena_reset(arena);
	assert_true(td_checkpoint_pack(&checkpoint, arena, &packed));
	const td_event_t *event = td_decode_event(packed.data, packed.size, arena, &errors);
	assert_non_null(event);
	assert_true(
		td_validate_event(event, reference, "vn-06", 1672506000000, &errors, &warnings));
	assert_int_equal(event->checkpoint->last_sequence, 11);
	assert_int_equal(event->checkpoint->complete_until->nanos, 123000000);
}

static void a_signed_checkpoint_passes_where_its_key_is_known(void **state)
{
	(void)state;
	/* Of test 1 in RFC 8032, as in tests/support/keys.tsv. */
	td_signer_t signer = {.seed = {0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60,
				       0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
				       0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19,
				       0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60}};
	assert_true(td_signature_public(signer.seed, signer.key));
	td_signature_key_id(signer.key, signer.id);
	td_slice_t packed;
	td_findings_t errors, warnings;
	td_checkpoint_t checkpoint = {
		.reporter = "vn-06",
		.source = "ky-so",
		.epoch = 77,
		.sequence = 1,
		.complete_until_ms = 1640995200123,
		.signer = &signer,
	};
	for (int i = 0; i < 2; i++) {
		td_arena_reset(arena);
		assert_true(td_checkpoint_pack(&checkpoint, arena, &packed));
		const td_event_t *event = td_decode_event(packed.data, packed.size, arena, &errors);
		assert_non_null(event);
		bool fine = td_validate_event(event, reference, "vn-06", 1672246800000, &errors,
					      &warnings);
		assert_int_equal(fine, i == 0);
		if (i > 0)
			assert_int_equal(errors.items[0].reason, TD_REASON_UNKNOWN_KEY);
		checkpoint.source = "main";
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_row_is_named_and_packed),
		cmocka_unit_test(each_way_of_not_being_a_row_has_its_code),
		cmocka_unit_test(every_reason_is_said_at_once),
		cmocka_unit_test(a_row_of_another_reporter_is_refused),
		cmocka_unit_test(what_only_reference_data_can_judge_is_a_warning),
		cmocka_unit_test(text_that_packing_would_change_is_refused),
		cmocka_unit_test(a_row_too_large_to_be_an_event_is_refused),
		cmocka_unit_test(a_row_that_exhausts_memory_is_refused),
		cmocka_unit_test(a_refused_row_is_told_as_json),
		cmocka_unit_test(a_checkpoint_passes_the_worker_s_rules),
		cmocka_unit_test(a_signed_checkpoint_passes_where_its_key_is_known),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
