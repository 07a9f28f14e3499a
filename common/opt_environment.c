/* opt_environment: variables THIDUA_<SECTION>_<NAME>. */
#include <ctype.h>
#include <stdio.h>

#include "common/opt_internal.h"

#define PREFIX "THIDUA_"

enum { NAME_BYTES = 128 };

/* The part of `variable` behind `word` in capitals, "-" as "_"; NULL if it does not begin so. */
static const char *behind(const char *variable, const char *word)
{
	for (; *word != '\0'; word++, variable++) {
		char capital = *word == '-' ? '_' : (char)toupper((unsigned char)*word);
		if (*variable != capital)
			return NULL;
	}
	return variable;
}

/* The section that the variable names, and in `name` what is behind it; NULL if it names none. */
static const char *section_of(const char *variable, const char **name)
{
	for (size_t i = 0; td_opt_sections[i]; i++) {
		const char *rest = behind(variable, td_opt_sections[i]);
		if (rest && *rest == '_') {
			*name = rest + 1;
			return td_opt_sections[i];
		}
	}
	return NULL;
}

static td_opt_place_t find(const td_opt_program_t *program, const char *section, const char *name)
{
	td_opt_place_t place;
	for (size_t i = 0; (place = td_opt_at(program, i)).option; i++) {
		if (!place.option->section || strcmp(place.option->section, section) != 0)
			continue;
		const char *rest = behind(name, place.option->name);
		if (rest && *rest == '=')
			break;
	}
	return place;
}

/* Takes "THIDUA_KAFKA_BROKERS=...". */
static bool take(const td_opt_program_t *program, const char *variable, td_err_t *err)
{
	const char *name = NULL;
	const char *section = section_of(variable + strlen(PREFIX), &name);
	char where[NAME_BYTES];
	size_t size = strcspn(variable, "=");
	(void)snprintf(where, sizeof where, "%.*s", (int)size, variable);
	if (!section)
		return td_err_set(err, TD_ECONFIG, "%s: no program has such a variable", where);
	td_opt_place_t place = find(program, section, name);
	if (place.option)
		return td_opt_place_set(place, variable + size + 1, where, err);
	return !td_opt_reads(program, section) ||
	       td_err_set(err, TD_ECONFIG, "%s: [%s] has no such key", where, section);
}

bool td_opt_environment_take(const td_opt_program_t *program, const char *const *environment,
			     td_err_t *err)
{
	for (const char *const *variable = environment; *variable; variable++) {
		const char *name = behind(*variable, PREFIX);
		const char *equals = strchr(*variable, '=');
		/* A single word, such as THIDUA_CONFIG, names no option. */
		if (!name || !equals || !memchr(name, '_', (size_t)(equals - name)))
			continue;
		if (!take(program, *variable, err))
			return false;
	}
	return true;
}
