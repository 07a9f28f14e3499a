/*
 * seals_check: what is wrong with a seal by itself, and beside those that were found before it.
 *
 * Shell: what is wrong goes into the report.
 */
#ifndef TD_AGGREGATOR_AUDIT_SEALS_CHECK_H
#define TD_AGGREGATOR_AUDIT_SEALS_CHECK_H

#include "aggregator/audit/seals.h"

/* Names the seal, and in Vietnamese and English what is wrong with it. */
void td_seals_say_wrong(const td_audit_t *audit, const td_found_seal_t *found, const char *vi,
			const char *en);

/* Looks at the seal of that index; false when it says nothing that can be believed. */
TD_MUST_USE bool td_seals_check(const td_audit_t *audit, const td_seals_t *seals, size_t index);

/* Whether a seal of the same text was found before it. */
bool td_seals_is_again(const td_seals_t *seals, size_t index);

#endif
