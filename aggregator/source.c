#include "aggregator/source.h"

#include "aggregator/unpack.h"

#include <assert.h>
#include <stdio.h>

#include <thidua/v1/tally.pb-c.h>

typedef Thidua__V1__SourceState message_t;

enum { UNPACK_SIZE = 16 * 1024 };

static_assert(TD_HOLES_MAX * 24 + TD_ID_MAX + 32 + 8 * 11 < TD_SOURCE_PACKED_MAX,
	      "a source must fit");

void td_source_init(const char *name, uint64_t epoch, td_source_t *source)
{
	memset(source, 0, sizeof *source);
	memcpy(source->name, name, strnlen(name, TD_ID_MAX));
	source->epoch = epoch;
	source->seen.next = 1;
}

void td_source_field(const char *name, uint64_t epoch, char field[TD_SOURCE_FIELD_MAX])
{
	(void)snprintf(field, TD_SOURCE_FIELD_MAX, "%.*s/%llu", TD_ID_MAX, name,
		       (unsigned long long)epoch);
}

/* There is no room for another gap: the last one grows over what was seen in between. */
static void widen_last_gap(td_position_t *seen, uint64_t sequence)
{
	if (sequence < seen->next)
		return;
	seen->holes[seen->hole_count - 1].last = sequence - 1;
	seen->next = sequence + 1;
}

void td_source_see(td_source_t *source, uint64_t sequence, int64_t append_ms)
{
	uint64_t counted, jumped;
	td_take_t taken = td_position_take(&source->seen, (td_range_t){sequence, sequence},
					   &counted, &jumped);
	if (taken == TD_TAKE_REPEAT)
		source->repeats++;
	else if (taken == TD_TAKE_TOO_MANY)
		widen_last_gap(&source->seen, sequence);
	if (append_ms > source->last_append_ms)
		source->last_append_ms = append_ms;
}

void td_source_mark(td_source_t *source, uint64_t sequence, const td_mark_t *mark)
{
	if (mark->complete_until_ms > source->complete_until_ms)
		source->complete_until_ms = mark->complete_until_ms;
	if (sequence <= source->checkpoint_sequence)
		return;
	source->checkpoint_sequence = sequence;
	memcpy(source->checkpoint_sha256, mark->sha256, sizeof source->checkpoint_sha256);
}

size_t td_source_pack(const td_source_t *source, uint8_t *packed)
{
	Thidua__V1__OffsetRange gaps[TD_HOLES_MAX];
	Thidua__V1__OffsetRange *gap_list[TD_HOLES_MAX];
	message_t message = THIDUA__V1__SOURCE_STATE__INIT;
	message.source = (char *)source->name;
	message.epoch = source->epoch;
	message.next_sequence = source->seen.next;
	for (size_t i = 0; i < source->seen.hole_count; i++) {
		thidua__v1__offset_range__init(&gaps[i]);
		gaps[i].first = source->seen.holes[i].first;
		gaps[i].last = source->seen.holes[i].last;
		gap_list[i] = &gaps[i];
	}
	message.gaps = gap_list;
	message.n_gaps = source->seen.hole_count;
	message.repeats = source->repeats;
	message.complete_until_ms = source->complete_until_ms;
	message.checkpoint_sequence = source->checkpoint_sequence;
	if (source->checkpoint_sequence != 0)
		message.checkpoint_sha256 = (ProtobufCBinaryData){
			sizeof source->checkpoint_sha256, (uint8_t *)source->checkpoint_sha256};
	message.last_append_ms = source->last_append_ms;
	return thidua__v1__source_state__pack(&message, packed);
}

static bool of_message(const message_t *message, td_source_t *source)
{
	uint64_t free_from = 1;
	if (strcmp(message->source, source->name) != 0 || message->epoch != source->epoch ||
	    message->n_gaps > TD_HOLES_MAX || message->next_sequence == 0)
		return false;
	source->seen = (td_position_t){message->next_sequence, message->n_gaps, {{0}}};
	for (size_t i = 0; i < message->n_gaps; i++) {
		td_range_t gap = {message->gaps[i]->first, message->gaps[i]->last};
		if (gap.first < free_from || gap.last < gap.first || gap.last >= source->seen.next)
			return false;
		source->seen.holes[i] = gap;
		free_from = gap.last + 1;
	}
	source->repeats = message->repeats;
	source->complete_until_ms = message->complete_until_ms;
	source->checkpoint_sequence = message->checkpoint_sequence;
	source->last_append_ms = message->last_append_ms;
	if (message->checkpoint_sequence == 0)
		return message->checkpoint_sha256.len == 0;
	if (message->checkpoint_sha256.len != sizeof source->checkpoint_sha256)
		return false;
	memcpy(source->checkpoint_sha256, message->checkpoint_sha256.data,
	       sizeof source->checkpoint_sha256);
	return true;
}

bool td_source_unpack(td_slice_t packed, td_source_t *source)
{
	_Alignas(max_align_t) uint8_t memory[UNPACK_SIZE];
	td_unpack_t unpack;
	td_unpack_init(&unpack, memory, sizeof memory);
	if (packed.size > TD_SOURCE_PACKED_MAX)
		return false;
	message_t *message =
		thidua__v1__source_state__unpack(&unpack.allocator, packed.size, packed.data);
	return message != NULL && message->base.n_unknown_fields == 0 &&
	       of_message(message, source);
}
