/*
 * td: what every file of thidua shares: attributes, slices, and the one argument order.
 *
 * Argument order, everywhere: object, inputs (each length right after its pointer), context,
 * outputs, error last. A function that can fail returns bool, true meaning done, and fills the
 * td_err_t it is given only when it returns false (common/err.h). Sizes are size_t, times are
 * int64_t Unix milliseconds UTC (suffix _ms), days are int32_t days since 1970-01-01 in Viet Nam's
 * time, UTC+7 (suffix _day; common/localday.h), dates on the wire are int32_t yyyymmdd (suffix
 * _on).
 */
#ifndef TD_COMMON_TD_H
#define TD_COMMON_TD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define TD_MUST_USE                 __attribute__((warn_unused_result))
#define TD_FORMAT(text_at, args_at) __attribute__((format(printf, text_at, args_at)))
#define TD_COUNT(array)             (sizeof(array) / sizeof((array)[0]))

enum {
	TD_ID_MAX = 64,               /* bytes of an id: record, source, reporter */
	TD_AREA_MAX = 32,             /* bytes of a province's or unit's id, with the end */
	TD_RAW_EVENT_MAX = 64 * 1024, /* bytes of a packed event in a raw topic */
	TD_VERDICT_MAX = 1024 * 1024, /* bytes of a packed verdict; always fits a raw event */
};

/* The largest whole number that JSON and every client carry exactly. */
#define TD_EXACT_MAX ((int64_t)1 << 53)

/* Bytes that somebody else owns; not terminated. */
typedef struct td_slice {
	const uint8_t *data;
	size_t size;
} td_slice_t;

/* A small file that was read whole: its name and its bytes, which somebody else owns. */
typedef struct td_named {
	const char *name;
	td_slice_t content;
} td_named_t;

static inline td_slice_t td_slice_text(const char *text)
{
	return (td_slice_t){(const uint8_t *)text, strlen(text)};
}

static inline bool td_slice_equal(td_slice_t a, td_slice_t b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

#endif
