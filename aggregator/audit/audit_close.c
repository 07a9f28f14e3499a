/* close: a period whose provinces all stand by their figures is closed: signed, with its figures.
 */
#include "aggregator/audit/closed.h"
#include "aggregator/audit/closings.h"
#include "aggregator/audit/periods.h"
#include "aggregator/audit/seals.h"
#include "aggregator/put.h"
#include "workers/topics.h"

#include <openssl/crypto.h>
#include <stdlib.h>

static_assert((int)TD_SNAPSHOT_MAX < (int)TD_PUT_MAX, "a snapshot is one record");

/* One reporter's part, as the replay has it. */
typedef struct part {
	td_buf_t totals, before; /* of the period, and of the year before */
	td_signed_t said;
	uint8_t digest[TD_TOTALS_DIGEST_SIZE], before_digest[TD_TOTALS_DIGEST_SIZE];
	td_hash_t tallies;
} part_t;

typedef struct closer {
	td_audit_t *audit;
	const td_logs_t *logs;
	const td_reference_t *reference;
	td_named_period_t named;
	td_note_signer_t signers[TD_SIGNERS_MAX];
	size_t signer_count;
	td_closing_t closing;
	part_t parts[TD_LOGS_MAX];
} closer_t;

/* Why a province keeps the period open. */
static void object(const closer_t *all, const char *reporter, const char *vi, const char *en,
		   const part_t *part)
{
	static const td_report_kind_t kind = {
		"open",
		"Chưa thể chốt kỳ",
		"What keeps the period open",
		true,
		4,
		{{"reporter", "Đơn vị", "Reporter", false},
		 {"why", "Vì sao", "Why", false},
		 {"signed", "Số liệu đã ký", "Figures signed off", false},
		 {"now", "Số liệu hiện nay", "Figures now", false}}};
	const td_audit_t *audit = all->audit;
	const td_report_cell_t cells[] = {
		{reporter, 0},
		{td_report_word(audit->report, vi, en), 0},
		{part != NULL && part->said.stands ? td_audit_hex(audit, part->said.figures_sha256)
						   : "",
		 0},
		{part != NULL ? td_audit_hex(audit, part->digest) : "", 0}};
	td_report_row(audit->report, &kind, cells);
}

/* Whether the reporter has figures of its own in that period, and must stand by them. */
static bool must_sign(const closer_t *all, const td_reporter_t *reporter)
{
	const td_days_t *days = &all->audit->days;
	return reporter->kind == TD_REPORTER_PROVINCE && reporter->from_day <= days->last &&
	       days->last <= reporter->to_day;
}

static const part_t *part_of(const closer_t *all, const char *reporter)
{
	for (size_t i = 0; i < td_logs_count(all->logs); i++)
		if (strcmp(td_logs_get(all->logs, i)->reporter, reporter) == 0)
			return &all->parts[i];
	return NULL;
}

static bool is_signed_off(const closer_t *all, const td_reporter_t *reporter)
{
	const part_t *part = part_of(all, reporter->id);
	if (part == NULL)
		object(all, reporter->id, "không có nhật ký", "there is no log", part);
	else if (!part->said.stands)
		object(all, reporter->id,
		       part->said.revision == 0 ? "chưa ký chốt" : "đã rút lại ký chốt",
		       part->said.revision == 0 ? "not signed off" : "its sign-off was taken back",
		       part);
	else if (memcmp(part->said.figures_sha256, part->digest, sizeof part->digest) != 0)
		object(all, reporter->id, "số liệu hiện nay khác số liệu đã ký; phải ký lại",
		       "the figures are not those that were signed off; it must sign again", part);
	else if (part->said.has_tallies && memcmp(part->said.tallies_sha256, part->tallies.bytes,
						  sizeof part->said.tallies_sha256) != 0)
		object(all, reporter->id,
		       "tổng số vẫn như đã ký, nhưng số theo ngày hoặc theo đơn vị khác; phải ký "
		       "lại",
		       "the totals are those that were signed off, but not the figures by day or "
		       "unit; it must sign again",
		       part);
	else
		return true;
	return false;
}

static bool all_signed_off(const closer_t *all)
{
	bool done = true;
	const td_reporter_t *reporter;
	for (size_t i = 0; (reporter = td_reference_reporter_at(all->reference, i)) != NULL; i++)
		done = (!must_sign(all, reporter) || is_signed_off(all, reporter)) && done;
	return done;
}

/* Sums of one log behind its replay, in its thread. */
static bool sum_up(void *context, size_t index, td_shelved_t *shelved, td_err_t *err)
{
	closer_t *all = context;
	part_t *part = &all->parts[index];
	const td_audit_t *audit = all->audit;
	td_totals_t *totals = td_shelved_totals(audit, shelved, audit->days, err);
	td_totals_t *before =
		totals == NULL ? NULL : td_shelved_totals(audit, shelved, all->named.before, err);
	bool done = before != NULL &&
		    td_shelved_signed(audit, shelved, all->named.name, &part->said, err) &&
		    td_shelved_digest(shelved, (uint32_t)audit->settings->generation, audit->days,
				      &part->tallies, err);
	part->totals = td_buf_make(TD_TOTALS_TEXT_MAX);
	part->before = td_buf_make(TD_TOTALS_TEXT_MAX);
	if (done &&
	    (!td_totals_write(totals, &part->totals) || !td_totals_digest(totals, part->digest) ||
	     !td_totals_write(before, &part->before) ||
	     !td_totals_digest(before, part->before_digest)))
		done = td_err_set(err, TD_EDATA, "the figures of %s are more than can be kept",
				  shelved->bounds->reporter);
	td_totals_free(before);
	td_totals_free(totals);
	return done;
}

static void fill(closer_t *all)
{
	td_closing_t *closing = &all->closing;
	(void)strcpy(closing->name, all->signers[0].public_key.name);
	(void)strcpy(closing->period, all->named.name);
	closing->closed_ms = all->audit->now_ms;
	closing->count = td_logs_count(all->logs);
	for (size_t i = 0; i < closing->count; i++) {
		const td_log_bounds_t *bounds = td_logs_get(all->logs, i);
		td_closed_t *closed = &closing->items[i];
		(void)strcpy(closed->reporter, bounds->reporter);
		closed->through_offset = bounds->end;
		closed->revision = all->parts[i].said.stands ? all->parts[i].said.revision : 0;
		closed->has_more = true;
		memcpy(closed->totals_sha256, all->parts[i].digest, sizeof closed->totals_sha256);
		memcpy(closed->before_sha256, all->parts[i].before_digest,
		       sizeof closed->before_sha256);
		memcpy(closed->tallies_sha256, all->parts[i].tallies.bytes,
		       sizeof closed->tallies_sha256);
	}
}

static bool put(const closer_t *all, const char *reporter, const td_buf_t *value, td_err_t *err)
{
	char key[TD_CLOSING_RECORD_KEY];
	td_closing_record_key(all->named.name, reporter, key);
	return td_put(&all->audit->settings->kafka,
		      &(td_put_t){TD_TOPIC_SEALS, key, td_buf_slice(value)}, err);
}

static bool put_snapshot(const closer_t *all, size_t index, td_err_t *err)
{
	const td_closed_t *closed = &all->closing.items[index];
	td_snapshot_t snapshot = {
		.closed_ms = all->closing.closed_ms,
		.through_offset = closed->through_offset,
		.totals = td_buf_slice(&all->parts[index].totals),
		.has_before = true,
		.before = td_buf_slice(&all->parts[index].before),
	};
	memcpy(snapshot.totals_sha256, closed->totals_sha256, sizeof snapshot.totals_sha256);
	memcpy(snapshot.before_sha256, closed->before_sha256, sizeof snapshot.before_sha256);
	td_buf_t bytes = td_buf_make(TD_SNAPSHOT_MAX);
	td_snapshot_write(&snapshot, &bytes);
	bool done = put(all, closed->reporter, &bytes, err);
	td_buf_free(&bytes);
	return done;
}

static bool put_note(const closer_t *all, td_err_t *err)
{
	td_buf_t text = td_buf_make(TD_NOTE_MAX), note = td_buf_make(TD_NOTE_MAX);
	td_closing_write(&all->closing, &text);
	td_buf_add_slice(&note, td_buf_slice(&text));
	td_buf_add_byte(&note, '\n');
	bool done = true;
	for (size_t i = 0; done && i < all->signer_count; i++)
		done = td_note_sign(&all->signers[i], td_buf_slice(&text), 0, &note, err);
	if (done && note.failed)
		done = td_err_set(err, TD_EMEMORY, "too many reporters for one note");
	done = done && put(all, NULL, &note, err);
	td_buf_free(&text);
	td_buf_free(&note);
	return done;
}

/* The snapshots first: what the note names is there. */
static bool publish(closer_t *all, td_err_t *err)
{
	bool done = true;
	fill(all);
	for (size_t i = 0; done && i < all->closing.count; i++)
		done = put_snapshot(all, i, err);
	return done && put_note(all, err);
}

/* Whether nobody closed it before; puts what is closed where readers find it. */
static bool look(const closer_t *all, bool restore, td_err_t *err)
{
	td_closings_t closings;
	td_note_keys_t *keys = calloc(1, sizeof *keys);
	bool done = keys != NULL || td_err_set(err, TD_EMEMORY, "no memory for keys");
	if (done && all->audit->settings->keys.count > 0)
		done = td_audit_keys(all->audit, keys, err);
	for (size_t i = 0; done && i < all->signer_count && keys->count < TD_NOTE_KEYS_MAX; i++)
		keys->items[keys->count++] = all->signers[i].public_key;
	if (done) {
		done = td_closings_load(all->audit, keys, &closings, err);
		const td_closing_t *closing =
			done ? td_closings_find(&closings, all->named.name) : NULL;
		if (done && closing != NULL)
			done = restore ? td_closed_restore(all->audit, &closings, closing, err)
				       : td_err_set(err, TD_EUSAGE,
						    "%s is closed already; what moved since is "
						    "told by thidua-audit amendments",
						    all->named.name);
		td_closings_free(&closings);
	}
	free(keys);
	return done;
}

static bool close_all(closer_t *all, td_err_t *err)
{
	const td_shelf_plan_t plan = {
		.logs = all->logs, .then = sum_up, .context = all, .name = "closed"};
	td_shelf_t *shelf = td_shelf_fill(all->audit, &plan, err);
	bool done = shelf != NULL;
	td_shelf_free(shelf);
	if (!done || !all_signed_off(all))
		return done; /* the report says what keeps it open */
	return publish(all, err) && look(all, true, err);
}

static bool begin(closer_t *all, td_err_t *err)
{
	const td_audit_settings_t *settings = all->audit->settings;
	if (settings->reporter != NULL || settings->as_of != NULL || settings->archive != NULL)
		return td_err_set(err, TD_EUSAGE,
				  "a period is closed for all reporters, as it is now: no "
				  "--reporter, --as-of or --archive");
	return td_audit_period(all->audit, &all->named, err) &&
	       td_audit_signers(all->audit, all->signers, &all->signer_count, err) &&
	       look(all, false, err);
}

bool td_audit_close(td_audit_t *audit, td_err_t *err)
{
	closer_t *all = calloc(1, sizeof *all);
	if (all == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory to close a period");
	all->audit = audit;
	td_logs_t *logs = begin(all, err) ? td_audit_logs(audit, err) : NULL;
	all->logs = logs;
	bool done = logs != NULL;
	if (done) {
		const td_version_t *version = td_versions_at(td_logs_versions(logs), audit->now_ms);
		all->reference = version != NULL ? version->reference : NULL;
		done = version != NULL
			       ? close_all(all, err)
			       : td_err_set(err, TD_ENOINPUT, "no reference data says who reports");
	}
	for (size_t i = 0; i < TD_LOGS_MAX; i++) {
		td_buf_free(&all->parts[i].totals);
		td_buf_free(&all->parts[i].before);
	}
	OPENSSL_cleanse(all->signers, sizeof all->signers);
	td_logs_free(logs);
	free(all);
	return done;
}
