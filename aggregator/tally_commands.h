/*
 * tally_commands: what thidua-tally answers: figures, metrics, summary, ranking, status.
 *
 * Shell around the pure query, answer and show; gives the text to print.
 */
#ifndef TD_AGGREGATOR_TALLY_COMMANDS_H
#define TD_AGGREGATOR_TALLY_COMMANDS_H

#include "aggregator/reference_folder.h"
#include "aggregator/show.h"
#include "common/arena.h"
#include "common/err.h"
#include "common/redis.h"
#include "workers/reference.h"

/* The settings of thidua-tally; texts that were not given are NULL. */
typedef struct td_tally_settings {
	td_redis_settings_t redis;
	td_reference_settings_t reference;
	const char *lang, *format, *note;
	int64_t cluster, generation;
	const char *period, *calendar, *from, *to, *last, *by, *only, *each, *provinces;
	bool to_date, compare, rank, as_closed;
} td_tally_settings_t;

/* What a command works with. */
typedef struct td_tally {
	const td_tally_settings_t *settings;
	td_redis_t *redis;         /* NULL for a command that needs none */
	td_reference_t *reference; /* the same */
	td_arena_t *arena;         /* holds the answer */
	int64_t now_ms;
	uint32_t generation; /* whose figures are meant */
} td_tally_t;

/* Whether the first argument (NULL if there is none) asks for something that lies in Redis. */
bool td_tally_needs_redis(const char *command);

/* Answers: a command's name, or codes of figures; none is the summary. */
TD_MUST_USE bool td_tally_command(const td_tally_t *tally, const char *const *arguments,
				  size_t count, const char **text, td_err_t *err);

/* The metric catalogue as text, JSON or CSV, of all figures or of those in `codes`, with the values
 * of their dimensions (tally_metrics.c). */
TD_MUST_USE bool td_tally_metrics(const td_tally_t *tally, const char *const *codes, size_t count,
				  const char **text, td_err_t *err);

/* Each shard's position, counts and sources (tally_status.c). */
TD_MUST_USE bool td_tally_status(const td_tally_t *tally, const char **text, td_err_t *err);

/* A message as JSON with a line's end, in the arena. */
TD_MUST_USE bool td_tally_json(const td_tally_t *tally, const ProtobufCMessage *message,
			       const char **text, td_err_t *err);

#endif
