/* opt_help: what --help and --usage print, laid out by argp. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/arena.h"
#include "common/opt_internal.h"

enum { TEXTS_MAX = 1024 * 1024 };

static const char behind[] =
	"\vAn option under [SECTION] is also a key of that section in the configuration file, and "
	"the variable THIDUA_SECTION_KEY in capitals; the key is the option's name, or stands "
	"behind it. A flag is stronger than a variable, a variable stronger than the file. A "
	"yes-or-no option is turned off with \"no-\" before its name. The file is "
	"/etc/thidua/thidua.ini "
	"unless THIDUA_CONFIG or the flag names another.";

static const struct argp_option commons[] = {
	{"config", TD_OPT_KEY_CONFIG, "FILE", 0, "read this configuration file", -1},
	{"help", TD_OPT_KEY_HELP, NULL, 0, "print this list", -1},
	{"usage", TD_OPT_KEY_USAGE, NULL, 0, "print a short summary", -1},
	{"version", TD_OPT_KEY_VERSION, NULL, 0, "print the version", -1},
};

/* What is being laid out. */
typedef struct page {
	td_arena_t *arena;
	struct argp_option *next;
	const char *section; /* of the option before */
	int group;
} page_t;

static const char *join(page_t *page, const char *a, const char *b, const char *c, const char *d)
{
	size_t size = strlen(a) + strlen(b) + strlen(c) + strlen(d) + 1;
	char *text = td_arena_take(page->arena, size);
	if (text)
		(void)snprintf(text, size, "%s%s%s%s", a, b, c, d);
	return text;
}

/* The phrase, the default, and the key where it is not called as the flag. */
static const char *describe(page_t *page, const td_opt_t *option)
{
	const char *doc = option->doc;
	if (option->standard && option->type != TD_OPT_BOOL)
		doc = join(page, doc, " (default ", option->standard, ")");
	if (doc && option->section && strcmp(td_opt_flag(option), option->name) != 0)
		doc = join(page, doc, "; key ", option->name, "");
	return doc;
}

static bool add_section(page_t *page, const char *section)
{
	const char *title = section ? join(page, "[", section, "]", "") : "This call:";
	page->section = section;
	*page->next++ = (struct argp_option){.doc = title, .group = ++page->group};
	return title != NULL;
}

static bool add_option(page_t *page, const td_opt_t *option, size_t index)
{
	bool is_new = page->group == 0 || (page->section == NULL) != (option->section == NULL) ||
		      (option->section && strcmp(page->section, option->section) != 0);
	if (is_new && !add_section(page, option->section))
		return false;
	*page->next = (struct argp_option){
		.name = td_opt_flag(option),
		.key = option->key ? option->key : TD_OPT_KEY_FIRST + 2 * (int)index,
		.arg = option->type == TD_OPT_BOOL ? NULL : option->argument,
		.doc = describe(page, option),
		.group = page->group,
	};
	return page->next++->doc != NULL;
}

static bool fill(page_t *page, const td_opt_program_t *program)
{
	td_opt_place_t place;
	for (size_t i = 0; (place = td_opt_at(program, i)).option; i++) {
		if (!add_option(page, place.option, i))
			return false;
	}
	memcpy(page->next, commons, sizeof commons);
	return true;
}

static void print(const td_opt_program_t *program, td_opt_show_t show,
		  const struct argp_option *options, const char *doc)
{
	char name[64];
	const struct argp argp = {options, NULL, program->arguments, doc, NULL, NULL, NULL};
	unsigned flags = show == TD_OPT_USAGE
				 ? ARGP_HELP_USAGE
				 : ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC;
	(void)snprintf(name, sizeof name, "%s", program->name);
	/* Without its remark on how short options take values; whoever has set it knows better. */
	(void)setenv("ARGP_HELP_FMT", "no-dup-args-note", 0);
	argp_help(&argp, stdout, flags, name);
}

bool td_opt_help_print(const td_opt_program_t *program, td_opt_show_t show, td_err_t *err)
{
	size_t room = 2 * td_opt_count(program) + TD_COUNT(commons) + 1;
	struct argp_option *options = calloc(room, sizeof *options);
	page_t page = {.arena = td_arena_new(TEXTS_MAX), .next = options};
	const char *doc = page.arena ? join(&page, program->doc, "\n", behind, "") : NULL;
	bool done = options && doc && fill(&page, program);
	if (done)
		print(program, show, options, doc);
	else
		(void)td_err_set(err, TD_EMEMORY, "no memory");
	if (done && fflush(stdout) != 0)
		done = td_err_set(err, TD_EIO, "the help cannot be written");
	td_arena_free(page.arena);
	free(options);
	return done;
}
