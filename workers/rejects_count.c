/* How many rejections there are, by reporter and code. */
#include <inttypes.h>

#include "common/table.h"
#include "workers/rejects_parts.h"

enum { CODES_MAX = 2000 }; /* above every code of the reason table */

/* Of one reporter, by code. */
typedef struct counts {
	const char *reporter;
	size_t open[CODES_MAX], total[CODES_MAX];
} counts_t;

/* Where the lines go. */
typedef struct lines {
	const td_rejects_view_t *view;
	td_table_t *table; /* NULL unless it is one */
	td_buf_t *out;
} lines_t;

/* Counts from `from` on, to the end of its reporter; returns where the next one begins. */
static size_t count_reporter(const td_rejects_view_t *view, size_t from, counts_t *counts)
{
	*counts = (counts_t){.reporter = td_rejections_get(view->list, from)->reporter};
	size_t at = from;

	for (; at < td_rejections_count(view->list); at++) {
		const td_rejection_t *item = td_rejections_get(view->list, at);
		const Thidua__V1__Rejected *rejected = item->verdict->rejected;

		if (strcmp(item->reporter, counts->reporter) != 0)
			break;
		for (size_t i = 0; td_rejects_is_meant(view, item) && i < rejected->n_reasons;
		     i++) {
			uint32_t code = rejected->reasons[i]->code;
			bool again = i > 0 && rejected->reasons[i - 1]->code == code;

			if (code >= CODES_MAX || again)
				continue;
			counts->total[code]++;
			counts->open[code] += item->state == TD_REJECTION_OPEN;
		}
	}
	return at;
}

static bool add_line(const lines_t *lines, const counts_t *counts, uint32_t number)
{
	const td_rejects_view_t *view = lines->view;
	td_arena_t *arena = view->arena;
	char code[8];

	td_reason_print(number, code);
	if (lines->table) {
		const char *const cells[] = {
			counts->reporter,
			td_arena_format(arena, "%s", code),
			td_arena_format(arena, "%zu", counts->open[number]),
			view->all ? td_arena_format(arena, "%zu", counts->total[number]) : "",
			td_rejects_sentence(view, number),
		};

		return cells[1] && cells[2] && cells[3] && td_table_add(lines->table, cells);
	}
	const char *text =
		view->format == TD_REJECTS_CSV
			? td_arena_format(arena, "%s,%s,%zu,%zu\n", counts->reporter, code,
					  counts->open[number], counts->total[number])
			: td_arena_format(arena,
					  "{\"reporter\":\"%s\",\"code\":\"%s\",\"open\":%zu,"
					  "\"total\":%zu}\n",
					  counts->reporter, code, counts->open[number],
					  counts->total[number]);

	if (text)
		td_buf_add_text(lines->out, text);
	return text != NULL;
}

static bool add_all(const lines_t *lines)
{
	const td_rejects_view_t *view = lines->view;
	counts_t counts; /* 32 KB */

	for (size_t at = 0; at < td_rejections_count(view->list);) {
		at = count_reporter(view, at, &counts);
		for (uint32_t code = 0; code < CODES_MAX; code++)
			if ((view->all ? counts.total[code] : counts.open[code]) > 0 &&
			    !add_line(lines, &counts, code))
				return false;
	}
	return true;
}

bool td_rejects_count(const td_rejects_view_t *view, td_buf_t *out, td_err_t *err)
{
	static const char *const vi[] = {"Đơn vị", "Mã", "Chưa sửa", "Tất cả", "Lý do"};
	static const char *const en[] = {"Reporter", "Code", "Open", "All", "Reason"};
	static const bool right[] = {false, false, true, true, false};
	lines_t lines = {.view = view, .out = out};
	const char *text = "";
	bool fine = true;

	if (view->format == TD_REJECTS_TABLE) {
		lines.table =
			td_table_new(view->english ? en : vi, right, TD_COUNT(right), view->arena);
		fine = lines.table && add_all(&lines) && td_table_text(lines.table, &text);
		td_buf_add_text(out, text);
	} else {
		if (view->format == TD_REJECTS_CSV)
			td_buf_add_text(out, "reporter,code,open,total\n");
		fine = add_all(&lines);
	}
	return (fine && !out->failed) || td_err_set(err, TD_EMEMORY, "no memory for the counts");
}
