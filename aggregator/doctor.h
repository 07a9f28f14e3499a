/*
 * doctor: what is wrong with a cluster, and how to mend it.
 *
 * Shell; thidua-admin doctor runs every examination that it can, prints a line for each finding,
 * and changes nothing (but for one empty record in thidua.decisions, by which the brokers' clock is
 * told). A finding is wrong, which a person should mend, or a note.
 */
#ifndef TD_AGGREGATOR_DOCTOR_H
#define TD_AGGREGATOR_DOCTOR_H

#include "aggregator/admin.h"
#include "common/kafka_admin.h"

enum { TD_CLOCK_TOLERANCE_MS = 2000 };

typedef struct td_doctor {
	const td_admin_t *admin;
	uint32_t generation; /* the one asked for, or the live one once Redis has said it */
	td_kafka_admin_t *kafka;
	td_admin_books_t books;
	const td_reference_t *reference; /* whose reporters there must be topics and shards for */
	td_reference_t *folder;          /* the tables beside the program; NULL: unreadable */
	bool kafka_is_there, redis_is_there;
	size_t wrong, notes;
} td_doctor_t;

/* Findings. `mend` says what to do, "" where the finding says it itself. */
void td_doctor_fine(td_doctor_t *doctor, const char *format, ...) TD_FORMAT(2, 3);
void td_doctor_note(td_doctor_t *doctor, const char *format, ...) TD_FORMAT(2, 3);
void td_doctor_wrong(td_doctor_t *doctor, const char *mend, const char *format, ...)
	TD_FORMAT(3, 4);

/* Compares somebody's clock, asked between two moments of ours. */
void td_doctor_clock(td_doctor_t *doctor, const char *whose, int64_t theirs_ms, int64_t before_ms,
		     int64_t after_ms);

/* The examinations; each leaves out what cannot be examined any more. */
void td_doctor_kafka(td_doctor_t *doctor);     /* brokers */
void td_doctor_redis(td_doctor_t *doctor);     /* settings, durability, clock */
void td_doctor_reference(td_doctor_t *doctor); /* which version judges */
void td_doctor_topics(td_doctor_t *doctor);    /* there, and set as they must be; clock */
void td_doctor_shards(td_doctor_t *doctor);    /* states, holes, what does not move, decisions */
void td_doctor_targets(td_doctor_t *doctor);   /* for figures that nobody counts */

#endif
