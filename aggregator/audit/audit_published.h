/* audit_published: the other half of compare. Shell. */
#ifndef TD_AGGREGATOR_AUDIT_AUDIT_PUBLISHED_H
#define TD_AGGREGATOR_AUDIT_AUDIT_PUBLISHED_H

#include "aggregator/audit/audit.h"

/* Compares the figures of --published with the log, over the days that are asked about. */
td_audit_fn td_audit_published;

#endif
