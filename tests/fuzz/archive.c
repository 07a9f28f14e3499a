/* archive: whatever stands in its files and its manifest is read within bounds; a record that is
 * taken has the bytes it was taken from as its only form, and so has an index. */
#include "aggregator/audit/archive.h"
#include "aggregator/audit/archive_manifest.h"

#include <stdlib.h>

enum { ARENA_BYTES = 64 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take_records(td_slice_t input)
{
	td_buf_t again = td_buf_make(TD_ARCHIVE_CONTENT_MAX);
	td_archived_t archived;
	td_slice_t rest = input;
	while (rest.size > 0 && td_archive_take(&rest, &archived)) {
		if (td_archived_end(&archived) <= archived.offset)
			abort();
		td_archive_add(&again, &archived);
	}
	if (again.failed || again.size != input.size - rest.size ||
	    (again.size > 0 && memcmp(again.data, input.data, again.size) != 0))
		abort();
	td_buf_free(&again);
}

/* The input is an index; its extent is what the last frame says, so that it has a chance. */
static void read_tail(td_slice_t input, td_arena_t *arena)
{
	td_buf_t tail = td_buf_make(TD_ARCHIVE_TAIL_MAX);
	td_err_t err;
	td_archive_extent_t extent = {0};
	Thidua__V1__ArchiveIndex *said =
		thidua__v1__archive_index__unpack(NULL, input.size, input.data);
	if (said != NULL && td_archive_add_tail(said, arena, &tail)) {
		if (said->n_frames > 0) {
			const Thidua__V1__ArchiveFrame *last = said->frames[said->n_frames - 1];
			extent.first_offset = said->frames[0]->first_offset;
			extent.end_offset = last->end_offset;
			extent.position = last->position + last->bytes;
		}
		const Thidua__V1__ArchiveIndex *index =
			td_archive_read_tail(td_buf_slice(&tail), &extent, arena, &err);
		for (size_t i = 0; index != NULL && i < index->n_frames; i++) {
			if (index->frames[i]->position + index->frames[i]->bytes > extent.position)
				abort();
		}
	}
	(void)td_archive_read_tail(input, &extent, arena, &err);
	if (said != NULL)
		thidua__v1__archive_index__free_unpacked(said, NULL);
	td_buf_free(&tail);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static td_arena_t *arena;
	td_err_t err;
	const td_slice_t input = {data, size};
	if (arena == NULL)
		arena = td_arena_new(ARENA_BYTES);
	if (arena == NULL)
		abort();
	td_arena_reset(arena);
	take_records(input);
	read_tail(input, arena);
	(void)td_manifest_read(input, arena, &err);
	return 0;
}
