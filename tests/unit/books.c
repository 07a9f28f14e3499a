/* What workers keep of thidua.reference and thidua.decisions: which version judges an event, which
 * decision passes an offset, and what is refused. */
#include "common/folder.h"
#include "proto/pb.h"
#include "workers/decisions.h"
#include "workers/versions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { ARENA_MAX = 16 * 1024 * 1024 };

static td_arena_t *arena;
static td_folder_t folder;

static int set_up(void **state)
{
	(void)state;
	td_err_t err;
	arena = td_arena_new(ARENA_MAX);
	return arena != NULL &&
			       td_folder_read(TD_SOURCE "/workers/reference", ".tsv", &folder, &err)
		       ? 0
		       : -1;
}

static int tear_down(void **state)
{
	(void)state;
	td_folder_free(&folder);
	td_arena_free(arena);
	return 0;
}

/* The tables of this tree as a packed version; `first` is what the first byte of the first table
 * becomes, 0 for itself; `honest`: with its own digest. */
typedef struct version {
	uint32_t number;
	int64_t in_force_s;
	char first;
	bool honest;
} version_t;

static td_slice_t pack_version(const version_t *version)
{
	Thidua__V1__ReferenceVersion message = THIDUA__V1__REFERENCE_VERSION__INIT;
	Thidua__V1__ReferenceFile files[TD_FOLDER_FILES_MAX], *list[TD_FOLDER_FILES_MAX];
	Google__Protobuf__Timestamp from = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
	static uint8_t digest[32];
	td_slice_t packed;
	for (size_t i = 0; i < folder.count; i++) {
		thidua__v1__reference_file__init(&files[i]);
		files[i].name = (char *)folder.files[i].name;
		files[i].content = (ProtobufCBinaryData){folder.files[i].content.size,
							 (uint8_t *)folder.files[i].content.data};
		list[i] = &files[i];
	}
	if (version->first != '\0') {
		uint8_t *copy = td_arena_take(arena, files[0].content.len);
		memcpy(copy, files[0].content.data, files[0].content.len);
		copy[0] = (uint8_t)version->first;
		files[0].content.data = copy;
	}
	from.seconds = version->in_force_s;
	message.version = version->number;
	message.in_force_from = &from;
	message.files = list;
	message.n_files = folder.count;
	assert_true(td_versions_digest(&message, digest));
	digest[0] ^= version->honest ? 0 : 1;
	message.sha256 = (ProtobufCBinaryData){sizeof digest, digest};
	assert_true(td_pb_pack(&message.base, arena, &packed));
	return packed;
}

static bool add(td_versions_t *versions, version_t version, td_err_t *err)
{
	td_arena_reset(arena);
	return td_versions_add(versions, pack_version(&version), err);
}

static uint32_t number_at(const td_versions_t *versions, int64_t append_s)
{
	const td_version_t *version = td_versions_at(versions, append_s * 1000);
	return version == NULL ? 0 : version->number;
}

static void the_highest_version_in_force_judges_an_event(void **state)
{
	(void)state;
	td_versions_t *versions = td_versions_new();
	td_err_t err;
	assert_int_equal(number_at(versions, 0), 0);
	assert_true(add(versions, (version_t){2, 2000, 0, true}, &err));
	assert_int_equal(number_at(versions, 0), 2);
	assert_true(add(versions, (version_t){1, 1000, 0, true}, &err));
	assert_true(add(versions, (version_t){4, 3000, 0, true}, &err));
	assert_true(add(versions, (version_t){3, 5000, 0, true}, &err));
	assert_int_equal(td_versions_count(versions), 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(td_versions_get(versions, i)->number, i + 1);
	assert_null(td_versions_get(versions, 4));
	assert_int_equal(number_at(versions, 0), 1); /* before any was in force: the first */
	assert_int_equal(number_at(versions, 1000), 1);
	assert_int_equal(number_at(versions, 1999), 1);
	assert_int_equal(number_at(versions, 2000), 2);
	assert_int_equal(number_at(versions, 3000), 4);
	assert_int_equal(number_at(versions, 9000), 4); /* 3 came into force after it, is below */
	assert_int_equal(td_reference_version(td_versions_find(versions, 3)->reference), 3);
	assert_null(td_versions_find(versions, 5));
	td_versions_free(versions);
}

static void a_version_never_changes(void **state)
{
	(void)state;
	td_versions_t *versions = td_versions_new();
	td_err_t err;
	assert_true(add(versions, (version_t){1, 1000, 0, true}, &err));
	assert_true(add(versions, (version_t){1, 1000, 0, true}, &err));
	assert_int_equal(td_versions_count(versions), 1);
	assert_false(add(versions, (version_t){1, 1001, 0, true}, &err));
	assert_int_equal(err.code, TD_EINTEGRITY);
	assert_non_null(strstr(err.text, "published again with other content"));
	assert_false(add(versions, (version_t){1, 1000, ' ', true}, &err));
	assert_int_equal(err.code, TD_EINTEGRITY);
	assert_int_equal(td_versions_count(versions), 1);
	td_versions_free(versions);
}

static void what_is_no_version_is_refused(void **state)
{
	(void)state;
	td_versions_t *versions = td_versions_new();
	td_err_t err;
	assert_false(td_versions_add(versions, td_slice_text("\x0a\x05xx"), &err));
	assert_int_equal(err.code, TD_EINTEGRITY);
	assert_false(
		td_versions_add(versions, (td_slice_t){NULL, TD_VERSION_PACKED_MAX + 1}, &err));
	assert_int_equal(err.code, TD_EINTEGRITY);
	assert_false(td_versions_add(versions, (td_slice_t){(const uint8_t *)"", 0}, &err));
	assert_int_equal(err.code, TD_EINTEGRITY);
	assert_false(add(versions, (version_t){0, 1000, 0, true}, &err));
	assert_int_equal(err.code, TD_EINTEGRITY);
	assert_false(add(versions, (version_t){1, 1000, 0, false}, &err));
	assert_int_equal(err.code, TD_EINTEGRITY);
	assert_non_null(strstr(err.text, "it was altered"));
	/* The first table's remark becomes its header. */
	assert_false(add(versions, (version_t){1, 1000, 'x', true}, &err));
	assert_int_equal(err.code, TD_EDATA);
	assert_non_null(strstr(err.text, "reference version 1: awards.tsv line 1"));
	assert_int_equal(td_versions_count(versions), 0);
	td_versions_free(versions);
}

typedef struct decision {
	const char *number, *topic;
	uint64_t from, through;
	const char *by, *note;
} decision_t;

static bool decide(td_decisions_t *decisions, decision_t decision, td_err_t *err)
{
	Thidua__V1__AbsentDecision message = THIDUA__V1__ABSENT_DECISION__INIT;
	td_slice_t packed;
	message.decision = (char *)decision.number;
	message.topic = (char *)decision.topic;
	message.from_offset = decision.from;
	message.through_offset = decision.through;
	message.decided_by = (char *)decision.by;
	message.note = (char *)decision.note;
	td_arena_reset(arena);
	assert_true(td_pb_pack(&message.base, arena, &packed));
	return td_decisions_add(decisions, packed, err);
}

static const char *passes(const td_decisions_t *decisions, const char *topic, uint64_t offset)
{
	const Thidua__V1__AbsentDecision *found = td_decisions_find(decisions, topic, offset);
	return found == NULL ? "" : found->decision;
}

static void a_decision_passes_its_offsets_and_no_others(void **state)
{
	(void)state;
	td_decisions_t *decisions = td_decisions_new();
	td_err_t err;
	assert_true(decide(decisions, (decision_t){"1", "a", 10, 20, "PV01", ""}, &err));
	assert_true(decide(decisions, (decision_t){"2", "a", 15, 15, "PV01", ""}, &err));
	assert_true(decide(decisions, (decision_t){"3", "a", 12, 30, "PV01", ""}, &err));
	assert_true(decide(decisions, (decision_t){"1", "b", 0, 0, "PV01", ""}, &err));
	assert_int_equal(td_decisions_count(decisions), 4);
	assert_string_equal(passes(decisions, "a", 9), "");
	assert_string_equal(passes(decisions, "a", 10), "1");
	assert_string_equal(passes(decisions, "a", 15), "3"); /* reaches farthest */
	assert_string_equal(passes(decisions, "a", 30), "3");
	assert_string_equal(passes(decisions, "a", 31), "");
	assert_string_equal(passes(decisions, "b", 0), "1");
	assert_string_equal(passes(decisions, "b", 10), "");
	/* The same number of the same topic again replaces the first. */
	assert_true(decide(decisions, (decision_t){"3", "a", 40, 41, "PV01", ""}, &err));
	assert_int_equal(td_decisions_count(decisions), 4);
	assert_string_equal(passes(decisions, "a", 30), "");
	assert_string_equal(passes(decisions, "a", 41), "3");
	td_decisions_free(decisions);
}

static void a_decision_says_what_it_must(void **state)
{
	(void)state;
	static char longer[600];
	memset(longer, 'x', 501);
	const struct {
		decision_t decision;
		const char *sentence;
	} rows[] = {
		{{"", "a", 0, 0, "PV01", ""}, "needs a number"},
		{{longer, "a", 0, 0, "PV01", ""}, "needs a number"},
		{{"1\n2", "a", 0, 0, "PV01", ""}, "one line each"},
		{{"1", "a", 0, 0, "PV01", "x\ny"}, "one line each"},
		{{"1", "", 0, 0, "PV01", ""}, "names no topic"},
		{{"1", "a", 2, 1, "PV01", ""}, "2..1 are no range"},
		{{"1", "a", 0, INT64_MAX, "PV01", ""}, "are no range"},
		{{"1", "a", 0, 0, "", ""}, "deciding office"},
		{{"1", "a", 0, 0, "PV01", longer}, "note of at most 500"},
	};
	td_decisions_t *decisions = td_decisions_new();
	td_err_t err;
	for (size_t i = 0; i < TD_COUNT(rows); i++) {
		assert_false(decide(decisions, rows[i].decision, &err));
		assert_int_equal(err.code, TD_EDATA);
		if (strstr(err.text, rows[i].sentence) == NULL)
			fail_msg("'%s' does not say '%s'", err.text, rows[i].sentence);
	}
	assert_false(td_decisions_add(decisions, td_slice_text("\x0a\x05x"), &err));
	assert_int_equal(err.code, TD_EDATA);
	assert_int_equal(td_decisions_count(decisions), 0);
	td_decisions_free(decisions);
}

static void what_says_nothing_is_left_out_where_it_is_heard(void **state)
{
	(void)state;
	static const char *const keys[] = {"a/1", TD_GENERATION_KEY "1"};
	static const char *const values[] = {"", "no decision"};
	td_decisions_t *decisions = td_decisions_new();
	td_err_t err;
	for (size_t i = 0; i < TD_COUNT(keys); i++) {
		td_slice_t key = td_slice_text(keys[i]);
		assert_true(td_decisions_hear(decisions, key, (td_slice_t){NULL, 0}, &err));
		for (size_t j = 0; j < TD_COUNT(values); j++)
			assert_true(
				td_decisions_hear(decisions, key, td_slice_text(values[j]), &err));
	}
	assert_string_equal(passes(decisions, "a", 0), "");
	assert_null(td_decisions_generation(decisions, 1));
	td_decisions_free(decisions);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_highest_version_in_force_judges_an_event),
		cmocka_unit_test(a_version_never_changes),
		cmocka_unit_test(what_is_no_version_is_refused),
		cmocka_unit_test(a_decision_passes_its_offsets_and_no_others),
		cmocka_unit_test(a_decision_says_what_it_must),
		cmocka_unit_test(what_says_nothing_is_left_out_where_it_is_heard),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
