#include "producers/spool.h"

#include "common/fault.h"
#include "common/file.h"
#include "producers/spool_identity.h"
#include "producers/spool_renew.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FOLDER_MAX = TD_SPOOL_PATH_MAX - 32 }; /* the epoch's folder fits below it */

struct td_spool {
	char folder[PATH_MAX];
	td_spool_settings_t settings; /* its texts are the caller's: used while opening only */
	int lock;
	td_spool_identity_t identity;
	td_spool_store_t *store;
	uint64_t renewed_from, restated;
};

static void path_in(const char *folder, const char *name, char path[PATH_MAX])
{
	(void)snprintf(path, PATH_MAX, "%.*s/%s", FOLDER_MAX, folder, name);
}

static void epoch_folder(const char *folder, uint64_t epoch, char path[PATH_MAX])
{
	char name[24];
	(void)snprintf(name, sizeof name, "%" PRIu64, epoch);
	path_in(folder, name, path);
}

long td_spool_lock_holder(int fd)
{
	char text[32];
	ssize_t size = pread(fd, text, sizeof text - 1, 0);
	text[size > 0 ? size : 0] = '\0';
	return strtol(text, NULL, 10);
}

static bool refuse(const td_spool_t *spool, td_err_t *err)
{
	if (errno != EAGAIN && errno != EACCES)
		return td_err_set(err, TD_EIO, "cannot lock %s/lock: %s", spool->folder,
				  strerror(errno));
	return td_err_set(err, TD_EUNAVAILABLE,
			  "spool %s is in use by process %ld; stop that one, or give this one "
			  "another --source and --spool",
			  spool->folder, td_spool_lock_holder(spool->lock));
}

static bool take_lock(td_spool_t *spool, td_err_t *err)
{
	char path[PATH_MAX], text[32];
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	path_in(spool->folder, "lock", path);
	spool->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (spool->lock < 0)
		return td_err_set(err, TD_EIO, "cannot open %s: %s", path, strerror(errno));
	if (fcntl(spool->lock, F_OFD_SETLK, &lock) != 0)
		return refuse(spool, err);
	int size = snprintf(text, sizeof text, "%ld\n", (long)getpid());
	if (ftruncate(spool->lock, 0) != 0 || pwrite(spool->lock, text, (size_t)size, 0) != size)
		return td_err_set(err, TD_EIO, "cannot write %s: %s", path, strerror(errno));
	return true;
}

static td_spool_store_t *open_epoch(const td_spool_t *spool, uint64_t epoch, td_err_t *err)
{
	char path[PATH_MAX];
	epoch_folder(spool->folder, epoch, path);
	td_spool_store_settings_t settings = {path, epoch, spool->settings.segment_bytes,
					      spool->settings.total_bytes};
	return td_spool_store_open(&settings, err);
}

static bool owner_fits(const td_spool_t *spool, td_err_t *err)
{
	const td_spool_identity_t *identity = &spool->identity;
	if (strcmp(identity->reporter, spool->settings.reporter) == 0 &&
	    strcmp(identity->source, spool->settings.source) == 0)
		return true;
	return td_err_set(err, TD_ECONFIG,
			  "spool %s belongs to source %s of %s, not to source %s of %s; give "
			  "another --spool",
			  spool->folder, identity->source, identity->reporter,
			  spool->settings.source, spool->settings.reporter);
}

/* Fills the store of a new epoch with what the copy's old one had not delivered. */
static bool restate(td_spool_t *spool, uint64_t old_epoch, td_err_t *err)
{
	td_spool_store_t *old = open_epoch(spool, old_epoch, err);
	if (old == NULL)
		return td_err_prefix(err, "the spool is a copy, and its old epoch is unreadable");
	bool fine = td_spool_restate(old, spool->store, &spool->restated, err);
	td_spool_store_close(old);
	spool->renewed_from = old_epoch;
	return fine;
}

/* The folder was there before the identity was written; without it, numbers would begin again under
 * names that others have. */
static bool has_epoch(const td_spool_t *spool, td_err_t *err)
{
	char path[PATH_MAX];
	epoch_folder(spool->folder, spool->identity.epoch, path);
	return td_file_exists(path) ||
	       td_err_set(err, TD_EINTEGRITY,
			  "%s is gone, where the spool's events were: put it back, or move the "
			  "spool away to begin a new epoch, and feed the files since then again, "
			  "which changes no figure",
			  path);
}

/* The identity is written last: until then the new epoch does not exist for anybody. */
static bool begin_epoch(td_spool_t *spool, uint64_t old_epoch, td_err_t *err)
{
	char path[PATH_MAX];
	path_in(spool->folder, "identity", path);
	td_spool_identity_t *identity = &spool->identity;
	(void)snprintf(identity->reporter, sizeof identity->reporter, "%s",
		       spool->settings.reporter);
	(void)snprintf(identity->source, sizeof identity->source, "%s", spool->settings.source);
	if (!td_spool_identity_epoch(&identity->epoch, err))
		return false;
	spool->store = open_epoch(spool, identity->epoch, err);
	if (spool->store == NULL || (old_epoch != 0 && !restate(spool, old_epoch, err)))
		return false;
	td_fault("spool.epoch");
	return td_spool_identity_write(path, identity, err);
}

static bool open_all(td_spool_t *spool, td_err_t *err)
{
	char path[PATH_MAX];
	bool exists;
	path_in(spool->folder, "identity", path);
	if (!td_file_make_folder(spool->folder, 0700, err) || !take_lock(spool, err) ||
	    !td_spool_identity_read(path, &exists, &spool->identity, err))
		return false;
	if (!exists)
		return begin_epoch(spool, 0, err);
	if (!owner_fits(spool, err) || !has_epoch(spool, err))
		return false;
	if (spool->identity.is_copy)
		return begin_epoch(spool, spool->identity.epoch, err);
	spool->store = open_epoch(spool, spool->identity.epoch, err);
	return spool->store != NULL;
}

td_spool_t *td_spool_open(const td_spool_settings_t *settings, td_err_t *err)
{
	if (strlen(settings->folder) > FOLDER_MAX) {
		(void)td_err_set(err, TD_ECONFIG, "spool %.100s...: the path is too long",
				 settings->folder);
		return NULL;
	}
	td_spool_t *spool = calloc(1, sizeof *spool);
	if (spool == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory for the spool");
		return NULL;
	}
	(void)snprintf(spool->folder, sizeof spool->folder, "%s", settings->folder);
	spool->settings = *settings;
	spool->lock = -1;
	if (open_all(spool, err))
		return spool;
	td_spool_close(spool);
	return NULL;
}

void td_spool_close(td_spool_t *spool)
{
	if (spool == NULL)
		return;
	td_spool_store_close(spool->store);
	if (spool->lock >= 0)
		(void)close(spool->lock); /* gives the lock back */
	free(spool);
}

td_spool_store_t *td_spool_store(const td_spool_t *spool)
{
	return spool->store;
}

const char *td_spool_folder(const td_spool_t *spool)
{
	return spool->folder;
}

uint64_t td_spool_renewed_from(const td_spool_t *spool, uint64_t *restated)
{
	*restated = spool->restated;
	return spool->renewed_from;
}

bool td_spool_prune(td_spool_t *spool, int64_t before_ms, unsigned *deleted, td_err_t *err)
{
	unsigned older = 0;
	if (!td_spool_store_prune(spool->store, before_ms, deleted, err) ||
	    !td_spool_prune_epochs(spool->folder, spool->identity.epoch, before_ms, &older, err))
		return false;
	*deleted += older;
	return true;
}
