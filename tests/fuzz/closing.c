/* closing: the note of a closed period, a snapshot and a sign-off as a shard keeps it: what is
 * taken is exactly what would be written for it. The first byte says which of them the input is. */
#include "aggregator/closing.h"
#include "aggregator/signed.h"

#include <openssl/sha.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be(const td_buf_t *written, td_slice_t text)
{
	if (!td_slice_equal(td_buf_slice(written), text))
		abort();
}

static void note(td_slice_t text)
{
	static td_closing_t closing;
	td_buf_t again = td_buf_make(text.size + 1);
	if (td_closing_read(text, &closing)) {
		td_closing_write(&closing, &again);
		must_be(&again, text);
	}
	td_buf_free(&again);
}

static void snapshot(td_slice_t text)
{
	td_snapshot_t found;
	td_buf_t again = td_buf_make(text.size + 1);
	if (td_snapshot_read(text, &found)) {
		td_snapshot_write(&found, &again);
		must_be(&again, text);
	}
	td_buf_free(&again);
}

/* Totals of which the digests are right, as a fuzzer would hardly find them; halved anywhere. */
static void snapshot_of(td_slice_t totals)
{
	size_t half = totals.size / 2;
	td_snapshot_t made = {.closed_ms = 1,
			      .has_before = true,
			      .totals = {totals.data, half},
			      .before = {totals.data + half, totals.size - half}};
	(void)SHA256(made.totals.data, made.totals.size, made.totals_sha256);
	(void)SHA256(made.before.data, made.before.size, made.before_sha256);
	td_buf_t bytes = td_buf_make(totals.size + TD_SNAPSHOT_HEAD_MAX);
	td_snapshot_write(&made, &bytes);
	snapshot(td_buf_slice(&bytes));
	td_buf_free(&bytes);
}

static void sign_off(td_slice_t text)
{
	td_signed_t said;
	char again[TD_SIGNED_TEXT_MAX];
	if (!td_signed_read(text, &said))
		return;
	td_signed_write(&said, again);
	if (!td_slice_equal(td_slice_text(again), text))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const readers[])(td_slice_t text) = {note, snapshot, snapshot_of, sign_off};
	if (size > 0)
		readers[data[0] % TD_COUNT(readers)]((td_slice_t){data + 1, size - 1});
	return 0;
}
