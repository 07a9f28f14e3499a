/* small_tables: a whole set of reference tables, as small as it can be, for tests that add to it.
 */
#ifndef TD_TESTS_SUPPORT_SMALL_TABLES_H
#define TD_TESTS_SUPPORT_SMALL_TABLES_H

#include "common/td.h"

enum { TD_SMALL_TABLES = 8 };

/* The tables by name, without keys.tsv, which need not be there; their texts are static and end in
 * NUL. Reporter and province are p, the unit is p.1, the article 1. */
void td_small_tables(td_named_t files[TD_SMALL_TABLES]);

#endif
