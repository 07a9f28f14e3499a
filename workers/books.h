/*
 * books: the reference data and the operators' decisions, followed in their topics.
 *
 * Shell. A version comes into force only a while after its publication (TD_VERSION_LEAD_MS), so
 * whoever has read the topic to its end within TD_BOOKS_STALE_MS knows every version that can judge
 * an event appended by now; who has not must not judge.
 */
#ifndef TD_WORKERS_BOOKS_H
#define TD_WORKERS_BOOKS_H

#include "common/err.h"
#include "common/kafka.h"
#include "workers/decisions.h"
#include "workers/versions.h"

enum { TD_BOOKS_STALE_MS = 10000 };

typedef struct td_books td_books_t;

/* Starts to follow both topics, for the judgement of that generation; `wake_fd` as for a reader,
 * -1: none. NULL and err. Caller frees. */
TD_MUST_USE td_books_t *td_books_new(const td_kafka_settings_t *cluster, uint32_t generation,
				     int wake_fd, td_err_t *err);
void td_books_free(td_books_t *books);

/*
 * Takes what is new, waiting for at most `timeout_ms`; `now_ms` monotonic. False for what a person
 * must mend: a version that this release cannot read, or one that was altered.
 */
TD_MUST_USE bool td_books_turn(td_books_t *books, int timeout_ms, int64_t now_ms, td_err_t *err);

/* Whether all versions and decisions of now are known. False also while there is no version, or
 * nobody has decided on the generation: `why` (static text) says what is waited for. */
bool td_books_current(const td_books_t *books, int64_t now_ms, const char **why);

/* Turns until they are current, at most `timeout_ms`. TD_EUNAVAILABLE, or TD_ECONFIG when there is
 * no topic or no version; with `may_be_empty` no version is all right. */
TD_MUST_USE bool td_books_wait(td_books_t *books, int timeout_ms, bool may_be_empty, td_err_t *err);

/* The version that judges an event appended then; NULL while none is known. */
const td_version_t *td_books_version(const td_books_t *books, int64_t append_ms);
const td_decisions_t *td_books_decisions(const td_books_t *books);

#endif
