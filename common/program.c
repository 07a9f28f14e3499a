#include "common/program.h"

#include <stdio.h>

/* Works, and makes sure that what was printed was printed. */
static bool work(const td_program_t *program, const td_opt_outcome_t *asked, td_err_t *err)
{
	if (!program->work(program->context, asked, err))
		return false;
	/* What failed while it was printed may have left nothing to be flushed. */
	bool printed = fflush(stdout) == 0 && !ferror(stdout);
	return printed || td_err_set(err, TD_EIO, "the answer cannot be written");
}

int td_program_run(const td_program_t *program, int argc, char **argv)
{
	const char *name = program->options.name;
	td_opt_outcome_t asked;
	td_err_t err = {0};
	bool working = false;
	bool done = td_opt_parse(&program->options, argc, argv, &asked, &err);
	if (done && !asked.done) {
		if (program->log != NULL)
			td_log_start(program->log, name);
		working = true;
		done = work(program, &asked, &err);
	}
	if (!done && working && program->daemon)
		td_log(TD_LOG_ERROR, "ended", td_log_err(&err));
	else if (!done)
		(void)fprintf(stderr, "%s: %s\n", name, err.text);
	return done ? 0 : td_err_exit_status(err.code);
}
