/*
 * opt: the options of a program, from one table.
 *
 * A value comes, from weak to strong, from the table's default, the INI file, the environment and
 * the flags. The file is --config FILE, else $THIDUA_CONFIG, else /etc/thidua/thidua.ini if that
 * exists; the option `name` of `section` is the key `name` under [section], the variable
 * THIDUA_<SECTION>_<NAME> (capitals, "-" as "_") and the flag --<flag>. A list grows by each of
 * them instead of being replaced.
 *
 * A key or variable that does not exist in a section that the program reads, a section that no
 * program has, and a value out of range are errors: TD_ECONFIG with file and line or variable,
 * TD_EUSAGE for a flag. --help and --version print and leave nothing else to do.
 */
#ifndef TD_COMMON_OPT_H
#define TD_COMMON_OPT_H

#include "common/err.h"
#include "common/td.h"

enum { TD_OPT_LIST_MAX = 64 };

typedef enum td_opt_type {
	TD_OPT_TEXT,     /* const char * */
	TD_OPT_PATH,     /* const char *; said to be a path in --help, else like text */
	TD_OPT_CHOICE,   /* const char *, one of the words in `choices` ("a b c") */
	TD_OPT_INT,      /* int64_t in min..max */
	TD_OPT_DURATION, /* int64_t milliseconds in min..max, written 250ms, 5s, 2m, 1h, 7d */
	TD_OPT_SIZE,     /* int64_t bytes in min..max, written 512, 64K, 16M, 2G (powers of 1024) */
	TD_OPT_BOOL, /* bool; the flag alone means yes, --no-<flag> no; else yes, no, true ... */
	TD_OPT_LIST, /* td_opt_list_t */
} td_opt_type_t;

/* Texts from weak to strong: where two contradict, the later one counts. */
typedef struct td_opt_list {
	size_t count;
	const char *items[TD_OPT_LIST_MAX];
} td_opt_list_t;

/* One option; a table of them is static and const. Fields left out are 0 or NULL. */
typedef struct td_opt {
	const char *section;  /* "kafka"; NULL: a flag only, in no file and no variable */
	const char *name;     /* "brokers" */
	const char *flag;     /* long flag without dashes; NULL: as `name` */
	int key;              /* short flag, 'b'; 0: none */
	const char *argument; /* "HOST:PORT,..." in --help; NULL for TD_OPT_BOOL */
	td_opt_type_t type;
	size_t at;            /* offsetof in the target structure */
	const char *standard; /* default, written as in a file; NULL: NULL, 0, no, empty */
	int64_t min, max;     /* for numbers; both 0: 0..INT64_MAX */
	const char *choices;
	const char *doc; /* one phrase, for --help and the manual page */
} td_opt_t;

/* A table and the structure that it fills. */
typedef struct td_opt_group {
	const td_opt_t *items;
	size_t count;
	void *target;
} td_opt_group_t;

typedef struct td_opt_program {
	const char *name;      /* "thidua-worker" */
	const char *arguments; /* "[FILE...]"; NULL: none */
	const char *doc;       /* one sentence */
	const td_opt_group_t *groups;
	size_t group_count;
	size_t arguments_min, arguments_max;
} td_opt_program_t;

typedef struct td_opt_outcome {
	bool done;             /* help or version was printed: nothing else to do */
	size_t argument_count; /* what is left beside the flags, in order */
	char **arguments;      /* NULL after the last; kept as the texts are */
} td_opt_outcome_t;

/*
 * Fills the targets of `program` and `outcome`. Texts point into argv, the environment, or memory
 * that is kept for the process's life; call it once, from main.
 */
TD_MUST_USE bool td_opt_parse(const td_opt_program_t *program, int argc, char **argv,
			      td_opt_outcome_t *outcome, td_err_t *err);

/* Parses one value as the table says into `target`; the error names no source. For tests and for
 * values from elsewhere. `text` is kept, not copied. */
TD_MUST_USE bool td_opt_set(const td_opt_t *option, const char *text, void *target, td_err_t *err);

#endif
