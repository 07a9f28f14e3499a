/*
 * decimal: whole numbers as digits, where printf would be felt.
 */
#ifndef TD_COMMON_DECIMAL_H
#define TD_COMMON_DECIMAL_H

#include "common/td.h"

enum { TD_DECIMAL_MAX = 21 }; /* bytes of the longest, with sign and end */

/* Writes the digits at `at`, without an end; returns where they end. */
char *td_decimal_put(char *at, uint64_t number);

/* Writes the number as a text of TD_DECIMAL_MAX bytes at most; returns its length. */
size_t td_decimal_text(int64_t number, char *text);

#endif
