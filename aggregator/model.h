/*
 * model: a finished answer as the message that all who show it read (proto/thidua/v1/tally.proto).
 *
 * Pure.
 */
#ifndef TD_AGGREGATOR_MODEL_H
#define TD_AGGREGATOR_MODEL_H

#include "aggregator/answer.h"
#include "common/arena.h"

#include <thidua/v1/tally.pb-c.h>

/* Fills title, days and rows of `message`, which lives in `arena` and points into `query` and
 * `rows`; false only when the arena is full. */
TD_MUST_USE bool td_model_fill(const td_query_t *query, const char *title, const td_row_t *rows,
			       size_t count, td_arena_t *arena, Thidua__V1__TallyAnswer *message);

/* "1.234.567" in Vietnamese, "1,234,567" in English, into `text` of 32 bytes. */
void td_model_number(int64_t number, bool vietnamese, char *text);

/* The same with the last `decimals` digits (0..3) behind the point: "846,5" of 8465, into `text` of
 * TD_MODEL_TEXT_MAX bytes. */
enum { TD_MODEL_TEXT_MAX = 48 };
void td_model_decimal(int64_t number, unsigned decimals, bool vietnamese, char *text);

/* Hundredths of a percent as "86,37 %" or "86.37 %", into `text` of 32 bytes. */
void td_model_percent(int64_t hundredths, bool vietnamese, char *text);

#endif
