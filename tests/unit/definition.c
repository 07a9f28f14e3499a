/* definition, dimension: whatever can be asked for is explained in both languages, and its names
 * lead back to it. */
#include "aggregator/definition.h"

#include "aggregator/dimension.h"
#include "aggregator/metric.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <thidua/v1/event.pb-c.h>
#include <thidua/v1/verdict.pb-c.h>

static void each_metric_and_rate_has_a_definition_and_a_unit_in_vietnamese(void **state)
{
	(void)state;
	size_t metric_count, rate_count;
	const td_metric_info_t *metrics = td_metric_all(&metric_count);
	const td_rate_info_t *rates = td_rate_all(&rate_count);
	for (size_t i = 0; i < metric_count; i++) {
		assert_non_null(td_definition_vi(metrics[i].metric));
		assert_non_null(td_unit_vi(metrics[i].unit));
	}
	for (size_t i = 0; i < rate_count; i++)
		assert_non_null(td_definition_vi(rates[i].id));
	assert_non_null(td_unit_vi("%"));
}

/* A case is unsolved again when it is returned (trả hồ sơ, điều tra lại), not when it is resumed
 * (phục hồi điều tra): those are two counts, and two articles of the law. */
static void what_makes_a_case_unsolved_again_has_the_name_of_its_own_count(void **state)
{
	(void)state;
	const char *solved = td_definition_vi(TD_METRIC_CASE_SOLVED_CURRENT);
	assert_non_null(strstr(td_metric_find(TD_METRIC_CASE_REOPENED)->vi, "trả hồ sơ"));
	assert_non_null(strstr(td_metric_find(TD_METRIC_CASE_RESUMED)->vi, "phục hồi"));
	assert_non_null(strstr(solved, "trả hồ sơ"));
	assert_null(strstr(solved, "phục hồi"));
}

static void what_the_catalogue_does_not_have_is_explained_nowhere(void **state)
{
	(void)state;
	for (uint32_t id = 0; id < 300; id++) {
		size_t rate_count;
		const td_rate_info_t *rates = td_rate_all(&rate_count);
		bool known = td_metric_find(id) != NULL;
		for (size_t i = 0; i < rate_count; i++)
			known |= rates[i].id == id;
		assert_true((td_definition_vi(id) != NULL) == known);
	}
	assert_null(td_unit_vi("parsec"));
}

static void names_of_dimensions_lead_back_to_them(void **state)
{
	(void)state;
	for (int i = TD_DIM_NONE + 1; i <= TD_DIM_PERIOD_KIND; i++) {
		const char *name = td_dimension_name((td_dimension_t)i);
		assert_true(name[0] != '\0');
		assert_int_equal(td_dimension_by_name(name), i);
	}
	assert_string_equal(td_dimension_name(TD_DIM_NONE), "");
	assert_int_equal(td_dimension_by_name(""), TD_DIM_NONE);
	assert_int_equal(td_dimension_by_name("weight"), TD_DIM_NONE);
}

/* The contract's enums, as far as they are dimensions. */
static const struct {
	td_dimension_t dimension;
	const ProtobufCEnumDescriptor *values;
} contract[] = {
	{TD_DIM_SEVERITY, &thidua__v1__severity__descriptor},
	{TD_DIM_CRIME_GROUP, &thidua__v1__crime_group__descriptor},
	{TD_DIM_ACCIDENT_CLASS, &thidua__v1__accident_class__descriptor},
	{TD_DIM_TRAFFIC_MODE, &thidua__v1__traffic_mode__descriptor},
	{TD_DIM_PURPOSE, &thidua__v1__deployment_purpose__descriptor},
	{TD_DIM_HOUSE_KIND, &thidua__v1__house_kind__descriptor},
	{TD_DIM_AWARD_LEVEL, &thidua__v1__award_level__descriptor},
	{TD_DIM_AWARD_FORM, &thidua__v1__award_form__descriptor},
	{TD_DIM_ARREST_KIND, &thidua__v1__arrest_kind__descriptor},
	{TD_DIM_SCORE_STAGE, &thidua__v1__score_stage__descriptor},
	{TD_DIM_PERIOD_KIND, &thidua__v1__period_kind__descriptor},
};

static void each_value_of_the_contract_has_a_code_and_labels_and_no_other_has(void **state)
{
	(void)state;
	for (size_t i = 0; i < TD_COUNT(contract); i++) {
		for (int value = 0; value < 256; value++) {
			const td_value_info_t *info =
				td_dimension_value(contract[i].dimension, (uint8_t)value);
			bool known = value != 0 && protobuf_c_enum_descriptor_get_value(
							   contract[i].values, value) != NULL;
			assert_true((info != NULL) == known);
			if (info == NULL)
				continue;
			assert_int_equal(info->dimension, contract[i].dimension);
			assert_true(info->code[0] && info->vi[0] && info->en[0]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_metric_and_rate_has_a_definition_and_a_unit_in_vietnamese),
		cmocka_unit_test(what_makes_a_case_unsolved_again_has_the_name_of_its_own_count),
		cmocka_unit_test(what_the_catalogue_does_not_have_is_explained_nowhere),
		cmocka_unit_test(names_of_dimensions_lead_back_to_them),
		cmocka_unit_test(each_value_of_the_contract_has_a_code_and_labels_and_no_other_has),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
