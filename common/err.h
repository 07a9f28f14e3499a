/*
 * err: errors as values: a code for the caller, a sentence for the person.
 *
 * A sentence says what was wrong, where, and what to do, and is written where the fact is known.
 * Library code neither logs nor exits: the program logs an error once. Secrets never enter one.
 */
#ifndef TD_COMMON_ERR_H
#define TD_COMMON_ERR_H

#include "common/td.h"

/* What a caller does differently; each maps to one exit status of sysexits.h. */
typedef enum td_code {
	TD_OK = 0,
	TD_EUSAGE,       /* the command line is wrong: EX_USAGE */
	TD_ECONFIG,      /* a setting or a server's setting is wrong: EX_CONFIG */
	TD_EDATA,        /* input is wrong: EX_DATAERR */
	TD_ENOINPUT,     /* an input file is missing or unreadable: EX_NOINPUT */
	TD_EUNAVAILABLE, /* a server is away; trying again may help: EX_TEMPFAIL */
	TD_EIO,          /* a local read or write failed: EX_IOERR */
	TD_EINTEGRITY,  /* logs or tallies contradict each other; a person must look: EX_PROTOCOL */
	TD_ESUPERSEDED, /* another owner has taken over; stop quietly: EX_OK */
	TD_EMEMORY,     /* no memory, or a bound reached: EX_OSERR */
	TD_EBUG,        /* thidua is wrong: EX_SOFTWARE */
} td_code_t;

typedef struct td_err {
	td_code_t code;
	char text[512]; /* one line, terminated; cut at the end when longer */
} td_err_t;

/* Fills `err` and returns false, so that a failing function ends in `return td_err_set(...)`. */
bool td_err_set(td_err_t *err, td_code_t code, const char *format, ...) TD_FORMAT(3, 4);

/* Puts "<format>: " before the sentence already in `err`, keeps its code; returns false. */
bool td_err_prefix(td_err_t *err, const char *format, ...) TD_FORMAT(2, 3);

#ifdef __clang_analyzer__
/* The analyzer does not see from elsewhere that both return false, and would follow paths that do
 * not exist. */
#define td_err_set(...)    ((void)(td_err_set)(__VA_ARGS__), false)
#define td_err_prefix(...) ((void)(td_err_prefix)(__VA_ARGS__), false)
#endif

/* The exit status of sysexits.h that belongs to `code`. */
int td_err_exit_status(td_code_t code);

#endif
