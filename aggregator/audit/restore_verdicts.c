/*
 * The archive's events, judged as a worker judges: one verdict for each raw offset, in order, by
 * the version of the reference data that the generation says, with the append time that the event
 * had. A verdict log that has a beginning is gone on with, once the newest event that it judged was
 * found in the archive as it was.
 */
#include "aggregator/audit/raw_at.h"
#include "aggregator/audit/refill.h"
#include "aggregator/audit/restore.h"
#include "common/kafka_topic.h"
#include "workers/partition.h"
#include "workers/witness.h"

#include <inttypes.h>
#include <stdlib.h>

enum { FEED_WAIT_MS = 200 };

/* One log under way. */
typedef struct judging {
	td_restore_t *restore;
	td_crew_t *crew;
	size_t index;
	const char *reporter;
	char raw[TD_TOPIC_MAX], verdicts[TD_TOPIC_MAX];
	td_arena_t *arena;
	td_tail_t tail;
	td_witness_t newest; /* of the tail */
	td_refill_t *refill;
	uint64_t next, end; /* raw offsets to be judged */
} judging_t;

static bool take_verdict(void *context, const td_kafka_item_t *item, td_err_t *err)
{
	judging_t *judging = context;
	td_arena_reset(judging->arena);
	const Thidua__V1__Verdict *verdict =
		td_verdict_read(item->value.data, item->value.size, judging->arena);
	if (verdict == NULL)
		return td_err_set(err, TD_EINTEGRITY,
				  "%s has something at offset %" PRId64 " that is no verdict",
				  judging->verdicts, item->offset);
	td_raw_t event = {verdict->raw_offset, verdict->append_ms, td_verdict_raw(verdict)};
	if (td_tail_take(&judging->tail, verdict) & TD_TAIL_NEWEST)
		td_witness_keep(&judging->newest, &event);
	return true;
}

/* Holds the newest event that was judged against the archive. */
static bool compare(const judging_t *judging, td_err_t *err)
{
	const td_raw_t *raw = NULL;
	td_raw_at_t *raws = td_raw_at_new(judging->restore->logs, judging->index);
	bool read = raws != NULL ? td_raw_at(raws, judging->newest.offset, &raw, err)
				 : td_err_set(err, TD_EMEMORY, "no memory to compare an event");
	bool same = read && (raw != NULL ? td_witness_compare(&judging->newest, raw, err)
					 : td_witness_lost(&judging->newest, err));
	td_raw_at_free(raws);
	return same || td_err_prefix(err, "%s is not about this archive", judging->verdicts);
}

/* Reads what was judged already, and opens the verdict log behind it. */
static bool go_on(judging_t *judging, td_kafka_reader_t *reader, td_err_t *err)
{
	int64_t low, high;
	if (!td_kafka_reader_bounds(reader, judging->verdicts, &low, &high, err))
		return false;
	int64_t from = high - low > TD_TAIL_RECORDS ? high - TD_TAIL_RECORDS : low;
	if (!td_kafka_topic_read(reader, judging->verdicts, from, high, take_verdict, judging, err))
		return false;
	if (judging->tail.any && judging->tail.first > 0 && from == low)
		return td_err_set(err, TD_EINTEGRITY,
				  "%s begins with raw offset %" PRIu64
				  ": it was cut; delete the topic and restore again",
				  judging->verdicts, judging->tail.first);
	judging->next = judging->tail.next;
	if (judging->newest.any && judging->newest.offset < judging->end && !compare(judging, err))
		return false;
	judging->refill = td_refill_new(
		&(td_refill_settings_t){.kafka = &judging->restore->audit->settings->kafka,
					.topic = judging->verdicts,
					.codec = "lz4",
					.message_bytes = TD_VERDICT_MAX,
					.next = high},
		err);
	return judging->refill != NULL;
}

static bool send(judging_t *judging, td_slice_t packed, uint64_t through, td_err_t *err)
{
	judging->next = through + 1;
	judging->restore->verdicts[judging->index]++;
	return td_refill_add(judging->refill, (td_slice_t){NULL, 0}, packed, err);
}

static bool no_room(const judging_t *judging, td_err_t *err)
{
	return td_err_set(err, TD_EMEMORY,
			  "no room for the verdict on raw offset %" PRIu64 " of %s", judging->next,
			  judging->reporter);
}

static bool send_absent(judging_t *judging, uint64_t through, Thidua__V1__AbsentReason reason,
			const char *decision, td_err_t *err)
{
	td_slice_t packed;
	td_arena_reset(judging->arena);
	return td_verdict_absent(judging->next, through, reason, decision, judging->arena, &packed)
		       ? send(judging, packed, through, err)
		       : no_room(judging, err);
}

/* The archive has nothing before `end`: what a decision passed, and what no reader gets. */
static bool pass(judging_t *judging, uint64_t end, td_err_t *err)
{
	const td_decisions_t *decisions = td_logs_decisions(judging->restore->logs);
	uint64_t first = td_logs_get(judging->restore->logs, judging->index)->first;
	while (judging->next < end) {
		const Thidua__V1__AbsentDecision *decision =
			td_decisions_find(decisions, judging->raw, judging->next);
		uint64_t through = decision ? decision->through_offset : judging->next;
		if (decision == NULL && judging->next < first)
			return td_err_set(err, TD_EINTEGRITY,
					  "%s begins at offset %" PRIu64 " in the archive, and no "
					  "decision passes what was before",
					  judging->raw, first);
		while (decision == NULL && through + 1 < end &&
		       td_decisions_find(decisions, judging->raw, through + 1) == NULL)
			through++;
		through = through < end ? through : end - 1;
		if (!(decision ? send_absent(judging, through,
					     THIDUA__V1__ABSENT_REASON__ABSENT_REASON_UNREADABLE,
					     decision->decision, err)
			       : send_absent(judging, through,
					     THIDUA__V1__ABSENT_REASON__ABSENT_REASON_NO_RECORD, "",
					     err)))
			return false;
	}
	return true;
}

static bool judge(judging_t *judging, const td_raw_t *raw, td_err_t *err)
{
	const td_restore_t *restore = judging->restore;
	const td_version_t *version =
		td_decisions_version(restore->decided, td_logs_versions(restore->logs),
				     restore->generation, raw->append_ms);
	td_slice_t packed;
	if (!pass(judging, raw->offset, err))
		return false;
	td_arena_reset(judging->arena);
	if (version == NULL ||
	    !td_verdict_judge(raw, judging->reporter, version->reference, judging->arena, &packed))
		return no_room(judging, err);
	return send(judging, packed, raw->offset, err);
}

static bool judge_all(judging_t *judging, td_feed_t *feed, td_err_t *err)
{
	td_fed_t fed = TD_FED_NONE;
	while (fed != TD_FED_END && !td_crew_stopping(judging->crew)) {
		const td_raw_t *events;
		size_t count;
		fed = td_feed_next(feed, FEED_WAIT_MS, &events, &count, err);
		if (fed == TD_FED_FAILED)
			return false;
		for (size_t i = 0; i < count; i++)
			if (!judge(judging, &events[i], err))
				return false;
		td_crew_add(judging->crew, count);
	}
	return fed != TD_FED_END || pass(judging, judging->end, err);
}

static bool run(judging_t *judging, td_kafka_reader_t *reader, td_err_t *err)
{
	if (!go_on(judging, reader, err))
		return false;
	td_feed_range_t rest = {judging->next, judging->end};
	td_feed_t *feed = judging->next < judging->end
				  ? td_feed_open(judging->restore->logs, judging->index, rest, err)
				  : NULL;
	bool done =
		judging->next >= judging->end || (feed != NULL && judge_all(judging, feed, err));
	td_feed_free(feed);
	return done && td_refill_finish(judging->refill, err);
}

static bool judge_log(td_crew_t *crew, size_t index, void *context, td_err_t *err)
{
	td_restore_t *restore = context;
	judging_t judging = {
		.restore = restore,
		.crew = crew,
		.index = index,
		.reporter = td_logs_get(restore->logs, index)->reporter,
		.arena = td_arena_new(TD_VERDICT_ARENA),
		.newest = td_witness_make(),
		.end = td_restore_end(restore, index),
	};
	td_logs_place(restore->logs, index, judging.raw);
	td_topic_verdicts(judging.reporter, restore->generation, judging.verdicts);
	td_kafka_reader_t *reader =
		td_kafka_topic_reader(&restore->audit->settings->kafka, "thidua-audit", err);
	bool done = judging.arena != NULL || td_err_set(err, TD_EMEMORY, "no memory to judge");
	done = done && reader != NULL && run(&judging, reader, err);
	td_refill_free(judging.refill);
	td_witness_free(&judging.newest);
	td_kafka_reader_free(reader);
	td_arena_free(judging.arena);
	return done;
}

bool td_restore_verdicts(td_restore_t *restore, td_err_t *err)
{
	return td_restore_each(restore, "judge", judge_log, err);
}
