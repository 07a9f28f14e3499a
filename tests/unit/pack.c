/* pack: the bytes that protobuf-c gives, in no more room than was allowed. */
#include "proto/pack.h"

#include "proto/json.h"
#include "proto/pb.h"

#include <thidua/v1/event.pb-c.h>
#include <thidua/v1/tally.pb-c.h>
#include <thidua/v1/verdict.pb-c.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

enum { ARENA_MAX = 1024 * 1024, ROOM = 4096 };

static td_arena_t *arena;

static int set_up(void **state)
{
	(void)state;
	arena = td_arena_new(ARENA_MAX);
	return arena == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	td_arena_free(arena);
	return 0;
}

static const struct {
	const ProtobufCMessageDescriptor *descriptor;
	const char *json;
} MESSAGES[] = {
	{&thidua__v1__event__descriptor, "{}"},
	{&thidua__v1__event__descriptor,
	 "{\"reporter\":\"vn-06\",\"epoch\":\"18446744073709551615\",\"kind\":1,\"case\":{"
	 "\"status\":3,\"clause\":4294967295,\"reportedOn\":-1,\"offenderKnown\":true,"
	 "\"transfer\":{}}}"},
	{&thidua__v1__event__descriptor, "{\"retraction\":{}}"},
	{&thidua__v1__event__descriptor,
	 "{\"retraction\":{\"reason\":3,\"keyId\":\"k\",\"signature\":\"AAAA\"}}"},
	{&thidua__v1__event__descriptor,
	 "{\"signOff\":{\"period\":{\"kind\":10},\"talliesSha256\":\"AAAA\"}}"},
	{&thidua__v1__event__descriptor,
	 "{\"occurredAt\":\"1945-01-01T00:00:00.001Z\",\"accident\":{\"injuryPercent\":[1,0,300,"
	 "4294967295],\"damageVnd\":\"128\"}}"},
	{&thidua__v1__event__descriptor,
	 "{\"checkpoint\":{\"runningSha256\":\"AAAA\",\"keyId\":\"k\"}}"},
	{&thidua__v1__verdict__descriptor,
	 "{\"rawOffset\":\"127\",\"appendMs\":\"-128\",\"enriched\":{\"raw\":\"AAEC\",\"stages\":[{"
	 "},"
	 "{\"kind\":11,\"on\":20210305,\"province\":\"vn-06\",\"cluster\":3}],\"severity\":5,"
	 "\"warnings\":[{\"code\":1001,\"field\":\"\"},{\"field\":\"x\"}]}}"},
	{&thidua__v1__verdict__descriptor, "{\"rejected\":{\"reasons\":[{}]}}"},
	{&thidua__v1__shard_head__descriptor, "{\"crc\":4278190081}"},
};

static ProtobufCMessage *read(size_t i)
{
	td_json_problems_t problems;
	ProtobufCMessage *message = td_json_read(td_slice_text(MESSAGES[i].json),
						 MESSAGES[i].descriptor, arena, &problems);
	if (message == NULL)
		fail_msg("%s: %s", problems.items[0].path, problems.items[0].text);
	return message;
}

static void gives_the_bytes_that_protobuf_c_gives(void **state)
{
	(void)state;
	for (size_t i = 0; i < TD_COUNT(MESSAGES); i++) {
		td_slice_t ours, theirs;
		td_arena_reset(arena);
		const ProtobufCMessage *message = read(i);
		assert_true(td_pb_pack(message, arena, &theirs));
		assert_true(td_pack_message(message, ROOM, arena, &ours));
		if (!td_slice_equal(ours, theirs))
			fail_msg("other bytes for %s", MESSAGES[i].json);
	}
}

static void fits_exactly_or_says_that_it_does_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < TD_COUNT(MESSAGES); i++) {
		td_slice_t ours, theirs;
		td_arena_reset(arena);
		const ProtobufCMessage *message = read(i);
		assert_true(td_pb_pack(message, arena, &theirs));
		assert_true(td_pack_message(message, theirs.size, arena, &ours));
		assert_true(td_slice_equal(ours, theirs));
		for (size_t room = 0; room < theirs.size; room++)
			assert_false(td_pack_message(message, room, arena, &ours));
	}
}

static void a_full_arena_is_no_room(void **state)
{
	(void)state;
	td_slice_t packed;
	td_arena_reset(arena);
	assert_false(td_pack_message(read(1), ARENA_MAX, arena, &packed));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_the_bytes_that_protobuf_c_gives),
		cmocka_unit_test(fits_exactly_or_says_that_it_does_not),
		cmocka_unit_test(a_full_arena_is_no_room),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
