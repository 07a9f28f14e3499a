/* closing: the note of a closed period and its snapshots, there and back; what is none of them. */
#include "aggregator/closing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define ZEROS "000000000000000000000000000000000000000000000000000000000000"
#define HEAD  "thidua closing\nso.example\nperiod police-2021-Q3\nclosed 1640000000000\n"

static void a_note_is_read_as_it_was_written(void **state)
{
	(void)state;
	static td_closing_t closing, found;
	td_buf_t text = td_buf_make(4096);
	closing = (td_closing_t){
		.name = "so.example",
		.period = "police-2021-Q3",
		.closed_ms = 1640000000000,
		.count = 2,
		.items = {{"vn-06", 1234, 7, {0xab, 1}, true, {0xcd}, {0xef}},
			  {.reporter = "cluster-3"}},
	};
	td_closing_write(&closing, &text);
	assert_true(td_closing_read(td_buf_slice(&text), &found));
	assert_memory_equal(&found, &closing, sizeof found);
	assert_int_equal(td_closing_find(&found, "vn-06")->revision, 7);
	assert_null(td_closing_find(&found, "vn-69"));
	td_buf_add_byte(&text, '\0');
	assert_string_equal((const char *)text.data,
			    HEAD "reporter vn-06 1234 7 ab01" ZEROS " cd00" ZEROS " ef00" ZEROS "\n"
				 "reporter cluster-3 0 0 0000" ZEROS "\n");
	td_buf_free(&text);
}

static void what_is_no_note_is_refused(void **state)
{
	(void)state;
	static td_closing_t found;
	static const char *const wrong[] = {
		"",
		"thidua closing\n",
		"thidua closing\nso.example\nperiod 2021-Q3\nclosed 1\n",
		"thidua closing\nso.example\nperiod police-2021-Q3\nclosed -1\n",
		"thidua closing\nso.example\nperiod police-2021-Q3\nclosed 1",
		HEAD "reporter vn-06 1234 7 ab01" ZEROS,
		HEAD "reporter vn-06 1234 ab01" ZEROS "\n",
		HEAD "reporter vn-06 1234 7 AB01" ZEROS "\n",
		HEAD "reporter vn-06 1234 7 ab01" ZEROS "\n\n",
		HEAD "reporter vn-06 1234 7 ab01" ZEROS " \n",
		HEAD "reporter vn-06 1234 7 ab01 cd00" ZEROS "\n",
		HEAD "reporter vn-06 1234 7 ab01" ZEROS " cd00" ZEROS "\n",
		HEAD "reporter vn-06 1234 7 ab01" ZEROS " cd00" ZEROS " ef00" ZEROS " \n",
	};
	assert_true(td_closing_read(td_slice_text(HEAD), &found));
	for (size_t i = 0; i < TD_COUNT(wrong); i++)
		assert_false(td_closing_read(td_slice_text(wrong[i]), &found));
}

static void digest_of(const char *text, uint8_t digest[TD_TOTALS_DIGEST_SIZE])
{
	td_totals_t *totals = td_totals_new();
	assert_non_null(totals);
	assert_true(td_totals_read(totals, td_slice_text(text)));
	assert_true(td_totals_digest(totals, digest));
	td_totals_free(totals);
}

/* A snapshot of those totals; `before` NULL: one that was written before there were any. */
static void check_snapshot(const char *text, const char *before)
{
	td_buf_t bytes = td_buf_make(4096);
	td_snapshot_t found, snapshot = {.closed_ms = 5,
					 .through_offset = 9,
					 .totals = td_slice_text(text),
					 .has_before = before != NULL};
	digest_of(text, snapshot.totals_sha256);
	if (before != NULL) {
		snapshot.before = td_slice_text(before);
		digest_of(before, snapshot.before_sha256);
	}
	td_snapshot_write(&snapshot, &bytes);
	assert_true(td_snapshot_read(td_buf_slice(&bytes), &found));
	assert_int_equal(found.closed_ms, 5);
	assert_int_equal(found.through_offset, 9);
	assert_true(td_slice_equal(found.totals, snapshot.totals));
	assert_int_equal(found.has_before, before != NULL);
	assert_true(td_slice_equal(found.before, snapshot.before));
	/* The moment and the offset are held by the note. */
	for (size_t i = strlen("closed 5 9 "); i < bytes.size; i++) {
		bytes.data[i] ^= 1;
		assert_false(td_snapshot_read(td_buf_slice(&bytes), &found));
		bytes.data[i] ^= 1;
	}
	td_buf_free(&bytes);
}

static void a_snapshot_with_one_changed_byte_is_refused(void **state)
{
	(void)state;
	static const char *const texts[] = {"10.0.0.vn-06 3\n", "10.0.0.vn-06 3\n44.0.0.vn-06 1\n",
					    ""};
	for (size_t i = 0; i < TD_COUNT(texts); i++) {
		check_snapshot(texts[i], NULL);
		for (size_t j = 0; j < TD_COUNT(texts); j++)
			check_snapshot(texts[i], texts[j]);
	}
}

static void keys_are_of_the_period_and_the_reporter(void **state)
{
	(void)state;
	char key[TD_CLOSED_KEY_MAX], record[TD_CLOSING_RECORD_KEY];
	td_closing_redis_key("police-2021-M09", key);
	assert_string_equal(key, "thidua:closed:police-2021-M09");
	td_closing_record_key("police-2021", NULL, record);
	assert_string_equal(record, "closing/police-2021");
	assert_true(td_closing_is_key(td_slice_text(record)));
	assert_false(td_closing_is_key(td_slice_text("vn-06")));
	td_closing_record_key("police-2021", "vn-06", record);
	assert_string_equal(record, "closing/police-2021/vn-06");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_note_is_read_as_it_was_written),
		cmocka_unit_test(what_is_no_note_is_refused),
		cmocka_unit_test(a_snapshot_with_one_changed_byte_is_refused),
		cmocka_unit_test(keys_are_of_the_period_and_the_reporter),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
