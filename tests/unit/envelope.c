/* envelope: whose a rejected event is, read from bytes that need not be one. */
#include "workers/envelope.h"

#include "tests/model/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { ARENA = 64 * 1024 };

#define BYTES(text)                                                                                \
	{                                                                                          \
		(const uint8_t *)(text), sizeof(text) - 1                                          \
	}

static size_t whole_event(uint8_t packed[512])
{
	td_arena_t *arena = td_arena_new(ARENA);
	assert_non_null(arena);
	Thidua__V1__Event *event =
		td_told_event(THIDUA__V1__KIND__KIND_ACCIDENT, "2021-000001", 7, 20210305, arena);
	event->source = "main";
	event->epoch = 9;
	event->sequence = 300;
	size_t size = thidua__v1__event__pack(event, packed);
	td_arena_free(arena);
	return size;
}

static void a_whole_event_names_all(void **state)
{
	(void)state;
	uint8_t packed[512];
	td_envelope_t envelope;
	td_envelope_read((td_slice_t){packed, whole_event(packed)}, &envelope);
	assert_string_equal(envelope.reporter, "vn-06");
	assert_string_equal(envelope.source, "main");
	assert_int_equal(envelope.epoch, 9);
	assert_int_equal(envelope.sequence, 300);
	assert_int_equal(envelope.kind, THIDUA__V1__KIND__KIND_ACCIDENT);
	assert_string_equal(envelope.record_id, "2021-000001");
	assert_int_equal(envelope.revision, 7);
	assert_true(td_envelope_has_record(&envelope));
	assert_true(td_envelope_has_source(&envelope));
}

/* What was read before the cut is what the whole event says; a cut in a field leaves it out. */
static void a_cut_event_names_what_came_before_the_cut(void **state)
{
	(void)state;
	uint8_t packed[512];
	td_envelope_t whole, cut;
	size_t size = whole_event(packed);
	td_envelope_read((td_slice_t){packed, size}, &whole);
	for (size_t at = 0; at < size; at++) {
		td_envelope_read((td_slice_t){packed, at}, &cut);
		assert_true(cut.reporter[0] == '\0' || strcmp(cut.reporter, whole.reporter) == 0);
		assert_true(cut.record_id[0] == '\0' ||
			    strcmp(cut.record_id, whole.record_id) == 0);
		assert_true(cut.revision == 0 || cut.revision == whole.revision);
		assert_true(cut.sequence == 0 || cut.sequence == whole.sequence);
	}
}

static void what_is_no_name_is_left_out(void **state)
{
	(void)state;
	static const struct {
		const char *shows;
		td_slice_t event;
		const char *reporter, *record_id;
		uint32_t kind;
		uint64_t revision;
	} cases[] = {
		{"nothing", BYTES(""), "", "", 0, 0},
		{"garbage", BYTES("\xff\xff\xff\xff"), "", "", 0, 0},
		{"a length beyond the end", BYTES("\x0a\x20vn-06"), "", "", 0, 0},
		{"a length of 2^64-1", BYTES("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01vn"), "",
		 "", 0, 0},
		{"a number that never ends",
		 BYTES("\x38\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"), "", "", 0, 0},
		{"an id with a zero byte", BYTES("\x0a\x05vn\x00 6"), "", "", 0, 0},
		{"an id with a line end", BYTES("\x0a\x03v\n6\x32\x01x"), "", "x", 0, 0},
		{"an id that is not UTF-8", BYTES("\x0a\x03vn\xff\x32\x01x"), "", "x", 0, 0},
		{"an id in decomposed Unicode", BYTES("\x0a\x03o\xcc\x80\x32\x01x"), "", "x", 0, 0},
		{"an id that is too long",
		 BYTES("\x32\x41"
		       "aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbccccc"),
		 "", "", 0, 0},
		{"a checkpoint is no record", BYTES("\x28\x0b\x32\x01x\x38\x05"), "", "x", 0, 5},
		{"a kind that is unknown", BYTES("\x28\x63\x32\x01x"), "", "x", 0, 0},
		{"a revision beyond 2^53", BYTES("\x38\x80\x80\x80\x80\x80\x80\x80\x10"), "", "", 0,
		 0},
		{"a fixed number, which no envelope has",
		 BYTES("\x09"
		       "12345678\x32\x01x"),
		 "", "", 0, 0},
		{"a field that it does not know, of bytes", BYTES("\xa2\x06\x02hi\x32\x01x"), "",
		 "x", 0, 0},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_envelope_t envelope;
		print_message("%s\n", cases[i].shows);
		memset(&envelope, 0xa5, sizeof envelope);
		td_envelope_read(cases[i].event, &envelope);
		assert_string_equal(envelope.reporter, cases[i].reporter);
		assert_string_equal(envelope.record_id, cases[i].record_id);
		assert_int_equal(envelope.kind, cases[i].kind);
		assert_int_equal(envelope.revision, cases[i].revision);
		assert_false(td_envelope_has_record(&envelope));
		assert_false(td_envelope_has_source(&envelope));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_event_names_all),
		cmocka_unit_test(a_cut_event_names_what_came_before_the_cut),
		cmocka_unit_test(what_is_no_name_is_left_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
