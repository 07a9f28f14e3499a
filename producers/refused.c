#include "producers/refused.h"

#include <stdio.h>
#include <utf8proc.h>

static void add_escaped(td_buf_t *out, uint8_t byte)
{
	char text[8];
	if (byte == '"' || byte == '\\') {
		td_buf_add_byte(out, '\\');
		td_buf_add_byte(out, byte);
	} else if (byte < 0x20 || byte == 0x7f) {
		(void)snprintf(text, sizeof text, "\\u%04x", byte);
		td_buf_add_text(out, text);
	} else {
		td_buf_add_byte(out, byte);
	}
}

static void add_string(td_buf_t *out, td_slice_t text)
{
	td_buf_add_byte(out, '"');
	while (text.size > 0) {
		utf8proc_int32_t code;
		utf8proc_ssize_t size =
			utf8proc_iterate(text.data, (utf8proc_ssize_t)text.size, &code);
		if (size < 1) {
			td_buf_add_text(out, "\xef\xbf\xbd");
			size = 1;
		} else if (size == 1) {
			add_escaped(out, *text.data);
		} else {
			td_buf_add(out, text.data, (size_t)size);
		}
		text.data += size;
		text.size -= (size_t)size;
	}
	td_buf_add_byte(out, '"');
}

static void add_member(td_buf_t *out, const char *before, const char *name, const char *text)
{
	td_buf_add_text(out, before);
	td_buf_add_byte(out, '"');
	td_buf_add_text(out, name);
	td_buf_add_text(out, "\":");
	add_string(out, td_slice_text(text));
}

static void add_reason(td_buf_t *out, const td_row_finding_t *finding)
{
	add_member(out, "{", "code", finding->code);
	add_member(out, ",", "field", finding->field);
	add_member(out, ",", "vi", finding->vi);
	add_member(out, ",", "en", finding->en);
	if (finding->detail[0] != '\0')
		add_member(out, ",", "detail", finding->detail);
	td_buf_add_byte(out, '}');
}

void td_refused_add(td_buf_t *out, const td_refused_t *refused)
{
	add_member(out, "{", "file", refused->file);
	td_buf_add_text(out, ",\"line\":");
	td_buf_add_decimal(out, (int64_t)refused->line);
	td_buf_add_text(out, ",\"reasons\":[");
	for (size_t i = 0; i < refused->errors->count; i++) {
		if (i > 0)
			td_buf_add_byte(out, ',');
		add_reason(out, &refused->errors->items[i]);
	}
	td_buf_add_text(out, "],\"row\":");
	add_string(out, refused->row);
	td_buf_add_text(out, "}\n");
}
