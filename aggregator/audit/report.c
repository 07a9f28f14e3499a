#include "aggregator/audit/report.h"

#include "aggregator/audit/report_parts.h"
#include "aggregator/model.h"
#include "common/table.h"
#include "workers/text.h"

enum { NUMBER_MAX = 32 };

td_report_t *td_report_new(const char *command, bool judges, td_lang_t lang, td_arena_t *arena)
{
	td_report_t *report = td_arena_take(arena, sizeof *report);
	if (report != NULL)
		*report = (td_report_t){
			.command = command, .judges = judges, .lang = lang, .arena = arena};
	return report;
}

td_lang_t td_report_lang(const td_report_t *report)
{
	return report->lang;
}

const char *td_report_word(const td_report_t *report, const char *vi, const char *en)
{
	return td_say(report->lang, vi, en);
}

/* Bytes of the character that begins there, as far as its first byte says; 0: nothing to be shown.
 */
static size_t character_at(const char *text)
{
	uint8_t first = (uint8_t)*text;
	size_t size = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	const td_slice_t character = {(const uint8_t *)text, strnlen(text, size)};
	return first == '\t' || td_text_check(character) == 0 ? character.size : 0;
}

/* What somebody put into Redis or a log may be anything: it must not move a terminal's cursor,
 * write lines of its own into the report, or break its JSON. */
static td_report_cell_t copy(td_report_t *report, td_report_cell_t cell)
{
	if (cell.text == NULL)
		return cell;
	char *shown = td_arena_take(report->arena, strlen(cell.text) + 1), *out = shown;
	for (const char *at = cell.text; shown != NULL && *at != '\0';) {
		size_t size = character_at(at);
		if (size > 0)
			memcpy(out, at, size);
		else
			*out = '?';
		out += size > 0 ? size : 1;
		at += size > 0 ? size : 1;
	}
	if (shown != NULL)
		*out = '\0';
	else
		report->failed = true;
	return (td_report_cell_t){shown, 0};
}

static td_report_table_t *find_table(td_report_t *report, const td_report_kind_t *kind)
{
	for (size_t i = 0; i < report->table_count; i++) {
		if (report->tables[i].kind == kind)
			return &report->tables[i];
	}
	if (report->table_count == TD_REPORT_TABLES_MAX)
		return NULL;
	td_report_table_t *table = &report->tables[report->table_count++];
	*table = (td_report_table_t){.kind = kind};
	return table;
}

void td_report_row(td_report_t *report, const td_report_kind_t *kind, const td_report_cell_t *cells)
{
	td_report_table_t *table = find_table(report, kind);
	if (table == NULL) {
		report->failed = true;
		return;
	}
	if (table->count++ >= TD_REPORT_ROWS_MAX)
		return;
	td_report_row_t *row = td_arena_take(
		report->arena, sizeof *row + kind->column_count * sizeof(td_report_cell_t));
	if (row == NULL) {
		report->failed = true;
		return;
	}
	row->next = NULL;
	for (size_t i = 0; i < kind->column_count; i++)
		row->cells[i] = copy(report, cells[i]);
	if (table->last == NULL)
		table->first = row;
	else
		table->last->next = row;
	table->last = row;
	table->shown++;
}

void td_report_more(td_report_t *report, const td_report_kind_t *kind, uint64_t count)
{
	td_report_table_t *table = find_table(report, kind);
	if (table == NULL)
		report->failed = true;
	else
		table->count += count;
}

void td_report_fact(td_report_t *report, const td_report_column_t *fact, td_report_cell_t value)
{
	if (report->fact_count == TD_REPORT_FACTS_MAX) {
		report->failed = true;
		return;
	}
	report->facts[report->fact_count++] = (td_report_fact_t){fact, copy(report, value)};
}

uint64_t td_report_wrong(const td_report_t *report)
{
	uint64_t wrong = 0;
	for (size_t i = 0; i < report->table_count; i++)
		wrong += report->tables[i].kind->wrong ? report->tables[i].count : 0;
	return wrong;
}

const char *td_report_show(const td_report_t *report, const td_report_cell_t *cell)
{
	if (cell->text != NULL)
		return cell->text;
	char *text = td_arena_take(report->arena, NUMBER_MAX);
	if (text != NULL)
		td_model_number(cell->number, report->lang == TD_LANG_VI, text);
	return text;
}

const char *td_report_outcome(const td_report_t *report)
{
	if (td_report_wrong(report) > 0)
		return td_say(report->lang, "Có sai khác, đã liệt kê.",
			      "There are differences; they are listed.");
	return report->judges ? td_say(report->lang, "Khớp và nguyên vẹn.", "Equal and intact.")
			      : "";
}

static bool write_facts(const td_report_t *report, td_buf_t *out)
{
	static const char *const heads[] = {"", ""};
	static const bool right[] = {false, false};
	const char *text;
	td_table_t *table = td_table_new(heads, right, TD_COUNT(heads), report->arena);
	bool ok = table != NULL;
	for (size_t i = 0; ok && i < report->fact_count; i++) {
		const td_report_fact_t *fact = &report->facts[i];
		const char *const cells[] = {td_say(report->lang, fact->what->vi, fact->what->en),
					     td_report_show(report, &fact->value)};
		ok = cells[1] != NULL && td_table_add(table, cells);
	}
	if (!ok || !td_table_text(table, &text))
		return false;
	td_buf_add_text(out, text + strspn(text, " \n"));
	return true;
}

static bool write_rows(const td_report_t *report, const td_report_table_t *rows, td_buf_t *out)
{
	const td_report_kind_t *kind = rows->kind;
	const char *cells[TD_REPORT_COLUMNS_MAX], *text;
	bool right[TD_REPORT_COLUMNS_MAX];
	for (size_t i = 0; i < kind->column_count; i++) {
		cells[i] = td_say(report->lang, kind->columns[i].vi, kind->columns[i].en);
		right[i] = kind->columns[i].number;
	}
	td_table_t *table = td_table_new(cells, right, kind->column_count, report->arena);
	bool ok = table != NULL;
	for (const td_report_row_t *row = rows->first; ok && row != NULL; row = row->next) {
		const char **shown =
			td_arena_take(report->arena, kind->column_count * sizeof(char *));
		for (size_t i = 0; shown != NULL && i < kind->column_count; i++)
			if ((shown[i] = td_report_show(report, &row->cells[i])) == NULL)
				shown = NULL;
		ok = shown != NULL && td_table_add(table, shown);
	}
	if (!ok || !td_table_text(table, &text))
		return false;
	td_buf_add_text(out, text);
	return true;
}

static bool write_text(const td_report_t *report, td_buf_t *out)
{
	char more[NUMBER_MAX];
	if (!write_facts(report, out))
		return false;
	for (size_t i = 0; i < report->table_count; i++) {
		const td_report_table_t *table = &report->tables[i];
		if (out->size > 0)
			td_buf_add_text(out, "\n");
		td_buf_add_text(out, td_say(report->lang, table->kind->vi, table->kind->en));
		td_buf_add_text(out, "\n");
		if (!write_rows(report, table, out))
			return false;
		if (table->count > table->shown) {
			td_model_number((int64_t)(table->count - table->shown),
					report->lang == TD_LANG_VI, more);
			td_buf_add_text(out, td_say(report->lang, "… và thêm ", "… and more: "));
			td_buf_add_text(out, more);
			td_buf_add_text(out, "\n");
		}
	}
	if (*td_report_outcome(report) != '\0') {
		td_buf_add_text(out, "\n");
		td_buf_add_text(out, td_report_outcome(report));
		td_buf_add_text(out, "\n");
	}
	return true;
}

bool td_report_write(const td_report_t *report, td_report_form_t form, td_buf_t *out, td_err_t *err)
{
	bool ok = !report->failed;
	if (form == TD_REPORT_HTML)
		td_report_write_html(report, out);
	else if (form == TD_REPORT_JSON)
		td_report_write_json(report, out);
	else
		ok = ok && write_text(report, out);
	return (ok && !out->failed) || td_err_set(err, TD_EMEMORY, "the report does not fit");
}
