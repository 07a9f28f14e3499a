/* fed: a file that was fed is known by its digest, until too many came after it. */
#include "producers/fed.h"

#include "tests/support/folders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

static void digests_are_known_until_they_are_too_many(void **state)
{
	(void)state;
	td_err_t err;
	char folder[PATH_MAX];
	td_folders_make(folder);
	uint8_t digest[TD_DIGEST_SIZE] = {0};
	bool known = true;
	assert_true(td_fed_knows(folder, digest, &known, &err));
	assert_false(known);
	td_buf_t many = td_buf_make(8 * 1024 * 1024);
	for (unsigned i = 1; i < TD_FED_MAX; i++) {
		char line[80];
		int size = snprintf(line, sizeof line, "%08x%056x\n", i, 0);
		td_buf_add(&many, line, (size_t)size);
	}
	td_folders_write(folder, "fed", td_buf_slice(&many));
	td_buf_free(&many);
	for (uint8_t i = 1; i < 4; i++) {
		digest[31] = i;
		assert_true(td_fed_add(folder, digest, &err));
		assert_true(td_fed_knows(folder, digest, &known, &err));
		assert_true(known);
	}
	uint8_t old[TD_DIGEST_SIZE] = {0, 0, 0, 1}, young[TD_DIGEST_SIZE] = {0, 0, 0xff, 0xff};
	assert_true(td_fed_knows(folder, old, &known, &err));
	assert_false(known);
	assert_true(td_fed_knows(folder, young, &known, &err));
	assert_true(known);
	td_folders_delete(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_are_known_until_they_are_too_many)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
