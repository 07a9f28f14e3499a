/* sign-off: a reporter's own figures of a period, and the statement by which it stands by them, or
 * takes that back. */
#include "aggregator/audit/audit.h"
#include "aggregator/audit/periods.h"
#include "aggregator/audit/seals.h"
#include "common/file.h"
#include "common/localday.h"
#include "proto/json.h"
#include "proto/json_text.h"
#include "workers/keys.h"
#include "workers/signature.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROW_MAX = 64 * 1024, MS = 1000 };

typedef struct signing {
	td_audit_t *audit;
	td_named_period_t named;
	td_note_signer_t signer;
	char key_id[TD_KEY_ID_SIZE];
	uint64_t through_offset, revision;
	uint8_t digest[TD_TOTALS_DIGEST_SIZE];
	td_hash_t tallies;
} signing_t;

static void say_totals(const signing_t *signing, td_totals_t *totals)
{
	static const td_report_kind_t kind = {"totals",
					      "Số liệu được ký chốt",
					      "Figures that are signed off",
					      false,
					      5,
					      {{"metric", "Mã chỉ tiêu", "Metric", false},
					       {"label", "Chỉ tiêu", "Figure", false},
					       {"province", "Tỉnh", "Province", false},
					       {"dimensions", "Phân loại", "Class", false},
					       {"value", "Số", "Value", true}}};
	const td_total_t *items;
	size_t count;
	td_total_words_t words;
	for (size_t i = 0; td_totals_list(totals, &items, &count) && i < count; i++) {
		if (!td_total_words(signing->audit, items[i].field, &words))
			continue;
		const td_report_cell_t cells[] = {{words.metric, 0},
						  {words.label, 0},
						  {words.province, 0},
						  {words.dimensions, 0},
						  {NULL, items[i].value}};
		td_report_row(signing->audit->report, &kind, cells);
	}
}

/* Whether the newest reference data knows the key; if not, the row that would make it known. */
static void say_key(const signing_t *signing, const td_logs_t *logs)
{
	static const td_report_column_t fact = {"key_unknown",
						"Khóa chưa đăng ký; dòng cần thêm vào keys.tsv",
						"Key not registered; row for keys.tsv", false};
	const td_versions_t *versions = td_logs_versions(logs);
	const td_version_t *version = td_versions_at(versions, signing->audit->now_ms);
	const char *reporter = signing->audit->settings->reporter;
	int32_t today = td_localday_of_ms(signing->audit->now_ms);
	if (version != NULL && td_reference_key(version->reference, reporter, TD_KEY_OF_REPORTER,
						signing->key_id, today) != NULL)
		return;
	td_buf_t row = td_buf_make(ROW_MAX);
	int32_t on = td_localday_yyyymmdd(today);
	char day[16];
	(void)snprintf(day, sizeof day, "%04d-%02d-%02d", on / 10000, on / 100 % 100, on % 100);
	td_buf_add_text(&row, reporter);
	td_buf_add_text(&row, "\t" TD_KEY_OF_REPORTER "\t");
	td_buf_add_text(&row, signing->key_id);
	td_buf_add_byte(&row, '\t');
	td_base64_add(&row, (td_slice_t){signing->signer.public_key.key, TD_PUBLIC_KEY_SIZE});
	td_buf_add_byte(&row, '\t');
	td_buf_add_text(&row, day);
	td_buf_add_byte(&row, '\t');
	td_buf_add_byte(&row, '\0');
	td_report_fact(signing->audit->report, &fact,
		       (td_report_cell_t){(const char *)row.data, 0});
	td_buf_free(&row);
}

static void say_statement(const signing_t *signing)
{
	static const td_report_column_t facts[] = {
		{"period", "Kỳ", "Period", false},
		{"through_offset", "Đến vị trí", "Up to offset", true},
		{"revision", "Lần", "Revision", true},
		{"figures_sha256", "SHA-256 số liệu", "SHA-256 of figures", false},
		{"tallies_sha256", "SHA-256 mọi số đếm", "SHA-256 of all tallies", false},
		{"key_id", "Khóa", "Key", false},
		{"file", "Tệp", "File", false}};
	/* What is taken back has no figures. */
	static const bool of_figures[TD_COUNT(facts)] = {[1] = true, [3] = true, [4] = true};
	const td_report_cell_t values[TD_COUNT(facts)] = {
		{signing->named.name, 0},
		{NULL, (int64_t)signing->through_offset},
		{NULL, (int64_t)signing->revision},
		{td_audit_hex(signing->audit, signing->digest), 0},
		{td_audit_hex(signing->audit, signing->tallies.bytes), 0},
		{signing->key_id, 0},
		{signing->audit->arguments[0], 0}};
	for (size_t i = 0; i < TD_COUNT(facts); i++)
		if (!of_figures[i] || !signing->audit->settings->take_back)
			td_report_fact(signing->audit->report, &facts[i], values[i]);
}

/* The statement, as a row for a producer, into the file that was named. */
static bool write_row(const signing_t *signing, const td_event_t *event, td_err_t *err)
{
	td_buf_t row = td_buf_make(ROW_MAX);
	bool done = td_json_write(&event->base, &row, err);
	td_buf_add_byte(&row, '\n');
	done = done &&
	       td_file_write_durable(signing->audit->arguments[0], td_buf_slice(&row), 0644, err);
	td_buf_free(&row);
	return done;
}

/* A statement and all that hangs on it. */
typedef struct statement {
	td_event_t event;
	Google__Protobuf__Timestamp occurred, recorded;
	Thidua__V1__SignOff said;
	Thidua__V1__Retraction taken_back;
	uint8_t signature[TD_SIGNATURE_SIZE];
} statement_t;

static void address(const signing_t *signing, statement_t *statement)
{
	td_event_t *event = &statement->event;
	int64_t now_ms = signing->audit->now_ms;
	thidua__v1__event__init(event);
	google__protobuf__timestamp__init(&statement->occurred);
	google__protobuf__timestamp__init(&statement->recorded);
	statement->occurred.seconds = td_localday_start_ms(signing->audit->days.last) / MS;
	statement->recorded.seconds = now_ms / MS;
	statement->recorded.nanos = (int32_t)(now_ms % MS * 1000000);
	event->reporter = (char *)signing->audit->settings->reporter;
	event->kind = THIDUA__V1__KIND__KIND_SIGN_OFF;
	event->record_id = (char *)signing->named.name;
	event->revision = signing->revision;
	event->occurred_at = &statement->occurred;
	event->occurred_precision = THIDUA__V1__PRECISION__PRECISION_DAY;
	event->recorded_at = &statement->recorded;
}

static void stand_by(const signing_t *signing, statement_t *statement)
{
	Thidua__V1__SignOff *said = &statement->said;
	thidua__v1__sign_off__init(said);
	said->period = (Thidua__V1__Period *)&signing->named.period;
	said->through_offset = signing->through_offset;
	said->figures_sha256 =
		(ProtobufCBinaryData){sizeof signing->digest, (uint8_t *)signing->digest};
	said->tallies_sha256 = (ProtobufCBinaryData){sizeof signing->tallies.bytes,
						     (uint8_t *)signing->tallies.bytes};
	said->key_id = (char *)signing->key_id;
	said->signature = (ProtobufCBinaryData){sizeof statement->signature, statement->signature};
	statement->event.body_case = THIDUA__V1__EVENT__BODY_SIGN_OFF;
	statement->event.sign_off = said;
}

static void take_back(const signing_t *signing, statement_t *statement)
{
	Thidua__V1__Retraction *said = &statement->taken_back;
	thidua__v1__retraction__init(said);
	said->reason = THIDUA__V1__RETRACTION_REASON__RETRACTION_REASON_REVOKED;
	said->key_id = (char *)signing->key_id;
	said->signature = (ProtobufCBinaryData){sizeof statement->signature, statement->signature};
	statement->event.body_case = THIDUA__V1__EVENT__BODY_RETRACTION;
	statement->event.retraction = said;
}

static bool state(const signing_t *signing, td_err_t *err)
{
	char text[TD_SIGN_OFF_TEXT_MAX];
	statement_t statement;
	address(signing, &statement);
	if (signing->audit->settings->take_back)
		take_back(signing, &statement);
	else
		stand_by(signing, &statement);
	if (!td_sign_off_text(&statement.event, text) ||
	    !td_signature_make(signing->signer.seed, td_slice_text(text), statement.signature))
		return td_err_set(err, TD_EBUG, "the sign-off cannot be signed");
	return write_row(signing, &statement.event, err);
}

static bool make(signing_t *signing, td_shelved_t *shelved, td_totals_t *totals, td_err_t *err)
{
	const td_audit_t *audit = signing->audit;
	td_signed_t before;
	uint64_t now = (uint64_t)audit->now_ms;
	if (!td_shelved_signed(audit, shelved, signing->named.name, &before, err) ||
	    !td_shelved_digest(shelved, (uint32_t)audit->settings->generation, audit->days,
			       &signing->tallies, err))
		return false;
	if (!td_totals_digest(totals, signing->digest))
		return td_err_set(err, TD_EDATA, "the figures are more than can be signed off");
	if (audit->settings->take_back && !before.stands)
		return td_err_set(err, TD_EUSAGE,
				  "%s has not signed off %s: there is nothing to "
				  "take back",
				  audit->settings->reporter, signing->named.name);
	signing->through_offset = shelved->end;
	signing->revision = before.revision < now ? now : before.revision + 1;
	return state(signing, err);
}

static bool sign_shard(signing_t *signing, td_shelved_t *shelved, td_err_t *err)
{
	td_totals_t *totals = td_shelved_totals(signing->audit, shelved, signing->audit->days, err);
	bool done = totals != NULL && make(signing, shelved, totals, err);
	if (done && !signing->audit->settings->take_back)
		say_totals(signing, totals);
	td_totals_free(totals);
	return done;
}

static bool sign_log(signing_t *signing, const td_logs_t *logs, td_err_t *err)
{
	const td_shelf_plan_t plan = {.logs = logs, .name = "signed"};
	td_shelf_t *shelf = td_shelf_fill(signing->audit, &plan, err);
	bool done = shelf != NULL && sign_shard(signing, td_shelf_get(shelf, 0), err);
	td_shelf_free(shelf);
	if (!done)
		return false;
	say_statement(signing);
	say_key(signing, logs);
	return true;
}

static bool begin(signing_t *signing, td_err_t *err)
{
	const td_audit_t *audit = signing->audit;
	td_note_signer_t signers[TD_SIGNERS_MAX];
	size_t count = 0;
	if (audit->settings->reporter == NULL)
		return td_err_set(err, TD_EUSAGE, "who signs off? give --reporter ID");
	if (!td_audit_period(audit, &signing->named, err))
		return false;
	if (td_localday_of_ms(audit->now_ms) <= audit->days.last)
		return td_err_set(err, TD_EUSAGE,
				  "%s is not over yet; it can be signed off from the day behind "
				  "its last one on",
				  audit->settings->period);
	bool done = td_audit_signers(audit, signers, &count, err) &&
		    (count == 1 || td_err_set(err, TD_EUSAGE, "one --key signs off"));
	if (done) {
		signing->signer = signers[0];
		td_signature_key_id(signing->signer.public_key.key, signing->key_id);
	}
	OPENSSL_cleanse(signers, sizeof signers);
	return done;
}

bool td_audit_sign_off(td_audit_t *audit, td_err_t *err)
{
	signing_t signing = {.audit = audit};
	td_logs_t *logs = begin(&signing, err) ? td_audit_logs(audit, err) : NULL;
	bool done = logs != NULL && sign_log(&signing, logs, err);
	OPENSSL_cleanse(&signing.signer, sizeof signing.signer);
	td_logs_free(logs);
	return done;
}
