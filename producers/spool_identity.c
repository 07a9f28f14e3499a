#include "producers/spool_identity.h"

#include "common/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEXT_MAX = 1024 };

/* Which file this is. Inodes are given out again, so the moment of birth belongs to it; where the
 * file system does not know that, the device, whose number may change with a restart. */
typedef struct place {
	uint64_t inode, device, born_ns;
} place_t;

bool td_spool_identity_epoch(uint64_t *epoch, td_err_t *err)
{
	do {
		if (getrandom(epoch, sizeof *epoch, 0) != (ssize_t)sizeof *epoch)
			return td_err_set(err, TD_EIO, "no random number for the epoch: %s",
					  strerror(errno));
		*epoch &= (uint64_t)TD_EXACT_MAX - 1;
	} while (*epoch == 0);
	return true;
}

static bool place_of(int fd, const char *path, place_t *place, td_err_t *err)
{
	struct statx known;
	if (statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &known) != 0)
		return td_err_set(err, TD_EIO, "cannot look at %s: %s", path, strerror(errno));
	place->inode = known.stx_ino;
	place->device = (uint64_t)known.stx_dev_major << 32 | known.stx_dev_minor;
	place->born_ns = 0;
	if (known.stx_mask & STATX_BTIME)
		place->born_ns =
			(uint64_t)known.stx_btime.tv_sec * 1000000000u + known.stx_btime.tv_nsec;
	return true;
}

/* Takes the line "<key> <value>\n" from the front of `text`. */
static bool take_line(char **text, const char *key, const char **value)
{
	size_t size = strlen(key);
	char *end = strchr(*text, '\n');
	if (end == NULL || strncmp(*text, key, size) != 0 || (*text)[size] != ' ')
		return false;
	*end = '\0';
	*value = *text + size + 1;
	*text = end + 1;
	return true;
}

static bool take_number(char **text, const char *key, uint64_t *number)
{
	const char *value;
	char *end;
	if (!take_line(text, key, &value))
		return false;
	errno = 0;
	*number = strtoull(value, &end, 10);
	return errno == 0 && end != value && *end == '\0';
}

static bool take_id(char **text, const char *key, char id[TD_ID_MAX + 1])
{
	const char *value;
	if (!take_line(text, key, &value) || strlen(value) > TD_ID_MAX)
		return false;
	(void)snprintf(id, TD_ID_MAX + 1, "%s", value);
	return true;
}

static bool parse(char *text, td_spool_identity_t *identity, place_t *place)
{
	uint64_t format;
	return take_number(&text, "thidua-spool", &format) && format == 1 &&
	       take_id(&text, "reporter", identity->reporter) &&
	       take_id(&text, "source", identity->source) &&
	       take_number(&text, "epoch", &identity->epoch) && identity->epoch > 0 &&
	       identity->epoch < (uint64_t)TD_EXACT_MAX &&
	       take_number(&text, "inode", &place->inode) &&
	       take_number(&text, "device", &place->device) &&
	       take_number(&text, "born", &place->born_ns) && *text == '\0';
}

static bool read_open(int fd, const char *path, td_spool_identity_t *identity, td_err_t *err)
{
	char text[TEXT_MAX + 1];
	ssize_t size = read(fd, text, TEXT_MAX);
	if (size < 0)
		return td_err_set(err, TD_EIO, "cannot read %s: %s", path, strerror(errno));
	text[size] = '\0';
	place_t said, real = {0};
	if (!parse(text, identity, &said))
		return td_err_set(err, TD_EINTEGRITY,
				  "%s does not say who the spool is; move the spool away to begin "
				  "a new one, and feed its last files again",
				  path);
	if (!place_of(fd, path, &real, err))
		return false;
	identity->is_copy = said.inode != real.inode || said.born_ns != real.born_ns ||
			    (real.born_ns == 0 && said.device != real.device);
	return true;
}

bool td_spool_identity_read(const char *path, bool *exists, td_spool_identity_t *identity,
			    td_err_t *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	*exists = fd >= 0;
	if (fd < 0 && errno == ENOENT)
		return true;
	if (fd < 0)
		return td_err_set(err, TD_EIO, "cannot open %s: %s", path, strerror(errno));
	bool fine = read_open(fd, path, identity, err);
	(void)close(fd); /* only read from */
	return fine;
}

static bool write_open(int fd, const char *path, const td_spool_identity_t *identity, td_err_t *err)
{
	place_t place = {0};
	char text[TEXT_MAX];
	if (!place_of(fd, path, &place, err))
		return false;
	int size = snprintf(text, sizeof text,
			    "thidua-spool 1\nreporter %s\nsource %s\nepoch %" PRIu64
			    "\ninode %" PRIu64 "\ndevice %" PRIu64 "\nborn %" PRIu64 "\n",
			    identity->reporter, identity->source, identity->epoch, place.inode,
			    place.device, place.born_ns);
	if (write(fd, text, (size_t)size) != size || fsync(fd) != 0)
		return td_err_set(err, TD_EIO, "cannot write %s: %s", path, strerror(errno));
	return true;
}

/* td_file_write_durable does not do: the text names the file that it is written to. */
bool td_spool_identity_write(const char *path, const td_spool_identity_t *identity, td_err_t *err)
{
	char made[PATH_MAX], folder[PATH_MAX];
	(void)snprintf(made, sizeof made, "%.*s.tmp", PATH_MAX - 8, path);
	(void)snprintf(folder, sizeof folder, "%s", path);
	char *slash = strrchr(folder, '/');
	if (slash != NULL)
		*slash = '\0';
	int fd = open(made, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return td_err_set(err, TD_EIO, "cannot make %s: %s", made, strerror(errno));
	bool fine = write_open(fd, made, identity, err);
	if (close(fd) != 0 && fine)
		fine = td_err_set(err, TD_EIO, "cannot close %s: %s", made, strerror(errno));
	if (fine && rename(made, path) != 0)
		fine = td_err_set(err, TD_EIO, "cannot rename %s: %s", made, strerror(errno));
	return fine && td_file_sync_folder(slash == NULL ? "." : folder, err);
}
