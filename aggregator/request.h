/*
 * request: from what a person asks for, in words, to a query.
 *
 * Pure: the moment "now", by which "the last 24 hours" and "to date" are meant, is an argument.
 */
#ifndef TD_AGGREGATOR_REQUEST_H
#define TD_AGGREGATOR_REQUEST_H

#include "aggregator/answer.h"
#include "common/err.h"
#include "workers/reference.h"

enum { TD_REQUEST_TITLE_MAX = 128 };

/* What was asked for; NULL or 0 where nothing was said. */
typedef struct td_request {
	const char *const *figures; /* codes of metrics and rates */
	size_t figure_count;
	const char *period;    /* "2021", "2021-Q3"; see td_period_parse */
	const char *calendar;  /* "police" or "civil"; NULL: police */
	const char *from, *to; /* "2021-03-05", both included */
	const char *last;      /* "24h", "7d": the hours or days that end now */
	bool to_date;          /* cut the period at today */
	const char *by;        /* "province,unit,severity": how to split */
	const char *only;      /* "severity=very,especially" */
	const char *each;      /* "hour", "day", "half", "month", "quarter", "year" */
	const char *provinces; /* "vn-06,vn-69"; NULL: the cluster's members */
	int64_t cluster;       /* number of the ministry's cluster */
	bool compare, rank;
} td_request_t;

/* A query and what it keeps alive. */
typedef struct td_resolved {
	td_query_t query;
	td_period_t period;               /* months 0 when no period was named */
	char title[TD_REQUEST_TITLE_MAX]; /* the period's or window's name; "" for a range */
	/* The emulation year of the days, and that whose members of the cluster were taken: an
	 * earlier one where the table does not have it yet. 0 for provinces that were named. */
	int32_t days_year, members_year;
	char provinces[TD_PROVINCES_MAX][TD_AREA_MAX]; /* what query.provinces points to */
} td_resolved_t;

/* The query; false, TD_EUSAGE, naming what cannot be understood and what can. Without days the
 * current year to date is meant. */
TD_MUST_USE bool td_request_resolve(const td_request_t *request, const td_reference_t *reference,
				    int64_t now_ms, td_resolved_t *resolved, td_err_t *err);

/* The period as statements name it. */
void td_request_period(const td_period_t *period, Thidua__V1__Period *named);

/* Days from text, "2021-03-05". */
TD_MUST_USE bool td_request_day(const char *text, int32_t *day, td_err_t *err);

#endif
