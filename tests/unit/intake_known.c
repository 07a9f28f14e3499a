/* intake_known: a file that is known is not fed again, but that its source lives is said. */
#include "producers/intake.h"

#include "producers/spool_reader.h"
#include "tests/support/folders.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <cmocka.h>

#include <thidua/v1/event.pb-c.h>

enum { NOW_MS = 1000000, TURNS_MAX = 100 };

static char top[PATH_MAX], spool_path[PATH_MAX + 16];
static char first_file[PATH_MAX + 16], second_file[PATH_MAX + 16];
static td_spool_t *spool;
static td_err_t err;

static void write_file(const char *name, char path[PATH_MAX + 16], const char *text)
{
	(void)snprintf(path, PATH_MAX + 16, "%s/%s", top, name);
	td_folders_write(top, name, td_slice_text(text));
}

static int set_up(void **state)
{
	(void)state;
	td_folders_make(top);
	(void)snprintf(spool_path, sizeof spool_path, "%s/spool", top);
	write_file("first", first_file, "\n");
	write_file("second", second_file, "\n\n");
	spool = td_spool_open(&(td_spool_settings_t){.folder = spool_path,
						     .reporter = "vn-06",
						     .source = "main",
						     .segment_bytes = 64 * 1024,
						     .total_bytes = 4 * 1024 * 1024},
			      &err);
	return spool == NULL;
}

static int tear_down(void **state)
{
	(void)state;
	td_spool_close(spool);
	td_folders_delete(top);
	return 0;
}

static void set_written(const char *path, time_t seconds)
{
	const struct timespec times[2] = {{seconds, 0}, {seconds, 0}};
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static td_intake_next_t turn_to_end(td_intake_t *intake)
{
	td_intake_next_t next = TD_INTAKE_MORE;
	for (int turns = 0; next == TD_INTAKE_MORE && turns < TURNS_MAX; turns++)
		next = td_intake_turn(intake, NOW_MS, &err);
	return next;
}

/* Takes the files in to their end; the caller frees it. */
static td_intake_t *feed(char *const *files)
{
	const td_intake_settings_t settings = {
		.reporter = "vn-06", .source = "main", .files = files};
	td_intake_t *intake = td_intake_new(&settings, spool, &err);
	assert_non_null(intake);
	assert_int_equal(turn_to_end(intake), TD_INTAKE_ENDED);
	return intake;
}

static void feed_and_free(char *const *files)
{
	td_intake_free(feed(files));
}

static uint64_t events(void)
{
	return td_spool_store_durable(td_spool_store(spool));
}

/* The last event is a checkpoint of that moment, with a file's digest or without. */
static void assert_last_is(int64_t until_seconds, size_t digest_size)
{
	td_slice_t packed;
	td_spool_reader_t *reader = td_spool_reader_new(td_spool_store(spool), events(), &err);
	assert_non_null(reader);
	assert_int_equal(td_spool_reader_next(reader, &packed, &err), TD_SPOOL_EVENT);
	Thidua__V1__Event *event = thidua__v1__event__unpack(NULL, packed.size, packed.data);
	assert_non_null(event);
	assert_int_equal(event->kind, THIDUA__V1__KIND__KIND_CHECKPOINT);
	assert_int_equal(event->checkpoint->complete_until->seconds, until_seconds);
	assert_int_equal(event->checkpoint->file_sha256.len, digest_size);
	assert_int_equal(event->checkpoint->rows_read, 0);
	thidua__v1__event__free_unpacked(event, NULL);
	td_spool_reader_free(reader);
}

static void a_known_file_is_followed_by_a_checkpoint_without_a_digest(void **state)
{
	(void)state;
	char *files[] = {first_file, NULL};
	set_written(first_file, 100);
	feed_and_free(files);
	assert_int_equal(events(), 1);
	assert_last_is(100, TD_DIGEST_SIZE);
	set_written(first_file, 200);
	td_intake_t *intake = feed(files);
	assert_int_equal(events(), 2);
	assert_last_is(200, 0);
	assert_int_equal(turn_to_end(intake), TD_INTAKE_ENDED);
	assert_int_equal(events(), 2);
	td_intake_free(intake);
}

static void at_its_interval_it_is_said_again(void **state)
{
	(void)state;
	char *files[] = {first_file, NULL};
	set_written(first_file, 100);
	feed_and_free(files);
	td_intake_t *intake = feed(files);
	assert_int_equal(events(), 2);
	assert_true(td_intake_checkpoint(intake, &err));
	assert_int_equal(events(), 3);
	assert_last_is(100, 0);
	td_intake_free(intake);
}

static void many_known_files_are_followed_by_one_and_none_if_a_new_file_s_follows(void **state)
{
	(void)state;
	char third_file[PATH_MAX + 16];
	char *both[] = {first_file, second_file, NULL};
	char *three[] = {first_file, second_file, third_file, NULL};
	set_written(first_file, 300);
	set_written(second_file, 100);
	feed_and_free(both);
	assert_int_equal(events(), 2);
	feed_and_free(both);
	assert_int_equal(events(), 3);
	assert_last_is(300, 0);
	write_file("third", third_file, "\n\n\n");
	set_written(third_file, 200);
	feed_and_free(three);
	assert_int_equal(events(), 4);
	assert_last_is(300, TD_DIGEST_SIZE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_known_file_is_followed_by_a_checkpoint_without_a_digest),
		TEST(at_its_interval_it_is_said_again),
		TEST(many_known_files_are_followed_by_one_and_none_if_a_new_file_s_follows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
