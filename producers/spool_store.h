/*
 * spool_store: the events of one epoch, in a folder of segments, durable before they are counted.
 *
 * Appended events gather in a group in memory; a sync writes the group and fsyncs it, and only then
 * may anybody call them accepted. Segments are rolled at a size, only between groups. The cursor is
 * the last sequence that the broker is known to have; what lies up to it is kept for a time. The
 * folder belongs to one process (spool.h locks it) and one thread.
 *
 * A disk without room takes nothing, loses nothing, and may be tried again. After any other failed
 * write or fsync nobody knows what is on the disk: the store takes nothing more; opening it again
 * finds out.
 */
#ifndef TD_PRODUCERS_SPOOL_STORE_H
#define TD_PRODUCERS_SPOOL_STORE_H

#include "common/err.h"
#include "producers/segment.h"

typedef struct td_spool_store td_spool_store_t;

enum {
	TD_SPOOL_GROUP_MAX = 4 * 1024 * 1024, /* bytes of a group after which a sync is due, unless
						 a segment is smaller */
	TD_SPOOL_SEGMENTS_MAX = 100000,
	TD_SPOOL_PATH_MAX = 4000, /* bytes of a folder's path; names of files follow it */
};

typedef struct td_spool_store_settings {
	const char *folder; /* kept as a copy, at most TD_SPOOL_PATH_MAX; made if it is missing */
	uint64_t epoch;
	int64_t segment_bytes; /* a segment this long is rolled */
	int64_t total_bytes;   /* of all segments together; at least four times a segment */
} td_spool_store_settings_t;

/*
 * Opens the folder and finds its end: cuts off what a crash left torn. TD_EINTEGRITY when more is
 * missing or unreadable than a crash can explain, TD_EIO. NULL and `err` on failure.
 */
TD_MUST_USE td_spool_store_t *td_spool_store_open(const td_spool_store_settings_t *settings,
						  td_err_t *err);

/* What is not synced is lost, as after a crash. NULL is allowed. */
void td_spool_store_close(td_spool_store_t *store);

uint64_t td_spool_store_epoch(const td_spool_store_t *store);
uint64_t td_spool_store_next(const td_spool_store_t *store);    /* sequence of the next event */
uint64_t td_spool_store_durable(const td_spool_store_t *store); /* last one synced; 0: none */
uint64_t td_spool_store_cursor(const td_spool_store_t *store);  /* last one delivered; 0: none */
uint64_t td_spool_store_oldest(const td_spool_store_t *store);  /* first one that is kept */
uint64_t td_spool_store_bytes(const td_spool_store_t *store);   /* of all segments */
td_chain_t td_spool_store_chain(const td_spool_store_t *store); /* up to the one before the next */
const char *td_spool_store_folder(const td_spool_store_t *store);

/* True while total_bytes leaves no room for one more event of any size. */
bool td_spool_store_full(const td_spool_store_t *store);

/* True when the group is so large that it must be synced before anything more is appended. */
bool td_spool_store_due(const td_spool_store_t *store);

/* Adds the event that carries td_spool_store_next as its sequence to the group; 1..TD_RAW_EVENT_MAX
 * bytes. The caller looks at td_spool_store_full and _due before. */
TD_MUST_USE bool td_spool_store_append(td_spool_store_t *store, td_slice_t event, td_err_t *err);

/* After true, all that was appended survives a power cut. TD_EUNAVAILABLE: the disk has no room;
 * the group waits in memory for another try. */
TD_MUST_USE bool td_spool_store_sync(td_spool_store_t *store, td_err_t *err);

/* Moves the cursor to `sequence`, durably; back too, to send again. At most td_spool_store_durable.
 */
TD_MUST_USE bool td_spool_store_move_cursor(td_spool_store_t *store, uint64_t sequence,
					    td_err_t *err);

/* Deletes segments that are delivered whole: those last written before `before_ms`, and the oldest
 * ones while the store is full. `deleted` counts them. */
TD_MUST_USE bool td_spool_store_prune(td_spool_store_t *store, int64_t before_ms, unsigned *deleted,
				      td_err_t *err);

/* The segment that holds `sequence`: the first sequence in it; 0 if it is not kept. */
uint64_t td_spool_store_segment_of(const td_spool_store_t *store, uint64_t sequence);

#endif
