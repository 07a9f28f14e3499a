/* decisions_internal: what is known of decisions; for workers/decisions*.c only. */
#ifndef TD_WORKERS_DECISIONS_INTERNAL_H
#define TD_WORKERS_DECISIONS_INTERNAL_H

#include "workers/decisions.h"

struct td_decisions {
	size_t count, generation_count;
	Thidua__V1__AbsentDecision *items[TD_DECISIONS_MAX];
	Thidua__V1__GenerationDecision *generations[TD_GENERATIONS_MAX]; /* ascending */
};

/* Checks what a decision on a generation says of an archive; TD_EDATA. */
TD_MUST_USE bool td_decisions_check_archive(const Thidua__V1__GenerationDecision *decision,
					    td_err_t *err);

#endif
