/* That a reporter stands by its figures of a period. */
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

/* A whole signature against the reporter's own key of that day. */
static void verify(td_judging_t *judging, const Thidua__V1__SignOff *said)
{
	char text[TD_SIGN_OFF_TEXT_MAX];
	const td_key_t *key =
		td_reference_key(judging->reference, judging->reporter->id, TD_KEY_OF_REPORTER,
				 said->key_id, judging->latest_day);
	if (!td_judging_expect(judging, key != NULL, TD_REASON_UNKNOWN_KEY, "sign_off.key_id"))
		return;
	if (!td_sign_off_text(judging->event, text)) /* why is said elsewhere */
		return;
	td_judging_expect(judging,
			  td_signature_verify(key->key, td_slice_text(text), said->signature.data),
			  TD_REASON_WRONG_SIGNATURE, "sign_off.signature");
}

void td_validate_sign_off(td_judging_t *judging)
{
	const Thidua__V1__SignOff *said = judging->event->sign_off;
	check_period(judging, said->period);
	td_judging_expect(judging, said->through_offset <= EXACT_MAX, TD_REASON_NUMBER_RANGE,
			  "sign_off.through_offset");
	td_judging_expect(judging, said->figures_sha256.len == TD_FIGURES_DIGEST_SIZE,
			  TD_REASON_DIGEST_LENGTH, "sign_off.figures_sha256");
	bool has_key = td_judging_id(judging, said->key_id, true, "sign_off.key_id");
	bool is_whole = td_judging_expect(judging, said->signature.len == TD_SIGNATURE_SIZE,
					  TD_REASON_DIGEST_LENGTH, "sign_off.signature");
	if (has_key && is_whole && judging->reporter != NULL)
		verify(judging, said);
}
