/*
 * opt_internal: what opt*.c share; nobody else includes it.
 */
#ifndef TD_COMMON_OPT_INTERNAL_H
#define TD_COMMON_OPT_INTERNAL_H

#include "common/opt.h"

/* One option of a program and the structure that it is in. */
typedef struct td_opt_place {
	const td_opt_t *option; /* NULL: there is none */
	void *target;
} td_opt_place_t;

/* The `index`-th option of all groups, in the order of the tables. */
td_opt_place_t td_opt_at(const td_opt_program_t *program, size_t index);
size_t td_opt_count(const td_opt_program_t *program);

/* The option's long flag. */
const char *td_opt_flag(const td_opt_t *option);

/* The sections that the programs have together; NULL after the last. */
extern const char *const td_opt_sections[];
bool td_opt_is_section(const char *name);

/* True if one of the program's options is in the section. */
bool td_opt_reads(const td_opt_program_t *program, const char *section);

/* Sets one option and puts where the text stands before an error. */
TD_MUST_USE bool td_opt_place_set(td_opt_place_t place, const char *text, const char *where,
				  td_err_t *err);

/* A copy that is kept for the process's life; NULL when memory is out. */
TD_MUST_USE const char *td_opt_keep(const char *text);

/* What the command line asks for. */
typedef struct td_opt_given {
	size_t option; /* for td_opt_at */
	const char *text;
} td_opt_given_t;

typedef enum td_opt_show { TD_OPT_RUN, TD_OPT_HELP, TD_OPT_USAGE, TD_OPT_VERSION } td_opt_show_t;

typedef struct td_opt_flags {
	td_opt_show_t show;
	const char *config; /* --config, else NULL */
	size_t count;       /* in the order given */
	td_opt_given_t *items;
	size_t argument_count;
	char **arguments;
} td_opt_flags_t;

/* The flags that every program has besides its table; values of their own, above all letters. */
enum {
	TD_OPT_KEY_CONFIG = 0x100,
	TD_OPT_KEY_USAGE,
	TD_OPT_KEY_FIRST, /* option i without a letter: this + 2 i; its "--no-": one more */
	TD_OPT_KEY_HELP = 'h',
	TD_OPT_KEY_VERSION = 'V',
};

/* The four sources. Each error says where it stands; the flags' are TD_EUSAGE, the others'
 * TD_ECONFIG. td_opt_flags_read sorts argv; free(flags->items) in either case. */
TD_MUST_USE bool td_opt_flags_read(const td_opt_program_t *program, int argc, char **argv,
				   td_opt_flags_t *flags, td_err_t *err);
TD_MUST_USE bool td_opt_flags_take(const td_opt_program_t *program, const td_opt_flags_t *flags,
				   td_err_t *err);
TD_MUST_USE bool td_opt_environment_take(const td_opt_program_t *program,
					 const char *const *environment, td_err_t *err);
TD_MUST_USE bool td_opt_file_take(const td_opt_program_t *program, const char *path, td_err_t *err);

/* Prints help or usage. */
TD_MUST_USE bool td_opt_help_print(const td_opt_program_t *program, td_opt_show_t show,
				   td_err_t *err);

#endif
