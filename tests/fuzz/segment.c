/* segment: whatever happens to the bytes of a file, the scan gives the first of the records that
 * were written and nothing else, and says so when something durable was damaged. */
#include "producers/segment.h"

#include <stdlib.h>

enum { RECORDS_MAX = 32, FILE_MAX = 64 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct file {
	td_buf_t bytes;
	size_t count;
	size_t ends[RECORDS_MAX + 1];
	bool begins_group[RECORDS_MAX];
	td_chain_t chains[RECORDS_MAX + 1];
} file_t;

static uint8_t take_byte(td_slice_t *input)
{
	if (input->size == 0)
		return 0;
	input->size--;
	return *input->data++;
}

static td_slice_t take_slice(td_slice_t *input, size_t size)
{
	td_slice_t taken = {input->data, size < input->size ? size : input->size};
	input->data += taken.size;
	input->size -= taken.size;
	return taken;
}

/* Records of the input's own bytes. */
static void fill(file_t *file, td_slice_t *input)
{
	size_t wanted = take_byte(input) % RECORDS_MAX;
	td_segment_header_t header = {.epoch = 1, .first = 1};
	td_segment_add_header(&file->bytes, &header);
	file->ends[0] = file->bytes.size;
	while (file->count < wanted) {
		uint8_t shape = take_byte(input);
		td_slice_t event = take_slice(input, 1 + shape / 2);
		if (event.size == 0)
			break;
		bool begins = file->count == 0 || (shape & 1) != 0;
		td_segment_add_record(&file->bytes, event, begins);
		file->begins_group[file->count] = begins;
		file->chains[file->count + 1] = td_chain_next(file->chains[file->count], event);
		file->ends[++file->count] = file->bytes.size;
	}
}

/* Whether a group begins behind record `from`, whole before `size`. */
static bool later_group(const file_t *file, size_t from, size_t size)
{
	for (size_t i = from; i < file->count; i++)
		if (file->begins_group[i] && file->ends[i + 1] <= size)
			return true;
	return false;
}

static void check(const file_t *file, size_t size, size_t changed_at)
{
	td_segment_scan_t scan;
	if (!td_segment_scan((td_slice_t){file->bytes.data, size}, &scan))
		abort(); /* the header is left as it was */
	size_t whole = 0;
	size_t sound = changed_at < size ? changed_at : size;
	while (whole < file->count && file->ends[whole + 1] <= sound)
		whole++;
	if (scan.next != whole + 1 || scan.size != file->ends[whole] ||
	    scan.torn != size - scan.size ||
	    memcmp(&scan.chain, &file->chains[whole], sizeof scan.chain) != 0)
		abort();
	/* An event may itself hold a whole record: then a person looks where none need have. */
	if (later_group(file, whole + 1, size) && !scan.damaged)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	td_slice_t input = {data, size};
	file_t file = {.bytes = td_buf_make(FILE_MAX)};
	size_t at = (size_t)take_byte(&input) << 8 | take_byte(&input);
	uint8_t change = take_byte(&input);
	fill(&file, &input);
	if (file.bytes.failed)
		abort();
	at = TD_SEGMENT_HEADER_SIZE + at % (file.bytes.size - TD_SEGMENT_HEADER_SIZE + 1);
	check(&file, at, SIZE_MAX);
	if (change != 0 && at < file.bytes.size) {
		file.bytes.data[at] ^= change;
		check(&file, file.bytes.size, at);
	}
	td_buf_free(&file.bytes);
	return 0;
}
