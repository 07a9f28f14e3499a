/* metric: the catalogue is whole, its ids are stable, its rates round half up. */
#include "aggregator/metric.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void every_metric_is_found_by_its_id_and_by_its_code(void **state)
{
	(void)state;
	size_t count;
	const td_metric_info_t *all = td_metric_all(&count);
	assert_true(count > 30);
	for (size_t i = 0; i < count; i++) {
		assert_ptr_equal(td_metric_find(all[i].metric), &all[i]);
		assert_ptr_equal(td_metric_by_code(all[i].code), &all[i]);
	}
	assert_null(td_metric_find(TD_METRIC_NONE));
	assert_null(td_metric_find(TD_RATE_ID_FROM - 1));
	assert_null(td_metric_by_code("cases"));
}

static void ids_ascend_and_leave_room_for_rates(void **state)
{
	(void)state;
	size_t count, rate_count;
	const td_metric_info_t *all = td_metric_all(&count);
	const td_rate_info_t *rates = td_rate_all(&rate_count);
	for (size_t i = 0; i < count; i++) {
		assert_in_range(all[i].metric, i == 0 ? 1 : all[i - 1].metric + 1,
				TD_RATE_ID_FROM - 1);
	}
	for (size_t i = 0; i < rate_count; i++)
		assert_in_range(rates[i].id, i == 0 ? TD_RATE_ID_FROM : rates[i - 1].id + 1, 255);
}

static void every_entry_has_label_unit_and_definition(void **state)
{
	(void)state;
	size_t count, rate_count;
	const td_metric_info_t *all = td_metric_all(&count);
	const td_rate_info_t *rates = td_rate_all(&rate_count);
	for (size_t i = 0; i < count; i++) {
		assert_true(all[i].unit[0] != '\0' && all[i].vi[0] != '\0' && all[i].en[0] != '\0');
		assert_true(strlen(all[i].definition) > 20);
		assert_true(all[i].dim1 != TD_DIM_NONE || all[i].dim2 == TD_DIM_NONE);
	}
	for (size_t i = 0; i < rate_count; i++) {
		assert_ptr_equal(td_rate_by_code(rates[i].code), &rates[i]);
		assert_true(rates[i].vi[0] != '\0' && rates[i].en[0] != '\0');
		assert_null(td_metric_by_code(rates[i].code));
	}
	assert_null(td_rate_by_code("nothing"));
}

/* The reader of an answer takes a rate's dimensions from its first numerator. */
static void the_terms_of_a_rate_share_their_dimensions(void **state)
{
	(void)state;
	size_t count;
	const td_rate_info_t *rates = td_rate_all(&count);
	for (size_t i = 0; i < count; i++) {
		const td_metric_info_t *first = td_metric_find(rates[i].numerators[0]);
		assert_non_null(first);
		for (size_t term = 0; term < TD_RATE_TERMS_MAX; term++) {
			const td_metric_info_t *over = td_metric_find(rates[i].numerators[term]);
			const td_metric_info_t *under = td_metric_find(rates[i].denominators[term]);
			assert_true(over == NULL || over->dim1 == first->dim1);
			assert_true(under == NULL || under->dim1 == first->dim1);
			assert_true(under == NULL || under->dim2 == first->dim2);
		}
	}
}

static void a_rate_is_rounded_half_up_to_two_decimals(void **state)
{
	(void)state;
	static const struct {
		int64_t over, under, hundredths;
	} cases[] = {
		{36040, 41728, 8637},
		{39250, 47062, 8340},
		{0, 7, 0},
		{7, 7, 10000},
		{1, 3, 3333},
		{2, 3, 6667},
		{1, 8, 1250},
		{1, 20000, 1},
		{1, 20001, 0},
		{3, 20000, 2},
		{5, 4, 12500},
		{(int64_t)1 << 49, 1, ((int64_t)1 << 49) * 10000},
		{((int64_t)1 << 53) - 1, (int64_t)1 << 53, 10000},
		{-1, 4, -2500},
		{TD_EXACT_MAX, 1, INT64_MAX},
		{-TD_EXACT_MAX, 1, INT64_MIN},
		{INT64_MAX, INT64_MAX, 10000},
		{INT64_MAX / 2, INT64_MAX, 5000},
		{INT64_MAX, INT64_MAX / 2, 20000},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		assert_int_equal(td_rate_hundredths(cases[i].over, cases[i].under),
				 cases[i].hundredths);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_metric_is_found_by_its_id_and_by_its_code),
		cmocka_unit_test(ids_ascend_and_leave_room_for_rates),
		cmocka_unit_test(every_entry_has_label_unit_and_definition),
		cmocka_unit_test(the_terms_of_a_rate_share_their_dimensions),
		cmocka_unit_test(a_rate_is_rounded_half_up_to_two_decimals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
