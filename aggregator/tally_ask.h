/*
 * tally_ask: what the answers of thidua-tally are made with: from what was asked to what is
 * printed.
 *
 * Shell.
 */
#ifndef TD_AGGREGATOR_TALLY_ASK_H
#define TD_AGGREGATOR_TALLY_ASK_H

#include "aggregator/request.h"
#include "aggregator/standing.h"
#include "aggregator/tally_commands.h"
#include "aggregator/tally_read.h"

/* False, and says so. */
bool td_tally_no_memory(td_err_t *err);

td_lang_t td_tally_lang(const td_tally_settings_t *settings);

/* The query that the settings mean, for these figures; TD_EUSAGE. */
TD_MUST_USE bool td_tally_resolve(const td_tally_t *tally, const char *const *figures, size_t count,
				  td_resolved_t *resolved, td_err_t *err);

/* What will know the state of the asked period; NULL without err when it has none. TD_EUSAGE when
 * --as-closed asks for what has none. */
TD_MUST_USE bool td_tally_standing(const td_tally_t *tally, const td_resolved_t *resolved,
				   td_standing_t **standing, td_err_t *err);

/* Reads the shards into the answers, and says in `message` how complete they are. */
TD_MUST_USE bool td_tally_answers(const td_tally_t *tally, const td_tally_ask_t *ask,
				  Thidua__V1__TallyAnswer *message, td_err_t *err);

/* Whether the period is closed, so that each row can be held against what it was; once the shards
 * are read. TD_EUSAGE when --as-closed asks for one that is not. */
TD_MUST_USE bool td_tally_is_closed(const td_tally_t *tally, const td_resolved_t *resolved,
				    const td_standing_t *standing, bool *closed, td_err_t *err);

/* How far a period that is not closed has come, for each row by its province. */
void td_tally_states(const td_tally_t *tally, td_standing_t *standing, const td_query_t *query,
		     Thidua__V1__TallyAnswer *message);

/* The answer in the form that is asked for. */
TD_MUST_USE bool td_tally_print(const td_tally_t *tally, const td_show_t *show,
				const Thidua__V1__TallyAnswer *message, const char **text,
				td_err_t *err);

/* summary, and `ranking_only` (tally_summary.c). */
TD_MUST_USE bool td_tally_summary(const td_tally_t *tally, bool ranking_only, const char **text,
				  td_err_t *err);

#endif
