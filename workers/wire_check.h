/*
 * wire_check: everything that is wrong with a message in its wire format.
 *
 * Pure; for workers/wire.c only.
 */
#ifndef TD_WORKERS_WIRE_CHECK_H
#define TD_WORKERS_WIRE_CHECK_H

#include "workers/wire.h"

/* Adds to `findings`, and nothing to those of a message that td_wire_read_message reads; it stops
 * early only where the rest cannot be read. */
void td_wire_check(td_slice_t bytes, const ProtobufCMessageDescriptor *descriptor,
		   const td_wire_limits_t *limits, td_findings_t *findings);

#endif
