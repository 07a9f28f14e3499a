#include "aggregator/audit/archive.h"

#include "proto/pb.h"
#include "workers/wire.h"

#include <inttypes.h>

enum {
	/* Field number and wire type of an ArchiveRecord's fields, as they stand in the file. */
	TAG_OFFSET = 1 << 3,
	TAG_APPEND = 2 << 3,
	TAG_KEY = 3 << 3 | 2,
	TAG_VALUE = 4 << 3 | 2,
	TAG_ABSENT = 5 << 3,

	SHA256_SIZE = 32,
	SKIPPED_HEAD = 8,      /* magic and length of a frame that is skipped */
	SEEK_ENTRY = 8,        /* a frame's length with and without compression */
	SEEK_FOOT = 4 + 1 + 4, /* entries, descriptor, magic */
};

/* The index is a frame of its own kind; the other two are those of zstd's seekable format. */
#define INDEX_MAGIC     0x184D2A5Du
#define SEEK_MAGIC      0x184D2A5Eu
#define SEEK_FOOT_MAGIC 0x8F92EAB1u

uint64_t td_archived_end(const td_archived_t *archived)
{
	return archived->offset + (archived->absent > 0 ? archived->absent : 1);
}

/* A field that is 0 or empty is left out, as proto3 does. */
static void add_number(td_buf_t *out, uint8_t tag, uint64_t number)
{
	if (number == 0)
		return;
	td_buf_add_byte(out, tag);
	td_buf_add_varint(out, number);
}

static void add_bytes(td_buf_t *out, uint8_t tag, td_slice_t bytes)
{
	if (bytes.size == 0)
		return;
	td_buf_add_byte(out, tag);
	td_buf_add_varint(out, bytes.size);
	td_buf_add_slice(out, bytes);
}

static size_t varint_size(uint64_t number)
{
	size_t size = 1;
	for (; number >= 0x80; number >>= 7)
		size++;
	return size;
}

static size_t number_size(uint64_t number)
{
	return number == 0 ? 0 : 1 + varint_size(number);
}

static size_t bytes_size(td_slice_t bytes)
{
	return bytes.size == 0 ? 0 : 1 + varint_size(bytes.size) + bytes.size;
}

void td_archive_add(td_buf_t *out, const td_archived_t *archived)
{
	td_buf_add_varint(out, number_size(archived->offset) +
				       number_size((uint64_t)archived->append_ms) +
				       bytes_size(archived->key) + bytes_size(archived->value) +
				       number_size(archived->absent));
	add_number(out, TAG_OFFSET, archived->offset);
	add_number(out, TAG_APPEND, (uint64_t)archived->append_ms);
	add_bytes(out, TAG_KEY, archived->key);
	add_bytes(out, TAG_VALUE, archived->value);
	add_number(out, TAG_ABSENT, archived->absent);
}

/* Bytes that are being read; `fine` until something is not as it must be. */
typedef struct reading {
	const uint8_t *at, *end;
	bool fine;
} reading_t;

/* A number in its shortest form. */
static uint64_t take_varint(reading_t *reading)
{
	uint64_t number = 0;
	for (unsigned shift = 0; shift < 64 && reading->at < reading->end; shift += 7) {
		uint8_t byte = *reading->at++;
		number |= (uint64_t)(byte & 0x7f) << shift;
		if (byte >= 0x80)
			continue;
		if ((byte == 0 && shift > 0) || (shift == 63 && byte > 1))
			break;
		return number;
	}
	reading->fine = false;
	return 0;
}

static bool take_tag(reading_t *reading, uint8_t tag)
{
	if (!reading->fine || reading->at == reading->end || *reading->at != tag)
		return false;
	reading->at++;
	return true;
}

static uint64_t take_number(reading_t *reading, uint8_t tag)
{
	if (!take_tag(reading, tag))
		return 0;
	uint64_t number = take_varint(reading);
	reading->fine = reading->fine && number != 0;
	return number;
}

static td_slice_t take_bytes(reading_t *reading, uint8_t tag)
{
	if (!take_tag(reading, tag))
		return (td_slice_t){NULL, 0};
	uint64_t size = take_varint(reading);
	reading->fine = reading->fine && size > 0 && size <= (size_t)(reading->end - reading->at);
	if (!reading->fine)
		return (td_slice_t){NULL, 0};
	reading->at += size;
	return (td_slice_t){reading->at - size, (size_t)size};
}

bool td_archive_take(td_slice_t *rest, td_archived_t *archived)
{
	reading_t outer = {rest->data, rest->data + rest->size, true};
	uint64_t size = take_varint(&outer);
	if (!outer.fine || size > (size_t)(outer.end - outer.at))
		return false;
	reading_t reading = {outer.at, outer.at + size, true};
	archived->offset = take_number(&reading, TAG_OFFSET);
	archived->append_ms = (int64_t)take_number(&reading, TAG_APPEND);
	archived->key = take_bytes(&reading, TAG_KEY);
	archived->value = take_bytes(&reading, TAG_VALUE);
	archived->absent = take_number(&reading, TAG_ABSENT);
	if (!reading.fine || reading.at != reading.end)
		return false;
	if (archived->offset > INT64_MAX || archived->absent > INT64_MAX)
		return false;
	if (archived->absent > 0 &&
	    (archived->append_ms != 0 || archived->key.size > 0 || archived->value.size > 0))
		return false;
	*rest = (td_slice_t){reading.end, (size_t)(outer.end - reading.end)};
	return true;
}

/* The seek table: a frame for each of the index's, and the index itself, which has no content. */
static void add_seek_table(const Thidua__V1__ArchiveIndex *index, size_t index_size, td_buf_t *out)
{
	uint32_t entries = (uint32_t)index->n_frames + 1;
	td_buf_add_u32(out, SEEK_MAGIC);
	td_buf_add_u32(out, entries * SEEK_ENTRY + SEEK_FOOT);
	for (size_t i = 0; i < index->n_frames; i++) {
		td_buf_add_u32(out, index->frames[i]->bytes);
		td_buf_add_u32(out, index->frames[i]->content_bytes);
	}
	td_buf_add_u32(out, SKIPPED_HEAD + (uint32_t)index_size);
	td_buf_add_u32(out, 0);
	td_buf_add_u32(out, entries);
	td_buf_add_byte(out, 0); /* no checksums: the index has digests */
	td_buf_add_u32(out, SEEK_FOOT_MAGIC);
}

bool td_archive_add_tail(const Thidua__V1__ArchiveIndex *index, td_arena_t *arena, td_buf_t *out)
{
	td_slice_t packed;
	if (index->n_frames > TD_ARCHIVE_FRAMES_MAX || !td_pb_pack(&index->base, arena, &packed))
		return false;
	td_buf_add_u32(out, INDEX_MAGIC);
	td_buf_add_u32(out, (uint32_t)packed.size);
	td_buf_add_slice(out, packed);
	add_seek_table(index, packed.size, out);
	return !out->failed && out->size <= TD_ARCHIVE_TAIL_MAX;
}

static uint32_t read_u32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[3] << 24;
}

/* Each frame begins where the one before it ends, in the file and in the log. */
static bool check_frames(const Thidua__V1__ArchiveIndex *index, const td_archive_extent_t *extent,
			 td_err_t *err)
{
	uint64_t position = 0, offset = extent->first_offset;
	for (size_t i = 0; i < index->n_frames; i++) {
		const Thidua__V1__ArchiveFrame *frame = index->frames[i];
		if (frame->position != position || frame->first_offset != offset ||
		    frame->end_offset <= frame->first_offset || frame->bytes == 0 ||
		    frame->content_bytes > TD_ARCHIVE_CONTENT_MAX || frame->records == 0 ||
		    frame->sha256.len != SHA256_SIZE)
			return td_err_set(err, TD_EINTEGRITY,
					  "entry %zu of the index, at offset %" PRIu64
					  ", does not follow the one before it",
					  i, frame->first_offset);
		position += frame->bytes;
		offset = frame->end_offset;
	}
	if (position != extent->position || offset != extent->end_offset)
		return td_err_set(err, TD_EINTEGRITY,
				  "the index ends at byte %" PRIu64 " and offset %" PRIu64
				  ", the manifest says %" PRIu64 " and %" PRIu64,
				  position, offset, extent->position, extent->end_offset);
	return true;
}

/* What the index makes of the rest of the tail must be what stands there. */
static bool check_seek_table(const Thidua__V1__ArchiveIndex *index, td_slice_t tail,
			     td_arena_t *arena, td_err_t *err)
{
	td_buf_t again = td_buf_make(TD_ARCHIVE_TAIL_MAX);
	bool same = td_archive_add_tail(index, arena, &again) &&
		    td_slice_equal(td_buf_slice(&again), tail);
	td_buf_free(&again);
	return same || td_err_set(err, TD_EINTEGRITY, "the seek table is not that of the index");
}

const Thidua__V1__ArchiveIndex *td_archive_read_tail(td_slice_t tail,
						     const td_archive_extent_t *extent,
						     td_arena_t *arena, td_err_t *err)
{
	static const td_wire_limits_t limits = {.bytes_max = SHA256_SIZE,
						.items_max = TD_ARCHIVE_FRAMES_MAX};
	td_findings_t findings = {0};
	if (tail.size < SKIPPED_HEAD || read_u32(tail.data) != INDEX_MAGIC ||
	    read_u32(tail.data + 4) > tail.size - SKIPPED_HEAD) {
		(void)td_err_set(err, TD_EINTEGRITY, "there is no index where it should be");
		return NULL;
	}
	const td_slice_t packed = {tail.data + SKIPPED_HEAD, read_u32(tail.data + 4)};
	const Thidua__V1__ArchiveIndex *index = (const Thidua__V1__ArchiveIndex *)td_wire_unpack(
		packed, &thidua__v1__archive_index__descriptor, &limits, arena, &findings);
	if (index == NULL)
		(void)td_err_set(err, TD_EINTEGRITY, "its index cannot be read");
	if (index == NULL || !check_frames(index, extent, err) ||
	    !check_seek_table(index, tail, arena, err))
		return NULL;
	return index;
}
