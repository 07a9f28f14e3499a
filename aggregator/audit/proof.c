#include "aggregator/audit/proof.h"

#include "aggregator/audit/base64.h"
#include "proto/json_text.h"
#include "aggregator/audit/checkpoint.h"
#include "aggregator/audit/note_parts.h"

#include <inttypes.h>
#include <stdio.h>

static const char inclusion_line[] = "c2sp.org/tlog-proof@v1";
static const char consistency_line[] = "thidua/consistency-proof@v1";

static void write_line(td_buf_t *out, const char *text)
{
	td_buf_add_text(out, text);
	td_buf_add_byte(out, '\n');
}

static void write_coded(td_buf_t *out, const char *before, td_slice_t bytes)
{
	td_buf_add_text(out, before);
	td_base64_add(out, bytes);
	td_buf_add_byte(out, '\n');
}

static void write_hashes(td_buf_t *out, const td_proof_t *proof)
{
	for (size_t i = 0; i < proof->count; i++)
		write_coded(out, "", (td_slice_t){proof->hashes[i].bytes, TD_HASH_SIZE});
	write_line(out, "");
}

void td_proof_write(const td_proof_file_t *file, td_buf_t *out)
{
	char index[32];
	if (file->kind == TD_PROOF_CONSISTENCY) {
		write_line(out, consistency_line);
		write_hashes(out, &file->proof);
		td_buf_add_slice(out, file->older);
		write_line(out, "");
	} else {
		write_line(out, inclusion_line);
		if (file->extra.size > 0)
			write_coded(out, "extra ", file->extra);
		(void)snprintf(index, sizeof index, "index %" PRIu64, file->index);
		write_line(out, index);
		write_hashes(out, &file->proof);
	}
	td_buf_add_slice(out, file->note);
}

/* What stands behind `word` in the next line, which is then taken; data NULL: it begins otherwise.
 */
static td_slice_t take_word(td_slice_t *rest, const char *word)
{
	td_slice_t left = *rest, line;
	size_t size = strlen(word);
	if (!td_note_line(&left, &line) || line.size < size || memcmp(line.data, word, size) != 0)
		return (td_slice_t){NULL, 0};
	*rest = left;
	return (td_slice_t){line.data + size, line.size - size};
}

/* Hashes up to an empty line. */
static bool read_hashes(td_slice_t *rest, td_proof_t *proof)
{
	td_slice_t line;
	size_t size;
	while (td_note_line(rest, &line)) {
		if (line.size == 0)
			return true;
		if (proof->count == TD_MERKLE_PROOF_MAX ||
		    !td_base64_read(line, proof->hashes[proof->count].bytes, TD_HASH_SIZE, &size) ||
		    size != TD_HASH_SIZE)
			return false;
		proof->count++;
	}
	return false;
}

static bool read_extra(td_slice_t *rest, td_buf_t *room, td_slice_t *extra)
{
	td_slice_t coded = take_word(rest, "extra ");
	*extra = (td_slice_t){NULL, 0};
	if (coded.data == NULL)
		return true;
	td_buf_clear(room);
	uint8_t *bytes = td_buf_extend(room, coded.size);
	if (bytes == NULL || !td_base64_read(coded, bytes, coded.size, &extra->size))
		return false;
	extra->data = bytes;
	return true;
}

static bool read_inclusion(td_slice_t rest, td_proof_file_t *file, td_buf_t *room)
{
	if (!read_extra(&rest, room, &file->extra) ||
	    !td_checkpoint_number(take_word(&rest, "index "), &file->index) ||
	    !read_hashes(&rest, &file->proof))
		return false;
	file->note = rest;
	return rest.size > 0;
}

/* Two notes: a head has no empty line, so the first note ends at the second empty line. */
static bool read_consistency(td_slice_t rest, td_proof_file_t *file)
{
	td_slice_t line;
	if (!read_hashes(&rest, &file->proof))
		return false;
	const uint8_t *begin = rest.data;
	for (int empty = 0; empty < 2;) {
		if (!td_note_line(&rest, &line))
			return false;
		empty += line.size == 0 ? 1 : 0;
	}
	file->older = (td_slice_t){begin, (size_t)(line.data - begin)};
	file->note = rest;
	return rest.size > 0;
}

bool td_proof_read(td_slice_t bytes, td_proof_file_t *file, td_buf_t *room, td_err_t *err)
{
	td_slice_t rest = bytes, line;
	bool fine = false;
	*file = (td_proof_file_t){0};
	if (bytes.size <= TD_PROOF_FILE_MAX && td_note_line(&rest, &line)) {
		if (td_slice_equal(line, td_slice_text(inclusion_line))) {
			fine = read_inclusion(rest, file, room);
		} else if (td_slice_equal(line, td_slice_text(consistency_line))) {
			file->kind = TD_PROOF_CONSISTENCY;
			fine = read_consistency(rest, file);
		}
	}
	return fine || td_err_set(err, TD_EDATA,
				  "this is no proof: neither a whole tlog-proof nor a whole "
				  "consistency proof of thidua");
}
