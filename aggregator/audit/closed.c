#include "aggregator/audit/closed.h"

#include "aggregator/audit/periods.h"
#include "aggregator/moment.h"
#include "aggregator/request.h"
#include "common/localday.h"
#include "common/redis.h"
#include "workers/topics.h"

#include <stdlib.h>

enum { YEARS = 30 }; /* the latest ones: older periods are not asked for */

static void say(const td_audit_t *audit, const td_closing_t *closing)
{
	static const td_report_kind_t kind = {
		"closed",
		"Đã chốt",
		"Closed",
		false,
		6,
		{{"period", "Kỳ", "Period", false},
		 {"closed_at", "Chốt lúc", "Closed at", false},
		 {"reporter", "Đơn vị", "Reporter", false},
		 {"through_offset", "Đến vị trí", "Up to offset", true},
		 {"revision", "Lần ký", "Sign-off", true},
		 {"totals_sha256", "SHA-256 số liệu", "SHA-256 of figures", false}}};
	char moment[TD_MOMENT_TEXT_MAX];
	for (size_t i = 0; i < closing->count; i++) {
		const td_closed_t *closed = &closing->items[i];
		const td_report_cell_t cells[] = {{closing->period, 0},
						  {td_moment_text(closing->closed_ms, moment), 0},
						  {closed->reporter, 0},
						  {NULL, (int64_t)closed->through_offset},
						  {NULL, (int64_t)closed->revision},
						  {td_audit_hex(audit, closed->totals_sha256), 0}};
		td_report_row(audit->report, &kind, cells);
	}
}

static bool add(td_redis_t *redis, const char *key, const td_closings_t *closings,
		const td_closing_t *closing, td_err_t *err)
{
	td_redis_add_words(redis, "DEL", key);
	for (size_t i = 0; i < closing->count; i++) {
		const td_closed_t *closed = &closing->items[i];
		const td_snapshot_t *snapshot = td_closings_snapshot(closings, closing, closed);
		if (snapshot == NULL)
			return td_err_set(err, TD_EINTEGRITY,
					  "the figures of %s in %s are gone from %s: that topic is "
					  "never compacted and never cut; look who did",
					  closed->reporter, closing->period, TD_TOPIC_SEALS);
		td_buf_t bytes = td_buf_make(TD_SNAPSHOT_MAX);
		td_snapshot_write(snapshot, &bytes);
		td_redis_add(redis, 4,
			     (td_slice_t[]){td_slice_text("HSET"), td_slice_text(key),
					    td_slice_text(closed->reporter), td_buf_slice(&bytes)});
		td_buf_free(&bytes);
	}
	return true;
}

static void say_wrong(const td_audit_t *audit, const char *key, const char *vi, const char *en)
{
	static const td_report_kind_t kind = {
		"closed_altered",
		"Số liệu chốt bị sửa trong Redis",
		"Closed figures that were altered in Redis",
		true,
		2,
		{{"key", "Khóa", "Key", false}, {"why", "Sai thế nào", "What is wrong", false}}};
	const td_report_cell_t cells[] = {{key, 0}, {td_report_word(audit->report, vi, en), 0}};
	td_report_row(audit->report, &kind, cells);
}

/* How many fields the key has; SIZE_MAX: it is no hash. */
static bool read_fields(td_redis_t *redis, const char *key, const td_redis_reply_t **fields,
			size_t *count, td_err_t *err)
{
	td_redis_add_words(redis, "TYPE", key);
	if (!td_redis_run(redis, err))
		return false;
	td_slice_t type = td_redis_reply_text(td_redis_reply(redis, 0));
	*count = td_slice_equal(type, td_slice_text("none")) ? 0 : SIZE_MAX;
	if (!td_slice_equal(type, td_slice_text("hash")))
		return true;
	td_redis_add_words(redis, "HGETALL", key);
	if (!td_redis_run(redis, err))
		return false;
	*fields = td_redis_reply(redis, 0);
	*count = td_redis_reply_count(*fields) / 2;
	return true;
}

/* Whether one field of it is the snapshot that was signed. */
static bool is_as_signed(const td_redis_reply_t *fields, size_t at, const td_closings_t *closings,
			 const td_closing_t *closing)
{
	td_slice_t reporter = td_redis_reply_text(td_redis_reply_at(fields, 2 * at));
	for (size_t i = 0; i < closing->count; i++) {
		const td_closed_t *closed = &closing->items[i];
		const td_snapshot_t *snapshot = td_closings_snapshot(closings, closing, closed);
		if (!td_slice_equal(reporter, td_slice_text(closed->reporter)) || snapshot == NULL)
			continue;
		td_buf_t bytes = td_buf_make(TD_SNAPSHOT_MAX);
		td_snapshot_write(snapshot, &bytes);
		bool same =
			td_slice_equal(td_redis_reply_text(td_redis_reply_at(fields, 2 * at + 1)),
				       td_buf_slice(&bytes));
		td_buf_free(&bytes);
		return same;
	}
	return false;
}

/* Nothing at all is no alteration: Redis may have been lost. */
static bool check(const td_audit_t *audit, td_redis_t *redis, const char *key,
		  const td_closings_t *closings, const td_closing_t *closing, td_err_t *err)
{
	const td_redis_reply_t *fields = NULL;
	size_t count;
	if (!read_fields(redis, key, &fields, &count, err))
		return false;
	bool same = count == 0 || count == closing->count;
	for (size_t i = 0; same && i < count; i++)
		same = is_as_signed(fields, i, closings, closing);
	if (!same)
		say_wrong(audit, key, "khác với bản chốt đã ký; đã đặt lại",
			  "it was not what was signed; it is put back");
	return true;
}

bool td_closed_restore(const td_audit_t *audit, const td_closings_t *closings,
		       const td_closing_t *closing, td_err_t *err)
{
	char key[TD_CLOSED_KEY_MAX];
	td_redis_exec_t outcome;
	td_redis_t *redis = td_redis_new(&audit->settings->redis, err);
	td_closing_redis_key(closing->period, key);
	bool done = redis != NULL && check(audit, redis, key, closings, closing, err) &&
		    add(redis, key, closings, closing, err) && td_redis_exec(redis, &outcome, err);
	td_redis_free(redis);
	if (done)
		say(audit, closing);
	return done;
}

/* Whether a note says of the period that it is closed, by whomever it was signed. */
static bool is_noted(const td_closings_t *closings, const char *period)
{
	for (size_t i = 0; i < closings->count; i++)
		if (closings->items[i].readable &&
		    strcmp(closings->items[i].closing->period, period) == 0)
			return true;
	return false;
}

static bool look_at(const td_audit_t *audit, td_redis_t *redis, const td_closings_t *closings,
		    const td_period_t *period, td_err_t *err)
{
	char name[TD_PERIOD_NAME_MAX], key[TD_CLOSED_KEY_MAX];
	int64_t exists;
	Thidua__V1__Period named;
	thidua__v1__period__init(&named);
	td_request_period(period, &named);
	if (!td_period_name(&named, name) || is_noted(closings, name))
		return true;
	td_closing_redis_key(name, key);
	td_redis_add_words(redis, "EXISTS", key);
	if (!td_redis_run(redis, err))
		return false;
	if (td_redis_reply_number(td_redis_reply(redis, 0), &exists) && exists > 0)
		say_wrong(
			audit, key,
			"hiện ra như đã chốt, nhưng không có bản chốt nào; xem ai đã ghi, rồi xóa "
			"khóa này",
			"it is shown as closed, but nothing closes it; look who wrote it, and "
			"delete the key");
	return true;
}

/* Periods are few enough to ask for each: no node of a Redis Cluster knows all keys. */
bool td_closed_look(const td_audit_t *audit, const td_closings_t *closings, td_err_t *err)
{
	static const struct {
		td_calendar_t calendar;
		int32_t months, count;
	} kinds[] = {{TD_CALENDAR_POLICE, 12, 1}, {TD_CALENDAR_POLICE, 9, 1},
		     {TD_CALENDAR_POLICE, 6, 2},  {TD_CALENDAR_POLICE, 3, 4},
		     {TD_CALENDAR_POLICE, 1, 12}, {TD_CALENDAR_CIVIL, 12, 1},
		     {TD_CALENDAR_CIVIL, 9, 1},   {TD_CALENDAR_CIVIL, 6, 2},
		     {TD_CALENDAR_CIVIL, 3, 4},   {TD_CALENDAR_CIVIL, 1, 12}};
	td_redis_t *redis = td_redis_new(&audit->settings->redis, err);
	int32_t this_year = td_localday_yyyymmdd(td_localday_of_ms(audit->now_ms)) / 10000;
	bool done = redis != NULL;
	for (int32_t back = 0; done && back < YEARS; back++) {
		for (size_t i = 0; done && i < TD_COUNT(kinds); i++) {
			td_period_t period = {kinds[i].calendar, this_year + 1 - back,
					      kinds[i].months, 1};
			for (; done && period.number <= kinds[i].count; period.number++)
				done = look_at(audit, redis, closings, &period, err);
		}
	}
	td_redis_free(redis);
	return done;
}
