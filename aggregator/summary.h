/*
 * summary: the figures of a year on one page: the cluster's sums beside the year before, each
 * province's, the ranking by points, the titles and honours.
 *
 * Pure. One set of cells feeds all answers, so that all of the page belongs to one moment. Of a
 * closed period it can show beside each figure what it was then, where that differs.
 */
#ifndef TD_AGGREGATOR_SUMMARY_H
#define TD_AGGREGATOR_SUMMARY_H

#include "aggregator/answer.h"
#include "aggregator/request.h"
#include "aggregator/show.h"
#include "aggregator/then.h"

typedef enum td_summary_part {
	TD_SUMMARY_TOTAL,     /* sums of the provinces */
	TD_SUMMARY_PROVINCES, /* the same figures, each province's */
	TD_SUMMARY_SCORES,    /* points and maximum by stage */
	TD_SUMMARY_TITLES,    /* titles of collectives */
	TD_SUMMARY_HONOURS,   /* what State and Government gave collectives; what is proposed */
	TD_SUMMARY_PARTS
} td_summary_part_t;

typedef struct td_summary {
	td_query_t queries[TD_SUMMARY_PARTS];
	td_answer_t *answers[TD_SUMMARY_PARTS];
	td_then_t *then;         /* of each part; NULL: the period is not closed */
	bool as_closed;          /* it is, and what it was is to be shown */
	td_summary_part_t first; /* with which the message begins */
} td_summary_t;

/* Makes the queries for the days and provinces of `resolved`, and empty answers; false, with `err`,
 * when memory is out. `resolved` must outlive it. Free with td_summary_free in either case. */
TD_MUST_USE bool td_summary_make(const td_resolved_t *resolved, td_summary_t *summary,
				 td_err_t *err);
void td_summary_free(td_summary_t *summary);

/* Once the answers are fed: the period is closed; `as_closed` when its figures of then are to be
 * shown. TD_EMEMORY. */
TD_MUST_USE bool td_summary_close(td_summary_t *summary, td_standing_t *standing, bool as_closed,
				  td_err_t *err);

/* The finished answers as pages: the table of sums and of provinces (summary_page.c), then the
 * ranking (summary_ranking.c). */
TD_MUST_USE bool td_summary_figures(const td_summary_t *summary, const td_show_t *show,
				    const char **text, td_err_t *err);
TD_MUST_USE bool td_summary_ranking(const td_summary_t *summary, const td_show_t *show,
				    const char **text, td_err_t *err);

/* The text, and behind it what it was when the period was closed, if that is another: "9 (khi chốt
 * 10)". NULL when one of them is, or the arena is full. */
const char *td_summary_both(const td_show_t *show, const char *now, const char *then);

/* All answers' rows from the first part on in one message, for JSON: figures narrowed to something
 * name it in their dimension; points carry the rank of their province. Of a closed period each row
 * has its state. */
TD_MUST_USE bool td_summary_model(const td_summary_t *summary, const char *title, td_arena_t *arena,
				  Thidua__V1__TallyAnswer *message, td_err_t *err);

#endif
