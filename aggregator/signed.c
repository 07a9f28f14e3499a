#include "aggregator/signed.h"

#include "common/hex.h"
#include "workers/sign_off.h"

#include <stdio.h>

enum { DIGEST_TEXT = 2 * TD_SIGNED_DIGEST_SIZE + 1 };

bool td_signed_of_event(const Thidua__V1__Event *event, td_signed_t *said)
{
	const Thidua__V1__SignOff *sign_off = event->sign_off;
	*said = (td_signed_t){.revision = event->revision};
	Thidua__V1__Period period = THIDUA__V1__PERIOD__INIT;
	if (event->kind != THIDUA__V1__KIND__KIND_SIGN_OFF ||
	    !td_period_of_name(event->record_id, &period)) /* a retraction can name anything */
		return false;
	if (event->body_case != THIDUA__V1__EVENT__BODY_SIGN_OFF ||
	    sign_off->figures_sha256.len != sizeof said->figures_sha256)
		return event->body_case == THIDUA__V1__EVENT__BODY_RETRACTION;
	said->stands = true;
	said->through_offset = sign_off->through_offset;
	memcpy(said->figures_sha256, sign_off->figures_sha256.data, sizeof said->figures_sha256);
	said->has_tallies = sign_off->tallies_sha256.len == sizeof said->tallies_sha256;
	if (said->has_tallies)
		memcpy(said->tallies_sha256, sign_off->tallies_sha256.data,
		       sizeof said->tallies_sha256);
	if (event->recorded_at != NULL)
		said->recorded_ms =
			event->recorded_at->seconds * 1000 + event->recorded_at->nanos / 1000000;
	return true;
}

static int order_of(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

int td_signed_order(const td_signed_t *a, const td_signed_t *b)
{
	const int orders[] = {
		order_of(a->revision, b->revision),
		order_of(b->stands ? 1 : 0, a->stands ? 1 : 0), /* taken back: the safer side */
		order_of(a->through_offset, b->through_offset),
		memcmp(a->figures_sha256, b->figures_sha256, sizeof a->figures_sha256),
		order_of((uint64_t)a->recorded_ms, (uint64_t)b->recorded_ms),
		order_of(a->has_tallies ? 1 : 0, b->has_tallies ? 1 : 0),
		memcmp(a->tallies_sha256, b->tallies_sha256, sizeof a->tallies_sha256),
	};
	size_t i = 0;
	while (i < TD_COUNT(orders) - 1 && orders[i] == 0)
		i++;
	return orders[i];
}

void td_signed_write(const td_signed_t *said, char text[TD_SIGNED_TEXT_MAX])
{
	char figures[DIGEST_TEXT], tallies[DIGEST_TEXT];
	td_hex_write(said->figures_sha256, TD_SIGNED_DIGEST_SIZE, figures);
	td_hex_write(said->tallies_sha256, TD_SIGNED_DIGEST_SIZE, tallies);
	if (said->stands)
		(void)snprintf(text, TD_SIGNED_TEXT_MAX, "%llu %llu %s %lld%s%s",
			       (unsigned long long)said->revision,
			       (unsigned long long)said->through_offset, figures,
			       (long long)said->recorded_ms, said->has_tallies ? " " : "",
			       said->has_tallies ? tallies : "");
	else
		(void)snprintf(text, TD_SIGNED_TEXT_MAX, "%llu -",
			       (unsigned long long)said->revision);
}

/* Digits and what ends them; the text that is written again tells whether all was as it must be. */
static uint64_t read_number(td_slice_t text, size_t *at)
{
	uint64_t number = 0;
	for (; *at < text.size && text.data[*at] >= '0' && text.data[*at] <= '9'; (*at)++)
		number = number * 10 + (uint64_t)(text.data[*at] - '0');
	(*at)++;
	return number;
}

static bool read_digest(td_slice_t text, size_t *at, uint8_t digest[TD_SIGNED_DIGEST_SIZE])
{
	enum { DIGITS = DIGEST_TEXT - 1 };
	if (*at > text.size || text.size - *at < DIGITS)
		return false;
	const td_slice_t digits = {text.data + *at, DIGITS};
	*at += DIGITS;
	return td_hex_read(digits, TD_SIGNED_DIGEST_SIZE, digest);
}

bool td_signed_read(td_slice_t text, td_signed_t *said)
{
	char again[TD_SIGNED_TEXT_MAX];
	size_t at = 0;
	*said = (td_signed_t){.revision = read_number(text, &at)};
	said->stands = at < text.size && text.data[at] != '-';
	if (said->stands) {
		said->through_offset = read_number(text, &at);
		if (!read_digest(text, &at, said->figures_sha256))
			return false;
		bool negative = ++at < text.size && text.data[at] == '-';
		at += negative ? 1 : 0;
		int64_t ms = (int64_t)(read_number(text, &at) & INT64_MAX);
		said->recorded_ms = negative ? -ms : ms;
		said->has_tallies = at < text.size;
		if (said->has_tallies && !read_digest(text, &at, said->tallies_sha256))
			return false;
	}
	td_signed_write(said, again);
	return said->revision > 0 && td_slice_equal(td_slice_text(again), text);
}
