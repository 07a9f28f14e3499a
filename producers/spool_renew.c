#include "producers/spool_renew.h"

#include "common/arena.h"
#include "common/file.h"
#include "producers/spool_reader.h"
#include "proto/pb.h"

#include <thidua/v1/event.pb-c.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ARENA_SIZE = 4 * 1024 * 1024 };

/* The event under its new name; one that is no event any more is said by the reader's checksum. */
static bool append_renamed(td_spool_store_t *to, td_slice_t packed, td_arena_t *arena,
			   uint64_t *count, td_err_t *err)
{
	ProtobufCAllocator allocator = td_pb_allocator(arena);
	td_slice_t renamed;
	Thidua__V1__Event *event = thidua__v1__event__unpack(&allocator, packed.size, packed.data);
	if (event == NULL)
		return td_err_set(err, TD_EINTEGRITY, "a record of the spool is no event");
	if (event->kind == THIDUA__V1__KIND__KIND_CHECKPOINT)
		return true;
	event->epoch = td_spool_store_epoch(to);
	event->sequence = td_spool_store_next(to);
	if (!td_pb_pack(&event->base, arena, &renamed))
		return td_err_set(err, TD_EMEMORY, "no memory to say an event again");
	++*count;
	return td_spool_store_append(to, renamed, err) &&
	       (!td_spool_store_due(to) || td_spool_store_sync(to, err));
}

static bool restate_all(td_spool_reader_t *reader, td_spool_store_t *to, td_arena_t *arena,
			uint64_t *count, td_err_t *err)
{
	for (;;) {
		td_slice_t packed;
		switch (td_spool_reader_next(reader, &packed, err)) {
		case TD_SPOOL_END:
			return td_spool_store_sync(to, err);
		case TD_SPOOL_FAILED:
			return false;
		case TD_SPOOL_EVENT:
			td_arena_reset(arena);
			if (!append_renamed(to, packed, arena, count, err))
				return false;
		}
	}
}

bool td_spool_restate(const td_spool_store_t *from, td_spool_store_t *to, uint64_t *count,
		      td_err_t *err)
{
	*count = 0;
	td_arena_t *arena = td_arena_new(ARENA_SIZE);
	if (arena == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory to say events again");
	td_spool_reader_t *reader = td_spool_reader_new(from, td_spool_store_cursor(from) + 1, err);
	bool fine = reader != NULL && restate_all(reader, to, arena, count, err);
	td_spool_reader_free(reader);
	td_arena_free(arena);
	return fine;
}

static bool fail(const char *what, const char *name, td_err_t *err)
{
	return td_err_set(err, TD_EIO, "cannot %s %s: %s", what, name, strerror(errno));
}

/* Calls for each entry but the two that every folder has; stops at the first failure. */
typedef bool each_t(int folder, const char *name, void *context, td_err_t *err);

static bool for_each(int at, const char *path, each_t *each, void *context, td_err_t *err)
{
	int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	if (folder == NULL) {
		(void)fail("list", path, err);
		if (fd >= 0)
			(void)close(fd);
		return false;
	}
	bool fine = true;
	for (struct dirent *entry = readdir(folder); fine && entry != NULL; entry = readdir(folder))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			fine = each(dirfd(folder), entry->d_name, context, err);
	(void)closedir(folder); /* only read from */
	return fine;
}

/* What lies in a folder that may be an old epoch's. */
typedef struct content {
	int64_t newest_ms;
	bool is_spools; /* all of it was made by a spool */
} content_t;

static bool is_spools(const char *name)
{
	static const char *const names[] = {"cursor", "cursor.tmp", "fed", "fed.tmp"};
	uint64_t first;
	for (size_t i = 0; i < TD_COUNT(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return td_segment_name_read(name, &first);
}

static bool look_at(int folder, const char *name, void *context, td_err_t *err)
{
	content_t *content = context;
	struct stat known;
	if (fstatat(folder, name, &known, AT_SYMLINK_NOFOLLOW) != 0)
		return fail("look at", name, err);
	if (!S_ISREG(known.st_mode) || !is_spools(name))
		content->is_spools = false;
	if ((int64_t)known.st_mtim.tv_sec * 1000 > content->newest_ms)
		content->newest_ms = (int64_t)known.st_mtim.tv_sec * 1000;
	return true;
}

static bool delete_file(int folder, const char *name, void *context, td_err_t *err)
{
	(void)context;
	return unlinkat(folder, name, 0) == 0 || fail("delete", name, err);
}

typedef struct pruning {
	uint64_t present;
	int64_t before_ms;
	unsigned deleted;
} pruning_t;

/* Whether the name is a number as a spool writes it, and not the present epoch's. */
static bool names_old_epoch(const char *name, uint64_t present)
{
	char written[24];
	uint64_t epoch = strtoull(name, NULL, 10);
	(void)snprintf(written, sizeof written, "%" PRIu64, epoch);
	return epoch != 0 && epoch != present && strcmp(name, written) == 0;
}

/* Years are numbers too: a folder that holds anything of somebody else's is nobody's epoch. */
static bool prune_epoch(int folder, const char *name, void *context, td_err_t *err)
{
	pruning_t *pruning = context;
	content_t content = {.is_spools = true};
	struct stat known;
	if (!names_old_epoch(name, pruning->present))
		return true;
	if (fstatat(folder, name, &known, AT_SYMLINK_NOFOLLOW) != 0)
		return fail("look at", name, err);
	if (!S_ISDIR(known.st_mode))
		return true;
	if (!for_each(folder, name, look_at, &content, err))
		return false;
	if (!content.is_spools || content.newest_ms >= pruning->before_ms)
		return true;
	pruning->deleted++;
	return for_each(folder, name, delete_file, NULL, err) &&
	       (unlinkat(folder, name, AT_REMOVEDIR) == 0 || fail("delete", name, err));
}

bool td_spool_prune_epochs(const char *folder, uint64_t present, int64_t before_ms,
			   unsigned *deleted, td_err_t *err)
{
	pruning_t pruning = {.present = present, .before_ms = before_ms};
	bool fine = for_each(AT_FDCWD, folder, prune_epoch, &pruning, err);
	*deleted = pruning.deleted;
	return fine && (*deleted == 0 || td_file_sync_folder(folder, err));
}
