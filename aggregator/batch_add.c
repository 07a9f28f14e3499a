#include "aggregator/batch_parts.h"
#include "workers/decode.h"
#include "workers/verdict.h"

typedef Thidua__V1__Verdict verdict_t;
typedef Thidua__V1__Event event_t;

#define OUTCOME(name) THIDUA__V1__VERDICT__OUTCOME_##name

static const int64_t APPEND_MS_MAX = 4133980800000; /* the year 2101 */

/* Whether a worker could have written it. */
static bool is_plausible(const verdict_t *verdict)
{
	return td_verdict_through(verdict) < INT64_MAX && verdict->append_ms >= 0 &&
	       verdict->append_ms <= APPEND_MS_MAX &&
	       td_batch_findings(verdict).count <= TD_BATCH_FINDINGS_MAX;
}

/* The event of an enriched verdict; NULL when it is none of this reporter. */
static const event_t *read_event(td_batch_t *batch, const verdict_t *verdict)
{
	td_findings_t ignored;
	td_slice_t raw = td_verdict_raw(verdict);
	const event_t *event = td_decode_event(raw.data, raw.size, batch->reading, &ignored);
	bool ours = event != NULL && strcmp(event->reporter, batch->reporter) == 0 &&
		    strlen(event->record_id) <= TD_ID_MAX && strlen(event->source) <= TD_ID_MAX;
	return ours ? event : NULL;
}

/* Whether anything that one verdict can bring fits. */
static bool is_full(const td_batch_t *batch)
{
	size_t used = batch->at_once ? td_batch_bytes_used(batch) : td_arena_used(batch->given);
	return batch->added == batch->verdicts_max || batch->source_count == TD_BATCH_SOURCES_MAX ||
	       batch->signed_count == TD_BATCH_SIGNED_MAX ||
	       batch->code_count + TD_BATCH_FINDINGS_MAX > TD_BATCH_CODES_MAX ||
	       (batch->added > 0 && used + TD_BATCH_VERDICT_NEED > batch->bytes_max);
}

/* Counts a verdict that is plausible and for which there is room. */
static td_added_t take(td_batch_t *batch, const verdict_t *verdict, const event_t *event,
		       td_err_t *err)
{
	td_head_t *head = &batch->head;
	uint64_t counted, jumped;
	td_range_t range = {verdict->raw_offset, td_verdict_through(verdict)};
	td_take_t taken = td_position_take(&head->position, range, &counted, &jumped);
	if (taken == TD_TAKE_TOO_MANY) {
		(void)td_err_set(err, TD_EINTEGRITY,
				 "raw offset %llu of %s would leave more than %d holes in the "
				 "verdicts; fill them with `thidua-worker --again`",
				 (unsigned long long)verdict->raw_offset, batch->reporter,
				 TD_HOLES_MAX);
		return TD_ADDED_STOP;
	}
	batch->added++;
	if (taken == TD_TAKE_REPEAT) {
		head->counts.repeats++;
		return TD_ADDED_SKIP;
	}
	head->counts.verdicts++;
	head->counts.holes += jumped;
	if (verdict->outcome_case == OUTCOME(ABSENT))
		head->counts.absent += counted;
	else
		td_batch_note(batch, verdict, event);
	return !batch->at_once || td_batch_fold_newest(batch, err) ? TD_ADDED : TD_ADDED_STOP;
}

td_added_t td_batch_add(td_batch_t *batch, td_slice_t bytes, uint64_t verdict_offset,
			int64_t append_ms, td_err_t *err)
{
	td_head_t *head = &batch->head;
	if (is_full(batch))
		return TD_ADDED_FULL;
	td_arena_reset(batch->reading);
	const verdict_t *verdict = td_verdict_read(bytes.data, bytes.size, batch->reading);
	bool is_enriched = verdict != NULL && verdict->outcome_case == OUTCOME(ENRICHED);
	const event_t *event = is_enriched ? read_event(batch, verdict) : NULL;
	if (verdict == NULL || !is_plausible(verdict) || (is_enriched && event == NULL)) {
		(void)td_err_set(
			err, TD_EINTEGRITY,
			"what lies at offset %llu of the verdict topic is no verdict on an "
			"event of %s; look who writes to that topic",
			(unsigned long long)verdict_offset, batch->reporter);
		return TD_ADDED_STOP;
	}
	td_added_t added = take(batch, verdict, event, err);
	if (added != TD_ADDED_STOP) {
		head->verdict_hint = verdict_offset + 1;
		head->verdict_hint_append_ms = append_ms;
	}
	return added;
}

td_added_t td_batch_add_judged(td_batch_t *batch, const verdict_t *verdict, const event_t *event,
			       td_err_t *err)
{
	if (is_full(batch))
		return TD_ADDED_FULL;
	if (!is_plausible(verdict)) {
		(void)td_err_set(err, TD_EINTEGRITY,
				 "no worker writes such a verdict as that on raw offset %llu of %s",
				 (unsigned long long)verdict->raw_offset, batch->reporter);
		return TD_ADDED_STOP;
	}
	td_arena_reset(batch->reading);
	return take(batch, verdict, event, err);
}
