#include "aggregator/audit/state.h"

#include "aggregator/audit/raw_at.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

int td_state_lock(const char *folder, const char *name, td_err_t *err)
{
	char path[PATH_MAX];
	int size = snprintf(path, sizeof path, "%s/%s.lock", folder, name);
	if (size < 0 || (size_t)size >= sizeof path) {
		(void)td_err_set(err, TD_EUSAGE, "the name of %.100s... is too long", folder);
		return -1;
	}
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		(void)td_err_set(err, TD_EIO, "%s: cannot open: %s", path, strerror(errno));
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	(void)td_err_set(err, TD_EUNAVAILABLE, "%s: another audit is at work there", folder);
	(void)close(fd);
	return -1;
}

static bool is_first(const td_head_t *head, const td_raw_t *raw)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	if (raw == NULL || raw->offset != head->first_offset ||
	    raw->append_ms != head->first_append_ms)
		return false;
	(void)SHA256(raw->bytes.data, raw->bytes.size, digest);
	return memcmp(digest, head->first_sha256, sizeof digest) == 0;
}

bool td_state_is_of(const td_logs_t *logs, size_t index, const td_head_t *head, td_err_t *err)
{
	const char *reporter = td_logs_get(logs, index)->reporter;
	const td_raw_t *raw = NULL;
	if (head->generation != td_logs_rule(logs).generation)
		return td_err_set(err, TD_EUSAGE,
				  "what is kept of %s is of another generation; give another "
				  "--state, or leave --resume out",
				  reporter);
	if (!head->first_known)
		return true;
	td_raw_at_t *raws = td_raw_at_new(logs, index);
	bool done = raws != NULL || td_err_set(err, TD_EMEMORY, "no memory to read a log");
	done = done && td_raw_at(raws, head->first_offset, &raw, err);
	if (done && !is_first(head, raw))
		done = td_err_set(err, TD_EUSAGE,
				  "what is kept of %s is of another log: it began with another "
				  "event; give another --state, or leave --resume out",
				  reporter);
	td_raw_at_free(raws);
	return done;
}
