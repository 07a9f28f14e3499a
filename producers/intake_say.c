/* intake_say: what the intake tells its feeder and its operator. */
#include "producers/intake_internal.h"

#include "common/clock.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	WARNINGS_LOGGED = 20,   /* of one input */
	WAITING_MS = 10 * 1000, /* between two lines about it */
};

void td_intake_say_accepted(td_intake_t *intake)
{
	uint64_t lines = td_lines_number(intake->lines);
	if (lines == intake->said_lines)
		return;
	intake->said_lines = lines;
	(void)printf("accepted\t%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n", intake->input.name,
		     lines, intake->input.rows.accepted, intake->input.rows.refused);
	(void)fflush(stdout); /* whether it is read is the reader's business */
}

void td_intake_say_known(const td_intake_t *intake)
{
	td_log(TD_LOG_INFO, "file_known", td_log_text("file", intake->input.name));
	(void)printf("known\t%s\n", intake->input.name);
	(void)fflush(stdout); /* whether it is read is the reader's business */
}

void td_intake_say_warnings(td_intake_t *intake)
{
	const td_row_findings_t *warnings = &intake->row.warnings;
	for (size_t i = 0; i < warnings->count; i++) {
		if (intake->warnings++ >= WARNINGS_LOGGED)
			continue;
		td_log(TD_LOG_WARN, "row_odd", td_log_text("file", intake->input.name),
		       td_log_int("line", (int64_t)td_lines_number(intake->lines)),
		       td_log_text("code", warnings->items[i].code),
		       td_log_text("field", warnings->items[i].field),
		       td_log_text("says", warnings->items[i].en));
	}
}

void td_intake_say_forgotten(const td_intake_t *intake, const td_err_t *why)
{
	td_log(TD_LOG_WARN, "file_not_remembered", td_log_text("file", intake->input.name),
	       td_log_err(why));
}

void td_intake_say_ended(const td_intake_t *intake)
{
	td_log(TD_LOG_INFO, "input_ended", td_log_text("file", intake->input.name),
	       td_log_int("read", (int64_t)intake->input.rows.read),
	       td_log_int("accepted", (int64_t)intake->input.rows.accepted),
	       td_log_int("refused", (int64_t)intake->input.rows.refused),
	       td_log_int("warnings", (int64_t)intake->warnings),
	       td_log_text("rejected",
			   intake->input.rows.refused > 0 ? intake->rejected.path : ""));
}

void td_intake_say_waiting(td_intake_t *intake, const td_err_t *why)
{
	int64_t held;
	if (td_log_allowed(&intake->no_room, td_clock_mono_ms(), WAITING_MS, &held))
		td_log(TD_LOG_WARN, "intake_waits", td_log_err(why));
}
