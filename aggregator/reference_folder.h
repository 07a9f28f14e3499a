/*
 * reference_folder: the reference data as a folder of tables beside the program.
 *
 * Shell. The same setting for all programs: [reference] folder, THIDUA_REFERENCE_FOLDER,
 * --reference.
 */
#ifndef TD_AGGREGATOR_REFERENCE_FOLDER_H
#define TD_AGGREGATOR_REFERENCE_FOLDER_H

#include "common/err.h"
#include "common/opt.h"
#include "workers/reference.h"

/* The section [reference]. */
typedef struct td_reference_settings {
	const char *folder;
} td_reference_settings_t;

extern const td_opt_t td_reference_options[]; /* into td_reference_settings_t */
extern const size_t td_reference_option_count;

/* Reads and checks the folder's tables; NULL and err, which names file and line. Caller frees. */
TD_MUST_USE td_reference_t *td_reference_load(const char *folder, td_err_t *err);

#endif
