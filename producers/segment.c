#define OPENSSL_SUPPRESS_DEPRECATED
#include "producers/segment.h"

#include "common/crc32c.h"

#include <assert.h>
#include <inttypes.h>
#include <openssl/sha.h>
#include <stdio.h>

static const char MAGIC[] = "TDSPOOL1";
enum { MAGIC_SIZE = sizeof MAGIC - 1, NAME_DIGITS = 16, CRC_AT = TD_SEGMENT_HEADER_SIZE - 4 };
enum { SEARCH_MAX = 64 * 1024 * 1024 };

static_assert(TD_CHAIN_SIZE == SHA256_DIGEST_LENGTH, "the chain is of SHA-256");

/* For each event: the one call that OpenSSL recommends looks its own algorithm up each time, under
 * a lock, which costs more than the hash. */
td_chain_t td_chain_next(td_chain_t before, td_slice_t event)
{
	td_chain_t after = {{0}};
	SHA256_CTX hash;
	(void)SHA256_Init(&hash); /* these cannot fail */
	(void)SHA256_Update(&hash, before.bytes, TD_CHAIN_SIZE);
	(void)SHA256_Update(&hash, event.data, event.size);
	(void)SHA256_Final(after.bytes, &hash);
	return after;
}

void td_segment_name(uint64_t first, char name[TD_SEGMENT_NAME_SIZE])
{
	(void)snprintf(name, TD_SEGMENT_NAME_SIZE, "%0*" PRIu64 ".seg", NAME_DIGITS,
		       first % 10000000000000000u);
}

bool td_segment_name_read(const char *name, uint64_t *first)
{
	*first = 0;
	for (int i = 0; i < NAME_DIGITS; i++) {
		if (name[i] < '0' || name[i] > '9')
			return false;
		*first = *first * 10 + (uint64_t)(name[i] - '0');
	}
	return *first > 0 && strcmp(name + NAME_DIGITS, ".seg") == 0;
}

void td_segment_add_header(td_buf_t *out, const td_segment_header_t *header)
{
	size_t from = out->size;
	td_buf_add(out, MAGIC, MAGIC_SIZE);
	td_buf_add_u64(out, header->epoch);
	td_buf_add_u64(out, header->first);
	td_buf_add(out, header->chain.bytes, TD_CHAIN_SIZE);
	if (!out->failed)
		td_buf_add_u32(out, td_crc32c(0, out->data + from, out->size - from));
}

static uint32_t load_u32(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

static uint64_t load_u64(const uint8_t *at)
{
	return load_u32(at) | (uint64_t)load_u32(at + 4) << 32;
}

/* The size is under the checksum too: a torn one would lead the scan astray. */
static uint32_t record_crc(const uint8_t size[4], td_slice_t event)
{
	return td_crc32c(td_crc32c(0, size, 4), event.data, event.size);
}

void td_segment_add_record(td_buf_t *out, td_slice_t event, bool begins_group)
{
	uint32_t word = (uint32_t)event.size | (begins_group ? TD_SEGMENT_GROUP_FLAG : 0);
	uint8_t size[4];
	for (unsigned i = 0; i < sizeof size; i++)
		size[i] = (uint8_t)(word >> 8 * i);
	td_buf_add(out, size, sizeof size);
	td_buf_add_u32(out, record_crc(size, event));
	td_buf_add_slice(out, event);
}

bool td_segment_read_header(td_slice_t bytes, td_segment_header_t *header)
{
	if (bytes.size < TD_SEGMENT_HEADER_SIZE || memcmp(bytes.data, MAGIC, MAGIC_SIZE) != 0 ||
	    load_u32(bytes.data + CRC_AT) != td_crc32c(0, bytes.data, CRC_AT))
		return false;
	header->epoch = load_u64(bytes.data + MAGIC_SIZE);
	header->first = load_u64(bytes.data + MAGIC_SIZE + 8);
	memcpy(header->chain.bytes, bytes.data + MAGIC_SIZE + 16, TD_CHAIN_SIZE);
	return true;
}

td_segment_found_t td_segment_read_record(td_slice_t bytes, td_slice_t *event, size_t *used)
{
	if (bytes.size < TD_SEGMENT_RECORD_HEADER_SIZE)
		return TD_SEGMENT_SHORT;
	uint32_t size = load_u32(bytes.data) & ~TD_SEGMENT_GROUP_FLAG;
	/* No event is empty: a run of zeros, as an unfinished write leaves it, is no record. */
	if (size == 0 || size > TD_RAW_EVENT_MAX)
		return TD_SEGMENT_BROKEN;
	if (bytes.size < td_segment_record_size(size))
		return TD_SEGMENT_SHORT;
	*event = (td_slice_t){bytes.data + TD_SEGMENT_RECORD_HEADER_SIZE, size};
	*used = (size_t)td_segment_record_size(size);
	return load_u32(bytes.data + 4) == record_crc(bytes.data, *event) ? TD_SEGMENT_RECORD
									  : TD_SEGMENT_BROKEN;
}

/* Whether a whole record that begins a group starts anywhere in `rest`. Looks at no more bytes than
 * it may; where that is not enough, a person looks. */
static bool group_begins_in(td_slice_t rest)
{
	td_slice_t event;
	size_t used, left = SEARCH_MAX;
	for (; rest.size >= TD_SEGMENT_RECORD_HEADER_SIZE; rest.data++, rest.size--) {
		uint32_t word = load_u32(rest.data);
		size_t size = word & ~TD_SEGMENT_GROUP_FLAG;
		if ((word & TD_SEGMENT_GROUP_FLAG) == 0 || size == 0 || size > TD_RAW_EVENT_MAX)
			continue;
		if (size > left || td_segment_read_record(rest, &event, &used) == TD_SEGMENT_RECORD)
			return true;
		left -= size;
	}
	return false;
}

bool td_segment_scan(td_slice_t bytes, td_segment_scan_t *scan)
{
	if (!td_segment_read_header(bytes, &scan->header))
		return false;
	scan->next = scan->header.first;
	scan->chain = scan->header.chain;
	td_slice_t rest = {bytes.data + TD_SEGMENT_HEADER_SIZE,
			   bytes.size - TD_SEGMENT_HEADER_SIZE};
	td_slice_t event;
	size_t used;
	while (td_segment_read_record(rest, &event, &used) == TD_SEGMENT_RECORD) {
		scan->chain = td_chain_next(scan->chain, event);
		scan->next++;
		rest.data += used;
		rest.size -= used;
	}
	scan->size = bytes.size - rest.size;
	scan->torn = rest.size;
	scan->damaged = group_begins_in(rest);
	return true;
}
