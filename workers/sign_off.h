/*
 * sign_off: how a period is named, and what a reporter signs to stand by its figures of it.
 *
 * Pure. The text that is signed is made of the statement alone, so that a province can sign before
 * its producer gives the event source, epoch and sequence, and anybody can check it with the public
 * key (proto/thidua/v1/event.proto, SignOff).
 */
#ifndef TD_WORKERS_SIGN_OFF_H
#define TD_WORKERS_SIGN_OFF_H

#include "workers/decode.h"

enum {
	TD_PERIOD_NAME_MAX = 24,    /* "police-2021-M09", with the end */
	TD_SIGN_OFF_TEXT_MAX = 512, /* of the longest text, with the end */
	TD_FIGURES_DIGEST_SIZE = 32,
};

/* "police-2021", "police-2021-H1", "police-2021-9M", "civil-2021-Q3", "police-2021-M09"; false when
 * it is no period. */
TD_MUST_USE bool td_period_name(const Thidua__V1__Period *period, char name[TD_PERIOD_NAME_MAX]);

/* The period of that name, and only of that. `period` as its init left it. */
TD_MUST_USE bool td_period_of_name(const char *name, Thidua__V1__Period *period);

/* What is signed, terminated; false when `event` has no sign-off of a period, nor takes one back,
 * or a digest has no 32 bytes. */
TD_MUST_USE bool td_sign_off_text(const td_event_t *event, char text[TD_SIGN_OFF_TEXT_MAX]);

#endif
