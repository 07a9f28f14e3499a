#include "common/log.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/clock.h"

enum { LINE_MAX_BYTES = 8192, VALUE_MAX_BYTES = 2048 };

static const char *const names[] = {"debug", "info", "warn", "error"};

/* Set before threads start, then only read. */
static struct {
	td_log_level_t level;
	const char *program;
} settled = {TD_LOG_INFO, NULL};

const td_opt_t td_log_options[] = {
	{.section = "log",
	 .name = "level",
	 .flag = "log-level",
	 .argument = "LEVEL",
	 .type = TD_OPT_CHOICE,
	 .at = offsetof(td_log_settings_t, level),
	 .standard = "info",
	 .choices = "debug info warn error",
	 .doc = "how much to log: debug, info, warn or error"},
};
const size_t td_log_option_count = TD_COUNT(td_log_options);

void td_log_start(const td_log_settings_t *settings, const char *program)
{
	settled.program = program;
	for (size_t i = 0; i < TD_COUNT(names); i++) {
		if (settings->level && strcmp(names[i], settings->level) == 0)
			settled.level = (td_log_level_t)i;
	}
}

static bool is_plain(td_slice_t text)
{
	for (size_t i = 0; i < text.size; i++) {
		uint8_t byte = text.data[i];
		if (byte <= ' ' || byte == '"' || byte == '=' || byte == '\\' || byte == 0x7f)
			return false;
	}
	return text.size > 0;
}

/* Bytes above 0x7f pass as they are: names of places are UTF-8. */
static void add_quoted_byte(td_buf_t *line, uint8_t byte)
{
	static const char hex[] = "0123456789abcdef";
	if (byte == '"' || byte == '\\') {
		td_buf_add_byte(line, '\\');
		td_buf_add_byte(line, byte);
	} else if (byte == '\n') {
		td_buf_add_text(line, "\\n");
	} else if (byte < ' ' || byte == 0x7f) {
		td_buf_add_text(line, "\\x");
		td_buf_add_byte(line, (uint8_t)hex[byte >> 4]);
		td_buf_add_byte(line, (uint8_t)hex[byte & 15]);
	} else {
		td_buf_add_byte(line, byte);
	}
}

static void add_value(td_buf_t *line, td_slice_t text)
{
	bool cut = text.size > VALUE_MAX_BYTES;
	if (cut)
		text.size = VALUE_MAX_BYTES;
	if (!cut && is_plain(text)) {
		td_buf_add_slice(line, text);
		return;
	}
	td_buf_add_byte(line, '"');
	for (size_t i = 0; i < text.size; i++)
		add_quoted_byte(line, text.data[i]);
	td_buf_add_text(line, cut ? "...\"" : "\"");
}

static void add_time(td_buf_t *line, int64_t wall_ms)
{
	char text[64];
	struct tm utc = {0};
	time_t seconds = (time_t)(wall_ms / 1000);
	(void)gmtime_r(&seconds, &utc);
	size_t size = strftime(text, sizeof text, "time=%Y-%m-%dT%H:%M:%S", &utc);
	td_buf_add(line, text, size);
	(void)snprintf(text, sizeof text, ".%03dZ", (int)(wall_ms % 1000));
	td_buf_add_text(line, text);
}

static void add_field(td_buf_t *line, const td_log_field_t *field)
{
	size_t before = line->size;
	td_buf_add_byte(line, ' ');
	td_buf_add_text(line, field->key);
	td_buf_add_byte(line, '=');
	if (field->text.data)
		add_value(line, field->text);
	else
		td_buf_add_decimal(line, field->number);
	if (line->failed) { /* a field that does not fit is left out whole */
		line->size = before;
		line->failed = false;
	}
}

void td_log_write(td_log_level_t level, const char *event, const td_log_field_t *fields)
{
	if (level < settled.level)
		return;
	td_buf_t line = td_buf_make(LINE_MAX_BYTES);
	add_time(&line, td_clock_wall_ms());
	add_field(&line, &(td_log_field_t){"level", td_slice_text(names[level]), 0});
	if (settled.program)
		add_field(&line, &(td_log_field_t){"program", td_slice_text(settled.program), 0});
	add_field(&line, &(td_log_field_t){"event", td_slice_text(event), 0});
	for (; fields->key; fields++)
		add_field(&line, fields);
	line.max++;
	td_buf_add_byte(&line, '\n');
	/* Where the log cannot be written there is nobody to tell. */
	if (!line.failed && write(STDERR_FILENO, line.data, line.size) < 0)
		line.failed = true;
	td_buf_free(&line);
}

bool td_log_allowed(td_log_limit_t *limit, int64_t now_ms, int64_t every_ms, int64_t *held)
{
	if (limit->next_ms > now_ms) {
		limit->held++;
		return false;
	}
	*held = limit->held;
	*limit = (td_log_limit_t){.next_ms = now_ms + every_ms};
	return true;
}
