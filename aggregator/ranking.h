/*
 * ranking: provinces by their points in the emulation movement.
 *
 * Pure. Scores go through stages: the province's own, the cluster's, the ministry's. Provinces are
 * ranked by the highest stage that all of them have reached, so that like is compared with like. A
 * stage is reached when its maximum is that of a whole score: criteria may come one by one.
 */
#ifndef TD_AGGREGATOR_RANKING_H
#define TD_AGGREGATOR_RANKING_H

#include "aggregator/answer.h"

typedef struct td_ranked {
	size_t province;         /* index into the query's provinces */
	int64_t points, maximum; /* hundredths */
	uint32_t rank;           /* from 1; equals share a rank */
} td_ranked_t;

/*
 * Ranks the provinces of `query`, best first.
 *
 *   rows    finished rows: points (figure 0) and maximum (figure 1) by province and stage
 *   ranked  out: one for each province of the query, TD_PROVINCES_MAX at most
 *   stage   out: the stage that decided; 0 when there is none that all have: nothing is ranked
 */
void td_ranking_make(const td_query_t *query, const td_row_t *rows, size_t count,
		     td_ranked_t *ranked, uint8_t *stage);

#endif
