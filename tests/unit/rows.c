/* Each folder of tests/rows: an event, and all that is said of it.
 *
 * event.json is an Event in proto3's JSON, event.hex raw bytes ("7a*65537" is a byte so often);
 * expect names the owner of the raw topic and the append time, then what the verdict says: an
 * error or a warning with its field ("-" is the whole), severity, group and stages of a valid one.
 */
#include "proto/json.h"
#include "proto/pb.h"
#include "tests/support/tables.h"
#include "workers/path.h"
#include "workers/reason.h"
#include "workers/verdict.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

enum { ROWS_MAX = 1000, FILE_MAX = 64 * 1024, BYTES_MAX = 128 * 1024, VERSION = 21 };

static td_reference_t *reference;
static td_arena_t *arena;
static struct dirent **names;
static int name_count;

/* What a folder says. */
typedef struct row {
	const char *name;
	char reporter[TD_ID_MAX];
	int64_t append_ms;
	td_slice_t bytes;
	char expected[FILE_MAX], found[FILE_MAX];
} row_t;

static int is_row(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int set_up(void **state)
{
	(void)state;
	reference = td_tables_read(VERSION);
	arena = td_arena_new(2 * TD_VERDICT_ARENA);
	name_count = scandir(TD_SOURCE "/tests/rows", &names, is_row, alphasort);
	return name_count > 0 && name_count <= ROWS_MAX ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	for (int i = 0; i < name_count; i++)
		free(names[i]);
	free(names);
	td_arena_free(arena);
	td_reference_free(reference);
	return 0;
}

/* The file in `text`, terminated; false when there is none. */
static bool read_file(const char *row, const char *file, char *text)
{
	char path[1024];
	(void)snprintf(path, sizeof path, "%s/tests/rows/%s/%s", TD_SOURCE, row, file);
	FILE *stream = fopen(path, "r");
	if (stream == NULL)
		return false;
	size_t size = fread(text, 1, FILE_MAX - 1, stream);
	(void)fclose(stream);
	assert_true(size < FILE_MAX - 1);
	text[size] = '\0';
	return true;
}

static td_slice_t from_hex(char *text)
{
	uint8_t *bytes = td_arena_take(arena, BYTES_MAX);
	size_t size = 0;
	char *rest = NULL;
	for (char *word = strtok_r(text, " \n", &rest); word != NULL;
	     word = strtok_r(NULL, " \n", &rest)) {
		char *end;
		unsigned long byte = strtoul(word, &end, 16);
		unsigned long count = *end == '*' ? strtoul(end + 1, &end, 10) : 1;
		assert_true(*end == '\0' && byte <= UINT8_MAX && count <= BYTES_MAX - size);
		memset(bytes + size, (int)byte, count);
		size += count;
	}
	return (td_slice_t){bytes, size};
}

static td_slice_t from_json(const char *name, const char *text)
{
	td_json_problems_t problems;
	td_slice_t packed;
	const ProtobufCMessage *message =
		td_json_read(td_slice_text(text), &thidua__v1__event__descriptor, arena, &problems);
	if (message == NULL)
		fail_msg("%s: %s: %s", name, problems.items[0].path, problems.items[0].text);
	assert_true(td_pb_pack(message, arena, &packed));
	return packed;
}

static int64_t moment_ms(const char *text)
{
	struct tm moment = {0};
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &moment);
	assert_true(end != NULL && *end == '\0');
	return (int64_t)timegm(&moment) * 1000;
}

/* Reads the header lines; the rest is what is expected. */
static void read_expectation(row_t *row, char *text)
{
	char *rest = NULL;
	size_t size = 0;
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (strncmp(line, "reporter ", 9) == 0)
			(void)snprintf(row->reporter, sizeof row->reporter, "%s", line + 9);
		else if (strncmp(line, "append ", 7) == 0)
			row->append_ms = moment_ms(line + 7);
		else if (line[0] != '#')
			size += (size_t)snprintf(row->expected + size, sizeof row->expected - size,
						 "%s\n", line);
	}
}

static void read_row(const char *name, row_t *row)
{
	char text[FILE_MAX];
	memset(row, 0, sizeof *row);
	row->name = name;
	if (!read_file(name, "expect", text))
		fail_msg("%s has no expect", name);
	read_expectation(row, text);
	if (read_file(name, "event.json", text))
		row->bytes = from_json(name, text);
	else if (read_file(name, "event.hex", text))
		row->bytes = from_hex(text);
	else
		fail_msg("%s has neither event.json nor event.hex", name);
}

__attribute__((format(printf, 2, 3))) static void print(row_t *row, const char *format, ...)
{
	size_t used = strlen(row->found);
	va_list args;
	va_start(args, format);
	(void)vsnprintf(row->found + used, sizeof row->found - used, format, args);
	va_end(args);
}

static void print_findings(row_t *row, const char *what, Thidua__V1__Finding **list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char code[8];
		td_reason_print(list[i]->code, code);
		print(row, "%s %s %s\n", what, code,
		      list[i]->field[0] == '\0' ? "-" : list[i]->field);
	}
}

/* The name of an enum's value without the enum's own: "SERIOUS". */
static const char *short_name(const ProtobufCEnumDescriptor *descriptor, int number,
			      const char *prefix)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(descriptor, number);
	return value == NULL ? "?" : value->name + strlen(prefix);
}

static void print_enriched(row_t *row, const Thidua__V1__Enriched *enriched)
{
	if (enriched->severity != 0)
		print(row, "severity %s\n",
		      short_name(&thidua__v1__severity__descriptor, enriched->severity,
				 "SEVERITY_"));
	if (enriched->crime_group != 0)
		print(row, "group %s\n",
		      short_name(&thidua__v1__crime_group__descriptor, enriched->crime_group,
				 "CRIME_GROUP_"));
	for (size_t i = 0; i < enriched->n_stages; i++) {
		const Thidua__V1__Stage *stage = enriched->stages[i];
		print(row, "stage %s %d %s %u\n",
		      short_name(&thidua__v1__stage_kind__descriptor, stage->kind, "STAGE_KIND_"),
		      stage->on, stage->province, stage->cluster);
	}
	print_findings(row, "warning", enriched->warnings, enriched->n_warnings);
}

static void judge(row_t *row)
{
	const td_raw_t raw = {UINT64_C(1) << 40, row->append_ms, row->bytes};
	td_slice_t packed, kept;
	assert_true(td_verdict_judge(&raw, row->reporter, reference, arena, &packed));
	const Thidua__V1__Verdict *verdict = td_verdict_read(packed.data, packed.size, arena);
	if (verdict == NULL)
		fail_msg("%s: the verdict cannot be read", row->name);
	assert_true(verdict->raw_offset == raw.offset && verdict->append_ms == raw.append_ms);
	assert_int_equal(verdict->reference_version, VERSION);
	if (verdict->outcome_case == THIDUA__V1__VERDICT__OUTCOME_ENRICHED) {
		print_enriched(row, verdict->enriched);
		kept = (td_slice_t){verdict->enriched->raw.data, verdict->enriched->raw.len};
	} else {
		print_findings(row, "error", verdict->rejected->reasons,
			       verdict->rejected->n_reasons);
		kept = (td_slice_t){verdict->rejected->raw.data, verdict->rejected->raw.len};
	}
	assert_true(td_slice_equal(kept, row->bytes));
}

static void each_row_is_judged_as_expected(void **state)
{
	(void)state;
	static row_t row;
	int wrong = 0;
	for (int i = 0; i < name_count; i++) {
		td_arena_reset(arena);
		read_row(names[i]->d_name, &row);
		judge(&row);
		if (strcmp(row.found, row.expected) == 0)
			continue;
		wrong++;
		print_error("%s: expected\n%sfound\n%s", row.name, row.expected, row.found);
	}
	assert_int_equal(wrong, 0);
}

static void every_reason_has_a_row(void **state)
{
	(void)state;
	static row_t row;
	static char all[FILE_MAX * 4];
	size_t count, size = 0;
	for (int i = 0; i < name_count; i++) {
		td_arena_reset(arena);
		read_row(names[i]->d_name, &row);
		size += (size_t)snprintf(all + size, sizeof all - size, "%s", row.expected);
		assert_true(size < sizeof all);
	}
	const td_reason_info_t *reasons = td_reason_all(&count);
	for (size_t i = 0; i < count; i++) {
		char code[8], line[32];
		td_reason_print(reasons[i].reason, code);
		(void)snprintf(line, sizeof line, "%s %s ", code[0] == 'W' ? "warning" : "error",
			       code);
		if (strstr(all, line) == NULL)
			fail_msg("no row shows %s %s", code, reasons[i].name);
	}
}

static void every_field_found_is_a_path(void **state)
{
	(void)state;
	static row_t row;
	size_t count;
	const char *const *paths = td_path_all(&count);
	for (int i = 0; i < name_count; i++) {
		char *rest = NULL, kind[16], code[16], field[128];
		td_arena_reset(arena);
		read_row(names[i]->d_name, &row);
		judge(&row);
		for (char *line = strtok_r(row.found, "\n", &rest); line != NULL;
		     line = strtok_r(NULL, "\n", &rest)) {
			size_t at = 0;
			if (sscanf(line, "%15s %15s %127s", kind, code, field) != 3 ||
			    (strcmp(kind, "error") != 0 && strcmp(kind, "warning") != 0) ||
			    strcmp(field, "-") == 0)
				continue;
			while (at < count && strcmp(paths[at], field) != 0)
				at++;
			if (at == count)
				fail_msg("%s: no path '%s'", row.name, field);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_is_judged_as_expected),
		cmocka_unit_test(every_reason_has_a_row),
		cmocka_unit_test(every_field_found_is_a_path),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
