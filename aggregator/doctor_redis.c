/* doctor: Redis itself: whether it may be used, keeps what it is given, and has room. */
#include "aggregator/doctor.h"
#include "aggregator/registry.h"
#include "common/clock.h"

#include <inttypes.h>
#include <stdlib.h>

enum { INFO_VALUE_MAX = 64, FULL_PERCENT = 90 };

/* The value of "name:value" in an answer to INFO; "" where there is none. */
static void info_value(td_slice_t info, const char *name, char value[INFO_VALUE_MAX])
{
	size_t size = strlen(name), at = 0;
	value[0] = '\0';
	while (at < info.size) {
		const char *line = (const char *)info.data + at;
		const char *end = memchr(line, '\n', info.size - at);
		size_t length = end ? (size_t)(end - line) : info.size - at;
		if (length > size && memcmp(line, name, size) == 0 && line[size] == ':') {
			(void)snprintf(value, INFO_VALUE_MAX, "%.*s", (int)(length - size - 1),
				       line + size + 1);
			value[strcspn(value, "\r")] = '\0';
			return;
		}
		at += length + 1;
	}
}

/* What must not be read in INFO. */
static const struct {
	const char *name, *bad, *wrong, *mend;
	bool alone; /* of a Redis that is in no cluster: there, each node leads to the masters */
} rules[] = {
	{"aof_enabled", "0", "Redis keeps no append-only file: what it held is lost with it",
	 "appendonly yes in redis.conf, and now: redis-cli config set appendonly yes", false},
	{"aof_last_write_status", "err", "Redis could not write its append-only file",
	 "see its log, and how full its disk is", false},
	{"aof_last_bgrewrite_status", "err", "Redis could not rewrite its append-only file",
	 "see its log, and how full its disk is", false},
	{"role", "slave", "this Redis is a replica, which takes no writes",
	 "let [redis] address name the master", true},
};

static void check_memory(td_doctor_t *doctor, td_slice_t info)
{
	char used[INFO_VALUE_MAX], most[INFO_VALUE_MAX];
	info_value(info, "used_memory", used);
	info_value(info, "maxmemory", most);
	long long used_bytes = strtoll(used, NULL, 10), most_bytes = strtoll(most, NULL, 10);
	if (most_bytes > 0 && used_bytes / FULL_PERCENT >= most_bytes / 100)
		td_doctor_wrong(doctor, "give it a larger maxmemory before it refuses writes",
				"Redis uses %lld of its maxmemory of %lld bytes", used_bytes,
				most_bytes);
}

static void check_info(td_doctor_t *doctor, td_slice_t info)
{
	char value[INFO_VALUE_MAX];
	size_t before = doctor->wrong;
	info_value(info, "cluster_enabled", value);
	bool in_cluster = strcmp(value, "1") == 0;
	for (size_t i = 0; i < TD_COUNT(rules); i++) {
		info_value(info, rules[i].name, value);
		if (strcmp(value, rules[i].bad) == 0 && !(rules[i].alone && in_cluster))
			td_doctor_wrong(doctor, rules[i].mend, "%s", rules[i].wrong);
	}
	check_memory(doctor, info);
	info_value(info, "redis_version", value);
	if (doctor->wrong == before)
		td_doctor_fine(doctor, "Redis %s: noeviction, append-only file", value);
}

/* A power cut that tears the file within a MULTI leaves it open there; what is appended behind it
 * is lost, or executed together with the torn part, at the next start (seen with 7.0.15). */
static void check_torn_file(td_doctor_t *doctor, td_redis_t *redis)
{
	td_err_t denied;
	td_redis_add_words(redis, "CONFIG", "GET", "aof-load-truncated");
	if (!td_redis_run(redis, &denied))
		return;
	td_slice_t value = td_redis_reply_text(td_redis_reply_at(td_redis_reply(redis, 0), 1));
	if (td_slice_equal(value, td_slice_text("yes")))
		td_doctor_note(doctor,
			       "Redis has aof-load-truncated yes: it may start from a file that a "
			       "power cut tore within a transaction, and execute a part of it at a "
			       "later start; set it to no, and mend a torn file with "
			       "redis-check-aof --fix");
}

/* The answer to TIME: seconds and microseconds. */
static void check_time(td_doctor_t *doctor, const td_redis_reply_t *reply, int64_t before_ms)
{
	int64_t seconds, us;
	if (td_redis_reply_number(td_redis_reply_at(reply, 0), &seconds) &&
	    td_redis_reply_number(td_redis_reply_at(reply, 1), &us))
		td_doctor_clock(doctor, "Redis'", seconds * 1000 + us / 1000, before_ms,
				td_clock_wall_ms());
}

static void find_generation(td_doctor_t *doctor, td_redis_t *redis)
{
	td_err_t err;
	if (!td_registry_live(redis, doctor->admin->settings->generation, &doctor->generation,
			      &err))
		td_doctor_wrong(doctor, "", "%s", err.text);
}

void td_doctor_redis(td_doctor_t *doctor)
{
	td_err_t err;
	td_redis_t *redis = td_redis_new(&doctor->admin->settings->redis, &err);
	bool fine = redis && td_redis_connect(redis, &err);
	doctor->redis_is_there = fine;
	if (fine) {
		int64_t before_ms = td_clock_wall_ms();
		td_redis_add_words(redis, "INFO");
		td_redis_add_words(redis, "TIME");
		fine = td_redis_run(redis, &err);
		if (fine) {
			check_info(doctor, td_redis_reply_text(td_redis_reply(redis, 0)));
			check_time(doctor, td_redis_reply(redis, 1), before_ms);
			check_torn_file(doctor, redis);
			find_generation(doctor, redis);
		}
	}
	if (!fine)
		td_doctor_wrong(doctor,
				err.code == TD_EUNAVAILABLE ? "start it, or correct section [redis]"
							    : "",
				"%s", err.text);
	td_redis_free(redis);
}
