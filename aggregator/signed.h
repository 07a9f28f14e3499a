/*
 * signed: what a reporter said last about its figures of a period: signed off, or taken back.
 *
 * Pure. The value of the shard's hash "signed": "<revision> <through offset> <SHA-256 of the
 * figures in hexadecimal> <recorded at, Unix ms>", and behind it "<SHA-256 of all tallies>" where
 * the statement gives that; "<revision> -" once it was taken back. Of several statements the
 * greatest stands, by td_signed_order, so that their order does not matter.
 */
#ifndef TD_AGGREGATOR_SIGNED_H
#define TD_AGGREGATOR_SIGNED_H

#include "common/td.h"

#include <thidua/v1/event.pb-c.h>

enum { TD_SIGNED_TEXT_MAX = 200, TD_SIGNED_DIGEST_SIZE = 32 };

typedef struct td_signed {
	uint64_t revision; /* 0: nothing was ever said */
	bool stands;       /* false: taken back */
	uint64_t through_offset;
	uint8_t figures_sha256[TD_SIGNED_DIGEST_SIZE];
	int64_t recorded_ms;
	bool has_tallies;
	uint8_t tallies_sha256[TD_SIGNED_DIGEST_SIZE];
} td_signed_t;

/* What a valid statement of KIND_SIGN_OFF says; false when it is about another kind. */
TD_MUST_USE bool td_signed_of_event(const Thidua__V1__Event *event, td_signed_t *said);

/* Which of two statements about one period is the greater: < 0, 0 or > 0. */
int td_signed_order(const td_signed_t *a, const td_signed_t *b);

/* To text, terminated, and back; the latter false when it is none that td_signed_write makes. */
void td_signed_write(const td_signed_t *said, char text[TD_SIGNED_TEXT_MAX]);
TD_MUST_USE bool td_signed_read(td_slice_t text, td_signed_t *said);

#endif
