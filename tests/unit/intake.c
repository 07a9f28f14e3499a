/* intake: rows go from files into the spool, refused ones to their place, and what lacks room is
 * waited for. */
#include "producers/intake.h"

#include "tests/support/folders.h"
#include "tests/support/tables.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <cmocka.h>

enum { TURNS_MAX = 10, FITS = 10 };

static const int64_t NOW_MS = 1614934800000; /* 2021-03-05T16:00+07:00 */

static char top[PATH_MAX], file[PATH_MAX + 16], rejected[PATH_MAX + 16];
static char *files[] = {file, NULL};
static td_err_t err;
static td_reference_t *reference;
static td_spool_t *spool;
static td_intake_t *intake;

static int set_up(void **state)
{
	(void)state;
	char folder[PATH_MAX + 16];
	td_folders_make(top);
	(void)snprintf(folder, sizeof folder, "%s/main", top);
	(void)snprintf(file, sizeof file, "%s/rows", top);
	(void)snprintf(rejected, sizeof rejected, "%s/rejected", top);
	spool = td_spool_open(&(td_spool_settings_t){.folder = folder,
						     .reporter = "vn-06",
						     .source = "main",
						     .segment_bytes = 64 * 1024,
						     .total_bytes = 4 * 1024 * 1024},
			      &err);
	reference = td_tables_read(1);
	if (spool == NULL)
		return -1;
	const td_intake_settings_t settings = {.reporter = "vn-06",
					       .source = "main",
					       .reference = reference,
					       .files = files,
					       .rejected = rejected};
	intake = td_intake_new(&settings, spool, &err);
	return intake != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	td_intake_free(intake);
	td_spool_close(spool);
	td_reference_free(reference);
	td_folders_delete(top);
	return 0;
}

/* What comes when nothing more is to be done at once. */
static td_intake_next_t turn_until_it_rests(void)
{
	td_intake_next_t next = TD_INTAKE_MORE;
	for (int turn = 0; turn < TURNS_MAX && next == TD_INTAKE_MORE; turn++)
		next = td_intake_turn(intake, NOW_MS, &err);
	return next;
}

static void refused_rows_wait_for_room_and_none_of_their_bytes_is_lost(void **state)
{
	(void)state;
	struct rlimit before;
	assert_int_not_equal(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	td_folders_write(top, "rows", td_slice_text("no row\n"));
	struct rlimit small = {FITS, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	td_intake_next_t first = turn_until_it_rests(), again = turn_until_it_rests();
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(first, TD_INTAKE_ROOM);
	assert_int_equal(again, TD_INTAKE_ROOM);
	td_buf_t part = td_folders_read(top, "rejected");
	assert_int_equal(part.size, FITS);
	assert_int_equal(turn_until_it_rests(), TD_INTAKE_ENDED);
	td_buf_t whole = td_folders_read(top, "rejected");
	assert_memory_equal(part.data, "{\"file\":\"/", FITS);
	assert_true(whole.size > FITS && whole.data[whole.size - 1] == '\n');
	assert_memory_equal(whole.data, part.data, FITS);
	assert_int_equal(whole.data[FITS], file[1]);
	assert_ptr_equal(memchr(whole.data, '\n', whole.size), whole.data + whole.size - 1);
	td_buf_free(&part);
	td_buf_free(&whole);
}

static void a_file_that_cannot_be_remembered_ends_nothing(void **state)
{
	(void)state;
	char beside[PATH_MAX];
	(void)snprintf(beside, sizeof beside, "%.*s/fed.tmp", PATH_MAX - 16,
		       td_spool_store_folder(td_spool_store(spool)));
	assert_int_equal(mkdir(beside, 0700), 0);
	td_folders_write(top, "rows", td_slice_text("no row\n"));
	assert_int_equal(turn_until_it_rests(), TD_INTAKE_ENDED);
	assert_int_equal(td_spool_store_durable(td_spool_store(spool)), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			refused_rows_wait_for_room_and_none_of_their_bytes_is_lost, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(a_file_that_cannot_be_remembered_ends_nothing,
						set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
