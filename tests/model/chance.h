/*
 * chance: numbers by chance that can be had again: each test says its seed and takes one.
 *
 * A seed comes from the command line, else from TD_SEED, else from the clock.
 */
#ifndef TD_TESTS_MODEL_CHANCE_H
#define TD_TESTS_MODEL_CHANCE_H

#include "common/td.h"

typedef struct td_chance {
	uint64_t state;
} td_chance_t;

/* Takes the seed and prints how to run the same again. */
void td_chance_begin(int argc, char **argv);

/* What the seed gives for the `run`-th time; equal for equal seeds and runs. */
td_chance_t td_chance_of(uint64_t run);

uint64_t td_chance_next(td_chance_t *chance);

/* 0..count-1; count > 0. */
uint64_t td_chance_below(td_chance_t *chance, uint64_t count);

/* True once in `times` on average. */
bool td_chance_once_in(td_chance_t *chance, uint64_t times);

/* Puts the indices 0..count-1 into any order. */
void td_chance_order(td_chance_t *chance, uint32_t *order, size_t count);

#endif
