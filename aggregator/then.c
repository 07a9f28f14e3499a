#include "aggregator/then.h"

#define STATE(name) THIDUA__V1__PERIOD_STATE__PERIOD_STATE_##name

bool td_then_make(td_standing_t *standing, const td_query_t *query, td_then_t *then, td_err_t *err)
{
	*then = (td_then_t){.answer = td_answer_new(query)};
	if (then->answer == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory for the closed figures");
	then->has_before =
		query->before.first <= query->before.last && td_standing_has_before(standing);
	return td_standing_feed(standing, query, then->answer, err) &&
	       td_answer_finish(then->answer, &then->rows, &then->count, err);
}

void td_then_free(td_then_t *then)
{
	td_answer_free(then->answer);
	*then = (td_then_t){0};
}

bool td_then_mention(const td_then_t *then, td_answer_t *live, td_err_t *err)
{
	for (size_t i = 0; i < then->count; i++)
		if (!td_answer_mention(live, &then->rows[i], err))
			return false;
	return true;
}

/* What the live row was then; NULL when it was not there, which is 0. Rows of both are most often
 * in one order. */
static const td_row_t *find(td_then_t *then, const td_row_t *row)
{
	for (size_t i = 0; i < then->count; i++) {
		size_t at = (then->next + i) % then->count;
		const td_row_t *found = &then->rows[at];
		if (found->figure == row->figure && found->dim == row->dim &&
		    found->province_index == row->province_index) {
			then->next = at + 1;
			return found;
		}
	}
	return NULL;
}

static bool set_number(int64_t value, td_arena_t *arena, Thidua__V1__Number **number)
{
	*number = td_arena_take(arena, sizeof **number);
	if (*number == NULL)
		return false;
	thidua__v1__number__init(*number);
	(*number)->value = value;
	return true;
}

static bool set_figures(const td_then_t *then, const td_row_t *was, td_arena_t *arena,
			Thidua__V1__TallyRow *message)
{
	message->denominator_as_closed = was->under;
	message->rank_as_closed = was->rank;
	bool done = set_number(was->over, arena, &message->value_as_closed);
	if (done && then->has_before) {
		message->denominator_before_as_closed = was->under_before;
		done = set_number(was->over_before, arena, &message->value_before_as_closed);
	}
	return done &&
	       (!was->has_target || set_number(was->target, arena, &message->target_as_closed));
}

bool td_then_fill(td_then_t *then, const td_then_rows_t *of, td_arena_t *arena,
		  Thidua__V1__TallyRow **messages)
{
	static const td_row_t nothing = {0};
	for (size_t i = 0; i < of->count; i++) {
		const td_row_t *row = &of->rows[i], *was = find(then, row);
		if (was == NULL)
			was = &nothing;
		bool same = row->over == was->over && row->under == was->under;
		messages[i]->state = same ? STATE(CLOSED) : STATE(AMENDED);
		if (of->figures && !set_figures(then, was, arena, messages[i]))
			return false;
	}
	return true;
}
