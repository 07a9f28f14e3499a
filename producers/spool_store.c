#include "producers/spool_store.h"

#include "common/fault.h"
#include "common/file.h"
#include "producers/spool_list.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct td_store {
	char folder[PATH_MAX];
	uint64_t epoch, segment_max, total_max;
	td_segment_list_t list;
	int fd;         /* of the last segment; -1: the next group makes one */
	td_buf_t group; /* records that are not written yet */
	uint64_t group_first;
	td_chain_t group_chain; /* before the group */
	uint64_t next, durable, cursor;
	td_chain_t chain;
	bool failed;
};

static bool fail(td_store_t *store, const char *what, td_err_t *err)
{
	store->failed = true;
	return td_err_set(err, TD_EIO, "spool %s: cannot %s: %s; check the disk and start again",
			  store->folder, what, strerror(errno));
}

static void path_of(const td_store_t *store, uint64_t first, char path[PATH_MAX])
{
	char name[TD_SEGMENT_NAME_SIZE];
	td_segment_name(first, name);
	(void)snprintf(path, PATH_MAX, "%.*s/%s", PATH_MAX - 64, store->folder, name);
}

static void cursor_path(const td_store_t *store, char path[PATH_MAX])
{
	(void)snprintf(path, PATH_MAX, "%.*s/cursor", PATH_MAX - 64, store->folder);
}

static bool read_cursor(td_store_t *store, td_err_t *err)
{
	char path[PATH_MAX];
	cursor_path(store, path);
	if (!td_file_exists(path))
		return true;
	td_buf_t text = td_buf_make(64);
	bool fine = td_file_read(path, &text, err);
	if (fine) {
		td_buf_add_byte(&text, '\0');
		char *end = NULL;
		store->cursor = strtoull((const char *)text.data, &end, 10);
		fine = !text.failed && end != (const char *)text.data && strcmp(end, "\n") == 0;
		if (!fine)
			(void)td_err_set(err, TD_EINTEGRITY,
					 "%s holds no sequence; delete it to send again all "
					 "that is kept, which changes no figure",
					 path);
	}
	td_buf_free(&text);
	return fine;
}

/* A crash tears at most the group that was being written, and nothing that was delivered. */
static bool tear_is_plausible(const td_store_t *store, const td_segment_scan_t *scan)
{
	return scan->torn <= TD_STORE_GROUP_MAX + 2 * TD_RAW_EVENT_MAX &&
	       scan->next > store->cursor;
}

static bool cut_tail(td_store_t *store, const char *path, const td_segment_scan_t *scan,
		     td_err_t *err)
{
	if (!tear_is_plausible(store, scan))
		return td_err_set(err, TD_EINTEGRITY,
				  "%s is damaged at byte %" PRIu64 ", where sequence %" PRIu64
				  " belongs; move the spool away to begin a new epoch, and feed "
				  "the files since then again",
				  path, scan->size, scan->next);
	if (scan->torn > 0 &&
	    (ftruncate(store->fd, (off_t)scan->size) != 0 || fsync(store->fd) != 0))
		return fail(store, "cut the torn end", err);
	return true;
}

static bool take_over(td_store_t *store, const td_segment_scan_t *scan, const char *path,
		      td_err_t *err)
{
	td_segment_item_t *last = &store->list.items[store->list.count - 1];
	store->fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (store->fd < 0)
		return fail(store, "open the last segment", err);
	if (!cut_tail(store, path, scan, err))
		return false;
	last->size = scan->size;
	store->next = scan->next;
	store->chain = scan->chain;
	return true;
}

/* A segment that a crash left without its header holds nothing. */
static bool drop_headless(td_store_t *store, const char *path, uint64_t size, td_err_t *err)
{
	if (size >= TD_SEGMENT_HEADER_SIZE + TD_STORE_GROUP_MAX)
		return td_err_set(err, TD_EINTEGRITY,
				  "%s has no readable header; a person must look", path);
	if (unlink(path) != 0)
		return fail(store, "delete an unfinished segment", err);
	store->list.count--;
	return td_file_sync_folder(store->folder, err);
}

/* Sets `more` if the last segment turned out to hold nothing. */
static bool open_last(td_store_t *store, bool *more, td_err_t *err)
{
	const td_segment_item_t *last = &store->list.items[store->list.count - 1];
	char path[PATH_MAX];
	path_of(store, last->first, path);
	td_buf_t bytes = td_buf_make((size_t)last->size + 1);
	td_segment_scan_t scan;
	bool fine = td_file_read(path, &bytes, err);
	if (fine && !td_segment_scan(td_buf_slice(&bytes), &scan)) {
		*more = true;
		fine = drop_headless(store, path, last->size, err);
	} else if (fine &&
		   (scan.header.epoch != store->epoch || scan.header.first != last->first)) {
		fine = td_err_set(err, TD_EINTEGRITY, "%s belongs to another spool", path);
	} else if (fine) {
		fine = take_over(store, &scan, path, err);
	}
	td_buf_free(&bytes);
	return fine;
}

static bool open_all(td_store_t *store, td_err_t *err)
{
	if (!td_file_make_folder(store->folder, 0700, err) || !read_cursor(store, err) ||
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
				  "spool %s: the cursor is at %" PRIu64 " but the last event is "
				  "%" PRIu64 "; events were lost: move the spool away to begin a "
				  "new epoch, and feed the last files again",
				  store->folder, store->cursor, store->durable);
	return true;
}

td_store_t *td_store_open(const td_store_settings_t *settings, td_err_t *err)
{
	td_store_t *store = calloc(1, sizeof *store);
	if (store == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory for the spool");
		return NULL;
	}
	(void)snprintf(store->folder, sizeof store->folder, "%s", settings->folder);
	store->epoch = settings->epoch;
	store->segment_max = (uint64_t)settings->segment_bytes;
	store->total_max = (uint64_t)settings->total_bytes;
	store->group = td_buf_make(TD_STORE_GROUP_MAX + 2 * TD_RAW_EVENT_MAX);
	store->fd = -1;
	store->next = 1;
	if (open_all(store, err))
		return store;
	td_store_close(store);
	return NULL;
}

void td_store_close(td_store_t *store)
{
	if (store == NULL)
		return;
	if (store->fd >= 0)
		(void)close(store->fd); /* all that matters was fsynced */
	td_segment_list_free(&store->list);
	td_buf_free(&store->group);
	free(store);
}

uint64_t td_store_epoch(const td_store_t *store)
{
	return store->epoch;
}

uint64_t td_store_next(const td_store_t *store)
{
	return store->next;
}

uint64_t td_store_durable(const td_store_t *store)
{
	return store->durable;
}

uint64_t td_store_cursor(const td_store_t *store)
{
	return store->cursor;
}

uint64_t td_store_oldest(const td_store_t *store)
{
	return store->list.count == 0 ? store->next : store->list.items[0].first;
}

uint64_t td_store_bytes(const td_store_t *store)
{
	return td_segment_list_bytes(&store->list);
}

td_chain_t td_store_chain(const td_store_t *store)
{
	return store->chain;
}

const char *td_store_folder(const td_store_t *store)
{
	return store->folder;
}

bool td_store_full(const td_store_t *store)
{
	uint64_t wanted = td_store_bytes(store) + store->group.size + TD_SEGMENT_HEADER_SIZE +
			  td_segment_record_size(TD_RAW_EVENT_MAX);
	return wanted > store->total_max || store->list.count >= TD_STORE_SEGMENTS_MAX;
}

bool td_store_append(td_store_t *store, td_slice_t event, td_err_t *err)
{
	if (store->failed || event.size == 0 || event.size > TD_RAW_EVENT_MAX)
		return td_err_set(err, TD_EBUG, "spool %s: append of %zu bytes%s", store->folder,
				  event.size, store->failed ? " after a failure" : "");
	if (store->group.size == 0) {
		store->group_first = store->next;
		store->group_chain = store->chain;
	}
	td_segment_add_record(&store->group, event);
	if (store->group.failed) {
		store->failed = true;
		return td_err_set(err, TD_EMEMORY, "no memory for a group of events");
	}
	store->chain = td_chain_next(store->chain, event);
	store->next++;
	return store->group.size < TD_STORE_GROUP_MAX || td_store_sync(store, err);
}

static bool write_all(td_store_t *store, td_slice_t bytes, td_err_t *err)
{
	while (bytes.size > 0) {
		ssize_t written = write(store->fd, bytes.data, bytes.size);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return fail(store, "write", err);
		bytes.data += written;
		bytes.size -= (size_t)written;
	}
	return true;
}

/* A new last segment, with its header and its name durable. */
static bool make_segment(td_store_t *store, td_err_t *err)
{
	char path[PATH_MAX];
	path_of(store, store->group_first, path);
	if (!td_segment_list_add(&store->list, store->group_first, err))
		return false;
	store->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (store->fd < 0)
		return fail(store, "make a segment", err);
	td_fault("segment.roll");
	td_segment_header_t header = {store->epoch, store->group_first, store->group_chain};
	td_buf_t bytes = td_buf_make(TD_SEGMENT_HEADER_SIZE);
	td_segment_add_header(&bytes, &header);
	bool fine = write_all(store, td_buf_slice(&bytes), err);
	store->list.items[store->list.count - 1].size = bytes.size;
	td_buf_free(&bytes);
	return fine && td_file_sync_folder(store->folder, err);
}

static bool roll_if_long(td_store_t *store, td_err_t *err)
{
	if (store->fd >= 0 && store->list.items[store->list.count - 1].size >= store->segment_max) {
		if (close(store->fd) != 0)
			return fail(store, "close a segment", err);
		store->fd = -1;
	}
	return store->fd >= 0 || make_segment(store, err);
}

bool td_store_sync(td_store_t *store, td_err_t *err)
{
	if (store->failed)
		return td_err_set(err, TD_EIO, "spool %s failed before", store->folder);
	if (store->group.size == 0)
		return true;
	if (!roll_if_long(store, err) || !write_all(store, td_buf_slice(&store->group), err)) {
		store->failed = true;
		return false;
	}
	td_fault("spool.append");
	if (fdatasync(store->fd) != 0)
		return fail(store, "fsync", err);
	td_fault("spool.fsync");
	store->list.items[store->list.count - 1].size += store->group.size;
	td_buf_clear(&store->group);
	store->durable = store->next - 1;
	return true;
}

bool td_store_move_cursor(td_store_t *store, uint64_t sequence, td_err_t *err)
{
	if (sequence > store->durable)
		return td_err_set(err, TD_EBUG, "spool %s: cursor to %" PRIu64 " of %" PRIu64,
				  store->folder, sequence, store->durable);
	char path[PATH_MAX], text[24];
	cursor_path(store, path);
	(void)snprintf(text, sizeof text, "%" PRIu64 "\n", sequence);
	td_fault("cursor.move");
	if (!td_file_write_durable(path, td_slice_text(text), 0600, err))
		return false;
	store->cursor = sequence;
	return true;
}

/* The oldest segment, unless it is the last one or has something undelivered. */
static bool oldest_is_delivered(const td_store_t *store)
{
	return store->list.count > 1 && store->list.items[1].first <= store->cursor + 1;
}

bool td_store_prune(td_store_t *store, int64_t before_ms, unsigned *deleted, td_err_t *err)
{
	*deleted = 0;
	while (oldest_is_delivered(store)) {
		char path[PATH_MAX];
		struct stat known;
		path_of(store, store->list.items[0].first, path);
		if (stat(path, &known) != 0)
			return fail(store, "look at a segment", err);
		bool old = (int64_t)known.st_mtim.tv_sec * 1000 < before_ms;
		if (!old && !td_store_full(store))
			break;
		if (unlink(path) != 0)
			return fail(store, "delete a segment", err);
		td_segment_list_drop_first(&store->list);
		++*deleted;
	}
	return *deleted == 0 || td_file_sync_folder(store->folder, err);
}

uint64_t td_store_segment_of(const td_store_t *store, uint64_t sequence)
{
	return sequence >= store->next ? 0 : td_segment_list_find(&store->list, sequence);
}
