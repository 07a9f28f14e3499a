#include "workers/witness.h"

#include <inttypes.h>

td_witness_t td_witness_make(void)
{
	return (td_witness_t){.bytes = td_buf_make(TD_VERDICT_MAX)};
}

void td_witness_free(td_witness_t *witness)
{
	td_buf_free(&witness->bytes);
	witness->any = false;
}

void td_witness_clear(td_witness_t *witness)
{
	witness->any = false;
}

void td_witness_keep(td_witness_t *witness, const td_raw_t *raw)
{
	td_buf_clear(&witness->bytes);
	td_buf_add_slice(&witness->bytes, td_verdict_kept(raw->bytes));
	/* Without memory for its bytes there is none: nothing is claimed that was not compared. */
	witness->any = !witness->bytes.failed;
	witness->offset = raw->offset;
	witness->append_ms = raw->append_ms;
}

bool td_witness_compare(const td_witness_t *witness, const td_raw_t *raw, td_err_t *err)
{
	uint64_t offset = witness->offset;

	if (raw->offset != offset)
		return td_err_set(err, TD_EINTEGRITY,
				  "raw offset %" PRIu64 " was judged, but the log has nothing "
				  "there (next is %" PRIu64 "): it was cut or replaced",
				  offset, raw->offset);
	if (raw->append_ms != witness->append_ms)
		return td_err_set(err, TD_EINTEGRITY,
				  "raw offset %" PRIu64 " was judged with append time %" PRId64
				  ", now it has %" PRId64 ": the log was cut or replaced",
				  offset, witness->append_ms, raw->append_ms);
	if (!td_slice_equal(td_verdict_kept(raw->bytes), td_buf_slice(&witness->bytes)))
		return td_err_set(err, TD_EINTEGRITY,
				  "raw offset %" PRIu64 " holds other bytes than were judged: "
				  "the log was cut or replaced",
				  offset);
	return true;
}

bool td_witness_lost(const td_witness_t *witness, td_err_t *err)
{
	return td_err_set(err, TD_EINTEGRITY,
			  "raw offset %" PRIu64 " was judged, but is not in the log any more: it "
			  "was cut or replaced",
			  witness->offset);
}
