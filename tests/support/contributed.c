#include "tests/support/contributed.h"

#include "aggregator/metric.h"
#include "common/localday.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

enum { ARENA = 1024 * 1024, TEXT_MAX = 2048 };

static td_arena_t *arena;

int td_contributed_start(void **state)
{
	(void)state;
	arena = td_arena_new(ARENA);
	return arena == NULL;
}

int td_contributed_stop(void **state)
{
	(void)state;
	td_arena_free(arena);
	return 0;
}

Thidua__V1__Event *td_contributed_event(Thidua__V1__Kind kind, Thidua__V1__Event__BodyCase body)
{
	Thidua__V1__Event *event = td_told_event(kind, "2021-000001", 1, 20210305, arena);
	event->occurred_precision = THIDUA__V1__PRECISION__PRECISION_DAY;
	event->body_case = body;
	return event;
}

td_told_t td_contributed_accepted(Thidua__V1__Event *event, const char *province)
{
	return td_told_accepted(event, province, arena);
}

/* "cases.occurred 20210305, cases.accused 20210306 x2": code, day, hour and amount where there are
 * such. */
static const char *shown(const td_contributions_t *made, char text[TEXT_MAX])
{
	size_t used = 0;
	text[0] = '\0';
	for (size_t i = 0; i < made->count; i++) {
		const td_contribution_t *item = &made->items[i];
		used += (size_t)snprintf(text + used, TEXT_MAX - used, "%s%s %d", i > 0 ? ", " : "",
					 td_metric_find(item->metric)->code,
					 td_localday_yyyymmdd(item->day));
		if (item->hour != TD_HOUR_NONE)
			used += (size_t)snprintf(text + used, TEXT_MAX - used, " %dh", item->hour);
		if (item->amount != 1)
			used += (size_t)snprintf(text + used, TEXT_MAX - used, " x%lld",
						 (long long)item->amount);
	}
	return text;
}

/* Were its time known, what is counted by hours would have one, and nothing else. */
static void assert_hours(const td_told_t *told)
{
	td_contributions_t made;
	Thidua__V1__Event event = *told->event;
	event.occurred_precision = THIDUA__V1__PRECISION__PRECISION_TIME;
	td_contribute(&event, told->enriched, &made);
	for (size_t i = 0; i < made.count; i++)
		assert_int_equal(made.items[i].hour != TD_HOUR_NONE,
				 td_metric_has_hours(made.items[i].metric));
}

void td_contributed_make(const td_told_t *told, td_contributions_t *made)
{
	assert_hours(told);
	memset(made, 0xa5, sizeof *made);
	td_contribute(told->event, told->enriched, made);
}

void td_contributed_assert(const td_told_t *told, const char *expected)
{
	char text[TEXT_MAX];
	td_contributions_t made;
	td_contributed_make(told, &made);
	assert_string_equal(shown(&made, text), expected);
}
