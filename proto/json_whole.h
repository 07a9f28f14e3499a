/*
 * json_whole: whole numbers as JSON may write them, as numbers or as texts.
 *
 * Pure.
 */
#ifndef TD_PROTO_JSON_WHOLE_H
#define TD_PROTO_JSON_WHOLE_H

#include "common/td.h"

#include <jansson.h>

/* A whole number of any type. */
typedef struct td_json_whole {
	bool negative;
	uint64_t magnitude;
} td_json_whole_t;

/* Reads a number or a text; false when it is no whole number or beyond 64 bits. */
TD_MUST_USE bool td_json_whole(const json_t *json, td_json_whole_t *whole);

#endif
