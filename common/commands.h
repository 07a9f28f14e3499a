/*
 * commands: the words by which a program is told what to do, from one table.
 *
 * Pure. A program's table holds structures of its own that begin with a td_command_t; help, usage
 * and what is said of a mistyped word all come from it.
 */
#ifndef TD_COMMON_COMMANDS_H
#define TD_COMMON_COMMANDS_H

#include "common/err.h"
#include "common/td.h"

typedef struct td_command {
	const char *name; /* one word or two */
	size_t arguments_min, arguments_max;
	const char *arguments; /* for people: "A [B] --by OFFICE" */
} td_command_t;

typedef struct td_commands {
	const char *program;
	const void *items;
	size_t size, count; /* of an item; of items */
} td_commands_t;

/* Initialises one. */
#define TD_COMMANDS(program, table)                                                                \
	{                                                                                          \
		program, table, sizeof(table)[0], TD_COUNT(table)                                  \
	}

/* The item that the first of `words` name; `used`: how many do, the others are its arguments. NULL
 * and TD_EUSAGE: there is no such command, or it takes fewer or more arguments. */
TD_MUST_USE const void *td_commands_find(const td_commands_t *commands, char *const *words,
					 size_t count, size_t *used, td_err_t *err);

/* `doc`, and below it every command with its arguments, for --help; cut to `size`. */
const char *td_commands_describe(const td_commands_t *commands, const char *doc, char *text,
				 size_t size);

#endif
