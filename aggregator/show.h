/*
 * show: an answer as a table for people or as CSV for spreadsheets.
 *
 * Pure. Vietnamese first: numbers as 1.234 and 86,37 %; English by option. CSV has codes and plain
 * numbers in either language, so that a spreadsheet can count on them.
 */
#ifndef TD_AGGREGATOR_SHOW_H
#define TD_AGGREGATOR_SHOW_H

#include "aggregator/answer.h"
#include "common/arena.h"
#include "workers/reference.h"

#include <thidua/v1/tally.pb-c.h>

typedef enum td_lang {
	TD_LANG_VI,
	TD_LANG_EN,
} td_lang_t;

/* The text of the language asked for. */
static inline const char *td_say(td_lang_t lang, const char *vi, const char *en)
{
	return lang == TD_LANG_VI ? vi : en;
}

typedef struct td_show {
	const td_query_t *query;
	const td_reference_t *reference; /* names of provinces and units */
	td_lang_t lang;
	td_arena_t *arena;
} td_show_t;

/* The whole answer with its days, completeness and positions; false only when the arena is full. */
TD_MUST_USE bool td_show_table(const td_show_t *show, const Thidua__V1__TallyAnswer *answer,
			       const char **text);
TD_MUST_USE bool td_show_csv(const td_show_t *show, const Thidua__V1__TallyAnswer *answer,
			     const char **text);

/* Only the rows, as a table. */
TD_MUST_USE bool td_show_rows(const td_show_t *show, const Thidua__V1__TallyAnswer *answer,
			      const char **text);

/* What stands below each figure: how complete, until when, how many rejections are open. */
TD_MUST_USE bool td_show_completeness(const td_show_t *show, const Thidua__V1__TallyAnswer *answer,
				      const char **text);

/* Whether figures asked for come from this shard and must not be believed: it is being rebuilt, or
 * was stopped. */
bool td_show_is_doubtful(const td_show_t *show, const Thidua__V1__ShardPosition *position);

/* Percent of a target that was reached: "103,59 %". NULL when the arena is full. */
const char *td_show_reached(const td_show_t *show, int64_t value, int64_t target);

/* "đã chốt" of a closed figure; "" when the state is not known. */
const char *td_show_state(const td_show_t *show, Thidua__V1__PeriodState state);

/* Name of a province ("all" is the sum: of the cluster, or of the provinces that were named); the
 * code where there is none. */
const char *td_show_province(const td_show_t *show, const char *province);

/* "15/12/2020", or "2020-12-15" in English, into `text` of 16 bytes. */
void td_show_day(const td_show_t *show, int32_t yyyymmdd, char *text);

/* printf into the arena; NULL when it is full. */
const char *td_show_format(td_arena_t *arena, const char *format, ...) TD_FORMAT(2, 3);

#endif
