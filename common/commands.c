#include "common/commands.h"

#include "common/nearest.h"

#include <stdio.h>

static const td_command_t *at(const td_commands_t *commands, size_t index)
{
	return (const td_command_t *)((const char *)commands->items + index * commands->size);
}

/* How many words the command's name has, if they begin `words`; 0: it is another one. */
static size_t match(const td_command_t *command, char *const *words, size_t count)
{
	const char *rest = command->name;
	for (size_t i = 0; i < count; i++) {
		size_t size = strcspn(rest, " ");
		if (strlen(words[i]) != size || memcmp(words[i], rest, size) != 0)
			return 0;
		if (rest[size] == '\0')
			return i + 1;
		rest += size + 1;
	}
	return 0;
}

/* Names the command that was meant by the first words. */
static void refuse(const td_commands_t *commands, char *const *words, size_t count, td_err_t *err)
{
	enum { WORDS_MAX = 96 };
	char said[WORDS_MAX];
	(void)snprintf(said, sizeof said, "%.40s%s%.40s", words[0], count > 1 ? " " : "",
		       count > 1 ? words[1] : "");
	td_nearest_t both = td_nearest_to(said), first = td_nearest_to(words[0]);
	for (size_t i = 0; i < commands->count; i++) {
		td_nearest_try(&both, at(commands, i)->name);
		td_nearest_try(&first, at(commands, i)->name);
	}
	const char *meant = both.word ? both.word : first.word;
	(void)td_err_set(err, TD_EUSAGE, "'%s' is no command%s%s%s; %s --help lists them", said,
			 meant ? " (did you mean '" : "", meant ? meant : "", meant ? "'?)" : "",
			 commands->program);
}

const void *td_commands_find(const td_commands_t *commands, char *const *words, size_t count,
			     size_t *used, td_err_t *err)
{
	const td_command_t *command = NULL;
	*used = 0;
	for (size_t i = 0; *used == 0 && i < commands->count; i++) {
		command = at(commands, i);
		*used = match(command, words, count);
	}
	if (*used == 0) {
		refuse(commands, words, count, err);
		return NULL;
	}
	size_t arguments = count - *used;
	if (arguments >= command->arguments_min && arguments <= command->arguments_max)
		return command;
	(void)td_err_set(err, TD_EUSAGE, "write: %s %s%s%s", commands->program, command->name,
			 command->arguments[0] != '\0' ? " " : "", command->arguments);
	return NULL;
}

const char *td_commands_describe(const td_commands_t *commands, const char *doc, char *text,
				 size_t size)
{
	int used = snprintf(text, size, "%s\n\nCommands:", doc);
	for (size_t i = 0; i < commands->count && used > 0 && (size_t)used < size; i++) {
		const td_command_t *command = at(commands, i);
		used += snprintf(text + used, size - (size_t)used, "\n  %s%s%s", command->name,
				 command->arguments[0] != '\0' ? " " : "", command->arguments);
	}
	return text;
}
