#include "common/opt.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/file.h"
#include "common/opt_internal.h"

#define STANDARD_FILE "/etc/thidua/thidua.ini"

/* A section stands here once a program reads it; the others then know it is no mistake. */
const char *const td_opt_sections[] = {
	"kafka", "redis", "log",   "reference", "producer", "worker", "aggregator",
	"tally", "admin", "audit", "simulate",  "rejects",  "demo", /* of deploy/demo */
	NULL,
};

td_opt_place_t td_opt_at(const td_opt_program_t *program, size_t index)
{
	for (size_t i = 0; i < program->group_count; i++) {
		const td_opt_group_t *group = &program->groups[i];
		if (index < group->count)
			return (td_opt_place_t){&group->items[index], group->target};
		index -= group->count;
	}
	return (td_opt_place_t){NULL, NULL};
}

size_t td_opt_count(const td_opt_program_t *program)
{
	size_t count = 0;
	for (size_t i = 0; i < program->group_count; i++)
		count += program->groups[i].count;
	return count;
}

const char *td_opt_flag(const td_opt_t *option)
{
	return option->flag ? option->flag : option->name;
}

bool td_opt_reads(const td_opt_program_t *program, const char *section)
{
	td_opt_place_t place;
	for (size_t i = 0; (place = td_opt_at(program, i)).option; i++) {
		if (place.option->section && strcmp(place.option->section, section) == 0)
			return true;
	}
	return false;
}

bool td_opt_place_set(td_opt_place_t place, const char *text, const char *where, td_err_t *err)
{
	return td_opt_set(place.option, text, place.target, err) || td_err_prefix(err, "%s", where);
}

const char *td_opt_keep(const char *text)
{
	/* Reachable to the end, so that a leak checker has nothing to say. */
	static struct kept {
		struct kept *next;
		char text[];
	} * all;
	size_t size = strlen(text) + 1;
	struct kept *one = malloc(sizeof *one + size);
	if (!one)
		return NULL;
	memcpy(one->text, text, size);
	one->next = all;
	all = one;
	return one->text;
}

bool td_opt_is_section(const char *section)
{
	size_t i = 0;
	while (td_opt_sections[i] && strcmp(td_opt_sections[i], section) != 0)
		i++;
	return td_opt_sections[i] != NULL;
}

/* True if an earlier option of the program, or one that all have, is asked for by the same flag or
 * letter. */
static bool is_taken(const td_opt_program_t *program, size_t index)
{
	static const char *const commons[] = {"config", "help", "usage", "version"};
	const td_opt_t *option = td_opt_at(program, index).option;
	if (option->key == TD_OPT_KEY_HELP || option->key == TD_OPT_KEY_VERSION)
		return true;
	for (size_t i = 0; i < TD_COUNT(commons); i++) {
		if (strcmp(commons[i], td_opt_flag(option)) == 0)
			return true;
	}
	for (size_t i = 0; i < index; i++) {
		const td_opt_t *other = td_opt_at(program, i).option;
		if (strcmp(td_opt_flag(other), td_opt_flag(option)) == 0 ||
		    (option->key != 0 && other->key == option->key))
			return true;
	}
	return false;
}

/* The options' defaults, and that the tables are right; each error is thidua's own. */
static bool take_standards(const td_opt_program_t *program, td_err_t *err)
{
	td_opt_place_t place;
	for (size_t i = 0; (place = td_opt_at(program, i)).option; i++) {
		const td_opt_t *option = place.option;
		if (option->section && !td_opt_is_section(option->section))
			return td_err_set(err, TD_EBUG, "section %s is not in common/opt.c",
					  option->section);
		if (is_taken(program, i))
			return td_err_set(err, TD_EBUG, "--%s is there twice, or its letter is",
					  td_opt_flag(option));
		if (option->standard &&
		    !td_opt_place_set(place, option->standard, "default", err)) {
			(void)td_err_prefix(err, "%s", option->name);
			err->code = TD_EBUG;
			return false;
		}
	}
	return true;
}

/* Which file to read; NULL: none. */
static const char *choose_file(const td_opt_flags_t *flags)
{
	const char *named = getenv("THIDUA_CONFIG");
	if (flags->config)
		return flags->config;
	if (named && named[0] != '\0')
		return named;
	return td_file_exists(STANDARD_FILE) ? STANDARD_FILE : NULL;
}

static bool show(const td_opt_program_t *program, const td_opt_flags_t *flags, td_err_t *err)
{
	if (flags->show != TD_OPT_VERSION)
		return td_opt_help_print(program, flags->show, err);
	if (printf("%s %s\n", program->name, TD_VERSION) < 0 || fflush(stdout) != 0)
		return td_err_set(err, TD_EIO, "the version cannot be written");
	return true;
}

bool td_opt_parse(const td_opt_program_t *program, int argc, char **argv, td_opt_outcome_t *outcome,
		  td_err_t *err)
{
	td_opt_flags_t flags = {0};
	*outcome = (td_opt_outcome_t){0};
	bool done =
		take_standards(program, err) && td_opt_flags_read(program, argc, argv, &flags, err);
	if (done && flags.show != TD_OPT_RUN) {
		outcome->done = true;
		done = show(program, &flags, err);
	} else if (done) {
		const char *path = choose_file(&flags);
		done = (!path || td_opt_file_take(program, path, err)) &&
		       td_opt_environment_take(program, (const char *const *)environ, err) &&
		       td_opt_flags_take(program, &flags, err);
		outcome->argument_count = flags.argument_count;
		outcome->arguments = flags.arguments;
	}
	free(flags.items);
	return done;
}
