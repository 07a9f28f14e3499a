/*
 * moves: the figures that changes moved, kept for each log in its order until they are said.
 *
 * Shell. Each log's moves are noted in the thread that tells its changes.
 */
#ifndef TD_AGGREGATOR_AUDIT_MOVES_H
#define TD_AGGREGATOR_AUDIT_MOVES_H

#include "aggregator/audit/changes.h"

typedef struct td_moves td_moves_t;

/* NULL and err; `logs` must outlive it. */
TD_MUST_USE td_moves_t *td_moves_new(const td_logs_t *logs, td_err_t *err);
void td_moves_free(td_moves_t *moves);

/* How one figure went; its name is copied. */
typedef struct td_move {
	const char *figure;
	int64_t before, after;
} td_move_t;

TD_MUST_USE bool td_moves_note(td_moves_t *moves, const td_telling_t *telling,
			       const td_change_t *change, const td_move_t *move, td_err_t *err);

/* Adds a row for each move: record, the cells by which `name` calls the figure (false: no row),
 * before, after, why, place, offset, append, event. */
typedef bool td_moves_name_fn(void *context, const char *figure, td_report_cell_t *cells);
void td_moves_say(const td_moves_t *moves, td_report_t *report, const td_report_kind_t *kind,
		  td_moves_name_fn *name, void *context);

#endif
