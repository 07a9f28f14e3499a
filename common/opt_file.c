/* opt_file: the INI file, read by inih a line at a time, so that errors name their line. */
#include <ini.h>
#include <stdlib.h>

#include "common/buf.h"
#include "common/file.h"
#include "common/nearest.h"
#include "common/opt_internal.h"

enum { FILE_BYTES_MAX = 1024 * 1024 };

typedef struct file {
	const td_opt_program_t *program;
	const char *path;
	td_slice_t rest; /* not given to inih yet */
	int line;        /* of the line given last */
	int *lines;      /* where each option was set; 0: not yet */
	bool failed;
	td_err_t *err;
} file_t;

static int fail(file_t *file)
{
	file->failed = true;
	(void)td_err_prefix(file->err, "%s:%d", file->path, file->line);
	return 0;
}

/* inih's fgets. */
static char *next_line(char *line, int room, void *context)
{
	file_t *file = context;
	const uint8_t *end;
	if (file->failed || file->rest.size == 0)
		return NULL;
	end = memchr(file->rest.data, '\n', file->rest.size);
	size_t size = end ? (size_t)(end - file->rest.data) + 1 : file->rest.size;
	file->line++;
	if (room < 1 || size >= (size_t)room || memchr(file->rest.data, '\0', size)) {
		(void)td_err_set(file->err, TD_ECONFIG,
				 "longer than %d bytes, or not a line of text", room - 2);
		(void)fail(file);
		return NULL;
	}
	memcpy(line, file->rest.data, size);
	line[size] = '\0';
	file->rest.data += size;
	file->rest.size -= size;
	return line;
}

/* The option's index, or the count of all if there is none. */
static size_t find(const td_opt_program_t *program, const char *section, const char *name)
{
	size_t i = 0;
	td_opt_place_t place;
	while ((place = td_opt_at(program, i)).option) {
		if (place.option->section && strcmp(place.option->section, section) == 0 &&
		    strcmp(place.option->name, name) == 0)
			break;
		i++;
	}
	return i;
}

static bool set(file_t *file, size_t at, const char *text)
{
	td_opt_place_t place = td_opt_at(file->program, at);
	if (file->lines[at] != 0 && place.option->type != TD_OPT_LIST)
		return td_err_set(file->err, TD_ECONFIG,
				  "%s was set in line %d already (a line that begins with a space "
				  "goes on with the key above)",
				  place.option->name, file->lines[at]);
	file->lines[at] = file->line;
	const char *kept = td_opt_keep(text);
	if (!kept)
		return td_err_set(file->err, TD_EMEMORY, "no memory");
	return td_opt_place_set(place, kept, place.option->name, file->err);
}

/* A key that the section has not. */
static bool refuse(file_t *file, const char *section, const char *name)
{
	td_nearest_t nearest = td_nearest_to(name);
	td_opt_place_t place;
	for (size_t i = 0; (place = td_opt_at(file->program, i)).option; i++) {
		if (place.option->section && strcmp(place.option->section, section) == 0)
			td_nearest_try(&nearest, place.option->name);
	}
	if (!nearest.word)
		return td_err_set(file->err, TD_ECONFIG, "[%s] has no key %.60s", section, name);
	return td_err_set(file->err, TD_ECONFIG, "[%s] has no key %.60s, did you mean %s?", section,
			  name, nearest.word);
}

static int on_key(void *context, const char *section, const char *name, const char *text)
{
	file_t *file = context;
	if (file->failed)
		return 0;
	bool done = true;
	size_t at = find(file->program, section, name);
	if (section[0] == '\0')
		done = td_err_set(file->err, TD_ECONFIG, "%.60s stands before any [section]", name);
	else if (!td_opt_is_section(section))
		done = td_err_set(file->err, TD_ECONFIG, "no program has a section [%.60s]",
				  section);
	else if (td_opt_at(file->program, at).option)
		done = set(file, at, text);
	else if (td_opt_reads(file->program, section))
		done = refuse(file, section, name);
	return done ? 1 : fail(file);
}

/* inih goes on behind a line that it cannot read: the error that comes first counts. */
static bool parse(file_t *file)
{
	int line = ini_parse_stream(next_line, file, on_key, file);
	if (line < 0)
		return td_err_set(file->err, TD_EMEMORY, "%s: no memory", file->path);
	if (line > 0 && (!file->failed || line < file->line))
		return td_err_set(file->err, TD_ECONFIG, "%s:%d: neither [section] nor KEY = VALUE",
				  file->path, line);
	return !file->failed;
}

bool td_opt_file_take(const td_opt_program_t *program, const char *path, td_err_t *err)
{
	td_buf_t text = td_buf_make(FILE_BYTES_MAX);
	file_t file = {.program = program, .path = path, .err = err};
	file.lines = calloc(td_opt_count(program) + 1, sizeof *file.lines);
	bool done = file.lines || td_err_set(err, TD_EMEMORY, "no memory");
	if (done && !td_file_read(path, &text, err)) {
		done = td_err_prefix(err, "the configuration");
		err->code = TD_ECONFIG;
	}
	file.rest = td_buf_slice(&text);
	done = done && parse(&file);
	td_buf_free(&text);
	free(file.lines);
	return done;
}
