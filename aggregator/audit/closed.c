#include "aggregator/audit/closed.h"

#include "aggregator/audit/periods.h"
#include "aggregator/moment.h"
#include "common/redis.h"
#include "workers/topics.h"

#include <stdlib.h>

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

bool td_closed_restore(const td_audit_t *audit, const td_closings_t *closings,
		       const td_closing_t *closing, td_err_t *err)
{
	char key[TD_CLOSED_KEY_MAX];
	td_redis_exec_t outcome;
	td_redis_t *redis = td_redis_new(&audit->settings->redis, err);
	td_closing_redis_key(closing->period, key);
	bool done = redis != NULL && add(redis, key, closings, closing, err) &&
		    td_redis_exec(redis, &outcome, err);
	td_redis_free(redis);
	if (done)
		say(audit, closing);
	return done;
}
