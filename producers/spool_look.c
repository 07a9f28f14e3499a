#include "producers/spool_look.h"

#include "common/file.h"
#include "producers/spool.h"
#include "producers/spool_identity.h"
#include "producers/spool_store_internal.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void path_in(const char *folder, const char *name, char path[PATH_MAX])
{
	(void)snprintf(path, PATH_MAX, "%.*s/%s", TD_SPOOL_PATH_MAX, folder, name);
}

static int64_t changed_ms(const char *path)
{
	struct stat known;
	return stat(path, &known) != 0
		       ? 0
		       : (int64_t)known.st_mtim.tv_sec * 1000 + known.st_mtim.tv_nsec / 1000000;
}

/* The process that holds the lock; 0: nobody. Only asks: to take it would disturb its owner. */
static long look_for_holder(const char *folder)
{
	char path[PATH_MAX];
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	path_in(folder, "lock", path);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	bool is_held = fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
	long holder = is_held ? td_spool_lock_holder(fd) : 0;
	(void)close(fd);
	return holder;
}

/* The last whole record now; its owner may be writing behind it. */
static bool look_at_last(const char *folder, const td_segment_list_t *list, uint64_t *last,
			 td_err_t *err)
{
	const td_segment_item_t *item = &list->items[list->count - 1];
	char path[PATH_MAX];
	td_spool_segment_path(folder, item->first, path);
	td_buf_t bytes = td_buf_make((size_t)item->size + 2 * TD_SPOOL_GROUP_MAX);
	td_segment_scan_t scan;
	bool fine = td_file_read(path, &bytes, err);
	*last = fine && td_segment_scan(td_buf_slice(&bytes), &scan) ? scan.next - 1
								     : item->first - 1;
	td_buf_free(&bytes);
	return fine;
}

static bool look_at_store(const char *folder, td_spool_view_t *view, td_err_t *err)
{
	td_segment_list_t list = {0};
	bool fine = td_spool_cursor_read(folder, &view->cursor, err) &&
		    td_segment_list_read(&list, folder, err);
	view->oldest = 1;
	view->bytes = list.bytes;
	if (fine && list.count > 0) {
		view->oldest = list.items[0].first;
		fine = look_at_last(folder, &list, &view->last, err);
	}
	td_segment_list_free(&list);
	return fine;
}

bool td_spool_look(const char *folder, td_spool_view_t *view, td_err_t *err)
{
	char path[PATH_MAX], store[PATH_MAX], name[24];
	bool exists;
	td_spool_identity_t identity;
	path_in(folder, "identity", path);
	if (!td_spool_identity_read(path, &exists, &identity, err))
		return false;
	if (!exists)
		return td_err_set(err, TD_ENOINPUT, "there is no spool in %s", folder);
	*view = (td_spool_view_t){.epoch = identity.epoch,
				  .holder = look_for_holder(folder),
				  .is_copy = identity.is_copy};
	memcpy(view->reporter, identity.reporter, sizeof view->reporter);
	memcpy(view->source, identity.source, sizeof view->source);
	(void)snprintf(name, sizeof name, "%" PRIu64, identity.epoch);
	path_in(folder, name, store);
	if (!look_at_store(store, view, err))
		return false;
	td_spool_cursor_path(store, path);
	view->delivered_ms = changed_ms(path);
	return true;
}
