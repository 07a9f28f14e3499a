/* reference list, show, diff: what was published, and what differs. */
#include "aggregator/admin.h"
#include "aggregator/admin_draft.h"
#include "aggregator/moment.h"
#include "aggregator/reference_diff.h"
#include "aggregator/show.h"
#include "common/table.h"
#include "common/arena.h"
#include "common/hex.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

enum { ARENA_MAX = 64 * 1024 * 1024, TEXT_MAX = 64 * 1024 * 1024 };

static bool no_memory(td_err_t *err)
{
	return td_err_set(err, TD_EMEMORY, "no memory for the answer");
}

/* Where a version is in its life: the highest one in force judges. */
static const char *standing(const td_versions_t *versions, const td_version_t *version,
			    int64_t now_ms)
{
	const td_version_t *judging = td_versions_at(versions, now_ms);
	if (version == judging)
		return "judges now";
	return version->in_force_ms > now_ms ? "to come" : "judged";
}

static bool add_version(const td_admin_t *admin, const td_versions_t *versions,
			const td_version_t *version, td_arena_t *arena, td_table_t *table)
{
	char from[TD_MOMENT_TEXT_MAX], published[TD_MOMENT_TEXT_MAX];
	const char *cells[] = {
		td_show_format(arena, "%" PRIu32, version->number),
		standing(versions, version, admin->now_ms),
		td_show_format(arena, "%s", td_moment_text(version->in_force_ms, from)),
		td_show_format(arena, "%s", td_moment_text(version->published_ms, published)),
		td_show_format(arena, "%zu", version->message->n_files),
		version->message->note,
	};
	for (size_t i = 0; i < TD_COUNT(cells); i++)
		if (!cells[i])
			return false;
	return td_table_add(table, cells);
}

static bool list(const td_admin_t *admin, const td_versions_t *versions, td_arena_t *arena,
		 td_err_t *err)
{
	static const char *const heads[] = {"Version",   "Now",    "In force from",
					    "Published", "Tables", "Note"};
	static const bool right[TD_COUNT(heads)] = {[0] = true, [4] = true};
	const char *text;
	td_table_t *table = td_table_new(heads, right, TD_COUNT(heads), arena);
	for (size_t i = 0; table && i < td_versions_count(versions); i++)
		if (!add_version(admin, versions, td_versions_get(versions, i), arena, table))
			table = NULL;
	if (!table || !td_table_text(table, &text))
		return no_memory(err);
	(void)fputs(text, admin->out);
	return true;
}

bool td_admin_list(const td_admin_t *admin, td_err_t *err)
{
	td_admin_books_t books;
	td_arena_t *arena = td_arena_new(ARENA_MAX);
	bool fine = td_admin_books_read(admin, &books, err);
	if (fine && td_versions_count(books.versions) == 0)
		(void)fputs("nothing is published yet: thidua-admin reference publish DIR\n",
			    admin->out);
	else if (fine)
		fine = arena ? list(admin, books.versions, arena, err) : no_memory(err);
	td_admin_books_free(&books);
	td_arena_free(arena);
	return fine;
}

/* The version that a text names. */
static const td_version_t *find(const td_versions_t *versions, const char *text, td_err_t *err)
{
	char *end;
	errno = 0;
	unsigned long number = strtoul(text, &end, 10);
	bool is_number = errno == 0 && text[0] >= '0' && text[0] <= '9' && *end == '\0' &&
			 number <= UINT32_MAX;
	const td_version_t *version =
		is_number ? td_versions_find(versions, (uint32_t)number) : NULL;
	if (!version)
		(void)td_err_set(err, TD_EUSAGE,
				 "there is no version '%s'; thidua-admin reference list shows the "
				 "%zu that there are",
				 text, td_versions_count(versions));
	return version;
}

static bool show_table(const td_admin_t *admin, const td_version_t *version, const char *name,
		       td_err_t *err)
{
	for (size_t i = 0; i < version->message->n_files; i++) {
		const Thidua__V1__ReferenceFile *file = version->message->files[i];
		if (strcmp(file->name, name) != 0)
			continue;
		(void)fwrite(file->content.data, 1, file->content.len, admin->out);
		return true;
	}
	return td_err_set(err, TD_EUSAGE, "version %" PRIu32 " has no table %s", version->number,
			  name);
}

static void show_all(const td_admin_t *admin, const td_versions_t *versions,
		     const td_version_t *version)
{
	char text[TD_MOMENT_TEXT_MAX], digest[2 * TD_DIGEST_SIZE + 1];
	td_hex_write(version->message->sha256.data, TD_DIGEST_SIZE, digest);
	(void)fprintf(admin->out, "version        %" PRIu32 ", %s\n", version->number,
		      standing(versions, version, admin->now_ms));
	(void)fprintf(admin->out, "in force from  %s\n",
		      td_moment_text(version->in_force_ms, text));
	(void)fprintf(admin->out, "published      %s\n",
		      td_moment_text(version->published_ms, text));
	(void)fprintf(admin->out, "note           %s\nSHA-256        %s\n", version->message->note,
		      digest);
	for (size_t i = 0; i < version->message->n_files; i++) {
		const Thidua__V1__ReferenceFile *file = version->message->files[i];
		(void)fprintf(admin->out, "%-14s %zu rows\n", file->name, td_reference_rows(file));
	}
}

bool td_admin_show(const td_admin_t *admin, td_err_t *err)
{
	td_admin_books_t books;
	bool fine = td_admin_books_read(admin, &books, err);
	const td_version_t *version = fine ? find(books.versions, admin->arguments[0], err) : NULL;
	fine = version != NULL;
	if (fine && admin->argument_count > 1)
		fine = show_table(admin, version, admin->arguments[1], err);
	else if (fine)
		show_all(admin, books.versions, version);
	td_admin_books_free(&books);
	return fine;
}

/* What a text names: a published version, or a folder of tables, which is then in `draft`. */
static const Thidua__V1__ReferenceVersion *side(const td_versions_t *versions, const char *text,
						td_draft_t **draft, td_err_t *err)
{
	if (strspn(text, "0123456789") == strlen(text)) {
		const td_version_t *version = find(versions, text, err);
		return version ? version->message : NULL;
	}
	*draft = td_draft_read(text, err);
	return *draft ? &(*draft)->message : NULL;
}

static bool print_diff(const td_admin_t *admin, const Thidua__V1__ReferenceVersion *before,
		       const Thidua__V1__ReferenceVersion *after, td_err_t *err)
{
	size_t rows;
	td_buf_t text = td_buf_make(TEXT_MAX);
	td_arena_t *arena = td_arena_new(ARENA_MAX);
	bool fine = arena && td_reference_diff(before, after, arena, &text, &rows);
	if (fine && rows == 0)
		(void)fputs("no row differs\n", admin->out);
	else if (fine)
		(void)fwrite(text.data, 1, text.size, admin->out);
	td_arena_free(arena);
	td_buf_free(&text);
	return fine || no_memory(err);
}

bool td_admin_diff(const td_admin_t *admin, td_err_t *err)
{
	td_admin_books_t books;
	td_draft_t *drafts[2] = {NULL, NULL};
	const Thidua__V1__ReferenceVersion *sides[2] = {NULL, NULL};
	bool fine = td_admin_books_read(admin, &books, err);
	for (size_t i = 0; fine && i < 2; i++) {
		sides[i] = side(books.versions, admin->arguments[i], &drafts[i], err);
		fine = sides[i] != NULL;
	}
	fine = fine && print_diff(admin, sides[0], sides[1], err);
	td_draft_free(drafts[0]);
	td_draft_free(drafts[1]);
	td_admin_books_free(&books);
	return fine;
}
