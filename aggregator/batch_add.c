#include "aggregator/batch_parts.h"
#include "aggregator/digest.h"
#include "workers/decode.h"
#include "workers/envelope.h"
#include "workers/reason.h"
#include "workers/verdict.h"

#include <openssl/sha.h>

#include <thidua/v1/event.pb-c.h>
#include <thidua/v1/verdict.pb-c.h>

typedef Thidua__V1__Verdict verdict_t;
typedef Thidua__V1__Event event_t;

#define OUTCOME(name) THIDUA__V1__VERDICT__OUTCOME_##name

static const int64_t APPEND_MS_MAX = 4133980800000; /* the year 2101 */

/* The sort of things that a verdict's findings are. */
typedef struct findings {
	Thidua__V1__Finding **items;
	size_t count;
} findings_t;

static findings_t findings_of(const verdict_t *verdict)
{
	if (verdict->outcome_case == OUTCOME(REJECTED))
		return (findings_t){verdict->rejected->reasons, verdict->rejected->n_reasons};
	if (verdict->outcome_case == OUTCOME(ENRICHED))
		return (findings_t){verdict->enriched->warnings, verdict->enriched->n_warnings};
	return (findings_t){NULL, 0};
}

static td_slice_t raw_of(const verdict_t *verdict)
{
	const ProtobufCBinaryData *raw =
		verdict->outcome_case == OUTCOME(ENRICHED)   ? &verdict->enriched->raw
		: verdict->outcome_case == OUTCOME(REJECTED) ? &verdict->rejected->raw
							     : NULL;
	return raw == NULL ? (td_slice_t){NULL, 0} : (td_slice_t){raw->data, raw->len};
}

/* What the worker could have written; else NULL. */
static const verdict_t *read_verdict(td_batch_t *batch, td_slice_t bytes)
{
	td_arena_reset(batch->reading);
	const verdict_t *verdict = td_verdict_read(bytes.data, bytes.size, batch->reading);
	bool plausible = verdict != NULL && td_verdict_through(verdict) < INT64_MAX &&
			 verdict->append_ms >= 0 && verdict->append_ms <= APPEND_MS_MAX &&
			 findings_of(verdict).count <= TD_BATCH_FINDINGS_MAX;
	return plausible ? verdict : NULL;
}

/* The event of an enriched verdict; NULL when it is none of this reporter. */
static const event_t *read_event(td_batch_t *batch, const verdict_t *verdict)
{
	td_findings_t ignored;
	td_slice_t raw = raw_of(verdict);
	const event_t *event = td_decode_event(raw.data, raw.size, batch->reading, &ignored);
	bool ours = event != NULL && strcmp(event->reporter, batch->reporter) == 0 &&
		    strlen(event->record_id) <= TD_ID_MAX && strlen(event->source) <= TD_ID_MAX;
	return ours ? event : NULL;
}

/* Whether anything that one verdict can bring fits. */
static bool is_full(const td_batch_t *batch)
{
	return batch->added == batch->verdicts_max || batch->source_count == TD_BATCH_SOURCES_MAX ||
	       batch->signed_count == TD_BATCH_SIGNED_MAX ||
	       batch->code_count + TD_BATCH_FINDINGS_MAX > TD_BATCH_CODES_MAX ||
	       td_arena_used(batch->given) + TD_BATCH_VERDICT_NEED > batch->bytes_max;
}

/* A copy in `given`, where is_full has made sure of the room; NULL only when memory is out. */
static void *keep(td_batch_t *batch, const void *bytes, size_t size)
{
	void *copy = td_arena_take(batch->given, size);
	if (copy == NULL)
		batch->out_of_memory = true;
	else
		memcpy(copy, bytes, size);
	return copy;
}

static void count_code(td_batch_t *batch, uint32_t code)
{
	size_t i = 0;
	while (i < batch->code_count && batch->codes[i].code != code)
		i++;
	if (i == batch->code_count)
		batch->codes[batch->code_count++] = (td_batch_code_t){code, 0};
	batch->codes[i].verdicts++;
}

/* Counts each code once; the same ones stand side by side. */
static void count_codes(td_batch_t *batch, findings_t findings)
{
	for (size_t i = 0; i < findings.count; i++) {
		if (i == 0 || findings.items[i]->code != findings.items[i - 1]->code)
			count_code(batch, findings.items[i]->code);
	}
}

static int64_t find_record(const td_batch_t *batch, uint64_t digest, td_slice_t name)
{
	td_probe_t probe = td_hashtable_probe(&batch->record_table, digest);
	int64_t index;
	while ((index = td_hashtable_next(&batch->record_table, &probe)) != TD_HASHTABLE_NONE) {
		if (td_slice_equal(batch->records[index].name, name))
			break;
	}
	return index;
}

static td_batch_record_t *add_record(td_batch_t *batch, uint64_t digest, td_slice_t name,
				     uint32_t kind)
{
	char *copy = keep(batch, name.data, name.size + 1);
	if (copy == NULL ||
	    !td_hashtable_put(&batch->record_table, digest, (uint32_t)batch->record_count)) {
		batch->out_of_memory = true;
		return NULL;
	}
	td_batch_record_t *record = &batch->records[batch->record_count++];
	*record = (td_batch_record_t){
		.kind = kind,
		.id = strchr(copy, '/') + 1,
		.name = {(const uint8_t *)copy, name.size},
	};
	return record;
}

/* Hangs the newest op onto its record. */
static void link_record(td_batch_t *batch, uint32_t kind, const char *record_id)
{
	char name[TD_FIELD_MAX];
	td_layout_name(kind, record_id, name);
	td_slice_t slice = td_slice_text(name);
	uint64_t digest = td_digest(0, slice.data, slice.size);
	int64_t index = find_record(batch, digest, slice);
	td_batch_record_t *record = index != TD_HASHTABLE_NONE
					    ? &batch->records[index]
					    : add_record(batch, digest, slice, kind);
	if (record == NULL)
		return;
	uint32_t op = (uint32_t)batch->op_count;
	if (record->last_op == TD_BATCH_LIST_END)
		record->first_op = op;
	else
		batch->ops[record->last_op - 1].next_of_record = op;
	record->last_op = op;
}

/* Hangs the newest op onto its source. */
static void link_source(td_batch_t *batch, const char *name, uint64_t epoch)
{
	size_t i = 0;
	while (i < batch->source_count && (batch->sources[i].state.epoch != epoch ||
					   strcmp(batch->sources[i].state.name, name) != 0))
		i++;
	td_batch_source_t *source = &batch->sources[i];
	if (i == batch->source_count) {
		td_source_init(name, epoch, &source->state);
		source->first_op = source->last_op = TD_BATCH_LIST_END;
		batch->source_count++;
	}
	uint32_t op = (uint32_t)batch->op_count;
	if (source->last_op == TD_BATCH_LIST_END)
		source->first_op = op;
	else
		batch->ops[source->last_op - 1].next_of_source = op;
	source->last_op = op;
}

static td_batch_op_t *add_op(td_batch_t *batch, const verdict_t *verdict)
{
	td_batch_op_t *op = &batch->ops[batch->op_count++];
	*op = (td_batch_op_t){.act = TD_BATCH_OTHER, .append_ms = verdict->append_ms};
	return op;
}

static void add_checkpoint(td_batch_t *batch, const Thidua__V1__Checkpoint *checkpoint,
			   td_batch_op_t *op)
{
	const Google__Protobuf__Timestamp *until = checkpoint->complete_until;
	td_mark_t mark = {.complete_until_ms =
				  until == NULL ? 0
						: until->seconds * 1000 + until->nanos / 1000000};
	if (checkpoint->running_sha256.len == sizeof mark.sha256)
		memcpy(mark.sha256, checkpoint->running_sha256.data, sizeof mark.sha256);
	op->mark = keep(batch, &mark, sizeof mark);
	batch->head.counts.checkpoints++;
}

/* Keeps the greatest sign-off of each period. */
static void add_signed(td_batch_t *batch, const event_t *event)
{
	td_signed_t said;
	size_t i = 0;
	if (!td_signed_of_event(event, &said))
		return;
	while (i < batch->signed_count && strcmp(batch->signeds[i].period, event->record_id) != 0)
		i++;
	if (i == batch->signed_count) {
		const char *period = keep(batch, event->record_id, strlen(event->record_id) + 1);
		if (period == NULL)
			return;
		batch->signeds[batch->signed_count++] = (td_batch_signed_t){.period = period};
	}
	if (td_signed_order(&said, &batch->signeds[i].said) > 0)
		batch->signeds[i].said = said;
}

static void add_enriched(td_batch_t *batch, const verdict_t *verdict, const event_t *event)
{
	td_contributions_t adds;
	td_batch_op_t *op = add_op(batch, verdict);
	op->sequence = event->sequence;
	batch->head.counts.enriched++;
	batch->head.counts.warned += verdict->enriched->n_warnings > 0 ? 1 : 0;
	if (event->sequence != 0)
		link_source(batch, event->source, event->epoch);
	if (event->body_case == THIDUA__V1__EVENT__BODY_CHECKPOINT) {
		add_checkpoint(batch, event->checkpoint, op);
		return;
	}
	add_signed(batch, event);
	td_contribute(event, verdict->enriched, &adds);
	op->act = TD_BATCH_STATEMENT;
	op->revision = event->revision;
	op->adds_size =
		offsetof(td_contributions_t, items) + adds.count * sizeof(td_contribution_t);
	op->adds = keep(batch, &adds, op->adds_size);
	link_record(batch, (uint32_t)event->kind, event->record_id);
}

static const char *keep_codes(td_batch_t *batch, findings_t reasons)
{
	enum { CODE_MAX = 8 };
	char text[TD_BATCH_CODES_TEXT + CODE_MAX + 1] = "", code[CODE_MAX + 1];
	size_t used = 0;
	for (size_t i = 0; i < reasons.count && used + CODE_MAX < sizeof text; i++) {
		if (i > 0 && reasons.items[i]->code == reasons.items[i - 1]->code)
			continue;
		td_reason_print(reasons.items[i]->code, code);
		size_t length = strnlen(code, CODE_MAX);
		text[used++] = ' ';
		memcpy(text + used, code, length + 1);
		used += length;
	}
	return keep(batch, text, used + 1);
}

static void add_rejected(td_batch_t *batch, const verdict_t *verdict)
{
	td_envelope_t envelope;
	findings_t reasons = findings_of(verdict);
	td_batch_op_t *op = add_op(batch, verdict);
	batch->head.counts.rejected++;
	td_envelope_read(raw_of(verdict), &envelope);
	bool ours = strcmp(envelope.reporter, batch->reporter) == 0;
	if (ours && td_envelope_has_source(&envelope)) {
		op->sequence = envelope.sequence;
		link_source(batch, envelope.source, envelope.epoch);
	}
	if (!ours || !td_envelope_has_record(&envelope) ||
	    !td_envelope_is_trusted(verdict->rejected)) {
		batch->head.counts.unreadable++;
		return;
	}
	op->act = TD_BATCH_REJECTION;
	op->revision = envelope.revision;
	op->codes = keep_codes(batch, reasons);
	link_record(batch, envelope.kind, envelope.record_id);
}

/* Remembers the lowest event: it tells this raw log from another one under the same name. */
static void note_first(td_head_t *head, const verdict_t *verdict)
{
	if (head->first_known && head->first_offset <= verdict->raw_offset)
		return;
	td_slice_t raw = raw_of(verdict);
	(void)SHA256(raw.data, raw.size, head->first_sha256);
	head->first_append_ms = verdict->append_ms;
	head->first_offset = verdict->raw_offset;
	head->first_known = true;
}

static void add_outcome(td_batch_t *batch, const verdict_t *verdict, const event_t *event)
{
	if (verdict->append_ms > batch->head.last_append_ms)
		batch->head.last_append_ms = verdict->append_ms;
	note_first(&batch->head, verdict);
	count_codes(batch, findings_of(verdict));
	if (event != NULL)
		add_enriched(batch, verdict, event);
	else
		add_rejected(batch, verdict);
}

td_added_t td_batch_add(td_batch_t *batch, td_slice_t verdict_bytes, uint64_t verdict_offset,
			td_err_t *err)
{
	td_head_t *head = &batch->head;
	uint64_t counted, jumped;
	if (is_full(batch))
		return TD_ADDED_FULL;
	const verdict_t *verdict = read_verdict(batch, verdict_bytes);
	bool is_enriched = verdict != NULL && verdict->outcome_case == OUTCOME(ENRICHED);
	const event_t *event = is_enriched ? read_event(batch, verdict) : NULL;
	if (verdict == NULL || (is_enriched && event == NULL)) {
		(void)td_err_set(
			err, TD_EINTEGRITY,
			"what lies at offset %llu of the verdict topic is no verdict on an "
			"event of %s; look who writes to that topic",
			(unsigned long long)verdict_offset, batch->reporter);
		return TD_ADDED_STOP;
	}
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
	if (verdict_offset >= head->verdict_hint)
		head->verdict_hint = verdict_offset + 1;
	if (taken == TD_TAKE_REPEAT) {
		head->counts.repeats++;
		return TD_ADDED_SKIP;
	}
	head->counts.verdicts++;
	head->counts.holes += jumped;
	if (verdict->outcome_case == OUTCOME(ABSENT))
		head->counts.absent += counted;
	else
		add_outcome(batch, verdict, event);
	return TD_ADDED;
}
