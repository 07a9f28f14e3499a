/*
 * audit: what the commands of thidua-audit share.
 *
 * Shell. Each command is one function in a file of its own (audit_<command>.c). It adds what it
 * found to the report, which main writes; a row in a table of wrong things is a difference and
 * makes the exit status 1. False, with err, says that it could not be done: exit status 2.
 */
#ifndef TD_AGGREGATOR_AUDIT_AUDIT_H
#define TD_AGGREGATOR_AUDIT_AUDIT_H

#include "aggregator/audit/crew.h"
#include "aggregator/audit/logs.h"
#include "aggregator/audit/report.h"
#include "aggregator/window.h"
#include "common/arena.h"
#include "common/err.h"
#include "common/kafka.h"
#include "common/redis.h"
#include "common/run.h"

/* The settings of thidua-audit; texts that were not given are NULL. */
typedef struct td_audit_settings {
	td_kafka_settings_t kafka;
	td_redis_settings_t redis;
	const char *archive, *archive_first, *by, *note, *reporter, *as_of, *period, *calendar,
		*from, *to;
	const char *lang, *format, *output;
	const char *state, *published, *between, *reference, *seals;
	td_opt_list_t key, keys; /* files with private keys, with public ones */
	bool resume, witness, take_back;
	int64_t generation, former_generation, memory, threads, witnesses;
} td_audit_settings_t;

/* One call of a command. */
typedef struct td_audit {
	const td_audit_settings_t *settings;
	const char *const *arguments; /* behind the command's word; NULL after the last */
	size_t argument_count;
	int64_t now_ms;
	td_run_t *run;
	td_arena_t *arena;
	td_report_t *report;
	td_days_t days;   /* whose figures are meant; all unless a period was named */
	td_buf_t file;    /* what a command makes instead of a report; empty: a report */
	int64_t as_of_ms; /* 0: all that is there */
} td_audit_t;

typedef bool td_audit_fn(td_audit_t *audit, td_err_t *err);

td_audit_fn td_audit_replay;
td_audit_fn td_audit_compare;
td_audit_fn td_audit_explain;
td_audit_fn td_audit_trace;
td_audit_fn td_audit_changed;
td_audit_fn td_audit_what_if;
td_audit_fn td_audit_reconcile;
td_audit_fn td_audit_export;
td_audit_fn td_audit_restore;
td_audit_fn td_audit_keygen;
td_audit_fn td_audit_seal;
td_audit_fn td_audit_verify;
td_audit_fn td_audit_prove;
td_audit_fn td_audit_check;
td_audit_fn td_audit_witness;
td_audit_fn td_audit_sign_off;
td_audit_fn td_audit_close;
td_audit_fn td_audit_closed;
td_audit_fn td_audit_amendments;

/* Fixes which days and which moment are meant; TD_EUSAGE (audit_ask.c). */
TD_MUST_USE bool td_audit_ask(td_audit_t *audit, td_err_t *err);

/* Opens the logs that are meant, and says in the report which they are (audit_ask.c). */
TD_MUST_USE td_logs_t *td_audit_logs(td_audit_t *audit, td_err_t *err);

/* A moment as operators write it, or "@" and Unix milliseconds; TD_EUSAGE. */
TD_MUST_USE bool td_audit_moment(const td_audit_t *audit, const char *text, int64_t *moment_ms,
				 td_err_t *err);

/* Whether days were asked for. */
bool td_audit_has_days(const td_audit_t *audit);

#endif
