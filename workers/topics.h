/*
 * topics: the names of all topics.
 *
 * Pure.
 */
#ifndef TD_WORKERS_TOPICS_H
#define TD_WORKERS_TOPICS_H

#include "common/td.h"

#define TD_TOPIC_RAW_PREFIX  "thidua.raw."
#define TD_TOPIC_RAW_PATTERN "^thidua\\.raw\\..*"
#define TD_TOPIC_REFERENCE   "thidua.reference"
#define TD_TOPIC_DECISIONS   "thidua.decisions"
#define TD_TOPIC_SEALS       "thidua.seals"

enum { TD_TOPIC_MAX = 128 }; /* bytes of a topic's name, with the end */

/* "thidua.raw.vn-06" into `topic` of TD_TOPIC_MAX bytes; `reporter` has at most TD_ID_MAX. */
void td_topic_raw(const char *reporter, char *topic);

/* "thidua.verdicts.vn-06", or "thidua.verdicts.1.vn-06" for generation 1. */
void td_topic_verdicts(const char *reporter, uint32_t generation, char *topic);

/* The reporter of a raw topic, within it; NULL if it is none, or the reporter's id is not made of
 * a-z, 0-9 and "-" (1..TD_ID_MAX bytes). */
const char *td_topic_reporter(const char *raw_topic);

/* The same of a topic of verdicts, and their generation. */
const char *td_topic_judged(const char *verdict_topic, uint32_t *generation);

/* Whether it is the id of a reporter. */
bool td_topic_reporter_valid(const char *reporter);

#endif
