/* spool_store: what was synced is there again, whatever happened to the folder meanwhile; or the
 * store says that it is not. */
#include "producers/spool_store.h"

#include "producers/spool_reader.h"
#include "tests/support/folders.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cmocka.h>

enum { KIB = 1024, MIB = 1024 * 1024, SEGMENT = 64 * KIB, TOTAL = 4 * MIB };

static char folder[PATH_MAX];
static td_err_t err;

static int set_up(void **state)
{
	(void)state;
	td_folders_make(folder);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	td_folders_delete(folder);
	return 0;
}

static td_spool_store_t *try_open(void)
{
	return td_spool_store_open(&(td_spool_store_settings_t){.folder = folder,
								.epoch = 7,
								.segment_bytes = SEGMENT,
								.total_bytes = TOTAL},
				   &err);
}

static td_spool_store_t *open_store(void)
{
	td_spool_store_t *store = try_open();
	if (store == NULL)
		fail_msg("%s", err.text);
	return store;
}

/* The event of a sequence: its number, padded to a size of its own. */
static td_slice_t event(uint64_t sequence, size_t size)
{
	static char content[TD_RAW_EVENT_MAX];
	memset(content, '.', sizeof content);
	int digits = snprintf(content, sizeof content, "%llu", (unsigned long long)sequence);
	content[digits] = ' ';
	return (td_slice_t){(const uint8_t *)content, size};
}

static void append(td_spool_store_t *store, unsigned count, size_t size)
{
	for (unsigned i = 0; i < count; i++)
		assert_true(td_spool_store_append(store, event(td_spool_store_next(store), size),
						  &err));
}

static void append_group(td_spool_store_t *store, unsigned count, size_t size)
{
	append(store, count, size);
	assert_true(td_spool_store_sync(store, &err));
}

/* Everything from `first` to what is durable, and then the end. */
static void assert_reads(const td_spool_store_t *store, uint64_t first)
{
	td_slice_t found;
	td_spool_reader_t *reader = td_spool_reader_new(store, first, &err);
	assert_non_null(reader);
	for (uint64_t i = first; i <= td_spool_store_durable(store); i++) {
		assert_int_equal(td_spool_reader_position(reader), i);
		assert_int_equal(td_spool_reader_next(reader, &found, &err), TD_SPOOL_EVENT);
		assert_true(td_slice_equal(found, event(i, found.size)));
	}
	assert_int_equal(td_spool_reader_next(reader, &found, &err), TD_SPOOL_END);
	td_spool_reader_free(reader);
}

static void what_was_synced_is_there_again_and_what_was_not_is_forgotten(void **state)
{
	(void)state;
	td_spool_store_t *store = open_store();
	append_group(store, 10, 50);
	td_chain_t chain = td_spool_store_chain(store);
	append(store, 5, 50);
	assert_int_equal(td_spool_store_durable(store), 10);
	td_spool_store_close(store);
	store = open_store();
	assert_int_equal(td_spool_store_next(store), 11);
	assert_int_equal(td_spool_store_durable(store), 10);
	td_chain_t again = td_spool_store_chain(store);
	assert_memory_equal(&again, &chain, sizeof chain);
	assert_reads(store, 1);
	append_group(store, 3, 60);
	assert_reads(store, 9);
	td_spool_store_close(store);
}

static void it_reads_across_segments_from_anywhere_and_back(void **state)
{
	(void)state;
	td_slice_t found;
	td_spool_store_t *store = open_store();
	for (int i = 0; i < 12; i++)
		append_group(store, 10, 3000);
	assert_true(td_spool_store_segment_of(store, 120) > td_spool_store_segment_of(store, 1));
	for (uint64_t first = 1; first <= 121; first += 7)
		assert_reads(store, first);
	td_spool_reader_t *reader = td_spool_reader_new(store, 23, &err);
	assert_non_null(reader);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(td_spool_reader_next(reader, &found, &err), TD_SPOOL_EVENT);
		assert_true(td_slice_equal(found, event(23, 3000)));
		td_spool_reader_back(reader);
		assert_int_equal(td_spool_reader_position(reader), 23);
	}
	td_spool_reader_seek(reader, 121);
	assert_int_equal(td_spool_reader_next(reader, &found, &err), TD_SPOOL_END);
	append_group(store, 1, 10);
	assert_int_equal(td_spool_reader_next(reader, &found, &err), TD_SPOOL_EVENT);
	assert_true(td_slice_equal(found, event(121, 10)));
	td_spool_reader_free(reader);
	td_spool_store_close(store);
}

static void the_last_file_cut_at_every_byte_loses_its_last_group_at_most(void **state)
{
	(void)state;
	td_spool_store_t *store = open_store();
	append_group(store, 3, 40);
	append_group(store, 3, 30);
	td_spool_store_close(store);
	td_buf_t whole = td_folders_read(folder, "0000000000000001.seg");
	for (size_t size = 0; size <= whole.size; size++) {
		td_folders_write(folder, "0000000000000001.seg", (td_slice_t){whole.data, size});
		store = open_store();
		uint64_t there = td_spool_store_durable(store);
		size_t first_group = TD_SEGMENT_HEADER_SIZE + 3 * td_segment_record_size(40);
		assert_true(there >= (size >= first_group ? 3u : 0u));
		assert_int_equal(there == 6, size == whole.size);
		append_group(store, 2, 20);
		assert_int_equal(td_spool_store_durable(store), there + 2);
		assert_reads(store, 1);
		td_spool_store_close(store);
		store = open_store();
		assert_reads(store, 1);
		td_spool_store_close(store);
	}
	td_buf_free(&whole);
}

static void assert_refuses(const char *says)
{
	td_spool_store_t *store = try_open();
	assert_null(store);
	assert_int_equal(err.code, TD_EINTEGRITY);
	if (strstr(err.text, says) == NULL)
		fail_msg("'%s' does not say '%s'", err.text, says);
}

static void damage_that_no_crash_explains_is_said(void **state)
{
	(void)state;
	td_spool_store_t *store = open_store();
	append_group(store, 3, 40);
	append_group(store, 3, 40);
	assert_true(td_spool_store_move_cursor(store, 5, &err));
	td_spool_store_close(store);
	td_buf_t whole = td_folders_read(folder, "0000000000000001.seg");
	/* In the group before the last, in a delivered event of the last, in the header. */
	static const size_t places[] = {TD_SEGMENT_HEADER_SIZE + 60,
					TD_SEGMENT_HEADER_SIZE + 4 * 48 + 20, 20};
	for (size_t i = 0; i < TD_COUNT(places); i++) {
		whole.data[places[i]] ^= 4;
		td_folders_write(folder, "0000000000000001.seg", td_buf_slice(&whole));
		assert_refuses(i == 2 ? "no readable header" : "damaged at byte");
		whole.data[places[i]] ^= 4;
	}
	td_folders_write(folder, "0000000000000001.seg",
			 (td_slice_t){whole.data, whole.size - 2 * td_segment_record_size(40)});
	assert_refuses("5 events were delivered");
	td_folders_write(folder, "0000000000000001.seg", td_buf_slice(&whole));
	td_folders_write(folder, "cursor", td_slice_text("5x\n"));
	assert_refuses("holds no sequence");
	td_folders_write(folder, "cursor", td_slice_text("7\n"));
	assert_refuses("7 events were delivered");
	td_buf_free(&whole);
}

static void a_file_of_another_spool_or_a_missing_one_is_said(void **state)
{
	(void)state;
	td_slice_t found;
	td_spool_store_t *store = open_store();
	for (int i = 0; i < 5; i++)
		append_group(store, 10, 8000);
	uint64_t second = td_spool_store_segment_of(store, 15);
	assert_true(second > 1);
	td_spool_store_close(store);
	char name[TD_SEGMENT_NAME_SIZE], path[PATH_MAX + 32];
	td_segment_name(second, name);
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_int_equal(unlink(path), 0);
	store = open_store();
	td_spool_reader_t *reader = td_spool_reader_new(store, second - 1, &err);
	assert_non_null(reader);
	assert_int_equal(td_spool_reader_next(reader, &found, &err), TD_SPOOL_EVENT);
	assert_int_equal(td_spool_reader_next(reader, &found, &err), TD_SPOOL_FAILED);
	assert_int_equal(err.code, TD_EINTEGRITY);
	td_spool_reader_free(reader);
	td_spool_store_close(store);
	td_folders_write(folder, "0000000000000099.seg", td_slice_text(""));
	store = open_store();
	assert_int_equal(td_spool_store_next(store), 51);
	td_spool_store_close(store);
	td_buf_t first = td_folders_read(folder, "0000000000000001.seg");
	td_folders_write(folder, "0000000000000099.seg", td_buf_slice(&first));
	assert_refuses("belongs to another spool");
	td_buf_free(&first);
}

static void it_keeps_what_is_not_delivered_and_drops_the_rest_by_age_or_need(void **state)
{
	(void)state;
	unsigned deleted;
	td_spool_store_t *store = open_store();
	while (!td_spool_store_full(store))
		append_group(store, 10, 6000);
	uint64_t last = td_spool_store_durable(store);
	assert_in_range(td_spool_store_bytes(store), TOTAL - 4 * SEGMENT, TOTAL);
	assert_true(td_spool_store_prune(store, INT64_MAX, &deleted, &err));
	assert_int_equal(deleted, 0);
	assert_true(td_spool_store_move_cursor(store, last / 2, &err));
	assert_true(td_spool_store_prune(store, 0, &deleted, &err));
	assert_true(deleted > 0 && !td_spool_store_full(store));
	uint64_t oldest = td_spool_store_oldest(store);
	assert_true(oldest > 1 && oldest < last / 2);
	assert_reads(store, oldest);
	assert_true(td_spool_store_prune(store, INT64_MAX, &deleted, &err));
	assert_true(td_spool_store_oldest(store) <= last / 2 + 1);
	assert_true(td_spool_store_segment_of(store, 1) == 0);
	assert_true(td_spool_store_move_cursor(store, last, &err));
	assert_true(td_spool_store_prune(store, INT64_MAX, &deleted, &err));
	td_chain_t chain = td_spool_store_chain(store);
	td_spool_store_close(store);
	store = open_store();
	assert_int_equal(td_spool_store_next(store), last + 1);
	assert_int_equal(td_spool_store_cursor(store), last);
	td_chain_t again = td_spool_store_chain(store);
	assert_memory_equal(&again, &chain, sizeof chain);
	td_spool_store_close(store);
}

static void without_room_on_the_disk_it_waits_and_loses_nothing(void **state)
{
	(void)state;
	struct rlimit before, small = {20 * KIB, RLIM_INFINITY};
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small.rlim_max = before.rlim_max;
	assert_ptr_not_equal(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
	td_spool_store_t *store = open_store();
	append_group(store, 10, 1000);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	append(store, 20, 1000);
	for (int i = 0; i < 3; i++) {
		assert_false(td_spool_store_sync(store, &err));
		assert_int_equal(err.code, TD_EUNAVAILABLE);
		assert_int_equal(td_spool_store_durable(store), 10);
		assert_reads(store, 1);
	}
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_true(td_spool_store_sync(store, &err));
	assert_int_equal(td_spool_store_durable(store), 30);
	assert_reads(store, 1);
	td_spool_store_close(store);
	store = open_store();
	assert_reads(store, 1);
	td_spool_store_close(store);
}

static void a_segment_that_cannot_be_begun_is_begun_later(void **state)
{
	(void)state;
	struct rlimit before, none = {20, RLIM_INFINITY};
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	none.rlim_max = before.rlim_max;
	assert_ptr_not_equal(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
	td_spool_store_t *store = open_store();
	append_group(store, 12, 6000);
	append(store, 5, 100);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_false(td_spool_store_sync(store, &err));
	assert_int_equal(err.code, TD_EUNAVAILABLE);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_true(td_spool_store_sync(store, &err));
	assert_int_equal(td_spool_store_segment_of(store, 13), 13);
	assert_reads(store, 1);
	td_spool_store_close(store);
}

static void a_size_that_could_never_be_emptied_is_refused(void **state)
{
	(void)state;
	assert_null(td_spool_store_open(&(td_spool_store_settings_t){.folder = folder,
								     .epoch = 7,
								     .segment_bytes = 16 * MIB,
								     .total_bytes = 63 * MIB},
					&err));
	assert_int_equal(err.code, TD_ECONFIG);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_synced_is_there_again_and_what_was_not_is_forgotten),
		TEST(it_reads_across_segments_from_anywhere_and_back),
		TEST(the_last_file_cut_at_every_byte_loses_its_last_group_at_most),
		TEST(damage_that_no_crash_explains_is_said),
		TEST(a_file_of_another_spool_or_a_missing_one_is_said),
		TEST(it_keeps_what_is_not_delivered_and_drops_the_rest_by_age_or_need),
		TEST(without_room_on_the_disk_it_waits_and_loses_nothing),
		TEST(a_segment_that_cannot_be_begun_is_begun_later),
		TEST(a_size_that_could_never_be_emptied_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
