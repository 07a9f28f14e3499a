/* segment: what a file of the spool says after a crash, and after its disk has lied. */
#include "producers/segment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { EVENTS = 9, GROUP = 3, FILE_MAX = 4096 };

/* A file of three groups of three events, the last of each longer than 255 bytes. */
typedef struct file {
	td_buf_t bytes;
	size_t ends[EVENTS + 1]; /* where the record of each event ends; [0]: the header */
	td_chain_t chains[EVENTS + 1];
} file_t;

static td_slice_t event(size_t number)
{
	static uint8_t content[300];
	memset(content, (int)('a' + number), sizeof content);
	return (td_slice_t){content, number % GROUP == 2 ? sizeof content : number + 1};
}

static file_t make(void)
{
	file_t file = {.bytes = td_buf_make(FILE_MAX)};
	td_segment_header_t header = {.epoch = 77, .first = 5, .chain = {{1, 2, 3}}};
	td_segment_add_header(&file.bytes, &header);
	file.ends[0] = file.bytes.size;
	file.chains[0] = header.chain;
	for (size_t i = 0; i < EVENTS; i++) {
		td_segment_add_record(&file.bytes, event(i), i % GROUP == 0);
		file.ends[i + 1] = file.bytes.size;
		file.chains[i + 1] = td_chain_next(file.chains[i], event(i));
	}
	assert_false(file.bytes.failed);
	return file;
}

/* How many events end at or before `size`. */
static size_t whole_before(const file_t *file, size_t size)
{
	size_t count = 0;
	while (count < EVENTS && file->ends[count + 1] <= size)
		count++;
	return count;
}

static void assert_prefix(const file_t *file, const td_segment_scan_t *scan, size_t count)
{
	assert_int_equal(scan->header.epoch, 77);
	assert_int_equal(scan->header.first, 5);
	assert_int_equal(scan->next, 5 + count);
	assert_int_equal(scan->size, file->ends[count]);
	assert_memory_equal(&scan->chain, &file->chains[count], sizeof scan->chain);
}

static void a_whole_file_is_read_to_its_end(void **state)
{
	(void)state;
	file_t file = make();
	td_segment_scan_t scan;
	assert_true(td_segment_scan(td_buf_slice(&file.bytes), &scan));
	assert_prefix(&file, &scan, EVENTS);
	assert_int_equal(scan.torn, 0);
	assert_false(scan.damaged);
	td_buf_free(&file.bytes);
}

static void cut_at_every_byte_it_keeps_what_is_whole(void **state)
{
	(void)state;
	file_t file = make();
	for (size_t size = 0; size < file.bytes.size; size++) {
		td_segment_scan_t scan;
		/* Of its own length, so that reading beyond it is seen. */
		uint8_t *cut = malloc(size > 0 ? size : 1);
		assert_non_null(cut);
		memcpy(cut, file.bytes.data, size);
		bool found = td_segment_scan((td_slice_t){cut, size}, &scan);
		assert_int_equal(found, size >= TD_SEGMENT_HEADER_SIZE);
		if (found) {
			assert_prefix(&file, &scan, whole_before(&file, size));
			assert_int_equal(scan.torn, size - scan.size);
			assert_false(scan.damaged);
		}
		free(cut);
	}
	td_buf_free(&file.bytes);
}

static void a_flipped_bit_ends_it_there_and_shows_unless_in_the_last_group(void **state)
{
	(void)state;
	file_t file = make();
	for (size_t at = 0; at < file.bytes.size * 8; at++) {
		td_segment_scan_t scan;
		file.bytes.data[at / 8] ^= (uint8_t)(1u << at % 8);
		bool found = td_segment_scan(td_buf_slice(&file.bytes), &scan);
		assert_int_equal(found, at / 8 >= TD_SEGMENT_HEADER_SIZE);
		if (found) {
			size_t count = whole_before(&file, at / 8);
			assert_prefix(&file, &scan, count);
			assert_int_equal(scan.damaged, count < EVENTS - GROUP);
		}
		file.bytes.data[at / 8] ^= (uint8_t)(1u << at % 8);
	}
	td_buf_free(&file.bytes);
}

static void bytes_never_written_are_no_record(void **state)
{
	(void)state;
	file_t file = make();
	size_t size = file.bytes.size;
	td_segment_scan_t scan;
	uint8_t *more = td_buf_extend(&file.bytes, 1000);
	assert_non_null(more);
	memset(more, 0, 1000);
	assert_true(td_segment_scan(td_buf_slice(&file.bytes), &scan));
	assert_prefix(&file, &scan, EVENTS);
	assert_int_equal(scan.size, size);
	assert_int_equal(scan.torn, 1000);
	assert_false(scan.damaged);
	td_buf_free(&file.bytes);
}

static void the_largest_event_fits_and_a_larger_size_is_none(void **state)
{
	(void)state;
	static uint8_t content[TD_RAW_EVENT_MAX];
	td_buf_t out = td_buf_make(2 * TD_RAW_EVENT_MAX);
	td_slice_t found;
	size_t used;
	td_segment_add_record(&out, (td_slice_t){content, sizeof content}, true);
	assert_int_equal(td_segment_read_record(td_buf_slice(&out), &found, &used),
			 TD_SEGMENT_RECORD);
	assert_int_equal(found.size, sizeof content);
	assert_int_equal(used, td_segment_record_size(sizeof content));
	out.data[0] = 1; /* 64 KiB and one */
	assert_int_equal(td_segment_read_record(td_buf_slice(&out), &found, &used),
			 TD_SEGMENT_BROKEN);
	td_buf_free(&out);
}

static void names_sort_as_sequences_do_and_read_back(void **state)
{
	(void)state;
	static const uint64_t sequences[] = {1, 9, 10, 4096, 9007199254740991u};
	char before[TD_SEGMENT_NAME_SIZE] = "", name[TD_SEGMENT_NAME_SIZE];
	uint64_t found;
	for (size_t i = 0; i < TD_COUNT(sequences); i++) {
		td_segment_name(sequences[i], name);
		assert_true(strcmp(before, name) < 0);
		assert_true(td_segment_name_read(name, &found));
		assert_int_equal(found, sequences[i]);
		memcpy(before, name, sizeof before);
	}
	static const char *const others[] = {"",
					     "cursor",
					     "0000000000000000.seg",
					     "000000000000001.seg",
					     "0000000000000001.seg.tmp",
					     "000000000000000x.seg",
					     "00000000000000001.seg"};
	for (size_t i = 0; i < TD_COUNT(others); i++)
		assert_false(td_segment_name_read(others[i], &found));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_file_is_read_to_its_end),
		cmocka_unit_test(cut_at_every_byte_it_keeps_what_is_whole),
		cmocka_unit_test(a_flipped_bit_ends_it_there_and_shows_unless_in_the_last_group),
		cmocka_unit_test(bytes_never_written_are_no_record),
		cmocka_unit_test(the_largest_event_fits_and_a_larger_size_is_none),
		cmocka_unit_test(names_sort_as_sequences_do_and_read_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
