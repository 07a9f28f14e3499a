/*
 * clock: the time, for shells only; a loop reads it once a turn and hands it on.
 */
#ifndef TD_COMMON_CLOCK_H
#define TD_COMMON_CLOCK_H

#include "common/td.h"

/* Unix milliseconds, UTC; may jump when an operator sets the clock. */
int64_t td_clock_wall_ms(void);

/* Milliseconds that only go forward, for time-outs and rates; no meaning between processes. */
int64_t td_clock_mono_ms(void);

/* The same in microseconds, for measuring. */
int64_t td_clock_mono_us(void);

#endif
