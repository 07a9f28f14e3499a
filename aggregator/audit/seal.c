#include "aggregator/audit/seal.h"

#include "aggregator/audit/base64.h"
#include "proto/json_text.h"
#include "workers/topics.h"

#include <inttypes.h>
#include <stdio.h>

bool td_seal_origin(const char *key_name, const char *reporter, td_seal_t *seal)
{
	int size = snprintf(seal->origin, sizeof seal->origin, "%s/%s", key_name, reporter);
	(void)snprintf(seal->reporter, sizeof seal->reporter, "%s", reporter);
	return size > 0 && (size_t)size < sizeof seal->origin;
}

static void write_hash(td_buf_t *out, const td_hash_t *hash)
{
	td_base64_add(out, (td_slice_t){hash->bytes, TD_HASH_SIZE});
	td_buf_add_byte(out, '\n');
}

void td_seal_write(const td_seal_t *seal, td_buf_t *out)
{
	char line[80];
	const td_checkpoint_t head = {.origin = td_slice_text(seal->origin), .tree = seal->tree};
	td_checkpoint_write(&head, out);
	(void)snprintf(line, sizeof line, "offset %" PRIu64 " %" PRId64 "\ntallies %" PRIu32 " ",
		       seal->next_offset, seal->last_append_ms, seal->generation);
	td_buf_add_text(out, line);
	write_hash(out, &seal->tallies);
	td_buf_add_text(out, "previous ");
	if (seal->has_previous)
		write_hash(out, &seal->previous);
	else
		td_buf_add_text(out, "none\n");
}

static bool read_hash(td_slice_t text, td_hash_t *hash)
{
	size_t size;
	return td_base64_read(text, hash->bytes, TD_HASH_SIZE, &size) && size == TD_HASH_SIZE;
}

/* A number and what stands behind the space after it. */
static bool read_pair(td_slice_t text, uint64_t *number, td_slice_t *rest)
{
	const uint8_t *space = text.size > 0 ? memchr(text.data, ' ', text.size) : NULL;
	if (space == NULL)
		return false;
	size_t size = (size_t)(space - text.data);
	*rest = (td_slice_t){space + 1, text.size - size - 1};
	return td_checkpoint_number((td_slice_t){text.data, size}, number);
}

static bool read_origin(td_slice_t origin, td_seal_t *seal)
{
	if (origin.size >= sizeof seal->origin)
		return false;
	memcpy(seal->origin, origin.data, origin.size);
	seal->origin[origin.size] = '\0';
	const char *slash = strrchr(seal->origin, '/');
	if (slash == NULL || slash == seal->origin || !td_topic_reporter_valid(slash + 1))
		return false;
	(void)snprintf(seal->reporter, sizeof seal->reporter, "%s", slash + 1);
	return true;
}

static bool read_lines(const td_checkpoint_t *head, td_seal_t *seal)
{
	uint64_t generation, append;
	td_slice_t rest;
	if (!read_pair(td_checkpoint_line(head, "offset"), &seal->next_offset, &rest) ||
	    !td_checkpoint_number(rest, &append) || append > INT64_MAX ||
	    !read_pair(td_checkpoint_line(head, "tallies"), &generation, &rest) ||
	    generation > UINT32_MAX || !read_hash(rest, &seal->tallies))
		return false;
	seal->last_append_ms = (int64_t)append;
	seal->generation = (uint32_t)generation;
	td_slice_t previous = td_checkpoint_line(head, "previous");
	seal->has_previous = !td_slice_equal(previous, td_slice_text("none"));
	return !seal->has_previous || read_hash(previous, &seal->previous);
}

bool td_seal_read(td_slice_t text, td_hasher_t *hasher, td_seal_t *seal, td_err_t *err)
{
	td_checkpoint_t head;
	*seal = (td_seal_t){.origin = ""};
	if (!td_checkpoint_read(text, &head, err))
		return false;
	if (!read_origin(head.origin, seal) || !read_lines(&head, seal))
		return td_err_set(
			err, TD_EDATA,
			"this tree head is no seal of thidua: its origin must end in a "
			"reporter, and it must have lines for offset, tallies and previous");
	seal->tree = head.tree;
	seal->id = td_hasher_sum(hasher, text);
	return true;
}
