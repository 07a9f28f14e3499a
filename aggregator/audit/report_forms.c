/* report as one HTML file without anything outside it, and as JSON. */
#include "aggregator/audit/report_parts.h"

#include <stdio.h>

static void escape_html(td_buf_t *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '&')
			td_buf_add_text(out, "&amp;");
		else if (*text == '<')
			td_buf_add_text(out, "&lt;");
		else if (*text == '>')
			td_buf_add_text(out, "&gt;");
		else if (*text == '"')
			td_buf_add_text(out, "&quot;");
		else
			td_buf_add_byte(out, (uint8_t)*text);
	}
}

static void element(td_buf_t *out, const char *begin, const char *text, const char *end)
{
	td_buf_add_text(out, begin);
	escape_html(out, text != NULL ? text : "");
	td_buf_add_text(out, end);
}

static void html_cell(const td_report_t *report, const td_report_cell_t *cell, td_buf_t *out)
{
	element(out, cell->text == NULL ? "<td class=n>" : "<td>", td_report_show(report, cell),
		"</td>");
}

static void html_table(const td_report_t *report, const td_report_table_t *table, td_buf_t *out)
{
	const td_report_kind_t *kind = table->kind;
	element(out, kind->wrong ? "<h2 class=wrong>" : "<h2>",
		td_say(report->lang, kind->vi, kind->en), "</h2>\n<table><thead><tr>");
	for (size_t i = 0; i < kind->column_count; i++)
		element(out, "<th>", td_say(report->lang, kind->columns[i].vi, kind->columns[i].en),
			"</th>");
	td_buf_add_text(out, "</tr></thead>\n<tbody>\n");
	for (const td_report_row_t *row = table->first; row != NULL; row = row->next) {
		td_buf_add_text(out, "<tr>");
		for (size_t i = 0; i < kind->column_count; i++)
			html_cell(report, &row->cells[i], out);
		td_buf_add_text(out, "</tr>\n");
	}
	td_buf_add_text(out, "</tbody></table>\n");
	if (table->count > table->shown) {
		td_buf_add_text(out, td_say(report->lang, "<p>… và thêm ", "<p>… and more: "));
		td_buf_add_decimal(out, (int64_t)(table->count - table->shown));
		td_buf_add_text(out, "</p>\n");
	}
}

static const char style[] =
	"<style>body{font:15px/1.45 system-ui,sans-serif;margin:2em auto;max-width:75em;padding:0 "
	"1em;color:#222}table{border-collapse:collapse;margin:.5em 0}th,td{border:1px solid "
	"#ccc;padding:.25em .6em;text-align:left;vertical-align:top}th{background:#f3f3f3}"
	".n{text-align:right;font-variant-numeric:tabular-nums}.wrong{color:#a00}.outcome{"
	"font-size:1.2em;font-weight:bold}@media print{body{margin:0}}</style>";

void td_report_write_html(const td_report_t *report, td_buf_t *out)
{
	bool wrong = td_report_wrong(report) > 0;
	element(out, "<!doctype html>\n<html lang=", report->lang == TD_LANG_VI ? "vi" : "en",
		"><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\n");
	element(out, "<title>thidua-audit ", report->command, "</title>\n");
	td_buf_add_text(out, style);
	element(out, "\n<h1>thidua-audit ", report->command, "</h1>\n");
	element(out, wrong ? "<p class=\"outcome wrong\">" : "<p class=outcome>",
		td_report_outcome(report), "</p>\n<table>\n");
	for (size_t i = 0; i < report->fact_count; i++) {
		const td_report_fact_t *fact = &report->facts[i];
		element(out, "<tr><th>", td_say(report->lang, fact->what->vi, fact->what->en),
			"</th>");
		html_cell(report, &fact->value, out);
		td_buf_add_text(out, "</tr>\n");
	}
	td_buf_add_text(out, "</table>\n");
	for (size_t i = 0; i < report->table_count; i++)
		html_table(report, &report->tables[i], out);
	td_buf_add_text(out, "</html>\n");
}

static void json_text(td_buf_t *out, const char *text)
{
	td_buf_add_byte(out, '"');
	for (; *text != '\0'; text++) {
		uint8_t byte = (uint8_t)*text;
		char escaped[8];
		if (byte == '"' || byte == '\\') {
			td_buf_add_byte(out, '\\');
			td_buf_add_byte(out, byte);
		} else if (byte < 0x20) {
			(void)snprintf(escaped, sizeof escaped, "\\u%04x", byte);
			td_buf_add_text(out, escaped);
		} else {
			td_buf_add_byte(out, byte);
		}
	}
	td_buf_add_byte(out, '"');
}

static void json_member(td_buf_t *out, bool *first, const char *code)
{
	if (!*first)
		td_buf_add_byte(out, ',');
	*first = false;
	json_text(out, code);
	td_buf_add_byte(out, ':');
}

static void json_cell(td_buf_t *out, const td_report_cell_t *cell)
{
	if (cell->text != NULL)
		json_text(out, cell->text);
	else
		td_buf_add_decimal(out, cell->number);
}

static void json_table(const td_report_table_t *table, td_buf_t *out)
{
	const td_report_kind_t *kind = table->kind;
	td_buf_add_text(out, "{\"count\":");
	td_buf_add_decimal(out, (int64_t)table->count);
	td_buf_add_text(out, kind->wrong ? ",\"wrong\":true" : ",\"wrong\":false");
	td_buf_add_text(out, ",\"rows\":[");
	for (const td_report_row_t *row = table->first; row != NULL; row = row->next) {
		bool first = true;
		td_buf_add_text(out, row == table->first ? "\n{" : ",\n{");
		for (size_t i = 0; i < kind->column_count; i++) {
			json_member(out, &first, kind->columns[i].code);
			json_cell(out, &row->cells[i]);
		}
		td_buf_add_byte(out, '}');
	}
	td_buf_add_text(out, "]}");
}

void td_report_write_json(const td_report_t *report, td_buf_t *out)
{
	bool first = true;
	td_buf_add_byte(out, '{');
	json_member(out, &first, "command");
	json_text(out, report->command);
	json_member(out, &first, "outcome");
	json_text(out, td_report_wrong(report) > 0 ? "different"
		       : report->judges            ? "equal"
						   : "done");
	for (size_t i = 0; i < report->fact_count; i++) {
		json_member(out, &first, report->facts[i].what->code);
		json_cell(out, &report->facts[i].value);
	}
	for (size_t i = 0; i < report->table_count; i++) {
		json_member(out, &first, report->tables[i].kind->code);
		json_table(&report->tables[i], out);
	}
	td_buf_add_text(out, "}\n");
}
