/*
 * json_codec: the JSON codec on a pipe, for tests that hold it against another one.
 *
 * Each line of standard input is "<message> read <JSON in hex>" or "<message> write <packed in
 * hex>"; the answer is one line, "ok <hex>" or "no <what was wrong>".
 */
#include "proto/json.h"
#include "proto/pb.h"

#include <thidua/v1/event.pb-c.h>
#include <thidua/v1/reference.pb-c.h>
#include <thidua/v1/tally.pb-c.h>
#include <thidua/v1/verdict.pb-c.h>

#include <stdio.h>
#include <stdlib.h>

enum { LINE_MAX_BYTES = 4 << 20, ARENA_MAX = 64 << 20 };

/* Each message that is not within another. */
static const ProtobufCMessageDescriptor *const MESSAGES[] = {
	&thidua__v1__event__descriptor,
	&thidua__v1__verdict__descriptor,
	&thidua__v1__shard_head__descriptor,
	&thidua__v1__source_state__descriptor,
	&thidua__v1__tally_status__descriptor,
	&thidua__v1__tally_answer__descriptor,
	&thidua__v1__reference_version__descriptor,
	&thidua__v1__absent_decision__descriptor,
};

static const ProtobufCMessageDescriptor *find(const char *name)
{
	for (size_t i = 0; i < TD_COUNT(MESSAGES); i++)
		if (strcmp(MESSAGES[i]->name, name) == 0)
			return MESSAGES[i];
	return NULL;
}

/* Hex to bytes in place; false when it is none. */
static bool from_hex(char *hex, td_slice_t *bytes)
{
	uint8_t *out = (uint8_t *)hex;
	size_t size = 0;
	for (; hex[0] != '\0' && hex[0] != '\n'; hex += 2) {
		char digits[] = {hex[0], hex[1], '\0'}, *end;
		unsigned long byte = strtoul(digits, &end, 16);
		if (end != digits + 2)
			return false;
		out[size++] = (uint8_t)byte;
	}
	*bytes = (td_slice_t){out, size};
	return true;
}

static void answer(td_slice_t bytes)
{
	(void)fputs("ok ", stdout);
	for (size_t i = 0; i < bytes.size; i++)
		(void)printf("%02x", bytes.data[i]);
	(void)putchar('\n');
}

static void read_json(td_slice_t text, const ProtobufCMessageDescriptor *descriptor,
		      td_arena_t *arena)
{
	td_json_problems_t problems;
	td_slice_t packed;
	const ProtobufCMessage *message = td_json_read(text, descriptor, arena, &problems);
	if (message != NULL && td_pb_pack(message, arena, &packed))
		answer(packed);
	else
		(void)printf("no %s: %s\n", problems.items[0].path, problems.items[0].text);
}

static void write_json(td_slice_t packed, const ProtobufCMessageDescriptor *descriptor,
		       td_arena_t *arena)
{
	ProtobufCAllocator allocator = td_pb_allocator(arena);
	td_buf_t text = td_buf_make(TD_JSON_TEXT_MAX);
	td_err_t err;
	const ProtobufCMessage *message =
		protobuf_c_message_unpack(descriptor, &allocator, packed.size, packed.data);
	if (message == NULL)
		(void)puts("no message");
	else if (td_json_write(message, &text, &err))
		answer(td_buf_slice(&text));
	else
		(void)printf("no %s\n", err.text);
	td_buf_free(&text);
}

static bool take_line(char *line, td_arena_t *arena)
{
	char *command = strchr(line, ' ');
	char *hex = command == NULL ? NULL : strchr(command + 1, ' ');
	if (hex == NULL)
		return false;
	*command++ = *hex++ = '\0';
	const ProtobufCMessageDescriptor *descriptor = find(line);
	td_slice_t bytes;
	if (descriptor == NULL || !from_hex(hex, &bytes))
		return false;
	td_arena_reset(arena);
	if (strcmp(command, "read") == 0)
		read_json(bytes, descriptor, arena);
	else
		write_json(bytes, descriptor, arena);
	return fflush(stdout) == 0;
}

int main(void)
{
	char *line = malloc(LINE_MAX_BYTES);
	td_arena_t *arena = td_arena_new(ARENA_MAX);
	bool fine = line != NULL && arena != NULL;
	while (fine && fgets(line, LINE_MAX_BYTES, stdin) != NULL)
		fine = take_line(line, arena);
	td_arena_free(arena);
	free(line);
	return fine ? EXIT_SUCCESS : EXIT_FAILURE;
}
