/*
 * reference: what the law, the ministry and the map say, by date: who may report, provinces, units,
 * offences, clusters, awards, criteria.
 *
 * Pure: parses TSV tables that somebody else has read (a folder for the producer, the topic
 * thidua.reference for the workers, an archive for the audit). Only read after it is made, so that
 * threads may share one. Look-ups allocate nothing.
 */
#ifndef TD_WORKERS_REFERENCE_H
#define TD_WORKERS_REFERENCE_H

#include "common/err.h"
#include "common/td.h"

#include <thidua/v1/event.pb-c.h>
#include <thidua/v1/reference.pb-c.h>
#include <thidua/v1/verdict.pb-c.h>

typedef struct td_reference td_reference_t;
typedef struct td_key td_key_t; /* workers/keys.h */

/*
 * Parses a whole set of tables (files named "units.tsv", ...) and checks that they fit together (a
 * unit's province exists, no overlapping validity, ...). `version` is the number that verdicts will
 * name; 0 for a local copy. NULL and TD_EDATA with file, line and column's name when something is
 * wrong. Caller frees. The contents are copied.
 */
TD_MUST_USE td_reference_t *td_reference_parse(const td_named_t *files, size_t count,
					       uint32_t version, td_err_t *err);
void td_reference_free(td_reference_t *reference);

uint32_t td_reference_version(const td_reference_t *reference);

typedef enum td_reporter_kind {
	TD_REPORTER_PROVINCE,
	TD_REPORTER_CLUSTER,
	TD_REPORTER_MINISTRY,
} td_reporter_kind_t;

typedef struct td_province td_province_t;

typedef struct td_reporter {
	const char *id; /* "vn-06" */
	td_reporter_kind_t kind;
	const char *province;      /* whose police it is; "" unless kind is PROVINCE */
	const td_province_t *home; /* the same; NULL unless kind is PROVINCE */
	uint32_t cluster;          /* whose office it is; 0 unless kind is CLUSTER */
	uint32_t kinds;            /* bit (1 << Kind) for each kind of record that it may state */
	int32_t from_day, to_day;
} td_reporter_t;

/* The reporter of that id, whatever the day; NULL if there is none. */
const td_reporter_t *td_reference_reporter(const td_reference_t *reference, const char *id);

/* Each reporter, in the order of their ids; NULL behind the last one. */
const td_reporter_t *td_reference_reporter_at(const td_reference_t *reference, size_t index);

struct td_province {
	const char *id, *name_vi, *name_en, *successor; /* successor: "" if none */
	const td_province_t *next;                      /* the successor; NULL if none */
	int32_t from_day, to_day;                       /* first and last day of its existence */
	const struct td_member *members;                /* its rows of clusters.tsv; only for */
	size_t member_count;                            /* td_province_cluster */
};

/* The province of that id, whatever the day; NULL if there is none. */
const td_province_t *td_reference_province(const td_reference_t *reference, const char *id);

/* Each province, in the order of their ids; NULL behind the last one. */
const td_province_t *td_reference_province_at(const td_reference_t *reference, size_t index);

/* The province in which something of `province` counts on `day`: itself, or its successor once it
 * has ended; NULL if it did not exist yet or there is no successor. NULL counts nowhere. */
const td_province_t *td_reference_counting(const td_province_t *province, int32_t day);

typedef struct td_unit {
	const char *id, *province, *name_vi; /* "vn-06.136", "vn-06", "Công an huyện Văn Yên" */
	int32_t from_day, to_day;
} td_unit_t;

/* The unit of that id on that day; NULL if there was none. */
const td_unit_t *td_reference_unit(const td_reference_t *reference, const char *id, int32_t day);

/* Whether a unit of that id exists on any day. */
bool td_reference_unit_known(const td_reference_t *reference, const char *id);

/* The unit of that id as it was last; NULL if none. For its name: on days when it was not there. */
const td_unit_t *td_reference_unit_last(const td_reference_t *reference, const char *id);

typedef struct td_offence {
	const char *article, *name_vi, *name_en;
	uint32_t clause;
	Thidua__V1__Severity severity;
	Thidua__V1__CrimeGroup group;
	int32_t from_day, to_day;
} td_offence_t;

/* The offence of article and clause on that day (clause 0: the article's first one, whatever it
 * is); NULL if the law had none, or its clause is no charge. */
const td_offence_t *td_reference_offence(const td_reference_t *reference, const char *article,
					 uint32_t clause, int32_t day);

/* The ministry's cluster of a province in a year; 0 if none. */
uint32_t td_province_cluster(const td_province_t *province, int32_t year);
uint32_t td_reference_cluster(const td_reference_t *reference, const char *province, int32_t year);

/* Calls `each` for the provinces of a cluster in a year, in the order of the table. */
void td_reference_members(const td_reference_t *reference, uint32_t cluster, int32_t year,
			  void (*each)(const td_province_t *province, void *context),
			  void *context);

/* Whether a form of commendation may be decided at that level on that day. */
bool td_reference_award_allowed(const td_reference_t *reference, Thidua__V1__AwardForm form,
				Thidua__V1__AwardLevel level, int32_t day);

/* The maximum points in hundredths of a criterion of a cluster's table in a year; false if the
 * table has no such criterion. */
bool td_reference_criterion(const td_reference_t *reference, uint32_t cluster, int32_t year,
			    uint32_t criterion, int32_t *maximum_hundredths);

/* The key of that id with which the source signs on that day; NULL if there is none. */
const td_key_t *td_reference_key(const td_reference_t *reference, const char *reporter,
				 const char *source, const char *id, int32_t day);

/* Whether the source must sign its checkpoints on that day. */
bool td_reference_must_sign(const td_reference_t *reference, const char *reporter,
			    const char *source, int32_t day);

#endif
