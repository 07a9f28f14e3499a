/* The archives with which lost clusters started again. */
#include "workers/decisions_internal.h"
#include "workers/topics.h"

#include <openssl/sha.h>

#include <inttypes.h>

static bool event_is_said(const Thidua__V1__RestoredEvent *event, uint64_t end)
{
	return event->sha256.len == SHA256_DIGEST_LENGTH && event->offset < end;
}

static bool log_is_said(const Thidua__V1__RestoredLog *log)
{
	if (!td_topic_reporter_valid(log->reporter) || log->end_offset > INT64_MAX ||
	    log->files_sha256.len != SHA256_DIGEST_LENGTH || log->root.len != SHA256_DIGEST_LENGTH)
		return false;
	if (!log->first || !log->last)
		return !log->first && !log->last;
	return event_is_said(log->first, log->end_offset) &&
	       event_is_said(log->last, log->end_offset) && log->first->offset <= log->last->offset;
}

bool td_decisions_check_archive(const Thidua__V1__GenerationDecision *decision, td_err_t *err)
{
	const Thidua__V1__RestoredArchive *archive = decision->archive;
	bool fine = strlen(archive->manifest_sha256) == 2 * SHA256_DIGEST_LENGTH &&
		    archive->n_logs > 0 && archive->n_logs <= TD_RESTORED_MAX;
	for (size_t i = 0; fine && i < archive->n_logs; i++)
		fine = log_is_said(archive->logs[i]);
	return fine ||
	       td_err_set(err, TD_EDATA,
			  "generation %" PRIu32 " does not say which archive it begins with",
			  decision->generation);
}

const Thidua__V1__GenerationDecision *td_decisions_restoration(const td_decisions_t *decisions)
{
	for (size_t i = decisions->generation_count; i-- > 0;)
		if (decisions->generations[i]->archive)
			return decisions->generations[i];
	return NULL;
}

const Thidua__V1__RestoredLog *td_decisions_restored(const td_decisions_t *decisions,
						     const char *reporter)
{
	const Thidua__V1__GenerationDecision *decision = td_decisions_restoration(decisions);
	for (size_t i = 0; decision && i < decision->archive->n_logs; i++)
		if (strcmp(decision->archive->logs[i]->reporter, reporter) == 0)
			return decision->archive->logs[i];
	return NULL;
}

void td_decisions_event_digest(td_slice_t bytes, uint8_t *digest)
{
	td_slice_t kept = td_verdict_kept(bytes);
	(void)SHA256(kept.data ? kept.data : (const uint8_t *)"", kept.size, digest);
}

bool td_decisions_is_event(const Thidua__V1__RestoredEvent *mark, const td_raw_t *event)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	td_decisions_event_digest(event->bytes, digest);
	return mark && mark->offset == event->offset && mark->append_ms == event->append_ms &&
	       memcmp(mark->sha256.data, digest, sizeof digest) == 0;
}
