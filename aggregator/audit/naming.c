#include "aggregator/audit/naming.h"

#include "common/room.h"
#include "workers/wire_reader.h"

#include <stdlib.h>

enum {
	/* Fields of a Verdict (proto/thidua/v1/verdict.proto), and of its Absent. */
	FIELD_RAW_OFFSET = 1,
	FIELD_VERSION = 3,
	FIELD_ENRICHED = 4,
	FIELD_REJECTED = 5,
	FIELD_ABSENT = 6,
	FIELD_THROUGH = 1,
};

struct td_naming {
	size_t count, room;
	td_naming_run_t *runs; /* ascending, apart; neighbours that touch name different versions */
};

td_naming_t *td_naming_new(void)
{
	return calloc(1, sizeof(td_naming_t));
}

void td_naming_free(td_naming_t *naming)
{
	if (naming == NULL)
		return;
	free(naming->runs);
	free(naming);
}

/* The end of an absent range. */
static bool read_through(td_slice_t absent, uint64_t *through)
{
	td_wire_reader_t reader = {absent.data, absent.data + absent.size, true};
	td_wire_element_t element = {0};
	while (td_wire_more(&reader)) {
		if (!td_wire_read(&reader, &element))
			return false;
		if (element.number == FIELD_THROUGH && element.type == TD_WIRE_VARINT)
			*through = element.value;
	}
	return true;
}

bool td_naming_read(td_slice_t verdict, td_naming_run_t *run)
{
	uint64_t first = 0, version = 0, through = 0;
	uint32_t outcome = 0;
	if (verdict.size == 0)
		return false;
	td_wire_reader_t reader = {verdict.data, verdict.data + verdict.size, true};
	td_wire_element_t element = {0};
	while (td_wire_more(&reader)) {
		if (!td_wire_read(&reader, &element))
			return false;
		bool is_number = element.type == TD_WIRE_VARINT;
		if (element.number == FIELD_RAW_OFFSET && is_number)
			first = element.value;
		else if (element.number == FIELD_VERSION && is_number)
			version = element.value;
		else if (element.number >= FIELD_ENRICHED && element.number <= FIELD_ABSENT &&
			 element.type == TD_WIRE_BYTES)
			outcome = element.number;
		if (outcome == FIELD_ABSENT && element.number == FIELD_ABSENT &&
		    !read_through(element.content, &through))
			return false;
	}
	bool is_absent = outcome == FIELD_ABSENT;
	*run = (td_naming_run_t){first, is_absent ? through : first,
				 is_absent ? 0 : (uint32_t)version};
	return outcome != 0 && version <= UINT32_MAX && run->last >= first &&
	       run->last <= INT64_MAX;
}

/* The first run that ends at the offset or behind it. */
static size_t find(const td_naming_t *naming, uint64_t raw_offset)
{
	size_t low = 0, high = naming->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (naming->runs[middle].last < raw_offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool make_room(td_naming_t *naming, td_err_t *err)
{
	if (naming->count == TD_NAMING_MAX)
		return td_err_set(err, TD_EMEMORY,
				  "the verdicts change their version more than %d times",
				  TD_NAMING_MAX);
	return td_room(&naming->runs, sizeof *naming->runs, naming->count, &naming->room) ||
	       td_err_set(err, TD_EMEMORY, "no memory for the verdicts' versions");
}

/* Makes one run of the one at `at` and the next, if they are. */
static void join(td_naming_t *naming, size_t at)
{
	if (at + 1 >= naming->count)
		return;
	td_naming_run_t *run = &naming->runs[at], *next = run + 1;
	if (run->last + 1 != next->first || run->version != next->version)
		return;
	run->last = next->last;
	memmove(next, next + 1, (naming->count - at - 2) * sizeof *next);
	naming->count--;
}

/* Puts a run that overlaps no other before the one at `at`. */
static bool insert(td_naming_t *naming, size_t at, const td_naming_run_t *run, td_err_t *err)
{
	if (!make_room(naming, err))
		return false;
	td_naming_run_t *place = &naming->runs[at];
	memmove(place + 1, place, (naming->count - at) * sizeof *place);
	*place = *run;
	naming->count++;
	join(naming, at);
	if (at > 0)
		join(naming, at - 1);
	return true;
}

bool td_naming_add(td_naming_t *naming, const td_naming_run_t *run, td_err_t *err)
{
	uint64_t first = run->first;
	while (first <= run->last) {
		size_t at = find(naming, first);
		const td_naming_run_t *next = at < naming->count ? &naming->runs[at] : NULL;
		if (next != NULL && next->first <= first) { /* said before */
			first = next->last + 1;
			continue;
		}
		bool meets = next != NULL && next->first <= run->last;
		const td_naming_run_t piece = {first, meets ? next->first - 1 : run->last,
					       run->version};
		if (!insert(naming, at, &piece, err))
			return false;
		first = piece.last + 1;
	}
	return true;
}

uint32_t td_naming_find(const td_naming_t *naming, uint64_t raw_offset)
{
	size_t at = find(naming, raw_offset);
	return at < naming->count && naming->runs[at].first <= raw_offset ? naming->runs[at].version
									  : 0;
}

uint64_t td_naming_end(const td_naming_t *naming)
{
	return naming->count == 0 ? 0 : naming->runs[naming->count - 1].last + 1;
}

size_t td_naming_count(const td_naming_t *naming)
{
	return naming->count;
}

const td_naming_run_t *td_naming_get(const td_naming_t *naming, size_t index)
{
	return &naming->runs[index];
}

static bool same_run(const td_naming_run_t *a, const td_naming_run_t *b)
{
	return a->first == b->first && a->last == b->last && a->version == b->version;
}

/* The first offset of which two runs that differ say something else. */
static uint64_t part(const td_naming_run_t *a, const td_naming_run_t *b)
{
	if (a->first != b->first || a->version != b->version)
		return a->first < b->first ? a->first : b->first;
	return (a->last < b->last ? a->last : b->last) + 1;
}

bool td_naming_equal(const td_naming_t *naming, const td_naming_t *other, uint64_t *raw_offset)
{
	size_t at = 0;
	while (at < naming->count && at < other->count &&
	       same_run(&naming->runs[at], &other->runs[at]))
		at++;
	if (at < naming->count && at < other->count)
		*raw_offset = part(&naming->runs[at], &other->runs[at]);
	else if (at < naming->count)
		*raw_offset = naming->runs[at].first;
	else if (at < other->count)
		*raw_offset = other->runs[at].first;
	return at == naming->count && at == other->count;
}

const td_version_t *td_rule_version(const td_rule_t *rule, int64_t append_ms)
{
	return td_decisions_version(rule->decisions, rule->versions, rule->generation, append_ms);
}

const td_version_t *td_naming_version(const td_naming_t *naming, const td_rule_t *rule,
				      const td_raw_t *raw)
{
	uint32_t number = naming != NULL ? td_naming_find(naming, raw->offset) : 0;
	const td_version_t *version = number != 0 ? td_versions_find(rule->versions, number) : NULL;
	return version != NULL ? version : td_rule_version(rule, raw->append_ms);
}
