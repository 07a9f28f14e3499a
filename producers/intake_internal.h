/*
 * intake_internal: what intake.c and intake_say.c share; nobody else includes it.
 */
#ifndef TD_PRODUCERS_INTAKE_INTERNAL_H
#define TD_PRODUCERS_INTAKE_INTERNAL_H

#include "common/log.h"
#include "producers/input.h"
#include "producers/intake.h"
#include "producers/rejected.h"
#include "producers/row.h"

struct td_intake {
	td_intake_settings_t settings;
	td_spool_t *spool;
	td_spool_store_t *store;
	td_arena_t *arena;
	td_lines_t *lines;
	size_t opened; /* inputs so far */
	bool is_open;
	td_input_t input;
	td_rejected_t rejected;
	td_row_t row;
	uint64_t warnings;
	uint64_t said_lines;  /* said to be accepted */
	td_rows_t told;       /* rows of standard input in checkpoints so far */
	bool is_checkpointed; /* the input has ended, and its checkpoint is in the group */
	bool owes_checkpoint; /* a known file was left out, and none came since */
	uint8_t digest[TD_DIGEST_SIZE];
	int64_t now_ms, complete_ms;
	td_log_limit_t no_room;
};

/* On standard output: what a feeder may rely on. */
void td_intake_say_accepted(td_intake_t *intake);
void td_intake_say_known(const td_intake_t *intake);

/* In the log: warnings of the row that was taken last, that a file would not be known again, what
 * became of an input, what it waits for. */
void td_intake_say_warnings(td_intake_t *intake);
void td_intake_say_forgotten(const td_intake_t *intake, const td_err_t *why);
void td_intake_say_ended(const td_intake_t *intake);
void td_intake_say_waiting(td_intake_t *intake, const td_err_t *why);

#endif
