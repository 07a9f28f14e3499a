/*
 * nearest: which word was meant by one that was mistyped.
 *
 *	td_nearest_t nearest = td_nearest_to("taly");
 *	td_nearest_try(&nearest, "tally");
 *	nearest.word is "tally"
 */
#ifndef TD_COMMON_NEAREST_H
#define TD_COMMON_NEAREST_H

#include "common/td.h"

enum { TD_NEAREST_BYTES_MAX = 48 }; /* longer words are near to nothing */

typedef struct td_nearest {
	const char *text;
	const char *word; /* the nearest tried; NULL if none is near enough */
	size_t steps;     /* below which another one is nearer */
} td_nearest_t;

/* Nothing is tried yet; a third of the letters may be wrong. */
td_nearest_t td_nearest_to(const char *text);

/* Tries a word, which is kept by reference; the first of equals stands. */
void td_nearest_try(td_nearest_t *nearest, const char *word);

/* Letters to put in, leave out, replace or swap with their neighbour to make `b` of `a`; SIZE_MAX
 * when one is longer than TD_NEAREST_BYTES_MAX. */
size_t td_nearest_steps(const char *a, const char *b);

#endif
