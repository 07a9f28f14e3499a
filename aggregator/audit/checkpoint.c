#include "aggregator/audit/checkpoint.h"

#include "aggregator/audit/base64.h"
#include "proto/json_text.h"
#include "aggregator/audit/note_parts.h"

#include <inttypes.h>
#include <stdio.h>

bool td_checkpoint_number(td_slice_t text, uint64_t *number)
{
	*number = 0;
	if (text.size == 0 || (text.size > 1 && text.data[0] == '0'))
		return false;
	for (size_t i = 0; i < text.size; i++) {
		uint64_t digit = (uint64_t)text.data[i] - '0';
		if (digit > 9 || *number > (UINT64_MAX - digit) / 10)
			return false;
		*number = *number * 10 + digit;
	}
	return true;
}

static bool own_lines_are_fine(td_slice_t lines)
{
	td_slice_t line;
	while (td_note_line(&lines, &line)) {
		if (line.size == 0)
			return false;
	}
	return true;
}

bool td_checkpoint_read(td_slice_t text, td_checkpoint_t *checkpoint, td_err_t *err)
{
	td_slice_t rest = text, size, root;
	size_t root_size;
	*checkpoint = (td_checkpoint_t){0};
	bool fine = text.size > 0 && text.size <= TD_CHECKPOINT_MAX &&
		    text.data[text.size - 1] == '\n' && td_note_line(&rest, &checkpoint->origin) &&
		    checkpoint->origin.size > 0 && td_note_line(&rest, &size) &&
		    td_checkpoint_number(size, &checkpoint->tree.size) &&
		    td_note_line(&rest, &root) &&
		    td_base64_read(root, checkpoint->tree.root.bytes, TD_HASH_SIZE, &root_size) &&
		    root_size == TD_HASH_SIZE && own_lines_are_fine(rest);
	checkpoint->lines = rest;
	return fine || td_err_set(err, TD_EDATA,
				  "this is no tree head: its lines must be an origin, a size and "
				  "the base64 of a root, and none may be empty");
}

void td_checkpoint_write(const td_checkpoint_t *checkpoint, td_buf_t *out)
{
	char size[24];
	(void)snprintf(size, sizeof size, "\n%" PRIu64 "\n", checkpoint->tree.size);
	td_buf_add_slice(out, checkpoint->origin);
	td_buf_add_text(out, size);
	td_base64_add(out, (td_slice_t){checkpoint->tree.root.bytes, TD_HASH_SIZE});
	td_buf_add_byte(out, '\n');
	td_buf_add_slice(out, checkpoint->lines);
}

td_slice_t td_checkpoint_line(const td_checkpoint_t *checkpoint, const char *word)
{
	td_slice_t rest = checkpoint->lines, line;
	size_t size = strlen(word);
	while (td_note_line(&rest, &line)) {
		if (line.size > size && memcmp(line.data, word, size) == 0 &&
		    line.data[size] == ' ')
			return (td_slice_t){line.data + size + 1, line.size - size - 1};
	}
	return (td_slice_t){NULL, 0};
}
