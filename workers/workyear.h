/*
 * workyear: the year in which the police and its emulation clusters count, and the last days of
 * periods.
 *
 * Pure. The year 2021 begins on 15 December 2020 and ends on 14 December 2021: the work year of
 * the police and the emulation year of the clusters alike.
 */
#ifndef TD_WORKERS_WORKYEAR_H
#define TD_WORKERS_WORKYEAR_H

#include "common/td.h"

#include <thidua/v1/event.pb-c.h>

/* The work year of a date yyyymmdd, and the last day of a work year. */
int32_t td_workyear_of_on(int32_t on);
int32_t td_workyear_last(int32_t year);

/* How many periods of that kind a year has: 1, 2, 4 or 12; 0 for no kind. A year has its first nine
 * months once. */
uint32_t td_workyear_periods(Thidua__V1__PeriodKind kind);

/* The last day of a period; false unless its kind has that number, and its year is one. */
TD_MUST_USE bool td_workyear_period_last(const Thidua__V1__Period *period, int32_t *day);

#endif
