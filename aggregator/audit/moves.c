#include "aggregator/audit/moves.h"

#include "aggregator/moment.h"
#include "workers/topics.h"

#include <stdlib.h>

enum {
	ARENA_BYTES = 64 * 1024 * 1024,
	REST = 7, /* columns behind the name of the figure */
};

/* One move; texts in the arena of its log. */
typedef struct noted {
	struct noted *next;
	const char *record, *event, *why;
	uint64_t offset;
	int64_t append_ms;
	td_move_t move;
} noted_t;

typedef struct part {
	td_arena_t *arena;
	noted_t *first, **end;
} part_t;

struct td_moves {
	const td_logs_t *logs;
	part_t of_log[TD_LOGS_MAX];
};

td_moves_t *td_moves_new(const td_logs_t *logs, td_err_t *err)
{
	td_moves_t *moves = calloc(1, sizeof *moves);
	bool done = moves != NULL;
	if (done)
		moves->logs = logs;
	for (size_t i = 0; done && i < td_logs_count(logs); i++) {
		part_t *part = &moves->of_log[i];
		part->end = &part->first;
		part->arena = td_arena_new(ARENA_BYTES);
		done = part->arena != NULL;
	}
	if (done)
		return moves;
	td_moves_free(moves);
	(void)td_err_set(err, TD_EMEMORY, "no memory to look at events");
	return NULL;
}

void td_moves_free(td_moves_t *moves)
{
	for (size_t i = 0; moves != NULL && i < TD_LOGS_MAX; i++)
		td_arena_free(moves->of_log[i].arena);
	free(moves);
}

static noted_t *make(td_arena_t *arena, const td_telling_t *telling, const td_change_t *change,
		     const td_move_t *move)
{
	const td_judged_t *judged = change->judged;
	char record[TD_FIELD_MAX], event[TD_JUDGED_NAME_MAX], why[TD_CHANGE_WHY_MAX];
	td_judged_record(judged->envelope.kind, judged->envelope.record_id, record);
	td_judged_name(judged, event);
	noted_t *noted = td_arena_take(arena, sizeof *noted);
	if (noted == NULL)
		return NULL;
	*noted = (noted_t){
		.record = td_show_format(arena, "%s", record),
		.event = td_show_format(arena, "%s", event),
		.why = td_show_format(arena, "%s", td_change_why(telling, change, why)),
		.offset = judged->offset,
		.append_ms = judged->append_ms,
		.move = {td_show_format(arena, "%s", move->figure), move->before, move->after},
	};
	bool done = noted->record != NULL && noted->event != NULL && noted->why != NULL &&
		    noted->move.figure != NULL;
	return done ? noted : NULL;
}

bool td_moves_note(td_moves_t *moves, const td_telling_t *telling, const td_change_t *change,
		   const td_move_t *move, td_err_t *err)
{
	part_t *part = &moves->of_log[change->index];
	noted_t *noted = make(part->arena, telling, change, move);
	if (noted == NULL)
		return td_err_set(err, TD_EMEMORY,
				  "no memory for so many records; ask about fewer days or one "
				  "--reporter");
	*part->end = noted;
	part->end = &noted->next;
	return true;
}

/* Fills what stands behind the name of the figure. */
static void tell(const noted_t *noted, const char *place, char moment[TD_MOMENT_TEXT_MAX],
		 td_report_cell_t rest[REST])
{
	rest[0] = (td_report_cell_t){NULL, noted->move.before};
	rest[1] = (td_report_cell_t){NULL, noted->move.after};
	rest[2] = (td_report_cell_t){noted->why, 0};
	rest[3] = (td_report_cell_t){place, 0};
	rest[4] = (td_report_cell_t){NULL, (int64_t)noted->offset};
	rest[5] = (td_report_cell_t){td_moment_text(noted->append_ms, moment), 0};
	rest[6] = (td_report_cell_t){noted->event, 0};
}

void td_moves_say(const td_moves_t *moves, td_report_t *report, const td_report_kind_t *kind,
		  td_moves_name_fn *name, void *context)
{
	td_report_cell_t cells[TD_REPORT_COLUMNS_MAX];
	char place[TD_TOPIC_MAX], moment[TD_MOMENT_TEXT_MAX];
	for (size_t i = 0; i < td_logs_count(moves->logs); i++) {
		td_logs_place(moves->logs, i, place);
		for (const noted_t *noted = moves->of_log[i].first; noted; noted = noted->next) {
			if (!name(context, noted->move.figure, cells + 1))
				continue;
			cells[0] = (td_report_cell_t){noted->record, 0};
			tell(noted, place, moment, cells + kind->column_count - REST);
			td_report_row(report, kind, cells);
		}
	}
}
