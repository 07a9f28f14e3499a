#include "aggregator/origin.h"

#include "common/clock.h"
#include "workers/decisions.h"
#include "workers/topics.h"
#include "workers/verdict.h"

#include <thidua/v1/verdict.pb-c.h>

#include <openssl/sha.h>

#include <inttypes.h>

enum {
	PATIENCE_MS = 10000, /* for one record of a log that has it */
	POLL_MS = 100,
	SEARCH_BACK = 200000, /* verdicts; more than a waking worker can have put in between */
};

/* Calls `each` for the records of `topic` from `offset` until it says stop, or until the log's end.
 */
typedef bool each_t(void *context, const td_kafka_item_t *record);

typedef enum heard { HEARD_MORE, HEARD_ENOUGH, HEARD_FAILED } heard_t;

static heard_t hear(const td_kafka_item_t *item, const char *topic, each_t *each, void *context,
		    td_err_t *err)
{
	if (item->kind == TD_KAFKA_ITEM_RECORD)
		return each(context, item) ? HEARD_MORE : HEARD_ENOUGH;
	if (item->kind == TD_KAFKA_ITEM_END)
		return HEARD_ENOUGH;
	if (item->error == TD_KAFKA_RETRY)
		return HEARD_MORE;
	(void)td_err_set(err, td_kafka_class_code(item->error), "%s at offset %" PRId64 ": %s",
			 topic, item->offset, item->why);
	return HEARD_FAILED;
}

static bool walk(td_kafka_reader_t *reader, const char *topic, td_kafka_start_t start, each_t *each,
		 void *context, td_err_t *err)
{
	heard_t heard = HEARD_MORE;
	int64_t give_up_ms = td_clock_mono_ms() + PATIENCE_MS;
	td_kafka_stream_t *stream = td_kafka_reader_open(reader, topic, start, NULL, err);
	if (!stream)
		return false;
	while (heard == HEARD_MORE && td_clock_mono_ms() < give_up_ms) {
		const td_kafka_item_t *items;
		size_t count = td_kafka_reader_read(reader, POLL_MS, &items);
		if (count > 0 && items[0].kind == TD_KAFKA_ITEM_RECORD)
			give_up_ms = td_clock_mono_ms() + PATIENCE_MS;
		for (size_t i = 0; i < count && heard == HEARD_MORE; i++)
			if (items[i].stream == stream)
				heard = hear(&items[i], topic, each, context, err);
	}
	td_kafka_stream_close(stream);
	if (heard == HEARD_MORE)
		return td_err_set(err, TD_EUNAVAILABLE,
				  "%s gives nothing within %d s, though its end was not reached",
				  topic, PATIENCE_MS / 1000);
	return heard == HEARD_ENOUGH;
}

typedef struct first {
	bool found;
	uint64_t offset;
	int64_t append_ms;
	uint8_t sha256[SHA256_DIGEST_LENGTH];
} first_t;

static bool take_first(void *context, const td_kafka_item_t *record)
{
	first_t *first = context;
	first->found = true;
	first->offset = (uint64_t)record->offset;
	first->append_ms = record->append_ms;
	(void)SHA256(record->value.data ? record->value.data : (const uint8_t *)"",
		     record->value.size, first->sha256);
	return false;
}

/* Whether what lies at the remembered event's offset is that event. */
static bool compare_first(const char *raw_topic, const td_head_t *head, const first_t *first,
			  td_err_t *err)
{
	if (!first->found || first->offset != head->first_offset)
		return td_err_set(
			err, TD_EINTEGRITY,
			"%s holds nothing at offset %" PRIu64
			", where the first event was that the shard was folded from: the topic was "
			"cut, or deleted and created again; see what became of it, then "
			"thidua-admin shard rebuild",
			raw_topic, head->first_offset);
	if (first->append_ms != head->first_append_ms)
		return td_err_set(
			err, TD_EINTEGRITY,
			"the event at offset %" PRIu64 " of %s was appended at %" PRId64
			" ms, but the shard was folded from a log where it came at %" PRId64
			" ms: the topic was deleted and created again; see what became of it, "
			"then thidua-admin shard rebuild",
			head->first_offset, raw_topic, first->append_ms, head->first_append_ms);
	if (memcmp(first->sha256, head->first_sha256, sizeof(first->sha256)) != 0)
		return td_err_set(
			err, TD_EINTEGRITY,
			"the event at offset %" PRIu64
			" of %s is another than the one that the shard was folded from: the topic "
			"was deleted and created again; see what became of it, then thidua-admin "
			"shard rebuild",
			head->first_offset, raw_topic);
	return true;
}

static bool take_decision(void *context, const td_kafka_item_t *record)
{
	td_err_t ignored; /* one that says nothing is left out, as the workers do */
	if (record->value.data)
		(void)!td_decisions_take(context, record->key, record->value, &ignored);
	return true;
}

/* All that was decided so far; where there is no such topic, nothing. */
static bool read_decisions(td_kafka_reader_t *reader, td_decisions_t *decisions, td_err_t *err)
{
	const td_kafka_start_t start = {.from = TD_KAFKA_FROM_BEGINNING};
	int64_t low, high;
	if (!decisions)
		return td_err_set(err, TD_EMEMORY, "no memory for decisions");
	if (!td_kafka_reader_bounds(reader, TD_TOPIC_DECISIONS, &low, &high, err))
		return err->code == TD_ECONFIG;
	return walk(reader, TD_TOPIC_DECISIONS, start, take_decision, decisions, err);
}

/* Whether the head's first event is the first of the archive. */
static bool is_first(const Thidua__V1__RestoredEvent *event, const td_head_t *head)
{
	return event && event->offset == head->first_offset &&
	       event->append_ms == head->first_append_ms &&
	       memcmp(event->sha256.data, head->first_sha256, sizeof head->first_sha256) == 0;
}

/* Whether the first event lies in an archive with which the log was decided to begin, since its
 * cluster was lost; `err` says what is wrong with the log if it was not. */
static bool is_restored(td_kafka_reader_t *reader, const char *raw_topic, const td_head_t *head,
			uint64_t low, td_err_t *err)
{
	td_err_t why = *err;
	td_decisions_t *decisions = td_decisions_new();
	bool read = read_decisions(reader, decisions, err);
	const Thidua__V1__RestoredLog *log =
		read ? td_decisions_restored(decisions, td_topic_reporter(raw_topic)) : NULL;
	bool same = log && is_first(log->first, head);
	if (read && !same)
		*err = why;
	else if (same && low < log->end_offset)
		same = td_err_set(err, TD_EUNAVAILABLE,
				  "%s begins at offset %" PRIu64
				  ", but goes on from an archive at %" PRIu64
				  ": call thidua-audit restore again",
				  raw_topic, low, log->end_offset);
	td_decisions_free(decisions);
	return same;
}

bool td_origin_check(td_kafka_reader_t *reader, const char *raw_topic, const td_head_t *head,
		     td_err_t *err)
{
	int64_t low, high;
	first_t first = {0};
	if (!td_kafka_reader_bounds(reader, raw_topic, &low, &high, err))
		return false;
	if (head->position.next > (uint64_t)high)
		return td_err_set(
			err, TD_EINTEGRITY,
			"%s ends at offset %" PRId64 ", but the shard has folded up to %" PRIu64
			": the topic was cut, or deleted and created again; see what became "
			"of it, then thidua-admin shard rebuild",
			raw_topic, high, head->position.next);
	if (!head->first_known)
		return true;
	/* Below the log's first offset nothing can be read. */
	td_kafka_start_t start = {TD_KAFKA_FROM_OFFSET, (int64_t)head->first_offset};
	if (head->first_offset >= (uint64_t)low &&
	    !walk(reader, raw_topic, start, take_first, &first, err))
		return false;
	return compare_first(raw_topic, head, &first, err) ||
	       is_restored(reader, raw_topic, head, (uint64_t)low, err);
}

/* A record of the verdict log that is remembered, and whether it is still there. */
typedef struct remembered {
	int64_t offset, append_ms;
	bool there;
} remembered_t;

static bool compare_remembered(void *context, const td_kafka_item_t *record)
{
	remembered_t *remembered = context;
	remembered->there =
		record->offset == remembered->offset && record->append_ms == remembered->append_ms;
	return false;
}

/* Whether the log from `low` to `end` goes on where `head` says that it was read to. */
static bool goes_on(td_kafka_reader_t *reader, const char *topic, const td_head_t *head,
		    int64_t low, int64_t end, bool *yes, td_err_t *err)
{
	remembered_t last = {(int64_t)head->verdict_hint - 1, head->verdict_hint_append_ms, false};
	*yes = head->verdict_hint <= (uint64_t)low;
	if (*yes || head->verdict_hint > (uint64_t)end)
		return true;
	if (!walk(reader, topic, (td_kafka_start_t){TD_KAFKA_FROM_OFFSET, last.offset},
		  compare_remembered, &last, err))
		return false;
	*yes = last.there;
	return true;
}

bool td_origin_goes_on(td_kafka_reader_t *reader, const char *verdict_topic, const td_head_t *head,
		       bool *yes, td_err_t *err)
{
	int64_t low, end;
	return td_kafka_reader_bounds(reader, verdict_topic, &low, &end, err) &&
	       goes_on(reader, verdict_topic, head, low, end, yes, err);
}

/* What a search in the verdict log looks for, and what it has seen. */
typedef struct search {
	uint64_t next;     /* the raw offset up to which all was folded */
	int64_t until;     /* verdict offset at which to give up */
	bool any, found;   /* a verdict was read; one that was not folded, */
	int64_t found_at;  /* there; `until` when there is none */
	int64_t before_ms; /* append time of the one before it; 0 if it is the first one read */
} search_t;

static bool look(void *context, const td_kafka_item_t *record)
{
	search_t *search = context;
	if (record->offset >= search->until)
		return false;
	Thidua__V1__Verdict *verdict =
		thidua__v1__verdict__unpack(NULL, record->value.size, record->value.data);
	/* What is no verdict will be named by the fold. */
	search->found = !verdict || td_verdict_through(verdict) >= search->next;
	if (verdict)
		thidua__v1__verdict__free_unpacked(verdict, NULL);
	if (search->found) {
		search->found_at = record->offset;
		return false;
	}
	search->any = true;
	search->before_ms = record->append_ms;
	return true;
}

/* Searches before `until`, from window to window, until one begins with what was folded. */
static bool search_back(td_kafka_reader_t *reader, const char *topic, int64_t low, search_t *search,
			td_err_t *err)
{
	int64_t from = search->until;
	do {
		from = from - low > SEARCH_BACK ? from - SEARCH_BACK : low;
		search->any = search->found = false;
		search->found_at = search->until;
		search->before_ms = 0;
		if (!walk(reader, topic, (td_kafka_start_t){TD_KAFKA_FROM_OFFSET, from}, look,
			  search, err))
			return false;
	} while (from > low && !search->any);
	return true;
}

bool td_origin_find(td_kafka_reader_t *reader, const char *verdict_topic, td_head_t *head,
		    td_err_t *err)
{
	int64_t low, end;
	bool holds;
	search_t search = {.next = head->position.next};
	if (!td_kafka_reader_bounds(reader, verdict_topic, &low, &end, err) ||
	    !goes_on(reader, verdict_topic, head, low, end, &holds, err))
		return false;
	if (holds)
		return true;
	search.until = head->verdict_hint < (uint64_t)end ? (int64_t)head->verdict_hint : end;
	if (!search_back(reader, verdict_topic, low, &search, err))
		return false;
	head->verdict_hint = (uint64_t)search.found_at;
	head->verdict_hint_append_ms = search.before_ms;
	return true;
}
