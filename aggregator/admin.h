/*
 * admin: what the commands of thidua-admin share.
 *
 * Shell. Each command is one function in a file of its own (admin_<command>.c); it prints what it
 * did or found to `out`, a line for each thing, and ends with an error's sentence or with none.
 */
#ifndef TD_AGGREGATOR_ADMIN_H
#define TD_AGGREGATOR_ADMIN_H

#include <stdio.h>

#include "aggregator/reference_folder.h"
#include "common/err.h"
#include "common/kafka.h"
#include "common/redis.h"
#include "workers/decisions.h"
#include "workers/versions.h"

enum {
	TD_ADMIN_TIMEOUT_MS = 15000, /* for an answer of the cluster */
};

/* The settings of thidua-admin; texts that were not given are NULL. */
typedef struct td_admin_settings {
	td_kafka_settings_t kafka;
	td_redis_settings_t redis;
	td_reference_settings_t reference;
	int64_t generation, reference_version;
	bool acl, yes;
	const char *in_force_from, *note, *by;
} td_admin_settings_t;

/* One call of a command. */
typedef struct td_admin {
	const td_admin_settings_t *settings;
	const char *const *arguments; /* behind the command's words; NULL after the last */
	size_t argument_count;
	FILE *out;
	int64_t now_ms;
} td_admin_t;

typedef bool td_admin_fn(const td_admin_t *admin, td_err_t *err);

td_admin_fn td_admin_init;
td_admin_fn td_admin_publish;
td_admin_fn td_admin_list; /* admin_reference.c */
td_admin_fn td_admin_show;
td_admin_fn td_admin_diff;
td_admin_fn td_admin_shard_show;
td_admin_fn td_admin_shard_rebuild;
td_admin_fn td_admin_absent;
td_admin_fn td_admin_doctor;
td_admin_fn td_admin_generation_start; /* admin_generation.c */
td_admin_fn td_admin_generation_status;
td_admin_fn td_admin_generation_compare;
td_admin_fn td_admin_generation_switch;
td_admin_fn td_admin_generation_drop; /* admin_generation_switch.c */

/* All that thidua.reference and thidua.decisions hold (admin_books.c); free in either case. */
typedef struct td_admin_books {
	td_versions_t *versions;
	td_decisions_t *decisions;
} td_admin_books_t;

TD_MUST_USE bool td_admin_books_read(const td_admin_t *admin, td_admin_books_t *books,
				     td_err_t *err);
void td_admin_books_free(td_admin_books_t *books);

/* Writes one record and waits until the brokers have it for good (admin_write.c). */
typedef struct td_admin_record {
	const char *topic, *key;
	td_slice_t value; /* data NULL: a tombstone */
} td_admin_record_t;

TD_MUST_USE bool td_admin_write(const td_admin_t *admin, const td_admin_record_t *record,
				td_err_t *err);

#endif
