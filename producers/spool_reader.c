#include "producers/spool_reader.h"

#include "producers/spool_store_internal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

enum { WINDOW = 512 * 1024 };
static_assert(WINDOW > 2 * TD_RAW_EVENT_MAX, "a window holds a whole record");

struct td_spool_reader {
	const td_spool_store_t *store;
	uint64_t wanted;  /* the next to be given */
	uint64_t at;      /* sequence of the record at window + from */
	uint64_t segment; /* first sequence of the open segment; 0: none is open */
	int fd;
	size_t from, to, last; /* in the window; `last`: size of the record given last */
	uint8_t window[WINDOW];
};

td_spool_reader_t *td_spool_reader_new(const td_spool_store_t *store, uint64_t sequence,
				       td_err_t *err)
{
	td_spool_reader_t *reader = malloc(sizeof *reader);
	if (reader == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory to read the spool");
		return NULL;
	}
	reader->store = store;
	reader->fd = -1;
	td_spool_reader_seek(reader, sequence);
	return reader;
}

static void close_segment(td_spool_reader_t *reader)
{
	if (reader->fd >= 0)
		(void)close(reader->fd); /* only read from */
	reader->fd = -1;
	reader->segment = 0;
	reader->from = reader->to = reader->last = 0;
}

void td_spool_reader_free(td_spool_reader_t *reader)
{
	if (reader == NULL)
		return;
	close_segment(reader);
	free(reader);
}

void td_spool_reader_seek(td_spool_reader_t *reader, uint64_t sequence)
{
	close_segment(reader);
	reader->wanted = sequence;
}

uint64_t td_spool_reader_position(const td_spool_reader_t *reader)
{
	return reader->wanted;
}

void td_spool_reader_back(td_spool_reader_t *reader)
{
	if (reader->last == 0)
		return;
	reader->from -= reader->last;
	reader->last = 0;
	reader->at--;
	reader->wanted--;
}

static td_spool_read_t fail(const td_spool_reader_t *reader, const char *what, td_err_t *err)
{
	(void)td_err_set(err, TD_EIO, "spool %s: cannot %s sequence %" PRIu64 ": %s",
			 td_spool_store_folder(reader->store), what, reader->wanted,
			 strerror(errno));
	return TD_SPOOL_FAILED;
}

static td_spool_read_t damaged(const td_spool_reader_t *reader, td_err_t *err)
{
	(void)td_err_set(err, TD_EINTEGRITY,
			 "spool %s: the record of sequence %" PRIu64
			 " is damaged; move the spool away to begin a new epoch, and feed the "
			 "files since then again",
			 td_spool_store_folder(reader->store), reader->at);
	return TD_SPOOL_FAILED;
}

/* Moves what is left to the front of the window and reads on. 0 bytes: the end of the file. */
static bool refill(td_spool_reader_t *reader, size_t *got)
{
	memmove(reader->window, reader->window + reader->from, reader->to - reader->from);
	reader->to -= reader->from;
	reader->from = reader->last = 0;
	ssize_t count;
	do
		count = read(reader->fd, reader->window + reader->to, WINDOW - reader->to);
	while (count < 0 && errno == EINTR);
	if (count < 0)
		return false;
	*got = (size_t)count;
	reader->to += *got;
	return true;
}

static td_spool_read_t open_segment(td_spool_reader_t *reader, td_err_t *err)
{
	close_segment(reader);
	uint64_t first = td_spool_store_segment_of(reader->store, reader->wanted);
	if (first == 0) {
		(void)td_err_set(err, TD_ENOINPUT,
				 "spool %s no longer keeps sequence %" PRIu64
				 "; the oldest that it keeps is %" PRIu64,
				 td_spool_store_folder(reader->store), reader->wanted,
				 td_spool_store_oldest(reader->store));
		return TD_SPOOL_FAILED;
	}
	char path[PATH_MAX];
	td_spool_segment_path(td_spool_store_folder(reader->store), first, path);
	size_t got;
	reader->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (reader->fd < 0 || !refill(reader, &got))
		return fail(reader, "read", err);
	td_segment_header_t header;
	reader->at = first;
	if (!td_segment_read_header((td_slice_t){reader->window, reader->to}, &header) ||
	    header.epoch != td_spool_store_epoch(reader->store) || header.first != first)
		return damaged(reader, err);
	reader->segment = first;
	reader->from = TD_SEGMENT_HEADER_SIZE;
	return TD_SPOOL_EVENT;
}

/* The record at the reader's place in the open segment; END at the end of the file. */
static td_spool_read_t read_record(td_spool_reader_t *reader, td_slice_t *event, td_err_t *err)
{
	for (;;) {
		td_slice_t rest = {reader->window + reader->from, reader->to - reader->from};
		size_t used, got;
		switch (td_segment_read_record(rest, event, &used)) {
		case TD_SEGMENT_RECORD:
			reader->from += used;
			reader->last = used;
			reader->at++;
			return TD_SPOOL_EVENT;
		case TD_SEGMENT_BROKEN:
			return damaged(reader, err);
		case TD_SEGMENT_SHORT:
			if (!refill(reader, &got))
				return fail(reader, "read", err);
			if (got == 0)
				return TD_SPOOL_END;
		}
	}
}

td_spool_read_t td_spool_reader_next(td_spool_reader_t *reader, td_slice_t *event, td_err_t *err)
{
	if (reader->wanted > td_spool_store_durable(reader->store))
		return TD_SPOOL_END;
	for (;;) {
		uint64_t segment = td_spool_store_segment_of(reader->store, reader->wanted);
		bool is_here = reader->segment != 0 && reader->segment == segment;
		if (!is_here && open_segment(reader, err) == TD_SPOOL_FAILED)
			return TD_SPOOL_FAILED;
		td_spool_read_t found = read_record(reader, event, err);
		if (found == TD_SPOOL_FAILED)
			return TD_SPOOL_FAILED;
		if (found == TD_SPOOL_END)
			return damaged(reader, err);
		if (reader->at > reader->wanted) {
			reader->wanted = reader->at;
			return TD_SPOOL_EVENT;
		}
	}
}
