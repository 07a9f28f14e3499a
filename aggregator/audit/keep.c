#include "aggregator/audit/keep.h"

#include "aggregator/head.h"
#include "aggregator/layout.h"

#include <errno.h>
#include <inttypes.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { NAME_MAX_BYTES = TD_KEY_MAX + TD_FIELD_MAX };

/* Address space, not memory: no shard's records come near it. */
static const size_t MAP_SIZE = (size_t)64 << 30;
static char head_name[] = "\1head"; /* below every key */

struct td_keep {
	char *path;
	bool stay;
	size_t memory_max;
	td_hashes_t *hashes;
	bool known; /* whether there is a head */
	td_head_t head;
	MDB_env *env; /* NULL until something is on disk */
	MDB_dbi dbi;
	MDB_txn *reading; /* what was read lives in it */
};

static bool failed(const td_keep_t *keep, const char *doing, int status, td_err_t *err)
{
	td_code_t code =
		status == MDB_INVALID || status == MDB_VERSION_MISMATCH || status == MDB_CORRUPTED
			? TD_EDATA
			: TD_EIO;
	return td_err_set(err, code, "%s: %s: %s", keep->path, doing, mdb_strerror(status));
}

static bool no_memory(td_err_t *err)
{
	return td_err_set(err, TD_EMEMORY, "no memory for the tallies of a shard");
}

static void stop_reading(td_keep_t *keep)
{
	if (keep->reading != NULL)
		mdb_txn_abort(keep->reading);
	keep->reading = NULL;
}

static int open_env(td_keep_t *keep)
{
	MDB_txn *txn = NULL;
	int status = mdb_env_create(&keep->env);
	if (status == 0)
		status = mdb_env_set_mapsize(keep->env, MAP_SIZE);
	if (status == 0)
		status = mdb_env_open(keep->env, keep->path,
				      MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOTLS | MDB_NORDAHEAD, 0600);
	if (status == 0)
		status = mdb_txn_begin(keep->env, NULL, 0, &txn);
	if (status == 0)
		status = mdb_dbi_open(txn, NULL, 0, &keep->dbi);
	if (status == 0)
		return mdb_txn_commit(txn);
	if (txn != NULL)
		mdb_txn_abort(txn);
	return status;
}

static bool begin_disk(td_keep_t *keep, td_err_t *err)
{
	int status = keep->env == NULL ? open_env(keep) : 0;
	if (status == 0)
		return true;
	mdb_env_close(keep->env);
	keep->env = NULL;
	return failed(keep, "opening", status, err);
}

/* A transaction to read in, kept until something is written. */
static bool begin_reading(td_keep_t *keep, td_err_t *err)
{
	int status = keep->reading != NULL
			     ? 0
			     : mdb_txn_begin(keep->env, NULL, MDB_RDONLY, &keep->reading);
	return status == 0 || failed(keep, "reading", status, err);
}

/* What is on disk under a name; size 0: nothing. */
static bool look_up(td_keep_t *keep, td_slice_t name, td_slice_t *value, td_err_t *err)
{
	MDB_val key = {name.size, (void *)name.data}, found;
	if (!begin_reading(keep, err))
		return false;
	int status = mdb_get(keep->reading, keep->dbi, &key, &found);
	*value = status == 0 ? (td_slice_t){found.mv_data, found.mv_size} : (td_slice_t){NULL, 0};
	return status == 0 || status == MDB_NOTFOUND || failed(keep, "reading", status, err);
}

/* A field's name on disk: key, zero byte, field. */
static td_slice_t name_of(td_slice_t key, td_slice_t field, uint8_t name[NAME_MAX_BYTES])
{
	if (key.size + 1 + field.size > NAME_MAX_BYTES)
		return (td_slice_t){name, 0};
	memcpy(name, key.data, key.size);
	name[key.size] = '\0';
	if (field.size > 0)
		memcpy(name + key.size + 1, field.data, field.size);
	return (td_slice_t){name, key.size + 1 + field.size};
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
	if (!begin_disk(keep, err) || !look_up(keep, td_slice_text(head_name), &packed, err))
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
	stop_reading(keep);
	if (keep->env != NULL) {
		mdb_env_close(keep->env);
		if (!keep->stay)
			(void)unlink(keep->path);
	}
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
	uint8_t name[NAME_MAX_BYTES];
	if (td_hashes_get(keep->hashes, key, field, value) || keep->env == NULL)
		return true;
	return look_up(keep, name_of(key, field, name), value, err);
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

/* Each field that lies on disk below `key`; false when `each` ended it or reading failed. */
static bool walk_disk_key(td_keep_t *keep, td_slice_t key, td_hashes_fn *each, void *context,
			  td_err_t *err)
{
	uint8_t begin[NAME_MAX_BYTES];
	td_slice_t name = name_of(key, (td_slice_t){NULL, 0}, begin);
	MDB_cursor *cursor = NULL;
	MDB_val at = {name.size, (void *)name.data}, value;
	bool going = begin_reading(keep, err);
	int status = going ? mdb_cursor_open(keep->reading, keep->dbi, &cursor) : 0;
	if (going && status == 0)
		status = mdb_cursor_get(cursor, &at, &value, MDB_SET_RANGE);
	while (going && status == 0 && at.mv_size >= name.size &&
	       memcmp(at.mv_data, name.data, name.size) == 0) {
		const td_hashes_item_t item = {
			key,
			{(uint8_t *)at.mv_data + name.size, at.mv_size - name.size},
			{value.mv_data, value.mv_size}};
		going = each(context, &item);
		status = mdb_cursor_get(cursor, &at, &value, MDB_NEXT);
	}
	if (cursor != NULL)
		mdb_cursor_close(cursor);
	return status == 0 || status == MDB_NOTFOUND ? going : failed(keep, "reading", status, err);
}

static bool forget_field(void *context, const td_hashes_item_t *item)
{
	return td_hashes_put(context, item->key, item->field, (td_slice_t){NULL, 0});
}

static bool forget_key(td_keep_t *keep, td_slice_t key, td_err_t *err)
{
	if (!td_hashes_walk_key(keep->hashes, key, forget_field, keep->hashes))
		return no_memory(err);
	*err = (td_err_t){0};
	if (keep->env == NULL || walk_disk_key(keep, key, forget_field, keep->hashes, err))
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
	stop_reading(keep);
	return td_hashes_bytes(keep->hashes) <= keep->memory_max || td_keep_save(keep, err);
}

/* A write to disk under way. */
typedef struct saving {
	td_keep_t *keep;
	MDB_txn *txn;
	int status;
} saving_t;

static int save(saving_t *saving, td_slice_t name, td_slice_t value)
{
	MDB_val key = {name.size, (void *)name.data}, data = {value.size, (void *)value.data};
	if (value.size > 0)
		return mdb_put(saving->txn, saving->keep->dbi, &key, &data, 0);
	int status = mdb_del(saving->txn, saving->keep->dbi, &key, NULL);
	return status == MDB_NOTFOUND ? 0 : status;
}

static bool save_field(void *context, const td_hashes_item_t *item)
{
	saving_t *saving = context;
	uint8_t name[NAME_MAX_BYTES];
	saving->status = save(saving, name_of(item->key, item->field, name), item->value);
	return saving->status == 0;
}

bool td_keep_save(td_keep_t *keep, td_err_t *err)
{
	uint8_t packed[TD_HEAD_PACKED_MAX];
	saving_t saving = {.keep = keep};
	stop_reading(keep);
	if (!keep->known)
		return true;
	if (!begin_disk(keep, err))
		return false;
	saving.status = mdb_txn_begin(keep->env, NULL, 0, &saving.txn);
	if (saving.status == 0 && !td_hashes_walk(keep->hashes, save_field, &saving) &&
	    saving.status == 0)
		saving.status = ENOMEM;
	if (saving.status == 0)
		saving.status = save(&saving, td_slice_text(head_name),
				     (td_slice_t){packed, td_head_pack(&keep->head, packed)});
	if (saving.status == 0)
		saving.status = mdb_txn_commit(saving.txn);
	else if (saving.txn != NULL)
		mdb_txn_abort(saving.txn);
	if (saving.status != 0)
		return failed(keep, "writing", saving.status, err);
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

static bool walk_disk(td_keep_t *keep, walking_t *walking, td_err_t *err)
{
	MDB_cursor *cursor = NULL;
	MDB_val at, value;
	if (!begin_reading(keep, err))
		return false;
	int status = mdb_cursor_open(keep->reading, keep->dbi, &cursor);
	if (status == 0)
		status = mdb_cursor_get(cursor, &at, &value, MDB_FIRST);
	while (status == 0 && !walking->ended) {
		const uint8_t *name = at.mv_data;
		const uint8_t *end = memchr(name, '\0', at.mv_size);
		if (end != NULL) {
			size_t size = (size_t)(end - name);
			const td_hashes_item_t item = {{name, size},
						       {end + 1, at.mv_size - size - 1},
						       {value.mv_data, value.mv_size}};
			(void)walk_item(walking, &item);
		}
		status = mdb_cursor_get(cursor, &at, &value, MDB_NEXT);
	}
	if (cursor != NULL)
		mdb_cursor_close(cursor);
	if (status != 0 && status != MDB_NOTFOUND)
		return failed(keep, "reading", status, err);
	return !walking->ended;
}

bool td_keep_walk(td_keep_t *keep, td_hashes_fn *each, void *context, td_err_t *err)
{
	walking_t walking = {.each = each, .context = context};
	*err = (td_err_t){0};
	if (keep->env != NULL)
		return td_keep_save(keep, err) && walk_disk(keep, &walking, err);
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
	       (keep->env == NULL || walk_disk_key(keep, key, walk_below, &below, err));
}

size_t td_keep_bytes(const td_keep_t *keep)
{
	MDB_envinfo info;
	size_t bytes = td_hashes_bytes(keep->hashes);
	if (keep->env != NULL && mdb_env_info(keep->env, &info) == 0)
		bytes += (info.me_last_pgno + 1) * (size_t)sysconf(_SC_PAGESIZE);
	return bytes;
}
