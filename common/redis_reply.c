#include "common/redis_internal.h"

#include <stdio.h>
#include <stdlib.h>

enum { OLDEST_MAJOR = 7 };

typedef struct td_redis_known {
	const char *prefix;
	td_code_t code;
} td_redis_known_t;

/* The first that fits counts; what is not here is a command that thidua got wrong. */
static const td_redis_known_t known[] = {
	{"LOADING", TD_EUNAVAILABLE},
	{"MISCONF", TD_EUNAVAILABLE},
	{"OOM", TD_EUNAVAILABLE},
	{"READONLY", TD_EUNAVAILABLE},
	{"CLUSTERDOWN", TD_EUNAVAILABLE},
	{"MASTERDOWN", TD_EUNAVAILABLE},
	{"NOREPLICAS", TD_EUNAVAILABLE},
	{"BUSY", TD_EUNAVAILABLE},
	{"TRYAGAIN", TD_EUNAVAILABLE},
	{"ASK ", TD_EUNAVAILABLE},
	{"MOVED ", TD_EUNAVAILABLE},
	{"UNBLOCKED", TD_EUNAVAILABLE},
	{"ERR max number of clients", TD_EUNAVAILABLE},
	{"WRONGPASS", TD_ECONFIG},
	{"NOAUTH", TD_ECONFIG},
	{"NOPERM", TD_ECONFIG},
	{"DENIED", TD_ECONFIG},
	{"ERR AUTH", TD_ECONFIG},
	{"ERR Client sent AUTH", TD_ECONFIG},
	{"ERR unknown command", TD_ECONFIG},
	{"WRONGTYPE", TD_EINTEGRITY},
	{"ERR hash value is not", TD_EINTEGRITY},
	{"ERR value is not", TD_EINTEGRITY},
};

td_code_t td_redis_classify(const char *text)
{
	static const char because[] = "because of: ";
	const char *cause = strncmp(text, "EXECABORT", 9) == 0 ? strstr(text, because) : NULL;
	if (cause)
		text = cause + sizeof because - 1;
	for (size_t i = 0; i < TD_COUNT(known); i++) {
		if (strncmp(text, known[i].prefix, strlen(known[i].prefix)) == 0)
			return known[i].code;
	}
	return TD_EBUG;
}

bool td_redis_refused(td_err_t *err, const td_redis_place_t *place, const char *text)
{
	char name[TD_REDIS_NAME_MAX];
	bool moving = strncmp(text, "ASK ", 4) == 0 || strncmp(text, "TRYAGAIN", 8) == 0;
	return td_err_set(err, td_redis_classify(text), "Redis at %s: %s%s",
			  td_redis_place_name(place, name), text,
			  moving ? " (its slot is being moved; wait for the end)" : "");
}

const char *td_redis_place_name(const td_redis_place_t *place, char text[TD_REDIS_NAME_MAX])
{
	int size = place->port == 0
			   ? snprintf(text, TD_REDIS_NAME_MAX, "%s", place->host)
			   : snprintf(text, TD_REDIS_NAME_MAX, "%s:%d", place->host, place->port);
	return size < 0 ? "?" : text;
}

/* Reads a port, 1..65535, up to the end of the text. */
static bool read_port(const char *text, int *port)
{
	char *end = NULL;
	if (*text < '0' || *text > '9')
		return false;
	long number = strtol(text, &end, 10);
	if (*end != '\0' || number < 1 || number > 65535)
		return false;
	*port = (int)number;
	return true;
}

bool td_redis_place_read(const char *text, td_redis_place_t *place)
{
	const char *colon = strrchr(text, ':');
	const char *host = text;
	size_t size = text[0] == '/' ? strlen(text) : colon ? (size_t)(colon - text) : 0;
	place->port = 0;
	if (size == 0 || (text[0] != '/' && !read_port(colon + 1, &place->port)))
		return false;
	if (size > 2 && host[0] == '[' && host[size - 1] == ']') {
		host++;
		size -= 2;
	}
	if (size >= sizeof place->host)
		return false;
	memcpy(place->host, host, size);
	place->host[size] = '\0';
	return true;
}

bool td_redis_moved_read(const char *text, td_redis_place_t *place)
{
	const char *address = strrchr(text, ' ');
	if (strncmp(text, "MOVED ", 6) != 0 || !address)
		return false;
	address++;
	if (address[0] == ':')
		return read_port(address + 1, &place->port);
	return td_redis_place_read(address, place);
}

/* The value of the line "<name>:<value>" of INFO, with what follows; NULL if there is none. */
static const char *info_value(const char *info, const char *name)
{
	size_t size = strlen(name);
	for (const char *line = info; line; line = strchr(line, '\n')) {
		line += *line == '\n' ? 1 : 0;
		if (strncmp(line, name, size) == 0 && line[size] == ':')
			return line + size + 1;
	}
	return NULL;
}

bool td_redis_check_info(const char *info, td_err_t *err)
{
	const char *version = info_value(info, "redis_version");
	const char *policy = info_value(info, "maxmemory_policy");
	if (!version || !policy)
		return td_err_set(err, TD_ECONFIG,
				  "INFO says no version or eviction policy; is it a Redis?");
	if (strtol(version, NULL, 10) < OLDEST_MAJOR)
		return td_err_set(err, TD_ECONFIG, "Redis %.*s is too old; %d or newer is needed",
				  (int)strcspn(version, "\r\n"), version, OLDEST_MAJOR);
	size_t size = strcspn(policy, "\r\n");
	if (size != strlen("noeviction") || memcmp(policy, "noeviction", size) != 0)
		return td_err_set(err, TD_ECONFIG,
				  "maxmemory-policy is %.*s, which drops tallies silently; set it "
				  "to noeviction",
				  (int)size, policy);
	return true;
}

void td_redis_format(td_buf_t *pipeline, size_t count, const td_slice_t *words)
{
	td_buf_add_byte(pipeline, '*');
	td_buf_add_decimal(pipeline, (int64_t)count);
	td_buf_add_text(pipeline, "\r\n");
	for (size_t i = 0; i < count; i++) {
		td_buf_add_byte(pipeline, '$');
		td_buf_add_decimal(pipeline, (int64_t)words[i].size);
		td_buf_add_text(pipeline, "\r\n");
		td_buf_add_slice(pipeline, words[i]);
		td_buf_add_text(pipeline, "\r\n");
	}
}

/* Replies are hiredis' own, seen through our type. */
static const redisReply *raw(const td_redis_reply_t *reply)
{
	return (const redisReply *)(const void *)reply;
}

td_redis_kind_t td_redis_reply_kind(const td_redis_reply_t *reply)
{
	switch (reply ? raw(reply)->type : REDIS_REPLY_NIL) {
	case REDIS_REPLY_STRING:
	case REDIS_REPLY_STATUS:
		return TD_REDIS_TEXT;
	case REDIS_REPLY_INTEGER:
		return TD_REDIS_INTEGER;
	case REDIS_REPLY_ARRAY:
		return TD_REDIS_ARRAY;
	default:
		return TD_REDIS_NIL;
	}
}

td_slice_t td_redis_reply_text(const td_redis_reply_t *reply)
{
	if (td_redis_reply_kind(reply) != TD_REDIS_TEXT)
		return (td_slice_t){NULL, 0};
	return (td_slice_t){(const uint8_t *)raw(reply)->str, (size_t)raw(reply)->len};
}

size_t td_redis_reply_count(const td_redis_reply_t *reply)
{
	return td_redis_reply_kind(reply) == TD_REDIS_ARRAY ? raw(reply)->elements : 0;
}

const td_redis_reply_t *td_redis_reply_at(const td_redis_reply_t *reply, size_t index)
{
	if (index >= td_redis_reply_count(reply))
		return NULL;
	return (const td_redis_reply_t *)(const void *)raw(reply)->element[index];
}

/* A decimal int64 without anything around it. */
static bool read_number(td_slice_t text, int64_t *number)
{
	bool negative = text.size > 0 && text.data[0] == '-';
	uint64_t limit = (uint64_t)INT64_MAX + (negative ? 1 : 0), value = 0;
	size_t at = negative ? 1 : 0;
	if (at == text.size)
		return false;
	for (; at < text.size; at++) {
		unsigned digit = (unsigned)text.data[at] - '0';
		if (digit > 9 || value > (limit - digit) / 10)
			return false;
		value = 10 * value + digit;
	}
	*number = negative ? (int64_t)(0 - value) : (int64_t)value;
	return true;
}

bool td_redis_reply_number(const td_redis_reply_t *reply, int64_t *number)
{
	if (td_redis_reply_kind(reply) == TD_REDIS_TEXT)
		return read_number(td_redis_reply_text(reply), number);
	if (td_redis_reply_kind(reply) != TD_REDIS_INTEGER)
		return false;
	*number = raw(reply)->integer;
	return true;
}
