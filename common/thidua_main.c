/* thidua: the commands of thidua under one name: `thidua tally` executes thidua-tally. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "common/err.h"
#include "common/nearest.h"

enum { PROGRAM_BYTES = 64 };

typedef struct command {
	const char *name;
	const char *doc;
} command_t;

static const command_t commands[] = {
	{"admin", "prepares the servers, publishes reference data, looks after shards"},
	{"aggregator", "folds the verdicts of all reporters into tallies in Redis"},
	{"audit", "recomputes the figures from the log, and proves that the log is whole"},
	{"producer", "takes a province's rows into its spool and sends them"},
	{"rejects", "shows what was rejected, and why"},
	{"simulate", "makes the synthetic data of 2020 and 2021"},
	{"tally", "answers questions about the tallies"},
	{"worker", "judges events: enriched, or rejected with every reason"},
};

static const command_t *find(const char *name)
{
	for (size_t i = 0; i < TD_COUNT(commands); i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

static bool list(td_err_t *err)
{
	int said = printf("Usage: thidua COMMAND [ARGUMENT...]\n"
			  "Tallies of police work, provably complete. The commands:\n\n");
	for (size_t i = 0; i < TD_COUNT(commands) && said >= 0; i++)
		said = printf("  %-12s%s\n", commands[i].name, commands[i].doc);
	if (said >= 0)
		said = printf("\n'thidua COMMAND --help' says what a command takes; settings that "
			      "all share: man thidua.\n");
	return (said >= 0 && fflush(stdout) == 0) ||
	       td_err_set(err, TD_EIO, "the list of commands cannot be written");
}

/* The program beside this one; false if its path is not known or too long. */
static bool find_beside(const char *program, char path[PATH_MAX])
{
	ssize_t size = readlink("/proc/self/exe", path, PATH_MAX - 1);
	if (size <= 0)
		return false;
	path[size] = '\0';
	char *name = strrchr(path, '/') + 1;
	size_t room = PATH_MAX - (size_t)(name - path);
	int written = snprintf(name, room, "%s", program);
	return written > 0 && (size_t)written < room;
}

/* Returns only when it failed. */
static bool execute(const command_t *command, char **argv, td_err_t *err)
{
	char program[PROGRAM_BYTES], path[PATH_MAX];
	(void)snprintf(program, sizeof program, "thidua-%s", command->name);
	argv[0] = program;
	if (find_beside(program, path))
		(void)execv(path, argv); /* where it fails, PATH is tried */
	(void)execvp(program, argv);
	return td_err_set(err, TD_ECONFIG, "%s cannot be executed: %s", program, strerror(errno));
}

static bool refuse(const char *name, td_err_t *err)
{
	td_nearest_t nearest = td_nearest_to(name);
	for (size_t i = 0; i < TD_COUNT(commands); i++)
		td_nearest_try(&nearest, commands[i].name);
	if (nearest.word)
		return td_err_set(err, TD_EUSAGE,
				  "no command '%.40s', did you mean '%s'? 'thidua' lists them",
				  name, nearest.word);
	return td_err_set(err, TD_EUSAGE, "no command '%.40s'; 'thidua' lists them", name);
}

static bool run(int argc, char **argv, td_err_t *err)
{
	const char *asked = argc > 1 ? argv[1] : "--help";
	if (strcmp(asked, "--help") == 0 || strcmp(asked, "-h") == 0)
		return list(err);
	if (strcmp(asked, "--version") == 0 || strcmp(asked, "-V") == 0)
		return (puts("thidua " TD_VERSION) >= 0 && fflush(stdout) == 0) ||
		       td_err_set(err, TD_EIO, "the version cannot be written");
	const command_t *command = find(asked);
	return command ? execute(command, argv + 1, err) : refuse(asked, err);
}

int main(int argc, char **argv)
{
	td_err_t err;
	if (run(argc, argv, &err))
		return 0;
	(void)fprintf(stderr, "thidua: %s\n", err.text);
	return td_err_exit_status(err.code);
}
