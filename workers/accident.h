/*
 * accident: the class of a traffic accident by the ministry's circular of its day: 58/2009/TT-BCA,
 * from 15 August 2024 26/2024/TT-BCA.
 *
 * Pure. Not the severity of a crime, although the words are the same.
 */
#ifndef TD_WORKERS_ACCIDENT_H
#define TD_WORKERS_ACCIDENT_H

#include "common/td.h"

#include <thidua/v1/event.pb-c.h>

/* The class that deaths, injuries and damage make; where some injuries have no percentage, the
 * lowest that it can be. */
Thidua__V1__AccidentClass td_accident_class(const Thidua__V1__Accident *accident, int32_t day);

/* The lowest class that so many deaths allow, by any circular. */
Thidua__V1__AccidentClass td_accident_class_of_deaths(uint32_t deaths);

#endif
