#include "tests/support/closed.h"

#include "aggregator/closing.h"

#include <openssl/sha.h>

static void digest_of(const char *text, uint8_t digest[TD_TOTALS_DIGEST_SIZE])
{
	(void)SHA256((const uint8_t *)text, strlen(text), digest);
}

void td_closed_snapshot(const char *totals, const char *before, td_buf_t *bytes)
{
	td_snapshot_t snapshot = {
		.closed_ms = 5, .through_offset = 9, .totals = td_slice_text(totals)};
	digest_of(totals, snapshot.totals_sha256);
	if (before != NULL) {
		snapshot.has_before = true;
		snapshot.before = td_slice_text(before);
		digest_of(before, snapshot.before_sha256);
	}
	td_snapshot_write(&snapshot, bytes);
}
