/* reference publish: a folder of tables becomes the next version, from a moment on. */
#include "aggregator/admin.h"
#include "aggregator/admin_draft.h"
#include "aggregator/moment.h"
#include "common/hex.h"
#include "workers/topics.h"

#include <inttypes.h>
#include <stdlib.h>

enum { KEY_MAX = 16 };

/* A version that is being made; the message points into the rest. */
typedef struct next {
	td_draft_t *draft;
	Thidua__V1__ReferenceVersion *message; /* of the draft */
	Google__Protobuf__Timestamp in_force, published;
	int64_t in_force_ms;
} next_t;

static void set_time(Google__Protobuf__Timestamp *time, int64_t ms)
{
	google__protobuf__timestamp__init(time);
	time->seconds = ms / 1000;
	time->nanos = (int32_t)(ms % 1000) * 1000000;
}

static bool check_note(const char *note, td_err_t *err)
{
	if (!note || !note[0])
		return td_err_set(err, TD_EUSAGE,
				  "say with --note why there is a new version, such as the number "
				  "of the decision behind it");
	if (strlen(note) > TD_VERSION_NOTE_MAX || strpbrk(note, "\r\n"))
		return td_err_set(err, TD_EUSAGE, "the note is one line of at most %d bytes",
				  TD_VERSION_NOTE_MAX);
	return true;
}

/* When it comes into force: the first one at once, a later one when all workers know it. */
static bool set_in_force(next_t *next, const td_admin_t *admin, bool is_first, td_err_t *err)
{
	const char *from = admin->settings->in_force_from;
	int64_t least_ms = admin->now_ms + TD_VERSION_LEAD_MS;
	if (!from)
		return td_err_set(err, TD_EUSAGE,
				  "say with --in-force-from from which moment it judges: %s",
				  is_first ? "now" : "+1m, or 2021-06-01T07:30");
	if (!td_moment_parse(from, admin->now_ms, &next->in_force_ms, err))
		return td_err_prefix(err, "--in-force-from");
	if (!is_first && next->in_force_ms < least_ms)
		return td_err_set(
			err, TD_EUSAGE,
			"--in-force-from %s: a later version comes into force at least %d s from "
			"now, so that every worker knows it by then: write +1m. What was judged "
			"before stays as it was",
			from, TD_VERSION_LEAD_MS / 1000);
	set_time(&next->in_force, next->in_force_ms);
	next->message->in_force_from = &next->in_force;
	return true;
}

/* Refuses what changes nothing, gives the next number. */
static bool set_number(next_t *next, const td_versions_t *versions, td_err_t *err)
{
	size_t count = td_versions_count(versions);
	const td_version_t *newest = count > 0 ? td_versions_get(versions, count - 1) : NULL;
	if (newest &&
	    memcmp(newest->message->sha256.data, next->draft->digest, TD_DIGEST_SIZE) == 0)
		return td_err_set(err, TD_EDATA,
				  "these tables are those of version %" PRIu32
				  ": there is nothing to publish",
				  newest->number);
	next->message->version = newest ? newest->number + 1 : 1;
	return true;
}

static bool pack(const next_t *next, uint8_t **packed, size_t *size, td_err_t *err)
{
	*size = thidua__v1__reference_version__get_packed_size(next->message);
	if (*size > TD_VERSION_PACKED_MAX)
		return td_err_set(err, TD_EDATA,
				  "the tables have %zu bytes together, more than the %d of a "
				  "version",
				  *size, TD_VERSION_PACKED_MAX);
	*packed = malloc(*size);
	if (!*packed)
		return td_err_set(err, TD_EMEMORY, "no memory for the version");
	(void)thidua__v1__reference_version__pack(next->message, *packed);
	return true;
}

static void report(const next_t *next, const td_admin_t *admin)
{
	char from[TD_MOMENT_TEXT_MAX], digest[2 * TD_DIGEST_SIZE + 1];
	td_hex_write(next->draft->digest, TD_DIGEST_SIZE, digest);
	(void)fprintf(admin->out, "published version %" PRIu32 ", in force from %s, SHA-256 %s\n",
		      next->message->version, td_moment_text(next->in_force_ms, from), digest);
}

/* Writes it, and looks whether somebody else published the same number meanwhile. */
static bool publish(const next_t *next, const td_admin_t *admin, td_versions_t *versions,
		    td_err_t *err)
{
	uint8_t *packed = NULL;
	size_t size = 0;
	char key[KEY_MAX];
	td_admin_books_t after = {0};
	(void)snprintf(key, sizeof key, "%" PRIu32, next->message->version);
	bool fine =
		pack(next, &packed, &size, err) &&
		td_versions_add(versions, (td_slice_t){packed, size}, err) &&
		td_admin_write(admin, &(td_admin_record_t){TD_TOPIC_REFERENCE, key, {packed, size}},
			       err) &&
		td_admin_books_read(admin, &after, err);
	td_admin_books_free(&after);
	free(packed);
	return fine;
}

static bool prepare(next_t *next, const td_admin_t *admin, const td_versions_t *versions,
		    td_err_t *err)
{
	next->draft = td_draft_read(admin->arguments[0], err);
	if (!next->draft)
		return false;
	next->message = &next->draft->message;
	next->message->note = (char *)admin->settings->note;
	set_time(&next->published, admin->now_ms);
	next->message->published_at = &next->published;
	return set_number(next, versions, err) &&
	       set_in_force(next, admin, next->message->version == 1, err);
}

bool td_admin_publish(const td_admin_t *admin, td_err_t *err)
{
	next_t next = {0};
	td_admin_books_t books = {0};
	bool fine = check_note(admin->settings->note, err) &&
		    td_admin_books_read(admin, &books, err) &&
		    prepare(&next, admin, books.versions, err) &&
		    publish(&next, admin, books.versions, err);
	if (fine)
		report(&next, admin);
	td_admin_books_free(&books);
	td_draft_free(next.draft);
	return fine;
}
