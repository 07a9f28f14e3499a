/*
 * layout: where everything of a shard lies in Redis; the one place that knows key names.
 *
 * Pure. All keys of reporter r, generation g begin with "{r}:g:", so that a shard lies in one slot:
 *   head          string: packed ShardHead (aggregator/head.h)
 *   sources       hash "source/epoch" → packed SourceState
 *   codes         hash "E101" → how many verdicts carried that code
 *   conflicts     hash record name → revision; the first TD_CONFLICTS_MAX, the rest only counted
 *   open          hash record name → "<revision> E101 E203": the rejection that is open
 *   signed        hash period name → what the reporter signed off last (aggregator/signed.h)
 *   s:<k>:<stem>  hash: states of records of kind k; about 100 records to a hash
 *   d:<yyyymmdd>  hash: tallies of a day, by province        D:...  the same by unit
 *   m:<yyyymm>a|b hash: tallies of a half-month, by province M:...  the same by unit
 *   h:<yyyymmdd>  hash: tallies of the hours of a day, by province
 * A tally's field is "<metric>.<dim1>.<dim2>.<area>", in h: "<hour>.<metric>...", its value a
 * decimal number; a tally of 0 is deleted. Field "#" of each tally hash holds the hash's checksum:
 * the sum over its cells of a 64-bit hash of key, field and value (modulo 2^64, in decimal; there
 * is no field "#" when it is 0), kept by what changes, so that a cell altered by hand shows when
 * the hash is read whole.
 */
#ifndef TD_AGGREGATOR_LAYOUT_H
#define TD_AGGREGATOR_LAYOUT_H

#include "common/err.h"
#include "common/td.h"

enum {
	TD_LAYOUT_VERSION = 1,
	TD_KEY_MAX = 192,  /* bytes of a key, with the end */
	TD_FIELD_MAX = 96, /* bytes of a field, with the end */
	TD_CONFLICTS_MAX = 1000,
	TD_HOUR_DAYS = 35, /* days that keep hour tallies */
};

/* No tally leaves -TD_TALLY_MAX..TD_TALLY_MAX. Far above TD_EXACT_MAX, which every sensible sum
 * stays below: an absurd number that will be corrected one day must not stop a shard until then. */
#define TD_TALLY_MAX ((int64_t)1 << 62)

typedef enum td_span {
	TD_SPAN_HOUR,
	TD_SPAN_DAY,
	TD_SPAN_HALF,
} td_span_t;

/* "{vn-06}:0:" into `prefix` of TD_KEY_MAX bytes. */
void td_layout_prefix(const char *reporter, uint32_t generation, char *prefix);

/* The keys outside the shards have one tag, which no reporter has, and so one slot: they are read
 * and written together. */
#define TD_LAYOUT_SHARED "{thidua.}:"

/* The number of the generation whose figures count, and the set of all that have shards. */
#define TD_LAYOUT_LIVE        TD_LAYOUT_SHARED "live"
#define TD_LAYOUT_GENERATIONS TD_LAYOUT_SHARED "generations"

/* "{thidua.}:0:shards" into `key` of TD_KEY_MAX bytes: the set of all reporters of a generation. */
void td_layout_registry(uint32_t generation, char *key);

/* Key of the tally hash that holds `day` at `span`, by province or by unit (no hours by unit). */
void td_layout_tally_key(const char *prefix, td_span_t span, bool by_unit, int32_t day, char *key);

typedef struct td_cell {
	uint16_t metric;
	uint8_t dim1, dim2;
	int8_t hour;      /* TD_HOUR_NONE outside h: */
	const char *area; /* province or unit id */
} td_cell_t;

/* Field of a cell, and back; the latter false when it is no field of a cell. `area` points into
 * `field`. */
void td_layout_field(const td_cell_t *cell, char *field);
TD_MUST_USE bool td_layout_parse_field(const char *field, td_cell_t *cell);

/* Hash and field of a record's state. A record id that ends in two digits lies with its hundred
 * neighbours; any other in one of 2^18 hashes by digest, under its whole id. */
void td_layout_state(const char *prefix, uint32_t kind, const char *record_id, char *key,
		     char *field);

/* The record's name within its shard, "<kind>/<record id>", into TD_FIELD_MAX bytes; returns its
 * length. */
size_t td_layout_name(uint32_t kind, const char *record_id, char *name);

/* What a cell adds to its hash's checksum; 0 for value 0. */
uint64_t td_layout_cell_hash(const char *key, const char *field, int64_t value);

#endif
