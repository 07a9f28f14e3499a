/*
 * path: the path of each field of the contract, such as "case.transfer.other", as static text, so
 * that a finding needs no memory of its own.
 *
 * Pure. A test walks the descriptors and finds every path in the table.
 */
#ifndef TD_WORKERS_PATH_H
#define TD_WORKERS_PATH_H

#include "common/td.h"

/*
 * The path of a field from the field itself up to the outermost message's: {"other", "transfer",
 * "case"} gives "case.transfer.other". A field that is not in the table gets its nearest outer
 * field's path, at last "".
 */
const char *td_path_of(const char *const *names, size_t count);

/* All paths, sorted by strcmp. */
const char *const *td_path_all(size_t *count);

#endif
