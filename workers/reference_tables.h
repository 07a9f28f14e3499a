/*
 * reference_tables: the parsed tables behind td_reference_t, each sorted for its look-up.
 *
 * Pure; for reference.c and reference_tables.c only.
 */
#ifndef TD_WORKERS_REFERENCE_TABLES_H
#define TD_WORKERS_REFERENCE_TABLES_H

#include "common/arena.h"
#include "workers/keys.h"
#include "workers/names.h"
#include "workers/reference.h"

/* An array of rows in the arena. */
#define TD_ROWS(type)                                                                              \
	struct {                                                                                   \
		type *items;                                                                       \
		size_t count;                                                                      \
	}

typedef struct td_crime_group {
	const char *article;
	Thidua__V1__CrimeGroup group;
} td_crime_group_t;

typedef struct td_member {
	const char *province;
	uint32_t cluster;
	int32_t year;
	size_t line; /* place in the table */
} td_member_t;

typedef struct td_award {
	uint32_t form, level; /* AwardForm, AwardLevel */
	int32_t from_day, to_day;
} td_award_t;

typedef struct td_criterion {
	int32_t year;
	uint32_t cluster, number;
	int32_t maximum_hundredths;
} td_criterion_t;

struct td_reference {
	td_arena_t *arena; /* of all that follows, and of this */
	uint32_t version;
	TD_ROWS(td_reporter_t) reporters;      /* by id */
	TD_ROWS(td_province_t) provinces;      /* by id */
	TD_ROWS(td_unit_t) units;              /* by id, from_day */
	TD_ROWS(td_crime_group_t) groups;      /* by article */
	TD_ROWS(td_offence_t) offences;        /* by article, clause, from_day */
	TD_ROWS(td_member_t) members;          /* by province, year */
	TD_ROWS(const td_member_t *) in_order; /* members in the order of the table */
	TD_ROWS(td_award_t) awards;            /* by form, level, from_day */
	TD_ROWS(td_criterion_t) criteria;      /* by year, cluster, number */
	td_keys_t keys;                        /* see keys.h */

	/* Their rows by what they begin with. */
	td_names_t reporter_names, province_names, unit_names, article_names;
};

/* Parses one table into `reference`, unsorted. `text` is terminated, lives in the arena and is cut
 * up. TD_EDATA as td_tsv_read. */
TD_MUST_USE bool td_reference_tables_parse(td_reference_t *reference, const char *name, char *text,
					   td_err_t *err);

/* Sorts the tables and checks them, each alone and against the others. */
TD_MUST_USE bool td_reference_tables_check(td_reference_t *reference, td_err_t *err);

/* How many tables there are, the name of one, and whether a set is whole without it. */
size_t td_reference_tables_count(void);
const char *td_reference_tables_name(size_t index);
bool td_reference_tables_optional(size_t index);

#endif
