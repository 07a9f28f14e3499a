/* opt_flags: the command line, taken apart by getopt_long. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/nearest.h"
#include "common/opt_internal.h"

enum { FLAG_BYTES = 64 };

/* What getopt_long wants. */
typedef struct tables {
	struct option *longs;
	char *shorts;
	char (*negations)[FLAG_BYTES]; /* "no-<flag>" of each option that has one */
} tables_t;

static const struct option commons[] = {
	{"config", required_argument, NULL, TD_OPT_KEY_CONFIG},
	{"help", no_argument, NULL, TD_OPT_KEY_HELP},
	{"usage", no_argument, NULL, TD_OPT_KEY_USAGE},
	{"version", no_argument, NULL, TD_OPT_KEY_VERSION},
};

static void free_tables(tables_t *tables)
{
	free(tables->longs);
	free(tables->shorts);
	free(tables->negations);
}

static bool make_tables(const td_opt_program_t *program, tables_t *tables)
{
	size_t count = td_opt_count(program);
	*tables = (tables_t){
		.longs = calloc(2 * count + TD_COUNT(commons) + 1, sizeof *tables->longs),
		.shorts = calloc(2 * count + 8, 1),
		.negations = calloc(count + 1, sizeof *tables->negations),
	};
	return tables->longs && tables->shorts && tables->negations;
}

static void fill_tables(const td_opt_program_t *program, tables_t *tables)
{
	struct option *next = tables->longs;
	char *letter = stpcpy(tables->shorts, ":hV"); /* ":" tells a missing value apart */
	td_opt_place_t place;
	for (size_t i = 0; (place = td_opt_at(program, i)).option; i++) {
		const char *flag = td_opt_flag(place.option);
		int key = TD_OPT_KEY_FIRST + 2 * (int)i;
		bool is_bool = place.option->type == TD_OPT_BOOL;
		*next++ =
			(struct option){flag, is_bool ? no_argument : required_argument, NULL, key};
		if (is_bool) {
			(void)snprintf(tables->negations[i], FLAG_BYTES, "no-%s", flag);
			*next++ = (struct option){tables->negations[i], no_argument, NULL, key + 1};
		}
		if (place.option->key) {
			*letter++ = (char)place.option->key;
			if (!is_bool)
				*letter++ = ':';
		}
	}
	memcpy(next, commons, sizeof commons);
}

/* The option of a letter, or the count of all. */
static size_t find_letter(const td_opt_program_t *program, int letter)
{
	size_t i = 0;
	td_opt_place_t place;
	while ((place = td_opt_at(program, i)).option && place.option->key != letter)
		i++;
	return i;
}

/* An option that there is not, or the beginning of several; `flag` with its dashes. */
static bool refuse(const td_opt_program_t *program, const tables_t *tables, const char *flag,
		   td_err_t *err)
{
	char name[FLAG_BYTES];
	(void)snprintf(name, sizeof name, "%.*s", (int)strcspn(flag, "="), flag);
	td_nearest_t nearest = td_nearest_to(name + strspn(name, "-"));
	for (const struct option *known = tables->longs; known->name; known++)
		td_nearest_try(&nearest, known->name);
	if (!nearest.word || name[1] != '-')
		return td_err_set(err, TD_EUSAGE, "no option %s; see %s --help", name,
				  program->name);
	return td_err_set(err, TD_EUSAGE, "no option %s, did you mean --%s? See %s --help", name,
			  nearest.word, program->name);
}

/* What getopt_long answers ":" or "?" to. */
static bool fail(const td_opt_program_t *program, const tables_t *tables, int answer, char **argv,
		 td_err_t *err)
{
	char letter[] = {'-', (char)optopt, '\0'};
	bool is_letter = optopt > 0 && optopt < TD_OPT_KEY_CONFIG;
	const char *flag = is_letter ? letter : argv[optind - 1];
	if (answer == ':')
		return td_err_set(err, TD_EUSAGE, "%.60s needs a value", flag);
	if (optopt >= TD_OPT_KEY_CONFIG)
		return td_err_set(err, TD_EUSAGE, "%.*s takes no value", (int)strcspn(flag, "="),
				  flag);
	return refuse(program, tables, flag, err);
}

static void add(const td_opt_program_t *program, int key, td_opt_flags_t *flags)
{
	bool is_letter = key < TD_OPT_KEY_FIRST;
	size_t at = is_letter ? find_letter(program, key) : (size_t)(key - TD_OPT_KEY_FIRST) / 2;
	bool is_no = !is_letter && (key - TD_OPT_KEY_FIRST) % 2 == 1;
	bool is_bool = td_opt_at(program, at).option->type == TD_OPT_BOOL;
	const char *text = is_bool ? (is_no ? "no" : "yes") : optarg;
	flags->items[flags->count++] = (td_opt_given_t){at, text};
}

/* Takes one flag; false when it ends the scan, which `flags->show` says. */
static bool take(const td_opt_program_t *program, int key, td_opt_flags_t *flags)
{
	switch (key) {
	case TD_OPT_KEY_CONFIG:
		flags->config = optarg;
		return true;
	case TD_OPT_KEY_HELP:
		flags->show = TD_OPT_HELP;
		return false;
	case TD_OPT_KEY_USAGE:
		flags->show = TD_OPT_USAGE;
		return false;
	case TD_OPT_KEY_VERSION:
		flags->show = TD_OPT_VERSION;
		return false;
	default:
		add(program, key, flags);
		return true;
	}
}

static bool scan(const td_opt_program_t *program, int argc, char **argv, const tables_t *tables,
		 td_opt_flags_t *flags, td_err_t *err)
{
	int key;
	optind = 0; /* from the start, whoever called getopt before */
	while ((key = getopt_long(argc, argv, tables->shorts, tables->longs, NULL)) != -1) {
		if (key == ':' || key == '?')
			return fail(program, tables, key, argv, err);
		if (!take(program, key, flags))
			return true;
	}
	flags->argument_count = (size_t)(argc - optind);
	flags->arguments = argv + optind;
	if (flags->argument_count < program->arguments_min)
		return td_err_set(err, TD_EUSAGE, "%s is missing; see %s --help",
				  program->arguments, program->name);
	if (flags->argument_count > program->arguments_max)
		return td_err_set(err, TD_EUSAGE, "'%.60s' is one argument too many; see %s --help",
				  flags->arguments[program->arguments_max], program->name);
	return true;
}

bool td_opt_flags_read(const td_opt_program_t *program, int argc, char **argv,
		       td_opt_flags_t *flags, td_err_t *err)
{
	tables_t tables;
	*flags = (td_opt_flags_t){0};
	bool done = make_tables(program, &tables);
	/* Letters may be joined behind one dash: there are never more flags than bytes. */
	size_t bytes = 1;
	for (int i = 1; i < argc; i++)
		bytes += strlen(argv[i]);
	flags->items = calloc(bytes, sizeof *flags->items);
	if (!done || !flags->items) {
		done = td_err_set(err, TD_EMEMORY, "no memory");
	} else {
		fill_tables(program, &tables);
		done = scan(program, argc, argv, &tables, flags, err);
	}
	free_tables(&tables);
	return done;
}

bool td_opt_flags_take(const td_opt_program_t *program, const td_opt_flags_t *flags, td_err_t *err)
{
	for (size_t i = 0; i < flags->count; i++) {
		td_opt_place_t place = td_opt_at(program, flags->items[i].option);
		char where[FLAG_BYTES];
		(void)snprintf(where, sizeof where, "--%s", td_opt_flag(place.option));
		if (!td_opt_place_set(place, flags->items[i].text, where, err)) {
			err->code = TD_EUSAGE;
			return false;
		}
	}
	return true;
}
