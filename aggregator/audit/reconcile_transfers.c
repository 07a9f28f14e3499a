#include "aggregator/audit/reconcile_transfers.h"

#include "common/room.h"

#include <stdlib.h>

struct td_transfers {
	td_transfer_half_t *halves;
	size_t count, room;
};

td_transfers_t *td_transfers_new(void)
{
	return calloc(1, sizeof(td_transfers_t));
}

void td_transfers_free(td_transfers_t *transfers)
{
	if (transfers == NULL)
		return;
	free(transfers->halves);
	free(transfers);
}

static bool make_room(td_transfers_t *transfers)
{
	return transfers->count < TD_TRANSFERS_MAX &&
	       td_room(&transfers->halves, sizeof *transfers->halves, transfers->count,
		       &transfers->room);
}

static void copy_id(const char *from, char to[TD_ID_MAX + 1])
{
	size_t length = strnlen(from, TD_ID_MAX);
	memcpy(to, from, length);
	memset(to + length, 0, TD_ID_MAX + 1 - length);
}

bool td_transfers_take(td_transfers_t *transfers, const Thidua__V1__Event *event, uint64_t offset,
		       td_err_t *err)
{
	bool is_case = event->body_case == THIDUA__V1__EVENT__BODY_CASE;
	const Thidua__V1__Transfer *transfer = is_case ? event->case_->transfer : NULL;
	if (transfer == NULL)
		return true;
	if (!make_room(transfers))
		return td_err_set(err, TD_EMEMORY,
				  "there are more than %d transfers, or memory is out",
				  TD_TRANSFERS_MAX);
	td_transfer_half_t *half = &transfers->halves[transfers->count++];
	half->is_sender =
		transfer->direction == THIDUA__V1__TRANSFER_DIRECTION__TRANSFER_DIRECTION_OUT;
	copy_id(transfer->transfer_id, half->transfer_id);
	copy_id(half->is_sender ? event->reporter : transfer->other, half->sender);
	copy_id(half->is_sender ? transfer->other : event->reporter, half->receiver);
	copy_id(event->record_id, half->record_id);
	half->offset = offset;
	half->accepted_on = transfer->accepted_on;
	return true;
}

/* By transfer; of one transfer the sender's halves first. */
static int compare_transfers(const td_transfer_half_t *a, const td_transfer_half_t *b)
{
	int order = strcmp(a->transfer_id, b->transfer_id);
	if (order == 0)
		order = strcmp(a->sender, b->sender);
	return order != 0 ? order : strcmp(a->receiver, b->receiver);
}

static int compare(const void *left, const void *right)
{
	const td_transfer_half_t *a = left, *b = right;
	int order = compare_transfers(a, b);
	if (order == 0)
		order = (int)b->is_sender - (int)a->is_sender;
	return order != 0 ? order : strcmp(a->record_id, b->record_id);
}

/* The halves of one transfer, `sent` of them the sender's. */
static bool look_at(const td_transfer_half_t *halves, size_t count, size_t sent,
		    td_transfer_fn *say, void *context, td_err_t *err)
{
	for (size_t i = 1; i < count; i++) {
		if (i != sent &&
		    !say(context, TD_MISMATCH_TRANSFER_TWICE, &halves[i], &halves[i - 1], err))
			return false;
	}
	const td_transfer_half_t *out = sent > 0 ? &halves[0] : NULL;
	const td_transfer_half_t *in = sent < count ? &halves[sent] : NULL;
	if (out != NULL && in != NULL)
		return out->accepted_on == in->accepted_on ||
		       say(context, TD_MISMATCH_TRANSFER_DAY_DIFFERS, out, in, err);
	if (out != NULL)
		return out->accepted_on == 0 ||
		       say(context, TD_MISMATCH_TRANSFER_UNANSWERED, out, NULL, err);
	return in->accepted_on == 0 || say(context, TD_MISMATCH_TRANSFER_UNSENT, in, NULL, err);
}

bool td_transfers_finish(td_transfers_t *transfers, td_transfer_fn *say, void *context,
			 td_err_t *err)
{
	td_transfer_half_t *halves = transfers->halves;
	if (transfers->count > 1)
		qsort(halves, transfers->count, sizeof halves[0], compare);
	for (size_t from = 0, end; from < transfers->count; from = end) {
		size_t sent = 0;
		for (end = from;
		     end < transfers->count && compare_transfers(&halves[from], &halves[end]) == 0;
		     end++)
			sent += halves[end].is_sender ? 1 : 0;
		if (!look_at(&halves[from], end - from, sent, say, context, err))
			return false;
	}
	return true;
}
