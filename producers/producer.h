/*
 * producer: one source at work: rows come in, events go out, checkpoints in between.
 */
#ifndef TD_PRODUCERS_PRODUCER_H
#define TD_PRODUCERS_PRODUCER_H

#include "common/kafka.h"
#include "common/opt.h"

/* The section [producer], and what the command line alone says. */
typedef struct td_producer_settings {
	const char *reporter, *source;
	const char *spool;     /* folder of this source */
	const char *reference; /* folder of the reference data */
	const char *rejected;
	const char *key; /* file of the private key; NULL: checkpoints are not signed */
	int64_t spool_bytes, segment_bytes;
	int64_t keep_ms;       /* delivered segments are kept so long */
	int64_t checkpoint_ms; /* between checkpoints */
	bool once, again;
	int64_t from; /* of resend */
} td_producer_settings_t;

extern const td_opt_t td_producer_options[]; /* into td_producer_settings_t */
extern const size_t td_producer_option_count;

/* Reporter, source and, where it is needed, spool are given and well formed. TD_EUSAGE. */
TD_MUST_USE bool td_producer_settings_check(const td_producer_settings_t *settings, bool with_spool,
					    td_err_t *err);

/* Feeds `files`, NULL after the last, or standard input if there is none, and sends. With `once`
 * until all is delivered, else until it is told to stop. */
TD_MUST_USE bool td_producer_feed(const td_producer_settings_t *settings,
				  const td_kafka_settings_t *cluster, char *const *files,
				  td_err_t *err);

/* Sends everything from sequence `from` on again, and what was not delivered yet. TD_ENOINPUT if
 * there is no spool, or it does not keep that sequence. */
TD_MUST_USE bool td_producer_resend(const td_producer_settings_t *settings,
				    const td_kafka_settings_t *cluster, td_err_t *err);

/* Makes the key's file if it is missing, and prints the row of keys.tsv on standard output. */
TD_MUST_USE bool td_producer_key(const td_producer_settings_t *settings, td_err_t *err);

/* Prints what the spool holds on standard output. */
TD_MUST_USE bool td_producer_status(const td_producer_settings_t *settings, td_err_t *err);

#endif
