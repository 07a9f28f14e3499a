#include "workers/reason.h"

#include <stdio.h>

static const td_reason_info_t REASONS[] = {
#define TD_REASON(code, name, vi, en) {TD_REASON_##name, #name, vi, en},
#include "workers/reason.def"
#undef TD_REASON
};

const td_reason_info_t *td_reason_find(uint32_t reason)
{
	for (size_t i = 0; i < TD_COUNT(REASONS); i++)
		if ((uint32_t)REASONS[i].reason == reason)
			return &REASONS[i];
	return NULL;
}

const td_reason_info_t *td_reason_all(size_t *count)
{
	*count = TD_COUNT(REASONS);
	return REASONS;
}

void td_reason_print(uint32_t reason, char *text)
{
	bool warning = reason >= TD_REASON_WARNINGS_FROM;
	uint32_t number = warning ? reason - TD_REASON_WARNINGS_FROM + 1 : reason;
	/* Six digits at most: a code that a later release may have made is shown, not trusted. */
	(void)snprintf(text, 8, "%c%03u", warning ? 'W' : 'E', number % 1000000);
}

void td_findings_add(td_findings_t *findings, td_reason_t reason, const char *field)
{
	if (findings->count == TD_FINDINGS_MAX)
		return;
	size_t at = findings->count++;
	for (; at > 0 && findings->items[at - 1].reason > reason; at--)
		findings->items[at] = findings->items[at - 1];
	findings->items[at].reason = reason;
	findings->items[at].field = field;
}
