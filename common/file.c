#include "common/file.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { READ_STEP = 64 * 1024, ACL_ENTRIES_MAX = 16 };

static bool fail(td_err_t *err, td_code_t code, const char *what, const char *path)
{
	return td_err_set(err, code, "%s: cannot %s: %s", path, what, strerror(errno));
}

static bool write_all(int fd, td_slice_t content)
{
	size_t done = 0;
	while (done < content.size) {
		ssize_t wrote = write(fd, content.data + done, content.size - done);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return false;
		done += (size_t)wrote;
	}
	return true;
}

/* Puts the folder that holds `path` into `folder`, PATH_MAX bytes; `path` is shorter than that. */
static void folder_of(const char *path, char *folder)
{
	const char *slash = strrchr(path, '/');
	size_t size = slash ? (size_t)(slash - path) : 0;
	if (!slash) {
		memcpy(folder, ".", 2);
		return;
	}
	if (size == 0)
		size = 1;
	memcpy(folder, path, size);
	folder[size] = '\0';
}

bool td_file_sync_folder(const char *path, td_err_t *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail(err, TD_EIO, "open the folder", path);
	bool done = fsync(fd) == 0 || fail(err, TD_EIO, "flush the folder", path);
	if (close(fd) != 0 && done)
		done = fail(err, TD_EIO, "close the folder", path);
	return done;
}

/* Writes a file that was not there before, so that nobody holds it open or chose its mode. */
static bool write_new(const char *path, td_slice_t content, mode_t mode, td_err_t *err)
{
	if (unlink(path) != 0 && errno != ENOENT)
		return fail(err, TD_EIO, "replace", path);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return fail(err, TD_EIO, "write", path);
	bool done = write_all(fd, content) || fail(err, TD_EIO, "write", path);
	if (done && fsync(fd) != 0)
		done = fail(err, TD_EIO, "flush", path);
	if (close(fd) != 0 && done)
		done = fail(err, TD_EIO, "close", path);
	return done;
}

bool td_file_write_durable(const char *path, td_slice_t content, mode_t mode, td_err_t *err)
{
	char beside[PATH_MAX], folder[PATH_MAX];
	int size = snprintf(beside, sizeof beside, "%s.tmp", path);
	if (size < 0 || (size_t)size >= sizeof beside)
		return td_err_set(err, TD_EIO, "%.100s...: the path is too long", path);
	bool done = write_new(beside, content, mode, err);
	if (done && rename(beside, path) != 0)
		done = fail(err, TD_EIO, "rename its new version to", path);
	if (!done) {
		(void)unlink(beside); /* the failure above is what counts */
		return false;
	}
	folder_of(path, folder);
	return td_file_sync_folder(folder, err);
}

static bool read_all(int fd, const char *path, td_buf_t *out, td_err_t *err)
{
	for (;;) {
		uint8_t step[READ_STEP];
		ssize_t got = read(fd, step, sizeof step);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail(err, TD_ENOINPUT, "read", path);
		if (got == 0)
			return true;
		td_buf_add(out, step, (size_t)got);
		if (out->failed)
			return td_err_set(err, TD_EMEMORY, "%s: larger than %zu bytes", path,
					  out->max);
	}
}

bool td_file_read(const char *path, td_buf_t *out, td_err_t *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(err, TD_ENOINPUT, "read", path);
	bool done = read_all(fd, path, out, err);
	(void)close(fd); /* nothing was written */
	return done;
}

/* Whether the file has an access list, and it lets nobody but its owner and ourselves do anything:
 * so a service manager hands out a credential. The group's bits of its mode are the list's mask
 * then. */
static bool is_listed_for_us(int fd)
{
	struct {
		struct posix_acl_xattr_header header;
		struct posix_acl_xattr_entry entries[ACL_ENTRIES_MAX];
	} list;
	ssize_t size = fgetxattr(fd, "system.posix_acl_access", &list, sizeof list);
	if (size < (ssize_t)sizeof list.header ||
	    le32toh(list.header.a_version) != POSIX_ACL_XATTR_VERSION)
		return false;
	size_t count = ((size_t)size - sizeof list.header) / sizeof list.entries[0];
	for (size_t i = 0; i < count; i++) {
		const struct posix_acl_xattr_entry *entry = &list.entries[i];
		uint16_t tag = le16toh(entry->e_tag);
		bool ours = tag == ACL_USER_OBJ || tag == ACL_MASK ||
			    (tag == ACL_USER && le32toh(entry->e_id) == geteuid());
		if (!ours && entry->e_perm != 0)
			return false;
	}
	return true;
}

/* The permissions are asked of the open file, so that it is the one that is read. */
static bool read_private(int fd, const char *path, td_buf_t *out, td_err_t *err)
{
	struct stat status;
	if (fstat(fd, &status) != 0)
		return fail(err, TD_ECONFIG, "look at", path);
	if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0 && !is_listed_for_us(fd))
		return td_err_set(err, TD_ECONFIG,
				  "%s: holds a secret, but others may read it; run chmod 600 %s",
				  path, path);
	if (read_all(fd, path, out, err))
		return true;
	err->code = TD_ECONFIG;
	return false;
}

bool td_file_read_secret(const char *path, char *secret, size_t size, td_err_t *err)
{
	td_buf_t text = td_buf_make(size);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(err, TD_ECONFIG, "read the secret", path);
	bool done = read_private(fd, path, &text, err);
	(void)close(fd);
	while (text.size > 0 &&
	       (text.data[text.size - 1] == '\n' || text.data[text.size - 1] == '\r'))
		text.size--;
	if (done && (text.size == 0 || text.size >= size || memchr(text.data, 0, text.size)))
		done = td_err_set(err, TD_ECONFIG, "%s: must hold one secret of 1 to %zu bytes",
				  path, size - 1);
	if (done) {
		memcpy(secret, text.data, text.size);
		secret[text.size] = '\0';
	}
	if (text.data)
		explicit_bzero(text.data, text.room);
	td_buf_free(&text);
	return done;
}

/* Makes one folder, whose parent exists. */
static bool make_one(const char *path, mode_t mode, td_err_t *err)
{
	char parent[PATH_MAX];
	struct stat status;
	if (mkdir(path, mode) == 0) {
		folder_of(path, parent);
		return td_file_sync_folder(parent, err);
	}
	if (errno == EEXIST && stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		return true;
	return fail(err, TD_EIO, "make the folder", path);
}

bool td_file_make_folder(const char *path, mode_t mode, td_err_t *err)
{
	char part[PATH_MAX];
	size_t size = strlen(path);
	while (size > 1 && path[size - 1] == '/')
		size--;
	if (size == 0 || size >= sizeof part)
		return td_err_set(err, TD_EIO, "'%.100s': no path for a folder", path);
	memcpy(part, path, size);
	part[size] = '\0';
	for (size_t i = 1; i < size; i++) {
		if (part[i] != '/')
			continue;
		part[i] = '\0';
		if (!make_one(part, mode, err))
			return false;
		part[i] = '/';
	}
	return make_one(part, mode, err);
}

bool td_file_lacks_room(int error)
{
	return error == ENOSPC || error == EDQUOT || error == EFBIG;
}

bool td_file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}
