/* trace: one record's way from what its system said to the figure, with times. */
#include "aggregator/audit/audit.h"
#include "aggregator/audit/events.h"
#include "aggregator/moment.h"
#include "common/hex.h"
#include "workers/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	STEPS_MAX = 1000,
	TEXT_MAX = 300,
	DIGEST_SIZE = 32, /* SHA-256 */
	ARENA_BYTES = 8 * 1024 * 1024
};

/* One event of the record, on its way. */
typedef struct step {
	uint64_t offset, epoch, sequence;
	uint32_t version;
	int64_t recorded_ms, append_ms;
	char source[TD_ID_MAX + 1];
	uint64_t line;                  /* on which its row stood; 0: unknown */
	uint64_t checkpoints, last_one; /* of its source, behind it: how many, the last sequence */
	char digest[2 * DIGEST_SIZE + 1]; /* of its file; "": no checkpoint names one */
	uint64_t rows;                    /* that were accepted of the file */
	bool is_judged;                   /* there is a verdict: */
	uint64_t verdict_offset;
	int64_t verdict_ms;
} step_t;

typedef struct tracing {
	td_audit_t *audit;
	const td_logs_t *logs;
	uint32_t kind;
	const char *record_id;
	td_verdict_log_t verdicts;
	td_wanted_t *wanted;
	size_t count;
	step_t steps[STEPS_MAX];
	td_arena_t *arena;
} tracing_t;

static bool is_it(const tracing_t *tracing, const td_envelope_t *envelope)
{
	return envelope->kind == tracing->kind &&
	       strcmp(envelope->record_id, tracing->record_id) == 0;
}

/* The record's events, and what may be checkpoints behind them. */
static bool want(void *context, size_t index, const td_raw_t *raw, const td_envelope_t *envelope)
{
	const tracing_t *tracing = context;
	(void)index;
	(void)raw;
	return is_it(tracing, envelope) ||
	       (tracing->count > 0 && !td_envelope_has_record(envelope));
}

static int64_t ms_of(const Google__Protobuf__Timestamp *time)
{
	return time == NULL ? 0 : time->seconds * 1000 + time->nanos / 1000000;
}

/* A checkpoint of the step's source behind it. The rows that it speaks of are the last ones before
 * it, checkpoints left out: a row of a stream is not in the file that was fed after it. */
static void pass_checkpoint(step_t *step, const td_event_t *event)
{
	const Thidua__V1__Checkpoint *file = event->checkpoint;
	if (event->sequence <= step->last_one)
		return; /* sent again */
	uint64_t rows = event->sequence - step->sequence - step->checkpoints++;
	step->last_one = event->sequence;
	if (step->digest[0] != '\0' || rows > file->rows_accepted)
		return;
	step->rows = file->rows_accepted;
	size_t size = file->file_sha256.len < DIGEST_SIZE ? file->file_sha256.len : DIGEST_SIZE;
	td_hex_write(file->file_sha256.data, size, step->digest);
}

static void take_checkpoint(tracing_t *tracing, const td_event_t *event)
{
	for (size_t i = 0; i < tracing->count; i++) {
		step_t *step = &tracing->steps[i];
		if (step->epoch == event->epoch && step->sequence < event->sequence &&
		    strcmp(step->source, event->source) == 0)
			pass_checkpoint(step, event);
	}
}

static bool take(void *context, size_t index, const td_judged_t *judged, td_err_t *err)
{
	tracing_t *tracing = context;
	const td_event_t *event = judged->event;
	if (event != NULL && event->body_case == THIDUA__V1__EVENT__BODY_CHECKPOINT) {
		take_checkpoint(tracing, event);
		return true;
	}
	if (!is_it(tracing, &judged->envelope))
		return true;
	if (tracing->count == STEPS_MAX)
		return td_err_set(err, TD_EMEMORY, "the record has more than %d events", STEPS_MAX);
	step_t *step = &tracing->steps[tracing->count++];
	*step = (step_t){.offset = judged->offset,
			 .epoch = judged->envelope.epoch,
			 .sequence = judged->envelope.sequence,
			 .version = judged->verdict->reference_version,
			 .line = event != NULL ? event->source_line : 0,
			 .recorded_ms = event != NULL ? ms_of(event->recorded_at) : 0,
			 .append_ms = judged->append_ms};
	memcpy(step->source, judged->envelope.source, sizeof step->source);
	return td_wanted_add(tracing->wanted, index, tracing->kind, tracing->record_id) ||
	       td_err_set(err, TD_EMEMORY, "no memory for a record");
}

/* The first verdict on each of the offsets. */
static bool take_verdict(void *context, const td_verdict_item_t *item, td_err_t *err)
{
	tracing_t *tracing = context;
	(void)err;
	td_arena_reset(tracing->arena);
	const Thidua__V1__Verdict *verdict =
		td_verdict_read(item->bytes.data, item->bytes.size, tracing->arena);
	for (size_t i = 0; verdict != NULL && i < tracing->count; i++) {
		step_t *step = &tracing->steps[i];
		if (step->offset != verdict->raw_offset || step->is_judged)
			continue;
		step->is_judged = true;
		step->verdict_offset = item->offset;
		step->verdict_ms = item->append_ms;
		step->version = verdict->reference_version;
	}
	return true;
}

static bool find_verdicts(tracing_t *tracing, td_err_t *err)
{
	return td_logs_verdicts(tracing->logs, 0, (uint32_t)tracing->audit->settings->generation,
				&tracing->verdicts, err) &&
	       td_verdict_log_read(tracing->logs, &tracing->verdicts, take_verdict, tracing, err);
}

static void say_step(const tracing_t *tracing, const char *what, int64_t at_ms, const char *text)
{
	static const td_report_kind_t kind = {"way",
					      "Đường đi",
					      "The way",
					      false,
					      3,
					      {{"step", "Bước", "Step", false},
					       {"at", "Lúc", "At", false},
					       {"what", "Gì", "What", false}}};
	char moment[TD_MOMENT_TEXT_MAX];
	const td_report_cell_t cells[] = {{what, 0}, {td_moment_text(at_ms, moment), 0}, {text, 0}};
	td_report_row(tracing->audit->report, &kind, cells);
}

static void say_source(const tracing_t *tracing, const step_t *step)
{
	const td_report_t *report = tracing->audit->report;
	char line[TEXT_MAX] = "", text[2 * TEXT_MAX];
	if (step->line > 0)
		(void)snprintf(line, sizeof line, "%s %" PRIu64,
			       td_report_word(report, "dòng", "line"), step->line);
	else if (step->digest[0] == '\0')
		return;
	else
		(void)snprintf(line, sizeof line, "%s",
			       td_report_word(report, "một dòng", "a line"));
	if (step->digest[0] == '\0')
		(void)snprintf(text, sizeof text, "%s %s", line,
			       td_report_word(report, "của dữ liệu đưa vào, không rõ tệp nào",
					      "of what was fed; no checkpoint names a file"));
	else
		(void)snprintf(
			text, sizeof text, "%s %s %s, %s: %" PRIu64, line,
			td_report_word(report, "của tệp SHA-256", "of the file with SHA-256"),
			step->digest,
			td_report_word(report, "số dòng hợp lệ", "rows accepted of it"),
			step->rows);
	say_step(tracing, td_report_word(report, "dòng nguồn", "source line"), 0, text);
}

static void say_way(const tracing_t *tracing)
{
	const td_report_t *report = tracing->audit->report;
	char place[TD_TOPIC_MAX], text[TEXT_MAX + TD_TOPIC_MAX];
	td_logs_place(tracing->logs, 0, place);
	for (size_t i = 0; i < tracing->count; i++) {
		const step_t *step = &tracing->steps[i];
		(void)snprintf(text, sizeof text, "%s/%" PRIu64 "/%" PRIu64, step->source,
			       step->epoch, step->sequence);
		say_step(tracing, td_report_word(report, "hệ thống của tỉnh ghi", "recorded"),
			 step->recorded_ms, text);
		say_source(tracing, step);
		(void)snprintf(text, sizeof text, "%s %" PRIu64, place, step->offset);
		say_step(tracing, td_report_word(report, "vào nhật ký", "appended"),
			 step->append_ms, text);
		if (step->is_judged)
			(void)snprintf(text, sizeof text, "%s %" PRIu64 ", %s %" PRIu32,
				       tracing->verdicts.topic, step->verdict_offset,
				       td_report_word(report, "dữ liệu gốc", "reference data"),
				       step->version);
		else if (tracing->audit->settings->archive != NULL && !tracing->verdicts.exists)
			(void)snprintf(text, sizeof text, "%s",
				       td_report_word(report, "kho lưu trữ không có phán quyết",
						      "the archive has no verdicts"));
		else
			(void)snprintf(text, sizeof text, "%s",
				       td_report_word(report, "không thấy phán quyết",
						      "no verdict was found"));
		say_step(tracing, td_report_word(report, "phán quyết", "judged"), step->verdict_ms,
			 text);
	}
}

/* "accident/2021-0001". */
static bool read_name(tracing_t *tracing, const char *name, td_err_t *err)
{
	const char *slash = strchr(name, '/');
	if (slash != NULL)
		tracing->kind =
			td_judged_kind((td_slice_t){(const uint8_t *)name, (size_t)(slash - name)});
	if (tracing->kind == 0 || strlen(slash + 1) > TD_ID_MAX)
		return td_err_set(err, TD_EUSAGE,
				  "\"%s\" is no record: write KIND/ID, such as case/2021-0001",
				  name);
	/* Looks the same on a screen, and is found nowhere. */
	if (td_text_check(td_slice_text(slash + 1)) == TD_REASON_TEXT_NFC)
		return td_err_set(err, TD_EUSAGE,
				  "\"%s\" has letters and their marks apart (NFD), as some systems "
				  "write them; ids have them together (NFC)",
				  name);
	if (tracing->audit->settings->reporter == NULL)
		return td_err_set(err, TD_EUSAGE, "whose record is it? give --reporter too");
	tracing->record_id = slash + 1;
	return true;
}

static bool trace(tracing_t *tracing, td_err_t *err)
{
	const td_pass_t pass = {.logs = tracing->logs,
				.doing = "trace",
				.want = want,
				.take = take,
				.context = tracing};
	const td_events_ask_t ask = {.logs = tracing->logs, .wanted = tracing->wanted};
	if (!td_pass_run(tracing->audit, &pass, err))
		return false;
	if (tracing->count == 0)
		return td_err_set(err, TD_ENOINPUT, "the log of %s says nothing of %s",
				  tracing->audit->settings->reporter, tracing->audit->arguments[0]);
	if (!find_verdicts(tracing, err))
		return false;
	say_way(tracing);
	return td_events_say(tracing->audit, &ask, NULL, err);
}

bool td_audit_trace(td_audit_t *audit, td_err_t *err)
{
	tracing_t *tracing = calloc(1, sizeof *tracing);
	if (tracing == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory to trace a record");
	tracing->audit = audit;
	tracing->wanted = td_wanted_new();
	tracing->arena = td_arena_new(ARENA_BYTES);
	td_logs_t *logs = NULL;
	bool done = tracing->wanted != NULL && tracing->arena != NULL
			    ? read_name(tracing, audit->arguments[0], err)
			    : td_err_set(err, TD_EMEMORY, "no memory to trace a record");
	if (done)
		logs = td_audit_logs(audit, err);
	tracing->logs = logs;
	done = logs != NULL && trace(tracing, err);
	td_logs_free(logs);
	td_arena_free(tracing->arena);
	td_wanted_free(tracing->wanted);
	free(tracing);
	return done;
}
