/*
 * json: messages from and to proto3's official JSON, by descriptor: one codec for all of them.
 *
 * Pure. Reading takes lowerCamelCase and original field names, 64-bit numbers as strings or
 * numbers (above 2^63-1 as strings only), enum values by name or number, bytes in either base64
 * alphabet, and Timestamps of RFC 3339 with any offset and up to nine digits of a second; null
 * leaves a field out. What the official mapping leaves to the reader is strict here: a field that
 * does not exist, or comes twice under either of its names, is a problem. Floating-point fields and
 * maps are not supported, the contract has none.
 */
#ifndef TD_PROTO_JSON_H
#define TD_PROTO_JSON_H

#include "common/arena.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/td.h"

#include <protobuf-c/protobuf-c.h>

enum {
	TD_JSON_TEXT_MAX = 8 * 1024 * 1024, /* bytes of a text that is read */
	TD_JSON_DEPTH_MAX = 16,             /* messages within messages */
	TD_JSON_PROBLEMS_MAX = 32,          /* kept of one text */
	TD_JSON_PATH_MAX = 128,             /* bytes of a path, terminated; cut when longer */
};

typedef enum td_json_kind {
	TD_JSON_SYNTAX,        /* no JSON object, or a key twice in one object */
	TD_JSON_UNKNOWN_FIELD, /* the message has no such field */
	TD_JSON_TWICE,         /* under both names, or two members of one oneof */
	TD_JSON_TYPE,          /* a text where a number belongs, ... */
	TD_JSON_RANGE,         /* a number that does not fit the field's type */
	TD_JSON_ENUM,          /* no value of that name */
	TD_JSON_FORMAT,        /* base64 or Timestamp malformed */
	TD_JSON_TOO_LARGE,     /* text, depth, or the arena's limit */
} td_json_kind_t;

typedef struct td_json_problem {
	td_json_kind_t kind;
	char path[TD_JSON_PATH_MAX]; /* "case.transfer.other", "accident.injury_percent[2]"; "" for
					the whole text */
	char text[160];              /* a phrase: what is wrong there */
} td_json_problem_t;                 /* both one line of UTF-8, whatever the text was */

/* What is wrong with one text, in its order; beyond the maximum only counted. */
typedef struct td_json_problems {
	size_t count; /* may exceed TD_JSON_PROBLEMS_MAX */
	td_json_problem_t items[TD_JSON_PROBLEMS_MAX];
} td_json_problems_t;

/*
 * The message of type `descriptor` that `text` says, living in `arena` whole, ready to be packed;
 * NULL when anything is wrong.
 *
 *   text      one JSON object, UTF-8; white space around it is allowed
 *   problems  out: written whole; count 0 exactly when a message is returned
 */
TD_MUST_USE ProtobufCMessage *td_json_read(td_slice_t text,
					   const ProtobufCMessageDescriptor *descriptor,
					   td_arena_t *arena, td_json_problems_t *problems);

/*
 * Appends the official JSON of `message`: one line, fields in the order of the descriptor,
 * lowerCamelCase, 64-bit numbers as strings, defaults left out. TD_EDATA names the path of what
 * JSON cannot say (text that is not UTF-8, a Timestamp out of 0001..9999), TD_EMEMORY if `out` is
 * full; `out` is then not whole.
 */
TD_MUST_USE bool td_json_write(const ProtobufCMessage *message, td_buf_t *out, td_err_t *err);

#endif
