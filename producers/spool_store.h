/*
 * spool_store: the events of one epoch, in a folder of segments, durable before they are counted.
 *
 * Appended events gather in a group; a sync writes the group and fsyncs it, and only then may
 * anybody call them accepted. Segments are rolled at a size, only between groups. The cursor is
 * the last sequence that the broker is known to have; what lies up to it is kept for a time. The
 * folder belongs to one process (spool.h locks it) and one thread.
 *
 * After a failed write or fsync nobody knows what is on the disk: the store takes nothing more;
 * opening it again finds out.
 */
#ifndef TD_PRODUCERS_SPOOL_STORE_H
#define TD_PRODUCERS_SPOOL_STORE_H

#include "common/err.h"
#include "producers/segment.h"

typedef struct td_store td_store_t;

enum {
	TD_STORE_GROUP_MAX = 1024 * 1024, /* bytes of a group that cause a sync by themselves */
	TD_STORE_SEGMENTS_MAX = 100000,
};

typedef struct td_store_settings {
	const char *folder; /* kept as a copy; made if it is missing */
	uint64_t epoch;
	int64_t segment_bytes; /* a segment this long is rolled */
	int64_t total_bytes;   /* of all segments together, at most */
} td_store_settings_t;

/*
 * Opens the folder and finds its end: cuts off what a crash left torn. TD_EINTEGRITY when more is
 * missing or unreadable than a crash can explain, TD_EIO. NULL and `err` on failure.
 */
TD_MUST_USE td_store_t *td_store_open(const td_store_settings_t *settings, td_err_t *err);

/* What is not synced is lost, as after a crash. NULL is allowed. */
void td_store_close(td_store_t *store);

uint64_t td_store_epoch(const td_store_t *store);
uint64_t td_store_next(const td_store_t *store);    /* sequence of the next event, from 1 */
uint64_t td_store_durable(const td_store_t *store); /* last sequence that is synced; 0: none */
uint64_t td_store_cursor(const td_store_t *store);  /* last sequence delivered; 0: none */
uint64_t td_store_oldest(const td_store_t *store);  /* first sequence that is kept */
uint64_t td_store_bytes(const td_store_t *store);   /* of all segments */
td_chain_t td_store_chain(const td_store_t *store); /* up to the event before the next one */
const char *td_store_folder(const td_store_t *store);

/* True while total_bytes leaves no room for one more event of any size. */
bool td_store_full(const td_store_t *store);

/* Adds the event that carries td_store_next as its sequence; 1..TD_RAW_EVENT_MAX bytes. Syncs by
 * itself when the group is large. The caller looks at td_store_full before. */
TD_MUST_USE bool td_store_append(td_store_t *store, td_slice_t event, td_err_t *err);

/* After true, all that was appended survives a power cut. */
TD_MUST_USE bool td_store_sync(td_store_t *store, td_err_t *err);

/* Moves the cursor to `sequence`, durably; back too, to send again. At most td_store_durable. */
TD_MUST_USE bool td_store_move_cursor(td_store_t *store, uint64_t sequence, td_err_t *err);

/* Deletes segments that are delivered whole: those last written before `before_ms`, and the oldest
 * ones while the store is full. `deleted` counts them. */
TD_MUST_USE bool td_store_prune(td_store_t *store, int64_t before_ms, unsigned *deleted,
				td_err_t *err);

/* The segment that holds `sequence`: the first sequence in it; 0 if it is not kept. */
uint64_t td_store_segment_of(const td_store_t *store, uint64_t sequence);

#endif
