/* record: a state that is taken is exactly what would be written for it. The input is the record's
 * name, its length in the first byte, and the state, with its checksum or without. */
#include "aggregator/record.h"

#include <stdlib.h>

static const char HOME[] = "vn-06";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void is_written_so(td_slice_t packed, td_slice_t name)
{
	td_record_t record;
	uint8_t again[TD_RECORD_PACKED_MAX];
	if (!td_record_unpack(packed, name, HOME, &record))
		return;
	size_t size = td_record_pack(&record, name, HOME, again);
	if (!td_slice_equal(packed, (td_slice_t){again, size}))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t summed[2 * TD_RECORD_PACKED_MAX];
	if (size == 0 || data[0] > size - 1)
		return 0;
	td_slice_t name = {data + 1, data[0]};
	td_slice_t state = {data + 1 + name.size, size - 1 - name.size};
	is_written_so(state, name);
	if (state.size > sizeof summed - TD_RECORD_SUM_SIZE)
		return 0;
	/* A checksum that a fuzzer would hardly find. */
	memcpy(summed, state.data, state.size);
	td_record_sum(state, name, summed + state.size);
	is_written_so((td_slice_t){summed, state.size + TD_RECORD_SUM_SIZE}, name);
	return 0;
}
