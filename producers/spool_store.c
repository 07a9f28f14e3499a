#include "producers/spool_store.h"

#include "common/fault.h"
#include "common/file.h"
#include "producers/spool_store_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

bool td_spool_store_fail(td_spool_store_t *store, const char *what, td_err_t *err)
{
	store->failed = true;
	return td_err_set(err, TD_EIO, "spool %s: cannot %s: %s; check the disk and start again",
			  store->folder, what, strerror(errno));
}

void td_spool_segment_path(const char *folder, uint64_t first, char path[PATH_MAX])
{
	char name[TD_SEGMENT_NAME_SIZE];
	td_segment_name(first, name);
	(void)snprintf(path, PATH_MAX, "%.*s/%s", TD_SPOOL_PATH_MAX, folder, name);
}

static bool settings_fit(const td_spool_store_settings_t *settings, td_err_t *err)
{
	if (strlen(settings->folder) > TD_SPOOL_PATH_MAX)
		return td_err_set(err, TD_ECONFIG, "spool %.100s...: the path is too long",
				  settings->folder);
	/* Else the last segment alone could fill the store, and nothing could ever be deleted. */
	if (settings->segment_bytes < TD_RAW_EVENT_MAX ||
	    settings->total_bytes / 4 < settings->segment_bytes)
		return td_err_set(err, TD_ECONFIG,
				  "the size of the spool, %" PRId64 " bytes, must be at least four "
				  "times that of its segments, %" PRId64 ", and that 64 KiB",
				  settings->total_bytes, settings->segment_bytes);
	return true;
}

td_spool_store_t *td_spool_store_open(const td_spool_store_settings_t *settings, td_err_t *err)
{
	if (!settings_fit(settings, err))
		return NULL;
	td_spool_store_t *store = calloc(1, sizeof *store);
	if (store == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory for the spool");
		return NULL;
	}
	(void)snprintf(store->folder, sizeof store->folder, "%s", settings->folder);
	store->epoch = settings->epoch;
	store->segment_max = (uint64_t)settings->segment_bytes;
	store->total_max = (uint64_t)settings->total_bytes;
	store->group_due =
		store->segment_max < TD_SPOOL_GROUP_MAX ? store->segment_max : TD_SPOOL_GROUP_MAX;
	store->group = td_buf_make(TD_SPOOL_GROUP_MAX + 2 * TD_RAW_EVENT_MAX);
	store->fd = -1;
	store->next = 1;
	if (td_spool_store_find(store, err))
		return store;
	td_spool_store_close(store);
	return NULL;
}

void td_spool_store_close(td_spool_store_t *store)
{
	if (store == NULL)
		return;
	if (store->fd >= 0)
		(void)close(store->fd); /* all that matters was fsynced */
	td_segment_list_free(&store->list);
	td_buf_free(&store->group);
	free(store);
}

uint64_t td_spool_store_epoch(const td_spool_store_t *store)
{
	return store->epoch;
}

uint64_t td_spool_store_next(const td_spool_store_t *store)
{
	return store->next;
}

uint64_t td_spool_store_durable(const td_spool_store_t *store)
{
	return store->durable;
}

uint64_t td_spool_store_cursor(const td_spool_store_t *store)
{
	return store->cursor;
}

uint64_t td_spool_store_oldest(const td_spool_store_t *store)
{
	return store->list.count == 0 ? store->next : store->list.items[0].first;
}

uint64_t td_spool_store_bytes(const td_spool_store_t *store)
{
	return store->list.bytes;
}

td_chain_t td_spool_store_chain(const td_spool_store_t *store)
{
	return store->chain;
}

const char *td_spool_store_folder(const td_spool_store_t *store)
{
	return store->folder;
}

bool td_spool_store_full(const td_spool_store_t *store)
{
	uint64_t wanted = store->list.bytes + store->group.size + TD_SEGMENT_HEADER_SIZE +
			  td_segment_record_size(TD_RAW_EVENT_MAX);
	return wanted > store->total_max || store->list.count >= TD_SPOOL_SEGMENTS_MAX;
}

bool td_spool_store_due(const td_spool_store_t *store)
{
	return store->group.size >= store->group_due;
}

bool td_spool_store_append(td_spool_store_t *store, td_slice_t event, td_err_t *err)
{
	if (store->failed || event.size == 0 || event.size > TD_RAW_EVENT_MAX)
		return td_err_set(err, TD_EBUG, "spool %s: append of %zu bytes%s", store->folder,
				  event.size, store->failed ? " after a failure" : "");
	bool begins_group = store->group.size == 0;
	if (begins_group) {
		store->group_first = store->next;
		store->group_chain = store->chain;
	}
	td_segment_add_record(&store->group, event, begins_group);
	if (store->group.failed) {
		store->failed = true;
		return td_err_set(err, TD_EMEMORY, "no memory for a group of events");
	}
	store->chain = td_chain_next(store->chain, event);
	store->next++;
	return true;
}

static bool write_all(int fd, td_slice_t bytes)
{
	while (bytes.size > 0) {
		ssize_t written = write(fd, bytes.data, bytes.size);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		bytes.data += written;
		bytes.size -= (size_t)written;
	}
	return true;
}

static bool no_room(const td_spool_store_t *store, td_err_t *err)
{
	return td_err_set(err, TD_EUNAVAILABLE,
			  "spool %s: cannot write: %s; make room, it goes on by itself",
			  store->folder, strerror(errno));
}

/* The header is durable, with the file's name, before a group follows. */
static bool write_header(td_spool_store_t *store, int fd)
{
	td_segment_header_t header = {store->epoch, store->group_first, store->group_chain};
	td_buf_t bytes = td_buf_make(TD_SEGMENT_HEADER_SIZE);
	td_segment_add_header(&bytes, &header);
	if (bytes.failed)
		errno = ENOMEM;
	bool fine = !bytes.failed && write_all(fd, td_buf_slice(&bytes)) && fdatasync(fd) == 0;
	td_buf_free(&bytes);
	return fine;
}

/* A new last segment, of which the list knows once it is whole. */
static bool make_segment(td_spool_store_t *store, td_err_t *err)
{
	char path[PATH_MAX];
	td_spool_segment_path(store->folder, store->group_first, path);
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return td_file_lacks_room(errno)
			       ? no_room(store, err)
			       : td_spool_store_fail(store, "make a segment", err);
	td_fault("spool.roll");
	if (!write_header(store, fd)) {
		bool later = td_file_lacks_room(errno);
		(void)no_room(store, err);
		(void)close(fd); /* nothing in it counts */
		return unlink(path) == 0 && later
			       ? false
			       : td_spool_store_fail(store, "begin a segment", err);
	}
	store->fd = fd;
	if (!td_file_sync_folder(store->folder, err) ||
	    !td_segment_list_add(&store->list, store->group_first, err)) {
		store->failed = true;
		return false;
	}
	td_segment_list_resize_last(&store->list, TD_SEGMENT_HEADER_SIZE);
	return true;
}

static uint64_t last_size(const td_spool_store_t *store)
{
	return store->list.items[store->list.count - 1].size;
}

static bool roll_if_long(td_spool_store_t *store, td_err_t *err)
{
	if (store->fd >= 0 && last_size(store) >= store->segment_max) {
		if (close(store->fd) != 0)
			return td_spool_store_fail(store, "close a segment", err);
		store->fd = -1;
	}
	return store->fd >= 0 || make_segment(store, err);
}

static bool write_group(td_spool_store_t *store, td_err_t *err)
{
	if (write_all(store->fd, td_buf_slice(&store->group)))
		return true;
	if (!td_file_lacks_room(errno))
		return td_spool_store_fail(store, "write", err);
	(void)no_room(store, err);
	if (ftruncate(store->fd, (off_t)last_size(store)) != 0)
		return td_spool_store_fail(store, "take back half a group", err);
	return false;
}

bool td_spool_store_sync(td_spool_store_t *store, td_err_t *err)
{
	if (store->failed)
		return td_err_set(err, TD_EIO, "spool %s failed before", store->folder);
	if (store->group.size == 0)
		return true;
	if (!roll_if_long(store, err) || !write_group(store, err))
		return false;
	td_fault("spool.append");
	if (fdatasync(store->fd) != 0)
		return td_spool_store_fail(store, "fsync", err);
	td_fault("spool.fsync");
	td_segment_list_resize_last(&store->list, last_size(store) + store->group.size);
	td_buf_clear(&store->group);
	store->durable = store->next - 1;
	return true;
}

bool td_spool_store_move_cursor(td_spool_store_t *store, uint64_t sequence, td_err_t *err)
{
	if (sequence > store->durable)
		return td_err_set(err, TD_EBUG, "spool %s: cursor to %" PRIu64 " of %" PRIu64,
				  store->folder, sequence, store->durable);
	char path[PATH_MAX], text[24];
	td_spool_cursor_path(store->folder, path);
	(void)snprintf(text, sizeof text, "%" PRIu64 "\n", sequence);
	td_fault("spool.cursor");
	if (!td_file_write_durable(path, td_slice_text(text), 0600, err))
		return false;
	store->cursor = sequence;
	return true;
}

/* The oldest segment, unless it is the last one or has something undelivered. */
static bool oldest_is_delivered(const td_spool_store_t *store)
{
	return store->list.count > 1 && store->list.items[1].first <= store->cursor + 1;
}

bool td_spool_store_prune(td_spool_store_t *store, int64_t before_ms, unsigned *deleted,
			  td_err_t *err)
{
	*deleted = 0;
	while (oldest_is_delivered(store)) {
		char path[PATH_MAX];
		struct stat known;
		td_spool_segment_path(store->folder, store->list.items[0].first, path);
		if (stat(path, &known) != 0)
			return td_spool_store_fail(store, "look at a segment", err);
		bool old = (int64_t)known.st_mtim.tv_sec * 1000 < before_ms;
		if (!old && !td_spool_store_full(store))
			break;
		if (unlink(path) != 0)
			return td_spool_store_fail(store, "delete a segment", err);
		td_segment_list_drop_first(&store->list);
		++*deleted;
	}
	return *deleted == 0 || td_file_sync_folder(store->folder, err);
}

uint64_t td_spool_store_segment_of(const td_spool_store_t *store, uint64_t sequence)
{
	return sequence >= store->next ? 0 : td_segment_list_find(&store->list, sequence);
}
