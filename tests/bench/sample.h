/*
 * sample: events and verdicts for measuring, as many as asked for, each a function of its number.
 *
 * Shaped like a province's year: nine in ten speak of a new record with a number of its own among
 * neighbours, one in ten corrects an older one; about 90 bytes an event.
 */
#ifndef TD_TESTS_BENCH_SAMPLE_H
#define TD_TESTS_BENCH_SAMPLE_H

#include "common/td.h"

enum { TD_SAMPLE_MAX = 512 };

/* The packed event number `number` of `reporter`, from 0; returns its size. */
size_t td_sample_event(const char *reporter, uint64_t number, uint8_t packed[TD_SAMPLE_MAX]);

/* The packed verdict that enriches it, about raw offset `number`. */
size_t td_sample_verdict(const char *reporter, uint64_t number, int64_t append_ms,
			 uint8_t packed[TD_SAMPLE_MAX]);

/* The record that event `number` speaks of. */
uint64_t td_sample_record(uint64_t number);

#endif
