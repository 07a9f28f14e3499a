/*
 * rejects_parts: what the ways of showing rejections share; for rejects_*.c.
 *
 * Texts live in the view's arena or are static; NULL when the arena is full.
 */
#ifndef TD_WORKERS_REJECTS_PARTS_H
#define TD_WORKERS_REJECTS_PARTS_H

#include "workers/reason.h"
#include "workers/rejects_show.h"

const char *td_rejects_state(const td_rejects_view_t *view, td_rejection_state_t state);

/* "vụ án", "case"; "" for 0. */
const char *td_rejects_kind(const td_rejects_view_t *view, uint32_t kind);

/* "02/01/2022 08:00:00", "2022-01-02 08:00:00": local time. */
const char *td_rejects_time(const td_rejects_view_t *view, int64_t moment_ms);

/* The sentence of a code in the view's language. */
const char *td_rejects_sentence(const td_rejects_view_t *view, uint32_t code);

/* Whether it is asked for by code and time. */
bool td_rejects_is_meant(const td_rejects_view_t *view, const td_rejection_t *item);

/* Appends one rejection as a line of JSON; false when memory is out. */
TD_MUST_USE bool td_rejects_object(const td_rejects_view_t *view, const td_rejection_t *item,
				   td_buf_t *out);

#endif
