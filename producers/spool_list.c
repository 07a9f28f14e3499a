#include "producers/spool_list.h"

#include "common/room.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { ITEMS_MAX = 1000000 };

bool td_segment_list_add(td_segment_list_t *list, uint64_t first, td_err_t *err)
{
	if (list->count == ITEMS_MAX ||
	    !td_room(&list->items, sizeof *list->items, list->count, &list->room))
		return td_err_set(err, TD_EMEMORY, "no memory for %zu segments", list->count + 1);
	list->items[list->count++] = (td_segment_item_t){first, 0};
	return true;
}

void td_segment_list_drop_first(td_segment_list_t *list)
{
	list->bytes -= list->items[0].size;
	list->count--;
	memmove(list->items, list->items + 1, list->count * sizeof *list->items);
}

void td_segment_list_drop_last(td_segment_list_t *list)
{
	list->bytes -= list->items[--list->count].size;
}

void td_segment_list_resize_last(td_segment_list_t *list, uint64_t size)
{
	td_segment_item_t *last = &list->items[list->count - 1];
	list->bytes += size - last->size;
	last->size = size;
}

uint64_t td_segment_list_find(const td_segment_list_t *list, uint64_t sequence)
{
	size_t low = 0, high = list->count; /* the answer lies before high */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (list->items[middle].first <= sequence)
			low = middle + 1;
		else
			high = middle;
	}
	return low == 0 ? 0 : list->items[low - 1].first;
}

void td_segment_list_free(td_segment_list_t *list)
{
	free(list->items);
	*list = (td_segment_list_t){0};
}

static int by_first(const void *a, const void *b)
{
	const td_segment_item_t *left = a, *right = b;
	return (left->first > right->first) - (left->first < right->first);
}

static bool add_entry(td_segment_list_t *list, DIR *folder, const char *name, td_err_t *err)
{
	uint64_t first;
	if (!td_segment_name_read(name, &first))
		return true;
	struct stat known;
	if (fstatat(dirfd(folder), name, &known, AT_SYMLINK_NOFOLLOW) != 0)
		return td_err_set(err, TD_EIO, "cannot look at segment %s: %s", name,
				  strerror(errno));
	if (!td_segment_list_add(list, first, err))
		return false;
	td_segment_list_resize_last(list, (uint64_t)known.st_size);
	return true;
}

bool td_segment_list_read(td_segment_list_t *list, const char *folder, td_err_t *err)
{
	DIR *directory = opendir(folder);
	if (directory == NULL)
		return td_err_set(err, TD_EIO, "cannot list %s: %s", folder, strerror(errno));
	bool fine = true;
	struct dirent *entry;
	while (fine && (errno = 0, entry = readdir(directory)) != NULL)
		fine = add_entry(list, directory, entry->d_name, err);
	if (fine && errno != 0)
		fine = td_err_set(err, TD_EIO, "cannot list %s: %s", folder, strerror(errno));
	(void)closedir(directory); /* only read from */
	if (list->count > 0)
		qsort(list->items, list->count, sizeof *list->items, by_first);
	return fine;
}
