/*
 * rejects: finds the rejections in the verdict topics.
 *
 * Shell. Reads the logs twice, to the ends that they had: first what was rejected, then what was
 * accepted of the same records.
 */
#ifndef TD_WORKERS_REJECTS_H
#define TD_WORKERS_REJECTS_H

#include "common/kafka.h"
#include "workers/rejections.h"

typedef struct td_rejects_asked {
	const char *reporter; /* NULL: all */
	uint32_t generation;
} td_rejects_asked_t;

/* Fills a fresh `list`, which is settled then. TD_ECONFIG if there is no such topic,
 * TD_EUNAVAILABLE, TD_EMEMORY. */
TD_MUST_USE bool td_rejects_read(const td_kafka_settings_t *cluster,
				 const td_rejects_asked_t *asked, td_rejections_t *list,
				 td_err_t *err);

#endif
