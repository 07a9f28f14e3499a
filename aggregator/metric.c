#include "aggregator/metric.h"

static const td_metric_info_t metrics[] = {
#define TD_METRIC(id, name, code, unit, dim1, dim2, vi, en, definition)                            \
	{TD_METRIC_##name, code, unit, TD_DIM_##dim1, TD_DIM_##dim2, vi, en, definition},
#include "aggregator/metric.def"
#undef TD_METRIC
};

/* Sums of several metrics have no denominators. */
static const td_rate_info_t rates[] = {
	{200,
	 "clearance",
	 {TD_METRIC_CASE_SOLVED_CURRENT},
	 {TD_METRIC_CASE_OCCURRED},
	 "Tỷ lệ điều tra, khám phá",
	 "Clearance rate",
	 "Cases solved that occurred in the same police year, of the cases that occurred in the "
	 "same "
	 "days"},
	{201,
	 "clearance_all",
	 {TD_METRIC_CASE_SOLVED_CURRENT, TD_METRIC_CASE_SOLVED_PRIOR},
	 {TD_METRIC_CASE_OCCURRED},
	 "Tỷ lệ điều tra, khám phá (cả án năm trước)",
	 "Clearance rate, earlier years included",
	 "All cases solved, of the cases that occurred in the same days; may exceed 100 percent"},
	{202,
	 "clearance_registered",
	 {TD_METRIC_CASE_REGISTERED_SOLVED},
	 {TD_METRIC_CASE_REGISTERED},
	 "Tỷ lệ làm rõ trong số vụ khởi tố",
	 "Clearance rate of the cases registered",
	 "Cases solved by now, of the cases registered in the days"},
	{203,
	 "cases.solved",
	 {TD_METRIC_CASE_SOLVED_CURRENT, TD_METRIC_CASE_SOLVED_PRIOR},
	 {TD_METRIC_NONE},
	 "Số vụ làm rõ",
	 "Cases solved",
	 "All cases solved, whenever they occurred, on the day of solving"},
	{204,
	 "reports_settled",
	 {TD_METRIC_CASE_REPORT_SETTLED},
	 {TD_METRIC_CASE_REPORTED},
	 "Tỷ lệ giải quyết tin báo, tố giác",
	 "Rate of reports settled",
	 "Reports settled, of the reports received in the same days"},
	{205,
	 "scores.share",
	 {TD_METRIC_SCORE_POINTS},
	 {TD_METRIC_SCORE_MAXIMUM},
	 "Tỷ lệ điểm so với điểm chuẩn",
	 "Share of the maximum points",
	 "Emulation points, of the maximum of the criteria scored"},
};

const td_metric_info_t *td_metric_find(uint32_t id)
{
	for (size_t i = 0; i < TD_COUNT(metrics); i++) {
		if (metrics[i].metric == id)
			return &metrics[i];
	}
	return NULL;
}

const td_metric_info_t *td_metric_by_code(const char *code)
{
	for (size_t i = 0; i < TD_COUNT(metrics); i++) {
		if (strcmp(metrics[i].code, code) == 0)
			return &metrics[i];
	}
	return NULL;
}

bool td_metric_has_hours(uint32_t id)
{
	return id == TD_METRIC_CASE_OCCURRED ||
	       (id >= TD_METRIC_ARREST_OPERATIONS && id < TD_METRIC_TITLE_AWARDED);
}

const td_metric_info_t *td_metric_all(size_t *count)
{
	*count = TD_COUNT(metrics);
	return metrics;
}

const td_rate_info_t *td_rate_by_code(const char *code)
{
	for (size_t i = 0; i < TD_COUNT(rates); i++) {
		if (strcmp(rates[i].code, code) == 0)
			return &rates[i];
	}
	return NULL;
}

const td_rate_info_t *td_rate_all(size_t *count)
{
	*count = TD_COUNT(rates);
	return rates;
}

int64_t td_rate_hundredths(int64_t numerator, int64_t denominator)
{
	enum { HUNDREDTHS = 10000 };
	/* Whole part and rest apart: neither product leaves 2^63 while both stay below 2^53. What
	 * does not, nobody means; it loses its last bits. */
	while (denominator >= TD_EXACT_MAX) {
		numerator /= 2;
		denominator /= 2;
	}
	int64_t whole = numerator / denominator, rest = numerator % denominator;
	if (whole > INT64_MAX / HUNDREDTHS - 1 || whole < INT64_MIN / HUNDREDTHS + 2)
		return whole > 0 ? INT64_MAX : INT64_MIN;
	if (rest < 0) {
		whole--;
		rest += denominator;
	}
	int64_t scaled = rest * 100;
	int64_t percent = scaled / denominator;
	int64_t twice = (scaled % denominator) * 100;
	int64_t part = percent * 100 + twice / denominator;
	bool half_up = (twice % denominator) * 2 >= denominator;
	return whole * HUNDREDTHS + part + (half_up ? 1 : 0);
}
