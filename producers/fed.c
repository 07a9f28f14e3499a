#include "producers/fed.h"

#include "common/file.h"
#include "common/hex.h"
#include "producers/spool_store.h"

#include <limits.h>
#include <stdio.h>

enum { LINE = 2 * TD_DIGEST_SIZE + 1, BYTES_MAX = TD_FED_MAX * LINE };

static void line_of(const uint8_t digest[TD_DIGEST_SIZE], char line[LINE + 1])
{
	td_hex_write(digest, TD_DIGEST_SIZE, line);
	(void)strcat(line, "\n");
}

static void path_of(const char *folder, char path[PATH_MAX])
{
	(void)snprintf(path, PATH_MAX, "%.*s/fed", TD_SPOOL_PATH_MAX, folder);
}

/* All lines; none if there is no file yet. */
static bool read_lines(const char *folder, td_buf_t *lines, td_err_t *err)
{
	char path[PATH_MAX];
	path_of(folder, path);
	return !td_file_exists(path) || td_file_read(path, lines, err);
}

bool td_fed_knows(const char *folder, const uint8_t digest[TD_DIGEST_SIZE], bool *known,
		  td_err_t *err)
{
	char line[LINE + 1];
	td_buf_t lines = td_buf_make(BYTES_MAX);
	line_of(digest, line);
	bool fine = read_lines(folder, &lines, err);
	*known = fine && lines.size > 0 && memmem(lines.data, lines.size, line, LINE) != NULL;
	td_buf_free(&lines);
	return fine;
}

/* Written whole: a file of a province comes a few times a day. */
bool td_fed_add(const char *folder, const uint8_t digest[TD_DIGEST_SIZE], td_err_t *err)
{
	char line[LINE + 1], path[PATH_MAX];
	td_buf_t lines = td_buf_make(BYTES_MAX);
	line_of(digest, line);
	path_of(folder, path);
	bool fine = read_lines(folder, &lines, err);
	if (fine && lines.size + LINE > BYTES_MAX) {
		size_t half = lines.size / LINE / 2 * LINE;
		memmove(lines.data, lines.data + lines.size - half, half);
		lines.size = half;
	}
	td_buf_add(&lines, line, LINE);
	if (fine && lines.failed)
		fine = td_err_set(err, TD_EMEMORY, "no memory for the digests of files");
	fine = fine && td_file_write_durable(path, td_buf_slice(&lines), 0600, err);
	td_buf_free(&lines);
	return fine;
}
