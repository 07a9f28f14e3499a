#include "producers/input.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	READ_MAX = 256 * 1024,
	EARLIEST_MS = 1, /* of a checkpoint: archives without times give files of 1970 */
};

static bool fail(const td_input_t *input, const char *what, td_err_t *err)
{
	return td_err_set(err, TD_ENOINPUT, "cannot %s %s: %s", what, input->name, strerror(errno));
}

static bool no_digest(td_err_t *err)
{
	return td_err_set(err, TD_EMEMORY, "no memory for a digest");
}

static EVP_MD_CTX *new_hash(void)
{
	EVP_MD_CTX *hash = EVP_MD_CTX_new();
	if (hash != NULL && EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1)
		return hash;
	EVP_MD_CTX_free(hash);
	return NULL;
}

bool td_input_open(td_input_t *input, const char *name, td_lines_t *lines, td_err_t *err)
{
	struct stat known;
	*input = (td_input_t){.name = name == NULL ? "-" : name, .lines = lines};
	td_lines_reset(lines);
	/* A FIFO without a writer must not hold up the program. */
	input->fd = name == NULL ? STDIN_FILENO : open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (input->fd < 0 || fstat(input->fd, &known) != 0)
		return fail(input, "open", err);
	if (S_ISDIR(known.st_mode)) {
		errno = EISDIR;
		return fail(input, "read", err);
	}
	input->is_file = name != NULL && S_ISREG(known.st_mode);
	input->hash = new_hash();
	return input->hash != NULL || no_digest(err);
}

void td_input_close(td_input_t *input)
{
	EVP_MD_CTX_free(input->hash);
	input->hash = NULL;
	if (input->fd > STDIN_FILENO)
		(void)close(input->fd); /* only read from */
	input->fd = -1;
}

/* Standard input may be anybody's, so that it is asked before each read, not made non-blocking. */
static bool is_ready(const td_input_t *input)
{
	struct pollfd asked = {.fd = input->fd, .events = POLLIN};
	return input->is_file || poll(&asked, 1, 0) != 0;
}

bool td_input_read(td_input_t *input, bool *got, td_err_t *err)
{
	size_t room;
	*got = false;
	if (input->has_ended || !is_ready(input))
		return true;
	uint8_t *at = td_lines_room(input->lines, &room);
	ssize_t size = read(input->fd, at, room < READ_MAX ? room : READ_MAX);
	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (size < 0)
		return fail(input, "read", err);
	*got = true;
	if (size == 0) {
		input->has_ended = true;
		td_lines_end(input->lines);
		return true;
	}
	td_lines_filled(input->lines, (size_t)size);
	return EVP_DigestUpdate(input->hash, at, (size_t)size) == 1 || no_digest(err);
}

static bool hash_file(const td_input_t *input, EVP_MD_CTX *hash, td_err_t *err)
{
	uint8_t bytes[64 * 1024];
	off_t at = 0;
	for (;;) {
		ssize_t size = pread(input->fd, bytes, sizeof bytes, at);
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return fail(input, "read", err);
		if (size == 0)
			return true;
		if (EVP_DigestUpdate(hash, bytes, (size_t)size) != 1)
			return no_digest(err);
		at += size;
	}
}

bool td_input_digest_file(const td_input_t *input, uint8_t digest[TD_DIGEST_SIZE], td_err_t *err)
{
	EVP_MD_CTX *hash = new_hash();
	bool fine = hash != NULL ? hash_file(input, hash, err) : no_digest(err);
	if (fine && EVP_DigestFinal_ex(hash, digest, NULL) != 1)
		fine = no_digest(err);
	EVP_MD_CTX_free(hash);
	return fine;
}

bool td_input_digest(td_input_t *input, uint8_t digest[TD_DIGEST_SIZE], td_err_t *err)
{
	return EVP_DigestFinal_ex(input->hash, digest, NULL) == 1 || no_digest(err);
}

int64_t td_input_complete_ms(const td_input_t *input, int64_t now_ms)
{
	struct stat known;
	if (!input->is_file || fstat(input->fd, &known) != 0)
		return now_ms;
	int64_t written_ms = (int64_t)known.st_mtim.tv_sec * 1000 + known.st_mtim.tv_nsec / 1000000;
	if (written_ms < EARLIEST_MS)
		return EARLIEST_MS;
	return written_ms < now_ms ? written_ms : now_ms;
}
