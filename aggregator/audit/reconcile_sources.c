#include "aggregator/audit/reconcile_sources.h"

#include "aggregator/position.h"
#include "producers/segment.h"

#include <stdlib.h>

/* A trail and what it is held against. */
typedef struct walk {
	td_trail_t trail;
	td_position_t seen; /* sequences; the holes are the gaps */
	bool anchored;      /* `chain` covers all up to seen.next - 1 */
	td_chain_t chain;
	td_chain_t window[TD_TRAIL_WINDOW]; /* the chain behind sequence n, at n modulo */
	uint64_t window_from;               /* sequences from here on are in it; UINT64_MAX: none */
	bool said_returned;
	bool open, said_late; /* an event waits for its checkpoint */
	uint64_t open_sequence, open_offset;
	int64_t open_ms;
} walk_t;

struct td_sources {
	const char *reporter;
	td_mismatch_to_t to;
	walk_t *walks[TD_TRAILS_MAX];
	size_t count;
	uint64_t unnamed;
};

td_sources_t *td_sources_new(const char *reporter, td_mismatch_to_t to)
{
	td_sources_t *sources = calloc(1, sizeof *sources);
	if (sources != NULL) {
		sources->reporter = reporter;
		sources->to = to;
	}
	return sources;
}

void td_sources_free(td_sources_t *sources)
{
	if (sources == NULL)
		return;
	for (size_t i = 0; i < sources->count; i++)
		free(sources->walks[i]);
	free(sources);
}

size_t td_sources_count(const td_sources_t *sources)
{
	return sources->count;
}

const td_trail_t *td_sources_get(const td_sources_t *sources, size_t index)
{
	return &sources->walks[index]->trail;
}

uint64_t td_sources_unnamed(const td_sources_t *sources)
{
	return sources->unnamed;
}

static bool say(const td_sources_t *sources, const walk_t *walk, td_mismatch_t mismatch,
		td_err_t *err)
{
	mismatch.source = walk->trail.source;
	mismatch.epoch = walk->trail.epoch;
	return sources->to.say(sources->to.context, &mismatch, err);
}

/* The same about one event. */
static bool say_of(const td_sources_t *sources, const walk_t *walk, td_mismatch_kind_t kind,
		   const td_judged_t *judged, td_err_t *err)
{
	uint64_t sequence = judged->envelope.sequence, offset = judged->offset;
	return say(sources, walk,
		   (td_mismatch_t){kind, "", 0, sequence, sequence, offset, offset, 0}, err);
}

static walk_t *make_walk(td_sources_t *sources, const td_judged_t *judged, td_err_t *err)
{
	const td_envelope_t *name = &judged->envelope;
	walk_t *walk = sources->count < TD_TRAILS_MAX ? calloc(1, sizeof *walk) : NULL;
	if (walk == NULL) {
		(void)td_err_set(err, TD_EMEMORY,
				 "%s has more than %d sources and epochs, or "
				 "memory is out",
				 name->reporter, TD_TRAILS_MAX);
		return NULL;
	}
	memcpy(walk->trail.source, name->source, sizeof walk->trail.source);
	walk->trail.epoch = name->epoch;
	walk->trail.first_offset = judged->offset;
	walk->trail.next_sequence = walk->seen.next = walk->window_from = 1;
	walk->anchored = true;
	sources->walks[sources->count++] = walk;
	return walk;
}

/* The last one is the likeliest. */
static walk_t *find_walk(const td_sources_t *sources, const td_envelope_t *name)
{
	for (size_t i = sources->count; i > 0; i--) {
		walk_t *walk = sources->walks[i - 1];
		if (walk->trail.epoch == name->epoch &&
		    strcmp(walk->trail.source, name->source) == 0)
			return walk;
	}
	return NULL;
}

/* Whether the source has begun another epoch since. */
static bool is_outdated(const td_sources_t *sources, const walk_t *walk)
{
	for (size_t i = sources->count; i > 0 && sources->walks[i - 1] != walk; i--) {
		if (strcmp(sources->walks[i - 1]->trail.source, walk->trail.source) == 0)
			return true;
	}
	return false;
}

static const Thidua__V1__Checkpoint *checkpoint_of(const td_judged_t *judged)
{
	const td_event_t *event = judged->event;
	bool is_one = event != NULL && event->body_case == THIDUA__V1__EVENT__BODY_CHECKPOINT;
	return is_one ? event->checkpoint : NULL;
}

/* Moves the chain behind the event, whose number was the expected one. */
static void extend(walk_t *walk, const td_judged_t *judged)
{
	uint64_t sequence = judged->envelope.sequence;
	walk->chain = td_chain_next(walk->chain, td_verdict_raw(judged->verdict));
	walk->window[sequence % TD_TRAIL_WINDOW] = walk->chain;
	if (sequence >= walk->window_from + TD_TRAIL_WINDOW)
		walk->window_from = sequence - TD_TRAIL_WINDOW + 1;
}

/* What came before is not known whole: no chain, until a checkpoint claims one. */
static void lose_anchor(walk_t *walk)
{
	walk->anchored = false;
	walk->window_from = UINT64_MAX;
}

/* Compares what a checkpoint claims of all before it, and goes on from there either way. */
static bool check(const td_sources_t *sources, walk_t *walk, const td_judged_t *judged,
		  td_err_t *err)
{
	const Thidua__V1__Checkpoint *checkpoint = checkpoint_of(judged);
	const ProtobufCBinaryData *claimed = &checkpoint->running_sha256;
	bool sound = claimed->len == TD_CHAIN_SIZE;
	bool proven = walk->anchored && sound &&
		      memcmp(claimed->data, walk->chain.bytes, TD_CHAIN_SIZE) == 0;
	bool was_anchored = walk->anchored;
	walk->trail.proven += proven ? 1 : 0;
	if (proven)
		return true;
	lose_anchor(walk);
	if (sound) {
		walk->anchored = true;
		walk->window_from = judged->envelope.sequence;
		memcpy(walk->chain.bytes, claimed->data, TD_CHAIN_SIZE);
	}
	return say_of(sources, walk,
		      was_anchored || !sound ? TD_MISMATCH_CHECKPOINT_DIFFERS
					     : TD_MISMATCH_CHECKPOINT_UNPROVEN,
		      judged, err);
}

static void note_checkpoint(walk_t *walk, const td_judged_t *judged)
{
	const Thidua__V1__Checkpoint *checkpoint = checkpoint_of(judged);
	const Google__Protobuf__Timestamp *until = checkpoint->complete_until;
	int64_t until_ms = until == NULL ? 0 : until->seconds * 1000 + until->nanos / 1000000;
	walk->trail.checkpoints++;
	if (until_ms > walk->trail.complete_until_ms)
		walk->trail.complete_until_ms = until_ms;
	size_t length = strnlen(checkpoint->key_id, TD_ID_MAX);
	memcpy(walk->trail.key_id, checkpoint->key_id, length);
	walk->trail.key_id[length] = '\0';
	walk->open = walk->said_late = false;
}

/* The event has a number that was not seen; `ahead` when numbers before it are missing. */
static bool take_new(const td_sources_t *sources, walk_t *walk, const td_judged_t *judged,
		     bool ahead, td_err_t *err)
{
	if (ahead)
		lose_anchor(walk);
	if (checkpoint_of(judged) != NULL) {
		if (!check(sources, walk, judged, err))
			return false;
		note_checkpoint(walk, judged);
	} else if (!walk->open) {
		walk->open = true;
		walk->open_sequence = judged->envelope.sequence;
		walk->open_offset = judged->offset;
		walk->open_ms = judged->append_ms;
	}
	if (walk->anchored)
		extend(walk, judged);
	if (walk->said_returned || !is_outdated(sources, walk))
		return true;
	walk->said_returned = true;
	return say_of(sources, walk, TD_MISMATCH_EPOCH_RETURNED, judged, err);
}

/* A number again: the chain says whether it is the same event, while it lies in the window. */
static bool take_repeat(const td_sources_t *sources, walk_t *walk, const td_judged_t *judged,
			td_err_t *err)
{
	uint64_t sequence = judged->envelope.sequence;
	static const td_chain_t beginning;
	walk->trail.repeats++;
	bool is_first = sequence == 1 && walk->window_from == 1;
	if (!is_first && sequence <= walk->window_from)
		return true;
	td_chain_t before = is_first ? beginning : walk->window[(sequence - 1) % TD_TRAIL_WINDOW];
	td_chain_t again = td_chain_next(before, td_verdict_raw(judged->verdict));
	return memcmp(&again, &walk->window[sequence % TD_TRAIL_WINDOW], sizeof again) == 0 ||
	       say_of(sources, walk, TD_MISMATCH_REPEAT_DIFFERS, judged, err);
}

/* An event that has waited too long for a checkpoint, once for each. */
static bool say_if_late(const td_sources_t *sources, walk_t *walk, int64_t now_ms, td_err_t *err)
{
	if (!walk->open || walk->said_late || now_ms - walk->open_ms <= TD_CHECKPOINT_LATE_MS)
		return true;
	walk->said_late = true;
	return say(sources, walk,
		   (td_mismatch_t){TD_MISMATCH_CHECKPOINT_MISSING, "", 0, walk->open_sequence,
				   walk->open_sequence, walk->open_offset, walk->open_offset, 0},
		   err);
}

/* There is no room to remember another gap: it is said at once. */
static bool take_too_many(const td_sources_t *sources, walk_t *walk, const td_judged_t *judged,
			  td_err_t *err)
{
	uint64_t next = walk->seen.next, sequence = judged->envelope.sequence;
	if (sequence < next)
		return true; /* it fills a part of a gap, which stays as it is */
	walk->seen.next = sequence + 1;
	walk->trail.missing += sequence - next;
	return say(sources, walk,
		   (td_mismatch_t){TD_MISMATCH_GAP, "", 0, next, sequence - 1, 0, judged->offset,
				   0},
		   err) &&
	       take_new(sources, walk, judged, true, err);
}

static bool take_sequence(const td_sources_t *sources, walk_t *walk, const td_judged_t *judged,
			  td_err_t *err)
{
	uint64_t sequence = judged->envelope.sequence, counted, jumped;
	switch (td_position_take(&walk->seen, (td_range_t){sequence, sequence}, &counted,
				 &jumped)) {
	case TD_TAKE_COUNTS:
		return take_new(sources, walk, judged, false, err);
	case TD_TAKE_LEAVES_HOLE:
		return take_new(sources, walk, judged, true, err);
	case TD_TAKE_REPEAT:
		return take_repeat(sources, walk, judged, err);
	case TD_TAKE_TOO_MANY:
		return take_too_many(sources, walk, judged, err);
	default:
		return say_of(sources, walk, TD_MISMATCH_ORDER, judged, err);
	}
}

bool td_sources_take(td_sources_t *sources, const td_judged_t *judged, td_err_t *err)
{
	bool enriched = judged->verdict->outcome_case == THIDUA__V1__VERDICT__OUTCOME_ENRICHED;
	if (!td_envelope_has_source(&judged->envelope) ||
	    strcmp(judged->envelope.reporter, sources->reporter) != 0) {
		sources->unnamed++;
		return true;
	}
	walk_t *walk = find_walk(sources, &judged->envelope);
	if (walk == NULL)
		walk = make_walk(sources, judged, err);
	if (walk == NULL)
		return false;
	walk->trail.last_offset = judged->offset;
	walk->trail.received++;
	walk->trail.enriched += enriched ? 1 : 0;
	walk->trail.rejected += enriched ? 0 : 1;
	bool done = say_if_late(sources, walk, judged->append_ms, err) &&
		    take_sequence(sources, walk, judged, err);
	walk->trail.next_sequence = walk->seen.next;
	return done;
}

bool td_sources_finish(td_sources_t *sources, int64_t end_ms, td_err_t *err)
{
	for (size_t i = 0; i < sources->count; i++) {
		walk_t *walk = sources->walks[i];
		for (size_t gap = 0; gap < walk->seen.hole_count; gap++) {
			td_range_t missing = walk->seen.holes[gap];
			walk->trail.missing += missing.last - missing.first + 1;
			if (!say(sources, walk,
				 (td_mismatch_t){TD_MISMATCH_GAP, "", 0, missing.first,
						 missing.last, 0, 0, 0},
				 err))
				return false;
		}
		if (!say_if_late(sources, walk, end_ms, err))
			return false;
	}
	return true;
}
