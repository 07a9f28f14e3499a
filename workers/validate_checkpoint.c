/* What a source says of its own events: checkpoints. */
#include "workers/validate_parts.h"

#include "workers/keys.h"

enum { DIGEST_SIZE = 32 };

static const uint64_t EXACT_MAX = (uint64_t)TD_EXACT_MAX - 1;

static void check_rows(td_judging_t *judging, const Thidua__V1__Checkpoint *checkpoint)
{
	const struct {
		uint64_t value;
		const char *field;
	} rows[] = {
		{checkpoint->rows_read, "checkpoint.rows_read"},
		{checkpoint->rows_accepted, "checkpoint.rows_accepted"},
		{checkpoint->rows_refused, "checkpoint.rows_refused"},
	};
	bool sound = true;
	for (size_t i = 0; i < TD_COUNT(rows); i++)
		sound &= td_judging_expect(judging, rows[i].value <= EXACT_MAX,
					   TD_REASON_NUMBER_RANGE, rows[i].field);
	if (sound)
		td_judging_expect(judging,
				  checkpoint->rows_read ==
					  checkpoint->rows_accepted + checkpoint->rows_refused,
				  TD_REASON_CHECKPOINT_ROWS, "checkpoint.rows_read");
}

/* A whole signature against the source's key of that day. */
static void verify(td_judging_t *judging, const char *reporter)
{
	const td_event_t *event = judging->event;
	const Thidua__V1__Checkpoint *checkpoint = event->checkpoint;
	uint8_t message[TD_SIGNED_MAX];
	size_t size;
	const td_key_t *key = td_reference_key(judging->reference, reporter, event->source,
					       checkpoint->key_id, judging->latest_day);
	if (!td_judging_expect(judging, key != NULL, TD_REASON_UNKNOWN_KEY, "checkpoint.key_id"))
		return;
	td_judging_expect(judging,
			  td_signature_message(event, message, &size) &&
				  td_signature_verify(key->key, (td_slice_t){message, size},
						      checkpoint->signature.data),
			  TD_REASON_WRONG_SIGNATURE, "checkpoint.signature");
}

/* A key and a signature come together; a source that has a key signs. */
static void check_signature(td_judging_t *judging, const Thidua__V1__Checkpoint *checkpoint)
{
	bool has_key = checkpoint->key_id[0] != '\0', is_signed = checkpoint->signature.len > 0;
	bool is_whole = checkpoint->signature.len == TD_SIGNATURE_SIZE;
	const char *reporter = judging->reporter == NULL ? NULL : judging->reporter->id;
	if (has_key != is_signed)
		td_judging_object(judging, TD_REASON_FIELD_MISSING,
				  has_key ? "checkpoint.signature" : "checkpoint.key_id");
	(void)td_judging_id(judging, checkpoint->key_id, false, "checkpoint.key_id");
	td_judging_expect(judging, !is_signed || is_whole, TD_REASON_DIGEST_LENGTH,
			  "checkpoint.signature");
	if (reporter == NULL) /* said elsewhere */
		return;
	if (has_key && is_whole)
		verify(judging, reporter);
	if (!has_key && !is_signed)
		td_judging_expect(judging,
				  !td_reference_must_sign(judging->reference, reporter,
							  judging->event->source,
							  judging->latest_day),
				  TD_REASON_SIGNATURE_MISSING, "checkpoint.signature");
}

void td_validate_checkpoint(td_judging_t *judging)
{
	const td_event_t *event = judging->event;
	const Thidua__V1__Checkpoint *checkpoint = event->checkpoint;
	size_t file = checkpoint->file_sha256.len;
	td_judging_expect(judging, checkpoint->last_sequence + 1 == event->sequence,
			  TD_REASON_CHECKPOINT_SEQUENCE, "checkpoint.last_sequence");
	td_judging_expect(judging, checkpoint->running_sha256.len == DIGEST_SIZE,
			  TD_REASON_DIGEST_LENGTH, "checkpoint.running_sha256");
	td_judging_expect(judging, file == 0 || file == DIGEST_SIZE, TD_REASON_DIGEST_LENGTH,
			  "checkpoint.file_sha256");
	if (checkpoint->complete_until == NULL)
		td_judging_object(judging, TD_REASON_FIELD_MISSING, "checkpoint.complete_until");
	else
		(void)td_judging_moment(judging, checkpoint->complete_until,
					"checkpoint.complete_until");
	check_rows(judging, checkpoint);
	check_signature(judging, checkpoint);
}
