#include "tests/support/fake_redis.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

enum { COMMAND_BYTES = 512, ADDRESS_BYTES = 32 };

const char TD_FAKE_CLOSES[] = "closes", TD_FAKE_SILENT[] = "silent";

struct td_fake_redis {
	const td_fake_step_t *next;
	char address[ADDRESS_BYTES];
	char other[COMMAND_BYTES]; /* what came instead of what the script says; "": nothing */
	int listener;
	atomic_int client; /* -1: none */
	atomic_bool ending;
	pthread_t thread;
};

/* Reads "*<n>\r\n" or "$<n>\r\n". */
static bool read_count(FILE *from, char sign, size_t *count)
{
	char line[32];
	char *end;
	if (!fgets(line, sizeof line, from) || line[0] != sign)
		return false;
	*count = strtoul(line + 1, &end, 10);
	return strcmp(end, "\r\n") == 0;
}

/* Reads one command; its words are joined by blanks. */
static bool read_command(FILE *from, char command[COMMAND_BYTES])
{
	size_t words, size, used = 0;
	if (!read_count(from, '*', &words))
		return false;
	for (size_t i = 0; i < words; i++) {
		if (!read_count(from, '$', &size) || used + size + 3 > COMMAND_BYTES)
			return false;
		if (i > 0)
			command[used++] = ' ';
		if (fread(command + used, 1, size + 2, from) != size + 2)
			return false;
		used += size;
	}
	command[used] = '\0';
	return true;
}

/* Serves one connection until it ends. */
static void serve(td_fake_redis_t *fake, FILE *from, int client)
{
	char command[COMMAND_BYTES];
	while (read_command(from, command)) {
		const td_fake_step_t *step = fake->next;
		if (!step->command || strcmp(step->command, command) != 0) {
			memcpy(fake->other, command, sizeof command);
			return;
		}
		fake->next++;
		if (step->answer == TD_FAKE_CLOSES)
			return;
		if (step->answer != TD_FAKE_SILENT &&
		    write(client, step->answer, strlen(step->answer)) < 0)
			return;
	}
}

static void *run(void *context)
{
	td_fake_redis_t *fake = context;
	while (!fake->ending) {
		int client = accept(fake->listener, NULL, NULL);
		if (client < 0)
			break;
		FILE *from = fdopen(client, "r");
		if (!from)
			abort();
		fake->client = client;
		if (!fake->ending)
			serve(fake, from, client);
		fake->client = -1;
		(void)fclose(from);
	}
	return NULL;
}

td_fake_redis_t *td_fake_redis_start(const td_fake_step_t *script)
{
	struct sockaddr_in place = {.sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof place;
	td_fake_redis_t *fake = calloc(1, sizeof *fake);
	if (!fake)
		abort();
	fake->next = script;
	fake->client = -1;
	fake->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fake->listener < 0 ||
	    bind(fake->listener, (struct sockaddr *)&place, sizeof place) != 0 ||
	    listen(fake->listener, 8) != 0 ||
	    getsockname(fake->listener, (struct sockaddr *)&place, &size) != 0)
		abort();
	(void)snprintf(fake->address, sizeof fake->address, "127.0.0.1:%d", ntohs(place.sin_port));
	if (pthread_create(&fake->thread, NULL, run, fake) != 0)
		abort();
	return fake;
}

const char *td_fake_redis_address(const td_fake_redis_t *fake)
{
	return fake->address;
}

void td_fake_redis_finish(td_fake_redis_t *fake)
{
	char other[COMMAND_BYTES];
	fake->ending = true;
	(void)shutdown(fake->listener, SHUT_RDWR);
	int client = fake->client;
	if (client >= 0)
		(void)shutdown(client, SHUT_RDWR);
	(void)pthread_join(fake->thread, NULL);
	(void)close(fake->listener);
	const char *missing = fake->next->command;
	memcpy(other, fake->other, sizeof other);
	free(fake);
	if (other[0] != '\0')
		fail_msg("'%s' came instead of '%s'", other, missing ? missing : "nothing");
	if (missing)
		fail_msg("'%s' never came", missing);
}
