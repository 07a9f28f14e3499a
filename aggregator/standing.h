/*
 * standing: how far a period has come, for each province and each figure: preliminary, signed off,
 * closed, or amended since; and its figures as they were when it was closed.
 *
 * Pure; the shell (aggregator/tally_read.h) feeds it. A sign-off stands as long as the live totals
 * are those that were signed; a figure of a closed period is amended when it is another today.
 */
#ifndef TD_AGGREGATOR_STANDING_H
#define TD_AGGREGATOR_STANDING_H

#include "aggregator/answer.h"
#include "aggregator/closing.h"
#include "aggregator/signed.h"
#include "common/err.h"
#include "workers/reference.h"

#include <thidua/v1/tally.pb-c.h>

typedef struct td_standing td_standing_t;

/* Of the period with that name, about which nothing is known yet; NULL when memory is out. The
 * caller frees. */
TD_MUST_USE td_standing_t *td_standing_new(const char *period);
void td_standing_free(td_standing_t *standing);
const char *td_standing_period(const td_standing_t *standing);

/* A live cell of the period by province; TD_EMEMORY. */
TD_MUST_USE bool td_standing_add(td_standing_t *standing, const char *reporter, const char *field,
				 int64_t value, td_err_t *err);

/* What the shard knows of the reporter's sign-off (aggregator/signed.h); empty: nothing.
 * TD_EINTEGRITY when it was altered. */
TD_MUST_USE bool td_standing_sign(td_standing_t *standing, const char *reporter, td_slice_t said,
				  td_err_t *err);

/* The reporter's snapshot; TD_EINTEGRITY when it was altered. */
TD_MUST_USE bool td_standing_close(td_standing_t *standing, td_slice_t reporter,
				   td_slice_t snapshot, td_err_t *err);

bool td_standing_is_closed(const td_standing_t *standing);

/* Whether the closing kept the figures of the year before, too. */
bool td_standing_has_before(const td_standing_t *standing);

/* Feeds the closed figures to an answer to `query` (aggregator/then.h). TD_EMEMORY. */
TD_MUST_USE bool td_standing_feed(td_standing_t *standing, const td_query_t *query,
				  td_answer_t *answer, td_err_t *err);

/* The state of a province's figures, all of them together; of several provinces the weakest. */
Thidua__V1__PeriodState td_standing_of(td_standing_t *standing, const td_reference_t *reference,
				       const char *const *provinces, size_t count);

#endif
