/* resend: sends from a spool that is there, and makes none. */
#include "producers/producer.h"

#include "tests/support/folders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

static void a_spool_that_is_not_there_is_said_and_not_made(void **state)
{
	(void)state;
	char top[PATH_MAX], folder[PATH_MAX + 16];
	td_err_t err;
	td_folders_make(top);
	(void)snprintf(folder, sizeof folder, "%s/mistyped", top);
	const td_kafka_settings_t cluster = {.brokers = "127.0.0.1:1"};
	const td_producer_settings_t settings = {.reporter = "vn-06",
						 .source = "main",
						 .spool = folder,
						 .spool_bytes = 4 << 20,
						 .segment_bytes = 1 << 20,
						 .from = 1};
	assert_false(td_producer_resend(&settings, &cluster, &err));
	assert_int_equal(err.code, TD_ENOINPUT);
	assert_non_null(strstr(err.text, "there is no spool in"));
	assert_int_not_equal(access(folder, F_OK), 0);
	td_folders_delete(top);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_spool_that_is_not_there_is_said_and_not_made),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
