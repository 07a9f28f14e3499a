#include "aggregator/head.h"

#include "aggregator/layout.h"
#include "aggregator/unpack.h"
#include "common/crc32c.h"
#include "common/localday.h"

#include <assert.h>

typedef Thidua__V1__ShardHead message_t;
typedef Thidua__V1__ShardCounts counts_message_t;
typedef struct td_head_counts counts_t;

enum { UNPACK_SIZE = 32 * 1024 };

/* A packed head: at most 15 counts, TD_HOLES_MAX holes and a dozen other numbers. */
static_assert(TD_HOLES_MAX * 24 + 15 * 11 + 14 * 11 + 64 < TD_HEAD_PACKED_MAX, "a head must fit");

static const struct {
	size_t ours, theirs;
} counters[] = {
#define COUNTER(name)                                                                              \
	{                                                                                          \
		offsetof(counts_t, name), offsetof(counts_message_t, name)                         \
	}
	COUNTER(verdicts),   COUNTER(enriched),    COUNTER(rejected), COUNTER(absent),
	COUNTER(repeats),    COUNTER(holes),       COUNTER(newer),    COUNTER(older),
	COUNTER(repeated),   COUNTER(conflicts),   COUNTER(records),  COUNTER(open_rejections),
	COUNTER(unreadable), COUNTER(checkpoints), COUNTER(warned),
#undef COUNTER
};

static_assert(TD_COUNT(counters) * sizeof(uint64_t) == sizeof(counts_t), "a counter is missing");

static void counts_to_message(const counts_t *counts, counts_message_t *message)
{
	for (size_t i = 0; i < TD_COUNT(counters); i++)
		memcpy((uint8_t *)message + counters[i].theirs,
		       (const uint8_t *)counts + counters[i].ours, sizeof(uint64_t));
}

static void counts_of_message(const counts_message_t *message, counts_t *counts)
{
	for (size_t i = 0; i < TD_COUNT(counters); i++)
		memcpy((uint8_t *)counts + counters[i].ours,
		       (const uint8_t *)message + counters[i].theirs, sizeof(uint64_t));
}

void td_head_init(uint32_t generation, td_head_t *head)
{
	memset(head, 0, sizeof *head);
	head->generation = generation;
	head->layout = TD_LAYOUT_VERSION;
	head->state = THIDUA__V1__SHARD_STATE__SHARD_STATE_LIVE;
	head->hours_from_day = INT32_MIN;
}

size_t td_head_pack(const td_head_t *head, uint8_t *packed)
{
	counts_message_t counts = THIDUA__V1__SHARD_COUNTS__INIT;
	Thidua__V1__OffsetRange holes[TD_HOLES_MAX];
	Thidua__V1__OffsetRange *hole_list[TD_HOLES_MAX];
	message_t message = THIDUA__V1__SHARD_HEAD__INIT;
	message.generation = head->generation;
	message.layout = head->layout;
	message.owner = head->owner;
	message.state = head->state;
	message.next_raw_offset = head->position.next;
	message.verdict_offset_hint = head->verdict_hint;
	message.verdict_hint_append_ms = head->verdict_hint_append_ms;
	for (size_t i = 0; i < head->position.hole_count; i++) {
		thidua__v1__offset_range__init(&holes[i]);
		holes[i].first = head->position.holes[i].first;
		holes[i].last = head->position.holes[i].last;
		hole_list[i] = &holes[i];
	}
	message.holes = hole_list;
	message.n_holes = head->position.hole_count;
	message.first_offset = head->first_offset;
	message.first_append_ms = head->first_append_ms;
	if (head->first_known)
		message.first_sha256 = (ProtobufCBinaryData){sizeof head->first_sha256,
							     (uint8_t *)head->first_sha256};
	message.last_append_ms = head->last_append_ms;
	message.hours_from =
		head->hours_from_day == INT32_MIN ? 0 : td_localday_yyyymmdd(head->hours_from_day);
	counts_to_message(&head->counts, &counts);
	message.counts = &counts;
	message.crc = td_crc32c(0, packed, thidua__v1__shard_head__pack(&message, packed));
	return thidua__v1__shard_head__pack(&message, packed);
}

static bool position_of_message(const message_t *message, td_position_t *position)
{
	uint64_t free_from = 0;
	if (message->n_holes > TD_HOLES_MAX)
		return false;
	position->next = message->next_raw_offset;
	position->hole_count = message->n_holes;
	for (size_t i = 0; i < message->n_holes; i++) {
		const Thidua__V1__OffsetRange *hole = message->holes[i];
		if (hole->first < free_from || hole->last < hole->first ||
		    hole->last >= position->next)
			return false;
		position->holes[i] = (td_range_t){hole->first, hole->last};
		free_from = hole->last + 1;
	}
	return true;
}

static bool of_message(const message_t *message, td_head_t *head)
{
	size_t digest_size = message->first_sha256.len;
	memset(head, 0, sizeof *head);
	if (message->counts == NULL ||
	    (digest_size != 0 && digest_size != sizeof head->first_sha256))
		return false;
	head->generation = message->generation;
	head->layout = message->layout;
	head->owner = message->owner;
	head->state = message->state;
	head->verdict_hint = message->verdict_offset_hint;
	head->verdict_hint_append_ms = message->verdict_hint_append_ms;
	head->first_offset = message->first_offset;
	head->first_append_ms = message->first_append_ms;
	head->first_known = digest_size != 0;
	if (head->first_known)
		memcpy(head->first_sha256, message->first_sha256.data, digest_size);
	head->last_append_ms = message->last_append_ms;
	head->hours_from_day = INT32_MIN;
	if (message->hours_from != 0 &&
	    !td_localday_of_yyyymmdd(message->hours_from, &head->hours_from_day))
		return false;
	counts_of_message(message->counts, &head->counts);
	return position_of_message(message, &head->position);
}

/* Whether the checksum fits, also for fields that only a later release knows. */
static bool is_whole(message_t *message)
{
	uint8_t packed[TD_HEAD_PACKED_MAX];
	uint32_t crc = message->crc;
	message->crc = 0;
	bool whole = thidua__v1__shard_head__get_packed_size(message) <= sizeof packed &&
		     td_crc32c(0, packed, thidua__v1__shard_head__pack(message, packed)) == crc;
	message->crc = crc;
	return whole;
}

bool td_head_unpack(td_slice_t packed, td_head_t *head, td_err_t *err)
{
	_Alignas(max_align_t) uint8_t memory[UNPACK_SIZE];
	uint8_t again[TD_HEAD_PACKED_MAX];
	td_unpack_t unpack;
	td_unpack_init(&unpack, memory, sizeof memory);
	message_t *message = packed.size > TD_HEAD_PACKED_MAX
				     ? NULL
				     : thidua__v1__shard_head__unpack(&unpack.allocator,
								      packed.size, packed.data);
	bool whole = message != NULL && is_whole(message);
	if (whole && message->layout > TD_LAYOUT_VERSION)
		return td_err_set(
			err, TD_ECONFIG,
			"the shard's head is of layout %u, this release knows layouts up to "
			"%d; run the release that wrote it",
			message->layout, TD_LAYOUT_VERSION);
	bool known = whole && message->base.n_unknown_fields == 0 &&
		     message->layout == TD_LAYOUT_VERSION && of_message(message, head);
	if (!known || !td_slice_equal((td_slice_t){again, td_head_pack(head, again)}, packed))
		return td_err_set(err, TD_EINTEGRITY,
				  "the shard's head is not one that was written; it was altered or "
				  "torn, rebuild the shard from its log");
	return true;
}
