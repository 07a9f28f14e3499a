#include "aggregator/ranking.h"

#include <thidua/v1/event.pb-c.h>

enum { STAGE_MAX = THIDUA__V1__SCORE_STAGE__SCORE_STAGE_MINISTRY };

static const td_row_t *find_row(const td_row_t *rows, size_t count, uint32_t figure,
				size_t province, uint8_t stage)
{
	for (size_t i = 0; i < count; i++) {
		if (rows[i].figure == figure && rows[i].province_index == province &&
		    rows[i].dim == stage)
			return &rows[i];
	}
	return NULL;
}

static int64_t maximum_of(const td_row_t *rows, size_t count, size_t province, uint8_t stage)
{
	const td_row_t *maximum = find_row(rows, count, 1, province, stage);
	return maximum == NULL ? 0 : maximum->over;
}

/* The least that a province has in the stage in which it has most: what is whole, without the bonus
 * that some of them claim. */
static int64_t whole(const td_query_t *query, const td_row_t *rows, size_t count)
{
	int64_t least = INT64_MAX;
	for (size_t i = 0; i < query->province_count; i++) {
		int64_t most = 0;
		for (uint8_t stage = STAGE_MAX; stage > 0; stage--) {
			int64_t maximum = maximum_of(rows, count, i, stage);
			most = maximum > most ? maximum : most;
		}
		least = most < least ? most : least;
	}
	return least;
}

/* Whether every province was scored at that stage, in all that is scored. */
static bool is_complete(const td_query_t *query, const td_row_t *rows, size_t count, uint8_t stage)
{
	int64_t enough = whole(query, rows, count);
	for (size_t i = 0; i < query->province_count; i++)
		if (maximum_of(rows, count, i, stage) < enough)
			return false;
	return query->province_count > 0 && enough > 0;
}

static uint8_t highest_stage(const td_query_t *query, const td_row_t *rows, size_t count)
{
	for (uint8_t stage = STAGE_MAX; stage > 0; stage--) {
		if (is_complete(query, rows, count, stage))
			return stage;
	}
	return 0;
}

/* Puts the best first; equals stay in the order of the query. */
static void sort_by_points(td_ranked_t *ranked, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		for (size_t j = i; j > 0 && ranked[j].points > ranked[j - 1].points; j--) {
			td_ranked_t other = ranked[j];
			ranked[j] = ranked[j - 1];
			ranked[j - 1] = other;
		}
	}
}

void td_ranking_make(const td_query_t *query, const td_row_t *rows, size_t count,
		     td_ranked_t *ranked, uint8_t *stage)
{
	*stage = highest_stage(query, rows, count);
	for (size_t i = 0; i < query->province_count; i++) {
		const td_row_t *points = find_row(rows, count, 0, i, *stage);
		ranked[i] = (td_ranked_t){.province = i,
					  .points = points == NULL ? 0 : points->over,
					  .maximum = maximum_of(rows, count, i, *stage)};
	}
	if (*stage == 0)
		return;
	sort_by_points(ranked, query->province_count);
	for (size_t i = 0; i < query->province_count; i++) {
		bool equal = i > 0 && ranked[i].points == ranked[i - 1].points;
		ranked[i].rank = equal ? ranked[i - 1].rank : (uint32_t)i + 1;
	}
}
