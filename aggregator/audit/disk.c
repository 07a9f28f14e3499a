#include "aggregator/audit/disk.h"

#include "aggregator/layout.h"

#include <errno.h>
#include <lmdb.h>
#include <stdlib.h>
#include <unistd.h>

enum { NAME_MAX_BYTES = TD_KEY_MAX + TD_FIELD_MAX };

/* Address space, not memory: no shard's records come near it. */
static const size_t MAP_SIZE = (size_t)64 << 30;
static char head_name[] = "\1head"; /* below every key */

struct td_disk {
	char *path;
	MDB_env *env;
	MDB_dbi dbi;
	MDB_txn *reading; /* what was read lives in it; NULL: nothing was */
};

static bool failed(const td_disk_t *disk, const char *doing, int status, td_err_t *err)
{
	td_code_t code =
		status == MDB_INVALID || status == MDB_VERSION_MISMATCH || status == MDB_CORRUPTED
			? TD_EDATA
			: TD_EIO;
	return td_err_set(err, code, "%s: %s: %s", disk->path, doing, mdb_strerror(status));
}

static int open_env(td_disk_t *disk)
{
	MDB_txn *txn = NULL;
	int status = mdb_env_create(&disk->env);
	if (status == 0)
		status = mdb_env_set_mapsize(disk->env, MAP_SIZE);
	if (status == 0)
		status = mdb_env_open(disk->env, disk->path,
				      MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOTLS | MDB_NORDAHEAD, 0600);
	if (status == 0)
		status = mdb_txn_begin(disk->env, NULL, 0, &txn);
	if (status == 0)
		status = mdb_dbi_open(txn, NULL, 0, &disk->dbi);
	if (status == 0)
		return mdb_txn_commit(txn);
	if (txn != NULL)
		mdb_txn_abort(txn);
	return status;
}

td_disk_t *td_disk_open(const char *path, td_err_t *err)
{
	td_disk_t *disk = calloc(1, sizeof *disk);
	if (disk != NULL)
		disk->path = strdup(path);
	if (disk == NULL || disk->path == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory for %s", path);
		td_disk_free(disk);
		return NULL;
	}
	int status = open_env(disk);
	if (status == 0)
		return disk;
	(void)failed(disk, "opening", status, err);
	td_disk_free(disk);
	return NULL;
}

void td_disk_rest(td_disk_t *disk)
{
	if (disk->reading != NULL)
		mdb_txn_abort(disk->reading);
	disk->reading = NULL;
}

void td_disk_free(td_disk_t *disk)
{
	if (disk == NULL)
		return;
	td_disk_rest(disk);
	if (disk->env != NULL)
		mdb_env_close(disk->env);
	free(disk->path);
	free(disk);
}

static bool begin_reading(td_disk_t *disk, td_err_t *err)
{
	int status = disk->reading != NULL
			     ? 0
			     : mdb_txn_begin(disk->env, NULL, MDB_RDONLY, &disk->reading);
	return status == 0 || failed(disk, "reading", status, err);
}

static bool look_up(td_disk_t *disk, td_slice_t name, td_slice_t *value, td_err_t *err)
{
	MDB_val key = {name.size, (void *)name.data}, found;
	if (!begin_reading(disk, err))
		return false;
	int status = mdb_get(disk->reading, disk->dbi, &key, &found);
	*value = status == 0 ? (td_slice_t){found.mv_data, found.mv_size} : (td_slice_t){NULL, 0};
	return status == 0 || status == MDB_NOTFOUND || failed(disk, "reading", status, err);
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

bool td_disk_get(td_disk_t *disk, td_slice_t key, td_slice_t field, td_slice_t *value,
		 td_err_t *err)
{
	uint8_t name[NAME_MAX_BYTES];
	return look_up(disk, name_of(key, field, name), value, err);
}

bool td_disk_head(td_disk_t *disk, td_slice_t *head, td_err_t *err)
{
	return look_up(disk, td_slice_text(head_name), head, err);
}

/* A save under way. */
typedef struct saving {
	td_disk_t *disk;
	MDB_txn *txn;
	int status;
} saving_t;

static int put(saving_t *saving, td_slice_t name, td_slice_t value)
{
	MDB_val key = {name.size, (void *)name.data}, data = {value.size, (void *)value.data};
	if (value.size > 0)
		return mdb_put(saving->txn, saving->disk->dbi, &key, &data, 0);
	int status = mdb_del(saving->txn, saving->disk->dbi, &key, NULL);
	return status == MDB_NOTFOUND ? 0 : status;
}

static bool put_field(void *context, const td_hashes_item_t *item)
{
	saving_t *saving = context;
	uint8_t name[NAME_MAX_BYTES];
	saving->status = put(saving, name_of(item->key, item->field, name), item->value);
	return saving->status == 0;
}

bool td_disk_save(td_disk_t *disk, td_hashes_t *hashes, td_slice_t head, td_err_t *err)
{
	saving_t saving = {.disk = disk};
	td_disk_rest(disk);
	saving.status = mdb_txn_begin(disk->env, NULL, 0, &saving.txn);
	if (saving.status == 0 && !td_hashes_walk(hashes, put_field, &saving) && saving.status == 0)
		saving.status = ENOMEM;
	if (saving.status == 0)
		saving.status = put(&saving, td_slice_text(head_name), head);
	if (saving.status == 0)
		saving.status = mdb_txn_commit(saving.txn);
	else if (saving.txn != NULL)
		mdb_txn_abort(saving.txn);
	return saving.status == 0 || failed(disk, "writing", saving.status, err);
}

/* Gives each field whose name begins so, from there on. */
static bool walk_from(td_disk_t *disk, td_slice_t begin, td_hashes_fn *each, void *context,
		      td_err_t *err)
{
	MDB_cursor *cursor = NULL;
	MDB_val at = {begin.size, (void *)begin.data}, value;
	bool going = begin_reading(disk, err);
	int status = going ? mdb_cursor_open(disk->reading, disk->dbi, &cursor) : 0;
	if (going && status == 0)
		status = mdb_cursor_get(cursor, &at, &value,
					begin.size > 0 ? MDB_SET_RANGE : MDB_FIRST);
	while (going && status == 0 && at.mv_size >= begin.size &&
	       (begin.size == 0 || memcmp(at.mv_data, begin.data, begin.size) == 0)) {
		const uint8_t *name = at.mv_data, *end = memchr(name, '\0', at.mv_size);
		size_t size = end != NULL ? (size_t)(end - name) : 0;
		const td_hashes_item_t item = {
			{name, size},
			{name + size + 1, end != NULL ? at.mv_size - size - 1 : 0},
			{value.mv_data, value.mv_size}};
		going = end == NULL || each(context, &item); /* the head has no field */
		status = mdb_cursor_get(cursor, &at, &value, MDB_NEXT);
	}
	if (cursor != NULL)
		mdb_cursor_close(cursor);
	return status == 0 || status == MDB_NOTFOUND ? going : failed(disk, "reading", status, err);
}

bool td_disk_walk(td_disk_t *disk, td_hashes_fn *each, void *context, td_err_t *err)
{
	*err = (td_err_t){0};
	return walk_from(disk, (td_slice_t){NULL, 0}, each, context, err);
}

bool td_disk_walk_key(td_disk_t *disk, td_slice_t key, td_hashes_fn *each, void *context,
		      td_err_t *err)
{
	uint8_t begin[NAME_MAX_BYTES];
	*err = (td_err_t){0};
	return walk_from(disk, name_of(key, (td_slice_t){NULL, 0}, begin), each, context, err);
}

size_t td_disk_bytes(const td_disk_t *disk)
{
	MDB_envinfo info;
	return mdb_env_info(disk->env, &info) == 0
		       ? (info.me_last_pgno + 1) * (size_t)sysconf(_SC_PAGESIZE)
		       : 0;
}
