#include "aggregator/batch_parts.h"
#include "common/digest.h"
#include "workers/envelope.h"
#include "workers/reason.h"
#include "workers/verdict.h"

#include <openssl/sha.h>

typedef Thidua__V1__Verdict verdict_t;
typedef Thidua__V1__Event event_t;

#define OUTCOME(name) THIDUA__V1__VERDICT__OUTCOME_##name

td_batch_findings_t td_batch_findings(const verdict_t *verdict)
{
	if (verdict->outcome_case == OUTCOME(REJECTED))
		return (td_batch_findings_t){verdict->rejected->reasons,
					     verdict->rejected->n_reasons};
	if (verdict->outcome_case == OUTCOME(ENRICHED))
		return (td_batch_findings_t){verdict->enriched->warnings,
					     verdict->enriched->n_warnings};
	return (td_batch_findings_t){NULL, 0};
}

/* A copy in the arena; NULL only when memory is out, since is_full has made sure of the room. */
static void *copy_into(td_batch_t *batch, td_arena_t *arena, const void *bytes, size_t size)
{
	void *copy = td_arena_take(arena, size);
	if (copy == NULL)
		batch->out_of_memory = true;
	else
		memcpy(copy, bytes, size);
	return copy;
}

/* What is there as long as the batch. */
static void *keep(td_batch_t *batch, const void *bytes, size_t size)
{
	return copy_into(batch, batch->given, bytes, size);
}

/* What is there as long as the verdict's op. */
static void *keep_for_op(td_batch_t *batch, const void *bytes, size_t size)
{
	return copy_into(batch, batch->at_once ? batch->reading : batch->given, bytes, size);
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
static void count_codes(td_batch_t *batch, td_batch_findings_t findings)
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
	    !td_room(&batch->records, sizeof *batch->records, batch->record_count,
		     &batch->record_room) ||
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

/* A record's name, and where it is looked for. */
typedef struct named {
	char text[TD_FIELD_MAX];
	size_t size;
	uint64_t digest;
	uint32_t kind;
} named_t;

static void name_record(const td_batch_t *batch, uint32_t kind, const char *record_id,
			named_t *named)
{
	named->size = td_layout_name(kind, record_id, named->text);
	named->kind = kind;
	named->digest = td_digest(0, named->text, named->size);
	td_hashtable_expect(&batch->record_table, named->digest);
}

/* Hangs the newest op onto its record. */
static void link_record(td_batch_t *batch, const named_t *named)
{
	td_slice_t name = {(const uint8_t *)named->text, named->size};
	int64_t index = find_record(batch, named->digest, name);
	td_batch_record_t *record = index != TD_HASHTABLE_NONE
					    ? &batch->records[index]
					    : add_record(batch, named->digest, name, named->kind);
	batch->touched_record = record;
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
	batch->touched_source = source;
	if (i == batch->source_count) {
		td_source_init(name, epoch, &source->state);
		source->first_op = source->last_op = TD_BATCH_LIST_END;
		source->is_new = true;
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
	if (!td_room(&batch->ops, sizeof *batch->ops, batch->op_count, &batch->op_room)) {
		batch->out_of_memory = true;
		return NULL;
	}
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
	op->mark = keep_for_op(batch, &mark, sizeof mark);
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
	if (op == NULL)
		return;
	op->sequence = event->sequence;
	batch->head.counts.enriched++;
	batch->head.counts.warned += verdict->enriched->n_warnings > 0 ? 1 : 0;
	if (event->sequence != 0)
		link_source(batch, event->source, event->epoch);
	if (event->body_case == THIDUA__V1__EVENT__BODY_CHECKPOINT) {
		add_checkpoint(batch, event->checkpoint, op);
		return;
	}
	named_t named;
	name_record(batch, (uint32_t)event->kind, event->record_id, &named);
	add_signed(batch, event);
	td_contribute(event, verdict->enriched, &adds);
	op->act = TD_BATCH_STATEMENT;
	op->revision = event->revision;
	op->adds_size =
		offsetof(td_contributions_t, items) + adds.count * sizeof(td_contribution_t);
	op->adds = keep_for_op(batch, &adds, op->adds_size);
	link_record(batch, &named);
}

static const char *keep_codes(td_batch_t *batch, td_batch_findings_t reasons)
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
	return keep_for_op(batch, text, used + 1);
}

static void add_rejected(td_batch_t *batch, const verdict_t *verdict)
{
	td_envelope_t envelope;
	td_batch_findings_t reasons = td_batch_findings(verdict);
	td_batch_op_t *op = add_op(batch, verdict);
	if (op == NULL)
		return;
	batch->head.counts.rejected++;
	td_envelope_read(td_verdict_raw(verdict), &envelope);
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
	named_t named;
	name_record(batch, envelope.kind, envelope.record_id, &named);
	link_record(batch, &named);
}

/* Remembers the lowest event: it tells this raw log from another one under the same name. */
static void note_first(td_head_t *head, const verdict_t *verdict)
{
	if (head->first_known && head->first_offset <= verdict->raw_offset)
		return;
	td_slice_t raw = td_verdict_raw(verdict);
	(void)SHA256(raw.data, raw.size, head->first_sha256);
	head->first_append_ms = verdict->append_ms;
	head->first_offset = verdict->raw_offset;
	head->first_known = true;
}

void td_batch_note(td_batch_t *batch, const verdict_t *verdict, const event_t *event)
{
	if (verdict->append_ms > batch->head.last_append_ms)
		batch->head.last_append_ms = verdict->append_ms;
	note_first(&batch->head, verdict);
	count_codes(batch, td_batch_findings(verdict));
	if (event != NULL)
		add_enriched(batch, verdict, event);
	else
		add_rejected(batch, verdict);
}
