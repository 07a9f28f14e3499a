/* err: sentences are put together and cut, codes become exit statuses. */
#include "common/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sysexits.h>
#include <cmocka.h>

static void setting_fills_and_returns_false(void **state)
{
	(void)state;
	td_err_t err;
	assert_false(td_err_set(&err, TD_EDATA, "line %d: %s", 7, "no number"));
	assert_int_equal(err.code, TD_EDATA);
	assert_string_equal(err.text, "line 7: no number");
}

static void a_prefix_says_where_and_keeps_the_code(void **state)
{
	(void)state;
	td_err_t err;
	assert_false(td_err_set(&err, TD_EIO, "disk full"));
	assert_false(td_err_prefix(&err, "spool %s", "main"));
	assert_false(td_err_prefix(&err, "producer"));
	assert_int_equal(err.code, TD_EIO);
	assert_string_equal(err.text, "producer: spool main: disk full");
}

static void a_long_sentence_is_cut_at_its_end(void **state)
{
	(void)state;
	td_err_t err;
	char sentence[2 * sizeof err.text];
	memset(sentence, 'x', sizeof sentence - 1);
	sentence[sizeof sentence - 1] = '\0';
	assert_false(td_err_set(&err, TD_EIO, "%s", sentence));
	assert_int_equal(strlen(err.text), sizeof err.text - 1);
	assert_false(td_err_prefix(&err, "here"));
	assert_int_equal(strlen(err.text), sizeof err.text - 1);
	assert_memory_equal(err.text, "here: xxx", 9);
	assert_false(td_err_prefix(&err, "%s", sentence));
	assert_int_equal(strlen(err.text), sizeof err.text - 1);
	assert_memory_equal(err.text, "xxxxx", 5);
}

static void each_code_has_its_exit_status(void **state)
{
	(void)state;
	static const struct {
		td_code_t code;
		int status;
	} cases[] = {
		{TD_OK, EX_OK},
		{TD_EUSAGE, EX_USAGE},
		{TD_ECONFIG, EX_CONFIG},
		{TD_EDATA, EX_DATAERR},
		{TD_ENOINPUT, EX_NOINPUT},
		{TD_EUNAVAILABLE, EX_TEMPFAIL},
		{TD_EIO, EX_IOERR},
		{TD_EINTEGRITY, EX_PROTOCOL},
		{TD_ESUPERSEDED, EX_OK},
		{TD_EMEMORY, EX_OSERR},
		{TD_EBUG, EX_SOFTWARE},
		{(td_code_t)99, EX_SOFTWARE},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++)
		assert_int_equal(td_err_exit_status(cases[i].code), cases[i].status);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(setting_fills_and_returns_false),
		cmocka_unit_test(a_prefix_says_where_and_keeps_the_code),
		cmocka_unit_test(a_long_sentence_is_cut_at_its_end),
		cmocka_unit_test(each_code_has_its_exit_status),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
