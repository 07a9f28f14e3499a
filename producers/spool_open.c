/* spool_open: what a store's folder holds after whatever happened to it. */
#include "producers/spool_store_internal.h"

#include "common/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char ADVICE[] = "move the spool away to begin a new epoch, and feed the files since "
			     "then again, which changes no figure";

void td_spool_cursor_path(const char *folder, char path[PATH_MAX])
{
	(void)snprintf(path, PATH_MAX, "%.*s/cursor", TD_SPOOL_PATH_MAX, folder);
}

bool td_spool_cursor_read(const char *folder, uint64_t *cursor, td_err_t *err)
{
	char path[PATH_MAX];
	td_spool_cursor_path(folder, path);
	*cursor = 0;
	if (!td_file_exists(path))
		return true;
	td_buf_t text = td_buf_make(64);
	bool fine = td_file_read(path, &text, err);
	if (fine) {
		td_buf_add_byte(&text, '\0');
		char *end = NULL;
		*cursor = strtoull((const char *)text.data, &end, 10);
		if (text.failed || end == (const char *)text.data || strcmp(end, "\n") != 0)
			fine = td_err_set(err, TD_EINTEGRITY,
					  "%s holds no sequence; delete it to send again all that "
					  "is kept, which changes no figure",
					  path);
	}
	td_buf_free(&text);
	return fine;
}

/* A crash tears at most the group that was being written, and nothing that was delivered. */
static bool is_torn_by_crash(const td_spool_store_t *store, const td_segment_scan_t *scan)
{
	return !scan->damaged && scan->torn <= TD_SPOOL_GROUP_MAX + 2 * TD_RAW_EVENT_MAX &&
	       scan->next > store->cursor;
}

static bool cut_tail(td_spool_store_t *store, const char *path, const td_segment_scan_t *scan,
		     td_err_t *err)
{
	if (scan->torn == 0)
		return true;
	if (!is_torn_by_crash(store, scan))
		return td_err_set(err, TD_EINTEGRITY,
				  "%s is damaged at byte %" PRIu64 ", where sequence %" PRIu64
				  " belongs; %s",
				  path, scan->size, scan->next, ADVICE);
	if (ftruncate(store->fd, (off_t)scan->size) != 0 || fsync(store->fd) != 0)
		return td_spool_store_fail(store, "cut the torn end", err);
	return true;
}

static bool take_over(td_spool_store_t *store, const td_segment_scan_t *scan, const char *path,
		      td_err_t *err)
{
	store->fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (store->fd < 0)
		return td_spool_store_fail(store, "open the last segment", err);
	if (!cut_tail(store, path, scan, err))
		return false;
	td_segment_list_resize_last(&store->list, scan->size);
	store->next = scan->next;
	store->chain = scan->chain;
	return true;
}

/* The header is fsynced before anything follows it: a crash leaves a part of it and nothing else.
 */
static bool drop_headless(td_spool_store_t *store, const char *path, uint64_t size, td_err_t *err)
{
	if (size > TD_SEGMENT_HEADER_SIZE)
		return td_err_set(err, TD_EINTEGRITY, "%s has no readable header; %s", path,
				  ADVICE);
	if (unlink(path) != 0)
		return td_spool_store_fail(store, "delete an unfinished segment", err);
	td_segment_list_drop_last(&store->list);
	return td_file_sync_folder(store->folder, err);
}

/* Sets `more` if the last segment turned out to hold nothing. */
static bool open_last(td_spool_store_t *store, bool *more, td_err_t *err)
{
	const td_segment_item_t *last = &store->list.items[store->list.count - 1];
	char path[PATH_MAX];
	td_spool_segment_path(store->folder, last->first, path);
	td_buf_t bytes = td_buf_make((size_t)last->size + 1);
	td_segment_scan_t scan;
	bool fine = td_file_read(path, &bytes, err);
	if (fine && !td_segment_scan(td_buf_slice(&bytes), &scan)) {
		*more = true;
		fine = drop_headless(store, path, last->size, err);
	} else if (fine &&
		   (scan.header.epoch != store->epoch || scan.header.first != last->first)) {
		fine = td_err_set(err, TD_EINTEGRITY, "%s belongs to another spool; %s", path,
				  ADVICE);
	} else if (fine) {
		fine = take_over(store, &scan, path, err);
	}
	td_buf_free(&bytes);
	return fine;
}

bool td_spool_store_find(td_spool_store_t *store, td_err_t *err)
{
	if (!td_file_make_folder(store->folder, 0700, err) ||
	    !td_spool_cursor_read(store->folder, &store->cursor, err) ||
	    !td_segment_list_read(&store->list, store->folder, err))
		return false;
	bool more = true;
	while (more && store->list.count > 0) {
		more = false;
		if (!open_last(store, &more, err))
			return false;
	}
	store->durable = store->next - 1;
	if (store->cursor > store->durable)
		return td_err_set(err, TD_EINTEGRITY,
				  "spool %s: %" PRIu64 " events were delivered, but only %" PRIu64
				  " are there; %s",
				  store->folder, store->cursor, store->durable, ADVICE);
	return true;
}
