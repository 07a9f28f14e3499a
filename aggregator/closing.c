#include "aggregator/closing.h"

#include "common/hex.h"

#include <inttypes.h>
#include <openssl/sha.h>
#include <stdio.h>

enum { DIGEST_TEXT = 2 * TD_TOTALS_DIGEST_SIZE + 1, LINE_MAX_BYTES = 512 };

static void add_closed(const td_closed_t *closed, td_buf_t *out)
{
	char line[LINE_MAX_BYTES], digest[DIGEST_TEXT], before[DIGEST_TEXT], tallies[DIGEST_TEXT];
	td_hex_write(closed->totals_sha256, TD_TOTALS_DIGEST_SIZE, digest);
	td_hex_write(closed->before_sha256, TD_TOTALS_DIGEST_SIZE, before);
	td_hex_write(closed->tallies_sha256, TD_TOTALS_DIGEST_SIZE, tallies);
	(void)snprintf(line, sizeof line, "reporter %s %" PRIu64 " %" PRIu64 " %s",
		       closed->reporter, closed->through_offset, closed->revision, digest);
	td_buf_add_text(out, line);
	(void)snprintf(line, sizeof line, " %s %s", before, tallies);
	td_buf_add_text(out, closed->has_more ? line : "");
	td_buf_add_byte(out, '\n');
}

void td_closing_write(const td_closing_t *closing, td_buf_t *out)
{
	char line[LINE_MAX_BYTES];
	(void)snprintf(line, sizeof line, "thidua closing\n%s\nperiod %s\nclosed %" PRId64 "\n",
		       closing->name, closing->period, closing->closed_ms);
	td_buf_add_text(out, line);
	for (size_t i = 0; i < closing->count; i++)
		add_closed(&closing->items[i], out);
}

/* The text up to `end`, which is passed, into `word`; false when it is empty or does not fit. */
static bool read_word(td_slice_t *text, char end, char *word, size_t size)
{
	const uint8_t *found = text->size > 0 ? memchr(text->data, end, text->size) : NULL;
	size_t length = found == NULL ? 0 : (size_t)(found - text->data);
	if (length == 0 || length >= size)
		return false;
	memcpy(word, text->data, length);
	word[length] = '\0';
	*text = (td_slice_t){found + 1, text->size - length - 1};
	return strlen(word) == length;
}

static bool read_number(td_slice_t *text, char end, uint64_t *number)
{
	char word[20];
	*number = 0;
	if (!read_word(text, end, word, sizeof word) || (word[0] == '0' && word[1] != '\0'))
		return false;
	for (const char *digit = word; *digit != '\0'; digit++) {
		if (*digit < '0' || *digit > '9')
			return false;
		*number = *number * 10 + (uint64_t)(*digit - '0');
	}
	return *number <= INT64_MAX;
}

/* The text stays where it is when what comes next is no digest. */
static bool read_digest(td_slice_t *text, char end, uint8_t digest[TD_TOTALS_DIGEST_SIZE])
{
	char word[DIGEST_TEXT];
	td_slice_t rest = *text;
	if (!read_word(&rest, end, word, sizeof word) ||
	    !td_hex_read(td_slice_text(word), TD_TOTALS_DIGEST_SIZE, digest))
		return false;
	*text = rest;
	return true;
}

/* A word that must be `word`. */
static bool read_tag(td_slice_t *text, char end, const char *word)
{
	char found[LINE_MAX_BYTES];
	return read_word(text, end, found, sizeof found) && strcmp(found, word) == 0;
}

/* The totals' digest; what stands behind it in a newer text is left for later. */
static bool read_first(td_slice_t *text, uint8_t digest[TD_TOTALS_DIGEST_SIZE], bool *more)
{
	*more = read_digest(text, ' ', digest);
	return *more || read_digest(text, '\n', digest);
}

static bool read_closed(td_slice_t *text, td_closed_t *closed)
{
	*closed = (td_closed_t){0};
	return read_tag(text, ' ', "reporter") &&
	       read_word(text, ' ', closed->reporter, sizeof closed->reporter) &&
	       read_number(text, ' ', &closed->through_offset) &&
	       read_number(text, ' ', &closed->revision) &&
	       read_first(text, closed->totals_sha256, &closed->has_more) &&
	       (!closed->has_more || (read_digest(text, ' ', closed->before_sha256) &&
				      read_digest(text, '\n', closed->tallies_sha256)));
}

bool td_closing_read(td_slice_t text, td_closing_t *closing)
{
	uint64_t closed_ms;
	Thidua__V1__Period period = THIDUA__V1__PERIOD__INIT;
	closing->count = 0;
	if (!read_tag(&text, '\n', "thidua closing") ||
	    !read_word(&text, '\n', closing->name, sizeof closing->name) ||
	    !read_tag(&text, ' ', "period") ||
	    !read_word(&text, '\n', closing->period, sizeof closing->period) ||
	    !td_period_of_name(closing->period, &period) || !read_tag(&text, ' ', "closed") ||
	    !read_number(&text, '\n', &closed_ms))
		return false;
	closing->closed_ms = (int64_t)closed_ms;
	while (text.size > 0) {
		if (closing->count == TD_CLOSING_REPORTERS_MAX ||
		    !read_closed(&text, &closing->items[closing->count++]))
			return false;
	}
	return true;
}

const td_closed_t *td_closing_find(const td_closing_t *closing, const char *reporter)
{
	for (size_t i = 0; i < closing->count; i++)
		if (strcmp(closing->items[i].reporter, reporter) == 0)
			return &closing->items[i];
	return NULL;
}

void td_snapshot_write(const td_snapshot_t *snapshot, td_buf_t *out)
{
	char line[TD_SNAPSHOT_HEAD_MAX], digest[DIGEST_TEXT], before[DIGEST_TEXT];
	td_hex_write(snapshot->totals_sha256, TD_TOTALS_DIGEST_SIZE, digest);
	td_hex_write(snapshot->before_sha256, TD_TOTALS_DIGEST_SIZE, before);
	(void)snprintf(line, sizeof line, "closed %" PRId64 " %" PRIu64 " %s%s%s\n",
		       snapshot->closed_ms, snapshot->through_offset, digest,
		       snapshot->has_before ? " " : "", snapshot->has_before ? before : "");
	td_buf_add_text(out, line);
	td_buf_add_slice(out, snapshot->totals);
	if (snapshot->has_before) {
		td_buf_add_byte(out, '\n');
		td_buf_add_slice(out, snapshot->before);
	}
}

/* Parts the two totals at the empty line; false when there is none. */
static bool split(td_snapshot_t *snapshot)
{
	td_slice_t all = snapshot->totals;
	const uint8_t *empty = all.size > 0 && all.data[0] == '\n'
				       ? all.data
				       : memmem(all.data, all.size, "\n\n", 2);
	if (empty == NULL)
		return false;
	size_t size = empty == all.data ? 0 : (size_t)(empty - all.data) + 1;
	snapshot->totals.size = size;
	snapshot->before = (td_slice_t){all.data + size + 1, all.size - size - 1};
	return true;
}

static bool is_digest_of(td_slice_t text, const uint8_t expected[TD_TOTALS_DIGEST_SIZE])
{
	uint8_t digest[TD_TOTALS_DIGEST_SIZE];
	(void)SHA256(text.data, text.size, digest);
	return memcmp(digest, expected, sizeof digest) == 0;
}

bool td_snapshot_read(td_slice_t bytes, td_snapshot_t *snapshot)
{
	uint64_t closed_ms;
	*snapshot = (td_snapshot_t){0};
	if (!read_tag(&bytes, ' ', "closed") || !read_number(&bytes, ' ', &closed_ms) ||
	    !read_number(&bytes, ' ', &snapshot->through_offset) ||
	    !read_first(&bytes, snapshot->totals_sha256, &snapshot->has_before) ||
	    (snapshot->has_before && !read_digest(&bytes, '\n', snapshot->before_sha256)))
		return false;
	snapshot->closed_ms = (int64_t)closed_ms;
	snapshot->totals = bytes;
	if (snapshot->has_before &&
	    (!split(snapshot) || !is_digest_of(snapshot->before, snapshot->before_sha256)))
		return false;
	return is_digest_of(snapshot->totals, snapshot->totals_sha256);
}

void td_closing_redis_key(const char *period, char key[TD_CLOSED_KEY_MAX])
{
	(void)snprintf(key, TD_CLOSED_KEY_MAX, "thidua:closed:%.*s", TD_PERIOD_NAME_MAX, period);
}

void td_closing_record_key(const char *period, const char *reporter,
			   char key[TD_CLOSING_RECORD_KEY])
{
	(void)snprintf(key, TD_CLOSING_RECORD_KEY, TD_CLOSING_KEY "%.*s%s%.*s", TD_PERIOD_NAME_MAX,
		       period, reporter != NULL ? "/" : "", TD_ID_MAX,
		       reporter != NULL ? reporter : "");
}

bool td_closing_is_key(td_slice_t key)
{
	static const char begins[] = TD_CLOSING_KEY;
	size_t size = sizeof begins - 1;
	return key.size > size && memcmp(key.data, begins, size) == 0;
}
