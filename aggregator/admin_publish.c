/* reference publish: a folder of tables becomes the next version, from a moment on. */
#include "aggregator/admin.h"
#include "aggregator/moment.h"
#include "common/folder.h"
#include "workers/topics.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

enum { DIGEST_SIZE = 32, KEY_MAX = 16 };

/* A version that is being made; the message points into the rest. */
typedef struct draft {
	td_folder_t folder;
	Thidua__V1__ReferenceVersion message;
	Thidua__V1__ReferenceFile files[TD_FOLDER_FILES_MAX];
	Thidua__V1__ReferenceFile *file_list[TD_FOLDER_FILES_MAX];
	Google__Protobuf__Timestamp in_force, published;
	uint8_t digest[DIGEST_SIZE];
	int64_t in_force_ms;
} draft_t;

static_assert((int)TD_FOLDER_FILES_MAX <= (int)TD_VERSION_FILES_MAX, "a folder fits a version");

static void set_time(Google__Protobuf__Timestamp *time, int64_t ms)
{
	google__protobuf__timestamp__init(time);
	time->seconds = ms / 1000;
	time->nanos = (int32_t)(ms % 1000) * 1000000;
}

static bool fill(draft_t *draft, const td_admin_t *admin, td_err_t *err)
{
	Thidua__V1__ReferenceVersion *message = &draft->message;
	thidua__v1__reference_version__init(message);
	for (size_t i = 0; i < draft->folder.count; i++) {
		const td_named_t *file = &draft->folder.files[i];
		draft->file_list[i] = &draft->files[i];
		thidua__v1__reference_file__init(&draft->files[i]);
		draft->files[i].name = (char *)file->name;
		draft->files[i].content.data = (uint8_t *)file->content.data;
		draft->files[i].content.len = file->content.size;
	}
	message->files = draft->file_list;
	message->n_files = draft->folder.count;
	message->note = (char *)admin->settings->note;
	set_time(&draft->published, admin->now_ms);
	message->published_at = &draft->published;
	if (!td_versions_digest(message, draft->digest))
		return td_err_set(err, TD_EMEMORY, "no SHA-256 of the reference data");
	message->sha256.data = draft->digest;
	message->sha256.len = DIGEST_SIZE;
	return true;
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
static bool set_in_force(draft_t *draft, const td_admin_t *admin, bool is_first, td_err_t *err)
{
	const char *from = admin->settings->in_force_from;
	int64_t least_ms = admin->now_ms + TD_VERSION_LEAD_MS;
	if (!from)
		return td_err_set(err, TD_EUSAGE,
				  "say with --in-force-from from which moment it judges: %s",
				  is_first ? "now" : "+1m, or 2021-06-01T07:30");
	if (!td_moment_parse(from, admin->now_ms, &draft->in_force_ms, err))
		return td_err_prefix(err, "--in-force-from");
	if (!is_first && draft->in_force_ms < least_ms)
		return td_err_set(
			err, TD_EUSAGE,
			"--in-force-from %s: a later version comes into force at least %d s from "
			"now, so that every worker knows it by then: write +1m. What was judged "
			"before stays as it was",
			from, TD_VERSION_LEAD_MS / 1000);
	set_time(&draft->in_force, draft->in_force_ms);
	draft->message.in_force_from = &draft->in_force;
	return true;
}

/* Refuses what changes nothing, gives the next number. */
static bool set_number(draft_t *draft, const td_versions_t *versions, td_err_t *err)
{
	size_t count = td_versions_count(versions);
	const td_version_t *newest = count > 0 ? td_versions_get(versions, count - 1) : NULL;
	if (newest && memcmp(newest->message->sha256.data, draft->digest, DIGEST_SIZE) == 0)
		return td_err_set(err, TD_EDATA,
				  "these tables are those of version %" PRIu32
				  ": there is nothing to publish",
				  newest->number);
	draft->message.version = newest ? newest->number + 1 : 1;
	return true;
}

static bool pack(const draft_t *draft, uint8_t **packed, size_t *size, td_err_t *err)
{
	*size = thidua__v1__reference_version__get_packed_size(&draft->message);
	if (*size > TD_VERSION_PACKED_MAX)
		return td_err_set(err, TD_EDATA,
				  "the tables have %zu bytes together, more than the %d of a "
				  "version",
				  *size, TD_VERSION_PACKED_MAX);
	*packed = malloc(*size);
	if (!*packed)
		return td_err_set(err, TD_EMEMORY, "no memory for the version");
	(void)thidua__v1__reference_version__pack(&draft->message, *packed);
	return true;
}

static void report(const draft_t *draft, const td_admin_t *admin)
{
	char from[TD_MOMENT_TEXT_MAX];
	(void)fprintf(admin->out, "published version %" PRIu32 ", in force from %s, SHA-256 ",
		      draft->message.version, td_moment_text(draft->in_force_ms, from));
	for (size_t i = 0; i < DIGEST_SIZE; i++)
		(void)fprintf(admin->out, "%02x", draft->digest[i]);
	(void)fputc('\n', admin->out);
}

/* Writes it, and looks whether somebody else published the same number meanwhile. */
static bool publish(const draft_t *draft, const td_admin_t *admin, td_versions_t *versions,
		    td_err_t *err)
{
	uint8_t *packed = NULL;
	size_t size = 0;
	char key[KEY_MAX];
	td_admin_books_t after = {0};
	(void)snprintf(key, sizeof key, "%" PRIu32, draft->message.version);
	bool fine =
		pack(draft, &packed, &size, err) &&
		td_versions_add(versions, (td_slice_t){packed, size}, err) &&
		td_admin_write(admin, &(td_admin_record_t){TD_TOPIC_REFERENCE, key, {packed, size}},
			       err) &&
		td_admin_books_read(admin, &after, err);
	td_admin_books_free(&after);
	free(packed);
	return fine;
}

static bool draft_and_publish(draft_t *draft, const td_admin_t *admin, td_admin_books_t *books,
			      td_err_t *err)
{
	if (!td_folder_read(admin->arguments[0], ".tsv", &draft->folder, err) ||
	    !check_note(admin->settings->note, err) || !fill(draft, admin, err) ||
	    !td_admin_books_read(admin, books, err) || !set_number(draft, books->versions, err) ||
	    !set_in_force(draft, admin, draft->message.version == 1, err) ||
	    !publish(draft, admin, books->versions, err))
		return false;
	report(draft, admin);
	return true;
}

bool td_admin_publish(const td_admin_t *admin, td_err_t *err)
{
	draft_t *draft = calloc(1, sizeof *draft);
	td_admin_books_t books = {0};
	if (!draft)
		return td_err_set(err, TD_EMEMORY, "no memory for the version");
	bool fine = draft_and_publish(draft, admin, &books, err);
	td_admin_books_free(&books);
	td_folder_free(&draft->folder);
	free(draft);
	return fine;
}
