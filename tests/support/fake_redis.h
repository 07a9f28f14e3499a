/* fake_redis: a Redis that answers by a script, and so fails where a real one rarely does. */
#ifndef TD_TESTS_SUPPORT_FAKE_REDIS_H
#define TD_TESTS_SUPPORT_FAKE_REDIS_H

#include "common/td.h"

/* One command that has to come, and what is answered, in Redis' protocol. */
typedef struct td_fake_step {
	const char *command; /* its words with a blank between them; NULL ends the script */
	const char *answer;  /* TD_FAKE_CLOSES: the connection ends, TD_FAKE_SILENT: nothing */
} td_fake_step_t;

extern const char TD_FAKE_CLOSES[], TD_FAKE_SILENT[];

/* What a Redis that may be used answers to INFO. */
#define TD_FAKE_FINE "$48\r\nredis_version:7.0.15\nmaxmemory_policy:noeviction\r\n"

typedef struct td_fake_redis td_fake_redis_t;

/* Listens on a free port of 127.0.0.1; fails the program if it cannot. `script` is kept. */
td_fake_redis_t *td_fake_redis_start(const td_fake_step_t *script);

/* "127.0.0.1:port" */
const char *td_fake_redis_address(const td_fake_redis_t *fake);

/* Ends it; fails the test unless the commands came as the script says, all of them. */
void td_fake_redis_finish(td_fake_redis_t *fake);

#endif
