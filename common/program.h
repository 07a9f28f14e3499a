/*
 * program: what every main does around its work.
 *
 * Reads the options, starts the log, works, and says once how it ended: on standard
 * error, or in the log.
 */
#ifndef TD_COMMON_PROGRAM_H
#define TD_COMMON_PROGRAM_H

#include "common/log.h"
#include "common/opt.h"

/* `context` is what the options were written into; `asked` the arguments beside them. */
typedef bool td_program_work_fn(void *context, const td_opt_outcome_t *asked, td_err_t *err);

typedef struct td_program {
	td_opt_program_t options;
	const td_log_settings_t *log; /* among the targets of the options; NULL: it logs nothing */
	bool daemon;                  /* what ended its work is said in the log */
	td_program_work_fn *work;
	void *context;
} td_program_t;

/* The exit status, for main to return. */
TD_MUST_USE int td_program_run(const td_program_t *program, int argc, char **argv);

#endif
