#include "aggregator/audit/keep.h"

#include "aggregator/audit/disk.h"
#include "aggregator/head.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct td_keep {
	char *path;
	bool stay;
	size_t memory_max;
	td_hashes_t *hashes;
	bool known; /* whether there is a head */
	td_head_t head;
	td_disk_t *disk; /* what is not in memory; NULL until something is on disk */
};

static bool no_memory(td_err_t *err)
{
	return td_err_set(err, TD_EMEMORY, "no memory for the tallies of a shard");
}

static bool begin_disk(td_keep_t *keep, td_err_t *err)
{
	if (keep->disk == NULL)
		keep->disk = td_disk_open(keep->path, err);
	return keep->disk != NULL;
}

/* What an earlier replay left, if it is wanted. */
static bool find_earlier(td_keep_t *keep, td_err_t *err)
{
	td_slice_t packed;
	if (!keep->stay) {
		if (unlink(keep->path) != 0 && errno != ENOENT)
			return td_err_set(err, TD_EIO, "%s cannot be replaced: %s", keep->path,
					  strerror(errno));
		return true;
	}
	if (access(keep->path, F_OK) != 0)
		return true;
	if (!begin_disk(keep, err) || !td_disk_head(keep->disk, &packed, err))
		return false;
	if (packed.size > 0 && !td_head_unpack(packed, &keep->head, err))
		return td_err_prefix(err, "%s", keep->path);
	keep->known = packed.size > 0;
	return true;
}

td_keep_t *td_keep_new(const td_keep_settings_t *settings, td_err_t *err)
{
	td_keep_t *keep = calloc(1, sizeof *keep);
	if (keep == NULL) {
		(void)no_memory(err);
		return NULL;
	}
	keep->stay = settings->stay;
	keep->memory_max = settings->memory_max;
	keep->hashes = td_hashes_new();
	keep->path = strdup(settings->path);
	bool made = keep->hashes != NULL && keep->path != NULL;
	if (!made)
		(void)no_memory(err);
	if (made && find_earlier(keep, err))
		return keep;
	keep->stay = true; /* nothing of it is ours yet */
	td_keep_free(keep);
	return NULL;
}

void td_keep_free(td_keep_t *keep)
{
	if (keep == NULL)
		return;
	if (keep->disk != NULL && !keep->stay)
		(void)unlink(keep->path);
	td_disk_free(keep->disk);
	td_hashes_free(keep->hashes);
	free(keep->path);
	free(keep);
}

bool td_keep_head(const td_keep_t *keep, td_head_t *head)
{
	if (keep->known)
		*head = keep->head;
	return keep->known;
}

bool td_keep_get(td_keep_t *keep, td_slice_t key, td_slice_t field, td_slice_t *value,
		 td_err_t *err)
{
	return td_hashes_get(keep->hashes, key, field, value) || keep->disk == NULL ||
	       td_disk_get(keep->disk, key, field, value, err);
}

bool td_keep_read(td_keep_t *keep, td_entries_t entries, td_err_t *err)
{
	for (size_t i = 0; i < entries.count; i++) {
		td_entry_t *entry = &entries.items[i];
		if (!td_keep_get(keep, entry->key, entry->field, &entry->value, err))
			return false;
	}
	return true;
}

static bool forget_field(void *context, const td_hashes_item_t *item)
{
	return td_hashes_put(context, item->key, item->field, (td_slice_t){NULL, 0});
}

static bool forget_key(td_keep_t *keep, td_slice_t key, td_err_t *err)
{
	if (!td_hashes_walk_key(keep->hashes, key, forget_field, keep->hashes))
		return no_memory(err);
	if (keep->disk == NULL ||
	    td_disk_walk_key(keep->disk, key, forget_field, keep->hashes, err))
		return true;
	return err->code == TD_OK ? no_memory(err) : false;
}

bool td_keep_write(td_keep_t *keep, const td_batch_t *batch, td_err_t *err)
{
	td_entries_t writes = td_batch_writes(batch);
	size_t count;
	const td_slice_t *deletes = td_batch_deletes(batch, &count);
	for (size_t i = 0; i < writes.count; i++) {
		const td_entry_t *entry = &writes.items[i];
		if (!td_hashes_put(keep->hashes, entry->key, entry->field, entry->value))
			return no_memory(err);
	}
	for (size_t i = 0; i < count; i++) {
		if (!forget_key(keep, deletes[i], err))
			return false;
	}
	keep->head = *td_batch_head(batch);
	keep->known = true;
	if (keep->disk != NULL)
		td_disk_rest(keep->disk);
	return td_hashes_bytes(keep->hashes) <= keep->memory_max || td_keep_save(keep, err);
}

bool td_keep_save(td_keep_t *keep, td_err_t *err)
{
	uint8_t packed[TD_HEAD_PACKED_MAX];
	if (!keep->known)
		return true;
	if (!begin_disk(keep, err) ||
	    !td_disk_save(keep->disk, keep->hashes,
			  (td_slice_t){packed, td_head_pack(&keep->head, packed)}, err))
		return false;
	td_hashes_clear(keep->hashes);
	return true;
}

/* A walk that leaves deleted fields out. */
typedef struct walking {
	td_hashes_fn *each;
	void *context;
	bool ended;
} walking_t;

static bool walk_item(void *context, const td_hashes_item_t *item)
{
	walking_t *walking = context;
	walking->ended = item->value.size > 0 && !walking->each(walking->context, item);
	return !walking->ended;
}

bool td_keep_walk(td_keep_t *keep, td_hashes_fn *each, void *context, td_err_t *err)
{
	walking_t walking = {.each = each, .context = context};
	*err = (td_err_t){0};
	if (keep->disk != NULL)
		return td_keep_save(keep, err) && td_disk_walk(keep->disk, each, context, err);
	bool done = td_hashes_walk(keep->hashes, walk_item, &walking);
	return done || (!walking.ended && no_memory(err));
}

/* A walk over the disk that leaves out what memory knows better. */
typedef struct below {
	const td_keep_t *keep;
	walking_t *walking;
} below_t;

static bool walk_below(void *context, const td_hashes_item_t *item)
{
	const below_t *below = context;
	td_slice_t value;
	return td_hashes_get(below->keep->hashes, item->key, item->field, &value) ||
	       walk_item(below->walking, item);
}

bool td_keep_walk_key(td_keep_t *keep, td_slice_t key, td_hashes_fn *each, void *context,
		      td_err_t *err)
{
	walking_t walking = {.each = each, .context = context};
	below_t below = {keep, &walking};
	*err = (td_err_t){0};
	return td_hashes_walk_key(keep->hashes, key, walk_item, &walking) &&
	       (keep->disk == NULL || td_disk_walk_key(keep->disk, key, walk_below, &below, err));
}

size_t td_keep_bytes(const td_keep_t *keep)
{
	return td_hashes_bytes(keep->hashes) + (keep->disk != NULL ? td_disk_bytes(keep->disk) : 0);
}
