/* closed: every period that was closed; its figures are put back where thidua-tally finds them. */
#include "aggregator/audit/closed.h"
#include "aggregator/audit/seals.h"

#include <stdlib.h>

static void say_wrong(const td_audit_t *audit, const td_found_closing_t *found, const char *vi,
		      const char *en)
{
	static const td_report_kind_t kind = {"closings_wrong",
					      "Bản chốt kỳ sai",
					      "Closings that are wrong",
					      true,
					      3,
					      {{"place", "Nơi", "Where", false},
					       {"period", "Kỳ", "Period", false},
					       {"why", "Sai thế nào", "What is wrong", false}}};
	const td_report_cell_t cells[] = {{found->place, 0},
					  {found->readable ? found->closing->period : "?", 0},
					  {td_report_word(audit->report, vi, en), 0}};
	td_report_row(audit->report, &kind, cells);
}

static bool take(const td_audit_t *audit, const td_closings_t *closings,
		 const td_found_closing_t *found, td_err_t *err)
{
	if (!found->readable)
		say_wrong(audit, found, "không đọc được", "it cannot be read");
	else if (found->wrong > 0)
		say_wrong(audit, found, "chữ ký sai", "a signature is wrong");
	else if (found->signatures == 0)
		say_wrong(audit, found, "không có chữ ký của khóa đã biết",
			  "no signature of a known key");
	else if (!td_closings_stands(closings, found))
		say_wrong(audit, found, "kỳ này đã chốt trước đó", "the period was closed before");
	else
		return td_closed_restore(audit, closings, found->closing, err);
	return true;
}

bool td_audit_closed(td_audit_t *audit, td_err_t *err)
{
	td_closings_t closings = {0};
	td_note_keys_t *keys = calloc(1, sizeof *keys);
	bool done = keys != NULL ? td_audit_keys(audit, keys, err) &&
					   td_closings_load(audit, keys, &closings, err)
				 : td_err_set(err, TD_EMEMORY, "no memory for keys");
	for (size_t i = 0; done && i < closings.count; i++)
		done = take(audit, &closings, &closings.items[i], err);
	done = done && td_closed_look(audit, &closings, err);
	td_closings_free(&closings);
	free(keys);
	return done;
}
