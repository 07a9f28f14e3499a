/* spool: one process, one owner, one epoch; a copy says again what the original had not delivered,
 * under names of its own. */
#include "producers/spool.h"

#include "producers/checkpoint.h"
#include "producers/spool_identity.h"
#include "producers/spool_look.h"
#include "producers/spool_reader.h"
#include "tests/support/folders.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include <thidua/v1/event.pb-c.h>

enum { EVENTS = 10, DELIVERED = 4 };

static char top[PATH_MAX], folder[PATH_MAX + 16], copy[PATH_MAX + 16];
static td_err_t err;

static int set_up(void **state)
{
	(void)state;
	td_folders_make(top);
	(void)snprintf(folder, sizeof folder, "%s/main", top);
	(void)snprintf(copy, sizeof copy, "%s/copy", top);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	td_folders_delete(top);
	return 0;
}

static td_spool_t *try_open(const char *path, const char *source)
{
	return td_spool_open(&(td_spool_settings_t){.folder = path,
						    .reporter = "vn-06",
						    .source = source,
						    .segment_bytes = 64 * 1024,
						    .total_bytes = 4 * 1024 * 1024},
			     &err);
}

static td_spool_t *open_spool(const char *path)
{
	td_spool_t *spool = try_open(path, "main");
	if (spool == NULL)
		fail_msg("%s", err.text);
	return spool;
}

/* Event `number` says its record's id; each fifth is a checkpoint. */
static void append(td_spool_store_t *store, unsigned number)
{
	char id[16];
	uint8_t packed[256];
	Thidua__V1__Event event = THIDUA__V1__EVENT__INIT;
	(void)snprintf(id, sizeof id, "r-%u", number);
	event.reporter = "vn-06";
	event.source = "main";
	event.epoch = td_spool_store_epoch(store);
	event.sequence = td_spool_store_next(store);
	event.record_id = id;
	event.kind =
		number % 5 == 0 ? THIDUA__V1__KIND__KIND_CHECKPOINT : THIDUA__V1__KIND__KIND_CASE;
	size_t size = thidua__v1__event__pack(&event, packed);
	assert_true(td_spool_store_append(store, (td_slice_t){packed, size}, &err));
}

/* A closed spool with EVENTS events, of which DELIVERED are delivered; returns its epoch. */
static uint64_t make(void)
{
	td_spool_t *spool = open_spool(folder);
	td_spool_store_t *store = td_spool_store(spool);
	uint64_t epoch = td_spool_store_epoch(store);
	for (unsigned i = 1; i <= EVENTS; i++)
		append(store, i);
	assert_true(td_spool_store_sync(store, &err));
	assert_true(td_spool_store_move_cursor(store, DELIVERED, &err));
	td_spool_close(spool);
	return epoch;
}

static void assert_next_is(td_spool_reader_t *reader, const td_spool_store_t *store,
			   uint64_t sequence, unsigned number)
{
	char id[16];
	td_slice_t packed;
	(void)snprintf(id, sizeof id, "r-%u", number);
	assert_int_equal(td_spool_reader_next(reader, &packed, &err), TD_SPOOL_EVENT);
	Thidua__V1__Event *event = thidua__v1__event__unpack(NULL, packed.size, packed.data);
	assert_non_null(event);
	assert_string_equal(event->record_id, id);
	assert_int_equal(event->sequence, sequence);
	assert_int_equal(event->epoch, td_spool_store_epoch(store));
	thidua__v1__event__free_unpacked(event, NULL);
}

/* What was not delivered, without the checkpoints 5 and 10. */
static void assert_restated(const td_spool_t *spool, uint64_t old_epoch)
{
	static const unsigned numbers[] = {6, 7, 8, 9};
	uint64_t count;
	td_slice_t packed;
	const td_spool_store_t *store = td_spool_store(spool);
	assert_int_equal(td_spool_renewed_from(spool, &count), old_epoch);
	assert_int_equal(count, TD_COUNT(numbers));
	assert_true(td_spool_store_epoch(store) != old_epoch);
	assert_int_equal(td_spool_store_cursor(store), 0);
	td_spool_reader_t *reader = td_spool_reader_new(store, 1, &err);
	assert_non_null(reader);
	for (unsigned i = 0; i < TD_COUNT(numbers); i++)
		assert_next_is(reader, store, i + 1, numbers[i]);
	assert_int_equal(td_spool_reader_next(reader, &packed, &err), TD_SPOOL_END);
	td_spool_reader_free(reader);
}

static void it_is_the_same_after_it_was_closed_or_moved(void **state)
{
	(void)state;
	uint64_t count, epoch = make();
	assert_int_equal(rename(folder, copy), 0);
	td_spool_t *spool = open_spool(copy);
	assert_int_equal(td_spool_store_epoch(td_spool_store(spool)), epoch);
	assert_int_equal(td_spool_renewed_from(spool, &count), 0);
	assert_int_equal(td_spool_store_durable(td_spool_store(spool)), EVENTS);
	td_spool_close(spool);
}

static void a_copy_says_again_what_was_not_delivered_in_an_epoch_of_its_own(void **state)
{
	(void)state;
	uint64_t count, epoch = make();
	td_folders_copy(folder, copy);
	td_spool_t *original = open_spool(folder), *second = open_spool(copy);
	assert_int_equal(td_spool_store_epoch(td_spool_store(original)), epoch);
	assert_restated(second, epoch);
	uint64_t renewed = td_spool_store_epoch(td_spool_store(second));
	td_spool_close(original);
	td_spool_close(second);
	second = open_spool(copy);
	assert_int_equal(td_spool_renewed_from(second, &count), 0);
	assert_int_equal(td_spool_store_epoch(td_spool_store(second)), renewed);
	td_spool_close(second);
}

static void a_spool_restored_to_its_old_place_is_a_copy(void **state)
{
	(void)state;
	uint64_t epoch = make();
	td_folders_copy(folder, copy);
	td_folders_delete(folder);
	td_folders_copy(copy, folder);
	td_spool_t *spool = open_spool(folder);
	assert_restated(spool, epoch);
	td_spool_close(spool);
}

static void the_old_epoch_of_a_copy_goes_with_its_age(void **state)
{
	(void)state;
	char path[PATH_MAX + 64];
	unsigned deleted;
	uint64_t epoch = make();
	td_folders_copy(folder, copy);
	td_spool_t *spool = open_spool(copy);
	(void)snprintf(path, sizeof path, "%s/%llu", copy, (unsigned long long)epoch);
	assert_true(td_spool_prune(spool, 0, &deleted, &err));
	assert_int_equal(deleted, 0);
	assert_int_equal(access(path, F_OK), 0);
	assert_true(td_spool_prune(spool, INT64_MAX, &deleted, &err));
	assert_int_equal(deleted, 1);
	assert_int_not_equal(access(path, F_OK), 0);
	td_spool_close(spool);
	spool = open_spool(copy);
	assert_int_equal(td_spool_store_durable(td_spool_store(spool)), 4);
	td_spool_close(spool);
}

/* Makes a folder in the spool, with an empty file in it unless `name` is NULL. */
static void put_into_spool(const char *within, const char *name)
{
	char path[PATH_MAX + 64];
	(void)snprintf(path, sizeof path, "%s/%s", folder, within);
	assert_int_equal(mkdir(path, 0700), 0);
	if (name != NULL)
		td_folders_write(path, name, td_slice_text(""));
}

static void assert_is_there(const char *name, bool is_there)
{
	char path[PATH_MAX + 64];
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_int_equal(access(path, F_OK) == 0, is_there);
}

static void a_folder_named_like_an_epoch_that_holds_anything_else_is_left_alone(void **state)
{
	(void)state;
	unsigned deleted;
	td_spool_t *spool = open_spool(folder);
	put_into_spool("2021", "mine.ndjson");
	put_into_spool("2022", "0000000000000001.seg");
	td_folders_write(folder, "2022/fed", td_slice_text(""));
	put_into_spool("2022/cursor", NULL);
	put_into_spool("-7", "cursor");
	put_into_spool("2023", "0000000000000001.seg");
	td_folders_write(folder, "2023/cursor.tmp", td_slice_text("1"));
	td_folders_write(folder, "2023/fed.tmp", td_slice_text("1"));
	assert_true(td_spool_prune(spool, INT64_MAX, &deleted, &err));
	assert_int_equal(deleted, 1);
	assert_is_there("2021/mine.ndjson", true);
	assert_is_there("2022/0000000000000001.seg", true);
	assert_is_there("-7/cursor", true);
	assert_is_there("2023", false);
	td_spool_close(spool);
}

static void a_file_or_link_named_like_an_epoch_is_left_alone(void **state)
{
	(void)state;
	char link[PATH_MAX + 32], target[PATH_MAX + 32];
	unsigned deleted;
	td_spool_t *spool = open_spool(folder);
	td_folders_write(folder, "2022", td_slice_text(""));
	put_into_spool("other", "cursor");
	(void)snprintf(link, sizeof link, "%s/2023", folder);
	(void)snprintf(target, sizeof target, "%s/other", folder);
	assert_int_equal(symlink(target, link), 0);
	assert_true(td_spool_prune(spool, INT64_MAX, &deleted, &err));
	assert_int_equal(deleted, 0);
	assert_is_there("2022", true);
	assert_is_there("2023/cursor", true);
	td_spool_close(spool);
}

/* Its numbers would begin again, under names that others have. */
static void an_epoch_whose_folder_is_gone_is_not_begun_again(void **state)
{
	(void)state;
	char path[PATH_MAX + 64], gone[PATH_MAX + 64];
	uint64_t epoch = make();
	(void)snprintf(path, sizeof path, "%s/%" PRIu64, folder, epoch);
	(void)snprintf(gone, sizeof gone, "%s/elsewhere", top);
	assert_int_equal(rename(path, gone), 0);
	assert_null(try_open(folder, "main"));
	assert_int_equal(err.code, TD_EINTEGRITY);
	assert_non_null(strstr(err.text, path));
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(rename(gone, path), 0);
	td_spool_close(open_spool(folder));
}

static void a_second_taker_is_refused_with_the_holder_s_number(void **state)
{
	(void)state;
	char holder[32];
	td_spool_t *spool = open_spool(folder);
	assert_null(try_open(folder, "main"));
	assert_int_equal(err.code, TD_EUNAVAILABLE);
	(void)snprintf(holder, sizeof holder, "process %ld", (long)getpid());
	assert_non_null(strstr(err.text, holder));
	td_spool_close(spool);
	td_spool_close(open_spool(folder));
}

static void another_source_is_refused(void **state)
{
	(void)state;
	(void)make();
	assert_null(try_open(folder, "other"));
	assert_int_equal(err.code, TD_ECONFIG);
	assert_non_null(strstr(err.text, "source main of vn-06"));
}

static void an_identity_that_says_nothing_is_said(void **state)
{
	(void)state;
	(void)make();
	td_buf_t whole = td_folders_read(folder, "identity");
	for (size_t size = 0; size < whole.size; size++) {
		td_folders_write(folder, "identity", (td_slice_t){whole.data, size});
		assert_null(try_open(folder, "main"));
		assert_int_equal(err.code, TD_EINTEGRITY);
	}
	td_buf_free(&whole);
}

/* Writes another number into the identity, in its place on the disk. */
static void change_identity(const char *key)
{
	char path[PATH_MAX + 32];
	td_buf_t text = td_folders_read(folder, "identity");
	td_buf_add_byte(&text, 0);
	char *at = strstr((char *)text.data, key);
	assert_non_null(at);
	at += strlen(key);
	*at = *at == '1' ? '2' : '1';
	(void)snprintf(path, sizeof path, "%s/identity", folder);
	FILE *file = fopen(path, "r+");
	assert_non_null(file);
	assert_int_equal(fwrite(text.data, 1, text.size - 1, file), text.size - 1);
	assert_int_equal(fclose(file), 0);
	td_buf_free(&text);
}

static void another_inode_or_birth_is_a_copy_and_another_number_of_the_disk_is_none(void **state)
{
	(void)state;
	td_spool_view_t view;
	(void)make();
	assert_true(td_spool_look(folder, &view, &err));
	assert_false(view.is_copy);
	change_identity("device ");
	assert_true(td_spool_look(folder, &view, &err));
	assert_false(view.is_copy);
	change_identity("inode ");
	assert_true(td_spool_look(folder, &view, &err));
	assert_true(view.is_copy);
}

static void it_may_be_looked_at_while_it_is_held(void **state)
{
	(void)state;
	td_spool_view_t view;
	assert_false(td_spool_look(folder, &view, &err));
	assert_int_equal(err.code, TD_ENOINPUT);
	uint64_t epoch = make();
	td_spool_t *spool = open_spool(folder);
	assert_true(td_spool_look(folder, &view, &err));
	assert_string_equal(view.reporter, "vn-06");
	assert_string_equal(view.source, "main");
	assert_int_equal(view.epoch, epoch);
	assert_int_equal(view.oldest, 1);
	assert_int_equal(view.last, EVENTS);
	assert_int_equal(view.cursor, DELIVERED);
	assert_int_equal(view.bytes, td_spool_store_bytes(td_spool_store(spool)));
	assert_true(view.delivered_ms > 0);
	assert_false(view.is_copy);
	assert_int_equal(view.holder, getpid());
	td_spool_close(spool);
	assert_true(td_spool_look(folder, &view, &err));
	assert_int_equal(view.holder, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_is_the_same_after_it_was_closed_or_moved),
		TEST(a_copy_says_again_what_was_not_delivered_in_an_epoch_of_its_own),
		TEST(a_spool_restored_to_its_old_place_is_a_copy),
		TEST(the_old_epoch_of_a_copy_goes_with_its_age),
		TEST(a_folder_named_like_an_epoch_that_holds_anything_else_is_left_alone),
		TEST(a_file_or_link_named_like_an_epoch_is_left_alone),
		TEST(an_epoch_whose_folder_is_gone_is_not_begun_again),
		TEST(a_second_taker_is_refused_with_the_holder_s_number),
		TEST(another_source_is_refused),
		TEST(an_identity_that_says_nothing_is_said),
		TEST(another_inode_or_birth_is_a_copy_and_another_number_of_the_disk_is_none),
		TEST(it_may_be_looked_at_while_it_is_held),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
