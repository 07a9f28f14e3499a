#include "aggregator/audit/judged.h"

#include "aggregator/layout.h"
#include "aggregator/metric.h"
#include "common/localday.h"

#include <inttypes.h>
#include <stdio.h>

/* Fills in what the event's bytes say, once the verdict is there. False when the arena is full. */
static bool read_event(td_slice_t raw, td_arena_t *arena, td_judged_t *judged)
{
	td_findings_t findings;
	judged->event = td_decode_event(raw.data, raw.size, arena, &findings);
	td_envelope_read(raw, &judged->envelope);
	if (td_judged_states(judged))
		td_contribute(judged->event, judged->verdict->enriched, &judged->adds);
	return judged->event != NULL || findings.count > 0;
}

bool td_judged_make(const td_raw_t *raw, const char *reporter, const td_reference_t *reference,
		    td_arena_t *arena, td_judged_t *judged)
{
	*judged = (td_judged_t){.offset = raw->offset, .append_ms = raw->append_ms};
	if (!td_verdict_judge(raw, reporter, reference, arena, &judged->packed))
		return false;
	judged->verdict = td_verdict_read(judged->packed.data, judged->packed.size, arena);
	/* The raw bytes themselves: of a long message the verdict keeps the beginning only. */
	return judged->verdict != NULL && read_event(raw->bytes, arena, judged);
}

bool td_judged_read(td_slice_t bytes, td_arena_t *arena, td_judged_t *judged)
{
	const Thidua__V1__Verdict *verdict =
		bytes.data == NULL ? NULL : td_verdict_read(bytes.data, bytes.size, arena);
	if (verdict == NULL)
		return false;
	*judged = (td_judged_t){.offset = verdict->raw_offset,
				.append_ms = verdict->append_ms,
				.packed = bytes,
				.verdict = verdict};
	(void)read_event(td_verdict_raw(verdict), arena, judged); /* it is a verdict all the same */
	return true;
}

bool td_judged_states(const td_judged_t *judged)
{
	return judged->verdict->outcome_case == THIDUA__V1__VERDICT__OUTCOME_ENRICHED &&
	       judged->event != NULL &&
	       judged->event->body_case != THIDUA__V1__EVENT__BODY_CHECKPOINT;
}

void td_judged_codes(const td_judged_t *judged, char *text)
{
	size_t used = 0;
	text[0] = '\0';
	if (judged->verdict->outcome_case != THIDUA__V1__VERDICT__OUTCOME_REJECTED)
		return;
	const Thidua__V1__Rejected *rejected = judged->verdict->rejected;
	for (size_t i = 0; i < rejected->n_reasons && used + 8 < TD_JUDGED_CODES_MAX; i++) {
		char code[8];
		if (i > 0 && rejected->reasons[i]->code == rejected->reasons[i - 1]->code)
			continue;
		td_reason_print(rejected->reasons[i]->code, code);
		used += (size_t)snprintf(text + used, TD_JUDGED_CODES_MAX - used, "%s%s",
					 used > 0 ? " " : "", code);
	}
}

void td_judged_name(const td_judged_t *judged, char *text)
{
	const td_envelope_t *name = &judged->envelope;
	(void)snprintf(text, TD_JUDGED_NAME_MAX, "%s/%s/%" PRIu64 "/%" PRIu64, name->reporter,
		       name->source, name->epoch, name->sequence);
}

void td_judged_adds(const td_contributions_t *adds, char *text, size_t size)
{
	size_t used = 0;
	text[0] = '\0';
	for (size_t i = 0; i < adds->count && used < size; i++) {
		const td_contribution_t *one = &adds->items[i];
		const td_metric_info_t *metric = td_metric_find(one->metric);
		int32_t on = td_localday_yyyymmdd(one->day);
		int wrote = snprintf(text + used, size - used, "%s%s %04d-%02d-%02d %+" PRId64,
				     used > 0 ? "; " : "", metric != NULL ? metric->code : "?",
				     (int)(on / 10000), (int)(on / 100 % 100), (int)(on % 100),
				     one->amount);
		used += wrote > 0 ? (size_t)wrote : 0;
	}
}

/* By the numbers of the contract's Kind. */
static const char *const kinds[] = {"",         "case",       "arrest",  "accident",
				    "identity", "deployment", "society", "commendation",
				    "title",    "target",     "score",   "checkpoint"};

void td_judged_record(uint32_t kind, const char *record_id, char *text)
{
	(void)snprintf(text, TD_FIELD_MAX, "%s/%s", kind < TD_COUNT(kinds) ? kinds[kind] : "?",
		       record_id);
}

uint32_t td_judged_kind(td_slice_t word)
{
	for (uint32_t kind = 1; kind < TD_COUNT(kinds); kind++) {
		if (td_slice_equal(word, td_slice_text(kinds[kind])))
			return kind;
	}
	return 0;
}
