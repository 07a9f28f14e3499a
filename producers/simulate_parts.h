/*
 * simulate_parts: what the makers of the simulator's records share: chance, days, and the writer
 * of rows. For producers/simulate*.c only.
 */
#ifndef TD_PRODUCERS_SIMULATE_PARTS_H
#define TD_PRODUCERS_SIMULATE_PARTS_H

#include "producers/simulate.h"

/* Days after the 15 December that begins a plan year, in a year without 29 February. */
enum {
	SIM_JANUARY = 17,
	SIM_FEBRUARY = 48,
	SIM_MARCH = 76,
	SIM_APRIL = 107,
	SIM_MAY = 137,
	SIM_JUNE = 168,
	SIM_JULY = 198,
	SIM_AUGUST = 229,
	SIM_SEPTEMBER = 260,
	SIM_OCTOBER = 290,
	SIM_NOVEMBER = 321,
	SIM_DECEMBER = 351,
	SIM_YEAR_DAYS_MAX = 366,
};

#define SIM_HOUR_MS ((int64_t)3600 * 1000)
#define SIM_DAY_MS  (24 * SIM_HOUR_MS)

/* A province's part of the figures of both years. */
typedef struct td_sim_province {
	const char *id;
	int64_t people; /* thousands; how the cluster's totals are shared out */
	int64_t occurred, solved, grave, grave_solved, subjects; /* 2021 */
	int64_t accidents[2], deaths[2], injured[2];             /* 2020, 2021 */
	int64_t files_target, files;                             /* ID cards, 2021 */
	int64_t covid_weight;
	const char *title;                    /* of 2021 */
	bool merit_prime_minister, order_due; /* other honours of 2021 */
	int32_t points[6];                    /* by criterion, hundredths, the ministry's stage */
} td_sim_province_t;

extern const td_sim_province_t td_sim_provinces[TD_SIMULATE_PROVINCES];

/* The part of `total` that falls to province `index` by people; the parts add up to the total. */
int64_t td_sim_share(int64_t total, size_t index);
/* The same by the weight of deployments against Covid-19. */
int64_t td_sim_covid_share(int64_t total, size_t index);

/* The rows in work of one task. */
typedef struct td_sim {
	const td_simulate_task_t *task;
	td_simulate_rows_t *rows;
	size_t index;                      /* of the province */
	const td_sim_province_t *province; /* NULL for the offices */
	int32_t first_day, days;           /* of the plan year */
	bool mirror;                       /* December's days come again a year later */
	bool stamps;                       /* the reporter's revisions are times, not numbers */
	bool muted;                        /* rows are not kept: another year's file has them */
	bool sparse;                       /* the next member is the first of its object */
	uint64_t dice;                     /* state of the chance */
	size_t row_at;                     /* where the row in work begins */
} td_sim_t;

/* Chance: a stream of its own for each purpose, so that one maker's change moves no other. */
uint64_t td_sim_stream(uint64_t seed, const char *purpose, int64_t number);
void td_sim_reseed(td_sim_t *sim, const char *purpose);
int64_t td_sim_below(td_sim_t *sim, int64_t bound); /* 0..bound - 1; bound >= 1 */
int64_t td_sim_from(td_sim_t *sim, int64_t low, int64_t high);
bool td_sim_chance(td_sim_t *sim, int64_t per_mille);

/* How likely each day of a plan year is. */
typedef struct td_sim_span {
	int32_t from, until; /* days after the year's first; the last included */
	int32_t weight;      /* of each; later spans replace earlier ones */
} td_sim_span_t;

enum { SIM_SPANS_MAX = 6 };

typedef struct td_sim_season {
	int64_t upto[SIM_YEAR_DAYS_MAX]; /* sum of the weights to this day, included */
	int32_t days;
} td_sim_season_t;

/* Weights from `spans`, which end with one of weight < 0 or after SIM_SPANS_MAX; days that no span
 * names have weight 0. */
void td_sim_season(td_sim_t *sim, const td_sim_span_t *spans, td_sim_season_t *season);
/* A day (local, since 1970). */
int32_t td_sim_day(td_sim_t *sim, const td_sim_season_t *season);
int64_t td_sim_weight(const td_sim_season_t *season, int32_t index);

/* By how many days a record of that day comes again; 0: it does not. */
int32_t td_sim_again(const td_sim_t *sim, int32_t day);

/* A district's unit, towns more often; or the division of that code, a district if there is none.
 */
const char *td_sim_district(td_sim_t *sim);
const char *td_sim_division(td_sim_t *sim, const char *code);

/* A record: what its rows share. Rows follow each other by begin, members, end. */
typedef struct td_sim_record {
	const char *kind; /* "KIND_CASE" */
	char id[TD_ID_MAX + 1];
	const char *unit; /* "" for offices */
	int64_t occurred_ms;
	bool day_only;
	int64_t recorded_ms; /* of the last row; at first when the first one is due */
	uint32_t revision;   /* of the last row, as a number */
	const char *codes;   /* of the rows to come: see td_simulate_row_t */
	bool at_home;
} td_sim_record_t;

/* A record "<prefix>-<year>-<number>"; `year` is the plan year. Occurred on `day`, at a time of day
 * by chance, or on the day only. */
td_sim_record_t td_sim_record(td_sim_t *sim, const char *kind, const char *prefix, int64_t number);
void td_sim_when(td_sim_t *sim, td_sim_record_t *record, int32_t day, bool day_only);

/* Opens the next row, recorded `later_ms` (>= 1) after the one before, and its body. */
void td_sim_begin(td_sim_t *sim, td_sim_record_t *record, int64_t later_ms, const char *body);
void td_sim_word(td_sim_t *sim, const char *name, const char *word); /* "": left out */
void td_sim_number(td_sim_t *sim, const char *name, int64_t number); /* 0: left out */
void td_sim_long(td_sim_t *sim, const char *name, int64_t number);   /* 64 bits: a string */
void td_sim_flag(td_sim_t *sim, const char *name, bool flag);        /* false: left out */
void td_sim_on(td_sim_t *sim, const char *name, int32_t day);        /* 0: left out */
void td_sim_object(td_sim_t *sim, const char *name);
void td_sim_close(td_sim_t *sim);
void td_sim_end(td_sim_t *sim, const td_sim_record_t *record);

/* Takes the record back. */
void td_sim_retract(td_sim_t *sim, td_sim_record_t *record, int64_t later_ms, const char *reason);

/* The makers, each for all records of its kind. */
void td_sim_cases(td_sim_t *sim);
void td_sim_arrests(td_sim_t *sim);
void td_sim_accidents(td_sim_t *sim);
void td_sim_identity(td_sim_t *sim);
void td_sim_deployments(td_sim_t *sim);
void td_sim_society(td_sim_t *sim);
void td_sim_commendations(td_sim_t *sim);
void td_sim_faults(td_sim_t *sim);
void td_sim_office(td_sim_t *sim);   /* cluster-3: titles, scores */
void td_sim_ministry(td_sim_t *sim); /* targets */

#endif
