/* That a reporter stands by its figures of a period, and that a record is taken back. */
#include "workers/validate_parts.h"

#include "common/localday.h"
#include "workers/keys.h"
#include "workers/sign_off.h"
#include "workers/workyear.h"

#define PRECISION(name) THIDUA__V1__PRECISION__PRECISION_##name

static const uint64_t EXACT_MAX = (uint64_t)TD_EXACT_MAX - 1;

/* Number and day of the record are the period's. */
static void check_record(td_judging_t *judging, const Thidua__V1__Period *period)
{
	const td_event_t *event = judging->event;
	char name[TD_PERIOD_NAME_MAX];
	int32_t last_day;
	if (!td_period_name(period, name) || !td_workyear_period_last(period, &last_day))
		return;
	td_judging_expect(judging, strcmp(event->record_id, name) == 0, TD_REASON_SIGN_OFF_PERIOD,
			  "record_id");
	if (judging->day_known)
		td_judging_expect(judging,
				  judging->day == last_day &&
					  event->occurred_precision == PRECISION(DAY),
				  TD_REASON_SIGN_OFF_PERIOD, "occurred_at");
}

static void check_period(td_judging_t *judging, const Thidua__V1__Period *period)
{
	if (period == NULL)
		td_judging_object(judging, TD_REASON_FIELD_MISSING, "sign_off.period");
	else if (td_judging_period(judging, &(td_period_of_t){period, "sign_off.period.kind",
							      "sign_off.period.year",
							      "sign_off.period.number"}))
		check_record(judging, period);
}

/* By whom it is signed, and the names of the two fields. */
typedef struct under {
	const char *key_id;
	const ProtobufCBinaryData *signature;
	const char *key_field, *field;
} under_t;

/* A whole signature against the reporter's own key of that day. */
static void verify(td_judging_t *judging, const under_t *under)
{
	char text[TD_SIGN_OFF_TEXT_MAX];
	const td_key_t *key =
		td_reference_key(judging->reference, judging->reporter->id, TD_KEY_OF_REPORTER,
				 under->key_id, judging->latest_day);
	if (!td_judging_expect(judging, key != NULL, TD_REASON_UNKNOWN_KEY, under->key_field))
		return;
	if (!td_sign_off_text(judging->event, text)) /* why is said elsewhere */
		return;
	td_judging_expect(
		judging, td_signature_verify(key->key, td_slice_text(text), under->signature->data),
		TD_REASON_WRONG_SIGNATURE, under->field);
}

static void check_signature(td_judging_t *judging, const under_t *under)
{
	bool has_key = td_judging_id(judging, under->key_id, true, under->key_field);
	bool is_whole = td_judging_expect(judging, under->signature->len == TD_SIGNATURE_SIZE,
					  TD_REASON_DIGEST_LENGTH, under->field);
	if (has_key && is_whole && judging->reporter != NULL)
		verify(judging, under);
}

void td_validate_sign_off(td_judging_t *judging)
{
	const Thidua__V1__SignOff *said = judging->event->sign_off;
	check_period(judging, said->period);
	td_judging_expect(judging, said->through_offset <= EXACT_MAX, TD_REASON_NUMBER_RANGE,
			  "sign_off.through_offset");
	td_judging_expect(judging, said->figures_sha256.len == TD_FIGURES_DIGEST_SIZE,
			  TD_REASON_DIGEST_LENGTH, "sign_off.figures_sha256");
	td_judging_expect(judging,
			  said->tallies_sha256.len == 0 ||
				  said->tallies_sha256.len == TD_FIGURES_DIGEST_SIZE,
			  TD_REASON_DIGEST_LENGTH, "sign_off.tallies_sha256");
	check_signature(judging, &(under_t){said->key_id, &said->signature, "sign_off.key_id",
					    "sign_off.signature"});
}

/* Who may write into the reporter's log may take back any record of it, but not a signature. */
void td_validate_retraction(td_judging_t *judging)
{
	const Thidua__V1__Retraction *said = judging->event->retraction;
	bool has_key = said->key_id[0] != '\0', is_signed = said->signature.len > 0;
	td_judging_chosen(judging, said->reason, "retraction.reason");
	if (judging->event->kind != THIDUA__V1__KIND__KIND_SIGN_OFF) {
		td_judging_only_if(judging, has_key, false, "retraction.key_id");
		td_judging_only_if(judging, is_signed, false, "retraction.signature");
	} else if (td_judging_expect(judging, has_key || is_signed, TD_REASON_TAKEN_BACK_UNSIGNED,
				     "retraction.signature")) {
		check_signature(judging, &(under_t){said->key_id, &said->signature,
						    "retraction.key_id", "retraction.signature"});
	}
}
